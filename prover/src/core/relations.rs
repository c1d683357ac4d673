//! Proves the relations; mirrors `verin_circuits::relations`.

use super::channel::Sender;
use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::claims::Claim;
use verin_circuits::multilinear::suffix;
use verin_circuits::relations::{AccumulatorClaim, points};
use verin_circuits::schedule::{RelationKind, Schedule};

/// A relation's sumcheck under way: `coefficient * sum_j prod factors`.
struct Instance {
    coefficient: Fr,
    factors: Vec<Vec<Fr>>,
}

/// Proves that every accumulator is what its relation says; gives the claims this ends in, in the verifier's order.
pub fn prove(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    accumulators: &[AccumulatorClaim<'_, Fr>],
) -> Vec<Claim<Fr>> {
    let mut claims = Vec::new();
    let mut sums = Vec::new();
    for claim in accumulators {
        let point = suffix(&claim.point, claim.relation.cols_log as usize).to_vec();
        let value = backend.fold_rows(&columns[claim.relation.bias], 0, &backend.eq_table(&point))[0];
        sums.push(claim.value - value);
        claims.push(Claim { tensor: claim.relation.bias, point, value });
    }
    channel.send(&claims.iter().map(|c| c.value).collect::<Vec<_>>());
    let batching = channel.challenge();

    let mut coefficient = Fr::one();
    let mut instances = Vec::new();
    for claim in accumulators {
        instances.push(Instance { coefficient, factors: factors(backend, columns, claim) });
        coefficient *= batching;
    }

    let degree = schedule.relation_degree();
    let mut running = Fr::zero();
    let mut bound = Vec::new();
    for left in (0..=schedule.relation_rounds()).rev() {
        for ((claim, instance), sum) in accumulators.iter().zip(&instances).zip(&sums) {
            if claim.relation.rounds() == left {
                running += instance.coefficient * sum;
            }
        }
        if left == 0 {
            break;
        }
        let mut message = vec![Fr::zero(); degree];
        for instance in active(&mut instances, left) {
            let factors: Vec<&[Fr]> = instance.factors.iter().map(Vec::as_slice).collect();
            for (sum, c) in message.iter_mut().zip(backend.product_round(&factors)) {
                *sum += instance.coefficient * c;
            }
        }
        bound.push(send_round(channel, &message, &mut running));
        let t = bound[bound.len() - 1];
        for instance in active(&mut instances, left) {
            for factor in &mut instance.factors {
                backend.bind(factor, t);
            }
        }
    }

    let mut values = Vec::new();
    for (claim, instance) in accumulators.iter().zip(&instances) {
        let (weight, source) = (instance.factors[0][0], instance.factors[1][0]);
        let inner = suffix(&bound, claim.relation.rounds() as usize);
        let points = points(claim, inner);
        claims.push(Claim { tensor: claim.relation.weight, point: points.weight, value: weight });
        claims.push(Claim { tensor: claim.relation.source, point: points.source, value: source });
        values.extend([weight, source]);
    }
    channel.send(&values);
    claims
}

fn active(instances: &mut [Instance], left: u32) -> impl Iterator<Item = &mut Instance> {
    instances.iter_mut().filter(move |i| i.factors[0].len() == 1 << left)
}

/// Weight, value read and, for a scale node, selector, as tables over the columns summed.
fn factors(backend: &dyn Backend, columns: &[Ints<'_>], claim: &AccumulatorClaim<'_, Fr>) -> Vec<Vec<Fr>> {
    let relation = claim.relation;
    let (rows, cols) = claim.point.split_at(claim.point.len() - relation.cols_log as usize);
    let over_cols = backend.eq_table(cols);
    let source = backend.fold_rows(&columns[relation.source], relation.rounds(), &backend.eq_table(rows));
    match relation.kind {
        RelationKind::Dense { in_log } => {
            vec![backend.fold_rows(&columns[relation.weight], in_log, &over_cols), source]
        }
        RelationKind::Scale => {
            vec![columns[relation.weight].to_field(1 << relation.cols_log), source, over_cols]
        }
    }
}

/// Sends `c_0, c_2, ..` of a round polynomial and moves `running` to its value at the challenge.
pub fn send_round(channel: &mut Sender<impl Arithmetic<F = Fr>>, message: &[Fr], running: &mut Fr) -> Fr {
    channel.send(message);
    let t = channel.challenge();
    let high: Fr = message[1..].iter().sum();
    let c1 = *running - message[0] - message[0] - high;
    let mut value = Fr::zero();
    for c in message[1..].iter().rev().chain([&c1, &message[0]]) {
        value = value * t + c;
    }
    *running = value;
    t
}
