//! The naive backend: definitions, one after another.

use super::{Backend, product_terms};
use crate::ints::Ints;
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ff::{One, Zero};
use verin_circuits::multilinear::signed;

/// The oracle that other backends are compared with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Backend for Reference {
    fn commit_ints(&self, bases: &[G1Affine], ints: &Ints<'_>) -> G1Projective {
        self.commit_field(bases, &ints.to_field(ints.len()))
    }

    fn commit_field(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective {
        bases.iter().zip(scalars).filter(|(_, s)| !s.is_zero()).map(|(g, s)| *g * *s).sum()
    }

    fn eq_table(&self, point: &[Fr]) -> Vec<Fr> {
        (0..1usize << point.len())
            .map(|i| {
                let bit = |k: usize| i >> (point.len() - 1 - k) & 1 == 1;
                point.iter().enumerate().map(|(k, p)| if bit(k) { *p } else { Fr::one() - p }).product()
            })
            .collect()
    }

    fn fold_rows(&self, ints: &Ints<'_>, width_log: u32, weights: &[Fr]) -> Vec<Fr> {
        let entry = |i: usize, j: usize| signed(ints.get((i << width_log) + j));
        (0..1usize << width_log).map(|j| weights.iter().enumerate().map(|(i, w)| *w * entry(i, j)).sum()).collect()
    }

    fn contract_ints(&self, ints: &Ints<'_>, before: usize, after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
        let n = matrix.first().map_or(0, Vec::len);
        self.contract_field(&ints.to_field((before * n) << after_log), after_log, matrix)
    }

    fn contract_field(&self, table: &[Fr], after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
        let (n, after) = (matrix.first().map_or(1, Vec::len), 1usize << after_log);
        let mut out = Vec::new();
        for block in table.chunks(n * after) {
            for row in matrix {
                let entry = |c: usize| row.iter().enumerate().map(|(i, w)| *w * block[i * after + c]).sum::<Fr>();
                out.extend((0..after).map(entry));
            }
        }
        out
    }

    fn bind(&self, table: &mut Vec<Fr>, t: Fr) {
        let half = table.len() / 2;
        *table = (0..half).map(|j| table[j] + t * (table[j + half] - table[j])).collect();
    }

    fn add_fractions(&self, p: &[Fr], q: &[Fr]) -> (Vec<Fr>, Vec<Fr>) {
        let half = p.len() / 2;
        (0..half).map(|j| (p[j] * q[j + half] + p[j + half] * q[j], q[j] * q[j + half])).unzip()
    }

    fn fraction_round(&self, eq: &[Fr], tables: [&[Fr]; 4]) -> (Fr, Fr) {
        let half = eq.len();
        let mut sums = (Fr::zero(), Fr::zero());
        for (j, e) in eq.iter().enumerate() {
            let [a, b, c, d] = tables.map(|t| (t[j], t[j + half] - t[j]));
            sums.0 += *e * (a.0 * b.0 + c.0 * d.0);
            sums.1 += *e * (a.1 * b.1 + c.1 * d.1);
        }
        sums
    }

    fn product_round(&self, factors: &[&[Fr]]) -> Vec<Fr> {
        let half = factors.first().map_or(0, |f| f.len() / 2);
        let mut sum = [Fr::zero(); 3];
        for j in 0..half {
            product_terms(factors, j, half, &mut sum);
        }
        sum[..factors.len()].to_vec()
    }

    fn add_scaled(&self, a: &mut [Fr], k: Fr, b: &[Fr]) {
        for (a, b) in a.iter_mut().zip(b) {
            *a += k * b;
        }
    }
}
