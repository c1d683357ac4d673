//! What verifying a seal on-chain costs, estimated.
//!
//! Fitted to the gas that `verifier-contract/snapshots/SealVerifier.json` records (within a percent there): a constant for
//! halo2's part and the pairing, and a price for each row, fold, coordinate, coefficient, public port, pack, public value and byte
//! of the record.

use verin_circuits::commitment::opening::{folds, opening_words, tail_log};
use verin_circuits::packing::Packing;
use verin_circuits::plonk::seal::{SealCost, seal_cost};
use verin_circuits::record::{KeySet, Port, Record};
use verin_circuits::schedule::RowCounts;

const TRANSACTION: usize = 21_000;
const CALLDATA_BYTE: usize = 16;
const FIXED: usize = 359_300;
const ROW: usize = 6_800;
/// Of eight: its point and its remainder.
const FOLD: usize = 9_300;
/// Of the point.
const COORDINATE: usize = 330;
/// Of the last fold.
const COEFFICIENT: usize = 300;
const PUBLIC_PORT: usize = 3_600;
/// Of values or packs that are summed in one go: those of a row where columns are padded, or else of a slot.
const RUN: usize = 430;
const PACK: usize = 75;
const RECORD_CALL: usize = 16_800;
/// Words of the call that are neither statement nor seal: hashes, offsets, lengths.
const CALL_WORDS: usize = 8;

/// Gas of a bare verify call of one seal of `set` through `RecordVerifier`, the whole transaction.
pub fn verify_transaction(record: &Record, set: &KeySet) -> usize {
    let cost: SealCost = seal_cost(record, set);
    let statement = (record.input.bytes + record.output.bytes) * set.batch;
    let calldata = (statement + 32 * cost.seal_words) * CALLDATA_BYTE + 32 * CALL_WORDS * 4;
    let record_load = RECORD_CALL + 32 * cost.record_words * 3 / 4;
    TRANSACTION + calldata + record_load + execution(record, set)
}

/// Gas that depends on the row length: the opening of these rows, all calldata for it included.
pub fn opening(rows: RowCounts, b: usize) -> usize {
    let sent = rows.total() - rows.model;
    let words = rows.total() + 2 * sent + b + opening_words(b);
    ROW * rows.total() + folding(b) + 32 * CALLDATA_BYTE * words
}

/// Of the folds of rows of `2^b` entries.
fn folding(b: usize) -> usize {
    FOLD * folds(b) + COORDINATE * b + (COEFFICIENT << tail_log(b))
}

/// Gas of the seal verifier's own work.
fn execution(record: &Record, set: &KeySet) -> usize {
    let cost: SealCost = seal_cost(record, set);
    let packing = Packing::of(&record.input, record.input_range);
    let ports = [
        (&record.input, record.flags.private_input, packing),
        (&record.output, record.flags.private_output, Packing::NONE),
    ];
    let public = ports.into_iter().filter(|(_, private, _)| !private);
    let public: usize = public.map(|(port, _, packing)| PUBLIC_PORT + public_slot(port, &packing) * set.batch).sum();
    FIXED + ROW * cost.rows + folding(record.row_log) + public
}

/// Gas of summing one slot of a public port, and of checking its range.
fn public_slot(port: &Port, packing: &Packing) -> usize {
    let whole = port.cols.is_power_of_two() || (packing.log > 0 && packing.log >= port.log_cols);
    let (runs, values) = if whole { (1, port.rows * port.cols) } else { (port.rows, port.cols) };
    let value = if port.width <= 4 { 60 } else { 80 };
    let run = if packing.log > 0 { PACK * values.div_ceil(packing.values) } else { value * values };
    (RUN + run) * runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::path::Path;

    /// The estimate against what the contract's own tests measured.
    #[test]
    fn accuracy_of_the_estimate() {
        let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../verifier-contract");
        let json = |path: &str| -> Value {
            serde_json::from_slice(&std::fs::read(contracts.join(path)).expect(path)).expect(path)
        };
        let measured = json("snapshots/SealVerifier.json");
        for name in ["public", "private", "mixed", "tall"] {
            let fixture = json(&format!("test/fixtures/seal_{name}.json"));
            let bytes = |field: &str| -> Vec<u8> {
                let digits = fixture[field].as_str().and_then(|text| text.strip_prefix("0x")).expect(field);
                (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect(field)).collect()
            };
            let record = Record::decode(&bytes("record")).expect(name);
            let batch = bytes("input").len() / record.input.bytes;
            let estimate = execution(&record, record.key_set(batch).expect(name)) as f64;
            let gas: f64 = measured[format!("{name}: execution")].as_str().expect(name).parse().expect(name);
            assert!((estimate / gas - 1.0).abs() < 0.01, "{name}: estimated {estimate}, measured {gas}");
        }
    }
}
