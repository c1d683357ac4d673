//! A view of the program, as a proof resolves it.

use super::TensorIx;
use std::collections::BTreeMap;
use verin_quantizer::ir::{Graph, Shape, Solution, Source, View, bits};

/// A tensor read through a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The tensor.
    pub tensor: TensorIx,
    /// Whether it has slots: witness tensors do, constants do not.
    pub slots: bool,
    /// Storage of one slot of the tensor.
    pub shape: Shape,
    /// One tie a link.
    pub ties: Vec<Tie>,
}

/// A link between labels and axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Labels, in the link's order.
    pub labels: Vec<usize>,
    /// Axes, in the link's order.
    pub axes: Vec<usize>,
    /// `None`: label bits are axis bits. Else the pairs it ties, by stored index.
    pub solutions: Option<Vec<Solution>>,
    /// The same pairs as products of sets of pairs, for the verifier to sum over; none where label bits are axis bits.
    pub blocks: Blocks,
}

/// Pairs as a union of products: windows look alike wherever they start, so that the high bits of label and axis can be
/// summed over apart from the low ones. Of a convolution's axis of 28, with 5 taps, 140 pairs become about 40.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Position of the label whose bits are split, among the tie's.
    pub label: usize,
    /// Its low bits.
    pub label_low: u32,
    /// Low bits of the axes' joint index.
    pub axis_low: u32,
    /// High pairs (split label, axes), and low pairs (all labels, axes) that each of them is completed by.
    pub products: Vec<(Vec<Solution>, Vec<Solution>)>,
}

impl Reading {
    /// The reading of `view`, whose source is `tensor`, by an operation with labels of these extents.
    pub fn new(graph: &Graph, tensor: TensorIx, view: &View, extents: &[u32]) -> Self {
        let shape = graph.source_shape(view.source).cloned().unwrap_or_default();
        let ties = view.links.iter().map(|link| {
            let (labels, axes) = (link.labels(), link.axes());
            let solutions = (!link.is_free(extents, shape.dims())).then(|| link.solutions(extents, shape.dims()));
            let label_logs: Vec<u32> = labels.iter().map(|l| bits(extents.get(*l).copied().unwrap_or(1))).collect();
            let axis_log = axes.iter().map(|axis| shape.axis_log(*axis)).sum();
            let blocks = solutions.as_ref().map_or_else(Blocks::default, |s| Blocks::new(s, &label_logs, axis_log));
            Tie { labels, axes, solutions, blocks }
        });
        Self { tensor, slots: matches!(view.source, Source::Tensor(_)), ties: ties.collect(), shape }
    }

    /// Whether it costs no sumcheck: a point over the labels is a point of the tensor.
    pub fn is_free(&self) -> bool {
        self.ties.iter().all(|tie| tie.solutions.is_none())
    }

    /// Axes of ties that are not free, ascending: a sumcheck runs over their bits.
    pub fn summed_axes(&self) -> Vec<usize> {
        let mut axes: Vec<usize> =
            self.ties.iter().filter(|tie| tie.solutions.is_some()).flat_map(|tie| tie.axes.iter().copied()).collect();
        axes.sort_unstable();
        axes
    }

    /// Rounds of that sumcheck.
    pub fn rounds(&self) -> u32 {
        self.summed_axes().into_iter().map(|axis| self.shape.axis_log(axis)).sum()
    }

    /// Whether the reading depends on `label`.
    pub fn uses(&self, label: usize) -> bool {
        self.ties.iter().any(|tie| tie.labels.contains(&label))
    }
}

impl Blocks {
    /// The split of `solutions` that costs the verifier least.
    fn new(solutions: &[Solution], label_logs: &[u32], axis_log: u32) -> Self {
        let widest = (0..label_logs.len()).max_by_key(|i| label_logs.get(*i)).unwrap_or(0);
        let label_log = label_logs.get(widest).copied().unwrap_or(0);
        let splits = (0..=label_log).flat_map(|low| (0..=axis_log).map(move |axis| (low, axis)));
        // A step of the axis is at least a step of the label in most links; others are not split.
        let splits =
            splits.filter(|(low, axis)| (*low == 0 && *axis == 0) || (axis >= low && *axis <= low + 3 && *low > 0));
        let all = splits.map(|(label_low, axis_low)| Self::split(solutions, label_logs, widest, label_low, axis_low));
        all.min_by_key(Self::cost).unwrap_or_default()
    }

    fn split(solutions: &[Solution], label_logs: &[u32], label: usize, label_low: u32, axis_low: u32) -> Self {
        let below: u32 = label_logs.iter().skip(label + 1).sum();
        let own = label_logs.get(label).copied().unwrap_or(0);
        let mut patterns: BTreeMap<(usize, usize), Vec<Solution>> = BTreeMap::new();
        for solution in solutions {
            let split = solution.label >> below & ((1 << own) - 1);
            let rest = (solution.label >> (below + own), solution.label & ((1 << below) - 1));
            let low = split & ((1 << label_low) - 1);
            let low = Solution {
                label: (rest.0 << label_low | low) << below | rest.1,
                axis: solution.axis & ((1 << axis_low) - 1),
                count: solution.count,
            };
            patterns.entry((split >> label_low, solution.axis >> axis_low)).or_default().push(low);
        }
        let mut products: Vec<(Vec<Solution>, Vec<Solution>)> = Vec::new();
        let mut known: BTreeMap<Vec<(usize, usize, u32)>, usize> = BTreeMap::new();
        for ((label, axis), pattern) in patterns {
            let name = pattern.iter().map(|s| (s.label, s.axis, s.count)).collect();
            let place = *known.entry(name).or_insert_with(|| {
                products.push((Vec::new(), pattern));
                products.len() - 1
            });
            if let Some((high, _)) = products.get_mut(place) {
                high.push(Solution { label, axis, count: 1 });
            }
        }
        Self { label, label_low, axis_low, products }
    }

    /// About the number of products that summing over it takes.
    fn cost(&self) -> usize {
        self.products.iter().map(|(high, low)| high.len() + low.len() + 2).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use verin_quantizer::ir::Link;

    /// Links of every shape, with the extents of their labels and the dimensions of their axes.
    fn links() -> Vec<(Link, Vec<u32>, Vec<u32>)> {
        let affine = |labels: &[(usize, i32)], windows: &[(u32, i32)], axes: &[usize], offset: i32| Link::Affine {
            labels: labels.to_vec(),
            windows: windows.to_vec(),
            axes: axes.to_vec(),
            offset,
        };
        let mut links = vec![
            (affine(&[(0, 4), (1, 1)], &[], &[0, 1, 2], 0), vec![25, 4], vec![5, 5, 4]),
            (affine(&[(0, 1)], &[(3, -5)], &[0], 0), vec![15], vec![5]),
            (affine(&[(0, -1)], &[], &[0], 6), vec![7], vec![7]),
            (affine(&[], &[(9, 1)], &[0], 0), vec![], vec![9]),
            (affine(&[(0, 0)], &[], &[], 0), vec![11], vec![]),
            (affine(&[], &[], &[0], 3), vec![], vec![6]),
            (affine(&[(0, 1)], &[(2, 1), (2, 0)], &[0], -1), vec![6], vec![6]),
            (
                Link::Table { label: 0, axis: 0, index: vec![Some(2), None, Some(0), Some(2), Some(4)] },
                vec![5],
                vec![5],
            ),
        ];
        for (n, kernel, stride, dilation, pad) in
            [(28, 5, 1, 1, 2), (32, 3, 2, 1, 1), (10, 3, 1, 2, 0), (7, 2, 3, 1, 1)]
        {
            let out = (n + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
            let link = affine(&[(0, stride), (1, dilation)], &[], &[0], -pad);
            links.push((link, vec![out as u32, kernel as u32], vec![n as u32]));
        }
        links
    }

    /// Blocks multiply out to exactly the pairs they were made of, and never cost more.
    #[test]
    fn blocks_are_the_solutions() {
        for (link, extents, dims) in links() {
            link.check(&extents, &dims).unwrap();
            let solutions = link.solutions(&extents, &dims);
            let logs: Vec<u32> = link.labels().iter().map(|label| bits(extents[*label])).collect();
            let axis_log = link.axes().iter().map(|axis| bits(dims[*axis])).sum();
            let blocks = Blocks::new(&solutions, &logs, axis_log);
            let below: u32 = logs.iter().skip(blocks.label + 1).sum();
            let mut found = Vec::new();
            for (high, low) in &blocks.products {
                for (h, l) in high.iter().flat_map(|h| low.iter().map(move |l| (h, l))) {
                    let (outer, inner) = (l.label >> (below + blocks.label_low), l.label & ((1 << below) - 1));
                    let split = h.label << blocks.label_low | (l.label >> below & ((1 << blocks.label_low) - 1));
                    let own = logs.get(blocks.label).copied().unwrap_or(0);
                    found.push(Solution {
                        label: (outer << own | split) << below | inner,
                        axis: h.axis << blocks.axis_low | l.axis,
                        count: h.count * l.count,
                    });
                }
            }
            found.sort_by_key(|s| (s.label, s.axis));
            let mut expected = solutions;
            expected.sort_by_key(|s| (s.label, s.axis));
            assert_eq!(found, expected, "{link:?}");
        }
    }
}
