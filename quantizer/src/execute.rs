//! The reference executor: what a program means, cell by cell, on padded storage.

use crate::error::Error;
use crate::ir::{Graph, Move, Op, Shape, Source, Term};
use crate::ops::{Cells, Layout, Operand, activation, max, sum};

/// Every stored cell of every tensor of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Padded storage by tensor id: the input, then the result of each node.
    pub tensors: Vec<Vec<i64>>,
}

impl Trace {
    /// Real cells of the output, row-major.
    pub fn output_real(&self, graph: &Graph) -> Vec<i64> {
        match (self.tensors.get(graph.output.tensor), graph.shape(graph.output.tensor)) {
            (Some(stored), Some(shape)) => shape.real(stored),
            _ => Vec::new(),
        }
    }
}

/// Runs `graph` on the real cells of its input.
///
/// Shapes are checked on every run; that constants are whole and in range, and so that every result fits, is for
/// [`Graph::validate`] to have established: a graph that it refuses gives an unspecified result.
///
/// # Errors
/// The wrong number of cells, one outside the input's range, or a graph whose shapes do not fit.
pub fn execute(graph: &Graph, input: &[i64]) -> Result<Trace, Error> {
    graph.check_structure()?;
    if input.len() != graph.input_len() {
        return Err(Error::InputLength { expected: graph.input_len(), got: input.len() });
    }
    let (lo, hi) = (graph.input.lo, graph.input.hi);
    if let Some((index, got)) = input.iter().copied().enumerate().find(|(_, v)| !(lo..=hi).contains(v)) {
        return Err(Error::InputRange { index, got, lo, hi });
    }
    let mut tensors = vec![graph.input.shape.pad(input)];
    for node in &graph.nodes {
        let stored = |id: usize| tensors.get(id).map_or(&[][..], Vec::as_slice);
        let source = |source: Source| operand(graph, &tensors, source);
        let dims = node.shape.dims();
        let result = match &node.op {
            Op::Sum(terms) => sum::evaluate(terms, dims, Layout::Padded, &source),
            Op::Activation(op) => activation::evaluate(op, stored(op.input)),
            Op::Copy { input } => stored(*input).to_vec(),
            Op::Max(op) => max::evaluate([&op.left, &op.right], dims, Layout::Padded, &source),
        };
        debug_assert!(result.iter().all(|cell| (node.lo..=node.hi).contains(cell)), "static bound of {}", node.name);
        tensors.push(result);
    }
    Ok(Trace { tensors })
}

/// All stored cells of `operand` over a result of `shape`, in a run that has got to `tensors`.
pub fn moved(graph: &Graph, tensors: &[Vec<i64>], operand: &Move<i64>, shape: &Shape) -> Vec<i64> {
    let terms = [Term::Move(operand.clone())];
    sum::evaluate(&terms, shape.dims(), Layout::Padded, &|source| self::operand(graph, tensors, source))
}

/// What a view reads.
fn operand<'t>(graph: &'t Graph, tensors: &'t [Vec<i64>], source: Source) -> Option<Operand<'t, i64>> {
    match source {
        Source::Tensor(id) => {
            let dims = graph.shape(id)?.dims();
            Some(Operand { cells: Cells::Wide(tensors.get(id)?), dims, layout: Layout::Padded })
        }
        Source::Constant(i) => graph.constants.get(i).map(|constant| constant.operand()),
    }
}
