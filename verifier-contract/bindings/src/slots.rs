//! Jobs and inputs of a batch, slot by slot, as `fulfil` compares them.
//!
//! A seal has as many slots as one of the record's key sets, and a batch of fewer jobs takes the smallest that holds them. Slots that
//! are left come last: their job is 0 and their input zero, which is in the range of every program. Where the input is private, that
//! is the commitment to zeros under blinders of 1: nothing about it is secret, and so whoever has the jobs has the whole statement.

use crate::error::ContractsError;
use alloy::primitives::B256;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::encoding::point_bytes;
use verin_circuits::record::Record;

/// A batch as `fulfil` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// One a slot; 0 where there is none.
    pub jobs: Vec<B256>,
    /// Inputs, or commitments to them, slot after slot.
    pub input: Vec<u8>,
}

/// The jobs of a seal, one a slot: what its context is computed of ([`crate::market::context`]).
///
/// # Errors
/// There are none, or more than the largest batch.
pub fn jobs(record: &Record, jobs: &[B256]) -> Result<Vec<B256>, ContractsError> {
    let sizes = || record.key_sets.iter().map(|set| set.batch);
    let fits = sizes().filter(|size| *size >= jobs.len() && !jobs.is_empty()).min();
    let batch = fits.ok_or_else(|| ContractsError::Mismatch {
        what: format!("jobs in one seal of record {}", B256::from(record.hash())),
        expected: format!("1 to {}", sizes().max().unwrap_or(0)),
        got: jobs.len().to_string(),
    })?;
    let mut slots = jobs.to_vec();
    slots.resize(batch, B256::ZERO);
    Ok(slots)
}

/// Jobs and inputs of a seal; `inputs` are as the market has them, one a job.
///
/// # Errors
/// As [`jobs`]; also another number of inputs than of jobs, or one of another length than the record's.
pub fn fill(
    record: &Record,
    srs: &VerifierSrs,
    given: &[B256],
    inputs: &[impl AsRef<[u8]>],
) -> Result<Slots, ContractsError> {
    let jobs = jobs(record, given)?;
    let length = |what: String, expected: usize, got: usize| {
        if expected == got {
            return Ok(());
        }
        Err(ContractsError::Mismatch { what, expected: expected.to_string(), got: got.to_string() })
    };
    length("inputs of one seal, one a job".into(), given.len(), inputs.len())?;
    let mut input = Vec::with_capacity(jobs.len() * record.input.bytes);
    for (job, bytes) in given.iter().zip(inputs) {
        length(format!("bytes of the input of job {job}"), record.input.bytes, bytes.as_ref().len())?;
        input.extend_from_slice(bytes.as_ref());
    }
    let unused = unused_input(record, srs)?;
    (given.len()..jobs.len()).for_each(|_| input.extend_from_slice(&unused));
    Ok(Slots { jobs, input })
}

/// The input of a slot without a job.
fn unused_input(record: &Record, srs: &VerifierSrs) -> Result<Vec<u8>, ContractsError> {
    let rows = record.input.commitment_rows();
    if rows == 0 {
        return Ok(vec![0; record.input.bytes]);
    }
    let unit = srs.tau_power(record.row_log).ok_or_else(|| ContractsError::Mismatch {
        what: "rows of the record".into(),
        expected: "a length that the SRS has a power for".into(),
        got: format!("2^{}", record.row_log),
    })?;
    Ok(point_bytes(&unit).repeat(rows))
}
