//! A private input: the coordinator reserves the job, looks at what is delivered, and acknowledges only what can be proved.

use crate::Farm;
use rand::SeedableRng;
use rand::rngs::StdRng;
use verin_contracts::handover::{self, DeliveryKey};
use verin_contracts::jobs::Status;
use verin_contracts::market::Ask;
use verin_contracts::network::account;
use verin_contracts::{B256, U256};
use verin_prover::backend::Cpu;
use verin_prover::input::InputOpening;
use verin_prover::prove::Prover;
use verin_testbed::{TOKEN, ask, private_key};

const BOND: u128 = TOKEN;

#[tokio::test(flavor = "multi_thread")]
async fn a_private_job_is_proved_and_what_does_not_open_its_commitment_is_not_acknowledged() {
    let key = private_key();
    let farm = Farm::of(&key).await;
    let contracts = &farm.world.contracts;
    let delivery_key = DeliveryKey::create(&farm.folder.path().join("delivery.key")).expect("a key");
    let coordinator = farm.coordinator("--delivery-key delivery.key");

    let mut prover = Prover::new(key, &Cpu);
    let mut rng = StdRng::from_entropy();
    contracts
        .approve(account("requester"), *contracts.market.address(), U256::from(10 * TOKEN))
        .await
        .expect("an approval");
    let mut jobs: Vec<B256> = Vec::new();
    for (n, delivered) in [[1, 2, 3], [1, 2, 4]].into_iter().enumerate() {
        let (input, blinders) = prover.commit_input(&[vec![1, 2, 3]], &mut rng).expect("a commitment");
        let ask = Ask { bond: BOND, lock_seconds: 10_800, ..ask(farm.world.listing, n as u64) };
        let job = contracts.request(account("requester"), &ask, &input).await.expect("a request").id;
        farm.until(&[job], Status::Reserved).await;
        let opening = InputOpening { values: delivered.to_vec(), blinders };
        let ciphertext = handover::seal(delivery_key.public(), job, &opening.encode()).expect("a ciphertext");
        contracts.deliver(account("requester"), job, ciphertext).await.expect("a delivery");
        jobs.push(job);
    }
    farm.until(&jobs[..1], Status::Fulfilled).await;
    farm.said("does not open its commitment").await;
    assert_eq!(farm.status(jobs[1]).await, Some(Status::Delivered), "it does not open its commitment");
    coordinator.stop();
}
