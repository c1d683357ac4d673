//! A model under construction: nodes are checked as they are added, and what nothing reads is left out at the end.

use super::{Constant, FloatModel, Input, Move, Node, Op, Output, Source, Term, View, cells};
use crate::ir::{MAX_CELLS_LOG, MAX_DIMS, bits};
use std::collections::HashMap;

/// Most index tuples that evaluating one node may visit.
const MAX_WORK: u64 = 1 << 31;

/// Most nodes: far more than a program has.
const MAX_NODES: usize = 1 << 16;

/// A float model under construction. Tensors are numbered as in [`FloatModel`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    inputs: Vec<Input>,
    constants: Vec<Constant>,
    nodes: Vec<Node>,
}

impl Builder {
    /// A model of `inputs` and no nodes.
    pub fn new(inputs: Vec<Input>) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// Adds a constant, whose data has as many elements as `dims` say.
    pub fn constant(&mut self, name: String, dims: Vec<u32>, data: Vec<f64>) -> Source {
        self.constants.push(Constant { name, dims, data });
        Source::Constant(self.constants.len() - 1)
    }

    /// Adds a node and gives its tensor.
    ///
    /// # Errors
    /// What was expected and what there is: a result that is empty or too large, a view that does not fit, too many nodes.
    pub fn node(&mut self, node: Node) -> Result<usize, (String, String)> {
        self.check(&node)?;
        if self.nodes.len() >= MAX_NODES {
            return Err((format!("a model of at most {MAX_NODES} operations"), "one more".into()));
        }
        self.nodes.push(node);
        Ok(self.inputs.len() + self.nodes.len() - 1)
    }

    /// Elements of the result of a node that reads constants alone.
    ///
    /// # Errors
    /// As [`Builder::node`]; also more index tuples than are worth evaluating.
    pub fn evaluate(&self, mut node: Node) -> Result<Vec<f64>, (String, String)> {
        self.check(&node)?;
        let work = work(&node);
        if work > MAX_WORK {
            return Err((format!("at most {MAX_WORK} products of constants in one node"), work.to_string()));
        }
        let mut constants = Vec::new();
        rename(&mut node.op, |source| {
            if let Source::Constant(i) = source {
                constants.extend(self.constants.get(i).cloned());
            }
            Source::Constant(constants.len().saturating_sub(1))
        });
        let outputs = vec![Output { name: String::new(), dims: node.dims.clone(), tensor: 0 }];
        let model = FloatModel { source: String::new(), inputs: Vec::new(), constants, nodes: vec![node], outputs };
        Ok(model.run(&[]))
    }

    fn dims(&self, source: Source) -> Option<&[u32]> {
        match source {
            Source::Constant(i) => self.constants.get(i).map(|c| &c.dims[..]),
            Source::Tensor(id) => match id.checked_sub(self.inputs.len()) {
                None => self.inputs.get(id).map(|i| &i.dims[..]),
                Some(i) => self.nodes.get(i).map(|n| &n.dims[..]),
            },
        }
    }

    fn check(&self, node: &Node) -> Result<(), (String, String)> {
        let dims = &node.dims;
        check_dims(dims)?;
        let view = |view: &View, extents: &[u32]| match self.dims(view.source) {
            Some(dims) => view.check(extents, dims),
            None => Err(("an earlier tensor or constant".into(), format!("{:?}", view.source))),
        };
        match &node.op {
            Op::Sum(terms) => terms.iter().try_for_each(|term| match term {
                Term::Move(moved) => view(&moved.view, dims),
                Term::Product(product) => {
                    let extents: Vec<u32> = dims.iter().chain(&product.sums).copied().collect();
                    view(&product.left, &extents)?;
                    view(&product.right, &extents)
                }
            }),
            Op::Map { input, .. } => match self.dims(Source::Tensor(*input)) {
                Some(from) if from == dims => Ok(()),
                from => Err((format!("an input of dimensions {dims:?}"), format!("{from:?}"))),
            },
            Op::Max { left, right } => {
                view(&left.view, dims)?;
                view(&right.view, dims)
            }
        }
    }

    /// The model: nodes and constants that `outputs` need, renumbered in their order. All inputs stay.
    pub fn finish(self, source: String, mut outputs: Vec<Output>) -> FloatModel {
        let inputs = self.inputs.len();
        let mut needed = vec![false; inputs + self.nodes.len()];
        let mark = |needed: &mut Vec<bool>, id: usize| {
            if let Some(slot) = needed.get_mut(id) {
                *slot = true;
            }
        };
        outputs.iter().for_each(|output| mark(&mut needed, output.tensor));
        let mut nodes = Vec::new();
        for (i, mut node) in self.nodes.into_iter().enumerate().rev() {
            if needed.get(inputs + i) == Some(&true) {
                rename(&mut node.op, |source| {
                    if let Source::Tensor(id) = source {
                        mark(&mut needed, id);
                    }
                    source
                });
                nodes.push(node);
            }
        }
        nodes.reverse();
        let mut next = inputs;
        let mut place = |(id, needed): (usize, bool)| {
            let kept = id < inputs || needed;
            let at = if id < inputs { id } else { next };
            next += usize::from(id >= inputs && needed);
            kept.then_some(at)
        };
        let tensors: Vec<Option<usize>> = needed.into_iter().enumerate().map(&mut place).collect();
        let tensor = |id: usize| tensors.get(id).copied().flatten().unwrap_or(id);
        let mut slots: Vec<Option<Constant>> = self.constants.into_iter().map(Some).collect();
        let mut places = HashMap::new();
        let mut constants = Vec::new();
        for node in &mut nodes {
            rename(&mut node.op, |source| match source {
                Source::Tensor(id) => Source::Tensor(tensor(id)),
                Source::Constant(i) => Source::Constant(*places.entry(i).or_insert_with(|| {
                    constants.extend(slots.get_mut(i).and_then(Option::take));
                    constants.len().saturating_sub(1)
                })),
            });
        }
        for output in &mut outputs {
            output.tensor = tensor(output.tensor);
        }
        FloatModel { source, inputs: self.inputs, constants, nodes, outputs }
    }
}

/// Whether a tensor may have these dimensions.
fn check_dims(dims: &[u32]) -> Result<(), (String, String)> {
    if dims.len() > MAX_DIMS {
        return Err((format!("a result of at most {MAX_DIMS} dimensions"), dims.len().to_string()));
    }
    let log: u32 = dims.iter().map(|n| bits(*n)).sum();
    if dims.contains(&0) || log > MAX_CELLS_LOG {
        let expected =
            format!("a result of 1 to 2^{MAX_CELLS_LOG} elements, each dimension rounded up to a power of two");
        return Err((expected, format!("dimensions {dims:?}")));
    }
    Ok(())
}

/// Replaces all that `op` reads.
fn rename(op: &mut Op, mut f: impl FnMut(Source) -> Source) {
    match op {
        Op::Sum(terms) => {
            for term in terms {
                match term {
                    Term::Move(Move { view, .. }) => view.source = f(view.source),
                    Term::Product(product) => {
                        product.left.source = f(product.left.source);
                        product.right.source = f(product.right.source);
                    }
                }
            }
        }
        Op::Map { input, .. } => {
            if let Source::Tensor(id) = f(Source::Tensor(*input)) {
                *input = id;
            }
        }
        Op::Max { left, right } => {
            left.view.source = f(left.view.source);
            right.view.source = f(right.view.source);
        }
    }
}

/// Index tuples that evaluating `node` visits, about.
fn work(node: &Node) -> u64 {
    let own = cells(&node.dims) as u64;
    let windows = |view: &View| {
        let each = view.links.iter().flat_map(|link| match link {
            super::Link::Affine { windows, .. } => windows.iter().map(|(n, _)| u64::from(*n)).collect(),
            super::Link::Table { .. } => Vec::new(),
        });
        each.fold(1u64, u64::saturating_mul)
    };
    match &node.op {
        Op::Sum(terms) => terms.iter().fold(0u64, |total, term| {
            total.saturating_add(match term {
                Term::Move(moved) => own.saturating_mul(windows(&moved.view)),
                Term::Product(product) => {
                    let sums = product.sums.iter().fold(own, |t, n| t.saturating_mul(u64::from(*n)));
                    sums.saturating_mul(windows(&product.left)).saturating_mul(windows(&product.right))
                }
            })
        }),
        Op::Map { .. } | Op::Max { .. } => own,
    }
}
