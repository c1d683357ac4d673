//! Keys and proofs, checked by halo2's own verifier.

mod common;

use ark_bn254::Fr;
use ark_ff::One;
use common::{OwnedSrs, Random, Rounds, scalars};
use halo2_proofs::halo2curves::bn256;
use halo2_proofs::plonk::ConstraintSystem;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::encoding::Reader;
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::verifier::verify_halo2;
use verin_circuits::record::KeySet;
use verin_circuits::transcript::keccak::KeccakTranscript;
use verin_seal::gates::{self, DEGREE};
use verin_seal::keys::keygen_layout;
use verin_seal::layout::usable_rows;
use verin_seal::reference::verify;
use verin_seal::{SealError, keygen, lay_out, prove, shape};

const S0: [u8; 32] = [7; 32];

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(99)
}

#[test]
fn completeness_and_soundness_of_proofs() {
    let program = Rounds { rounds: 12, instances: 9 };
    let srs = OwnedSrs::new(10, 1);
    let key = keygen(&program, &srs.as_srs()).unwrap();
    let advice = scalars(33, 1);
    let proof = prove(&key, &program, &advice, S0, rng()).unwrap();
    assert_eq!(proof.instances, common::native(&program, &advice));
    assert_eq!(proof.bytes.len(), 56 * 32);

    let mut after = verify(&key, S0, &proof.instances, &proof.bytes).unwrap();
    assert_eq!(after.challenge(), proof.transcript.clone().challenge());

    // The native verifier agrees, with the proof, with the transcript after it, and with every mutation.
    let native = |instances: &[Fr], bytes: &[u8]| {
        let key_set = KeySet {
            batch: 1,
            k: key.k as usize,
            witness_rows: 0,
            transcript_repr: key.transcript_repr,
            fixed: key.fixed.clone().try_into().unwrap(),
            permutation: key.permutation.clone().try_into().unwrap(),
        };
        let mut transcript = KeccakTranscript::new(S0);
        let mut reader = Reader::new("proof", bytes);
        let claim = verify_halo2(&key_set, instances, &mut transcript, &mut reader)?;
        reader.end()?;
        claim.check(&VerifierSrs::new(srs.as_srs().tau_g2, Vec::new()))?;
        Ok::<_, VerifyError>(transcript.challenge())
    };
    assert_eq!(native(&proof.instances, &proof.bytes).unwrap(), proof.transcript.clone().challenge());

    for word in 0..56 {
        let mut mutated = proof.bytes.clone();
        mutated[32 * word + 31] ^= 1;
        assert!(verify(&key, S0, &proof.instances, &mutated).is_err(), "word {word}");
        assert!(native(&proof.instances, &mutated).is_err(), "word {word}");
    }
    let mut random = rng();
    for _ in 0..50 {
        let mut mutated = proof.bytes.clone();
        let at = random.next_u32() as usize % mutated.len();
        mutated[at] ^= 1 << (random.next_u32() % 8);
        assert!(verify(&key, S0, &proof.instances, &mutated).is_err(), "byte {at}");
    }
    for i in 0..proof.instances.len() {
        let mut instances = proof.instances.clone();
        instances[i] += Fr::one();
        assert!(verify(&key, S0, &instances, &proof.bytes).is_err(), "instance {i}");
        assert!(native(&instances, &proof.bytes).is_err(), "instance {i}");
        instances.remove(i);
        assert!(verify(&key, S0, &instances, &proof.bytes).is_err());
    }
    let mut s0 = S0;
    s0[31] ^= 1;
    assert!(verify(&key, s0, &proof.instances, &proof.bytes).is_err());
    assert!(verify(&key, S0, &proof.instances, &proof.bytes[..56 * 32 - 1]).is_err());
    assert!(verify(&key, S0, &proof.instances, &[proof.bytes.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn completeness_of_random_programs() {
    let srs = OwnedSrs::new(11, 2);
    for seed in [0, 2, 4] {
        let program = Random { seed, steps: 60, permutations: true };
        let key = keygen(&program, &srs.as_srs()).unwrap();
        let proof = prove(&key, &program, &scalars(6, seed), S0, rng()).unwrap();
        verify(&key, S0, &proof.instances, &proof.bytes).unwrap();
    }
}

#[test]
fn soundness_of_a_wrong_witness() {
    let program = Rounds { rounds: 3, instances: 2 };
    let srs = OwnedSrs::new(9, 3);
    let key = keygen(&program, &srs.as_srs()).unwrap();
    let mut layout = lay_out(&program, Some(&scalars(8, 4))).unwrap();
    let cells: Vec<_> = layout.assigned().collect();
    for which in [0, cells.len() / 3, cells.len() / 2, cells.len() - 1] {
        let cell = cells[which];
        let honest = layout.value(cell);
        layout.rows[cell.row].advice[cell.column] += Fr::one();
        // Debug builds of halo2 notice; release builds make a proof that must not verify.
        let proof = verin_seal::prove::prove_layout(&key, &layout, S0, rng()).unwrap();
        assert!(verify(&key, S0, &proof.instances, &proof.bytes).is_err(), "{cell:?}");
        layout.rows[cell.row].advice[cell.column] = honest;
    }
}

#[test]
fn zero_knowledge_proofs_share_no_point() {
    let program = Rounds { rounds: 3, instances: 2 };
    let srs = OwnedSrs::new(9, 3);
    let key = keygen(&program, &srs.as_srs()).unwrap();
    let advice = scalars(8, 4);
    let one = prove(&key, &program, &advice, S0, rng()).unwrap();
    let other = prove(&key, &program, &advice, S0, ChaCha20Rng::seed_from_u64(100)).unwrap();
    assert_eq!(one.instances, other.instances);
    // Fixed columns and the permutation are evaluated at different points too.
    for (word, (a, b)) in one.bytes.chunks(32).zip(other.bytes.chunks(32)).enumerate() {
        assert_ne!(a, b, "word {word}");
    }
}

#[test]
fn golden_constraint_system_and_determinism() {
    let srs = OwnedSrs::new(11, 5);
    let (one, other) = (Rounds { rounds: 12, instances: 9 }, Random { seed: 2, steps: 60, permutations: true });
    let keys = [keygen(&one, &srs.as_srs()).unwrap(), keygen(&other, &srs.as_srs()).unwrap()];
    let again = keygen(&one, &srs.as_srs()).unwrap();
    assert_eq!((&keys[0].fixed, &keys[0].permutation), (&again.fixed, &again.permutation));
    assert_eq!(keys[0].transcript_repr, again.transcript_repr);
    assert_ne!(keys[0].transcript_repr, keys[1].transcript_repr);
    let pinned = keys.each_ref().map(|key| format!("{:?}", key.proving_key().get_vk().cs().pinned()));
    assert_eq!(pinned[0], pinned[1]);
    for key in &keys {
        assert_eq!((key.fixed.len(), key.permutation.len()), (7, 6));
        let cs = key.proving_key().get_vk().cs();
        let advice: Vec<_> = cs.advice_queries().iter().map(|(c, r)| (c.index(), r.0)).collect();
        assert_eq!(advice, [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (0, 1), (1, 1), (2, 1)]);
        let fixed: Vec<_> = cs.fixed_queries().iter().map(|(c, r)| (c.index(), r.0)).collect();
        assert_eq!(fixed, [0, 1, 2, 3, 4, 5, 6].map(|i| (i, 0)));
        assert_eq!(cs.blinding_factors(), 5);
    }
}

#[test]
fn degree_under_any_environment() {
    // The variable is read whenever halo2 asks for a degree. Child processes, because tests share their environment.
    if std::env::var_os("SEAL_DEGREE_CHILD").is_some() {
        let mut cs = ConstraintSystem::<bn256::Fr>::default();
        gates::configure(&mut cs);
        assert_eq!(cs.degree(), DEGREE);
        gates::check(&cs).unwrap();
        return;
    }
    for max in [None, Some("3"), Some("5"), Some("8"), Some("100")] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "degree_under_any_environment"]).env("SEAL_DEGREE_CHILD", "1").env_remove("MAX_DEGREE");
        if let Some(max) = max {
            child.env("MAX_DEGREE", max);
        }
        assert!(child.output().unwrap().status.success(), "MAX_DEGREE {max:?}");
    }
}

#[test]
fn too_many_rows_are_an_error() {
    let srs = OwnedSrs::new(7, 6);
    let program = Rounds { rounds: 12, instances: 9 };
    let layout = shape(&program).unwrap();
    let k = layout.k();
    assert!(layout.rows_used() <= usable_rows(k) && layout.rows_used() > usable_rows(k - 1));
    assert!(matches!(layout.check(k - 1), Err(SealError::TooManyRows { .. })));
    let small = srs.as_srs().halo2(7).unwrap();
    assert!(matches!(keygen_layout(&layout, small), Err(SealError::TooManyRows { .. })));
    assert!(matches!(keygen(&program, &srs.as_srs()), Err(SealError::Length { .. })));
}

#[test]
fn other_circuits_are_an_error() {
    let srs = OwnedSrs::new(10, 6);
    let key = keygen(&Rounds { rounds: 12, instances: 9 }, &srs.as_srs()).unwrap();
    let other = Rounds { rounds: 12, instances: 8 };
    assert!(matches!(prove(&key, &other, &scalars(32, 1), S0, rng()), Err(SealError::OtherCircuit { .. })));
    let no_hashes = Random { seed: 1, steps: 20, permutations: false };
    assert!(matches!(keygen(&no_hashes, &srs.as_srs()), Err(SealError::EmptyColumn { .. })));
}

/// Commitments of columns are halo2's own, which it makes with a Lagrange basis.
#[test]
fn parity_of_commitments() {
    use halo2_proofs::halo2curves::group::Curve;
    use halo2_proofs::poly::EvaluationDomain;
    use halo2_proofs::poly::commitment::{Blind, Params, ParamsProver};
    let srs = OwnedSrs::new(6, 8);
    let ours = srs.as_srs().halo2(5).unwrap();
    let kzg = ours.kzg();
    let theirs = kzg.from_parts(5, kzg.get_g().to_vec(), None, kzg.g2(), kzg.s_g2());
    let domain = EvaluationDomain::<bn256::Fr>::new(1, 5);
    let mut values = domain.empty_lagrange();
    for (i, value) in values.iter_mut().enumerate() {
        *value = bn256::Fr::from(i as u64 * 31 + 5);
    }
    let expected = theirs.commit_lagrange(&values, Blind::default()).to_affine();
    assert_eq!(ours.commit_lagrange(&values, Blind::default()).to_affine(), expected);
    assert_eq!(ours.commit(&domain.lagrange_to_coeff(values), Blind::default()).to_affine(), expected);
}
