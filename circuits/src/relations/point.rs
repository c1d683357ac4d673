//! Points over labels, and the points of tensors that they lead to.

use crate::multilinear::suffix;
use crate::schedule::{Product, Reading};
use verin_quantizer::ir::Shape;

/// Coordinates of the slot and of each label of an operation, most significant bit first.
#[derive(Clone, Debug)]
pub struct LabelPoint<F> {
    /// Of the slot.
    pub slots: Vec<F>,
    /// Of each label; labels of one element have none.
    pub labels: Vec<Vec<F>>,
}

impl<F: Clone> LabelPoint<F> {
    /// The point of a result of `shape`: slot bits, then those of each axis.
    pub fn of(shape: &Shape, batch_log: u32, point: &[F]) -> Self {
        let mut rest = point;
        let mut take = |n: u32| {
            let (head, tail) = rest.split_at(rest.len().min(n as usize));
            rest = tail;
            head.to_vec()
        };
        let slots = take(batch_log);
        Self { slots, labels: (0..shape.rank()).map(|axis| take(shape.axis_log(axis))).collect() }
    }

    /// Coordinates of `label`.
    pub fn label(&self, label: usize) -> &[F] {
        self.labels.get(label).map_or(&[], Vec::as_slice)
    }

    /// Coordinates of the bound variables of `product` in this point, in the order of its sumcheck: `None` where a label is
    /// not one of the result.
    pub fn selected(&self, product: &Product) -> Vec<Option<F>> {
        let slots = if product.slots_log > 0 { self.slots.as_slice() } else { &[] };
        let mut coordinates: Vec<Option<F>> = slots.iter().cloned().map(Some).collect();
        for bound in &product.bound {
            match bound.selected {
                true => coordinates.extend(self.label(bound.label).iter().cloned().map(Some)),
                false => coordinates.extend((0..bound.log).map(|_| None)),
            }
        }
        coordinates
    }

    /// This point with the bound labels of `product` at `inner`, where its sumcheck ended.
    pub fn bind(&self, product: &Product, inner: &[F]) -> Self {
        let mut at = self.clone();
        let mut rest = inner;
        let mut take = |n: u32| {
            let (head, tail) = rest.split_at(rest.len().min(n as usize));
            rest = tail;
            head.to_vec()
        };
        if product.slots_log > 0 {
            at.slots = take(product.slots_log);
        }
        for bound in &product.bound {
            if at.labels.len() <= bound.label {
                at.labels.resize(bound.label + 1, Vec::new());
            }
            let coordinates = take(bound.log);
            if let Some(label) = at.labels.get_mut(bound.label) {
                *label = coordinates;
            }
        }
        at
    }
}

/// The point of `reading`'s tensor: free axes where `at` says, the others at `inner`, where a sumcheck over them ended.
pub fn source_point<F: Clone>(reading: &Reading, at: &LabelPoint<F>, inner: &[F]) -> Vec<F> {
    let shape = &reading.shape;
    let mut axes: Vec<Vec<F>> = vec![Vec::new(); shape.rank()];
    for tie in reading.ties.iter().filter(|tie| tie.solutions.is_none()) {
        let coordinates: Vec<F> = tie.labels.iter().flat_map(|label| at.label(*label).iter().cloned()).collect();
        let mut end = coordinates.len();
        for axis in tie.axes.iter().rev() {
            let start = end.saturating_sub(shape.axis_log(*axis) as usize);
            if let Some(slot) = axes.get_mut(*axis) {
                *slot = coordinates.get(start..end).unwrap_or(&[]).to_vec();
            }
            end = start;
        }
    }
    let mut rest = suffix(inner, reading.rounds() as usize);
    for axis in reading.summed_axes() {
        let (head, tail) = rest.split_at(rest.len().min(shape.axis_log(axis) as usize));
        if let Some(slot) = axes.get_mut(axis) {
            *slot = head.to_vec();
        }
        rest = tail;
    }
    let slots = if reading.slots { at.slots.as_slice() } else { &[] };
    slots.iter().cloned().chain(axes.into_iter().flatten()).collect()
}
