//! Claims on committed tensors, collected until one opening settles them all.

use crate::schedule::TensorIx;

/// The extension of a tensor at a point takes a value.
#[derive(Clone, Debug)]
pub struct Claim<F> {
    /// The tensor.
    pub tensor: TensorIx,
    /// The point, one coordinate per index bit, most significant first.
    pub point: Vec<F>,
    /// The value.
    pub value: F,
}

/// What a verifier hands to the opening of the commitments: `sum_i scalars_i * row_i` opens to `value` at `zeta`.
#[derive(Clone, Debug)]
pub struct Opening<F> {
    /// One scalar per row, in the order of [`crate::schedule::RowCounts`].
    pub scalars: Vec<F>,
    /// `b` coordinates, most significant index bit first.
    pub zeta: Vec<F>,
    /// The value.
    pub value: F,
}
