//! The core verifier as the circuit runs it: no cell that its prover fills in is free, and it accepts what the native one does.

use super::programs::{inputs, maxima, plain, residual, rng, scaled};
use super::support::adversary::Case;
use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField, UniformRand};
use halo2_proofs::dev::MockProver;
use halo2_proofs::halo2curves::bn256;
use halo2_proofs::halo2curves::ff::PrimeField as _;
use rand::seq::SliceRandom;
use verin_circuits::arithmetic::Native;
use verin_circuits::channel::Channel;
use verin_circuits::verify::{Public, verify};
use verin_prover::program::CoreVerifier;
use verin_seal::circuit::SealCircuit;
use verin_seal::lay_out;
use verin_seal::layout::{Cell, Layout};

fn accepts(layout: &Layout, instances: &[Fr], overrides: &[(Cell, Fr)]) -> bool {
    let halo = |f: &Fr| bn256::Fr::from_repr(f.into_bigint().to_bytes_le().try_into().unwrap()).unwrap();
    let circuit = SealCircuit::with_overrides(layout, overrides);
    MockProver::run(layout.k(), &circuit, vec![instances.iter().map(halo).collect()]).unwrap().verify().is_ok()
}

/// Public scalars in the order of the circuit's instances.
fn instances(public: &Public<Fr>) -> Vec<Fr> {
    let sums = [public.input_sum, public.output_sum];
    let z = sums.iter().any(Option::is_some).then_some(public.z);
    [Some(public.s0), z].into_iter().chain(sums).flatten().collect()
}

#[test]
fn soundness_cells_of_the_core_verifiers_circuit() {
    let mut rng = rng(21);
    for (graph, private) in [(plain(), false), (scaled(), true), (residual(), false), (maxima(), true)] {
        let case = Case::new(graph, 4, 0, (private, private), true);
        let honest = case.honest(&inputs(&case, 1));
        let proof = honest.prove(&case);
        let program = CoreVerifier::new(case.schedule.clone()).unwrap();
        let public = instances(&proof.public);
        let layout = lay_out(&program, Some(&[&public[..], &proof.scalars].concat())).unwrap();

        let mut native = Native;
        let opening = verify(&mut Channel::new(&mut native, &proof.scalars), &case.schedule, &proof.public).unwrap();
        let expected = [&public, &opening.scalars, &opening.zeta, &vec![opening.value]].map(|v| v.as_slice()).concat();
        assert_eq!(layout.instance_values(), expected);
        assert!(accepts(&layout, &expected, &[]));

        for which in [0, public.len(), public.len() + 1, expected.len() - 2, expected.len() - 1] {
            let mut wrong = expected.clone();
            wrong[which] += Fr::from(1u64);
            assert!(!accepts(&layout, &wrong, &[]), "instance {which}");
        }
        let cells: Vec<Cell> = layout.assigned().collect();
        for cell in cells.choose_multiple(&mut rng, 40) {
            let value = if rand::Rng::gen_bool(&mut rng, 0.5) {
                layout.value(*cell) + Fr::from(1u64)
            } else {
                Fr::rand(&mut rng)
            };
            assert!(!accepts(&layout, &expected, &[(*cell, value)]), "{cell:?} is free");
        }
        // What the native verifier rejects has no layout.
        for i in [1, proof.scalars.len() / 2] {
            let mut wrong = proof.scalars.clone();
            wrong[i] += Fr::from(1u64);
            assert!(lay_out(&program, Some(&[&public[..], &wrong].concat())).is_err(), "scalar {i}");
        }
    }
}
