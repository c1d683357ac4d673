//! The kernels of the prover, behind one trait.
//!
//! [`Reference`] is naive and serial and stays for ever as the oracle; [`Cpu`] runs on rayon. Both give the same field
//! elements, so under the same randomness whole proofs are equal byte for byte.

mod cpu;
mod reference;

pub use cpu::Cpu;
pub use reference::Reference;

use crate::ints::Ints;
use ark_bn254::{Fr, G1Affine, G1Projective};

/// What the prover computes with. Tables are over the boolean cube, most significant index bit first; binding a
/// variable halves them.
pub trait Backend: Sync {
    /// `sum_i ints_i bases_i`
    fn commit_ints(&self, bases: &[G1Affine], ints: &Ints<'_>) -> G1Projective;
    /// `sum_i scalars_i bases_i`
    fn commit_field(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective;
    /// `eq(point, i)` for all `i`.
    fn eq_table(&self, point: &[Fr]) -> Vec<Fr>;
    /// `out_j = sum_i weights_i ints_(i 2^width_log + j)`, `2^width_log` entries.
    fn fold_rows(&self, ints: &Ints<'_>, width_log: u32, weights: &[Fr]) -> Vec<Fr>;
    /// `out_(a, m, c) = sum_n matrix_m,n ints_(a, n, c)` for `a` below `before` and `c` below `2^after_log`.
    fn contract_ints(&self, ints: &Ints<'_>, before: usize, after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr>;
    /// `out_(a, m, c) = sum_n matrix_m,n table_(a, n, c)` for `c` below `2^after_log`.
    fn contract_field(&self, table: &[Fr], after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr>;
    /// `table_j + t (table_(j + half) - table_j)`
    fn bind(&self, table: &mut Vec<Fr>, t: Fr);
    /// Fractions of the next layer up: `(p0 q1 + p1 q0, q0 q1)` for halves 0 and 1.
    fn add_fractions(&self, p: &[Fr], q: &[Fr]) -> (Vec<Fr>, Vec<Fr>);
    /// For `F(X) = sum_j eq_j (a_j(X) b_j(X) + c_j(X) d_j(X))` over the lower half `j`: `F(0)` and the coefficient of `X^2`.
    fn fraction_round(&self, eq: &[Fr], tables: [&[Fr]; 4]) -> (Fr, Fr);
    /// Coefficients `0, 2, .., d` of `sum_j prod_f (f_j + X (f_(j + half) - f_j))` for `d` = 2 or 3 factors.
    fn product_round(&self, factors: &[&[Fr]]) -> Vec<Fr>;
    /// `a_i + k b_i`
    fn add_scaled(&self, a: &mut [Fr], k: Fr, b: &[Fr]);
}

/// Terms of one index of [`Backend::product_round`], added to `sum`.
fn product_terms(factors: &[&[Fr]], j: usize, half: usize, sum: &mut [Fr; 3]) {
    let pair = |f: &[Fr]| (f[j], f[j + half] - f[j]);
    match factors {
        [a, b] => {
            let ((a0, da), (b0, db)) = (pair(a), pair(b));
            sum[0] += a0 * b0;
            sum[1] += da * db;
        }
        [a, b, c] => {
            let ((a0, da), (b0, db), (c0, dc)) = (pair(a), pair(b), pair(c));
            let (b0c0, dbdc) = (b0 * c0, db * dc);
            sum[0] += a0 * b0c0;
            sum[1] += a0 * dbdc + da * (b0 * dc + c0 * db);
            sum[2] += da * dbdc;
        }
        _ => {}
    }
}
