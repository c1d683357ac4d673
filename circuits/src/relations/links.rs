//! The extension of a link: `sum over its pairs of count * eq(labels, pair) * eq(axes, pair)`.
//!
//! A link that is not free is given by the pairs of stored indices that it ties (see `verin_quantizer::view`). The verifier
//! sums over them: of the order of `kernel * output` products for an axis of a convolution.

use super::point::LabelPoint;
use crate::arithmetic::Arithmetic;
use crate::schedule::{Reading, Tie};
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::HashMap;
use verin_quantizer::ir::Solution;

/// Tables of eq by point. Points that several links share are expanded once, where the arithmetic can tell.
#[derive(Debug)]
pub struct EqTables<F> {
    known: HashMap<Vec<usize>, Vec<F>>,
}

impl<F: Clone> Default for EqTables<F> {
    fn default() -> Self {
        Self { known: HashMap::new() }
    }
}

impl<F: Clone> EqTables<F> {
    /// `eq(point, i)` for all `i`.
    pub fn get<A: Arithmetic<F = F>>(&mut self, a: &mut A, point: &[F]) -> Vec<F> {
        let name: Option<Vec<usize>> = point.iter().map(|p| a.identity(p)).collect();
        if let Some(known) = name.as_ref().and_then(|name| self.known.get(name)) {
            return known.clone();
        }
        let mut table = vec![a.constant(Fr::one())];
        for (i, coordinate) in point.iter().enumerate() {
            let mut next = Vec::with_capacity(2 * table.len());
            for entry in &table {
                let one = if i == 0 { coordinate.clone() } else { a.mul(entry, coordinate) };
                next.push(a.sub(entry, &one));
                next.push(one);
            }
            table = next;
        }
        if let Some(name) = name {
            self.known.insert(name, table.clone());
        }
        table
    }
}

/// The product of the extensions of all links of `reading` that are not free, at the labels' coordinates in `at` and, for
/// the axes, those in `inner` (axis after axis, ascending).
pub fn evaluate<A: Arithmetic>(
    a: &mut A,
    tables: &mut EqTables<A::F>,
    reading: &Reading,
    at: &LabelPoint<A::F>,
    inner: &[A::F],
) -> A::F {
    let mut of_axis: HashMap<usize, &[A::F]> = HashMap::new();
    let mut rest = inner;
    for axis in reading.summed_axes() {
        let (head, tail) = rest.split_at(rest.len().min(reading.shape.axis_log(axis) as usize));
        of_axis.insert(axis, head);
        rest = tail;
    }
    let mut product: Option<A::F> = None;
    for tie in reading.ties.iter().filter(|tie| tie.solutions.is_some()) {
        let axes: Vec<&[A::F]> = tie.axes.iter().map(|axis| of_axis.get(axis).copied().unwrap_or(&[])).collect();
        let value = tie_at(a, tables, tie, at, &axes);
        product = Some(match product {
            Some(product) => a.mul(&product, &value),
            None => value,
        });
    }
    product.unwrap_or_else(|| a.constant(Fr::one()))
}

/// The extension of one tie, product of pairs by product of pairs.
fn tie_at<A: Arithmetic>(
    a: &mut A,
    tables: &mut EqTables<A::F>,
    tie: &Tie,
    at: &LabelPoint<A::F>,
    axes: &[&[A::F]],
) -> A::F {
    let blocks = &tie.blocks;
    let mut low: Vec<&[A::F]> = tie.labels.iter().map(|label| at.label(*label)).collect();
    let mut high: &[A::F] = &[];
    if let Some(label) = low.get_mut(blocks.label) {
        let (head, tail) = label.split_at(label.len().saturating_sub(blocks.label_low as usize));
        (high, *label) = (head, tail);
    }
    let axes: Vec<A::F> = axes.iter().flat_map(|axis| axis.iter().cloned()).collect();
    let (axis_high, axis_low) = axes.split_at(axes.len().saturating_sub(blocks.axis_low as usize));
    let mut total: Option<A::F> = None;
    for (highs, lows) in &blocks.products {
        let inner = pairs_at(a, tables, lows, &low, axis_low);
        let outer = pairs_at(a, tables, highs, &[high], axis_high);
        total = Some(match total {
            Some(total) => a.mul_add(&inner, &outer, &total),
            None => a.mul(&inner, &outer),
        });
    }
    total.unwrap_or_else(|| a.constant(Fr::zero()))
}

/// `sum over pairs of count * eq(labels) * eq(axis)`. Pairs are grouped by the label of fewest values (the kernel's of a
/// convolution), whose factors then cost one product each; where there is but one label, by axis index.
fn pairs_at<A: Arithmetic>(
    a: &mut A,
    tables: &mut EqTables<A::F>,
    pairs: &[Solution],
    points: &[&[A::F]],
    axis: &[A::F],
) -> A::F {
    let axes = tables.get(a, axis);
    let outer = if points.len() > 1 { (0..points.len()).min_by_key(|i| points.get(*i).map(|p| p.len())) } else { None };
    let length = |points: &[&[A::F]]| points.iter().map(|point| point.len() as u32).sum::<u32>();
    let (below, own) = match outer.and_then(|i| points.split_at_checked(i)) {
        Some((_, [own, rest @ ..])) => (length(rest), own.len() as u32),
        _ => (0, 0),
    };
    let inner: Vec<&[A::F]> = points.iter().enumerate().filter(|(i, _)| Some(*i) != outer).map(|(_, p)| *p).collect();
    let mut labels = Joint::new(a, tables, &inner);
    let factors = outer.and_then(|i| points.get(i)).map(|point| tables.get(a, point));

    let mut groups: Vec<(usize, Vec<Pair<A::F>>)> = Vec::new();
    for solution in pairs {
        let key = solution.label >> below & ((1 << own) - 1);
        let rest = (solution.label >> (below + own) << below) | (solution.label & ((1 << below) - 1));
        let label = labels.get(a, rest);
        let label = match solution.count {
            1 => label,
            n => a.affine(&label, Fr::from(n), Fr::zero()),
        };
        let position = groups.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        let Some((_, pairs)) = groups.get_mut(position) else { continue };
        match pairs.iter_mut().find(|pair| pair.axis == solution.axis) {
            Some(pair) => pair.labels = a.add(&pair.labels, &label),
            None => pairs.push(Pair { axis: solution.axis, labels: label }),
        }
    }
    let mut total = a.constant(Fr::zero());
    for (key, pairs) in groups {
        let mut sum = if factors.is_some() { a.constant(Fr::zero()) } else { total.clone() };
        for pair in pairs {
            let factor = axes.get(pair.axis).cloned().unwrap_or_else(|| a.constant(Fr::zero()));
            sum = a.mul_add(&factor, &pair.labels, &sum);
        }
        total = match factors.as_ref().and_then(|factors| factors.get(key)) {
            Some(factor) => a.mul_add(factor, &sum, &total),
            None => sum,
        };
    }
    total
}

/// What one axis index is multiplied with.
struct Pair<F> {
    axis: usize,
    labels: F,
}

/// `eq` of a point over several labels or axes with stored indices; products are made when they are asked for.
struct Joint<F> {
    tables: Vec<Vec<F>>,
    known: HashMap<usize, F>,
}

impl<F: Clone> Joint<F> {
    fn new<A: Arithmetic<F = F>>(a: &mut A, tables: &mut EqTables<F>, points: &[&[F]]) -> Self {
        Self { tables: points.iter().map(|point| tables.get(a, point)).collect(), known: HashMap::new() }
    }

    fn get<A: Arithmetic<F = F>>(&mut self, a: &mut A, index: usize) -> F {
        if let Some(known) = self.known.get(&index) {
            return known.clone();
        }
        let mut rest = index;
        let mut product: Option<F> = None;
        for table in self.tables.iter().rev() {
            let entry = table.get(rest % table.len().max(1)).cloned().unwrap_or_else(|| a.constant(Fr::zero()));
            rest /= table.len().max(1);
            product = Some(match product {
                Some(product) => a.mul(&product, &entry),
                None => entry,
            });
        }
        let value = product.unwrap_or_else(|| a.constant(Fr::one()));
        self.known.insert(index, value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::Native;
    use crate::multilinear::eq;
    use crate::schedule::Reading;
    use verin_quantizer::ir::{Constant, Entries, Graph, Input, Link, Output, Shape, Source, View};

    fn bits_of(index: usize, n: u32) -> Vec<Fr> {
        (0..n).rev().map(|k| Fr::from((index >> k & 1) as u64)).collect()
    }

    /// The extension of a reading's links is the sum over its pairs, whatever their blocks.
    #[test]
    fn extension_of_links() {
        let (out, kernel, rows, cols) = (13u32, 3u32, 26u32, 5u32);
        let links = vec![
            Link::Affine { labels: vec![(0, 2), (2, 1)], windows: vec![], axes: vec![0], offset: -1 },
            Link::Affine { labels: vec![(1, 1)], windows: vec![(2, 2)], axes: vec![1], offset: -1 },
        ];
        let shape = Shape::new([rows, cols]);
        let constant = Constant {
            name: String::new(),
            shape: shape.clone(),
            entries: Entries::Narrow(Vec::new()),
            declared: None,
        };
        let input = Input { shape: shape.clone(), lo: -1, hi: 0, parts: Vec::new() };
        let output = Output { tensor: 0, parts: Vec::new() };
        let graph = Graph { input, constants: vec![constant], nodes: Vec::new(), output };
        let extents = [out, 5, kernel];
        let view = View { source: Source::Constant(0), links };
        view.check(&extents, shape.dims()).unwrap();
        let reading = Reading::new(&graph, 0, &view, &extents);
        let point = |n: u32, seed: u64| (0..u64::from(n)).map(|i| Fr::from(seed + 7919 * i)).collect::<Vec<_>>();
        let at = LabelPoint { slots: Vec::new(), labels: vec![point(4, 11), point(3, 500), point(2, 9000)] };
        let inner = point(5 + 3, 77);

        let mut expected = Fr::one();
        for tie in &reading.ties {
            let labels: Vec<Fr> = tie.labels.iter().flat_map(|label| at.label(*label).to_vec()).collect();
            let axes = if tie.axes == [0] { &inner[..5] } else { &inner[5..] };
            let mut sum = Fr::zero();
            for s in tie.solutions.iter().flatten() {
                let label = eq(&mut Native, &labels, &bits_of(s.label, labels.len() as u32));
                sum += Fr::from(s.count) * label * eq(&mut Native, axes, &bits_of(s.axis, axes.len() as u32));
            }
            expected *= sum;
        }
        assert_eq!(evaluate(&mut Native, &mut EqTables::default(), &reading, &at, &inner), expected);
    }
}
