//! The core prover: `verin_circuits::verify`, seen from the other side.
//!
//! Everything it needs to know about the shape of the proof it takes from the verifier's [`Schedule`]; points and linear
//! forms come from the verifier's own functions.

pub mod channel;
mod lookups;
mod openings;
mod relations;

pub use lookups::form_value;
pub use openings::{Mask, Reduced};

use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use channel::Sender;
use verin_circuits::arithmetic::{Arithmetic, Native};
use verin_circuits::claims::Claim;
use verin_circuits::io::PowerPoint;
use verin_circuits::lookup::leaves::ColumnClaims;
use verin_circuits::multilinear::{less_than, signed, suffix};
use verin_circuits::relations::{AccumulatorClaim, accumulator};
use verin_circuits::schedule::{Accumulator, OutputKind, Schedule};
use verin_circuits::verify::Public;

/// What the core prover makes.
#[derive(Debug)]
pub struct CoreProof {
    /// Every scalar the verifier reads, the salt first.
    pub scalars: Vec<Fr>,
    /// The opening that is left.
    pub reduced: Reduced,
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

    let span = tracing::info_span!("lookups").entered();
    let mut point = Vec::new();
    let looked_up = schedule.looked_up();
    let mut claims: Vec<Claim<Fr>> = Vec::new();
    if schedule.tree_log > 0 {
        let alpha = channel.challenge();
        let beta = channel.challenge();
        point = lookups::prove(&mut channel, backend, schedule, columns, alpha, beta);
        let mut tables: Vec<(usize, Vec<Fr>)> = Vec::new();
        for tensor in &looked_up {
            let log = schedule.tensor(*tensor).log as usize;
            let point = suffix(&point, log).to_vec();
            if !tables.iter().any(|(l, _)| *l == log) {
                tables.push((log, backend.eq_table(&point)));
            }
            let eq = tables.iter().find(|(l, _)| *l == log).map_or(&[][..], |(_, t)| t);
            let value = backend.fold_rows(&columns[*tensor], 0, eq)[0];
            claims.push(Claim { tensor: *tensor, point, value });
        }
        channel.send(&claims.iter().map(|c| c.value).collect::<Vec<_>>());
    }
    let values: ColumnClaims<Fr> = claims.iter().map(|c| (c.tensor, c.value)).collect();
    drop(span);

    let span = tracing::info_span!("relations").entered();
    let wanted = if schedule.options.mask { schedule.options.b as usize } else { 0 };
    let (input_log, output_log) = schedule.io_log;
    let private = if matches!(schedule.output, OutputKind::PrivateAccumulator(_)) { output_log as usize } else { 0 };
    let mut extended = channel.challenges(wanted.max(private).saturating_sub(point.len()));
    extended.extend(point);
    let point = extended;

    let longest = [(input_log, public.input_sum), (output_log, public.output_sum)];
    let longest = longest.iter().filter(|(_, sum)| sum.is_some()).map(|(log, _)| *log).max().unwrap_or(0);
    // Fails only where z is a root of unity of small order, with probability below 2^-240: then the proof is void.
    let powers = PowerPoint::new(a, &public.z, longest);
    let at = |log: u32| powers.as_ref().map(|p| p.point(log)).unwrap_or_default();
    let value_at = |sum: &Fr, log: u32| powers.as_ref().map(|p| p.value(&mut Native, sum, log)).unwrap_or_default();
    if let Some(sum) = &public.input_sum {
        claims.push(Claim { tensor: schedule.input, point: at(input_log), value: value_at(sum, input_log) });
    }
    let mut output = None;
    match (schedule.output, &public.output_sum) {
        (OutputKind::PrivateAccumulator(tensor), _) => {
            let point = suffix(&point, output_log as usize).to_vec();
            let value = backend.fold_rows(&columns[tensor], 0, &backend.eq_table(&point))[0];
            channel.send(&[value]);
            claims.push(Claim { tensor, point: point.clone(), value });
            output = Some((point, value));
        }
        (OutputKind::PublicAccumulator, Some(sum)) => output = Some((at(output_log), value_at(sum, output_log))),
        (OutputKind::Value(tensor), Some(sum)) => {
            let point = at(output_log);
            let shape = schedule.output_shape;
            let real = less_than(a, suffix(&point, shape.cols_log() as usize), shape.cols as usize);
            let pad = signed(schedule.output_pad);
            let value = value_at(sum, output_log) + pad - pad * real;
            claims.push(Claim { tensor, point, value });
        }
        (OutputKind::Value(_) | OutputKind::PublicAccumulator, None) => {}
    }

    let accumulators: Vec<AccumulatorClaim<'_, Fr>> = schedule
        .relations
        .iter()
        .map(|relation| match (&relation.accumulator, &output) {
            (Accumulator::Output, Some((point, value))) => {
                AccumulatorClaim { relation, point: point.clone(), value: *value }
            }
            (Accumulator::Output, None) => AccumulatorClaim { relation, point: point.clone(), value: Fr::default() },
            (Accumulator::Activation(requantized), _) => AccumulatorClaim {
                relation,
                point: suffix(&point, relation.log as usize).to_vec(),
                value: accumulator::evaluate(a, requantized, &values).expect("every looked-up tensor has its claim"),
            },
        })
        .collect();
    claims.extend(relations::prove(&mut channel, backend, schedule, columns, &accumulators));
    drop(span);

    let _span = tracing::info_span!("openings").entered();
    let mask = mask.map(|mask| {
        let point = suffix(&point, schedule.options.b as usize).to_vec();
        let eq = backend.eq_table(&point);
        let value = mask.row.iter().zip(&eq).map(|(m, e)| *m * e).sum::<Fr>();
        channel.send(&[value]);
        (point, mask, value)
    });
    let reduced = openings::prove(&mut channel, backend, schedule, columns, &claims, mask);
    CoreProof { scalars: channel.into_scalars(), reduced }
}
