//! Verifying sumcheck rounds (Lund, Fortnow, Karloff, Nisan 1992). Variables are bound most significant
//! first, so the challenges in order are a point.

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::error::VerifyError;
use ark_bn254::Fr;
use ark_ff::{One, Zero};

/// One plain round of degree `degree`: reads `c_0, c_2, .., c_d` of the round polynomial `s`, derives
/// `c_1` from `s(0) + s(1) = claim`, and replaces `claim` by `s(challenge)`. Gives the challenge.
///
/// # Errors
/// The proof is too short.
pub fn round<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    degree: usize,
    claim: &mut A::F,
) -> Result<A::F, VerifyError> {
    let [c0] = channel.read_array()?;
    let high = channel.read(degree.saturating_sub(1))?;
    let t = channel.challenge();
    let a = &mut *channel.a;
    // s(1) = c_0 + c_1 + .. + c_d = claim - c_0
    let mut c1 = a.affine(&c0, -Fr::from(2u64), Fr::zero());
    c1 = a.add(claim, &c1);
    for c in &high {
        c1 = a.sub(&c1, c);
    }
    let mut value = a.constant(Fr::zero());
    for c in high.iter().rev().chain([&c1, &c0]) {
        value = a.mul_add(&value, &t, c);
    }
    *claim = value;
    Ok(t)
}

/// One round of `sum_x eq(w, x) F(x) = claim`, `F` of degree 2 in each variable, sent as its quotient by
/// the eq factor (Gruen, ePrint 2024/108): reads `c_1, c_2` of `T(X) = c_0 + c_1 X + c_2 X^2` with
/// `(1 - w_i) T(0) + w_i T(1) = claim`, which gives `c_0`. The new claim is `T(challenge)`: the eq factors of
/// bound variables are divided out, so that the last claim is `F` at the point.
///
/// # Errors
/// The proof is too short.
pub fn eq_round<A: Arithmetic>(channel: &mut Channel<'_, A>, w: &A::F, claim: &mut A::F) -> Result<A::F, VerifyError> {
    let [c1, c2] = channel.read_array()?;
    let t = channel.challenge();
    let a = &mut *channel.a;
    let sum = a.add(&c1, &c2);
    let product = a.mul(w, &sum);
    let c0 = a.sub(claim, &product);
    let inner = a.mul_add(&c2, &t, &c1);
    *claim = a.mul_add(&inner, &t, &c0);
    Ok(t)
}

/// Where a batch of sumchecks ended.
#[derive(Clone, Debug)]
pub struct Batch<F> {
    /// Factor of each sum.
    pub coefficients: Vec<F>,
    /// Challenges of all rounds; a sum of `n` rounds ends at the last `n`.
    pub point: Vec<F>,
    /// The last running claim: the sum of `coefficient * summand` at the end.
    pub running: F,
}

/// Several sumchecks, each `(rounds, claimed sum)`, combined with powers of one challenge, in rounds of degree `degree`. A
/// shorter one joins when as many rounds are left as it has.
///
/// # Errors
/// The proof is too short.
pub fn batched<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    degree: usize,
    sums: &[(u32, A::F)],
) -> Result<Batch<A::F>, VerifyError> {
    let batching = channel.challenge();
    let mut coefficients: Vec<A::F> = Vec::with_capacity(sums.len());
    for _ in sums {
        let next = match coefficients.last() {
            None => channel.a.constant(Fr::one()),
            Some(last) => channel.a.mul(last, &batching),
        };
        coefficients.push(next);
    }
    let rounds = sums.iter().map(|(rounds, _)| *rounds).max().unwrap_or(0);
    let mut running = channel.a.constant(Fr::zero());
    let mut point = Vec::new();
    for left in (0..=rounds).rev() {
        for ((rounds, sum), coefficient) in sums.iter().zip(&coefficients) {
            if *rounds == left {
                running = channel.a.mul_add(coefficient, sum, &running);
            }
        }
        if left > 0 {
            point.push(round(channel, degree, &mut running)?);
        }
    }
    Ok(Batch { coefficients, point, running })
}
