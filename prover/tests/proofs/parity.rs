//! Two ways to the same bytes.

use super::fixtures::rng;
use super::support::adversary::Case;
use super::support::{random_program, zoo};
use ark_bn254::Fr;
use ark_ff::UniformRand;
use rand::Rng;
use verin_circuits::schedule::Role;
use verin_prover::backend::{Backend, Cpu, Reference};
use verin_prover::core::{Mask, prove};
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_prover::witness::columns;
use verin_quantizer::execute::execute;

/// Whole proofs and records of both backends are equal under the same randomness.
#[test]
fn parity_of_backends_in_bytes() {
    for seed in 0..16u64 {
        let graph = random_program(rng(3000 + seed));
        let options = SetupOptions {
            profile: Profile::Fast,
            private_input: seed & 1 == 1,
            private_output: seed & 2 == 2,
            row_log: Some(5),
        };
        let proofs = [&Reference as &dyn Backend, &Cpu].map(|backend| {
            let key = setup(backend, graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap();
            let inputs = super::support::inputs(&mut rng(seed), &graph, 3);
            let mut prover = Prover::new(key, backend);
            let proof = prover.prove(&inputs, [1; 32], false, &mut rng(seed)).unwrap().proof;
            (prover.key().record.encode(), proof.encode())
        });
        assert_eq!(proofs[0], proofs[1], "seed {seed}");
    }
}

/// Core proofs with a mask, of the same columns, scalar by scalar.
#[test]
fn parity_of_backends_in_masked_core_proofs() {
    for seed in 0..40u64 {
        let mut rng = rng(4000 + seed);
        let graph = random_program(rng.clone());
        let case = Case::new(graph.clone(), rng.gen_range(4..=7), 1, (rng.gen_bool(0.5), rng.gen_bool(0.5)), true);
        let inputs = super::support::inputs(&mut rng, &graph, 2);
        let public = case.honest(&inputs).public(&case);
        let traces: Vec<_> = inputs.iter().map(|x| execute(&graph, x).unwrap()).collect();
        let columns = columns(&graph, &case.schedule, &traces);
        let row: Vec<Fr> = (0..1 << case.schedule.options.b).map(|_| Fr::rand(&mut rng)).collect();
        let salt = Fr::rand(&mut rng);
        let [a, b] = [&Reference as &dyn Backend, &Cpu]
            .map(|backend| prove(backend, &case.schedule, &columns, &public, salt, Some(Mask { row: row.clone() })));
        assert_eq!(a.scalars, b.scalars, "seed {seed}");
        assert_eq!(a.reduced.combination, b.reduced.combination, "seed {seed}");
        assert_eq!(a.reduced.opening.scalars, b.reduced.opening.scalars, "seed {seed}");
        assert_eq!(a.reduced.opening.zeta, b.reduced.opening.zeta, "seed {seed}");
        assert_eq!(a.reduced.opening.value, b.reduced.opening.value, "seed {seed}");
    }
}

/// The prover's columns are those of an executor written a second time, from the definition of an activation.
#[test]
fn parity_of_the_witness_with_an_independent_executor() {
    let random = (0..200).map(|seed| random_program(rng(5000 + seed)));
    for graph in random.chain(zoo(rng(2)).into_iter().map(|(_, graph)| graph)) {
        for private in [false, true] {
            let case = Case::new(graph.clone(), 6, 1, (private, private), false);
            let inputs = super::support::inputs(&mut rng(6), &graph, 2);
            let traces: Vec<_> = inputs.iter().map(|x| execute(&graph, x).unwrap()).collect();
            let made = columns(&graph, &case.schedule, &traces);
            let honest = case.honest(&inputs);
            for (ix, tensor) in case.schedule.tensors.iter().enumerate() {
                let column: Vec<i64> = (0..1 << tensor.log).map(|i| made[ix].get(i)).collect();
                assert_eq!(column, honest.committed[ix], "{:?}", tensor.role);
            }
            assert!(case.schedule.tensors.iter().any(|t| t.role == Role::Input));
        }
    }
}
