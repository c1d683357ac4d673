//! `verin calldata`

use crate::artifacts;
use crate::error::{CliError, Kind};
use crate::hex;
use crate::output::Output;
use serde::Serialize;
use sha3::{Digest, Keccak256};
use std::path::PathBuf;
use verin_circuits::artifact::ProofFile;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::encoding::WORD;
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::seal::{seal_cost, verify_seal};

/// The function of `RecordVerifier` that is called.
const SIGNATURE: &str = "verify(bytes32,bytes32,bytes,bytes,bytes)";

/// Arguments of `calldata`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The record of the model.
    record: PathBuf,
    /// A sealed proof.
    proof: PathBuf,
}

#[derive(Serialize)]
struct Facts {
    signature: &'static str,
    record_hash: String,
    calldata: String,
    bytes: usize,
}

/// Prints what to send to the contract.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let record = artifacts::record(&args.record)?;
    let proof = artifacts::proof(&args.proof)?;
    artifacts::same_record(&record, &proof, (&args.record, &args.proof))?;
    let name = args.proof.display();
    if !proof.sealed {
        let message = format!("{name}: the proof is not sealed, so no contract can check it; prove without --unsealed");
        return Err(CliError::new(Kind::NoSeal, message));
    }
    let batch = proof.statement.batch(&record.record)?;
    let missing = || CliError::new(Kind::Mismatch, format!("{name}: the record has no key set for a batch of {batch}"));
    let set = record.record.key_set(batch).ok_or_else(missing)?;
    let (expected, got) = (WORD * seal_cost(&record.record, set).seal_words, proof.body.len());
    if got != expected {
        return Err(CliError::from(VerifyError::Length { what: "seal", expected, got }).at(name));
    }
    // Under the SRS that is compiled in, what would revert on-chain is refused here.
    if artifacts::is_insecure(&record.record.srs_digest) {
        verify_seal(&record.record, VerifierSrs::insecure(), &proof.statement, &proof.body)
            .map_err(|e| CliError::from(e).at(name))?;
        output.warn("the record rests on the INSECURE development SRS: a production deployment refuses it");
    }
    let calldata = encode(&proof);
    output.line(hex::encode(&calldata));
    output.result(&Facts {
        signature: SIGNATURE,
        record_hash: hex::encode(&proof.record_hash),
        bytes: calldata.len(),
        calldata: hex::encode(&calldata),
    });
    Ok(())
}

/// Selector, five words of head, then the three byte strings with their lengths, each padded to words.
fn encode(proof: &ProofFile) -> Vec<u8> {
    let mut head = Keccak256::digest(SIGNATURE)[..4].to_vec();
    head.extend(proof.record_hash);
    head.extend(proof.statement.context);
    let mut tail = Vec::new();
    for bytes in [&proof.statement.input, &proof.statement.output, &proof.body] {
        head.extend(word(5 * WORD + tail.len()));
        tail.extend(word(bytes.len()));
        tail.extend(bytes);
        tail.resize(tail.len().next_multiple_of(WORD), 0);
    }
    [head, tail].concat()
}

fn word(n: usize) -> [u8; WORD] {
    let mut word = [0; WORD];
    word[WORD - 8..].copy_from_slice(&(n as u64).to_be_bytes());
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use verin_circuits::statement::Statement;

    #[test]
    fn golden_layout_of_the_call() {
        let statement = Statement { context: [2; 32], input: vec![3; 33], output: vec![4; 1] };
        let proof = ProofFile { sealed: true, record_hash: [1; 32], statement, body: vec![5; 32] };
        let bytes = encode(&proof);
        let at = |word: usize| bytes[4 + 32 * word + 31];
        // Offsets 160, 256 and 320 (their last bytes), then their lengths where the offsets say.
        assert_eq!([at(2), at(3), at(4)], [160, 0, 64]);
        assert_eq!([at(5), at(8), at(10)], [33, 1, 32]);
        assert_eq!(bytes.len(), 4 + 32 * 12);
    }
}
