//! A farm of one: a real model published in a folder, a queue on a file, work as a coordinator makes it, and an independent look at
//! what is handed in.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod backend;

use ark_bn254::Fr;
use ark_ff::One;
use rand::rngs::OsRng;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use verin_artifacts::Artifacts;
use verin_circuits::artifact::RecordFile;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::statement::{Statement, encode_value};
use verin_contracts::handover::{self, DeliveryKey};
use verin_contracts::market::context;
use verin_contracts::{Address, B256};
use verin_prover::backend::Cpu;
use verin_prover::keys::{ProverKey, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::{Options as Quantization, Samples, VqFile, execute, quantize};
use verin_queue::{HandedIn, Input, LocalQueue, Outcome, Proven, Queue, Work};
use verin_worker::{Ended, Options, SrsSource, Worker};

/// Seconds in which proofs are wanted: none of these tests ends on it.
pub const DEADLINE: u64 = 4_000_000_000;
/// What other coordinators are told apart by.
const CHAIN: u64 = 31_337;

/// A model of `models/`, quantized.
fn quantized(name: &str) -> VqFile {
    let file = |suffix: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(format!("{name}{suffix}"));
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let samples = Samples::parse(&file(".calib.npz"), "calib.npz").expect("samples");
    // Six bits: there are bytes of an input that are out of range.
    let options = Quantization { bits: Some(6), ..Quantization::default() };
    let made = quantize(&file(".onnx"), name, Some(&samples), &options).expect("a program");
    VqFile { graph: made.graph, report: made.report }
}

pub static MLP: LazyLock<VqFile> = LazyLock::new(|| quantized("mlp_digits"));
pub static CNN: LazyLock<VqFile> = LazyLock::new(|| quantized("cnn_digits"));

/// A published model.
#[derive(Clone)]
pub struct Model {
    pub program: VqFile,
    pub key: ProverKey,
}

fn model(program: &VqFile, options: SetupOptions) -> Model {
    let key = setup(&Cpu, program.graph.clone(), options, &|n| Ok(Srs::insecure(n))).expect("a key");
    Model { program: program.clone(), key }
}

/// Inputs are public.
pub static PUBLIC: LazyLock<Model> = LazyLock::new(|| model(&MLP, SetupOptions::default()));
/// Another model.
pub static OTHER: LazyLock<Model> = LazyLock::new(|| model(&CNN, SetupOptions::default()));
/// Inputs are commitments.
pub static PRIVATE: LazyLock<Model> =
    LazyLock::new(|| model(&MLP, SetupOptions { private_input: true, ..SetupOptions::default() }));

impl Model {
    pub fn record(&self) -> &RecordFile {
        &self.key.record
    }

    pub fn hash(&self) -> B256 {
        self.record().record.hash().into()
    }

    /// The values of some input.
    pub fn input(&self, seed: i64) -> Vec<i64> {
        let (lo, hi) = (self.program.graph.input.lo, self.program.graph.input.hi);
        let cells = self.program.graph.input_len() as i64;
        (0..cells).map(|i| lo + (seed * 31 + i * i * 7 + i).rem_euclid(hi - lo + 1)).collect()
    }

    /// What the reference executor says of it.
    pub fn output(&self, values: &[i64]) -> Vec<u8> {
        let graph = &self.program.graph;
        let cells = execute(graph, values).expect("a run").output_real(graph);
        cells.into_iter().flat_map(|value| encode_value(value, self.record().record.output.width)).collect()
    }

    pub fn bytes(&self, values: &[i64]) -> Vec<u8> {
        values.iter().flat_map(|value| encode_value(*value, self.record().record.input.width)).collect()
    }

    pub fn public(&self, values: &[i64]) -> Input {
        Input::Public(self.bytes(values))
    }

    /// A private input as the market has it once it is delivered to this key.
    pub fn private(&self, job: B256, values: &[i64], key: [u8; 32]) -> Input {
        let mut prover = Prover::new(self.key.clone(), &Cpu);
        let (commitment, blinders) = prover.commit_input(&[values.to_vec()], &mut OsRng).expect("a commitment");
        let opening = verin_prover::input::InputOpening { values: values.to_vec(), blinders };
        let delivered = handover::seal(key, job, &opening.encode()).expect("a delivery");
        Input::Private { commitment, delivered }
    }

    /// Work on jobs of these numbers.
    pub fn work(&self, jobs: &[u8], inputs: Vec<Input>) -> Work {
        let jobs: Vec<B256> = jobs.iter().map(|job| self::job(*job)).collect();
        let slots = [1, 8, 32].into_iter().find(|batch| *batch >= jobs.len()).expect("a batch");
        let mut all = jobs.clone();
        all.resize(slots, B256::ZERO);
        let id = context(CHAIN, Address::repeat_byte(1), Address::repeat_byte(2), &all);
        Work { id, context: id, record: self.hash(), jobs, inputs, deadline: DEADLINE }
    }

    /// Work on one public input.
    pub fn one(&self, job: u8) -> Work {
        self.work(&[job], vec![self.public(&self.input(job.into()))])
    }

    /// Demands that a proof is of this work, with the outputs that the reference executor gives for `values`.
    #[track_caller]
    pub fn check(&self, work: &Work, proven: &Proven, values: &[Vec<i64>]) {
        let record = &self.record().record;
        let unused = proven.batch - values.len();
        let zeros = vec![0; self.program.graph.input_len()];
        let mut input: Vec<u8> = work.inputs.iter().flat_map(as_in_market).collect();
        for _ in 0..unused {
            if record.flags.private_input {
                let blinders = vec![Fr::one(); record.input.commitment_rows()];
                let mut prover = Prover::new(self.key.clone(), &Cpu);
                input.extend(prover.commitment_of(std::slice::from_ref(&zeros), &blinders).expect("a commitment"));
            } else {
                input.extend(self.bytes(&zeros));
            }
        }
        let slots = values.iter().chain(std::iter::repeat_n(&zeros, unused));
        let output: Vec<u8> = slots.flat_map(|values| self.output(values)).collect();
        assert_eq!(proven.output, output, "outputs of all slots");
        let statement = Statement { context: work.context.0, input, output };
        let verified = verify_seal(record, VerifierSrs::insecure(), &statement, &proven.seal).expect("a valid seal");
        assert_eq!((verified.record_hash, verified.batch), (self.hash().0, proven.batch));
    }
}

fn as_in_market(input: &Input) -> Vec<u8> {
    match input {
        Input::Public(bytes) => bytes.clone(),
        Input::Private { commitment, .. } => commitment.clone(),
    }
}

pub fn job(number: u8) -> B256 {
    B256::repeat_byte(number)
}

/// A folder of published models and a queue.
pub struct Farm {
    pub dir: TempDir,
    pub queue: LocalQueue,
    pub artifacts: Arc<Artifacts>,
}

impl Farm {
    /// With these models, and leases of a minute.
    pub async fn new(models: &[&Model]) -> Self {
        Self::with_leases(models, Duration::from_secs(60)).await
    }

    pub async fn with_leases(models: &[&Model], lease_time: Duration) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let artifacts = Artifacts::open(&[dir.path().join("models").display().to_string()]).expect("a place");
        for model in models {
            artifacts.publish(model.record(), Some(&model.program)).await.expect("published");
        }
        let options = verin_queue::Options { lease_time, ..verin_queue::Options::default() };
        let queue = LocalQueue::open(dir.path().join("queue.sqlite"), options).await.expect("a queue");
        Self { dir, queue, artifacts: Arc::new(artifacts) }
    }

    pub fn options(&self, name: &str) -> Options {
        Options { artifacts: Some(self.artifacts.clone()), ..Options::new(name, SrsSource::insecure()) }
    }

    pub fn worker(&self, name: &str) -> Worker {
        Worker::new(self.options(name)).expect("a worker")
    }

    pub fn queue(&self) -> Arc<dyn Queue> {
        Arc::new(self.queue.clone())
    }

    /// Pushes work, has it done by `worker`, and says how it ended.
    pub async fn done(&self, worker: &Worker, work: &Work) -> Ended {
        self.queue.push(work).await.expect("pushed");
        let done = worker.run_once(self.queue(), CancellationToken::new()).await.expect("a run").expect("work");
        assert_eq!(done.work, work.id);
        done.ended
    }

    /// The next outcome, acknowledged, if there is one.
    pub async fn handed_in(&self) -> Option<HandedIn> {
        let handed = self.queue.next_outcome(Duration::ZERO).await.expect("an answer")?;
        self.queue.acknowledge(&handed).await.expect("acknowledged");
        Some(handed)
    }

    /// The proof of work, which `worker` makes.
    pub async fn proven(&self, worker: &Worker, work: &Work) -> Proven {
        let ended = self.done(worker, work).await;
        let handed = self.handed_in().await.unwrap_or_else(|| panic!("no outcome: {ended:?}"));
        assert_eq!((handed.work, handed.worker), (work.clone(), worker.status().name));
        let Outcome::Proven(proven) = handed.outcome else { panic!("no proof: {ended:?}") };
        assert_eq!(ended, Ended::Proven { batch: proven.batch, prove_ms: proven.prove_ms });
        proven
    }

    /// Why work is refused: whether nobody can do it, and what is said. What nobody can do is the coordinator's at once; anything
    /// else is another worker's, and is withdrawn here.
    pub async fn refused(&self, worker: &Worker, work: &Work) -> (bool, String) {
        match self.done(worker, work).await {
            Ended::Impossible(why) => {
                let handed = self.handed_in().await.expect("an outcome");
                assert_eq!((handed.work, handed.outcome), (work.clone(), Outcome::Impossible { why: why.clone() }));
                (true, why)
            }
            Ended::Failed(why) => {
                assert_eq!(self.handed_in().await, None);
                assert_eq!(self.queue.depth().await.expect("a depth").waiting, 1);
                self.queue.withdraw(work.id).await.expect("withdrawn");
                (false, why)
            }
            other => panic!("neither impossible nor failed: {other:?}"),
        }
    }
}

/// Demands a refusal of this kind that says these words.
#[track_caller]
pub fn says((impossible, why): (bool, String), expected: bool, words: &[&str]) {
    assert_eq!(impossible, expected, "{why}");
    for word in words {
        assert!(why.contains(word), "no `{word}` in: {why}");
    }
}

/// A key of deliveries that all tests of a file share.
pub static DELIVERY: LazyLock<DeliveryKey> = LazyLock::new(DeliveryKey::generate);
