//! Powers of two: what a value in an integer stands for.

/// Exponents stay in `-MAX..=MAX` for values and for weights, so that their sums are legal.
const MAX_EXPONENT: i32 = 200;

/// Largest `e` with `reach * 2^e <= most`.
pub(super) fn exponent_for(reach: f64, most: f64) -> i32 {
    ((most / reach).log2() + 1e-9).floor().clamp(f64::from(-MAX_EXPONENT), f64::from(MAX_EXPONENT)) as i32
}

/// Largest magnitude of `values`; 1 where all are 0.
pub fn reach(values: &[f64]) -> f64 {
    let reach = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if reach > 0.0 { reach } else { 1.0 }
}

/// `k`, where `|c|` is `2^k`.
pub(super) fn power_of_two(c: f64) -> Option<i32> {
    let log = c.abs().log2();
    (log.is_finite() && log.fract() == 0.0).then_some(log as i32)
}

/// Smallest `bits` with `-2^(bits-1) <= lo` and `hi < 2^(bits-1)`.
pub(super) fn signed_bits(lo: i64, hi: i64) -> u32 {
    let magnitude = hi.max(-1 - lo).max(0) as u64;
    u64::BITS - magnitude.leading_zeros() + 1
}
