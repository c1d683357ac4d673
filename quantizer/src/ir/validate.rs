//! What makes a program valid: everything later code relies on without looking again.

use super::{Constant, Entries, Graph, Node, Op, Part, Shape, Source, Term, View};
use crate::error::Error;
use crate::ops::{ACC_LIMIT, ENTRY_LIMIT, Mismatch, activation, check, max, range};

/// Most nodes.
pub const MAX_NODES: usize = 4096;
/// Most constants.
pub const MAX_CONSTANTS: usize = 8192;
/// Most terms of a sum.
pub const MAX_TERMS: usize = 1024;
/// Most inputs, and most outputs, of the source model.
pub const MAX_PARTS: usize = 256;
/// Longest name, in bytes.
pub const MAX_NAME: usize = 256;
/// Most dimensions of a tensor.
pub const MAX_DIMS: usize = 16;
/// log2 of the most cells a tensor stores.
pub const MAX_CELLS_LOG: u32 = 24;
/// Most bits, with sign, of the declared range of a constant: it stays inside [`ACC_LIMIT`].
pub const MAX_DECLARED_BITS: u32 = 52;
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
    /// Beyond [`Graph::check_structure`]: parts are all cells of input and output, constants are whole and in range, and what
    /// that checks of bounds where the ranges of all constants are declared holds where they are not.
    ///
    /// # Errors
    /// The first rule that is broken, with the node that breaks it.
    pub fn validate(&self) -> Result<(), Error> {
        self.check_structure()?;
        check_parts("input", &self.input.parts, &self.input.shape)?;
        let output = self.shape(self.output.tensor).unwrap_or(&self.input.shape);
        check_parts("output", &self.output.parts, output)?;
        for (i, constant) in self.constants.iter().enumerate() {
            check_entries(&format!("constant {i} `{}`", constant.name), constant)?;
        }
        if self.is_declared() { Ok(()) } else { self.check_all_bounds() }
    }

    /// Whether the ranges of all constants are declared, so that bounds are functions of the structure alone.
    pub fn is_declared(&self) -> bool {
        self.constants.iter().all(|constant| constant.declared.is_some())
    }

    /// The rules that need no entry of a constant: shapes, order, kinds, views, tables; and, where the ranges of all constants
    /// are declared, bounds.
    ///
    /// Nodes read earlier values and constants; activations and copies, and nothing else but the output, read sums; every
    /// tensor but the output is read, and every constant; the output is a sum that is 0 at its padding; static bounds are
    /// exactly those of [`crate::ops::range`], domains hold what they look up.
    ///
    /// # Errors
    /// The first rule that is broken, with the node that breaks it.
    pub fn check_structure(&self) -> Result<(), Error> {
        if self.nodes.is_empty() || self.nodes.len() > MAX_NODES {
            return Err(invalid("graph", format!("1..={MAX_NODES} nodes"), self.nodes.len()));
        }
        if self.constants.len() > MAX_CONSTANTS {
            return Err(invalid("graph", format!("at most {MAX_CONSTANTS} constants"), self.constants.len()));
        }
        check_shape("input", &self.input.shape)?;
        check_port("input", &self.input.shape)?;
        self.check_input_range()?;
        for (i, constant) in self.constants.iter().enumerate() {
            let at = format!("constant {i} `{}`", constant.name);
            check_name(&at, &constant.name)?;
            check_shape(&at, &constant.shape)?;
            if let Some(bits) = constant.declared.filter(|bits| !(1..=MAX_DECLARED_BITS).contains(bits)) {
                return Err(invalid(at, format!("a declared range of 1..={MAX_DECLARED_BITS} bits"), bits));
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            let at = node_name(i, node);
            check_name(&at, &node.name)?;
            check_shape(&at, &node.shape)?;
            check_exponent(&at, node.exponent)?;
            if node.lo > node.hi || node.lo <= -ACC_LIMIT || node.hi >= ACC_LIMIT {
                let got = format!("{}..={}", node.lo, node.hi);
                return Err(invalid(at, format!("bounds in order, inside -{ACC_LIMIT}..{ACC_LIMIT}"), got));
            }
            self.check_node(i, node).map_err(|m| at_node(i, node, m))?;
        }
        self.check_output()?;
        self.check_all_read()?;
        if self.is_declared() { self.check_all_bounds() } else { Ok(()) }
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

    /// The shape of what node `node` reads through a view: an earlier value or a constant.
    fn readable(&self, node: usize, source: Source) -> Result<&Shape, Mismatch> {
        let expected = || format!("values up to tensor {node}, or one of {} constants", self.constants.len());
        match source {
            Source::Tensor(id) if id > node => Err(Mismatch::new(expected(), format!("tensor {id}"))),
            Source::Tensor(id) if !self.is_value(id) => {
                Err(Mismatch::new(expected(), format!("tensor {id}, an accumulator")))
            }
            _ => self.source_shape(source).ok_or_else(|| Mismatch::new(expected(), format!("{source:?}"))),
        }
    }

    fn check_node(&self, i: usize, node: &Node) -> Result<(), Mismatch> {
        let shapes = |source| self.readable(i, source);
        let accumulator = |id: usize| match self.shape(id) {
            Some(shape) if id <= i && !self.is_value(id) => Ok(shape),
            _ => Err(Mismatch::new(format!("a sum among the tensors up to {i} as input"), format!("tensor {id}"))),
        };
        match &node.op {
            Op::Sum(terms) => {
                if terms.is_empty() || terms.len() > MAX_TERMS {
                    return Err(Mismatch::new(format!("1..={MAX_TERMS} terms"), terms.len()));
                }
                for term in terms {
                    match term {
                        Term::Move(term) => check::moved(term, &node.shape, &shapes)?,
                        Term::Product(term) => check::product(term, &node.shape, &shapes)?,
                    }
                }
                let computed = |term: &Term<i64>| views(term).any(|v| matches!(v.source, Source::Tensor(_)));
                if !terms.iter().any(computed) {
                    return Err(Mismatch::new("a term that is computed", "constants only"));
                }
                Ok(())
            }
            Op::Activation(op) => activation::check(op, accumulator(op.input)?, &node.shape),
            Op::Copy { input } => {
                let input = accumulator(*input)?;
                if *input == node.shape {
                    return Ok(());
                }
                let expected = format!("the dimensions of the input, {:?}", input.dims());
                Err(Mismatch::new(expected, format!("{:?}", node.shape.dims())))
            }
            Op::Max(op) => max::check(op, &node.shape, &shapes),
        }
    }

    fn check_output(&self) -> Result<(), Error> {
        let node = self.output.tensor.checked_sub(1).and_then(|i| self.nodes.get(i));
        let Some(Node { op: Op::Sum(terms), shape, .. }) = node else {
            return Err(invalid("output", "the result of a sum", format!("tensor {}", self.output.tensor)));
        };
        check_port("output", shape)?;
        let shapes = |source| self.readable(self.nodes.len(), source);
        for (axis, n) in shape.dims().iter().enumerate().filter(|(_, n)| !n.is_power_of_two()) {
            if let Some(i) = terms.iter().position(|term| !check::is_zero_at_padding(term, axis, shape, &shapes)) {
                return Err(invalid("output", format!("terms that are 0 at the padding of axis {axis} of {n}"), {
                    format!("term {i}, which need not be")
                }));
            }
        }
        Ok(())
    }

    fn check_all_read(&self) -> Result<(), Error> {
        let mut tensors = vec![false; self.nodes.len() + 1];
        let mut constants = vec![false; self.constants.len()];
        let mut mark = |source: Source| {
            let seen = match source {
                Source::Tensor(id) => tensors.get_mut(id),
                Source::Constant(i) => constants.get_mut(i),
            };
            if let Some(seen) = seen {
                *seen = true;
            }
        };
        mark(Source::Tensor(self.output.tensor));
        for node in &self.nodes {
            node.sources().into_iter().for_each(&mut mark);
        }
        if let Some(id) = tensors.iter().position(|read| !read) {
            return Err(invalid(format!("tensor {id}"), "a node that reads it", "none"));
        }
        match constants.iter().position(|read| !read) {
            Some(i) => Err(invalid(format!("constant {i}"), "a node that reads it", "none")),
            None => Ok(()),
        }
    }

    fn check_all_bounds(&self) -> Result<(), Error> {
        for (i, node) in self.nodes.iter().enumerate() {
            self.check_bounds(node).map_err(|m| at_node(i, node, m))??;
        }
        Ok(())
    }

    /// Rules of bounds; the inner error is that of a result too large.
    fn check_bounds(&self, node: &Node) -> Result<Result<(), Error>, Mismatch> {
        let too_large = |reach| Ok(Err(Error::accumulator(&node.name, reach)));
        match range::of(self, &node.op, &node.shape) {
            Err(reach) => return too_large(reach),
            Ok(exact) if exact == (node.lo, node.hi) => {}
            Ok((lo, hi)) => {
                return Err(Mismatch::new(format!("bounds {lo}..={hi}"), format!("{}..={}", node.lo, node.hi)));
            }
        }
        match &node.op {
            Op::Activation(op) => {
                activation::check_entries(op)?;
                activation::check_domain(op, self.bounds(op.input).unwrap_or((0, 0)))?;
            }
            Op::Max(op) => match range::difference(self, [&op.left, &op.right], &node.shape) {
                Err(reach) => return too_large(reach),
                Ok(difference) => max::check_domain(op, difference)?,
            },
            Op::Sum(_) | Op::Copy { .. } => {}
        }
        Ok(Ok(()))
    }

    /// Exact bounds of the result of `op`, a node called `name` of shape `shape` that reads what this graph already has:
    /// the `lo` and `hi` that a valid node states.
    ///
    /// # Errors
    /// An accumulator that could reach [`ACC_LIMIT`].
    pub fn range(&self, name: &str, op: &Op, shape: &Shape) -> Result<(i64, i64), Error> {
        range::of(self, op, shape).map_err(|reach| Error::accumulator(name, reach))
    }
}

impl Node {
    /// What the node reads, in order.
    pub fn sources(&self) -> Vec<Source> {
        match &self.op {
            Op::Sum(terms) => terms.iter().flat_map(views).map(|view| view.source).collect(),
            Op::Activation(op) => vec![Source::Tensor(op.input)],
            Op::Copy { input } => vec![Source::Tensor(*input)],
            Op::Max(op) => vec![op.left.view.source, op.right.view.source],
        }
    }
}

fn views(term: &Term<i64>) -> impl Iterator<Item = &View> {
    let (first, second) = match term {
        Term::Move(term) => (&term.view, None),
        Term::Product(term) => (&term.left, Some(&term.right)),
    };
    std::iter::once(first).chain(second)
}

fn node_name(i: usize, node: &Node) -> String {
    format!("node {i} `{}`", node.name)
}

fn at_node(i: usize, node: &Node, mismatch: Mismatch) -> Error {
    invalid(node_name(i, node), mismatch.expected, mismatch.got)
}

fn check_name(at: &str, name: &str) -> Result<(), Error> {
    if name.len() > MAX_NAME {
        return Err(invalid(at, format!("a name of at most {MAX_NAME} bytes"), name.len()));
    }
    Ok(())
}

fn check_exponent(at: &str, exponent: i32) -> Result<(), Error> {
    if exponent.unsigned_abs() > MAX_EXPONENT.unsigned_abs() {
        return Err(invalid(at, format!("an exponent in -{MAX_EXPONENT}..={MAX_EXPONENT}"), exponent));
    }
    Ok(())
}

fn check_shape(at: &str, shape: &Shape) -> Result<(), Error> {
    let most = 1 << MAX_CELLS_LOG;
    let dims_fit = shape.rank() <= MAX_DIMS && shape.dims().iter().all(|n| (1..=most).contains(n));
    if !dims_fit || shape.log() > MAX_CELLS_LOG {
        let expected = format!("at most {MAX_DIMS} dimensions of 1 to 2^{MAX_CELLS_LOG} stored cells");
        return Err(invalid(at, expected, format!("{:?}", shape.dims())));
    }
    Ok(())
}

fn check_port(at: &str, shape: &Shape) -> Result<(), Error> {
    let inner = shape.dims().get(1..shape.rank().saturating_sub(1)).unwrap_or(&[]);
    if let Some(n) = inner.iter().find(|n| !n.is_power_of_two()) {
        let expected = "powers of two as dimensions between the first and the last";
        return Err(invalid(at, expected, format!("{n} in {:?}", shape.dims())));
    }
    Ok(())
}

fn check_parts(at: &str, parts: &[Part], shape: &Shape) -> Result<(), Error> {
    if parts.is_empty() || parts.len() > MAX_PARTS {
        return Err(invalid(at, format!("1..={MAX_PARTS} parts"), parts.len()));
    }
    let mut sum = Some(0u64);
    for part in parts {
        let at = format!("{at} `{}`", part.name);
        check_name(&at, &part.name)?;
        check_exponent(&at, part.exponent)?;
        if part.dims.len() > MAX_DIMS || part.dims.contains(&0) {
            let expected = format!("at most {MAX_DIMS} dimensions of at least 1");
            return Err(invalid(at, expected, format!("{:?}", part.dims)));
        }
        let cells = part.dims.iter().try_fold(1u64, |product, n| product.checked_mul(u64::from(*n)));
        sum = sum.zip(cells).and_then(|(sum, cells)| sum.checked_add(cells));
    }
    if sum != Some(shape.real_cells() as u64) {
        let got = sum.map_or("more".to_string(), |sum| sum.to_string());
        return Err(invalid(at, format!("parts of {} elements", shape.real_cells()), got));
    }
    Ok(())
}

fn check_entries(at: &str, constant: &Constant) -> Result<(), Error> {
    if constant.entries.len() != constant.shape.real_cells() {
        return Err(invalid(at, format!("{} entries", constant.shape.real_cells()), constant.entries.len()));
    }
    let wrong = match &constant.entries {
        Entries::Narrow(entries) => {
            let wrong = entries.iter().enumerate().find(|(_, e)| !(-ENTRY_LIMIT..ENTRY_LIMIT).contains(*e));
            wrong.map(|(i, e)| (i, format!("in {}..{ENTRY_LIMIT}", -ENTRY_LIMIT), e.to_string()))
        }
        Entries::Wide(entries) => {
            let wrong = entries.iter().enumerate().find(|(_, e)| e.unsigned_abs() >= ACC_LIMIT.unsigned_abs());
            wrong.map(|(i, e)| (i, format!("smaller than {ACC_LIMIT} in magnitude"), e.to_string()))
        }
    };
    let outside = || {
        let (lo, hi) = constant.declared_range()?;
        let entries = (0..constant.entries.len()).map(|i| constant.entries.get(i)).enumerate();
        let mut outside = entries.filter(|(_, entry)| !(lo..=hi).contains(entry));
        outside.next().map(|(i, e)| (i, format!("in the declared range {lo}..={hi}"), e.to_string()))
    };
    match wrong.or_else(outside) {
        Some((i, expected, got)) => Err(invalid(at, format!("entry {i} {expected}"), got)),
        None => Ok(()),
    }
}
