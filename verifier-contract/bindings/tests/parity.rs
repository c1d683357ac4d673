//! Contract and native verifier give the same verdict on the same bytes: a real seal, and seeded mutations of record, context, input,
//! output and seal. Every mutation of the statement has an `S0` of its own.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::collections::HashSet;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::Record;
use verin_circuits::statement::Statement;
use verin_contracts::B256;
use verin_contracts::runtime::until_interrupted;
use verin_prover::backend::Cpu;
use verin_prover::keys::ProverKey;
use verin_prover::prove::Prover;
use verin_testbed::{World, key, key_of, rows_program};

const MUTATIONS: usize = 120;
/// The group order, big-endian: added to a word, the same scalar in other bytes.
const ORDER: [u8; 32] = [
    0x30, 0x64, 0x4e, 0x72, 0xe1, 0x31, 0xa0, 0x29, 0xb8, 0x50, 0x45, 0xb6, 0x81, 0x81, 0x58, 0x5d, 0x28, 0x33, 0xe8,
    0x48, 0x79, 0xb9, 0x70, 0x91, 0x43, 0xe1, 0xf5, 0x93, 0xf0, 0x00, 0x00, 0x01,
];

/// Everything a verifier is given.
#[derive(Clone)]
struct Case {
    record: Vec<u8>,
    statement: Statement,
    seal: Vec<u8>,
}

impl Case {
    fn native(&self) -> bool {
        let Ok(record) = Record::decode(&self.record) else { return false };
        verify_seal(&record, VerifierSrs::insecure(), &self.statement, &self.seal).is_ok()
    }

    async fn contract(&self, world: &World) -> bool {
        let Statement { context, input, output } = self.statement.clone();
        let (record, seal) = (self.record.clone().into(), self.seal.clone().into());
        let call = world.contracts.seals.verify(record, B256::from(context), input.into(), output.into(), seal);
        world.contracts.network.view("verifying", call).await.is_ok()
    }

    fn mutate(&self, rng: &mut ChaCha20Rng) -> Self {
        let mut case = self.clone();
        match rng.gen_range(0..10) {
            0 => edit(rng, &mut case.record),
            1 => case.statement.context[rng.gen_range(0..32)] ^= 1 << rng.gen_range(0..8),
            2 => edit(rng, &mut case.statement.input),
            3 => edit(rng, &mut case.statement.output),
            4 => swap_words(rng, &mut case.seal),
            5 => add_order(rng, &mut case.seal),
            _ => edit(rng, &mut case.seal),
        }
        case
    }
}

fn edit(rng: &mut ChaCha20Rng, bytes: &mut Vec<u8>) {
    let at = rng.gen_range(0..bytes.len());
    match rng.gen_range(0..8) {
        0 => bytes.truncate(at),
        1 => bytes.push(0),
        2 => bytes.extend([0; 32]),
        _ => bytes[at] ^= 1 << rng.gen_range(0..8),
    }
}

fn swap_words(rng: &mut ChaCha20Rng, bytes: &mut [u8]) {
    let words = bytes.len() / 32;
    let (a, b) = (32 * rng.gen_range(0..words), 32 * rng.gen_range(0..words));
    for i in 0..32 {
        bytes.swap(a + i, b + i);
    }
}

fn add_order(rng: &mut ChaCha20Rng, bytes: &mut [u8]) {
    let at = 32 * rng.gen_range(0..bytes.len() / 32);
    let mut carry = 0;
    for (byte, add) in bytes[at..at + 32].iter_mut().zip(ORDER).rev() {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = ((sum & 0xff) as u8, sum >> 8);
    }
}

#[test]
fn the_same_verdict_on_the_same_bytes() {
    until_interrupted(story()).expect("a runtime").expect("no interruption");
}

async fn story() {
    let key = key();
    let world = World::new(&key.record.record.encode()).await;
    same_verdicts(&world, key, &[vec![1, -2, 7]]).await;
    // Inputs in several packs and slots.
    let inputs: Vec<Vec<i64>> =
        (0..3).map(|slot| (0..33).map(|i| (i * 97 + slot * 31) % 512 - 256).collect()).collect();
    same_verdicts(&world, key_of(rows_program()), &inputs).await;
}

async fn same_verdicts(world: &World, key: ProverKey, inputs: &[Vec<i64>]) {
    let mut prover = Prover::new(key, &Cpu);
    let record = prover.key().record.record.encode();
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let proof = prover.prove(inputs, [9; 32], true, &mut rng).expect("a seal").proof;
    let valid = Case { record, statement: proof.statement, seal: proof.body };
    assert!(valid.native() && valid.contract(world).await);

    let digest = |statement: &Statement| statement.digest(&[3; 32], &[]);
    let (mut statements, mut digests) = (HashSet::new(), HashSet::new());
    for i in 0..MUTATIONS {
        let case = valid.mutate(&mut rng);
        let changed = (&case.record, &case.statement, &case.seal) != (&valid.record, &valid.statement, &valid.seal);
        let native = case.native();
        assert_eq!(native, case.contract(world).await, "mutation {i}");
        assert_eq!(native, !changed, "mutation {i}");
        let Statement { context, input, output } = &case.statement;
        if statements.insert((*context, input.clone(), output.clone())) {
            assert!(digests.insert(digest(&case.statement)), "mutation {i} has the S0 of another statement");
        }
    }
    assert!(statements.len() > 10, "some of them change the statement");
    assert!(valid.contract(world).await, "the chain still answers");
}
