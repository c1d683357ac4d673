//! Proves the relations; mirrors `verin_circuits::relations`.

use super::batch::{self, Instance};
use super::channel::Sender;
use super::reading::{Kept, links_over_axes, over_axes, over_labels};
use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use verin_circuits::arithmetic::{Arithmetic, Native};
use verin_circuits::claims::Claim;
use verin_circuits::multilinear::suffix;
use verin_circuits::relations::moves::{free_claim, grouped};
use verin_circuits::relations::point::{LabelPoint, source_point};
use verin_circuits::relations::products::{self, ProductClaim};
use verin_circuits::relations::{AccumulatorClaim, ViewClaim, split};
use verin_circuits::schedule::{Product, Reading, Schedule, TermKind};

/// Proves that every accumulator is what its relation says; gives the claims this ends in, in the verifier's order.
///
/// # Panics
/// The accumulators are not those of the schedule.
pub fn prove(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    accumulators: &[AccumulatorClaim<'_, Fr>],
) -> Vec<Claim<Fr>> {
    let mut tables = Vec::new();
    let mut stated = Vec::new();
    for claim in accumulators {
        let at = LabelPoint::of(&claim.relation.shape, schedule.options.batch_log, &claim.point);
        for (i, term) in claim.relation.terms.iter().enumerate() {
            let value = match &term.kind {
                TermKind::Move(_) if i == 0 => continue,
                TermKind::Move(reading) => {
                    over_labels(backend, &columns[reading.tensor], reading, &at, Kept::default())[0]
                }
                TermKind::Product(product) => {
                    tables.push(factors(backend, columns, product, &at));
                    if i == 0 {
                        continue;
                    }
                    tables.last().map(|factors| Instance::total(factors)).unwrap_or_default()
                }
            };
            stated.push(value);
        }
    }
    channel.send(&stated);
    let (mut views, claims) = split(&mut Native, schedule, accumulators, &stated).expect("as many values as terms");

    let (lefts, rights) = prove_products(channel, backend, &claims, tables);
    views.extend(rights);
    let (free, groups) = grouped(views);
    let mut out = lefts;
    out.extend(free.iter().map(free_claim));
    out.extend(prove_moves(channel, backend, columns, &groups));
    out
}

/// Left factor, right factor and, where labels are selected, their eq, over the bound labels.
fn factors(backend: &dyn Backend, columns: &[Ints<'_>], product: &Product, at: &LabelPoint<Fr>) -> Vec<Vec<Fr>> {
    let labels: Vec<(usize, u32)> = product.bound.iter().map(|bound| (bound.label, bound.log)).collect();
    let kept = Kept { slots: product.slots_log > 0, labels: &labels };
    let of = |reading: &Reading| over_labels(backend, &columns[reading.tensor], reading, at, kept);
    let mut factors = vec![of(&product.left), of(&product.right)];
    if product.selects() {
        let mut table = vec![Fr::from(1u64)];
        let selected = at.selected(product);
        // Variables that nothing selects repeat the table.
        for run in selected.chunk_by(|a, b| a.is_some() == b.is_some()) {
            let point: Vec<Fr> = run.iter().flatten().copied().collect();
            let own = if point.is_empty() { vec![Fr::from(1u64); 1 << run.len()] } else { backend.eq_table(&point) };
            table = table.iter().flat_map(|t| own.iter().map(move |e| *t * e)).collect();
        }
        factors.push(table);
    }
    factors
}

type Ends<'s> = (Vec<Claim<Fr>>, Vec<ViewClaim<'s, Fr>>);

fn prove_products<'s>(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    claims: &[ProductClaim<'s, Fr>],
    tables: Vec<Vec<Vec<Fr>>>,
) -> Ends<'s> {
    if claims.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut instances: Vec<Instance> = batch::coefficients(channel, claims.len())
        .into_iter()
        .zip(claims.iter().zip(tables))
        .map(|(coefficient, (claim, factors))| Instance { coefficient, factors, sum: claim.value })
        .collect();
    let bound = batch::prove(channel, backend, products::degree(claims), &mut instances);
    let (mut lefts, mut rights, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (claim, instance) in claims.iter().zip(&instances) {
        let (left, right) = (instance.factors[0][0], instance.factors[1][0]);
        let at = claim.at.bind(claim.product, suffix(&bound, claim.product.rounds() as usize));
        let point = source_point(&claim.product.left, &at, &[]);
        lefts.push(Claim { tensor: claim.product.left.tensor, point, value: left });
        rights.push(ViewClaim { reading: &claim.product.right, at, value: right, shared: None });
        values.extend([left, right]);
    }
    channel.send(&values);
    (lefts, rights)
}

fn prove_moves(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    columns: &[Ints<'_>],
    groups: &[Vec<ViewClaim<'_, Fr>>],
) -> Vec<Claim<Fr>> {
    if groups.is_empty() {
        return Vec::new();
    }
    let coefficients = batch::coefficients(channel, groups.iter().map(Vec::len).sum());
    let mut coefficients = coefficients.into_iter();
    let mut instances = Vec::new();
    for group in groups {
        let mut instance = Instance { coefficient: Fr::one(), factors: Vec::new(), sum: Fr::zero() };
        for (view, coefficient) in group.iter().zip(coefficients.by_ref()) {
            let mut links = links_over_axes(backend, view.reading, &view.at);
            links.iter_mut().for_each(|link| *link *= coefficient);
            instance.sum += coefficient * view.value;
            match instance.factors.get_mut(1) {
                Some(sum) => backend.add_scaled(sum, Fr::one(), &links),
                None => {
                    let tensor = over_axes(backend, &columns[view.reading.tensor], view.reading, &view.at);
                    instance.factors = vec![tensor, links];
                }
            }
        }
        instances.push(instance);
    }
    let bound = batch::prove(channel, backend, 2, &mut instances);
    let values: Vec<Fr> = instances.iter().map(|instance| instance.factors[0][0]).collect();
    channel.send(&values);
    let claim = |(group, value): (&Vec<ViewClaim<'_, Fr>>, Fr)| {
        let view = &group[0];
        let inner = suffix(&bound, view.reading.rounds() as usize);
        Claim { tensor: view.reading.tensor, point: source_point(view.reading, &view.at, inner), value }
    };
    groups.iter().zip(values).map(claim).collect()
}
