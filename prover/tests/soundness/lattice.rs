//! An output forged under an evaluation point that was known before the output was chosen.
//!
//! Public outputs enter as `sum_i y_i z^i`. Whoever knows `z` finds, by lattice reduction, small integers with
//! `sum_i d_i z^i = 0`, and `y + d` is as good as `y`. Here `z` comes from the digest of a statement that names `y`.

use super::programs::{inputs, rng};
use super::support::Programs;
use super::support::adversary::{Case, PRODUCTS};
use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use num_bigint::{BigInt, Sign};
use verin_circuits::statement::io_point;

fn big(x: Fr) -> BigInt {
    BigInt::from_bytes_be(Sign::Plus, &x.into_bigint().to_bytes_be())
}

fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Lenstra, Lenstra, Lovász, in integers (Cohen, A Course in Computational Algebraic Number Theory, algorithm 2.6.7).
struct Reduction {
    basis: Vec<Vec<BigInt>>,
    /// `d[i]`: determinant of the Gram matrix of the first `i` vectors.
    d: Vec<BigInt>,
    lambda: Vec<Vec<BigInt>>,
}

impl Reduction {
    fn reduce(basis: Vec<Vec<BigInt>>) -> Vec<Vec<BigInt>> {
        let n = basis.len();
        let zero = BigInt::from(0);
        let mut r = Self { basis, d: vec![BigInt::from(1); n + 1], lambda: vec![vec![zero; n]; n] };
        r.d[1] = dot(&r.basis[0], &r.basis[0]);
        let (mut k, mut last) = (1, 0);
        while k < n {
            if k > last {
                last = k;
                r.orthogonalize(k);
            }
            r.shorten(k, k - 1);
            let l = &r.lambda[k][k - 1];
            if 4 * &r.d[k + 1] * &r.d[k - 1] < 3 * &r.d[k] * &r.d[k] - 4 * l * l {
                r.exchange(k, last);
                k = (k - 1).max(1);
            } else {
                (0..k - 1).rev().for_each(|l| r.shorten(k, l));
                k += 1;
            }
        }
        r.basis
    }

    fn orthogonalize(&mut self, k: usize) {
        for j in 0..=k {
            let mut u = dot(&self.basis[k], &self.basis[j]);
            for i in 0..j {
                u = (&self.d[i + 1] * u - &self.lambda[k][i] * &self.lambda[j][i]) / &self.d[i];
            }
            if j < k { self.lambda[k][j] = u } else { self.d[k + 1] = u }
        }
    }

    fn shorten(&mut self, k: usize, l: usize) {
        let (lambda, d) = (&self.lambda[k][l], &self.d[l + 1]);
        let twice: BigInt = 2 * lambda;
        if &twice <= d && -&twice <= *d {
            return;
        }
        // Nearest integer; truncation towards zero is corrected by the sign.
        let q: BigInt = if twice.sign() == Sign::Minus { (&twice - d) / (2 * d) } else { (&twice + d) / (2 * d) };
        let other = self.basis[l].clone();
        self.basis[k].iter_mut().zip(&other).for_each(|(a, b)| *a -= &q * b);
        let d = self.d[l + 1].clone();
        self.lambda[k][l] -= &q * d;
        for i in 0..l {
            let step = &q * &self.lambda[l][i];
            self.lambda[k][i] -= step;
        }
    }

    fn exchange(&mut self, k: usize, last: usize) {
        self.basis.swap(k, k - 1);
        for j in 0..k - 1 {
            let here = self.lambda[k][j].clone();
            self.lambda[k][j] = std::mem::replace(&mut self.lambda[k - 1][j], here);
        }
        let l = self.lambda[k][k - 1].clone();
        let b = (&self.d[k - 1] * &self.d[k + 1] + &l * &l) / &self.d[k];
        for i in k + 1..=last {
            let t = self.lambda[i][k].clone();
            self.lambda[i][k] = (&self.d[k + 1] * &self.lambda[i][k - 1] - &l * &t) / &self.d[k];
            self.lambda[i][k - 1] = (&b * t + &l * &self.lambda[i][k]) / &self.d[k + 1];
        }
        self.d[k] = b;
    }
}

/// Small `d` with `sum_i d_i z^i = 0`.
fn kernel(z: Fr, n: usize) -> Vec<Vec<i64>> {
    let zero = || vec![BigInt::from(0); n];
    let mut modulus = zero();
    modulus[0] = BigInt::from_bytes_be(Sign::Plus, &Fr::MODULUS.to_bytes_be());
    let powers = std::iter::successors(Some(z), |p| Some(*p * z)).take(n - 1);
    let others = powers.enumerate().map(|(i, power)| {
        let mut row = zero();
        (row[0], row[i + 1]) = (-big(power), BigInt::from(1));
        row
    });
    let basis = Reduction::reduce(std::iter::once(modulus).chain(others).collect());
    let small = |v: &Vec<BigInt>| v.iter().map(|x| i64::try_from(x.clone()).ok()).collect::<Option<Vec<_>>>();
    basis.iter().filter_map(small).collect()
}

fn argmax(values: &[i64]) -> usize {
    (0..values.len()).max_by_key(|i| (values[*i], usize::MAX - i)).unwrap()
}

#[test]
fn soundness_a_known_evaluation_point_forges_outputs_and_the_statement_prevents_it() {
    let mut p = Programs::new(rng(12), &[8], 8);
    let o = p.dense(0, 0, 16);
    let case = Case::new(p.finish(o), 4, 0, (false, false), false);
    let honest = case.honest(&inputs(&case, 1));
    let (lo, hi) = case.graph.bounds(case.graph.output.tensor).unwrap();
    let width = (1..=8u32).find(|w| lo >= -(1i64 << (8 * w - 1)) && hi < 1i64 << (8 * w - 1)).unwrap();

    // z, from anything that does not depend on the output.
    let z = io_point(&[3; 32]);
    let fits = |v: &i64| (-(1i64 << (8 * width - 1))..1i64 << (8 * width - 1)).contains(v);
    let changed = |d: &Vec<i64>, sign: i64| honest.output.iter().zip(d).map(|(y, d)| y + sign * d).collect::<Vec<_>>();
    let candidates = kernel(z, honest.output.len());
    let outputs = candidates.iter().flat_map(|d| [changed(d, 1), changed(d, -1)]);
    let forged = outputs
        .filter(|y| y.iter().all(fits) && *y != honest.output)
        .max_by_key(|y| argmax(y) != argmax(&honest.output));
    let forged = forged.expect("a forged output of the width of the real one");
    assert_ne!(argmax(&forged), argmax(&honest.output), "another class");

    // Under the known z the honest proof, and any other, proves both outputs, even when all of them are absorbed.
    let mut forgery = honest.clone();
    forgery.output = forged;
    assert_eq!(forgery.public_at(&case, z).output_sum, honest.public_at(&case, z).output_sum);
    assert_ne!(forgery.s0(&case), honest.s0(&case));
    let proof = forgery.prove_on(&case, Default::default(), forgery.public_at(&case, z));
    assert!(case.accepts(&forgery, &proof, &[]), "the forgery works where z is known");

    // With z from the statement that names the output, it does not.
    case.rejects("z drawn afterwards", &forgery, &[PRODUCTS]);
}
