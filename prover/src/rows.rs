//! Commitments to rows.

use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ff::{PrimeField, Zero};
use sha3::{Digest, Keccak256};
use std::ops::Range;
use verin_circuits::schedule::Schedule;

/// The blinder of row `index` of published weights: public, the same for everyone, never zero in practice. It keeps a row of
/// zeros from being the identity.
pub fn public_blinder(index: usize) -> Fr {
    let hash = Keccak256::new().chain_update(b"verin.public.blinder.v1").chain_update((index as u64).to_be_bytes());
    Fr::from_be_bytes_mod_order(&hash.finalize())
}

/// The blinder of row `index` of a model: secret where the row holds private weights, which are in the first rows.
pub fn model_blinder(secret: &[Fr], index: usize) -> Fr {
    secret.get(index).copied().unwrap_or_else(|| public_blinder(index))
}

/// Commits the rows of `range`, row `range.start + i` with `blinders[i]`.
///
/// # Panics
/// Fewer than `2^b + 1` powers, or fewer blinders than rows.
pub fn commit(
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    powers: &[G1Affine],
    range: Range<usize>,
    blinders: &[Fr],
) -> Vec<G1Affine> {
    let last = powers[1 << schedule.options.b];
    let mut rows: Vec<G1Projective> = blinders[..range.len()].iter().map(|blinder| last * *blinder).collect();
    for (tensor, column) in schedule.tensors.iter().zip(columns) {
        let Some(placement) = &tensor.placement else { continue };
        let length = 1usize << placement.chunk_log;
        for (i, cell) in placement.chunks.iter().enumerate() {
            let Some(cell) = cell.filter(|c| range.contains(&c.row)) else { continue };
            let chunk = column.slice(i * length..(i + 1) * length);
            rows[cell.row - range.start] += backend.commit_ints(&powers[cell.offset..cell.offset + length], &chunk);
        }
    }
    debug_assert!(rows.iter().all(|row| !row.is_zero()));
    G1Projective::normalize_batch(&rows)
}
