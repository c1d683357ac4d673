//! What a verifier of unsealed proofs must know of a program: everything but the entries of its constants.
//!
//! A skeleton is the canonical encoding of a [`Graph`]'s structure (`verin_quantizer::ir::encode_structure`); schedules are built
//! from it. Its bytes lie beside the record, whose digest of the model commits to them ([`crate::weights`]), so that nobody can
//! pair a record with another program.

use crate::error::VerifyError;
use crate::record::{POINT, Port, WIDTH, holds};
use crate::schedule::{Options, Schedule};
use verin_quantizer::ir::{Graph, Shape, bits, decode_structure, encode_structure};

/// The bytes of a skeleton.
pub fn encode(graph: &Graph) -> Vec<u8> {
    encode_structure(graph)
}

/// Reads a skeleton.
///
/// # Errors
/// The bytes are none, or describe what no schedule can be built from.
pub fn decode(bytes: &[u8]) -> Result<Graph, VerifyError> {
    decode_structure(bytes).map_err(|e| VerifyError::Malformed { what: "skeleton", why: e.to_string() })
}

/// The record's input and output of a program under a schedule: public values take the fewest bytes that hold their static
/// range, private ones the rows of a slot.
pub fn ports(graph: &Graph, schedule: &Schedule) -> (Port, Port) {
    let port = |shape: &Shape, range: (i64, i64), private: bool, commitments: usize| match public_port(shape, range) {
        port if private => Port { bytes: (commitments >> schedule.options.batch_log) * POINT, width: 0, ..port },
        port => port,
    };
    let Options { private_input, private_output, .. } = schedule.options;
    let output_range = graph.bounds(graph.output.tensor).unwrap_or((0, 0));
    (
        port(&graph.input.shape, (graph.input.lo, graph.input.hi), private_input, schedule.rows.input),
        port(&schedule.output_shape, output_range, private_output, schedule.rows.output),
    )
}

/// The port of a public tensor with values in `range`.
pub(crate) fn public_port(shape: &Shape, range: (i64, i64)) -> Port {
    let width = WIDTH.clone().find(|width| holds(*width, range)).unwrap_or(*WIDTH.end());
    let (rows, cols, log_cols) = rows_and_columns(shape);
    Port { bytes: rows * cols * width, width, rows, cols, log_cols }
}

/// Rows, columns and log2 of stored columns of a tensor whose axes but the first and the last are powers of two: columns are
/// as many trailing real cells as lie side by side.
fn rows_and_columns(shape: &Shape) -> (usize, usize, u32) {
    let dims = shape.dims();
    let padded = dims.iter().rposition(|n| !n.is_power_of_two()).unwrap_or(0);
    let (outer, inner) = dims.split_at(padded);
    let product = |dims: &[u32]| dims.iter().map(|n| *n as usize).product();
    (product(outer), product(inner), inner.iter().map(|n| bits(*n)).sum())
}
