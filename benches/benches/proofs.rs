//! Whole models: setup, core proof, seal, verification. Every proof that is timed is verified.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use criterion::{Criterion, criterion_group, criterion_main};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use verin_benches::{convolutional_network, dense_network, input};
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::unsealed::{schedule, verify_unsealed};
use verin_prover::backend::Cpu;
use verin_prover::keys::{Profile, ProverKey, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::Graph;

fn models() -> [(&'static str, Graph); 3] {
    [
        ("dense 2k", dense_network(&[64, 32, 16])),
        ("convolutions 95k", convolutional_network(&[4, 32, 32, 64, 64], 16)),
        ("dense 4M", dense_network(&[1024; 5])),
    ]
}

fn key(graph: Graph, profile: Profile) -> ProverKey {
    let options = SetupOptions { profile, ..SetupOptions::default() };
    setup(&Cpu, graph, options, &|n| Ok(Srs::insecure(n))).expect("the networks here can be proved")
}

fn unsealed(c: &mut Criterion) {
    for (name, graph) in models() {
        let x = [input(&graph)];
        let mut prover = Prover::new(key(graph, Profile::Fast), &Cpu);
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let mut group = c.benchmark_group(format!("{name}, fast, unsealed"));
        group.sample_size(10);
        group
            .bench_function("prove", |b| b.iter(|| prover.prove(&x, [0; 32], false, &mut rng).expect("a legal input")));
        let proof = prover.prove(&x, [0; 32], false, &mut rng).expect("a legal input").proof;
        let file = &prover.key().record;
        let schedule = schedule(&file.record, &file.skeleton, &file.weights, 1).expect("made here");
        let srs = &prover.key().srs.verifier;
        group.bench_function("verify", |b| {
            b.iter(|| {
                verify_unsealed(&file.record, &schedule, srs, &proof.statement, &proof.body).expect("a valid proof")
            });
        });
    }
}

fn sealed(c: &mut Criterion) {
    for (name, graph) in models() {
        let x = [input(&graph)];
        let mut group = c.benchmark_group(format!("{name}, chain, sealed"));
        group.sample_size(10);
        group.bench_function("setup", |b| b.iter(|| key(graph.clone(), Profile::Chain)));
        let mut prover = Prover::new(key(graph, Profile::Chain), &Cpu);
        prover.prepare(1, true).expect("made here");
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        group.bench_function("prove", |b| b.iter(|| prover.prove(&x, [0; 32], true, &mut rng).expect("a legal input")));
        let proof = prover.prove(&x, [0; 32], true, &mut rng).expect("a legal input").proof;
        let (record, srs) = (&prover.key().record.record, &prover.key().srs.verifier);
        group.bench_function("verify", |b| {
            b.iter(|| verify_seal(record, srs, &proof.statement, &proof.body).expect("a valid proof"));
        });
    }
}

criterion_group!(benches, unsealed, sealed);
criterion_main!(benches);
