//! The deferred opening, prover's side: HyperKZG with one SHPLONK quotient.
//!
//! About `3 * 2^b` full-width group operations: the folds together `2^b`, each quotient as many. The
//! interpolations of the claimed values never have to be built: they are the remainders of the divisions.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{Field, Zero};
use rayon::prelude::*;
use verin_circuits::commitment::opening::TAIL;
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

    let r = out.transcript.challenge();
    let square = r.square();
    let values: Vec<_> =
        core::iter::once(f0).chain(folds.iter().map(Vec::as_slice)).map(|f| at_plus_minus(f, r, square)).collect();
    values.iter().flatten().for_each(|value| out.scalar(value));

    let y = out.transcript.challenge();
    let combined = combine(&folds, y);
    let first = divide_by_square(f0, square);
    let mut quotient = divide_by_linear(&divide_by_square(&combined, square), square);
    quotient.resize(first.len(), Fr::zero());
    quotient.par_iter_mut().zip(&first).for_each(|(q, f)| *q += f);
    out.point(&commit(powers, &quotient).into_affine());

    let x = out.transcript.challenge();
    let c_0 = x - square;
    let vanishing = (x.square() - square) * c_0;
    let mut linear: Vec<Fr> = f0.par_iter().map(|f| c_0 * f).collect();
    linear.par_iter_mut().zip(&combined).for_each(|(l, f)| *l += f);
    linear.par_iter_mut().zip(&quotient).for_each(|(l, q)| *l -= vanishing * q);
    out.point(&commit(powers, &divide_by_linear(&linear, x)).into_affine());
    out.bytes
}

/// `f_1 .. f_{b-TAIL}`
fn fold_all(f0: &[Fr], zeta: &[Fr]) -> Vec<Vec<Fr>> {
    let mut folds: Vec<Vec<Fr>> = Vec::new();
    for y in zeta.iter().skip(TAIL).rev() {
        let previous = folds.last().map_or(f0, Vec::as_slice);
        folds.push(previous.par_chunks_exact(2).map(|pair| pair[0] + *y * (pair[1] - pair[0])).collect());
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

/// `f(r)` and `f(-r)`
fn at_plus_minus(f: &[Fr], r: Fr, square: Fr) -> [Fr; 2] {
    let (even, odd) = f
        .rchunks_exact(2)
        .fold((Fr::zero(), Fr::zero()), |(even, odd), pair| (even * square + pair[0], odd * square + pair[1]));
    [even + r * odd, even - r * odd]
}

/// Quotient of `f` by `X^2 - square`.
fn divide_by_square(f: &[Fr], square: Fr) -> Vec<Fr> {
    let mut quotient = f.get(2..).unwrap_or_default().to_vec();
    for i in (0..quotient.len().saturating_sub(2)).rev() {
        quotient[i] = f[i + 2] + square * quotient[i + 2];
    }
    quotient
}

/// Quotient of `f` by `X - root`.
fn divide_by_linear(f: &[Fr], root: Fr) -> Vec<Fr> {
    let mut quotient = f.get(1..).unwrap_or_default().to_vec();
    for i in (0..quotient.len().saturating_sub(1)).rev() {
        quotient[i] = f[i + 1] + root * quotient[i + 1];
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
