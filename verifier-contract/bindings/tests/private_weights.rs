//! Under a record with private weights nothing is settled until they were shown to lie in their declared ranges; then all is as
//! with published ones.

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use verin_circuits::weights::Weights;
use verin_contracts::U256;
use verin_contracts::market::{Ask, Fulfilment};
use verin_contracts::network::account;
use verin_contracts::runtime::until_interrupted;
use verin_prover::backend::Cpu;
use verin_prover::keys::SetupOptions;
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_prover::weights;
use verin_testbed::{World, ask, program};

#[test]
fn weights_are_checked_before_anything_is_settled() {
    until_interrupted(story()).expect("a runtime").expect("no interruption");
}

async fn story() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let mut setup = || {
        weights::setup(&Cpu, &program(), SetupOptions::default(), &|n| Ok(Srs::insecure(n)), &mut rng).expect("a key")
    };
    let (key, other) = (setup(), setup());
    let file = key.record.clone();
    let Weights::Private(ranges) = &file.weights else { panic!("published") };
    let Weights::Private(foreign) = &other.record.weights else { panic!("published") };
    let world = World::new(&file.record.encode()).await;
    let World { contracts: c, listing, record, .. } = &world;
    let (requester, payee) = (account("requester"), account("prover"));

    let mut prover = Prover::new(key, &Cpu);
    let job = c.request(requester, &Ask { direct: true, ..ask(*listing, 0) }, &[1u8, 0xfe, 7]).await.expect("a job");
    let context = c.context(&[job.id], payee);
    let proven = prover.prove(&[vec![1, -2, 7]], context.0, true, &mut rng).expect("a seal");
    let fulfilment = Fulfilment {
        jobs: vec![job.id],
        input: proven.proof.statement.input.into(),
        output: proven.proof.statement.output.into(),
        seal: proven.proof.body.into(),
        payout: payee,
    };
    let refused = c.fulfil(payee, &fulfilment).await.expect_err("nothing shows the ranges");
    assert_eq!(refused.revert(), Some("WeightsNotChecked"), "{refused}");
    let refused = c.check_weights(payee, *record, &file.skeleton, foreign).await.expect_err("another record's");
    assert_eq!(refused.revert(), Some("NotItsRangeRecord"), "{refused}");
    let refused = c.check_weights(payee, *record, b"another", ranges).await.expect_err("another structure");
    assert_eq!(refused.revert(), Some("NotItsRangeRecord"), "{refused}");

    let gas = c.check_weights(account("stranger"), *record, &file.skeleton, ranges).await.expect("checked");
    println!("checking private weights: {gas} gas");
    let settled = c.fulfil(payee, &fulfilment).await.expect("a settlement");
    assert_eq!(settled.payments.first().expect("a payment").prover_amount, U256::from(790));
    // All at once, as an owner does it.
    let (record, _) = c.publish_file(account("owner"), &other.record).await.expect("published and checked");
    assert!(c.network.view("asking", c.verifier.weightsChecked(record)).await.expect("an answer"));
}
