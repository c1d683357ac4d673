//! What the broker asks about models.

use alloy::primitives::B256;
use async_trait::async_trait;
use verin_circuits::record::Record;

/// Models that proofs can be made with.
#[async_trait]
pub trait Models: Send + Sync {
    /// The record of a model that is at hand; `Err` says why it is not.
    async fn record(&self, record: B256) -> Result<Record, String>;

    /// Whether what was delivered for `job` opens the commitment that is its input.
    async fn check_opening(&self, record: B256, job: B256, commitment: &[u8], delivered: &[u8]) -> Opening;
}

/// What was delivered for a private job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It opens the commitment, to an input that the model takes.
    Right,
    /// It does not.
    Wrong(String),
    /// Nobody can say now.
    Unknown(String),
}
