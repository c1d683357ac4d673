//! The `.vq` file: a program, and what a person wants to know about it.
//!
//! ```text
//! "VERINVQ" u8(version) u64(length) graph u32(length) report (JSON) keccak256 of everything before
//! ```
//!
//! The program's digest is over the graph alone, so a report may be rewritten without making another model
//! of it. The checksum tells damage from a wrong file; it proves nothing.

use crate::error::Error;
use crate::ir::Graph;
use crate::report::Report;
use sha3::{Digest, Keccak256};

/// First bytes of the file.
pub const MAGIC: &[u8; 7] = b"VERINVQ";
/// Version of the container.
pub const VERSION: u8 = 1;
/// Largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 1 << 31;

/// A quantized model on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct VqFile {
    /// The program.
    pub graph: Graph,
    /// How it came about. No part of the digest.
    pub report: Report,
}

impl VqFile {
    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        let graph = self.graph.encode();
        let report = serde_json::to_vec(&self.report).unwrap_or_default();
        let mut out = Vec::with_capacity(graph.len() + report.len() + 64);
        out.extend(MAGIC);
        out.push(VERSION);
        out.extend((graph.len() as u64).to_le_bytes());
        out.extend(graph);
        out.extend((report.len() as u32).to_le_bytes());
        out.extend(report);
        let checksum = Keccak256::digest(&out);
        out.extend(checksum);
        out
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// No `.vq` file, another version, damage anywhere, or a program that is not valid.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let error =
            |offset: usize, expected: &str, got: String| Error::Decode { offset, expected: expected.into(), got };
        if bytes.get(..MAGIC.len()) != Some(MAGIC.as_slice()) {
            return Err(error(0, "a .vq file, which starts with VERINVQ", format!("{} other bytes", bytes.len())));
        }
        match bytes.get(MAGIC.len()) {
            Some(&VERSION) => {}
            other => return Err(error(MAGIC.len(), "version 1", format!("{other:?}"))),
        }
        let Some((body, checksum)) = bytes.split_last_chunk::<32>() else {
            return Err(error(bytes.len(), "a whole file", "its beginning".into()));
        };
        if Keccak256::digest(body).as_slice() != checksum {
            return Err(error(body.len(), "the checksum of the bytes before", "another".into()));
        }
        let part = |at: usize, length_bytes: usize| {
            let length = body.get(at..at + length_bytes)?.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
            let start = at + length_bytes;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            Some((body.get(start..end)?, end))
        };
        let graph_at = MAGIC.len() + 1;
        let (graph, report_at) =
            part(graph_at, 8).ok_or_else(|| error(graph_at, "a program", "too few bytes".into()))?;
        let (report, end) = part(report_at, 4).ok_or_else(|| error(report_at, "a report", "too few bytes".into()))?;
        if end != body.len() {
            return Err(error(end, "the checksum", format!("{} more bytes", body.len() - end)));
        }
        let graph = Graph::decode(graph)?;
        let report = serde_json::from_slice(report).map_err(|e| error(report_at, "a report in JSON", e.to_string()))?;
        Ok(Self { graph, report })
    }
}
