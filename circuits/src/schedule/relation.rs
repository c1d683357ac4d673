//! Where an accumulator comes from.

use super::{Reading, TensorIx};
use crate::arithmetic::Arithmetic;
use crate::error::VerifyError;
use crate::lookup::leaves::{ColumnClaims, claimed};
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use verin_quantizer::ir::{Shape, bits};

/// An affine function of columns claimed at one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearForm {
    /// Columns with their factors.
    pub terms: Vec<(TensorIx, Fr)>,
    /// Constant.
    pub constant: Fr,
}

impl LinearForm {
    /// Its value where the columns are claimed.
    ///
    /// # Errors
    /// A column has no claim.
    pub fn evaluate<A: Arithmetic>(&self, a: &mut A, claims: &ColumnClaims<A::F>) -> Result<A::F, VerifyError> {
        let mut sum = a.constant(self.constant);
        for (ix, factor) in &self.terms {
            let value = claimed(claims, *ix)?;
            let scaled = if factor.is_one() { value.clone() } else { a.affine(value, *factor, Fr::zero()) };
            sum = a.add(&sum, &scaled);
        }
        Ok(sum)
    }
}

/// Which accumulator a relation explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accumulator {
    /// A function of columns, at a suffix of the point of the lookups.
    Columns(LinearForm),
    /// The output of the program, at the point of the output.
    Output,
}

/// `accumulator = sum of terms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The node whose terms these are; where a constant is taken apart, that constant.
    pub node: usize,
    /// Storage of the accumulator, one slot.
    pub shape: Shape,
    /// log2 of its entries, batch included.
    pub log: u32,
    /// What it is the sum of; at least one.
    pub terms: Vec<Term>,
    /// Which claim it explains.
    pub accumulator: Accumulator,
}

/// `coefficient * kind`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Not zero.
    pub coefficient: i64,
    /// What is added.
    pub kind: TermKind,
}

/// A summand without its coefficient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// A tensor.
    Move(Reading),
    /// A sum of products of two tensors.
    Product(Product),
}

/// `sum over bound labels of [eq with the accumulator's point] * left * right`.
///
/// Bound are the labels that the program sums over and those that both factors and the result have (as `eq(x, y) = 0`
/// at different corners, `sum_x eq(point, x) left(x) right(x)` is the extension of the product at the point).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Bits of the slot that are bound: all where both factors have slots, else none.
    pub slots_log: u32,
    /// Bound labels in the order of the sumcheck's variables, after those of the slot.
    pub bound: Vec<BoundLabel>,
    /// First factor; free.
    pub left: Reading,
    /// Second factor; has slots.
    pub right: Reading,
}

/// A label that a product's sumcheck runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundLabel {
    /// The label.
    pub label: usize,
    /// Its bits.
    pub log: u32,
    /// Whether the result has it too, so that an eq factor selects it.
    pub selected: bool,
}

impl Product {
    /// The product of `left` and `right` in an operation with labels of `extents`, the first `rank` of which are the result's.
    pub fn new(left: Reading, right: Reading, extents: &[u32], rank: usize, batch_log: u32) -> Self {
        let bound = extents.iter().enumerate().filter_map(|(label, extent)| {
            let selected = label < rank;
            let log = bits(*extent);
            let both = left.uses(label) && right.uses(label);
            (log > 0 && (both || !selected)).then_some(BoundLabel { label, log, selected })
        });
        Self { slots_log: if left.slots { batch_log } else { 0 }, bound: bound.collect(), left, right }
    }

    /// Rounds of its sumcheck.
    pub fn rounds(&self) -> u32 {
        self.slots_log + self.bound.iter().map(|b| b.log).sum::<u32>()
    }

    /// Whether there is an eq factor.
    pub fn selects(&self) -> bool {
        self.slots_log > 0 || self.bound.iter().any(|b| b.selected)
    }
}

impl Relation {
    /// All products, in order.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.terms.iter().filter_map(|term| match &term.kind {
            TermKind::Product(product) => Some(product),
            TermKind::Move(_) => None,
        })
    }
}
