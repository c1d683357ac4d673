//! What is handed in proves what was asked for.

mod support;

use rand::rngs::OsRng;
use support::{DELIVERY, Farm, MLP, Model, OTHER, PRIVATE, PUBLIC, job, says};
use verin_prover::backend::Cpu;
use verin_prover::keyfile;
use verin_prover::keys::SetupOptions;
use verin_prover::srs::Srs;
use verin_prover::weights;
use verin_worker::{Options, SrsSource, Worker};

#[tokio::test(flavor = "multi_thread")]
async fn a_public_job_is_proved_and_counted() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let worker = farm.worker("one");
    let (work, values) = (PUBLIC.one(1), PUBLIC.input(1));
    let proven = farm.proven(&worker, &work).await;
    assert_eq!(proven.batch, 1);
    PUBLIC.check(&work, &proven, &[values]);

    let status = worker.status();
    assert_eq!((status.proofs, status.inferences, status.failures), (1, 1, 0));
    assert_eq!((status.working_on, status.progress), (None, None));
    assert_eq!((status.backend.as_str(), status.threads), ("cpu", rayon::current_num_threads()));
    assert!(proven.prove_ms > 0 && proven.cpu_ms.unwrap() > 0);
    assert_eq!(Some(status.cpu_ms), proven.cpu_ms);
    let speed = worker.speed(PUBLIC.hash(), 1).unwrap();
    assert_eq!((speed.proofs, speed.wall_ms as u64), (1, proven.prove_ms));
    let announced = verin_queue::Queue::workers(&farm.queue).await.unwrap();
    assert_eq!(announced.len(), 1);
    assert_eq!((announced[0].name.as_str(), announced[0].proofs), ("one", 1));
    assert_eq!(worker.loaded(), [PUBLIC.hash()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_without_a_job_are_empty() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let values: Vec<_> = (1..=3).map(|seed| PUBLIC.input(seed)).collect();
    let work = PUBLIC.work(&[1, 2, 3], values.iter().map(|values| PUBLIC.public(values)).collect());
    let proven = farm.proven(&farm.worker("one"), &work).await;
    assert_eq!(proven.batch, 8);
    PUBLIC.check(&work, &proven, &values);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_inputs_are_decrypted_and_proved_under_their_commitments() {
    let farm = Farm::new(&[&PRIVATE]).await;
    let old = verin_contracts::handover::DeliveryKey::generate();
    let keys = vec![old.clone(), DELIVERY.clone()];
    let worker = Worker::new(Options { delivery_keys: keys, ..farm.options("one") }).unwrap();
    let values = PRIVATE.input(1);
    let work = PRIVATE.work(&[1], vec![PRIVATE.private(job(1), &values, DELIVERY.public())]);
    let proven = farm.proven(&worker, &work).await;
    PRIVATE.check(&work, &proven, &[values]);

    // Two in eight slots, one of them under the key that was in use before.
    let values = [PRIVATE.input(2), PRIVATE.input(3)];
    let inputs = [(job(2), DELIVERY.public()), (job(3), old.public())];
    let inputs = inputs.iter().zip(&values).map(|((job, key), values)| PRIVATE.private(*job, values, *key)).collect();
    let work = PRIVATE.work(&[2, 3], inputs);
    let proven = farm.proven(&worker, &work).await;
    assert_eq!(proven.batch, 8);
    PRIVATE.check(&work, &proven, &values);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_weights_are_proved_by_who_has_their_key() {
    let load = |n| Ok(Srs::insecure(n));
    let key = weights::setup(&Cpu, &MLP.graph, SetupOptions::default(), &load, &mut OsRng).unwrap();
    let model = Model { program: MLP.clone(), key };
    let farm = Farm::new(&[&OTHER]).await;
    farm.artifacts.publish(model.record(), None).await.unwrap();
    let work = model.one(1);
    says(farm.refused(&farm.worker("stranger"), &work).await, false, &["only their owner"]);

    let folder = farm.dir.path().join("keys");
    for name in ["damaged", "model"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    let mut bytes = keyfile::encode(&model.key);
    std::fs::write(folder.join("model/prover.key"), &bytes).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(folder.join("damaged/prover.key"), &bytes).unwrap();
    let options = Options { keys: vec![folder], ..Options::new("owner", SrsSource::insecure()) };
    let worker = Worker::new(options).unwrap();
    let second = model.one(2);
    let proven = farm.proven(&worker, &second).await;
    model.check(&second, &proven, &[model.input(2)]);

    // No artifacts were named, and this record has no key here.
    says(farm.refused(&worker, &OTHER.one(3)).await, false, &["--artifacts"]);
}
