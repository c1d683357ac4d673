//! From a halo2 proof to a pairing claim: the constraints at the challenge point give the value of the
//! quotient polynomial, SHPLONK then opens every polynomial at once. `circuits/seal/PROOF_LAYOUT.md` lists
//! the operations one by one.

use super::domain::{Lagrange, delta, lagrange, omega};
use super::gates::{Cells, constraints};
use super::proof::Proof;
use crate::commitment::pairing::PairingClaim;
use crate::encoding::Reader;
use crate::error::VerifyError;
use crate::record::KeySet;
use crate::transcript::keccak::KeccakTranscript;
use crate::transcript::poseidon;
use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{Field, One, Zero};

/// Reads a halo2 proof that `key`'s circuit is satisfied with `instances`, and reduces it to a pairing claim.
///
/// # Errors
/// The proof is malformed, or a challenge falls on a point where no proof can be checked.
pub fn verify_halo2(
    key: &KeySet,
    instances: &[Fr],
    transcript: &mut KeccakTranscript,
    reader: &mut Reader<'_>,
) -> Result<PairingClaim, VerifyError> {
    let proof = Proof::read(key, instances, transcript, reader)?;
    let at = lagrange(key.k, proof.x, instances.len())?;
    let instance = instances.iter().zip(&at.instances).map(|(value, l)| *value * l).sum();
    let quotient_at = quotient_value(&proof, &at, instance);
    multi_open(key, &proof, &at, quotient_at)
}

/// What the quotient polynomial must be at x: all constraints combined by powers of `y`, over `x^n - 1`.
fn quotient_value(proof: &Proof, at: &Lagrange, instance: Fr) -> Fr {
    let [full, partial, constants @ ..] = proof.fixed_at;
    let cells = Cells {
        advice: proof.advice_at,
        next: proof.advice_next,
        full,
        partial,
        constants,
        one: Fr::one(),
        mds: poseidon::parameters().mds,
    };
    let gates = constraints(&cells);
    let numerator = gates.iter().chain(&permutation(proof, at, instance)).fold(Fr::zero(), |sum, e| sum * proof.y + e);
    numerator * at.vanishing_inverse
}

/// The permutation argument over the advice columns and the instance column.
fn permutation(proof: &Proof, at: &Lagrange, instance: Fr) -> [Fr; 3] {
    let (z, z_next) = (proof.product_at, proof.product_next);
    let columns = proof.advice_at.iter().chain(core::iter::once(&instance));
    let shift = delta();
    let mut coset = proof.beta * proof.x;
    let (mut left, mut right) = (z_next, z);
    for (column, sigma) in columns.zip(&proof.permutation_at) {
        left *= *column + proof.beta * sigma + proof.gamma;
        right *= *column + coset + proof.gamma;
        coset *= shift;
    }
    let active = Fr::one() - at.last - at.blind;
    [at.first * (Fr::one() - z), at.last * (z.square() - z), active * (left - right)]
}

/// SHPLONK over two sets of points: `{x, x_next}` and `{x}`.
fn multi_open(key: &KeySet, proof: &Proof, at: &Lagrange, quotient_at: Fr) -> Result<PairingClaim, VerifyError> {
    let mut claim = PairingClaim::default();
    let left = &mut claim.left;
    let x_next = proof.x * omega(key.k);
    let (to_x, to_next) = (proof.u - proof.x, proof.u - x_next);
    let mut values = Fr::zero();

    let [a0, a1, a2, a3, a4] = proof.advice;
    let [v0, v1, v2, v3, v4] = proof.advice_at;
    let [n0, n1, n2] = proof.advice_next;
    let twice = [(a0, v0, n0), (a1, v1, n1), (a2, v2, n2), (proof.product, proof.product_at, proof.product_next)];
    let spread = (proof.x - x_next).inverse().ok_or(VerifyError::Rejected { check: "halo2: challenge x is not 0" })?;
    let mut power = Fr::one();
    for (point, here, next) in twice {
        left.push(power, point);
        values += power * (here * to_next - next * to_x) * spread;
        power *= proof.inner;
    }

    let mut power = proof.outer * to_next;
    let mut once = |point: G1Affine, value: Fr| {
        left.push(power, point);
        values += power * value;
        let now = power;
        power *= proof.inner;
        now
    };
    once(a3, v3);
    once(a4, v4);
    key.fixed.iter().zip(proof.fixed_at).for_each(|(point, value)| {
        once(*point, value);
    });
    key.permutation.iter().zip(proof.permutation_at).for_each(|(point, value)| {
        once(*point, value);
    });
    let [piece, pieces @ ..] = proof.quotient;
    let mut weight = once(piece, quotient_at);
    once(proof.random, proof.random_at);
    let x_n = at.vanishing + Fr::one();
    for piece in pieces {
        weight *= x_n;
        left.push(weight, piece);
    }

    left.push(-values, G1Affine::generator());
    left.push(-(to_x * to_next), proof.w1);
    left.push(proof.u, proof.w2);
    claim.right.push(Fr::one(), proof.w2);
    Ok(claim)
}
