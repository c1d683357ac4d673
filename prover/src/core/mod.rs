//! The core prover: `verin_circuits::verify`, seen from the other side.
//!
//! Everything it needs to know about the shape of the proof it takes from the verifier's [`Schedule`]; points and linear
//! forms come from the verifier's own functions.

mod batch;
pub mod channel;
mod lookups;
mod openings;
mod reading;
mod relations;

pub use lookups::form_value;
pub use openings::{Mask, Reduced};

use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use channel::Sender;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use verin_circuits::arithmetic::{Arithmetic, Native};
use verin_circuits::claims::Claim;
use verin_circuits::io::PowerPoint;
use verin_circuits::lookup::leaves::ColumnClaims;
use verin_circuits::multilinear::suffix;
use verin_circuits::packing::Packing;
use verin_circuits::relations::AccumulatorClaim;
use verin_circuits::schedule::{Accumulator, Schedule, TensorIx};
use verin_circuits::verify::{Public, claimed_at_point};

/// What the core prover makes.
#[derive(Debug)]
pub struct CoreProof {
    /// Every scalar the verifier reads, the salt first.
    pub scalars: Vec<Fr>,
    /// The opening that is left.
    pub reduced: Reduced,
    /// Where the time went.
    pub timings: CoreTimings,
}

/// Where the time of a core proof went.
#[derive(Clone, Copy, Debug, Default)]
pub struct CoreTimings {
    /// The lookup argument.
    pub lookups: Duration,
    /// Sumchecks of the relations.
    pub relations: Duration,
    /// Reducing all claims to one.
    pub claims: Duration,
}

/// Proves the columns of a run. `columns` holds one tensor per tensor of the schedule; `salt` is fresh and secret; `mask` is there
/// exactly when the schedule wants one.
///
/// # Panics
/// The columns are not those of the schedule.
pub fn prove(
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    public: &Public<Fr>,
    salt: Fr,
    mask: Option<Mask>,
) -> CoreProof {
    prove_on(Sender::default(), backend, schedule, columns, public, salt, mask)
}

/// [`prove`] on a transcript of the caller's, who may have another idea of challenges than the verifier.
///
/// # Panics
/// The columns are not those of the schedule.
pub fn prove_on<A: Arithmetic<F = Fr>>(
    mut channel: Sender<A>,
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    public: &Public<Fr>,
    salt: Fr,
    mask: Option<Mask>,
) -> CoreProof {
    let a = &mut Native;
    channel.absorb(&[public.s0]);
    channel.send(&[salt]);

    let mut timings = CoreTimings::default();
    let started = Instant::now();
    let span = tracing::info_span!("lookups").entered();
    let mut point = Vec::new();
    let mut values: ColumnClaims<Fr> = HashMap::new();
    let mut suffixes = Suffixes { backend, schedule, columns, tables: HashMap::new() };
    if schedule.tree_log > 0 {
        let alpha = channel.challenge();
        let beta = channel.challenge();
        point = lookups::prove(&mut channel, backend, schedule, columns, alpha, beta);
        let claimed = suffixes.values(&point, &schedule.looked_up());
        channel.send(&claimed.iter().map(|(_, value)| *value).collect::<Vec<_>>());
        values.extend(claimed);
    }
    drop(span);
    timings.lookups = started.elapsed();

    let started = Instant::now();
    let span = tracing::info_span!("relations").entered();
    let mut extended = channel.challenges((schedule.shared_log() as usize).saturating_sub(point.len()));
    extended.extend(point);
    let point = extended;
    let copies = suffixes.values(&point, &schedule.copies);
    channel.send(&copies.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    values.extend(copies);
    let mut claims: Vec<Claim<Fr>> = claimed_at_point(schedule)
        .into_iter()
        .map(|tensor| {
            let log = schedule.tensor(tensor).log as usize;
            Claim { tensor, point: suffix(&point, log).to_vec(), value: values[&tensor] }
        })
        .collect();

    let (input_log, output_log) = schedule.io_log;
    let packing = &schedule.input_packing;
    let longest = [(input_log.saturating_sub(packing.log), public.input_sum), (output_log, public.output_sum)];
    let longest = longest.iter().filter(|(_, sum)| sum.is_some()).map(|(log, _)| *log).max().unwrap_or(0);
    // Fails only where z is a root of unity of small order, with probability below 2^-240: then the proof is void.
    let powers = PowerPoint::new(a, &public.z, longest);
    let at =
        |log: u32, packing: &Packing| powers.as_ref().map(|p| p.point(&mut Native, log, packing)).unwrap_or_default();
    let value_at = |sum: &Fr, log: u32, packing: &Packing| {
        powers.as_ref().map(|p| p.value(&mut Native, sum, log, packing)).unwrap_or_default()
    };
    if let Some(sum) = &public.input_sum {
        let (point, value) = (at(input_log, packing), value_at(sum, input_log, packing));
        claims.push(Claim { tensor: schedule.input, point, value });
    }
    let (output_point, output) = match (schedule.private_output, &public.output_sum) {
        (Some(tensor), _) => {
            let value = suffixes.values(&point, &[tensor])[0].1;
            channel.send(&[value]);
            let point = suffix(&point, output_log as usize).to_vec();
            claims.push(Claim { tensor, point: point.clone(), value });
            (point, value)
        }
        (None, sum) => {
            let value = sum.map(|sum| value_at(&sum, output_log, &Packing::NONE));
            (at(output_log, &Packing::NONE), value.unwrap_or_default())
        }
    };

    let accumulators: Vec<AccumulatorClaim<'_, Fr>> = schedule
        .relations
        .iter()
        .map(|relation| match &relation.accumulator {
            Accumulator::Output => AccumulatorClaim { relation, point: output_point.clone(), value: output },
            Accumulator::Columns(form) => AccumulatorClaim {
                relation,
                point: suffix(&point, relation.log as usize).to_vec(),
                value: form.evaluate(a, &values).expect("every column has its claim"),
            },
        })
        .collect();
    claims.extend(relations::prove(&mut channel, backend, schedule, columns, &accumulators));
    drop(span);
    timings.relations = started.elapsed();

    let started = Instant::now();
    let _span = tracing::info_span!("openings").entered();
    let mask = mask.map(|mask| {
        let point = suffix(&point, schedule.options.b as usize).to_vec();
        let eq = backend.eq_table(&point);
        let value = mask.row.iter().zip(&eq).map(|(m, e)| *m * e).sum::<Fr>();
        channel.send(&[value]);
        (point, mask, value)
    });
    let reduced = openings::prove(&mut channel, backend, schedule, columns, &claims, mask);
    timings.claims = started.elapsed();
    CoreProof { scalars: channel.into_scalars(), reduced, timings }
}

/// Values of tensors at suffixes of one point, with the eq tables they share.
struct Suffixes<'a> {
    backend: &'a dyn Backend,
    schedule: &'a Schedule,
    columns: &'a [Ints<'a>],
    tables: HashMap<Vec<Fr>, Vec<Fr>>,
}

impl Suffixes<'_> {
    fn values(&mut self, point: &[Fr], tensors: &[TensorIx]) -> Vec<(TensorIx, Fr)> {
        let backend = self.backend;
        let value = |tensor: &TensorIx| {
            let point = suffix(point, self.schedule.tensor(*tensor).log as usize);
            let eq = self.tables.entry(point.to_vec()).or_insert_with(|| backend.eq_table(point));
            (*tensor, backend.fold_rows(&self.columns[*tensor], 0, eq)[0])
        };
        tensors.iter().map(value).collect()
    }
}
