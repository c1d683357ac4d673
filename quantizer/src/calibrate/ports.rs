//! The one input and the one output of a program, which several of the model share.

use crate::ir::Shape;
use crate::view::{Link, Source, View};

/// How the tensors of a model lie in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Port {
    /// Storage of the one.
    pub(super) shape: Shape,
    /// First cell of each, where they share it; `None` where there is one alone.
    pub(super) starts: Option<Vec<usize>>,
}

/// Whether all dimensions but the first and the last are powers of two.
pub(super) fn fits(dims: &[u32]) -> bool {
    dims.get(1..dims.len().saturating_sub(1)).unwrap_or(&[]).iter().all(|n| n.is_power_of_two())
}

fn cells(dims: &[u32]) -> usize {
    dims.iter().fold(1usize, |t, n| t.saturating_mul(*n as usize))
}

impl Port {
    /// The port of tensors of these dimensions: one as it is, or as rows of all but its first axis; several in a row.
    pub(super) fn new(tensors: &[&[u32]]) -> Self {
        let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        match tensors {
            [dims] if fits(dims) => Self { shape: Shape::new(dims.to_vec()), starts: None },
            [[first, rest @ ..]] => Self { shape: Shape::new(vec![*first, size(cells(rest))]), starts: None },
            _ => {
                let mut start = 0;
                let mut place = |dims: &&[u32]| {
                    let at = start;
                    start += cells(dims);
                    at
                };
                let starts = tensors.iter().map(&mut place).collect();
                Self { shape: Shape::new(vec![size(start)]), starts: Some(starts) }
            }
        }
    }

    /// Whether tensor `dims` is the port itself.
    pub(super) fn is(&self, dims: &[u32]) -> bool {
        self.starts.is_none() && self.shape.dims() == dims
    }

    /// The port, as tensor `at` of dimensions `dims` reads it.
    pub(super) fn part(&self, at: usize, dims: &[u32]) -> Vec<Link> {
        let labels: Vec<usize> = long(dims);
        match &self.starts {
            Some(starts) => vec![row_major(&labels, dims, vec![0], starts.get(at).copied().unwrap_or(0) as i32)],
            None if self.is(dims) => identities(dims),
            None => self.rows(&labels, |labels, axis| row_major(labels, dims, vec![axis], 0)),
        }
    }

    /// Tensor `at`, of dimensions `dims`, as the port reads it.
    pub(super) fn place(&self, at: usize, dims: &[u32]) -> Vec<Link> {
        let axes: Vec<usize> = long(dims);
        let one =
            |label, axes: Vec<usize>, offset| Link::Affine { labels: vec![(label, 1)], windows: vec![], axes, offset };
        match &self.starts {
            Some(starts) => vec![one(0, axes, -(starts.get(at).copied().unwrap_or(0) as i32))],
            None if self.is(dims) => identities(dims),
            None => self.rows(&axes, |axes, label| one(label, axes.to_vec(), 0)),
        }
    }

    /// The links of the first axis and of the others, where they are two.
    fn rows(&self, axes: &[usize], link: impl Fn(&[usize], usize) -> Link) -> Vec<Link> {
        let (first, rest) = axes.split_at(axes.iter().take_while(|axis| **axis == 0).count());
        let both = [(first, 0), (rest, 1)].into_iter().filter(|(axes, _)| !axes.is_empty());
        both.map(|(axes, port)| link(axes, port)).collect()
    }
}

/// Axes of more than one element.
fn long(dims: &[u32]) -> Vec<usize> {
    (0..dims.len()).filter(|a| dims.get(*a).is_some_and(|n| *n > 1)).collect()
}

fn identities(dims: &[u32]) -> Vec<Link> {
    View::identity(Source::Tensor(0), dims).links
}

/// The row-major index over `labels`, from `start` on, as the index over `axes`.
fn row_major(labels: &[usize], dims: &[u32], axes: Vec<usize>, start: i32) -> Link {
    let mut stride = 1i32;
    let mut with_stride = |label: &usize| {
        let own = stride;
        stride = stride.saturating_mul(dims.get(*label).copied().unwrap_or(1) as i32);
        (*label, own)
    };
    let mut labels: Vec<(usize, i32)> = labels.iter().rev().map(&mut with_stride).collect();
    labels.reverse();
    Link::Affine { labels, windows: vec![], axes, offset: start }
}
