//! The core verifier: one function, on any arithmetic.
//!
//! 1. *Bind*: `S0` (which commits to record, context, input, output and every witness row) and the prover's secret salt.
//! 2. *Lookups*: the fractional-sum tree, then claims on all looked-up columns at suffixes of its leaf point, and on copies.
//! 3. *Relations*: accumulators at those points (and the output at its point) against what they are sums of.
//! 4. *Openings*: all claims, the public input's and the mask's among them, become one claim on one combination of rows.
//!
//! What is left is [`Opening`], which the caller checks against the commitments.

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::claims::{Claim, Opening};
use crate::error::VerifyError;
use crate::io::PowerPoint;
use crate::lookup::leaves::claimed;
use crate::lookup::{fraction, leaves};
use crate::multilinear::suffix;
use crate::packing::Packing;
use crate::relations::{self, AccumulatorClaim};
use crate::schedule::{Accumulator, Schedule, Tensor, TensorIx};
use crate::{openings, tally::Tally};
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::HashMap;

/// What the statement contributes: computed outside, from bytes, by every verifier for itself.
#[derive(Clone, Debug)]
pub struct Public<F> {
    /// Digest of statement and commitments, modulo the group order.
    pub s0: F,
    /// The point of public inputs and outputs; unused when both are private.
    pub z: F,
    /// `sum_k P_k z^k` over the packs of the input, when it is public.
    pub input_sum: Option<F>,
    /// `sum_i output_i z^i`, when the output is public.
    pub output_sum: Option<F>,
}

/// Verifies the scalars of a core proof, the salt first.
///
/// # Errors
/// A check fails; its name is in the error.
pub fn verify<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    schedule: &Schedule,
    public: &Public<A::F>,
) -> Result<Opening<A::F>, VerifyError> {
    let options = schedule.options;
    if options.private_input == public.input_sum.is_some() || options.private_output == public.output_sum.is_some() {
        return Err(VerifyError::Inconsistent { what: "what is public" });
    }
    channel.a.section("bind");
    channel.absorb(core::slice::from_ref(&public.s0));
    let _salt = channel.read(1)?;

    let (point, mut columns) = if schedule.tree_log > 0 {
        channel.a.section("lookups: tree");
        let alpha = channel.challenge();
        let beta = channel.challenge();
        let leaf = fraction::verify(channel, schedule.tree_log)?;
        channel.a.section("lookups: leaves");
        let columns = leaves::verify(channel, schedule, &alpha, &beta, &leaf)?;
        (leaf.point, columns)
    } else {
        (Vec::new(), HashMap::new())
    };
    let point = extend(channel, schedule, point);
    let copies = channel.read(schedule.copies.len())?;
    columns.extend(schedule.copies.iter().copied().zip(copies));

    channel.a.section("input and output");
    let mut claims = Vec::new();
    for ix in claimed_at_point(schedule) {
        let tensor = tensor(schedule, ix)?;
        let point = suffix(&point, tensor.log as usize).to_vec();
        claims.push(Claim { tensor: ix, point, value: claimed(&columns, ix)?.clone() });
    }
    let (input_log, output_log) = schedule.io_log;
    let packing = &schedule.input_packing;
    let public_log = [(input_log.saturating_sub(packing.log), &public.input_sum), (output_log, &public.output_sum)];
    let longest = public_log.iter().filter(|(_, sum)| sum.is_some()).map(|(log, _)| *log).max().unwrap_or(0);
    let powers = PowerPoint::new(channel.a, &public.z, longest)?;
    if let Some(sum) = &public.input_sum {
        let value = powers.value(channel.a, sum, input_log, packing);
        claims.push(Claim { tensor: schedule.input, point: powers.point(channel.a, input_log, packing), value });
    }
    let (output_point, output) = match (schedule.private_output, &public.output_sum) {
        (Some(tensor), None) => {
            let [value] = channel.read_array()?;
            let point = suffix(&point, output_log as usize).to_vec();
            claims.push(Claim { tensor, point: point.clone(), value: value.clone() });
            (point, value)
        }
        (None, Some(sum)) => {
            let value = powers.value(channel.a, sum, output_log, &Packing::NONE);
            (powers.point(channel.a, output_log, &Packing::NONE), value)
        }
        _ => return Err(VerifyError::Inconsistent { what: "the output" }),
    };

    channel.a.section("relations");
    let mut accumulators = Vec::new();
    for relation in &schedule.relations {
        let (point, value) = match &relation.accumulator {
            Accumulator::Columns(form) => {
                (suffix(&point, relation.log as usize).to_vec(), form.evaluate(channel.a, &columns)?)
            }
            Accumulator::Output => (output_point.clone(), output.clone()),
        };
        accumulators.push(AccumulatorClaim { relation, point, value });
    }
    claims.extend(relations::verify(channel, schedule, &accumulators)?);

    channel.a.section("openings");
    let mask_value = if options.mask { Some(channel.read_array::<1>()?) } else { None };
    let mask_point = suffix(&point, options.b as usize);
    let mask = mask_value.as_ref().map(|[value]| (mask_point, value));
    let opening = openings::verify(channel, schedule, &claims, mask)?;
    channel.end()?;
    Ok(opening)
}

/// Fresh coordinates in front of the point of the lookups, where something claimed there is longer.
fn extend<A: Arithmetic>(channel: &mut Channel<'_, A>, schedule: &Schedule, point: Vec<A::F>) -> Vec<A::F> {
    let missing = (schedule.shared_log() as usize).saturating_sub(point.len());
    let mut extended = channel.challenges(missing);
    extended.extend(point);
    extended
}

/// Committed tensors that are claimed at suffixes of the point of the lookups: looked-up ones, then copies.
pub fn claimed_at_point(schedule: &Schedule) -> Vec<TensorIx> {
    let committed = |ix: &TensorIx| schedule.tensors.get(*ix).is_some_and(|t| t.placement.is_some());
    schedule.looked_up().into_iter().chain(schedule.copies.iter().copied()).filter(committed).collect()
}

fn tensor(schedule: &Schedule, ix: TensorIx) -> Result<&Tensor, VerifyError> {
    schedule.tensors.get(ix).ok_or(VerifyError::Inconsistent { what: "a tensor" })
}

/// Number of scalars of a core proof, and what verifying it costs.
///
/// # Errors
/// The schedule is inconsistent.
pub fn cost(schedule: &Schedule) -> Result<(usize, Tally), VerifyError> {
    let mut tally = Tally::default();
    let public = |tally: &mut Tally, present: bool| present.then(|| tally.constant(Fr::zero()));
    let s0 = tally.constant(Fr::one());
    let z = tally.constant(Fr::one());
    let input_sum = public(&mut tally, !schedule.options.private_input);
    let output_sum = public(&mut tally, !schedule.options.private_output);
    let mut channel = Channel::dry(&mut tally);
    verify(&mut channel, schedule, &Public { s0, z, input_sum, output_sum })?;
    let scalars = channel.scalars_read();
    Ok((scalars, tally))
}
