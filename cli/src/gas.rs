//! What verifying a seal on-chain costs, estimated.
//!
//! Fitted to the gas that `verifier-contract/snapshots/SealVerifier.json` records (within one percent there): a constant for
//! halo2's part and the pairing, and a price for each row, fold, public port, public value and byte of the record.

use verin_circuits::plonk::seal::{SealCost, seal_cost};
use verin_circuits::record::{KeySet, Port, Record};

const TRANSACTION: usize = 21_000;
const CALLDATA_BYTE: usize = 16;
const FIXED: usize = 362_000;
const ROW: usize = 7_000;
const FOLD: usize = 8_000;
const PUBLIC_PORT: usize = 4_000;
const PUBLIC_VALUE: usize = 65;
const RECORD_CALL: usize = 3_500;
/// Words of the call that are neither statement nor seal: hashes, offsets, lengths.
const CALL_WORDS: usize = 8;

/// Gas of a bare verify call of one seal of `set`, the whole transaction.
pub(crate) fn verify_transaction(record: &Record, set: &KeySet) -> usize {
    let cost: SealCost = seal_cost(record, set);
    let ports = [(&record.input, record.flags.private_input), (&record.output, record.flags.private_output)];
    let public = ports.iter().filter(|(_, private)| !private);
    let values: usize = public.clone().map(|(port, _): &(&Port, bool)| port.rows * port.cols * set.batch).sum();
    let statement = (record.input.bytes + record.output.bytes) * set.batch;
    let calldata = (statement + 32 * cost.seal_words) * CALLDATA_BYTE + 32 * CALL_WORDS * 4;
    let record_load = RECORD_CALL + 32 * cost.record_words * 3 / 4;
    let execution = FIXED + ROW * cost.rows + FOLD * cost.folds + PUBLIC_PORT * public.count() + PUBLIC_VALUE * values;
    TRANSACTION + calldata + record_load + execution
}
