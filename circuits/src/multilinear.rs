//! Multilinear extensions of functions that the verifier evaluates itself.
//!
//! A point of `n` coordinates is written most significant index bit first: coordinate 0 belongs to the
//! top bit of the index. A *suffix* of a point therefore addresses the low bits.

use crate::arithmetic::Arithmetic;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::HashMap;

/// The field element of a signed integer.
pub fn signed(v: i64) -> Fr {
    let magnitude = Fr::from(v.unsigned_abs());
    if v < 0 { -magnitude } else { magnitude }
}

/// The last `n` coordinates of `point` (all of it when it is shorter).
pub fn suffix<F>(point: &[F], n: usize) -> &[F] {
    point.get(point.len().saturating_sub(n)..).unwrap_or(&[])
}

/// `2^n` as a field element.
pub fn power_of_two(n: u32) -> Fr {
    let mut out = Fr::one();
    for _ in 0..n {
        out += out;
    }
    out
}

/// `1 - a`
pub fn complement<A: Arithmetic>(a: &mut A, x: &A::F) -> A::F {
    a.affine(x, -Fr::one(), Fr::one())
}

/// `eq(p, q) = prod_i (p_i q_i + (1 - p_i)(1 - q_i))`
pub fn eq<A: Arithmetic>(a: &mut A, p: &[A::F], q: &[A::F]) -> A::F {
    let mut product = a.constant(Fr::one());
    for (p, q) in p.iter().zip(q) {
        let factor = eq_factor(a, p, q);
        product = a.mul(&product, &factor);
    }
    product
}

/// `p q + (1 - p)(1 - q) = 1 - p - q + 2 p q`
pub fn eq_factor<A: Arithmetic>(a: &mut A, p: &A::F, q: &A::F) -> A::F {
    let doubled = a.affine(q, Fr::from(2u64), -Fr::one());
    let rest = complement(a, q);
    a.mul_add(p, &doubled, &rest)
}

/// `eq` of constant bit strings with the leading coordinates of one point; prefixes are shared.
#[derive(Clone, Debug)]
pub struct PrefixEq<F> {
    point: Vec<F>,
    memo: HashMap<(usize, usize), F>,
}

impl<F: Clone> PrefixEq<F> {
    /// Prefixes of `point`.
    pub fn new(point: &[F]) -> Self {
        Self { point: point.to_vec(), memo: HashMap::new() }
    }

    /// `eq(bits, point[..len])`, where `bits` is a number of `len` bits.
    pub fn get<A: Arithmetic<F = F>>(&mut self, a: &mut A, len: usize, bits: usize) -> F {
        if let Some(known) = self.memo.get(&(len, bits)) {
            return known.clone();
        }
        let value = match len.checked_sub(1).and_then(|last| self.point.get(last).cloned()) {
            None => a.constant(Fr::one()),
            Some(coordinate) => {
                let factor = if bits & 1 == 1 { coordinate } else { complement(a, &coordinate) };
                if len == 1 {
                    factor
                } else {
                    let head = self.get(a, len - 1, bits >> 1);
                    a.mul(&head, &factor)
                }
            }
        };
        self.memo.insert((len, bits), value.clone());
        value
    }
}

/// `sum_i 2^i point_i` over index bits: the extension of `index -> index`.
pub fn index<A: Arithmetic>(a: &mut A, point: &[A::F]) -> A::F {
    let mut sum = a.constant(Fr::zero());
    for coordinate in point {
        // Horner, most significant bit first.
        let doubled = a.affine(&sum, Fr::from(2u64), Fr::zero());
        sum = a.add(&doubled, coordinate);
    }
    sum
}

/// The extension of `index -> [index < bound]`; `bound` at most `2^n`.
pub fn less_than<A: Arithmetic>(a: &mut A, point: &[A::F], bound: usize) -> A::F {
    if bound >> point.len() != 0 {
        return a.constant(Fr::one());
    }
    let mut below = a.constant(Fr::zero());
    let mut equal = a.constant(Fr::one());
    for (i, coordinate) in point.iter().enumerate() {
        let zero_here = complement(a, coordinate);
        if bound >> (point.len() - 1 - i) & 1 == 1 {
            below = a.mul_add(&equal, &zero_here, &below);
            equal = a.mul(&equal, coordinate);
        } else {
            equal = a.mul(&equal, &zero_here);
        }
    }
    below
}

/// `prod_i point_i`
pub fn all_ones<A: Arithmetic>(a: &mut A, point: &[A::F]) -> A::F {
    let mut product = a.constant(Fr::one());
    for coordinate in point {
        product = a.mul(&product, coordinate);
    }
    product
}

/// `prod_i (1 - point_i)`
pub fn all_zeros<A: Arithmetic>(a: &mut A, point: &[A::F]) -> A::F {
    let mut product = a.constant(Fr::one());
    for coordinate in point {
        let factor = complement(a, coordinate);
        product = a.mul(&product, &factor);
    }
    product
}

/// The extension of `i -> min(max(q, 0), 2^bits - 1)` with `q = i - 2^(n-1)`.
pub fn relu<A: Arithmetic>(a: &mut A, point: &[A::F], bits: usize) -> A::F {
    let Some((sign, rest)) = point.split_first() else { return a.constant(Fr::zero()) };
    let (high, low) = rest.split_at(rest.len().saturating_sub(bits));
    let top = power_of_two(bits as u32) - Fr::one();
    // top - [high = 0] * (top - low)
    let inside = all_zeros(a, high);
    let low = index(a, low);
    let gap = a.affine(&low, Fr::one(), -top);
    let top = a.constant(top);
    let positive = a.mul_add(&inside, &gap, &top);
    a.mul(sign, &positive)
}

/// The extension of `i -> min(max(q, -2^bits), 2^bits - 1)` with `q = i - 2^(n-1)`.
pub fn clamp<A: Arithmetic>(a: &mut A, point: &[A::F], bits: usize) -> A::F {
    let Some((sign, rest)) = point.split_first() else { return a.constant(Fr::zero()) };
    let positive = relu(a, point, bits);
    // A negative q is -2^(n-1) + rest: it is at least -2^bits when all high bits of the rest are 1.
    let (high, low) = rest.split_at(rest.len().saturating_sub(bits));
    let inside = all_ones(a, high);
    let low = index(a, low);
    let bottom = a.constant(-power_of_two(bits as u32));
    let negative = a.mul_add(&inside, &low, &bottom);
    let is_negative = complement(a, sign);
    a.mul_add(&is_negative, &negative, &positive)
}

/// The extension of `h -> 0` below `2^(n-1)`, `1` at it, `2` above.
pub fn class<A: Arithmetic>(a: &mut A, point: &[A::F]) -> A::F {
    let Some((sign, rest)) = point.split_first() else { return a.constant(Fr::zero()) };
    let exact = all_zeros(a, rest);
    let value = a.affine(&exact, -Fr::one(), Fr::from(2u64));
    a.mul(sign, &value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::Native;

    fn bits(i: usize, n: usize) -> Vec<Fr> {
        (0..n).rev().map(|k| Fr::from((i >> k & 1) as u64)).collect()
    }

    /// An extension agrees with its function on the cube and is linear in every coordinate.
    fn is_extension(n: usize, f: impl Fn(usize) -> i64, mle: impl Fn(&[Fr]) -> Fr) {
        let values: Vec<Fr> = (0..1 << n).map(|i| signed(f(i))).collect();
        for (i, v) in values.iter().enumerate() {
            assert_eq!(mle(&bits(i, n)), *v, "index {i}");
        }
        let point: Vec<Fr> = (0..n).map(|i| Fr::from(1_000_003u64 + 7919 * i as u64)).collect();
        let expected: Fr = values.iter().enumerate().map(|(i, v)| eq(&mut Native, &point, &bits(i, n)) * v).sum();
        assert_eq!(mle(&point), expected);
    }

    #[test]
    fn extensions_of_structured_functions() {
        is_extension(5, |i| i as i64, |p| index(&mut Native, p));
        for bound in [0, 1, 5, 16, 31, 32] {
            is_extension(5, |i| i64::from(i < bound), |p| less_than(&mut Native, p, bound));
        }
        for bits in 0..5 {
            let q = |i: usize| i as i64 - 16;
            is_extension(5, |i| q(i).clamp(0, (1 << bits) - 1), |p| relu(&mut Native, p, bits));
            is_extension(5, |i| q(i).clamp(-(1 << bits), (1 << bits) - 1), |p| clamp(&mut Native, p, bits));
        }
        is_extension(
            4,
            |h| match h.cmp(&8) {
                std::cmp::Ordering::Less => 0,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Greater => 2,
            },
            |p| class(&mut Native, p),
        );
    }

    #[test]
    fn prefixes() {
        let point: Vec<Fr> = (0..5).map(|i| Fr::from(11u64 + i)).collect();
        let mut memo = PrefixEq::new(&point);
        for len in 0..=5 {
            for i in 0..1 << len {
                assert_eq!(memo.get(&mut Native, len, i), eq(&mut Native, &point[..len], &bits(i, len)));
            }
        }
    }
}
