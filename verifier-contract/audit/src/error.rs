//! Why there is no verdict. What is wrong with a network is no error, but a [`crate::report::Difference`].

use alloy::primitives::Address;
use thiserror::Error;
use verin_artifacts::ArtifactError;
use verin_contracts::ContractsError;

/// Errors of an audit.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The node does not answer, or cannot.
    #[error("{what}: the node at {url} says: {why}; is it an archive node, or is the audited block recent?")]
    Node {
        /// What was asked.
        what: String,
        /// The node.
        url: String,
        /// What it said.
        why: String,
    },
    /// The node cannot be spoken to at all.
    #[error(transparent)]
    Connection(#[from] ContractsError),
    /// Nothing is deployed.
    #[error(
        "there are no contracts of deployer {deployer} on chain {chain_id} at block {block}: expected code at {address} ({name}), got none; name the account that deployed the network with --deployer"
    )]
    NoNetwork {
        /// Whose contracts were looked for.
        deployer: Address,
        /// The chain.
        chain_id: u64,
        /// The audited block.
        block: u64,
        /// Where one should be.
        address: Address,
        /// Which.
        name: &'static str,
    },
    /// The audited block is not there yet.
    #[error("expected a block up to {head}, the head of the chain, got {got}")]
    NoBlock {
        /// The head.
        head: u64,
        /// What was asked for.
        got: u64,
    },
    /// The chain became another while it was read.
    #[error(
        "the chain was reorganised at or below block {block} while it was read, {times} times: expected the hash {expected}, got {got}; audit an older block with --block"
    )]
    Reorganised {
        /// The block.
        block: u64,
        /// How often.
        times: usize,
        /// Its hash at first.
        expected: String,
        /// Its hash afterwards, or that of a log.
        got: String,
    },
    /// The places of artifacts do not answer.
    #[error(transparent)]
    Artifacts(#[from] ArtifactError),
    /// The SRS that was given is another one, or cannot be read.
    #[error("{0}")]
    Srs(String),
}
