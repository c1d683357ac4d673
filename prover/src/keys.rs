//! Setup: from a program to its record and the key of its provers.

use crate::backend::Backend;
use crate::error::ProverError;
use crate::gas;
use crate::program::CoreVerifier;
use crate::rows::{commit, model_blinder};
use crate::srs::Srs;
use crate::witness::model_column;
use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use std::fmt;
use std::ops::Range;
use verin_circuits::artifact::RecordFile;
use verin_circuits::record::{FIXED_COLUMNS, Flags, KeySet, PERMUTATION_COLUMNS, ROW_LOG, Record};
use verin_circuits::schedule::{Constants, Options, Schedule, build};
use verin_circuits::skeleton::{self, ports};
use verin_circuits::unsealed::options;
use verin_circuits::weights::Weights;
use verin_quantizer::ir::Graph;
use verin_seal::keys::keygen_layout;
use verin_seal::layout::Layout;
use verin_seal::{SealKey, keygen, shape};

/// Batch sizes that a record supports.
pub const BATCHES: [usize; 3] = [1, 8, 32];
/// Row lengths, as log2, that setup chooses from.
const ROW_LOGS: std::ops::RangeInclusive<u32> = 6..=18;

/// What proofs are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Sealed: zero-knowledge, checked by the contract. Few, long rows.
    #[default]
    Chain,
    /// Unsealed only, checked off-chain. Short rows, no mask.
    Fast,
}

/// Choices of the owner, fixed in the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetupOptions {
    /// Sealed or not.
    pub profile: Profile,
    /// Inputs enter as commitments.
    pub private_input: bool,
    /// Outputs enter as commitments.
    pub private_output: bool,
    /// log2 of the row length; chosen by cost when `None`.
    pub row_log: Option<u32>,
}

impl SetupOptions {
    /// The options of a batch's schedule with rows of `2^b`.
    fn schedule(&self, constants: Constants, b: u32, batch: usize) -> Options {
        Options {
            b,
            batch_log: batch.trailing_zeros(),
            private_input: self.private_input,
            private_output: self.private_output,
            constants,
            mask: self.profile == Profile::Chain,
        }
    }

    /// log2 of the row length.
    pub(crate) fn row_log(&self, graph: &Graph, constants: Constants) -> Result<u32, ProverError> {
        match self.row_log {
            Some(b) if ROW_LOG.contains(&(b as usize)) => Ok(b),
            Some(b) => Err(ProverError::Key {
                why: format!("rows of 2^{b} entries: choose 2^{} to 2^{}", ROW_LOG.start(), ROW_LOG.end()),
            }),
            None => choose_row_log(graph, *self, constants),
        }
    }
}

/// Everything a prover needs for one model.
#[derive(Clone)]
pub struct ProverKey {
    /// The program.
    pub graph: Graph,
    /// Its record.
    pub record: RecordFile,
    /// As many powers as its proofs use.
    pub srs: Srs,
    /// Blinders of the rows of private weights. Secret: with a guess of the weights they confirm it.
    pub blinders: Vec<Fr>,
}

/// Nothing that is secret where weights are private.
impl fmt::Debug for ProverKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProverKey").field("record", &self.record).finish_non_exhaustive()
    }
}

/// Makes the key and the record of `graph`, with published weights: [`crate::weights::setup`] keeps them private. `load` gives an
/// SRS of at least so many powers.
///
/// # Errors
/// The program cannot be proved, or the SRS is too small.
pub fn setup(
    backend: &dyn Backend,
    graph: Graph,
    options: SetupOptions,
    load: &dyn Fn(usize) -> Result<Srs, ProverError>,
) -> Result<ProverKey, ProverError> {
    let constants = Constants::Published;
    let b = options.row_log(&graph, constants)?;
    let plan = Plan::new(&graph, options, constants, b)?;
    let srs = load_srs(plan.powers, load)?;
    let rows = commit_model(backend, &graph, &plan.schedule, &srs.powers, 0..plan.schedule.rows.model, &[]);
    let skeleton = skeleton::encode(&graph);
    let weights = Weights::Published { graph_digest: graph.digest() };
    let (record, _) = plan.record(&graph, weights.model_digest(&skeleton), &srs, rows)?;
    Ok(ProverKey { graph, record: RecordFile { record, skeleton, weights }, srs, blinders: Vec::new() })
}

/// The seal key of one batch size, made anew from the program: faster than reading it.
///
/// # Errors
/// The record has no such batch, or does not fit the program.
pub fn seal_key(key: &ProverKey, schedule: &Schedule) -> Result<SealKey, ProverError> {
    let batch = 1 << schedule.options.batch_log;
    let expected = key.record.record.key_set(batch).ok_or(ProverError::NoSeal)?;
    let made = keygen(&CoreVerifier::new(schedule.clone())?, &halo2_srs(&key.srs))?;
    if key_set(batch, schedule.rows.witness, &made)? != *expected {
        return Err(ProverError::Key { why: "the record's verifying key is not this program's; set up again".into() });
    }
    Ok(made)
}

/// The schedule of a batch under a key.
///
/// # Errors
/// The program cannot be proved.
pub fn schedule_of(key: &ProverKey, batch: usize) -> Result<Schedule, ProverError> {
    let options = options(&key.record.record, batch);
    Ok(build(&key.graph, options)?)
}

/// `load`ed powers, as many as are `needed`.
pub(crate) fn load_srs(needed: usize, load: &dyn Fn(usize) -> Result<Srs, ProverError>) -> Result<Srs, ProverError> {
    let mut srs = load(needed)?;
    if srs.powers.len() < needed {
        return Err(ProverError::SrsTooSmall { needed, got: srs.powers.len() });
    }
    srs.powers.truncate(needed);
    Ok(srs)
}

pub(crate) fn halo2_srs(srs: &Srs) -> verin_seal::Srs<'_> {
    verin_seal::Srs { powers: &srs.powers, g2: ark_bn254::G2Affine::generator(), tau_g2: srs.tau_g2() }
}

/// Commitments of rows of the model, `secret` being the blinders of the first.
pub(crate) fn commit_model(
    backend: &dyn Backend,
    graph: &Graph,
    schedule: &Schedule,
    powers: &[G1Affine],
    rows: Range<usize>,
    secret: &[Fr],
) -> Vec<G1Affine> {
    let columns: Vec<_> = schedule.tensors.iter().map(|t| model_column(graph, t.role)).collect();
    let blinders: Vec<Fr> = rows.clone().map(|row| model_blinder(secret, row)).collect();
    commit(backend, schedule, &columns, powers, rows, &blinders)
}

/// A record in the making: everything but the weights.
pub(crate) struct Plan {
    /// Of one inference.
    pub(crate) schedule: Schedule,
    /// Powers of tau that its proofs use.
    pub(crate) powers: usize,
    flags: Flags,
    /// Batch size, witness rows and circuit of each key set.
    circuits: Vec<(usize, usize, Layout)>,
}

impl Plan {
    /// The record of `graph` in rows of `2^b`.
    pub(crate) fn new(graph: &Graph, options: SetupOptions, constants: Constants, b: u32) -> Result<Self, ProverError> {
        let batches = if options.profile == Profile::Chain { &BATCHES[..] } else { &[] };
        let flags = Flags {
            private_input: options.private_input,
            private_output: options.private_output,
            private_weights: constants != Constants::Published,
            fast: options.profile == Profile::Fast,
        };
        Self::of_batches(graph, flags, batches, &|batch| options.schedule(constants, b, batch))
    }

    /// A record with key sets for `batches`.
    pub(crate) fn of_batches(
        graph: &Graph,
        flags: Flags,
        batches: &[usize],
        options: &dyn Fn(usize) -> Options,
    ) -> Result<Self, ProverError> {
        let mut powers = (1usize << options(1).b) + 1;
        let mut circuits = Vec::new();
        for batch in batches {
            let schedule = build(graph, options(*batch))?;
            let witness_rows = schedule.rows.witness;
            let layout = shape(&CoreVerifier::new(schedule)?)?;
            powers = powers.max(1 << layout.k());
            circuits.push((*batch, witness_rows, layout));
        }
        Ok(Self { schedule: build(graph, options(1))?, powers, flags, circuits })
    }

    /// The record, whose model has this digest and these rows; and the last of the seal keys that are made on the way.
    pub(crate) fn record(
        &self,
        graph: &Graph,
        digest: [u8; 32],
        srs: &Srs,
        model_rows: Vec<G1Affine>,
    ) -> Result<(Record, Option<SealKey>), ProverError> {
        let mut key_sets = Vec::new();
        let mut last = None;
        for (batch, witness_rows, layout) in &self.circuits {
            drop(last);
            let key = keygen_layout(layout, halo2_srs(srs).halo2(layout.k())?)?;
            key_sets.push(key_set(*batch, *witness_rows, &key)?);
            last = Some(key);
        }
        let (input, output) = ports(graph, &self.schedule);
        let record = Record {
            graph_digest: digest,
            srs_digest: srs.verifier.digest,
            row_log: self.schedule.options.b as usize,
            flags: self.flags,
            input,
            input_range: (graph.input.lo, graph.input.hi),
            output,
            model_rows,
            key_sets,
        };
        if Record::decode(&record.encode())? != record {
            return Err(ProverError::Key { why: "the record does not read back as it was written".into() });
        }
        Ok((record, last))
    }
}

fn key_set(batch: usize, witness_rows: usize, key: &SealKey) -> Result<KeySet, ProverError> {
    let wrong = |_| ProverError::Key { why: "the circuit has another number of columns".into() };
    let fixed: [G1Affine; FIXED_COLUMNS] = key.fixed.clone().try_into().map_err(wrong)?;
    let permutation: [G1Affine; PERMUTATION_COLUMNS] = key.permutation.clone().try_into().map_err(wrong)?;
    Ok(KeySet { batch, k: key.k as usize, witness_rows, transcript_repr: key.transcript_repr, fixed, permutation })
}

/// The cheapest row length. `chain` counts gas and proving time (a unit of gas for each entry of a row, so that a CPU second weighs
/// about as much as nine rows); `fast` counts the opening against the rows to commit and check.
fn choose_row_log(graph: &Graph, options: SetupOptions, constants: Constants) -> Result<u32, ProverError> {
    let mut best = None;
    for b in ROW_LOGS {
        // Rows too short for the model are no choice; that none fits is reported below.
        let Ok(schedule) = build(graph, options.schedule(constants, b, 1)) else { continue };
        let cost = match options.profile {
            Profile::Chain => gas::opening(schedule.rows, b as usize) + (1 << b),
            Profile::Fast => 20 * schedule.rows.total() + 9 * (1 << b),
        };
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, b));
        }
    }
    match best {
        Some((_, b)) => Ok(b),
        None => {
            let failed = build(graph, options.schedule(constants, *ROW_LOGS.end(), 1));
            Err(failed.err().map_or(ProverError::NoSeal, Into::into))
        }
    }
}
