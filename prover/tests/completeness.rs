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

/// Rows with so few entries that quotients and folds vanish: their commitments are the identity, which an opening without a mask
/// may contain.
#[test]
fn completeness_unsealed_of_trivial_rows() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut identities = 0;
    for dims in [&[1][..], &[2], &[3, 1]] {
        let mut programs = support::Programs::new(rng.clone(), dims, 4);
        let output = programs.result(0);
        let graph = programs.finish(output);
        for row_log in [None, Some(4), Some(8)] {
            let options = SetupOptions { profile: Profile::Fast, private_input: false, private_output: false, row_log };
            let key = setup(&Cpu, graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap();
            let cells = dims.iter().product::<u32>() as usize;
            for input in [vec![0; cells], vec![-8; cells], vec![7; cells]] {
                let mut prover = Prover::new(key.clone(), &Cpu);
                let proof = prover.prove(&[input], [7; 32], false, &mut rng).unwrap().proof;
                key.record.verify(&proof, &key.srs.verifier).unwrap_or_else(|e| panic!("{dims:?}, {options:?}: {e}"));
                identities += usize::from(proof.body.ends_with(&[0; 64]));
            }
        }
    }
    assert!(identities > 0, "no quotient vanished: the test has lost its point");
}
