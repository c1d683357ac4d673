//! The deferred opening, prover's side: HyperKZG with folds of [`ARITY`] and one SHPLONK quotient.
//!
//! A little more than `2 * 2^b` full-width group operations: each quotient `2^b`, the folds together a seventh of that. The
//! interpolations of what is claimed never have to be built: they are the remainders of the divisions.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{Field, Zero};
use rayon::prelude::*;
use std::borrow::Cow;
use verin_circuits::commitment::opening::{ARITY, FOLD_LOG, tail_log};
use verin_circuits::encoding::{point_bytes, scalar_bytes};
use verin_circuits::transcript::keccak::KeccakTranscript;

/// Opens `f_0`, whose commitment carries the blinder `blind` at `X^(2^b)`, at the multilinear point `zeta`
/// (most significant index bit first). `powers` are `[tau^0]_1, [tau^1]_1, ..`, at least `2^b`; `f0` has `2^b`
/// coefficients. Returns the bytes that [`verin_circuits::commitment::opening::verify_opening`] reads.
pub fn open(powers: &[G1Affine], f0: &[Fr], blind: Fr, zeta: &[Fr], transcript: &mut KeccakTranscript) -> Vec<u8> {
    let mut out = Writer { transcript, bytes: Vec::new() };
    out.scalar(&blind);

    let mut folds = fold_all(f0, zeta);
    let tail = folds.pop().unwrap_or_default();
    let commitments: Vec<_> = folds.iter().map(|fold| commit(powers, fold)).collect();
    G1Projective::normalize_batch(&commitments).iter().for_each(|point| out.point(point));
    tail.iter().for_each(|coefficient| out.scalar(coefficient));

    let s = out.transcript.challenge();
    for f in core::iter::once(f0).chain(folds.iter().map(Vec::as_slice)) {
        remainder(f, s).iter().for_each(|value| out.scalar(value));
    }

    let y = out.transcript.challenge();
    let combined = combine(&folds, y);
    let mut quotient = divide(f0, ARITY, s);
    let rest = divide(&divide(&combined, ARITY, s), 1, s);
    quotient.par_iter_mut().zip(&rest).for_each(|(q, f)| *q += f);
    out.point(&commit(powers, &quotient).into_affine());

    let x = out.transcript.challenge();
    let c_0 = x - s;
    let vanishing = (x.pow([ARITY as u64]) - s) * c_0;
    let mut linear: Vec<Fr> = f0.par_iter().map(|f| c_0 * f).collect();
    linear.par_iter_mut().zip(&combined).for_each(|(l, f)| *l += f);
    linear.par_iter_mut().zip(&quotient).for_each(|(l, q)| *l -= vanishing * q);
    out.point(&commit(powers, &divide(&linear, 1, x)).into_affine());
    out.bytes
}

/// `f_1 .. f_m`
fn fold_all(f0: &[Fr], zeta: &[Fr]) -> Vec<Vec<Fr>> {
    let mut folds: Vec<Vec<Fr>> = Vec::new();
    for ys in zeta[tail_log(zeta.len())..].rchunks_exact(FOLD_LOG) {
        let previous = folds.last().map_or(f0, Vec::as_slice);
        let fold = ys.iter().rev().fold(Cow::Borrowed(previous), |f, y| {
            f.par_chunks_exact(2).map(|pair| pair[0] + *y * (pair[1] - pair[0])).collect()
        });
        folds.push(fold.into_owned());
    }
    folds
}

/// `sum_{i >= 1} y^i f_i`
fn combine(folds: &[Vec<Fr>], y: Fr) -> Vec<Fr> {
    let mut sum: Vec<Fr> = Vec::new();
    for fold in folds.iter().rev() {
        sum.par_iter_mut().for_each(|s| *s *= y);
        sum.resize(fold.len(), Fr::zero());
        sum.par_iter_mut().zip(fold).for_each(|(s, f)| *s += f);
    }
    sum.par_iter_mut().for_each(|s| *s *= y);
    sum
}

/// `f` modulo `X^ARITY - s`.
fn remainder(f: &[Fr], s: Fr) -> [Fr; ARITY] {
    f.rchunks_exact(ARITY).fold([Fr::zero(); ARITY], |sum, chunk| core::array::from_fn(|k| sum[k] * s + chunk[k]))
}

/// Quotient of `f` by `X^n - root`.
fn divide(f: &[Fr], n: usize, root: Fr) -> Vec<Fr> {
    let mut quotient = f.get(n..).unwrap_or_default().to_vec();
    for i in (0..quotient.len().saturating_sub(n)).rev() {
        let carried = root * quotient[i + n];
        quotient[i] += carried;
    }
    quotient
}

fn commit(powers: &[G1Affine], f: &[Fr]) -> G1Projective {
    G1Projective::msm_unchecked(&powers[..f.len()], f)
}

/// Writes and absorbs.
struct Writer<'a> {
    transcript: &'a mut KeccakTranscript,
    bytes: Vec<u8>,
}

impl Writer<'_> {
    fn scalar(&mut self, s: &Fr) {
        self.transcript.absorb_scalar(s);
        self.bytes.extend_from_slice(&scalar_bytes(s));
    }

    fn point(&mut self, p: &G1Affine) {
        self.transcript.absorb_point(p);
        self.bytes.extend_from_slice(&point_bytes(p));
    }
}
