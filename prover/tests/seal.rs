//! Seals of real programs verify natively; what they say is bound.

mod support;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::time::Instant;
use verin_circuits::plonk::seal::verify_seal;
use verin_prover::backend::Cpu;
use verin_prover::keys::{SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;

#[test]
fn completeness_sealed() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for (i, (name, graph)) in support::zoo(ChaCha20Rng::seed_from_u64(2)).into_iter().enumerate() {
        let options = SetupOptions { private_input: i & 1 == 1, private_output: i & 2 == 2, ..Default::default() };
        let started = Instant::now();
        let key = setup(&Cpu, graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap();
        println!(
            "{name}: setup {:?}, k {:?}",
            started.elapsed(),
            key.record.record.key_sets.iter().map(|k| k.k).collect::<Vec<_>>()
        );
        let mut prover = Prover::new(key, &Cpu);
        for count in [1, if i == 2 { 8 } else { 1 }] {
            let inputs = support::inputs(&mut rng, &graph, count);
            prover.prepare(Prover::batch_for(count).unwrap(), true).unwrap();
            let proven = prover.prove(&inputs, [7; 32], true, &mut rng).unwrap();
            let record = &prover.key().record.record;
            let srs = &prover.key().srs.verifier;
            let started = Instant::now();
            let proof = &proven.proof;
            verify_seal(record, srs, &proof.statement, &proof.body).unwrap_or_else(|e| panic!("{name}: {e}"));
            println!("  {:?}, verify {:?}, {} bytes", proven.timings, started.elapsed(), proof.body.len());
        }
    }
}
