//! A batch of sumchecks over sums of products of tables; mirrors `verin_circuits::sumcheck::batched`.

use super::channel::Sender;
use crate::backend::Backend;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use verin_circuits::arithmetic::Arithmetic;

/// `coefficient * sum_x prod_f factors_f(x) = coefficient * sum`
pub struct Instance {
    /// Factor in the batch.
    pub coefficient: Fr,
    /// Two or three tables of one length.
    pub factors: Vec<Vec<Fr>>,
    /// What they sum to.
    pub sum: Fr,
}

impl Instance {
    fn rounds(&self) -> u32 {
        self.factors.first().map_or(0, |f| f.len().trailing_zeros())
    }

    /// `sum_x prod_f factors_f(x)`
    pub fn total(factors: &[Vec<Fr>]) -> Fr {
        let Some((first, rest)) = factors.split_first() else { return Fr::zero() };
        let term = |i: usize| rest.iter().fold(first[i], |product, f| product * f[i]);
        (0..first.len()).map(term).sum()
    }
}

/// Powers of the challenge that combines `n` sums.
pub fn coefficients(channel: &mut Sender<impl Arithmetic<F = Fr>>, n: usize) -> Vec<Fr> {
    let batching = channel.challenge();
    std::iter::successors(Some(Fr::one()), |last| Some(*last * batching)).take(n).collect()
}

/// Proves all instances in rounds of `degree`; their tables shrink to one entry each. Gives the challenges.
pub fn prove(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    degree: usize,
    instances: &mut [Instance],
) -> Vec<Fr> {
    let rounds: Vec<u32> = instances.iter().map(Instance::rounds).collect();
    let mut running = Fr::zero();
    let mut point = Vec::new();
    for left in (0..=rounds.iter().copied().max().unwrap_or(0)).rev() {
        for (instance, _) in instances.iter().zip(&rounds).filter(|(_, rounds)| **rounds == left) {
            running += instance.coefficient * instance.sum;
        }
        if left == 0 {
            break;
        }
        let mut message = vec![Fr::zero(); degree];
        for (instance, _) in instances.iter().zip(&rounds).filter(|(_, rounds)| **rounds >= left) {
            let factors: Vec<&[Fr]> = instance.factors.iter().map(Vec::as_slice).collect();
            for (sum, c) in message.iter_mut().zip(backend.product_round(&factors)) {
                *sum += instance.coefficient * c;
            }
        }
        let t = send_round(channel, &message, &mut running);
        point.push(t);
        for (instance, rounds) in instances.iter_mut().zip(&rounds) {
            if *rounds >= left {
                instance.factors.iter_mut().for_each(|factor| backend.bind(factor, t));
            }
        }
    }
    point
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
