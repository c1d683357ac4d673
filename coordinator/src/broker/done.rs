//! How the journal sees that something is achieved: from the chain itself, not from the index.

use crate::error::CoordinatorError;
use crate::journal::{Checks, Done};
use alloy::primitives::{Address, B256};
use async_trait::async_trait;
use std::sync::Arc;
use verin_contracts::ContractsError;
use verin_contracts::bindings::Job;
use verin_contracts::deploy::Contracts;
use verin_contracts::jobs::Status;

/// A job is this operator's, whatever became of it since. Of one job.
pub(super) const HELD: &str = "held";
/// A private job is locked, or has ended. Of one job.
pub(super) const ACKNOWLEDGED: &str = "acknowledged";
/// No job needs a proof any more. Of any number of jobs.
pub(super) const SETTLED: &str = "settled";

/// A job was requested, by whomever. Of one job.
pub const REQUESTED: &str = "requested";

/// The checks of everything that a coordinator submits for `operator`.
pub fn checks(contracts: &Arc<Contracts>, operator: Address) -> Checks {
    let of = |done: fn(&Job, Address) -> bool| AllJobs { contracts: contracts.clone(), operator, done };
    Checks::new()
        .with(HELD, of(|job, operator| job.prover == operator && status(job) != Some(Status::Open)))
        .with(
            ACKNOWLEDGED,
            of(|job, operator| job.prover == operator && (status(job) == Some(Status::Locked) || is_end(job))),
        )
        .with(REQUESTED, of(|job, _| status(job).is_some()))
        .with(SETTLED, of(|job, _| is_end(job)))
}

/// What a payload says: jobs, one after another.
pub(super) fn payload(jobs: &[B256]) -> Vec<u8> {
    jobs.iter().flat_map(|job| job.0).collect()
}

fn status(job: &Job) -> Option<Status> {
    Status::of(job.status)
}

fn is_end(job: &Job) -> bool {
    status(job).is_some_and(Status::is_over)
}

/// Something holds of all jobs in the payload.
struct AllJobs {
    contracts: Arc<Contracts>,
    operator: Address,
    done: fn(&Job, Address) -> bool,
}

#[async_trait]
impl Done for AllJobs {
    async fn is_done(&self, payload: &[u8]) -> Result<bool, CoordinatorError> {
        for id in payload.chunks_exact(32).map(B256::from_slice) {
            let job = self.contracts.market.job(id).call().await;
            let job = job.map_err(|e| ContractsError::Rpc {
                what: format!("reading job {id}"),
                url: self.contracts.network.url.clone(),
                why: e.to_string(),
            })?;
            if !(self.done)(&job, self.operator) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
