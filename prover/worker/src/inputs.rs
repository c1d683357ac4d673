//! What each job's inference is of: bytes of the market, or an opening that is decrypted and checked.
//!
//! Errors about a private input name its job, and how many values it has or must have, never a value.

use crate::cache::Model;
use crate::error::WorkerError;
use crate::srs::SrsSource;
use ark_bn254::Fr;
use ark_ff::One;
use verin_circuits::record::{POINT, Record};
use verin_circuits::statement::decode_value;
use verin_contracts::handover::DeliveryKey;
use verin_contracts::slots;
use verin_prover::error::ProverError;
use verin_prover::input::InputOpening;
use verin_queue::Work;
use verin_queue::work::{B256, Input};

/// Most jobs in one piece of work: no record has a larger batch.
const MOST_JOBS: usize = verin_circuits::record::MAX_BATCH;
/// Most bytes of all inputs of one piece of work.
pub(crate) const MOST_BYTES: usize = 1 << 26;
/// Most bytes of an opening besides its values and blinders: two counts, the encapsulated key, the tag of the cipher.
const OPENING_OVERHEAD: usize = 128;

/// What is proved.
pub(crate) struct Inputs {
    /// Values, one list a slot.
    pub(crate) values: Vec<Vec<i64>>,
    /// Of the commitments, slot after slot, where inputs are private.
    pub(crate) blinders: Option<Vec<Fr>>,
    /// As the statement has them.
    pub(crate) statement: Vec<u8>,
}

/// Demands that work is of one piece: checked before anything is loaded for it.
pub(crate) fn check(work: &Work) -> Result<(), WorkerError> {
    let wrong = |expected: String, got: String| Err(WorkerError::Work { work: work.id, expected, got });
    let (jobs, inputs) = (work.jobs.len(), work.inputs.len());
    if jobs == 0 || jobs > MOST_JOBS {
        return wrong(format!("1 to {MOST_JOBS} jobs"), jobs.to_string());
    }
    if jobs != inputs {
        return wrong(format!("{jobs} inputs, one a job"), inputs.to_string());
    }
    let bytes = |input: &Input| match input {
        Input::Public(bytes) => bytes.len(),
        Input::Private { commitment, delivered } => commitment.len().saturating_add(delivered.len()),
    };
    let bytes = work.inputs.iter().map(bytes).fold(0, usize::saturating_add);
    if bytes > MOST_BYTES {
        return wrong(format!("at most {MOST_BYTES} bytes of inputs"), bytes.to_string());
    }
    Ok(())
}

/// Number of slots that a batch of these jobs takes.
pub(crate) fn batch(work: &Work, record: &Record) -> Result<usize, WorkerError> {
    slots::jobs(record, &work.jobs).map(|jobs| jobs.len()).map_err(|_| WorkerError::Work {
        work: work.id,
        expected: "no more jobs than the record's largest batch".into(),
        got: work.jobs.len().to_string(),
    })
}

/// The inputs of a batch, every one of them checked.
pub(crate) fn read(
    work: &Work,
    model: &mut Model,
    srs: &SrsSource,
    keys: &[DeliveryKey],
) -> Result<Inputs, WorkerError> {
    let record = model.file().record.clone();
    let cells = model.prover.key().graph.input_len();
    let (mut values, mut blinders, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for (job, input) in work.jobs.iter().zip(&work.inputs) {
        let wrong = |why: String| WorkerError::Input { job: *job, why };
        match (input, record.flags.private_input) {
            (Input::Public(bytes), false) => {
                values.push(public(&record, bytes).map_err(wrong)?);
                given.push(bytes);
            }
            (Input::Private { commitment, delivered }, true) => {
                let opening = private(*job, &record, cells, commitment, delivered, keys)?;
                model.prover.check_opening(&opening, commitment).map_err(|error| match error {
                    ProverError::Opening { .. } => wrong(error.to_string()),
                    _ => wrong("what was delivered is no opening for this record".into()),
                })?;
                values.push(opening.values);
                blinders.extend(opening.blinders);
                given.push(commitment);
            }
            (_, private) => {
                let kind = if private { "committed to" } else { "public" };
                return Err(wrong(format!("inputs of this record are {kind}, the one of this job is not")));
            }
        }
    }
    let filled = slots::fill(&record, srs.verifier(), &work.jobs, &given).map_err(|error| WorkerError::Work {
        work: work.id,
        expected: "inputs of a batch".into(),
        got: error.to_string(),
    })?;
    let unused = filled.jobs.len().saturating_sub(values.len());
    values.extend(std::iter::repeat_n(vec![0; cells], unused));
    blinders.extend(std::iter::repeat_n(Fr::one(), unused * record.input.commitment_rows()));
    let blinders = record.flags.private_input.then_some(blinders);
    Ok(Inputs { values, blinders, statement: filled.input })
}

/// The values of a public input.
fn public(record: &Record, bytes: &[u8]) -> Result<Vec<i64>, String> {
    if bytes.len() != record.input.bytes {
        return Err(format!("the model takes an input of {} bytes, got {}", record.input.bytes, bytes.len()));
    }
    let values: Vec<i64> = bytes.chunks_exact(record.input.width.max(1)).map(decode_value).collect();
    let (lo, hi) = record.input_range;
    match values.iter().enumerate().find(|(_, value)| !(lo..=hi).contains(*value)) {
        Some((index, got)) => Err(format!("value {index} of its input is {got}, the model takes {lo} to {hi}")),
        None => Ok(values),
    }
}

/// What was delivered for a job, decrypted.
fn private(
    job: B256,
    record: &Record,
    cells: usize,
    commitment: &[u8],
    delivered: &[u8],
    keys: &[DeliveryKey],
) -> Result<InputOpening, WorkerError> {
    let wrong = |why: String| Err(WorkerError::Input { job, why });
    if commitment.len() != record.input.bytes {
        return wrong(format!(
            "the model takes a commitment of {} bytes, got {}",
            record.input.bytes,
            commitment.len()
        ));
    }
    let most = cells * size_of::<i64>() + (record.input.bytes / POINT) * 32 + OPENING_OVERHEAD;
    if delivered.len() > most {
        return wrong(format!("an opening takes at most {most} bytes, {} were delivered", delivered.len()));
    }
    if keys.is_empty() {
        return Err(WorkerError::Undeliverable { job, why: "this worker has no delivery key" });
    }
    let opened = keys.iter().find_map(|key| key.open(job, delivered).ok());
    let opened =
        opened.ok_or(WorkerError::Undeliverable { job, why: "no key that this worker has opens it for this job" })?;
    let Ok(opening) = InputOpening::decode(&opened) else {
        return wrong("what was delivered is no opening".into());
    };
    let (lo, hi) = record.input_range;
    if opening.values.iter().any(|value| !(lo..=hi).contains(value)) {
        return wrong(format!("a value of its private input is outside {lo} to {hi}"));
    }
    Ok(opening)
}
