//! Whatever program and whatever input: an honest proof verifies.

use super::fixtures::rng;
use super::support::adversary::Case;
use super::support::{inputs, random_program};
use rand::Rng;
use verin_circuits::unsealed::{schedule, verify_unsealed};
use verin_prover::backend::Cpu;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::execute::execute;

/// Random inputs, and those at the ends of the range.
fn any_inputs(rng: &mut impl Rng, graph: &verin_quantizer::ir::Graph, n: usize) -> Vec<Vec<i64>> {
    let (lo, hi, length) = (graph.input.lo, graph.input.hi, graph.input_len());
    let mut all = vec![vec![lo; length], vec![hi; length], vec![0; length]];
    all.extend(inputs(rng, graph, n));
    all
}

#[test]
fn completeness_of_random_programs() {
    for seed in 0..60 {
        let mut rng = rng(1000 + seed);
        let graph = random_program(rng.clone());
        graph.validate().unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let private = (rng.gen_bool(0.5), rng.gen_bool(0.5));
        let (b, batch_log, mask) = (rng.gen_range(4..=7), rng.gen_range(0..=1), rng.gen_bool(0.5));
        let case = Case::new(graph.clone(), b, batch_log, private, mask);
        for chunk in any_inputs(&mut rng, &graph, 1).chunks_exact(1 << batch_log) {
            let honest = case.honest(chunk);
            let traces: Vec<_> = chunk.iter().map(|x| execute(&graph, x).unwrap()).collect();
            let outputs: Vec<i64> = traces.iter().flat_map(|t| t.output_real(&graph)).collect();
            assert_eq!(honest.output, outputs, "seed {seed}");
            let proof = honest.prove(&case);
            assert!(case.accepts(&honest, &proof, &[]), "seed {seed}: {:?}", case.failing(&honest, &proof));
        }
    }
}

#[test]
fn completeness_of_random_programs_as_bytes() {
    for seed in 0..8 {
        let mut rng = rng(2000 + seed);
        let graph = random_program(rng.clone());
        let options = SetupOptions {
            profile: Profile::Fast,
            private_input: rng.gen_bool(0.5),
            private_output: rng.gen_bool(0.5),
            row_log: Some(rng.gen_range(4..=8)),
        };
        let key = setup(&Cpu, graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap();
        let mut prover = Prover::new(key, &Cpu);
        let inputs = any_inputs(&mut rng, &graph, 2);
        for chunk in [&inputs[..1], &inputs[1..2], &inputs[..]] {
            let proof = prover.prove(chunk, [seed as u8; 32], false, &mut rng).unwrap().proof;
            let file = &prover.key().record;
            let batch = proof.statement.batch(&file.record).unwrap();
            let schedule = schedule(&file.record, &file.skeleton, &file.graph_digest, batch).unwrap();
            verify_unsealed(&file.record, &schedule, &prover.key().srs.verifier, &proof.statement, &proof.body)
                .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        }
    }
}
