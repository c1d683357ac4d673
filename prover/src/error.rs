//! What can go wrong while keys and proofs are made.

use thiserror::Error;
use verin_circuits::error::VerifyError;
use verin_seal::SealError;

/// Errors of setup and proving.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProverError {
    /// The program or an input.
    #[error(transparent)]
    Model(#[from] verin_quantizer::Error),
    /// The schedule, the record or a self-check.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The seal.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// More inputs than the largest batch.
    #[error("{got} inputs in one batch: the record supports at most {most}; split them")]
    Batch {
        /// Largest supported batch.
        most: usize,
        /// Inputs given.
        got: usize,
    },
    /// A record of profile `fast` cannot be sealed.
    #[error(
        "this key was set up with --profile fast, which has no seal: prove with --unsealed, or set up again with --profile chain"
    )]
    NoSeal,
    /// Weights that cannot be kept private, or are not.
    #[error("private weights: {why}")]
    PrivateWeights {
        /// What is wrong and what to do.
        why: &'static str,
    },
    /// A record that is not what it is said to be.
    #[error("the record was not made by this setup: {why}; do not rely on it")]
    Audit {
        /// What differs.
        why: String,
    },
    /// The SRS has too few powers.
    #[error("the SRS has {got} powers of tau, {needed} are needed: use a larger .ptau file")]
    SrsTooSmall {
        /// Powers needed.
        needed: usize,
        /// Powers there are.
        got: usize,
    },
    /// What a requester handed over does not open the input's commitment.
    #[error(
        "the private input that was handed over is not the one that was committed to: {why}; do not accept the job"
    )]
    Opening {
        /// What is wrong.
        why: String,
    },
    /// A key file that does not fit together.
    #[error("prover key: {why}")]
    Key {
        /// What is wrong.
        why: String,
    },
}
