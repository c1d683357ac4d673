//! Times keys and proofs of 2^12 and 2^13 rows; medians over some runs, every proof verified.
//!
//!     cargo run --release -p verin-seal --example timing

#[path = "../tests/common/mod.rs"]
mod common;

use common::{OwnedSrs, Rounds, scalars};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Instant;
use verin_seal::keys::keygen_layout;
use verin_seal::{Program, lay_out, prove, reference, shape};

const RUNS: usize = 7;

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn time<T>(runs: usize, mut f: impl FnMut() -> T) -> (f64, T) {
    let mut times = Vec::new();
    loop {
        let start = Instant::now();
        let value = f();
        times.push(start.elapsed().as_secs_f64());
        if times.len() == runs {
            return (median(times), value);
        }
    }
}

fn main() {
    let srs = OwnedSrs::new(13, 1);
    for rounds in [112, 232] {
        let program = Rounds { rounds, instances: 20 };
        let layout = shape(&program).expect("a layout");
        let k = layout.k();
        let advice = scalars(program.advice_len(), 2);
        let (loading, params) = time(3, || srs.as_srs().halo2(k).expect("parameters"));
        let (keygen, key) = time(3, || keygen_layout(&layout, params.clone()).expect("a key"));
        let (witness, _) = time(RUNS, || lay_out(&program, Some(&advice)).expect("a witness"));
        let mut seed = 0;
        let (proving, _) = time(RUNS, || {
            seed += 1;
            let proof = prove(&key, &program, &advice, [1; 32], ChaCha20Rng::seed_from_u64(seed)).expect("a proof");
            reference::verify(&key, [1; 32], &proof.instances, &proof.bytes).expect("a proof that verifies");
            proof
        });
        let (proving_only, proof) =
            time(RUNS, || prove(&key, &program, &advice, [1; 32], ChaCha20Rng::seed_from_u64(seed)).expect("a proof"));
        let (verifying, _) = time(RUNS, || reference::verify(&key, [1; 32], &proof.instances, &proof.bytes));
        println!(
            "2^{k}: {} rows ({} permutations, {} arithmetic, {} loose), proof {} bytes\n  SRS {loading:.3} s, \
             keygen {keygen:.3} s, witness {witness:.4} s, prove {proving_only:.3} s, prove and verify {proving:.3} s, \
             halo2's verifier {verifying:.4} s",
            layout.rows_used(),
            layout.tally.permutations,
            layout.tally.arithmetic,
            layout.tally.loose,
            proof.bytes.len()
        );
    }
}
