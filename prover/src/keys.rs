//! Setup: from a program to its record and the key of its provers.

use crate::backend::Backend;
use crate::error::ProverError;
use crate::program::CoreVerifier;
use crate::rows::{commit, public_blinder};
use crate::srs::Srs;
use crate::witness::model_column;
use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use verin_circuits::artifact::RecordFile;
use verin_circuits::record::{FIXED_COLUMNS, Flags, KeySet, PERMUTATION_COLUMNS, ROW_LOG, Record};
use verin_circuits::schedule::{Options, Schedule, build};
use verin_circuits::skeleton::{self, ports};
use verin_quantizer::ir::Graph;
use verin_seal::keys::keygen_layout;
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
    fn schedule(&self, b: u32, batch: usize) -> Options {
        Options {
            b,
            batch_log: batch.trailing_zeros(),
            private_input: self.private_input,
            private_output: self.private_output,
            mask: self.profile == Profile::Chain,
        }
    }
}

/// Everything a prover needs for one model.
#[derive(Clone, Debug)]
pub struct ProverKey {
    /// The program.
    pub graph: Graph,
    /// Its record.
    pub record: RecordFile,
    /// As many powers as its proofs use.
    pub srs: Srs,
}

/// Makes the key and the record of `graph`. `load` gives an SRS of at least so many powers.
///
/// # Errors
/// The program cannot be proved, or the SRS is too small.
pub fn setup(
    backend: &dyn Backend,
    graph: Graph,
    options: SetupOptions,
    load: &dyn Fn(usize) -> Result<Srs, ProverError>,
) -> Result<ProverKey, ProverError> {
    let b = match options.row_log {
        Some(b) if ROW_LOG.contains(&(b as usize)) => b,
        Some(b) => {
            return Err(ProverError::Key {
                why: format!("rows of 2^{b} entries: choose 2^{} to 2^{}", ROW_LOG.start(), ROW_LOG.end()),
            });
        }
        None => choose_row_log(&graph, options)?,
    };
    let mut programs = Vec::new();
    let mut needed = (1usize << b) + 1;
    if options.profile == Profile::Chain {
        for batch in BATCHES {
            let schedule = build(&graph, options.schedule(b, batch))?;
            let witness_rows = schedule.rows.witness;
            let layout = shape(&CoreVerifier::new(schedule)?)?;
            needed = needed.max(1 << layout.k());
            programs.push((batch, witness_rows, layout));
        }
    }
    let mut srs = load(needed)?;
    if srs.powers.len() < needed {
        return Err(ProverError::SrsTooSmall { needed, got: srs.powers.len() });
    }
    srs.powers.truncate(needed);

    let schedule = build(&graph, options.schedule(b, 1))?;
    let model_rows = commit_model(backend, &graph, &schedule, &srs.powers);
    let mut key_sets = Vec::new();
    for (batch, witness_rows, layout) in programs {
        let key = keygen_layout(&layout, halo2_srs(&srs).halo2(layout.k())?)?;
        key_sets.push(key_set(batch, witness_rows, &key)?);
    }
    let skeleton = skeleton::encode(&skeleton::strip(&graph));
    let graph_digest = graph.digest();
    let (input, output) = ports(&graph, &schedule);
    let record = Record {
        graph_digest: skeleton::model_digest(&skeleton, &graph_digest),
        srs_digest: srs.verifier.digest,
        row_log: b as usize,
        flags: Flags {
            private_input: options.private_input,
            private_output: options.private_output,
            fast: options.profile == Profile::Fast,
        },
        input,
        input_range: (graph.input.lo, graph.input.hi),
        output,
        model_rows,
        key_sets,
    };
    if Record::decode(&record.encode())? != record {
        return Err(ProverError::Key { why: "the record does not read back as it was written".into() });
    }
    Ok(ProverKey { graph, record: RecordFile { record, skeleton, graph_digest }, srs })
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
    let record = &key.record.record;
    let options = Options {
        b: record.row_log as u32,
        batch_log: batch.trailing_zeros(),
        private_input: record.flags.private_input,
        private_output: record.flags.private_output,
        mask: !record.flags.fast,
    };
    Ok(build(&key.graph, options)?)
}

fn halo2_srs(srs: &Srs) -> verin_seal::Srs<'_> {
    verin_seal::Srs { powers: &srs.powers, g2: ark_bn254::G2Affine::generator(), tau_g2: srs.tau_g2() }
}

fn commit_model(backend: &dyn Backend, graph: &Graph, schedule: &Schedule, powers: &[G1Affine]) -> Vec<G1Affine> {
    let columns: Vec<_> = schedule.tensors.iter().map(|t| model_column(graph, t.role)).collect();
    let blinders: Vec<Fr> = (0..schedule.rows.model).map(public_blinder).collect();
    commit(backend, schedule, &columns, powers, 0..schedule.rows.model, &blinders)
}

fn key_set(batch: usize, witness_rows: usize, key: &SealKey) -> Result<KeySet, ProverError> {
    let wrong = |_| ProverError::Key { why: "the circuit has another number of columns".into() };
    let fixed: [G1Affine; FIXED_COLUMNS] = key.fixed.clone().try_into().map_err(wrong)?;
    let permutation: [G1Affine; PERMUTATION_COLUMNS] = key.permutation.clone().try_into().map_err(wrong)?;
    Ok(KeySet { batch, k: key.k as usize, witness_rows, transcript_repr: key.transcript_repr, fixed, permutation })
}

/// The cheapest row length. `chain` counts gas (8,000 a row, 10,000 a fold) and proving time (about one unit of gas for each entry
/// of a row, so that a second weighs as much as ten rows); `fast` counts the opening against the rows to commit and check.
fn choose_row_log(graph: &Graph, options: SetupOptions) -> Result<u32, ProverError> {
    let mut best = None;
    for b in ROW_LOGS {
        // Rows too short for the model are no choice; that none fits is reported below.
        let Ok(schedule) = build(graph, options.schedule(b, 1)) else { continue };
        let rows = schedule.rows.total() as u64;
        let cost = match options.profile {
            Profile::Chain => 8_000 * rows + 10_000 * u64::from(b) + (1 << b),
            Profile::Fast => 20 * rows + 12 * (1 << b),
        };
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, b));
        }
    }
    match best {
        Some((_, b)) => Ok(b),
        None => Err(build(graph, options.schedule(*ROW_LOGS.end(), 1)).err().map_or(ProverError::NoSeal, Into::into)),
    }
}
