//! The fractional-sum tree.
//!
//! Leaves are fractions `p / q`; node `x` of layer `k` adds nodes `(0, x)` and `(1, x)` of layer `k + 1`:
//! `p = p0 q1 + p1 q0`, `q = q0 q1`. The root must be `0 / q` with `q != 0`.

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::error::VerifyError;
use crate::sumcheck::eq_round;
use ark_bn254::Fr;
use ark_ff::Zero;

/// What is left: the extensions of the leaves' numerators and denominators at `point`.
#[derive(Clone, Debug)]
pub struct LeafClaim<F> {
    /// One coordinate a level of the tree.
    pub point: Vec<F>,
    /// Numerators there.
    pub numerator: F,
    /// Denominators there.
    pub denominator: F,
}

/// Verifies a tree of `2^log` leaves (`log >= 1`) whose sum is zero.
///
/// A layer is proved by a sumcheck over `eq(w, x) (p0 q1 + p1 q0 + lambda q0 q1)`; then the prover
/// sends `p0, p1, q0, q1` at its point, and the challenge `mu` picks a point between the children. The same
/// challenge gives the next `lambda = mu^2`: a false `(p0, p1, q0, q1)` leaves an error
/// `e_p0 + mu (e_p1 - e_p0) + mu^2 e_q0 + mu^3 (e_q1 - e_q0)`, which is a non-zero polynomial of degree 3.
///
/// # Errors
/// A layer does not add up, the sum is not zero, or its denominator is.
pub fn verify<A: Arithmetic>(channel: &mut Channel<'_, A>, log: u32) -> Result<LeafClaim<A::F>, VerifyError> {
    let mut point: Vec<A::F> = Vec::new();
    let mut expected = None;
    let mut claim = None;
    for _ in 0..log {
        let mut next = Vec::new();
        if let Some((running, _)) = &mut expected {
            for w in &point {
                next.push(eq_round(channel, w, running)?);
            }
        }
        let [p0, p1, q0, q1] = channel.read_array()?;
        let mu = channel.challenge();
        let a = &mut *channel.a;
        let left = a.mul(&p0, &q1);
        let p = a.mul_add(&p1, &q0, &left);
        let q = a.mul(&q0, &q1);
        match expected.take() {
            Some((running, lambda)) => {
                let sum = a.mul_add(&lambda, &q, &p);
                a.assert_equal(&sum, &running, "a layer of the lookup tree")?;
            }
            None => {
                let zero = a.constant(Fr::zero());
                a.assert_equal(&p, &zero, "the sum of the lookups is zero")?;
                a.inverse(&q, "the denominator of the lookups is not zero")?;
            }
        }
        let numerator = a.lerp(&p0, &p1, &mu);
        let denominator = a.lerp(&q0, &q1, &mu);
        let lambda = a.mul(&mu, &mu);
        let running = a.mul_add(&lambda, &denominator, &numerator);
        expected = Some((running, lambda));
        next.insert(0, mu);
        point = next;
        claim = Some((numerator, denominator));
    }
    match claim {
        Some((numerator, denominator)) => Ok(LeafClaim { point, numerator, denominator }),
        None => Err(VerifyError::Malformed { what: "the lookup tree", why: "it has no layer".into() }),
    }
}
