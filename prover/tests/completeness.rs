//! Every legal input of every program proves and verifies, sealed or not, whatever is private and however many at once.

mod support;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use verin_circuits::unsealed::{schedule, verify_unsealed};
use verin_prover::backend::{Backend, Cpu, Reference};
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;

#[test]
fn completeness_unsealed() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for (name, graph) in support::zoo(ChaCha20Rng::seed_from_u64(2)) {
        graph.validate().unwrap_or_else(|e| panic!("{name}: {e}"));
        for (i, profile) in [Profile::Fast, Profile::Chain, Profile::Fast, Profile::Fast].into_iter().enumerate() {
            let options = SetupOptions {
                profile: if i == 1 { Profile::Fast } else { profile },
                private_input: i & 1 == 1,
                private_output: i & 2 == 2,
                row_log: (i == 3).then_some(6),
            };
            let backend: &dyn Backend = if i == 0 { &Reference } else { &Cpu };
            let key = setup(backend, graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap();
            let inputs = support::inputs(&mut rng, &graph, 1 + 4 * i);
            let mut prover = Prover::new(key, backend);
            let proven = prover.prove(&inputs, [7; 32], false, &mut rng).unwrap();
            let record = &prover.key().record;
            let batch = Prover::batch_for(inputs.len()).unwrap();
            let schedule = schedule(&record.record, &record.skeleton, &record.weights, batch).unwrap();
            let proof = &proven.proof;
            let srs = &prover.key().srs.verifier;
            verify_unsealed(&record.record, &schedule, srs, &proof.statement, &proof.body)
                .unwrap_or_else(|e| panic!("{name}, {options:?}: {e}"));
        }
    }
}
