//! Rounding is to the nearest integer, ties towards plus infinity, everywhere.

/// `floor((acc + 2^(shift-1)) / 2^shift)`; `acc` when `shift` is 0.
///
/// Exact for `|acc| < 2^62` and `shift <= 32`, which is more than a valid program has.
pub fn rescale(acc: i64, shift: u32) -> i64 {
    match shift.checked_sub(1) {
        None => acc,
        Some(half) => acc.wrapping_add(1 << half.min(62)) >> shift.min(63),
    }
}

/// `floor(real * 2^exponent + 1/2)` clamped to `lo..=hi`; `lo` for NaN, which callers refuse before.
pub fn quantize(real: f64, exponent: i32, lo: i64, hi: i64) -> i64 {
    // A float-to-integer cast saturates, so infinities and huge values end at the clamp.
    ((real * f64::powi(2.0, exponent) + 0.5).floor() as i64).clamp(lo, hi)
}
