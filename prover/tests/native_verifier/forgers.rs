//! Openings by provers who lie about the coefficients sent in the clear and make everything else fit: each is
//! refused by one check alone.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, Field, Zero};
use verin_circuits::commitment::opening::{ARITY, FOLD_LOG, tail_log};
use verin_circuits::encoding::{point_bytes, scalar_bytes};
use verin_circuits::transcript::keccak::KeccakTranscript;

/// The lie, and so the only check that can catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// None: what an honest prover sends.
    None,
    /// Coefficients of another polynomial that folds to the same `v`.
    Coefficients,
    /// The same, and a remainder of the fold before that agrees with them: against its commitment, or that of the rows.
    Values,
    /// A first fold that is none of the rows', but folds to what theirs does, committed and opened as it is.
    Fold,
    /// Everything as it is; what is false is `v`, to which the coefficients do not fold.
    Value,
}

/// What [`verin_prover::opening::open`] writes, but for the lie. Slow and plain.
pub fn open(
    lie: Lie,
    powers: &[G1Affine],
    f0: &[Fr],
    blind: Fr,
    zeta: &[Fr],
    transcript: &mut KeccakTranscript,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let scalar = |s: &Fr, transcript: &mut KeccakTranscript, bytes: &mut Vec<u8>| {
        transcript.absorb_scalar(s);
        bytes.extend(scalar_bytes(s));
    };
    let commit = |f: &[Fr], transcript: &mut KeccakTranscript, bytes: &mut Vec<u8>| {
        let point = G1Projective::msm(&powers[..f.len()], f).unwrap().into_affine();
        transcript.absorb_point(&point);
        bytes.extend(point_bytes(&point));
    };

    let tail_log = tail_log(zeta.len());
    let mut folds = vec![f0.to_vec()];
    for ys in zeta[tail_log..].rchunks(FOLD_LOG) {
        let f = folds.last().unwrap();
        folds.push(f.chunks(ARITY).map(|chunk| fold(chunk, ys)).collect());
    }
    let mut tail = folds.pop().unwrap();
    if lie == Lie::Fold {
        let y = zeta[zeta.len() - FOLD_LOG - 1];
        folds[1][0] += y;
        folds[1][1] += y - Fr::ONE;
    }
    if matches!(lie, Lie::Coefficients | Lie::Values) {
        // (1 - y) a + y b stays, for the lowest of the coordinates that are left.
        let y = zeta[tail_log - 1];
        tail[0] += y;
        tail[1] += y - Fr::ONE;
    }

    scalar(&blind, transcript, &mut bytes);
    folds[1..].iter().for_each(|f| commit(f, transcript, &mut bytes));
    tail.iter().for_each(|c| scalar(c, transcript, &mut bytes));
    let s = transcript.challenge();
    let mut vanishing = vec![Fr::ZERO; ARITY + 1];
    (vanishing[0], vanishing[ARITY]) = (-s, Fr::ONE);
    let mut remainders: Vec<Vec<Fr>> = folds.iter().map(|f| remainder(f, &vanishing)).collect();
    if lie == Lie::Values {
        // The first coefficient up by d: the next fold at s up by its weight times d.
        let ys = &zeta[tail_log..][..FOLD_LOG];
        let weight: Fr = ys.iter().map(|y| Fr::ONE - y).product();
        let last = remainders.last_mut().unwrap();
        let missing = evaluate(&tail, s) - fold(last, ys);
        last[0] += missing / weight;
    }
    remainders.iter().flatten().for_each(|value| scalar(value, transcript, &mut bytes));

    // The quotients, remainders forgotten.
    let y = transcript.challenge();
    let all = multiply(&vanishing, &[-s, Fr::ONE]);
    let mut quotient = vec![Fr::ZERO; f0.len()];
    let mut weight = Fr::ONE;
    for (i, f) in folds.iter().enumerate() {
        add(&mut quotient, &divide(f, if i == 0 { &vanishing } else { &all }), weight);
        weight *= y;
    }
    quotient.truncate(f0.len() - ARITY);
    commit(&quotient, transcript, &mut bytes);

    let x = transcript.challenge();
    let mut linear = vec![Fr::ZERO; f0.len()];
    let mut weight = Fr::ONE;
    for (i, f) in folds.iter().enumerate() {
        add(&mut linear, f, if i == 0 { x - s } else { weight });
        weight *= y;
    }
    add(&mut linear, &quotient, -evaluate(&all, x));
    commit(&divide(&linear, &[-x, Fr::ONE]), transcript, &mut bytes);
    bytes
}

/// The extension of values at coordinates, most significant index bit first, by its definition.
fn fold(values: &[Fr], coordinates: &[Fr]) -> Fr {
    let weight = |i: usize| -> Fr {
        let bit = |j: usize| i >> (coordinates.len() - 1 - j) & 1 == 1;
        coordinates.iter().enumerate().map(|(j, y)| if bit(j) { *y } else { Fr::ONE - y }).product()
    };
    values.iter().enumerate().map(|(i, value)| weight(i) * value).sum()
}

fn evaluate(f: &[Fr], x: Fr) -> Fr {
    f.iter().rev().fold(Fr::zero(), |sum, c| sum * x + c)
}

fn multiply(f: &[Fr], g: &[Fr]) -> Vec<Fr> {
    let mut product = vec![Fr::ZERO; f.len() + g.len() - 1];
    for (i, a) in f.iter().enumerate() {
        g.iter().enumerate().for_each(|(j, b)| product[i + j] += *a * b);
    }
    product
}

fn add(sum: &mut [Fr], f: &[Fr], weight: Fr) {
    sum.iter_mut().zip(f).for_each(|(s, c)| *s += weight * c);
}

/// Quotient by a monic polynomial.
fn divide(f: &[Fr], divisor: &[Fr]) -> Vec<Fr> {
    let (quotient, _) = divide_with_remainder(f, divisor);
    quotient
}

fn remainder(f: &[Fr], divisor: &[Fr]) -> Vec<Fr> {
    let (_, rest) = divide_with_remainder(f, divisor);
    rest
}

fn divide_with_remainder(f: &[Fr], divisor: &[Fr]) -> (Vec<Fr>, Vec<Fr>) {
    let degree = divisor.len() - 1;
    let mut rest = f.to_vec();
    for i in (degree..f.len()).rev() {
        let lead = rest[i];
        (0..degree).for_each(|j| rest[i - degree + j] -= lead * divisor[j]);
    }
    let quotient = rest.split_off(degree.min(f.len()));
    (quotient, rest)
}
