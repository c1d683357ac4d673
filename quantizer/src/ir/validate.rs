//! What makes a program valid: everything later code relies on without looking again.

use super::{Graph, Node, Op, Shape};
use crate::error::Error;
use crate::ops::{ACC_LIMIT, Mismatch, activation, dense, scale};

/// Most nodes.
pub const MAX_NODES: usize = 4096;
/// Longest name, in bytes.
pub const MAX_NAME: usize = 256;
/// Most dimensions of input and output.
pub const MAX_DIMS: usize = 8;
/// log2 of the most cells a tensor stores.
pub const MAX_CELLS_LOG: u32 = 24;
/// Most bits of an input.
pub const MAX_INPUT_BITS: u32 = 16;
/// Largest magnitude of an exponent.
pub const MAX_EXPONENT: i32 = 512;

fn invalid(at: impl Into<String>, expected: impl Into<String>, got: impl ToString) -> Error {
    Error::InvalidGraph { at: at.into(), expected: expected.into(), got: got.to_string() }
}

impl Graph {
    /// Checks every rule of the program.
    ///
    /// Shapes are consistent, nodes are in order, accumulators are read by activations only and values by
    /// dense and scale nodes only, weights are in range and 0 at padding, tables are complete and cover every
    /// reachable index, static bounds are exactly those the rules of [`crate::ops`] give, every tensor but the output
    /// is read, and the output is the result of a node.
    ///
    /// # Errors
    /// The first rule that is broken, with the node that breaks it.
    pub fn validate(&self) -> Result<(), Error> {
        self.check_structure()?;
        self.check_input_range()?;
        for node in &self.nodes {
            let at = |m: Mismatch| at_node(node, m);
            let input = self.shape(node.input).unwrap_or(node.shape);
            match &node.op {
                Op::Dense(op) => dense::check_entries(op, input).map_err(at)?,
                Op::Scale(op) => scale::check_entries(op).map_err(at)?,
                Op::Activation(op) => activation::check_entries(op).map_err(at)?,
            }
            let bounds = self.bounds(node.input).unwrap_or((0, 0));
            let range = node.op.range(node.shape, bounds);
            let reach = range.0.abs().max(range.1.abs());
            if reach >= i128::from(ACC_LIMIT) {
                return Err(Error::accumulator(&node.name, reach));
            }
            if (i128::from(node.lo), i128::from(node.hi)) != range {
                let got = format!("{}..={}", node.lo, node.hi);
                return Err(invalid(format!("node `{}`", node.name), format!("bounds {}..={}", range.0, range.1), got));
            }
            if let Op::Activation(op) = &node.op {
                activation::check_domain(op, bounds).map_err(at)?;
            }
        }
        Ok(())
    }

    /// The rules that need no weight: shapes, order, kinds, lengths.
    pub(crate) fn check_structure(&self) -> Result<(), Error> {
        if self.nodes.is_empty() || self.nodes.len() > MAX_NODES {
            return Err(invalid("graph", format!("1..={MAX_NODES} nodes"), self.nodes.len()));
        }
        check_common("input", &self.input.name, self.input.shape, self.input.exponent)?;
        check_dims("input", &self.input.dims, self.input.shape)?;
        let mut read = vec![false; self.nodes.len() + 1];
        for (i, node) in self.nodes.iter().enumerate() {
            check_common(&format!("node {i} `{}`", node.name), &node.name, node.shape, node.exponent)?;
            if node.input > i {
                return Err(invalid(
                    format!("node {i} `{}`", node.name),
                    format!("an input of at most {i}"),
                    node.input,
                ));
            }
            if let Some(read) = read.get_mut(node.input) {
                *read = true;
            }
            let reads_value = self.is_value(node.input);
            if reads_value == matches!(node.op, Op::Activation(_)) {
                let kinds = ["an accumulator", "a value"];
                let (expected, got) = if reads_value { (kinds[0], kinds[1]) } else { (kinds[1], kinds[0]) };
                return Err(invalid(format!("node {i} `{}`", node.name), format!("{expected} as input"), got));
            }
            let input = self.shape(node.input).unwrap_or(node.shape);
            let checked = match &node.op {
                Op::Dense(op) => dense::check(op, input, node.shape),
                Op::Scale(op) => scale::check(op, input, node.shape),
                Op::Activation(op) => activation::check(op, input, node.shape),
            };
            checked.map_err(|m| at_node(node, m))?;
        }
        let Some(shape) = self.output.checked_sub(1).and_then(|i| self.nodes.get(i)).map(|n| n.shape) else {
            return Err(invalid("output", format!("a node result in 1..={}", self.nodes.len()), self.output));
        };
        check_dims("output", &self.output_dims, shape)?;
        match read.iter().enumerate().find(|(id, read)| !**read && *id != self.output) {
            Some((id, _)) => Err(invalid(format!("tensor {id}"), "a node that reads it", "none")),
            None => Ok(()),
        }
    }

    /// Whether tensor `id` is a value, not an accumulator.
    pub fn is_value(&self, id: super::TensorId) -> bool {
        match id.checked_sub(1) {
            None => true,
            Some(i) => self.nodes.get(i).is_some_and(|n| matches!(n.op, Op::Activation(_))),
        }
    }

    fn check_input_range(&self) -> Result<(), Error> {
        let legal =
            (2..=MAX_INPUT_BITS).any(|w| self.input.lo == -(1 << (w - 1)) && self.input.hi == (1 << (w - 1)) - 1);
        if legal {
            return Ok(());
        }
        let expected = format!("-2^(w-1)..=2^(w-1)-1 with w in 2..={MAX_INPUT_BITS}");
        Err(invalid("input", expected, format!("{}..={}", self.input.lo, self.input.hi)))
    }
}

impl Op {
    /// Exact bounds of the stored cells of the result, for an input in `bounds`. Needs `check` to have passed.
    pub fn range(&self, result: Shape, bounds: (i64, i64)) -> (i128, i128) {
        match self {
            Op::Dense(op) => dense::range(op, result, bounds),
            Op::Scale(op) => scale::range(op, result, bounds),
            Op::Activation(op) => {
                let (lo, hi) = activation::range(op, bounds);
                (lo.into(), hi.into())
            }
        }
    }
}

fn at_node(node: &Node, mismatch: Mismatch) -> Error {
    invalid(format!("node `{}`", node.name), mismatch.expected, mismatch.got)
}

fn check_common(at: &str, name: &str, shape: Shape, exponent: i32) -> Result<(), Error> {
    if name.len() > MAX_NAME {
        return Err(invalid(at, format!("a name of at most {MAX_NAME} bytes"), name.len()));
    }
    let cols_ok = (1..=1 << MAX_CELLS_LOG).contains(&shape.cols);
    if !cols_ok || shape.rows_log > MAX_CELLS_LOG || shape.log() > MAX_CELLS_LOG {
        return Err(invalid(
            at,
            format!("1 to 2^{MAX_CELLS_LOG} cells"),
            format!("2^{} rows of {}", shape.rows_log, shape.cols),
        ));
    }
    if exponent.unsigned_abs() > MAX_EXPONENT.unsigned_abs() {
        return Err(invalid(at, format!("an exponent in -{MAX_EXPONENT}..={MAX_EXPONENT}"), exponent));
    }
    Ok(())
}

fn check_dims(at: &str, dims: &[u32], shape: Shape) -> Result<(), Error> {
    let product = dims.iter().try_fold(1u64, |product, d| product.checked_mul(u64::from(*d)));
    if dims.len() > MAX_DIMS || product != Some(shape.real_cells() as u64) {
        return Err(invalid(
            at,
            format!("at most {MAX_DIMS} dimensions, {} cells", shape.real_cells()),
            format!("{dims:?}"),
        ));
    }
    Ok(())
}
