//! Canonical bytes of a program: one program, one encoding.
//!
//! Little-endian, fixed field order, no alignment:
//!
//! ```text
//! graph  = "VRNG" u16(version) input u32(nodes) node* u64(output) dims
//! input  = name dims shape i32(exponent) i64(lo) i64(hi)
//! node   = name u64(input) shape i32(exponent) i64(lo) i64(hi) u8(kind) op
//! shape  = u32(rows_log) u32(cols)
//! dims   = u8(count) u32*            name = u16(length) utf-8
//! op     = 0: u32(in_log) ints(weight) longs(bias)
//!        | 1: ints(weight) longs(bias)
//!        | 2: u32(shift) u32(domain_bits) u32(high_bits) table
//! table  = 0 u32(bits) (clamp) | 1 u32(bits) (relu) | 2 ints (entries)
//! ints   = u64(count) u8(width) two's complement, width in {1, 2, 4}: the smallest that holds all
//! longs  = the same with width in {1, 2, 4, 8}
//! ```

use super::{Graph, Node, Op, Shape, Table};

/// First bytes of an encoded program.
pub(super) const MAGIC: &[u8; 4] = b"VRNG";
/// Version of the encoding, and of the semantics it names.
pub const VERSION: u16 = 1;

/// Bytes per entry: the smallest of 1, 2, 4 and 8 that holds every value.
pub(super) fn width(values: impl Iterator<Item = i64>) -> u8 {
    let (lo, hi) = values.fold((0, 0), |(lo, hi), v| (v.min(lo), v.max(hi)));
    let fits = |bytes: &&u8| {
        let half = 1i128 << (u32::from(**bytes) * 8 - 1);
        i128::from(lo) >= -half && i128::from(hi) < half
    };
    [1, 2, 4].iter().find(fits).copied().unwrap_or(8)
}

impl Graph {
    /// The canonical bytes.
    ///
    /// Lengths that the fields cannot hold are those no valid program has; they are cut, and what comes out
    /// then does not decode.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        let input = &self.input;
        name(&mut out, &input.name);
        dims(&mut out, &input.dims);
        header(&mut out, input.shape, input.exponent, (input.lo, input.hi));
        out.extend((self.nodes.len() as u32).to_le_bytes());
        for n in &self.nodes {
            node(&mut out, n);
        }
        out.extend((self.output as u64).to_le_bytes());
        dims(&mut out, &self.output_dims);
        out
    }
}

fn name(out: &mut Vec<u8>, name: &str) {
    out.extend((name.len() as u16).to_le_bytes());
    out.extend(name.as_bytes());
}

fn dims(out: &mut Vec<u8>, dims: &[u32]) {
    out.push(dims.len() as u8);
    out.extend(dims.iter().flat_map(|d| d.to_le_bytes()));
}

fn header(out: &mut Vec<u8>, shape: Shape, exponent: i32, (lo, hi): (i64, i64)) {
    out.extend(shape.rows_log.to_le_bytes());
    out.extend(shape.cols.to_le_bytes());
    out.extend(exponent.to_le_bytes());
    out.extend(lo.to_le_bytes());
    out.extend(hi.to_le_bytes());
}

fn integers(out: &mut Vec<u8>, values: impl ExactSizeIterator<Item = i64> + Clone) {
    out.extend((values.len() as u64).to_le_bytes());
    let width = width(values.clone());
    out.push(width);
    out.reserve(values.len() * usize::from(width));
    for value in values {
        out.extend(&value.to_le_bytes()[..usize::from(width)]);
    }
}

fn node(out: &mut Vec<u8>, node: &Node) {
    name(out, &node.name);
    out.extend((node.input as u64).to_le_bytes());
    header(out, node.shape, node.exponent, (node.lo, node.hi));
    match &node.op {
        Op::Dense(dense) => {
            out.push(0);
            out.extend(dense.in_log.to_le_bytes());
            integers(out, dense.weight.iter().map(|w| i64::from(*w)));
            integers(out, dense.bias.iter().copied());
        }
        Op::Scale(scale) => {
            out.push(1);
            integers(out, scale.weight.iter().map(|w| i64::from(*w)));
            integers(out, scale.bias.iter().copied());
        }
        Op::Activation(activation) => {
            out.push(2);
            for field in [activation.shift, activation.domain_bits, activation.high_bits] {
                out.extend(field.to_le_bytes());
            }
            match &activation.table {
                Table::Clamp { bits } => {
                    out.push(0);
                    out.extend(bits.to_le_bytes());
                }
                Table::Relu { bits } => {
                    out.push(1);
                    out.extend(bits.to_le_bytes());
                }
                Table::Values(values) => {
                    out.push(2);
                    integers(out, values.iter().map(|v| i64::from(*v)));
                }
            }
        }
    }
}
