//! The rayon backend.

use super::{Backend, product_terms};
use crate::ints::Ints;
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;
use ark_ff::{BigInt, One, PrimeField, Zero};
use rayon::prelude::*;
use verin_circuits::multilinear::signed;

/// Below this many elements a loop is not worth splitting.
const SPLIT: usize = 1 << 11;
/// Columns that one task of [`Backend::fold_rows`] accumulates: five limbs each, within the first-level cache.
const COLUMNS: usize = 128;

/// All cores.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

impl Backend for Cpu {
    fn commit_ints(&self, bases: &[G1Affine], ints: &Ints<'_>) -> G1Projective {
        let bases = &bases[..ints.len().min(bases.len())];
        let (lo, hi) = ints.bounds();
        let positive = commit_unsigned(bases, ints, hi, |v| v.max(0) as u64);
        if lo < 0 { positive - commit_unsigned(bases, ints, -lo, |v| (-v).max(0) as u64) } else { positive }
    }

    fn commit_field(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective {
        G1Projective::msm_unchecked(&bases[..scalars.len().min(bases.len())], scalars)
    }

    fn eq_table(&self, point: &[Fr]) -> Vec<Fr> {
        let mut table = vec![Fr::one()];
        for p in point.iter().rev() {
            // The new coordinate is the most significant: low half (1 - p), high half p.
            let mut high = table.clone();
            for_each(&mut high, |h| *h *= p);
            for_each_zip(&mut table, &high, |t, h| *t -= h);
            table.append(&mut high);
        }
        table
    }

    fn fold_rows(&self, ints: &Ints<'_>, width_log: u32, weights: &[Fr]) -> Vec<Fr> {
        match ints {
            Ints::Narrow(v) => fold(v, width_log, weights),
            Ints::Wide(v) => fold(v, width_log, weights),
        }
    }

    fn contract_ints(&self, ints: &Ints<'_>, before: usize, after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
        match ints {
            Ints::Narrow(v) => contract(v, before, after_log, matrix),
            Ints::Wide(v) => contract(v, before, after_log, matrix),
        }
    }

    fn contract_field(&self, table: &[Fr], after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
        let (n, after) = (matrix.first().map_or(1, Vec::len), 1usize << after_log);
        // Windows of convolutions leave most entries zero.
        let sparse = |row: &Vec<Fr>| {
            let entries = row.iter().copied().enumerate();
            entries.filter(|(_, w)| !w.is_zero()).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<(usize, Fr)>> = matrix.iter().map(sparse).collect();
        let mut out = vec![Fr::zero(); table.len() / n * matrix.len()];
        let task = |(block, out): (&[Fr], &mut [Fr])| {
            for (row, out) in rows.iter().zip(out.chunks_mut(after)) {
                for (i, w) in row {
                    let cells = &block[i * after..(i + 1) * after];
                    out.iter_mut().zip(cells).for_each(|(out, cell)| *out += *w * cell);
                }
            }
        };
        let blocks = matrix.len() * after;
        if table.len() < SPLIT {
            table.chunks(n * after).zip(out.chunks_mut(blocks)).for_each(task);
        } else {
            table.par_chunks(n * after).zip(out.par_chunks_mut(blocks)).for_each(task);
        }
        out
    }

    fn bind(&self, table: &mut Vec<Fr>, t: Fr) {
        let half = table.len() / 2;
        let (low, high) = table.split_at_mut(half);
        for_each_zip(low, high, |l, h| *l += t * (*h - *l));
        table.truncate(half);
    }

    fn add_fractions(&self, p: &[Fr], q: &[Fr]) -> (Vec<Fr>, Vec<Fr>) {
        let half = p.len() / 2;
        let node = |j: usize| (p[j] * q[j + half] + p[j + half] * q[j], q[j] * q[j + half]);
        if half < SPLIT { (0..half).map(node).unzip() } else { (0..half).into_par_iter().map(node).unzip() }
    }

    fn fraction_round(&self, eq: &[Fr], tables: [&[Fr]; 4]) -> (Fr, Fr) {
        let half = eq.len();
        let term = |sums: (Fr, Fr), j: usize| {
            let [a, b, c, d] = tables.map(|t| (t[j], t[j + half] - t[j]));
            (sums.0 + eq[j] * (a.0 * b.0 + c.0 * d.0), sums.1 + eq[j] * (a.1 * b.1 + c.1 * d.1))
        };
        let zero = || (Fr::zero(), Fr::zero());
        if half < SPLIT / 4 {
            return (0..half).fold(zero(), term);
        }
        (0..half).into_par_iter().fold(zero, term).reduce(zero, |a, b| (a.0 + b.0, a.1 + b.1))
    }

    fn product_round(&self, factors: &[&[Fr]]) -> Vec<Fr> {
        let half = factors.first().map_or(0, |f| f.len() / 2);
        let zero = || [Fr::zero(); 3];
        let term = |mut sum: [Fr; 3], j: usize| {
            product_terms(factors, j, half, &mut sum);
            sum
        };
        let sum = if half < SPLIT / 2 {
            (0..half).fold(zero(), term)
        } else {
            let add = |a: [Fr; 3], b: [Fr; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
            (0..half).into_par_iter().fold(zero, term).reduce(zero, add)
        };
        sum[..factors.len()].to_vec()
    }

    fn add_scaled(&self, a: &mut [Fr], k: Fr, b: &[Fr]) {
        for_each_zip(a, b, |a, b| *a += k * b);
    }
}

fn for_each(a: &mut [Fr], f: impl Fn(&mut Fr) + Sync + Send) {
    if a.len() < SPLIT { a.iter_mut().for_each(f) } else { a.par_iter_mut().for_each(f) }
}

fn for_each_zip(a: &mut [Fr], b: &[Fr], f: impl Fn(&mut Fr, &Fr) + Sync + Send) {
    if a.len() < SPLIT {
        a.iter_mut().zip(b).for_each(|(a, b)| f(a, b));
    } else {
        a.par_iter_mut().zip(b).for_each(|(a, b)| f(a, b));
    }
}

/// Commits one sign of the entries with the narrowest multi-scalar multiplication that holds them.
fn commit_unsigned(bases: &[G1Affine], ints: &Ints<'_>, max: i64, part: impl Fn(i64) -> u64) -> G1Projective {
    let values = (0..ints.len()).map(|i| part(ints.get(i)));
    match max {
        0 => G1Projective::zero(),
        1..=0xff => G1Projective::msm_u8(bases, &values.map(|v| v as u8).collect::<Vec<_>>()),
        0x100..=0xffff => G1Projective::msm_u16(bases, &values.map(|v| v as u16).collect::<Vec<_>>()),
        0x1_0000..=0xffff_ffff => G1Projective::msm_u32(bases, &values.map(|v| v as u32).collect::<Vec<_>>()),
        _ => G1Projective::msm_u64(bases, &values.collect::<Vec<_>>()),
    }
}

/// `sum_i weights_i ints_i,j`. Entries are made non-negative by an offset, multiplied into five-limb sums of the
/// weights' Montgomery forms, and reduced once per column: a multiply-add of small integers costs four word products.
fn fold<T: Copy + Into<i64> + Sync>(ints: &[T], width_log: u32, weights: &[Fr]) -> Vec<Fr> {
    let width = 1usize << width_log;
    let rows = ints.len().div_ceil(width).min(weights.len());
    let (lo, hi) = ints.iter().fold((0i64, 0i64), |(lo, hi), v| (lo.min((*v).into()), hi.max((*v).into())));
    let bits = 64 - ((hi - lo) as u64).leading_zeros() + usize::BITS - rows.leading_zeros();
    let mut out = vec![Fr::zero(); width];
    let narrow = bits <= 60;
    let total: Fr = weights[..rows].iter().sum();
    let offset = total * signed(lo);
    let task = |(block, out): (usize, &mut [Fr])| {
        let first = block * COLUMNS;
        let count = out.len();
        let row = |i: usize| {
            let start = ((i << width_log) + first).min(ints.len());
            &ints[start..(start + count).min(ints.len())]
        };
        if narrow {
            let mut sums = [[0u64; 5]; COLUMNS];
            // Entries that are not stored are 0, that is -lo after the offset.
            for (i, w) in weights[..rows].iter().enumerate() {
                let stored = row(i);
                for (k, sum) in sums[..count].iter_mut().enumerate() {
                    let v: i64 = stored.get(k).map_or(0, |v| (*v).into());
                    multiply_add(sum, &w.0.0, (v - lo) as u64);
                }
            }
            for (out, sum) in out.iter_mut().zip(&sums) {
                *out = reduce(sum) + offset;
            }
        } else {
            for (i, w) in weights[..rows].iter().enumerate() {
                for (out, v) in out.iter_mut().zip(row(i)) {
                    *out += *w * signed((*v).into());
                }
            }
        }
    };
    if rows * width < SPLIT * 4 {
        out.chunks_mut(COLUMNS).enumerate().for_each(task);
    } else {
        out.par_chunks_mut(COLUMNS).enumerate().for_each(task);
    }
    out
}

/// `out_(a, m, c) = sum_n matrix_m,n ints_(a, n, c)`: long runs of `c` by [`fold`], short ones as dot products.
fn contract<T: Copy + Into<i64> + Sync>(ints: &[T], before: usize, after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
    let (n, after) = (matrix.first().map_or(1, Vec::len), 1usize << after_log);
    let block = |a: usize| {
        let clip = |at: usize| at.min(ints.len());
        &ints[clip(a * n * after)..clip((a + 1) * n * after)]
    };
    let mut out = vec![Fr::zero(); before * matrix.len() * after];
    let long = |(a, out): (usize, &mut [Fr])| {
        for (row, out) in matrix.iter().zip(out.chunks_mut(after)) {
            out.copy_from_slice(&fold(block(a), after_log, row));
        }
    };
    let (lo, hi) = ints.iter().fold((0i64, 0i64), |(lo, hi), v| (lo.min((*v).into()), hi.max((*v).into())));
    let bits = 64 - ((hi - lo) as u64).leading_zeros() + usize::BITS - n.leading_zeros();
    let offsets: Vec<Fr> = matrix.iter().map(|row| row.iter().sum::<Fr>() * signed(lo)).collect();
    let short = |(a, out): (usize, &mut [Fr])| {
        let block = block(a);
        let entry = |i: usize| block.get(i).map_or(0, |v| (*v).into()) - lo;
        for ((row, offset), out) in matrix.iter().zip(&offsets).zip(out.chunks_mut(after)) {
            for (c, out) in out.iter_mut().enumerate() {
                let mut sum = [0u64; 5];
                for (i, w) in row.iter().enumerate() {
                    multiply_add(&mut sum, &w.0.0, entry(i * after + c) as u64);
                }
                *out = reduce(&sum) + offset;
            }
        }
    };
    let chunk = matrix.len() * after;
    match (after_log >= 3 || bits > 60, before * n * after < SPLIT) {
        (true, _) if before < 4 => out.chunks_mut(chunk).enumerate().for_each(long),
        (true, _) => out.par_chunks_mut(chunk).enumerate().for_each(long),
        (false, true) => out.chunks_mut(chunk).enumerate().for_each(short),
        (false, false) => out.par_chunks_mut(chunk).enumerate().for_each(short),
    }
    out
}

#[inline(always)]
fn multiply_add(sum: &mut [u64; 5], w: &[u64; 4], x: u64) {
    let mut carry = 0u128;
    for k in 0..4 {
        let t = u128::from(sum[k]) + u128::from(w[k]) * u128::from(x) + carry;
        sum[k] = t as u64;
        carry = t >> 64;
    }
    sum[4] += carry as u64;
}

/// The element whose Montgomery form is `sum` modulo the group order.
fn reduce(sum: &[u64; 5]) -> Fr {
    let [a, b, c, d, top] = *sum;
    let mut low = BigInt([a, b, c, d]);
    while low >= Fr::MODULUS {
        ark_ff::BigInteger::sub_with_borrow(&mut low, &Fr::MODULUS);
    }
    // The Montgomery form of the integer `top` is top * 2^256.
    Fr::new_unchecked(low) + Fr::from(top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Reference;
    use rand::{Rng, SeedableRng};
    use std::borrow::Cow;

    use ark_ff::Field;

    #[test]
    fn parity_of_kernels() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(7);
        let field = |rng: &mut rand_chacha::ChaCha20Rng, n: usize| -> Vec<Fr> {
            (0..n).map(|_| Fr::from(rng.r#gen::<u128>()).square()).collect()
        };
        for log in 1..=13usize {
            let n = 1 << log;
            let point = field(&mut rng, log);
            assert_eq!(Cpu.eq_table(&point), Reference.eq_table(&point));
            let tables: Vec<Vec<Fr>> = (0..4).map(|_| field(&mut rng, n)).collect();
            let [a, b, c, d] = [&tables[0][..], &tables[1], &tables[2], &tables[3]];
            assert_eq!(Cpu.add_fractions(a, b), Reference.add_fractions(a, b));
            let eq = Cpu.eq_table(&point[1..]);
            assert_eq!(Cpu.fraction_round(&eq, [a, b, c, d]), Reference.fraction_round(&eq, [a, b, c, d]));
            assert_eq!(Cpu.product_round(&[a, b]), Reference.product_round(&[a, b]));
            assert_eq!(Cpu.product_round(&[a, b, c]), Reference.product_round(&[a, b, c]));
            let (mut x, mut y) = (a.to_vec(), a.to_vec());
            Cpu.bind(&mut x, point[0]);
            Reference.bind(&mut y, point[0]);
            assert_eq!(x, y);
            for width_log in 0..=log.min(9) as u32 {
                let weights = field(&mut rng, n >> width_log);
                let stored = rng.gen_range(n / 2..=n);
                let narrow: Vec<i32> = (0..stored).map(|_| rng.gen_range(-70000..70000)).collect();
                let wide: Vec<i64> = (0..stored).map(|_| rng.gen_range(-(1 << 52)..1 << 52)).collect();
                for ints in [Ints::Narrow(Cow::Owned(narrow)), Ints::Wide(Cow::Owned(wide))] {
                    for middle_log in 0..=width_log {
                        let matrix: Vec<Vec<Fr>> = (0..3).map(|_| field(&mut rng, 1 << middle_log)).collect();
                        let (before, after) = (n >> width_log, width_log - middle_log);
                        assert_eq!(
                            Cpu.contract_ints(&ints, before, after, &matrix),
                            Reference.contract_ints(&ints, before, after, &matrix)
                        );
                        let table = field(&mut rng, n);
                        assert_eq!(
                            Cpu.contract_field(&table, after, &matrix),
                            Reference.contract_field(&table, after, &matrix)
                        );
                    }
                    assert_eq!(
                        Cpu.fold_rows(&ints, width_log, &weights),
                        Reference.fold_rows(&ints, width_log, &weights)
                    );
                }
            }
        }
    }
}
