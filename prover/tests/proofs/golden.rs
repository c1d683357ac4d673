//! Digests of records and of proofs under fixed randomness: bytes that do not change by accident. The circuit's prover draws
//! randomness of its own on every thread, so of a seal only the length is fixed.

use super::fixtures::{batched, sealed, unsealed};
use super::support::golden;
use sha3::{Digest, Keccak256};
use std::fmt::Write;

fn digest(bytes: &[u8]) -> String {
    Keccak256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn golden_proofs() {
    let mut text = String::new();
    for (kind, fixtures) in [("unsealed", unsealed()), ("unsealed batch of 8", batched()), ("sealed", sealed())] {
        for (visibility, fixture) in ["public", "private"].into_iter().zip(fixtures) {
            let (record, proof) = (fixture.record.encode(), fixture.proof.encode());
            writeln!(text, "{kind}, {visibility}").unwrap();
            writeln!(text, "  record {} bytes {}", record.len(), digest(&record)).unwrap();
            let fixed = if fixture.proof.sealed { String::new() } else { format!(" {}", digest(&proof)) };
            writeln!(text, "  proof {} bytes{fixed}", proof.len()).unwrap();
        }
    }
    golden::check("proofs.v3.txt", &text);
}
