//! Claims `e(L, [1]_2) = e(R, [tau]_2)` with `L` and `R` as sums of scalar times point.

use super::srs::VerifierSrs;
use crate::error::VerifyError;
use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::Zero;

/// A sum of scalar times point, not yet computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Msm {
    points: Vec<G1Affine>,
    scalars: Vec<Fr>,
}

impl Msm {
    /// Adds `scalar * point`.
    pub fn push(&mut self, scalar: Fr, point: G1Affine) {
        self.points.push(point);
        self.scalars.push(scalar);
    }

    /// Adds `factor * other`.
    pub fn add_scaled(&mut self, factor: Fr, other: &Self) {
        self.points.extend_from_slice(&other.points);
        self.scalars.extend(other.scalars.iter().map(|s| *s * factor));
    }

    /// Number of terms.
    pub fn terms(&self) -> usize {
        self.points.len()
    }

    /// The sum.
    pub fn value(&self) -> G1Projective {
        // Both vectors grow together, in `push` and `add_scaled`.
        G1Projective::msm_unchecked(&self.points, &self.scalars)
    }
}

/// `e(left, [1]_2) = e(right, [tau]_2)`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairingClaim {
    /// `L`
    pub left: Msm,
    /// `R`
    pub right: Msm,
}

impl PairingClaim {
    /// Adds `factor` times `other`. With a random `factor` drawn after both claims are fixed, the sum holds
    /// only if both do (but for one factor in the group order).
    pub fn merge(&mut self, factor: Fr, other: &Self) {
        self.left.add_scaled(factor, &other.left);
        self.right.add_scaled(factor, &other.right);
    }

    /// Decides the claim.
    ///
    /// # Errors
    /// It does not hold.
    pub fn check(&self, srs: &VerifierSrs) -> Result<(), VerifyError> {
        let left = self.left.value().into_affine();
        let right = (-self.right.value()).into_affine();
        match Bn254::multi_pairing([left, right], [G2Affine::generator(), srs.tau_g2]).is_zero() {
            true => Ok(()),
            false => Err(VerifyError::Rejected { check: "pairing" }),
        }
    }
}
