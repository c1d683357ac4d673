//! One node kind per file: what shapes it joins, what range its result has, what it computes.
//!
//! `check` looks at lengths and parameters only, so it costs nothing; `check_entries` reads every weight.
//! After `check` no evaluation indexes out of bounds; after both, no accumulator overflows.

pub mod activation;
pub mod dense;
pub mod scale;

/// Accumulators stay strictly inside `-ACC_LIMIT..ACC_LIMIT`.
pub const ACC_LIMIT: i64 = 1 << 52;

/// Weights and table entries lie in `-ENTRY_LIMIT..ENTRY_LIMIT` (17 bits with sign).
pub const ENTRY_LIMIT: i32 = 1 << 16;

/// What is wrong with a node: what was expected, and what it has.
#[derive(Debug)]
pub struct Mismatch {
    /// What a valid node has.
    pub expected: String,
    /// What this one has.
    pub got: String,
}

impl Mismatch {
    fn new(expected: impl Into<String>, got: impl ToString) -> Self {
        Self { expected: expected.into(), got: got.to_string() }
    }
}

fn require_eq<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, got: T) -> Result<(), Mismatch> {
    if expected == got { Ok(()) } else { Err(Mismatch::new(format!("{what} {expected:?}"), format!("{got:?}"))) }
}

/// Weights of at most 17 bits and biases inside the accumulator limit.
fn check_limits(weight: &[i32], bias: &[i64]) -> Result<(), Mismatch> {
    if let Some((i, w)) = weight.iter().enumerate().find(|(_, w)| !(-ENTRY_LIMIT..ENTRY_LIMIT).contains(*w)) {
        return Err(Mismatch::new(format!("weight {i} in {}..{ENTRY_LIMIT}", -ENTRY_LIMIT), w));
    }
    if let Some((i, b)) = bias.iter().enumerate().find(|(_, b)| b.unsigned_abs() >= ACC_LIMIT as u64) {
        return Err(Mismatch::new(format!("bias {i} smaller than {ACC_LIMIT} in magnitude"), b));
    }
    Ok(())
}

/// `bias + [sum of products]` for an input in `lo..=hi`, from the sums of positive and of negative weights.
fn affine_range(positive: i64, negative: i64, bias: i64, (lo, hi): (i64, i64)) -> (i128, i128) {
    let [p, n, b, lo, hi] = [positive, negative, bias, lo, hi].map(i128::from);
    (b + p * lo + n * hi, b + p * hi + n * lo)
}
