//! `verin prover` as a process: it proves, is killed in the middle and another takes over, and stops when it is told.

mod support;

use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::Place;
use tokio::runtime::Runtime;
use verin_artifacts::Artifacts;
use verin_circuits::artifact::RecordFile;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::Record;
use verin_circuits::statement::Statement;
use verin_contracts::{Address, B256, market::context};
use verin_quantizer::VqFile;
use verin_queue::{HandedIn, Input, LocalQueue, NatsOptions, NatsQueue, NatsServer, Options, Outcome, Queue, Work};
use verin_worker::memory::Footprint;

/// A farm in a folder: a published model, and jobs of zeros.
struct Farm {
    place: Place,
    record: Record,
    runtime: Runtime,
}

impl Farm {
    fn new() -> Self {
        let place = Place::quantized();
        place.setup("key", "");
        let record = RecordFile::decode(&place.read("key/record.bin")).unwrap();
        let program = VqFile::read(&place.read("d.vq")).unwrap();
        let runtime = Runtime::new().unwrap();
        let artifacts = Artifacts::open(&[place.path("models")]).unwrap();
        runtime.block_on(artifacts.publish(&record, Some(&program))).unwrap();
        Self { place, record: record.record, runtime }
    }

    /// A queue with leases of a second, so that a killed worker's work is soon another's.
    fn local(&self) -> LocalQueue {
        let options = Options { lease_time: Duration::from_secs(1), ..Options::default() };
        self.runtime.block_on(LocalQueue::open(self.place.path("queue.sqlite"), options)).unwrap()
    }

    fn work(&self, number: u8, jobs: usize) -> Work {
        let batch = if jobs == 1 { 1 } else { 32 };
        let mut slots = vec![B256::repeat_byte(number); jobs];
        let (jobs, inputs) = (slots.clone(), vec![Input::Public(vec![0; self.record.input.bytes]); jobs]);
        slots.resize(batch, B256::ZERO);
        let id = context(31_337, Address::repeat_byte(1), Address::repeat_byte(2), &slots);
        Work { id, context: id, record: self.record.hash().into(), jobs, inputs, deadline: 4_000_000_000 }
    }

    fn verify(&self, work: &Work, outcome: &Outcome) {
        let Outcome::Proven(proven) = outcome else { panic!("{outcome:?}") };
        let input = vec![0; proven.batch * self.record.input.bytes];
        let statement = Statement { context: work.context.0, input, output: proven.output.clone() };
        verify_seal(&self.record, VerifierSrs::insecure(), &statement, &proven.seal).unwrap();
    }

    fn next(&self, queue: &dyn Queue) -> HandedIn {
        let handed = self.runtime.block_on(queue.next_outcome(Duration::from_secs(600))).unwrap().unwrap();
        self.runtime.block_on(queue.acknowledge(&handed)).unwrap();
        handed
    }

    fn start(&self, queue: &str, name: &str, options: &str) -> Child {
        let line = format!("prover --queue {queue} --artifacts models --insecure-srs --name {name} {options}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_verin"));
        command.args(line.split_whitespace()).current_dir(self.place.path("")).stdout(Stdio::null());
        command.stderr(Stdio::null()).spawn().unwrap()
    }

    /// Waits until a worker says that it proves this work.
    fn until_proving(&self, queue: &dyn Queue, worker: &str, work: &Work) {
        loop {
            let workers = self.runtime.block_on(queue.workers()).unwrap();
            let status = workers.iter().find(|status| status.name == worker);
            if status.is_some_and(|status| status.working_on == Some(work.id)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn one_piece_of_work_is_proved_and_told() {
    let farm = Farm::new();
    let queue = farm.local();
    let work = farm.work(1, 1);
    farm.runtime.block_on(queue.push(&work)).unwrap();
    let facts: Value = farm.place.json("prover --queue queue.sqlite --artifacts models --insecure-srs --once");
    assert_eq!((facts["ended"].as_str(), facts["batch"].as_u64()), (Some("proven"), Some(1)));
    assert_eq!(facts["work"], work.id.to_string());
    farm.verify(&work, &farm.next(&queue).outcome);

    let mut bad = farm.work(2, 1);
    bad.inputs = vec![Input::Public(vec![0; 3])];
    farm.runtime.block_on(queue.push(&bad)).unwrap();
    let ran =
        farm.place.verin("--json prover --queue queue.sqlite --artifacts models --insecure-srs --once --log json");
    assert_eq!(ran.code, 64, "{}", ran.stderr);
    let facts: Value = serde_json::from_str(ran.stdout.trim()).unwrap();
    assert_eq!(facts["ended"], "impossible");
    assert!(facts["why"].as_str().unwrap().contains("bytes"), "{facts}");
    let lines: Vec<Value> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let in_work = |line: &&Value| line["span"]["name"] == "work" && line["span"]["id"] == bad.id.to_string();
    assert!(lines.iter().any(|line| in_work(&line)), "{}", ran.stderr);
}

#[test]
fn work_of_a_worker_that_is_killed_is_taken_over() {
    let farm = Farm::new();
    let queue = farm.local();
    let work = farm.work(1, 9);
    farm.runtime.block_on(queue.push(&work)).unwrap();
    let mut first = farm.start("queue.sqlite", "first", "");
    farm.until_proving(&queue, "first", &work);
    signal(&first, "-KILL");
    first.wait().unwrap();
    let mut second = farm.start("queue.sqlite", "second", "--once");
    let handed = farm.next(&queue);
    assert_eq!((handed.worker.as_str(), handed.attempt), ("second", 2));
    farm.verify(&work, &handed.outcome);
    assert!(second.wait().unwrap().success());
}

#[test]
fn a_worker_that_is_told_to_stop_gives_its_work_back_and_ends() {
    let farm = Farm::new();
    let queue = farm.local();
    let work = farm.work(1, 9);
    farm.runtime.block_on(queue.push(&work)).unwrap();
    let mut first = farm.start("queue.sqlite", "first", "--grace 0");
    farm.until_proving(&queue, "first", &work);
    signal(&first, "-TERM");
    assert!(first.wait().unwrap().success());
    assert_eq!(farm.runtime.block_on(queue.depth()).unwrap().waiting, 1);
}

#[test]
fn a_worker_of_a_farm_proves_what_comes_over_nats() {
    let farm = Farm::new();
    let server = NatsServer::start(farm.place.path("nats").as_ref(), None).unwrap();
    let queue = farm.runtime.block_on(NatsQueue::connect(&NatsOptions::new(server.url()))).unwrap();
    let mut worker = farm.start(&server.url(), "far", "");
    for number in 1..=2 {
        let work = farm.work(number, 1);
        farm.runtime.block_on(queue.push(&work)).unwrap();
        let handed = farm.next(&queue);
        assert_eq!((handed.work, handed.worker.as_str()), (work.clone(), "far"));
        farm.verify(&work, &handed.outcome);
    }
    signal(&worker, "-TERM");
    assert!(worker.wait().unwrap().success());
}

#[test]
fn what_is_missing_is_named() {
    let place = Place::new();
    place.fails("prover --insecure-srs --artifacts models", 2, &["--queue", "VERIN_QUEUE"]);
    place.fails("prover --insecure-srs --queue q.sqlite", 2, &["--artifacts", "--keys"]);
    place.fails("prover --insecure-srs --queue q.sqlite --keys nowhere", 3, &["nowhere"]);
    place.fails("prover --insecure-srs --queue q.sqlite --artifacts . --delivery-key no.key", 3, &["no.key"]);
    place.fails("prover --srs no.ptau --queue q.sqlite --artifacts .", 3, &["no.ptau"]);
    place.fails("prover --insecure-srs --queue q.sqlite --artifacts .", 3, &["q.sqlite", "coordinator"]);
    place.fails("prover --insecure-srs --queue nats://127.0.0.1:1 --artifacts .", 55, &["127.0.0.1:1"]);
    place.fails("prover --insecure-srs --queue q.sqlite --artifacts . --name a/b", 2, &["a/b"]);
}

/// What is estimated before a proof, and what whole processes that proved and did nothing else took.
#[test]
fn memory_is_estimated() {
    let place = Place::new();
    let (model, samples) = (support::fixture("lenet.onnx"), support::fixture("lenet.calib.npz"));
    let ran = place.verin(&format!("quantize {model} --samples {samples} -o d.vq"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    place.setup("key", "");
    let footprint = Footprint::of(&RecordFile::decode(&place.read("key/record.bin")).unwrap()).unwrap();
    let input = format!(" --input {}", support::fixture("lenet.input.json"));
    for batch in [1, 8, 32] {
        let facts = place.json(&format!("prove key --force{}", input.repeat(batch)));
        let measured = facts["peak_rss_bytes"].as_u64().unwrap() as f64;
        let estimated = (footprint.kept(&[batch]) + footprint.batch(batch).unwrap().working) as f64;
        let ratio = estimated / measured;
        println!("batch of {batch}: {estimated} bytes estimated, {measured} measured");
        assert!((0.7..1.8).contains(&ratio), "batch of {batch}: {estimated} bytes estimated, {measured} measured");
    }
}
