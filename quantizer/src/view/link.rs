//! One tie between labels and axes.

use crate::ir::bits;

/// Most solutions of one link: verifiers sum over them.
pub const MAX_SOLUTIONS: usize = 1 << 20;

/// A tie between labels of an operation and axes of a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// `sum_k stride_k label_k + sum_j stride_j window_j + offset = index`, where `index` is the row-major index of real
    /// elements over `axes` (0 where there are none) and each `window_j` runs over `0..extent_j`.
    Affine {
        /// Labels with their strides.
        labels: Vec<(usize, i32)>,
        /// Extents and strides of indices that are summed inside the link.
        windows: Vec<(u32, i32)>,
        /// Axes, outermost first.
        axes: Vec<usize>,
        /// Constant.
        offset: i32,
    },
    /// Element `index[label]` of `axis`; `None` reads 0.
    Table {
        /// The label.
        label: usize,
        /// The axis.
        axis: usize,
        /// One entry for each value of the label.
        index: Vec<Option<u32>>,
    },
}

/// Values of a link's labels and axes that it ties, with multiplicity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solution {
    /// Stored index over the link's labels, in their order.
    pub label: usize,
    /// Stored index over the link's axes, in their order.
    pub axis: usize,
    /// In how many ways, at least 1.
    pub count: u32,
}

/// Stored index of real row-major `index` over axes of `dims` elements.
fn stored(mut index: usize, dims: &[u32]) -> usize {
    let (mut out, mut shift) = (0, 0);
    for n in dims.iter().rev() {
        let n = *n as usize;
        out |= (index % n) << shift;
        index /= n;
        shift += bits(n as u32);
    }
    out
}

impl Link {
    /// Label `label` is the index along `axis`.
    pub fn identity(label: usize, axis: usize) -> Self {
        Link::Affine { labels: vec![(label, 1)], windows: vec![], axes: vec![axis], offset: 0 }
    }

    /// The labels, in order.
    pub fn labels(&self) -> Vec<usize> {
        match self {
            Link::Affine { labels, .. } => labels.iter().map(|(label, _)| *label).collect(),
            Link::Table { label, .. } => vec![*label],
        }
    }

    /// The axes, in order.
    pub fn axes(&self) -> Vec<usize> {
        match self {
            Link::Affine { axes, .. } => axes.clone(),
            Link::Table { axis, .. } => vec![*axis],
        }
    }

    fn pick(from: &[u32], which: &[usize]) -> Vec<u32> {
        which.iter().map(|i| from.get(*i).copied().unwrap_or(1)).collect()
    }

    /// Checks the link by itself.
    ///
    /// # Errors
    /// What was expected, and what there is.
    pub fn check(&self, extents: &[u32], dims: &[u32]) -> Result<(), (String, String)> {
        let (labels, axes) = (Self::pick(extents, &self.labels()), Self::pick(dims, &self.axes()));
        match self {
            Link::Affine { windows, .. } => {
                if labels.is_empty() && axes.is_empty() {
                    return Err(("a link of some label or axis".into(), "neither".into()));
                }
                if windows.iter().any(|(n, _)| *n == 0) {
                    return Err(("windows of at least 1".into(), "0".into()));
                }
                let sizes = labels.iter().chain(windows.iter().map(|(n, _)| n));
                let tuples = sizes.fold(1usize, |t, n| t.saturating_mul(*n as usize));
                if tuples > MAX_SOLUTIONS {
                    return Err((format!("at most {MAX_SOLUTIONS} index tuples in a link"), tuples.to_string()));
                }
                Ok(())
            }
            Link::Table { index, .. } => {
                let (extent, dim) = (labels.first().copied().unwrap_or(1), axes.first().copied().unwrap_or(1));
                if index.len() != extent as usize {
                    return Err((format!("{extent} table entries"), index.len().to_string()));
                }
                match index.iter().flatten().find(|i| **i >= dim) {
                    Some(i) => Err((format!("table entries below {dim}"), i.to_string())),
                    None => Ok(()),
                }
            }
        }
    }

    /// Whether stored label bits and stored axis bits are the same bits, padding included.
    ///
    /// One label and one axis of equally many bits, the label no longer than the axis; or equally many real elements on
    /// both sides with every dimension but the outermost a power of two.
    pub fn is_free(&self, extents: &[u32], dims: &[u32]) -> bool {
        let Link::Affine { labels, windows, axes, offset: 0 } = self else { return false };
        if !windows.is_empty() || labels.is_empty() || axes.is_empty() {
            return false;
        }
        let sizes = Self::pick(extents, &self.labels());
        let dims = Self::pick(dims, axes);
        let mut stride = 1i64;
        for ((_, s), n) in labels.iter().zip(&sizes).rev() {
            if i64::from(*s) != stride {
                return false;
            }
            stride *= i64::from(*n);
        }
        if let ([n], [dim]) = (&sizes[..], &dims[..]) {
            return bits(*n) == bits(*dim) && n <= dim;
        }
        let inner_full = |sizes: &[u32]| sizes.iter().skip(1).all(|n| n.is_power_of_two());
        let total = |sizes: &[u32]| sizes.iter().fold(1u64, |t, n| t.saturating_mul(u64::from(*n)));
        total(&sizes) == total(&dims) && inner_full(&sizes) && inner_full(&dims)
    }

    /// All ties of real labels and real axes, as stored indices, ordered by label, then axis. Needs [`Link::check`] to
    /// have passed.
    pub fn solutions(&self, extents: &[u32], dims: &[u32]) -> Vec<Solution> {
        let sizes = Self::pick(extents, &self.labels());
        let dims_of_axes = Self::pick(dims, &self.axes());
        let mut found = self.real_solutions(extents, dims);
        for tie in &mut found {
            (tie.label, tie.axis) = (stored(tie.label, &sizes), stored(tie.axis, &dims_of_axes));
        }
        found
    }

    /// The same, as row-major indices of real elements.
    pub fn real_solutions(&self, extents: &[u32], dims: &[u32]) -> Vec<Solution> {
        match self {
            Link::Table { index, .. } => {
                let tie = |(i, to): (usize, &Option<u32>)| {
                    to.map(|axis| Solution { label: i, axis: axis as usize, count: 1 })
                };
                index.iter().enumerate().filter_map(tie).collect()
            }
            Link::Affine { labels, windows, axes, offset } => {
                let expand = |values: Vec<i64>, n: u32, stride: i32| -> Vec<i64> {
                    let steps = |v: i64| (0..i64::from(n)).map(move |j| v + j * i64::from(stride));
                    values.into_iter().flat_map(steps).collect()
                };
                let limit: i64 = Self::pick(dims, axes).iter().map(|n| i64::from(*n)).product();
                let sizes = Self::pick(extents, &self.labels());
                let starts = labels.iter().zip(&sizes);
                let starts = starts.fold(vec![i64::from(*offset)], |all, ((_, stride), n)| expand(all, *n, *stride));
                let mut found = Vec::new();
                for (label, start) in starts.into_iter().enumerate() {
                    if windows.is_empty() {
                        if (0..limit).contains(&start) {
                            found.push(Solution { label, axis: start as usize, count: 1 });
                        }
                        continue;
                    }
                    let mut values = windows.iter().fold(vec![start], |all, (n, stride)| expand(all, *n, *stride));
                    values.retain(|v| (0..limit).contains(v));
                    values.sort_unstable();
                    found.extend(values.chunk_by(|a, b| a == b).filter_map(|same| {
                        same.first().map(|v| Solution { label, axis: *v as usize, count: same.len() as u32 })
                    }));
                }
                found
            }
        }
    }
}
