//! The reference executor: what a program means, cell by cell, on padded storage.

use crate::error::Error;
use crate::ir::{Graph, Op};
use crate::ops::{activation, dense, scale};

/// Every stored cell of every tensor of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Padded storage by tensor id: the input, then the result of each node.
    pub tensors: Vec<Vec<i64>>,
}

impl Trace {
    /// Real cells of the output, row-major.
    pub fn output_real(&self, graph: &Graph) -> Vec<i64> {
        match (self.tensors.get(graph.output), graph.shape(graph.output)) {
            (Some(stored), Some(shape)) => shape.real(stored),
            _ => Vec::new(),
        }
    }
}

/// Runs `graph` on the real cells of its input.
///
/// Lengths and shapes are checked on every run; that weights are in range, and so that no sum overflows, is for
/// [`Graph::validate`] to have established: a graph that it refuses gives an unspecified result, or an overflow
/// panic in a build with overflow checks.
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
        let source = tensors.get(node.input).map_or(&[][..], Vec::as_slice);
        let result = match &node.op {
            Op::Dense(op) => dense::evaluate(op, source, node.shape),
            Op::Scale(op) => scale::evaluate(op, source, node.shape),
            Op::Activation(op) => activation::evaluate(op, source),
        };
        debug_assert!(result.iter().all(|cell| (node.lo..=node.hi).contains(cell)), "static bound of {}", node.name);
        tensors.push(result);
    }
    Ok(Trace { tensors })
}
