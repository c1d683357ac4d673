//! What a verifier of unsealed proofs must know of a program: everything but its weights and biases.
//!
//! A skeleton is a [`Graph`] whose weights and biases are empty and whose names are gone; schedules are built from
//! it. Its bytes lie beside the record, whose digest of the model is `keccak256("verin.model.v1" || keccak256(skeleton) ||
//! digest of the whole graph)`, so that nobody can pair a record with another program. All integers are big-endian.

use crate::encoding::WORD;
use crate::error::VerifyError;
use crate::record::{POINT, Port};
use crate::schedule::{Options, Schedule};
use sha3::{Digest, Keccak256};
use verin_quantizer::ir::{Activation, Dense, Graph, Input, Node, Op, Scale, Shape, Table};

/// First item of the preimage of [`model_digest`].
pub const TAG: &[u8] = b"verin.model.v1";
/// A program has at most this many nodes.
pub const MAX_NODES: usize = 4096;
/// log2 of the cells of a tensor, at most.
pub const MAX_LOG: u32 = 26;

const WHAT: &str = "skeleton";

/// `graph` without weights, biases and names.
pub fn strip(graph: &Graph) -> Graph {
    let op = |op: &Op| match op {
        Op::Dense(d) => Op::Dense(Dense { in_log: d.in_log, weight: Vec::new(), bias: Vec::new() }),
        Op::Scale(_) => Op::Scale(Scale { weight: Vec::new(), bias: Vec::new() }),
        Op::Activation(a) => Op::Activation(a.clone()),
    };
    Graph {
        input: Input { name: String::new(), dims: Vec::new(), ..graph.input.clone() },
        nodes: graph.nodes.iter().map(|n| Node { name: String::new(), op: op(&n.op), ..n.clone() }).collect(),
        output: graph.output,
        output_dims: Vec::new(),
    }
}

/// What a record says of its model.
pub fn model_digest(skeleton: &[u8], graph_digest: &[u8; WORD]) -> [u8; WORD] {
    Keccak256::new()
        .chain_update(TAG)
        .chain_update(Keccak256::digest(skeleton))
        .chain_update(graph_digest)
        .finalize()
        .into()
}

/// The bytes of a skeleton (of the stripped part of any graph).
pub fn encode(graph: &Graph) -> Vec<u8> {
    let mut out = Vec::new();
    let header = |shape: Shape, lo: i64, hi: i64| [i64::from(shape.rows_log), i64::from(shape.cols), lo, hi];
    push(&mut out, &header(graph.input.shape, graph.input.lo, graph.input.hi));
    push(&mut out, &[graph.output as i64, graph.nodes.len() as i64]);
    for node in &graph.nodes {
        push(&mut out, &[node.input as i64]);
        push(&mut out, &header(node.shape, node.lo, node.hi));
        match &node.op {
            Op::Dense(dense) => push(&mut out, &[0, i64::from(dense.in_log)]),
            Op::Scale(_) => push(&mut out, &[1]),
            Op::Activation(a) => {
                push(&mut out, &[2, i64::from(a.shift), i64::from(a.domain_bits), i64::from(a.high_bits)]);
                match &a.table {
                    Table::Clamp { bits } => push(&mut out, &[0, i64::from(*bits)]),
                    Table::Relu { bits } => push(&mut out, &[1, i64::from(*bits)]),
                    Table::Values(values) => {
                        push(&mut out, &[2]);
                        values.iter().for_each(|v| push(&mut out, &[i64::from(*v)]));
                    }
                }
            }
        }
    }
    out
}

/// The record's input and output of a program under a schedule: public values take the fewest bytes that hold their static
/// range, private ones the rows of a slot.
pub fn ports(graph: &Graph, schedule: &Schedule) -> (Port, Port) {
    let port = |shape: Shape, (lo, hi): (i64, i64), private: bool, rows: usize| {
        let fits = |width: &usize| {
            let half = 1i128 << (8 * width - 1);
            i128::from(lo) >= -half && i128::from(hi) < half
        };
        let width = if private { 0 } else { (1..=8).find(fits).unwrap_or(8) };
        let (cells, cols) = (shape.rows() * shape.cols as usize, shape.cols as usize);
        let bytes = if private { (rows >> schedule.options.batch_log) * POINT } else { cells * width };
        Port { bytes, width, rows: shape.rows(), cols, log_cols: shape.cols_log() }
    };
    let Options { private_input, private_output, .. } = schedule.options;
    let output_range = graph.bounds(graph.output).unwrap_or((0, 0));
    (
        port(graph.input.shape, (graph.input.lo, graph.input.hi), private_input, schedule.rows.input),
        port(schedule.output_shape, output_range, private_output, schedule.rows.output),
    )
}

fn push(out: &mut Vec<u8>, numbers: &[i64]) {
    out.extend(numbers.iter().flat_map(|n| n.to_be_bytes()));
}

/// Reads a skeleton.
///
/// # Errors
/// The bytes are none, or describe what no schedule can be built from.
pub fn decode(bytes: &[u8]) -> Result<Graph, VerifyError> {
    let mut reader = Numbers { bytes };
    let (shape, lo, hi) = reader.header()?;
    if !(-(1i64 << 32)..=0).contains(&lo) || !(0..1i64 << 32).contains(&hi) {
        return Err(malformed("the input range does not hold 0, or is too wide"));
    }
    let input = Input { name: String::new(), dims: Vec::new(), shape, exponent: 0, lo, hi };
    let output = reader.below(MAX_NODES as i64 + 1)? as usize;
    let count = reader.below(MAX_NODES as i64 + 1)? as usize;
    if output == 0 || output > count {
        return Err(malformed("the output is not the result of a node"));
    }
    let mut nodes: Vec<Node> = Vec::new();
    for i in 0..count {
        let source = reader.below(i as i64 + 1)? as usize;
        let (shape, lo, hi) = reader.header()?;
        let source_shape = match source.checked_sub(1).map(|i| nodes.get(i)) {
            None => input.shape,
            Some(node) => node.map(|n| n.shape).ok_or_else(|| malformed("a node reads a later one"))?,
        };
        let op = match reader.below(3)? {
            0 => {
                let in_log = reader.below(i64::from(MAX_LOG) + 1)? as u32;
                if source_shape.log() != shape.rows_log + in_log || shape.cols_log() + in_log > MAX_LOG {
                    return Err(malformed("a dense node whose shapes do not fit"));
                }
                Op::Dense(Dense { in_log, weight: Vec::new(), bias: Vec::new() })
            }
            _ if source_shape != shape => return Err(malformed("a node that changes the shape")),
            1 => Op::Scale(Scale { weight: Vec::new(), bias: Vec::new() }),
            _ => Op::Activation(reader.activation()?),
        };
        nodes.push(Node { name: String::new(), input: source, op, shape, exponent: 0, lo, hi });
    }
    if !reader.bytes.is_empty() {
        return Err(VerifyError::Length { what: WHAT, expected: 0, got: reader.bytes.len() });
    }
    Ok(Graph { input, nodes, output, output_dims: Vec::new() })
}

fn malformed(why: &str) -> VerifyError {
    VerifyError::Malformed { what: WHAT, why: why.to_string() }
}

struct Numbers<'a> {
    bytes: &'a [u8],
}

impl Numbers<'_> {
    fn number(&mut self) -> Result<i64, VerifyError> {
        let (head, tail) = self.bytes.split_first_chunk::<8>().ok_or_else(|| malformed("it ends too early"))?;
        self.bytes = tail;
        Ok(i64::from_be_bytes(*head))
    }

    fn below(&mut self, bound: i64) -> Result<i64, VerifyError> {
        let n = self.number()?;
        if (0..bound).contains(&n) { Ok(n) } else { Err(malformed("a number is out of range")) }
    }

    fn header(&mut self) -> Result<(Shape, i64, i64), VerifyError> {
        let rows_log = self.below(i64::from(MAX_LOG) + 1)? as u32;
        let cols = self.below((1 << MAX_LOG) + 1)? as u32;
        let shape = Shape { rows_log, cols };
        if cols == 0 || shape.log() > MAX_LOG {
            return Err(malformed("an empty or oversized tensor"));
        }
        Ok((shape, self.number()?, self.number()?))
    }

    fn activation(&mut self) -> Result<Activation, VerifyError> {
        let shift = self.below(33)? as u32;
        let domain_bits = self.below(21)? as u32;
        let high_bits = self.below(17)? as u32;
        if domain_bits == 0 || high_bits == 1 {
            return Err(malformed("an activation without a domain"));
        }
        let table = match self.below(3)? {
            0 => Table::Clamp { bits: self.below(i64::from(domain_bits))? as u32 },
            1 => Table::Relu { bits: self.below(i64::from(domain_bits))? as u32 },
            _ => {
                let values = (0..1usize << domain_bits)
                    .map(|_| i32::try_from(self.number()?).map_err(|_| malformed("a table entry is too large")));
                Table::Values(values.collect::<Result<_, _>>()?)
            }
        };
        Ok(Activation { shift, domain_bits, high_bits, table })
    }
}
