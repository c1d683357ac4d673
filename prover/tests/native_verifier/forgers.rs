//! Openings by provers who lie about the coefficients sent in the clear and make everything else fit: each is
//! refused by one check alone.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, Field, Zero};
use verin_circuits::commitment::opening::TAIL;
use verin_circuits::encoding::{point_bytes, scalar_bytes};
use verin_circuits::transcript::keccak::KeccakTranscript;

/// The lie, and so the only check that can catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// None: what an honest prover sends.
    None,
    /// Coefficients of another polynomial that folds to the same `v`.
    Coefficients,
    /// The same, and values of the last committed fold that agree with them: against the commitment.
    Values,
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

    let mut folds = vec![f0.to_vec()];
    for y in zeta[TAIL..].iter().rev() {
        let f = folds.last().unwrap();
        folds.push(f.chunks(2).map(|pair| pair[0] + *y * (pair[1] - pair[0])).collect());
    }
    let mut tail = folds.pop().unwrap();
    if matches!(lie, Lie::Coefficients | Lie::Values) {
        // (1 - y) a + y b stays, for the lowest of the coordinates that are left.
        let y = zeta[TAIL - 1];
        tail[4] += y;
        tail[5] += y - Fr::ONE;
    }

    scalar(&blind, transcript, &mut bytes);
    folds[1..].iter().for_each(|f| commit(f, transcript, &mut bytes));
    tail.iter().for_each(|c| scalar(c, transcript, &mut bytes));
    let r = transcript.challenge();
    let square = r.square();
    let mut values: Vec<[Fr; 2]> = folds.iter().map(|f| [evaluate(f, r), evaluate(f, -r)]).collect();
    if lie == Lie::Values {
        // f(r) and f(-r) up by d: even up by d, so (1 - y) d at the next fold's r^2.
        let y = zeta[TAIL];
        let [plus, minus] = values.last_mut().unwrap();
        let next = (Fr::ONE - y) * (*plus + *minus) / Fr::from(2u64) + y * (*plus - *minus) / r.double();
        let d = (evaluate(&tail, square) - next) / (Fr::ONE - y);
        *plus += d;
        *minus += d;
    }
    values.iter().flatten().for_each(|value| scalar(value, transcript, &mut bytes));

    // The quotients, remainders forgotten.
    let y = transcript.challenge();
    let (pair, all) = ([-square, Fr::ZERO, Fr::ONE], multiply(&[-square, Fr::ZERO, Fr::ONE], &[-square, Fr::ONE]));
    let mut quotient = vec![Fr::ZERO; f0.len()];
    let mut weight = Fr::ONE;
    for (i, f) in folds.iter().enumerate() {
        add(&mut quotient, &divide(f, if i == 0 { &pair } else { &all }), weight);
        weight *= y;
    }
    quotient.truncate(f0.len() - 2);
    commit(&quotient, transcript, &mut bytes);

    let x = transcript.challenge();
    let mut linear = vec![Fr::ZERO; f0.len()];
    let mut weight = Fr::ONE;
    for (i, f) in folds.iter().enumerate() {
        add(&mut linear, f, if i == 0 { x - square } else { weight });
        weight *= y;
    }
    add(&mut linear, &quotient, -evaluate(&all, x));
    commit(&divide(&linear, &[-x, Fr::ONE]), transcript, &mut bytes);
    bytes
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
    let degree = divisor.len() - 1;
    let mut rest = f.to_vec();
    for i in (degree..f.len()).rev() {
        let lead = rest[i];
        (0..degree).for_each(|j| rest[i - degree + j] -= lead * divisor[j]);
    }
    rest.split_off(degree.min(f.len()))
}
