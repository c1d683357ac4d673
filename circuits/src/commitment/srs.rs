//! The points of the SRS a verifier holds. They are its constants, never data of whoever registers a model:
//! a registrant who chose `[tau^B]` could shift every opening at will.

use crate::encoding::{WORD, point_bytes};
use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, Field, PrimeField};
use core::ops::RangeInclusive;
use sha3::{Digest, Keccak256};
use std::sync::LazyLock;

/// First item of the digest's preimage.
pub const TAG: &[u8] = b"verin.srs.v1";
/// Row lengths a verifier can read, as log2.
pub const ROW_LOG: RangeInclusive<usize> = crate::record::ROW_LOG;
/// keccak256 of this, reduced, is the secret of the insecure SRS.
pub const INSECURE_SEED: &[u8] = b"verin insecure development srs";

/// A verifier's part of the SRS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierSrs {
    /// Names the SRS: keccak256 of [`TAG`], `[tau]_2` in EVM order (x imaginary, x real, y imaginary,
    /// y real) and the points of `tau_b`.
    pub digest: [u8; WORD],
    /// `[tau]_2`
    pub tau_g2: G2Affine,
    /// `[tau^(2^b)]_1` for every `b` of [`ROW_LOG`], in order.
    pub tau_b: Vec<G1Affine>,
}

impl VerifierSrs {
    /// The part for an SRS with these points.
    pub fn new(tau_g2: G2Affine, tau_b: Vec<G1Affine>) -> Self {
        let mut hash = Keccak256::new();
        hash.update(TAG);
        hash.update(g2_bytes(&tau_g2));
        for point in &tau_b {
            hash.update(point_bytes(point));
        }
        Self { digest: hash.finalize().into(), tau_g2, tau_b }
    }

    /// The insecure SRS for development; anyone can open anything to anything under it.
    pub fn insecure() -> &'static Self {
        static SRS: LazyLock<VerifierSrs> = LazyLock::new(|| {
            let tau = insecure_tau();
            let first = (0..*ROW_LOG.start()).fold(tau, |power, _| power.square());
            let powers = core::iter::successors(Some(first), |power| Some(power.square()));
            let points: Vec<_> = powers.take(ROW_LOG.count()).map(|power| G1Projective::generator() * power).collect();
            VerifierSrs::new((G2Affine::generator() * tau).into_affine(), G1Projective::normalize_batch(&points))
        });
        &SRS
    }

    /// `[tau^(2^b)]_1`
    pub fn tau_power(&self, row_log: usize) -> Option<G1Affine> {
        self.tau_b.get(row_log.checked_sub(*ROW_LOG.start())?).copied()
    }
}

/// The published secret of the insecure SRS.
pub fn insecure_tau() -> Fr {
    Fr::from_be_bytes_mod_order(&Keccak256::digest(INSECURE_SEED))
}

/// A point of G2 as the EVM's pairing precompile reads it.
pub fn g2_bytes(p: &G2Affine) -> [u8; 4 * WORD] {
    let mut out = [0; 4 * WORD];
    if let Some((x, y)) = p.xy() {
        for (slot, c) in out.chunks_exact_mut(WORD).zip([x.c1, x.c0, y.c1, y.c0]) {
            slot.iter_mut().zip(c.into_bigint().to_bytes_be()).for_each(|(to, from)| *to = from);
        }
    }
    out
}
