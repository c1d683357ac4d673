//! What a worker does not prove, and whether it says that nobody can.

mod support;

use ark_bn254::Fr;
use ark_ff::One;
use support::backend::Hooked;
use support::{DELIVERY, Farm, MLP, Model, OTHER, PRIVATE, PUBLIC, job, says};
use verin_contracts::B256;
use verin_contracts::handover::{self, DeliveryKey};
use verin_prover::backend::{Backend, Cpu};
use verin_prover::input::InputOpening;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::srs::Srs;
use verin_queue::{Input, Work};
use verin_worker::{Options, SrsSource, Worker, WorkerError};

const NOBODY: bool = true;
const ANOTHER: bool = false;

#[tokio::test(flavor = "multi_thread")]
async fn inputs_that_the_model_does_not_take_are_impossible() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let worker = farm.worker("one");
    let good = PUBLIC.bytes(&PUBLIC.input(1));
    let of = |job: u8, bytes: &[u8]| PUBLIC.work(&[job], vec![Input::Public(bytes.to_vec())]);

    says(farm.refused(&worker, &of(1, &good[1..])).await, NOBODY, &["bytes"]);
    says(farm.refused(&worker, &of(2, &[&good[..], &[0]].concat())).await, NOBODY, &["bytes"]);
    says(farm.refused(&worker, &of(3, &[])).await, NOBODY, &["bytes"]);
    let width = PUBLIC.record().record.input.width;
    let mut far = good.clone();
    far[..width].fill(0x7f);
    says(farm.refused(&worker, &of(4, &far)).await, NOBODY, &["value 0", "the model takes"]);
    let delivered = PUBLIC.work(&[5], vec![Input::Private { commitment: vec![0; 64], delivered: vec![0; 64] }]);
    says(farm.refused(&worker, &delivered).await, NOBODY, &["public"]);

    let none = PUBLIC.work(&[6], vec![]);
    says(farm.refused(&worker, &none).await, NOBODY, &["1 inputs", "got 0"]);
    let no_jobs = Work { jobs: vec![], inputs: vec![], ..of(7, &good) };
    says(farm.refused(&worker, &no_jobs).await, NOBODY, &["1 to 32 jobs"]);
    let many = Work { jobs: vec![job(1); 33], inputs: vec![Input::Public(good.clone()); 33], ..of(8, &good) };
    says(farm.refused(&worker, &many).await, NOBODY, &["1 to 32 jobs"]);
    let large = of(9, &vec![0; (1 << 26) + 1]);
    says(farm.refused(&worker, &large).await, NOBODY, &["at most"]);
    // In a batch one is enough.
    let mixed = PUBLIC.work(&[10, 11], vec![Input::Public(good.clone()), Input::Public(far)]);
    says(farm.refused(&worker, &mixed).await, NOBODY, &[&job(11).to_string(), "value 0"]);

    let status = worker.status();
    assert_eq!((status.proofs, status.failures), (0, 10));
    let work = of(12, &good);
    PUBLIC.check(&work, &farm.proven(&worker, &work).await, &[PUBLIC.input(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_of_a_machine_that_computes_wrongly_is_not_handed_in() {
    let farm = Farm::new(&[&PUBLIC]).await;
    let wrong: &'static dyn Backend = Box::leak(Box::new(Hooked(|table: &mut [Fr]| {
        if let Some(weight) = table.last_mut() {
            *weight += Fr::one();
        }
    })));
    let worker = Worker::new(Options { backend: ("wrong", wrong), ..farm.options("one") }).unwrap();
    says(farm.refused(&worker, &PUBLIC.one(1)).await, ANOTHER, &["the proof is rejected"]);
    assert_eq!((worker.status().proofs, worker.status().failures), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn private_inputs_that_are_not_what_was_committed_to_are_refused_without_a_word_of_them() {
    let farm = Farm::new(&[&PRIVATE]).await;
    let worker = Worker::new(Options { delivery_keys: vec![DELIVERY.clone()], ..farm.options("one") }).unwrap();
    let values = PRIVATE.input(1);
    let good = |number: u8| PRIVATE.private(job(number), &values, DELIVERY.public());
    let parts = |input: Input| match input {
        Input::Private { commitment, delivered } => (commitment, delivered),
        Input::Public(_) => panic!("public"),
    };

    // Another worker may have the key.
    let strangers = DeliveryKey::generate();
    let work = PRIVATE.work(&[1], vec![PRIVATE.private(job(1), &values, strangers.public())]);
    says(farm.refused(&worker, &work).await, ANOTHER, &["--delivery-key", "no key"]);
    let keyless = farm.worker("keyless");
    says(farm.refused(&keyless, &PRIVATE.work(&[2], vec![good(2)])).await, ANOTHER, &["no delivery key"]);
    // Delivered for another job.
    says(farm.refused(&worker, &PRIVATE.work(&[3], vec![good(4)])).await, ANOTHER, &["for this job"]);

    let of = |number: u8, commitment: &[u8], plaintext: &[u8]| {
        let delivered = handover::seal(DELIVERY.public(), job(number), plaintext).expect("a delivery");
        PRIVATE.work(&[number], vec![Input::Private { commitment: commitment.to_vec(), delivered }])
    };
    let (commitment, delivered) = parts(good(5));
    let opened = DELIVERY.open(job(5), &delivered).unwrap();
    let opening = InputOpening::decode(&opened).unwrap();
    let mut other = opening.clone();
    other.values[0] = if other.values[0] == 0 { 1 } else { 0 };
    says(farm.refused(&worker, &of(5, &commitment, &other.encode())).await, NOBODY, &["commitment"]);
    let mut other = opening.clone();
    other.blinders.pop();
    says(farm.refused(&worker, &of(6, &commitment, &other.encode())).await, NOBODY, &["opening"]);
    let mut other = opening.clone();
    other.values.pop();
    says(farm.refused(&worker, &of(7, &commitment, &other.encode())).await, NOBODY, &["values"]);
    says(farm.refused(&worker, &of(8, &commitment, b"no opening")).await, NOBODY, &["no opening"]);
    says(farm.refused(&worker, &of(9, &commitment[1..], &opened)).await, NOBODY, &["commitment of"]);
    says(farm.refused(&worker, &of(10, &commitment, &vec![0; 1 << 20])).await, NOBODY, &["at most"]);
    let mut noncanonical = opened.clone();
    let last = noncanonical.len() - 32;
    noncanonical[last..].fill(0xff);
    says(farm.refused(&worker, &of(11, &commitment, &noncanonical)).await, NOBODY, &["no opening"]);
    // Out of range: the value is private, so it is not said.
    let mut other = opening.clone();
    other.values[0] = 987_654_321;
    let (impossible, why) = farm.refused(&worker, &of(12, &commitment, &other.encode())).await;
    assert!(!why.contains("987654321"), "{why}");
    says((impossible, why), NOBODY, &["outside"]);
    let public = PRIVATE.work(&[13], vec![Input::Public(commitment.clone())]);
    says(farm.refused(&worker, &public).await, NOBODY, &["committed to"]);

    let work = of(14, &commitment, &opened);
    PRIVATE.check(&work, &farm.proven(&worker, &work).await, &[values]);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_that_are_missing_damaged_or_too_large_are_left_to_others() {
    let farm = Farm::new(&[&PUBLIC, &OTHER]).await;
    let worker = farm.worker("one");
    let missing = Work { record: B256::repeat_byte(9), ..PUBLIC.one(1) };
    says(farm.refused(&worker, &missing).await, ANOTHER, &["not there"]);

    let small = Worker::new(Options { memory: 1 << 20, ..farm.options("small") }).unwrap();
    says(farm.refused(&small, &PUBLIC.one(2)).await, ANOTHER, &["--memory", "1048576"]);

    // A manifest that leads to another model's files.
    let manifest = |model: &Model| farm.dir.path().join(format!("models/models/{}.json", model.hash()));
    let right = std::fs::read(manifest(&PUBLIC)).unwrap();
    std::fs::copy(manifest(&OTHER), manifest(&PUBLIC)).unwrap();
    says(farm.refused(&worker, &PUBLIC.one(3)).await, ANOTHER, &["expected", "record"]);
    std::fs::write(manifest(&PUBLIC), right).unwrap();

    // Every blob damaged: what is asked for is among them.
    for blob in std::fs::read_dir(farm.dir.path().join("models/blobs")).unwrap() {
        let path = blob.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    says(farm.refused(&worker, &PUBLIC.one(4)).await, ANOTHER, &["bytes of hash"]);
    assert!(worker.loaded().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_no_market_can_settle_are_impossible() {
    let of = |options: SetupOptions| Model {
        program: MLP.clone(),
        key: setup(&Cpu, MLP.graph.clone(), options, &|n| Ok(Srs::insecure(n))).unwrap(),
    };
    let fast = of(SetupOptions { profile: Profile::Fast, ..SetupOptions::default() });
    let hidden = of(SetupOptions { private_output: true, ..SetupOptions::default() });
    let farm = Farm::new(&[&fast, &hidden]).await;
    let worker = farm.worker("one");
    let (impossible, why) = farm.refused(&worker, &fast.one(1)).await;
    assert!(impossible, "{why}");
    says(farm.refused(&worker, &hidden.one(2)).await, NOBODY, &["output is private"]);
}

#[tokio::test]
async fn a_worker_is_not_made_of_nonsense() {
    let farm = Farm::new(&[]).await;
    for name in ["", "a worker", "a/b", "a*", &"n".repeat(65)] {
        let error = Worker::new(farm.options(name)).unwrap_err();
        assert!(matches!(&error, WorkerError::Name { got, .. } if got == name), "{error}");
    }
    for folder in [farm.dir.path().join("nowhere"), farm.dir.path().to_path_buf()] {
        let error = Worker::new(Options { keys: vec![folder.clone()], ..farm.options("one") }).unwrap_err();
        assert!(error.to_string().contains(&folder.display().to_string()), "{error}");
    }
    let path = farm.dir.path().join("no.ptau");
    std::fs::write(&path, b"not a ceremony").unwrap();
    let error = SrsSource::open(path.clone()).unwrap_err();
    assert!(matches!(&error, WorkerError::Srs { path: named, .. } if *named == path), "{error}");
}
