//! Powers of tau, the one SRS of both halves of a proof.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::PrimeGroup;
use ark_ec::scalar_mul::ScalarMul;
use ark_ff::One;
use verin_circuits::commitment::srs::{VerifierSrs, insecure_tau};

/// Powers of tau and the verifier's part of them.
#[derive(Clone, Debug)]
pub struct Srs {
    /// `[tau^0]_1, [tau^1]_1, ..`
    pub powers: Vec<G1Affine>,
    /// What a verifier holds.
    pub verifier: VerifierSrs,
}

impl Srs {
    /// The first `n` powers of the insecure development SRS, whose tau is published.
    pub fn insecure(n: usize) -> Self {
        let tau = insecure_tau();
        let powers: Vec<Fr> = std::iter::successors(Some(Fr::one()), |p| Some(*p * tau)).take(n).collect();
        Self { powers: G1Projective::generator().batch_mul(&powers), verifier: VerifierSrs::insecure().clone() }
    }

    /// `[tau]_2`
    pub fn tau_g2(&self) -> G2Affine {
        self.verifier.tau_g2
    }
}
