//! Proofs that several tests look at, made once, and the whole of their verification.

use super::support::Programs;
use super::support::programs::{affine, moved};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::sync::{LazyLock, Mutex};
use verin_circuits::artifact::{ProofFile, RecordFile};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::unsealed::{schedule, verify_unsealed};
use verin_prover::backend::Cpu;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::{Proven, Prover};
use verin_prover::srs::Srs;
use verin_quantizer::ir::{Graph, Move, Source, Table, Term, View};

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Few leaves, every kind of column and of message: a saturating table, a maximum of two moved values, a copy of a sum of two
/// terms, a layer as output.
pub fn program() -> Graph {
    let mut p = Programs::new(rng(3), &[3], 4);
    let h = p.dense(0, 0, 3);
    let table = Table::Values((0..16).map(|_| p.rng.gen_range(-4..4)).collect());
    let a = p.activation(h, 3, 4, table);
    let identity = View::identity(Source::Tensor(a), &[3]);
    let reversed = View { links: vec![affine(&[(0, -1)], &[], &[0], 2)], ..identity.clone() };
    let left = Move { coefficient: -1, view: reversed };
    let m = p.max(left, Move { coefficient: 1, view: identity.clone() }, &[3]);
    let window = affine(&[(0, 1)], &[(2, 1)], &[0], -1);
    let s = p.sum(vec![moved(1, m, vec![window]), Term::Move(Move { coefficient: 2, view: identity })], &[3]);
    let c = p.copy(s);
    let o = p.dense(c, 0, 2);
    p.finish(o)
}

/// A prover of [`program`].
pub fn prover(profile: Profile, private: bool) -> Prover<'static> {
    let options = SetupOptions { profile, private_input: private, private_output: private, row_log: Some(6) };
    let key = setup(&Cpu, program(), options, &|n| Ok(Srs::insecure(n))).unwrap();
    Prover::new(key, &Cpu)
}

/// A proof with everything about it.
pub struct Fixture {
    pub record: RecordFile,
    pub proof: ProofFile,
}

/// Inputs whose proofs are attacked.
pub fn inputs(n: usize) -> Vec<Vec<i64>> {
    (0..n as i64).map(|i| vec![3 - 5 * i % 8, -8 + 3 * i % 16, 7 - 7 * i % 13]).collect()
}

fn make(prover: &Mutex<Prover<'static>>, batch: usize, sealed: bool) -> Fixture {
    let mut prover = prover.lock().unwrap();
    let proof = prover.prove(&inputs(batch), [7; 32], sealed, &mut rng(50)).unwrap().proof;
    Fixture { record: prover.key().record.clone(), proof }
}

/// Provers of seals, public and private. Their keys take the longest of all.
pub static SEALERS: [LazyLock<Mutex<Prover<'static>>>; 2] = [
    LazyLock::new(|| Mutex::new(prover(Profile::Chain, false))),
    LazyLock::new(|| Mutex::new(prover(Profile::Chain, true))),
];
static PLAIN: [LazyLock<Mutex<Prover<'static>>>; 2] = [
    LazyLock::new(|| Mutex::new(prover(Profile::Fast, false))),
    LazyLock::new(|| Mutex::new(prover(Profile::Fast, true))),
];
static SEALED: [LazyLock<Fixture>; 2] =
    [LazyLock::new(|| make(&SEALERS[0], 1, true)), LazyLock::new(|| make(&SEALERS[1], 1, true))];
static UNSEALED: [LazyLock<Fixture>; 2] =
    [LazyLock::new(|| make(&PLAIN[0], 1, false)), LazyLock::new(|| make(&PLAIN[1], 1, false))];
static BATCHED: [LazyLock<Fixture>; 2] =
    [LazyLock::new(|| make(&PLAIN[0], 8, false)), LazyLock::new(|| make(&PLAIN[1], 8, false))];

/// Everything public, then everything private, unsealed.
pub fn unsealed() -> [&'static Fixture; 2] {
    UNSEALED.each_ref().map(|f| &**f)
}

/// The same, sealed.
pub fn sealed() -> [&'static Fixture; 2] {
    SEALED.each_ref().map(|f| &**f)
}

/// The same as [`unsealed`], eight inferences at once.
pub fn batched() -> [&'static Fixture; 2] {
    BATCHED.each_ref().map(|f| &**f)
}

/// The key of a prover of seals.
pub fn with_sealer<T>(private: bool, f: impl FnOnce(&mut Prover<'static>) -> T) -> T {
    f(&mut SEALERS[usize::from(private)].lock().unwrap())
}

/// A fresh proof by a prover of seals.
pub fn seal(private: bool, inputs: &[Vec<i64>], context: u8, seed: u64) -> Proven {
    with_sealer(private, |prover| prover.prove(inputs, [context; 32], true, &mut rng(seed)).unwrap())
}

/// Verifies a proof for a record, both as files say; gives `S0`. The record's hash in the proof file is compared last, so that
/// what is found wrong is wrong by itself.
pub fn verify(record: &RecordFile, proof: &ProofFile) -> Result<[u8; 32], VerifyError> {
    let srs = VerifierSrs::insecure();
    let s0 = if proof.sealed {
        verify_seal(&record.record, srs, &proof.statement, &proof.body)?.s0
    } else {
        let batch = proof.statement.batch(&record.record)?;
        let schedule = schedule(&record.record, &record.skeleton, &record.weights, batch)?;
        verify_unsealed(&record.record, &schedule, srs, &proof.statement, &proof.body)?
    };
    if proof.record_hash != record.record.hash() {
        return Err(VerifyError::Mismatch { what: "record", expected: String::new(), got: String::new() });
    }
    Ok(s0)
}

/// [`verify`] on files.
pub fn verify_files(record: &[u8], proof: &[u8]) -> Result<[u8; 32], VerifyError> {
    verify(&RecordFile::decode(record)?, &ProofFile::decode(proof)?)
}
