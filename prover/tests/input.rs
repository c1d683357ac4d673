//! What a requester hands over opens the commitment that it requested with, and nothing else does.

mod support;

use ark_bn254::Fr;
use ark_ff::One;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use verin_prover::backend::Cpu;
use verin_prover::error::ProverError;
use verin_prover::input::InputOpening;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;

#[test]
fn an_opening_is_of_its_commitment_alone() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (_, graph) = support::zoo(ChaCha20Rng::seed_from_u64(2)).into_iter().next().expect("a program");
    let make = |private_input| {
        let options = SetupOptions { private_input, profile: Profile::Fast, ..SetupOptions::default() };
        setup(&Cpu, graph.clone(), options, &|n| Ok(Srs::insecure(n))).expect("a key")
    };
    let mut prover = Prover::new(make(true), &Cpu);
    let values = support::inputs(&mut rng, &graph, 1).remove(0);
    let (commitment, blinders) = prover.commit_input(std::slice::from_ref(&values), &mut rng).expect("a commitment");
    let opening = InputOpening { values, blinders };
    let bytes = opening.encode();
    assert_eq!(InputOpening::decode(&bytes).expect("an opening"), opening);
    prover.check_opening(&opening, &commitment).expect("its own");

    let mut refused = |opening: &InputOpening, commitment: &[u8]| {
        let error = prover.check_opening(opening, commitment).expect_err("of nothing");
        assert!(matches!(error, ProverError::Opening { .. } | ProverError::Key { .. }), "{error}");
    };
    let mut other = opening.clone();
    other.values[0] = if other.values[0] == graph.input.lo { graph.input.lo + 1 } else { graph.input.lo };
    refused(&other, &commitment);
    let mut other = opening.clone();
    other.blinders[0] += Fr::one();
    refused(&other, &commitment);
    let mut other = opening.clone();
    other.blinders.pop();
    refused(&other, &commitment);
    let mut other = opening.clone();
    other.values.push(0);
    refused(&other, &commitment);
    refused(&opening, &commitment[1..]);

    for len in 0..bytes.len() {
        assert!(InputOpening::decode(&bytes[..len]).is_err(), "{len} bytes");
    }
    assert!(InputOpening::decode(&[bytes.clone(), vec![0]].concat()).is_err(), "one more byte");
    // A count of what is not there costs nothing.
    let mut huge = bytes;
    huge[28..32].copy_from_slice(&[0xff; 4]);
    assert!(InputOpening::decode(&huge).is_err());

    let public = Prover::new(make(false), &Cpu).check_opening(&opening, &commitment);
    assert!(matches!(public, Err(ProverError::Key { .. })), "a public input has no commitment");
}
