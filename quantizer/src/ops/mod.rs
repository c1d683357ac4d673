//! What operations mean: what shapes they join, what range their results have, what they compute.
//!
//! Checks look at shapes and parameters only, so they cost little, and after them no evaluation indexes out of bounds;
//! [`range`] reads every constant, and where it finds a result inside [`ACC_LIMIT`], that result is exact.
//!
//! ```text
//! gather   views, row by row          dot    scalars and their dot products
//! sum      moved tensors              product  sums of products of two views
//! ```

pub mod activation;
pub mod check;
mod dot;
mod gather;
pub mod max;
mod product;
pub mod range;
pub mod sum;

pub use dot::Scalar;
pub use gather::{Cells, Layout, Operand};

/// Accumulators stay strictly inside `-ACC_LIMIT..ACC_LIMIT`.
pub const ACC_LIMIT: i64 = 1 << 52;

/// Weights and table entries lie in `-ENTRY_LIMIT..ENTRY_LIMIT` (17 bits with sign).
pub const ENTRY_LIMIT: i32 = 1 << 16;

/// Most labels of an operation: axes of its result, and summed ones.
pub const MAX_LABELS: usize = 2 * crate::ir::MAX_DIMS;

/// Coefficients are smaller in magnitude.
pub const COEFFICIENT_LIMIT: i64 = 1 << 32;

/// What is wrong with a node: what was expected, and what it has.
#[derive(Debug)]
pub struct Mismatch {
    /// What a valid node has.
    pub expected: String,
    /// What this one has.
    pub got: String,
}

impl Mismatch {
    pub(crate) fn new(expected: impl Into<String>, got: impl ToString) -> Self {
        Self { expected: expected.into(), got: got.to_string() }
    }
}

fn require_eq<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, got: T) -> Result<(), Mismatch> {
    if expected == got { Ok(()) } else { Err(Mismatch::new(format!("{what} {expected:?}"), format!("{got:?}"))) }
}
