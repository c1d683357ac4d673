//! No bytes make a decoder of the verifier's or the prover's files panic, and what one accepts it writes back byte for byte. Files
//! carry a checksum, so mutated ones are also tried with the checksum made right again.

mod support;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sha3::{Digest, Keccak256};
use verin_circuits::artifact::{ProofFile, RecordFile};
use verin_circuits::skeleton;
use verin_circuits::unsealed::{schedule, verify_unsealed};
use verin_prover::backend::Cpu;
use verin_prover::keyfile;
use verin_prover::keys::{Profile, ProverKey, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;

const ROUNDS: usize = 3_000;

fn key() -> ProverKey {
    let (_, graph) = support::zoo(ChaCha20Rng::seed_from_u64(2)).swap_remove(2);
    let options = SetupOptions { profile: Profile::Fast, ..SetupOptions::default() };
    setup(&Cpu, graph, options, &|n| Ok(Srs::insecure(n))).unwrap()
}

/// A few bytes changed, a piece cut out, doubled or appended.
fn mutate(rng: &mut ChaCha20Rng, bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.gen_range(1..4) {
        let at = rng.gen_range(0..out.len().max(1)).min(out.len().saturating_sub(1));
        match rng.gen_range(0..6) {
            0 => out.truncate(at),
            1 => out.extend((0..rng.gen_range(1..40)).map(|_| rng.r#gen::<u8>())),
            2 if !out.is_empty() => drop(out.drain(at..(at + 8).min(out.len()))),
            3 => out.extend_from_within(at..),
            _ => {
                out.iter_mut().skip(at).take(1).for_each(|b| *b = [0, 1, 0x7f, 0xff, rng.r#gen()][rng.gen_range(0..5)])
            }
        }
    }
    out
}

/// The same with a right checksum at its end.
fn with_checksum(bytes: &[u8]) -> Vec<u8> {
    let body = &bytes[..bytes.len().saturating_sub(32)];
    [body, &Keccak256::digest(body)[..]].concat()
}

#[test]
fn mutated_record_files_are_canonical_or_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let valid = key().record.encode();
    assert_eq!(RecordFile::decode(&valid).unwrap().encode(), valid);
    for _ in 0..ROUNDS {
        let mutated = mutate(&mut rng, &valid);
        for bytes in [with_checksum(&mutated), mutated] {
            let Ok(file) = RecordFile::decode(&bytes) else { continue };
            assert_eq!(file.encode(), bytes);
            // What lies beside the record is another matter, and still no panic.
            let _ = schedule(&file.record, &file.skeleton, &file.weights, 8);
        }
    }
}

#[test]
fn mutated_skeletons_are_canonical_or_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for (_, graph) in support::zoo(ChaCha20Rng::seed_from_u64(2)) {
        let valid = skeleton::encode(&graph);
        assert_eq!(skeleton::encode(&skeleton::decode(&valid).unwrap()), valid);
        for _ in 0..ROUNDS {
            let bytes = mutate(&mut rng, &valid);
            if let Ok(decoded) = skeleton::decode(&bytes) {
                assert_eq!(skeleton::encode(&decoded), bytes);
            }
        }
    }
}

#[test]
fn mutated_key_files_are_refused_or_read() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let valid = keyfile::encode(&key());
    assert_eq!(keyfile::encode(&keyfile::decode(&valid).unwrap()), valid);
    for _ in 0..ROUNDS {
        let mutated = mutate(&mut rng, &valid);
        for bytes in [with_checksum(&mutated), mutated] {
            let _ = keyfile::decode(&bytes);
        }
    }
}

#[test]
fn mutated_proofs_are_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let key = key();
    let inputs = support::inputs(&mut rng, &key.graph, 1);
    let file = key.record.clone();
    let shape = schedule(&file.record, &file.skeleton, &file.weights, 1).unwrap();
    let valid = Prover::new(key, &Cpu).prove(&inputs, [7; 32], false, &mut rng).unwrap().proof;
    let srs = Srs::insecure(1).verifier;
    let verify = |proof: &ProofFile| verify_unsealed(&file.record, &shape, &srs, &proof.statement, &proof.body);
    verify(&valid).unwrap();
    for _ in 0..300 {
        let mut proof = valid.clone();
        proof.body = mutate(&mut rng, &valid.body);
        assert!(proof.body == valid.body || verify(&proof).is_err());
        let mutated = mutate(&mut rng, &valid.encode());
        for bytes in [with_checksum(&mutated), mutated] {
            let Ok(read) = ProofFile::decode(&bytes) else { continue };
            assert_eq!(read.encode(), bytes);
            let same = (&read.statement, &read.body) == (&valid.statement, &valid.body);
            assert!(same || verify(&read).is_err());
        }
    }
}
