//! What a record says of its inputs and outputs. Records are read from the chain, once.

use super::error::ApiError;
use crate::index::Index;
use alloy::primitives::B256;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use verin_circuits::record::{Port, Record};
use verin_circuits::statement::{decode_value, encode_value};
use verin_client::types::{self, Input};

/// Layouts that are remembered.
const MOST: usize = 1_024;

/// Layouts by hash of the record; none of what is no record of this version.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    known: Mutex<HashMap<B256, Option<Arc<Layout>>>>,
}

impl Layouts {
    /// The layout of a record.
    ///
    /// # Errors
    /// The node does not answer.
    pub(super) async fn of(&self, index: &Index, record: B256) -> Result<Option<Arc<Layout>>, ApiError> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layout) = known().get(&record) {
            return Ok(layout.clone());
        }
        let contracts = index.contracts();
        let bytes = contracts.network.view("reading a record", contracts.store.read(record)).await?;
        let layout = Record::decode(&bytes).ok().map(|record| Arc::new(Layout::new(&record)));
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(record, layout.clone());
        Ok(layout)
    }
}

/// What a model takes and gives.
#[derive(Debug)]
pub(super) struct Layout {
    input: Port,
    range: (i64, i64),
    output: Port,
    private_weights: bool,
    batches: Vec<u64>,
}

impl Layout {
    fn new(record: &Record) -> Self {
        Self {
            input: record.input,
            range: record.input_range,
            output: record.output,
            private_weights: record.flags.private_weights,
            batches: record.key_sets.iter().map(|set| set.batch as u64).collect(),
        }
    }

    /// Whether something is handed over before it can be proved.
    pub(super) fn is_private(&self) -> bool {
        self.input.width == 0 || self.output.width == 0
    }

    /// The values of an input; none when it is private.
    pub(super) fn input_values(&self, bytes: &[u8]) -> Option<Vec<i64>> {
        values(&self.input, bytes)
    }

    /// The values of an output; none when it is private.
    pub(super) fn output_values(&self, bytes: &[u8]) -> Option<Vec<i64>> {
        values(&self.output, bytes)
    }

    /// The bytes of an input, as the market takes it.
    ///
    /// # Errors
    /// The market would not take it.
    pub(super) fn encode(&self, input: &Input) -> Result<Vec<u8>, ApiError> {
        let (lo, hi) = self.range;
        let outside = |at: usize, value: i64| {
            ApiError::refused("illegal_input", format!("value {at} of the input is out of range"))
                .expected(format!("{lo} to {hi}"))
                .got(value.to_string())
        };
        let check = |values: &[i64]| match values.iter().enumerate().find(|(_, value)| !(lo..=hi).contains(*value)) {
            Some((at, value)) => Err(outside(at, *value)),
            None => Ok(()),
        };
        match input {
            Input::Values(_) if self.input.width == 0 => {
                let message = "the input of this model is private: its commitment is asked for, not its values";
                Err(ApiError::refused("illegal_input", message).expected(format!("{} bytes", self.input.bytes)))
            }
            Input::Values(values) => {
                let expected = self.input.rows.saturating_mul(self.input.cols);
                if values.len() != expected {
                    return Err(ApiError::refused("illegal_input", "the input has another number of values")
                        .expected(format!("{expected} values"))
                        .got(format!("{} values", values.len())));
                }
                check(values)?;
                Ok(values.iter().flat_map(|value| encode_value(*value, self.input.width)).collect())
            }
            Input::Bytes(bytes) => {
                if bytes.len() != self.input.bytes {
                    return Err(ApiError::refused("illegal_input", "the input has another length")
                        .expected(format!("{} bytes", self.input.bytes))
                        .got(format!("{} bytes", bytes.len())));
                }
                if let Some(values) = self.input_values(bytes) {
                    check(&values)?;
                }
                Ok(bytes.to_vec())
            }
        }
    }
}

impl From<&Layout> for types::Layout {
    fn from(layout: &Layout) -> Self {
        Self {
            input: port(&layout.input),
            input_range: layout.range,
            output: port(&layout.output),
            private_weights: layout.private_weights,
            batches: layout.batches.clone(),
        }
    }
}

fn port(port: &Port) -> types::Port {
    let [bytes, width, rows, cols] = [port.bytes, port.width, port.rows, port.cols].map(|n| n as u64);
    types::Port { bytes, width, rows, cols, private: port.width == 0 }
}

fn values(port: &Port, bytes: &[u8]) -> Option<Vec<i64>> {
    (port.width != 0 && bytes.len() == port.bytes).then(|| bytes.chunks(port.width).map(decode_value).collect())
}
