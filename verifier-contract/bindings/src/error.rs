//! What can go wrong between this machine and the contracts.

use alloy::primitives::Address;
use alloy::transports::{RpcError, TransportErrorKind};
use std::path::PathBuf;
use thiserror::Error;

/// Errors of the local chain, of transactions and of deployment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ContractsError {
    /// `npm` cannot be run.
    #[error(
        "the local chain needs anvil, which npm installs, and npm cannot be run ({why}): install Node.js 20 or later, or name a running anvil with --rpc URL"
    )]
    NoNpm {
        /// What starting it said.
        why: String,
    },
    /// `npm ci` failed, or did not bring anvil.
    #[error("anvil could not be installed in {}: {why}; run `npm ci` there to see more, or name a running anvil with --rpc URL", dir.display())]
    Install {
        /// The folder.
        dir: PathBuf,
        /// The last of what npm said.
        why: String,
    },
    /// There is no anvil for this machine.
    #[error(
        "there is no pinned anvil for {os} on {arch} and none on the PATH: install Foundry (https://getfoundry.sh), or name a running anvil with --rpc URL"
    )]
    NoAnvil {
        /// Operating system.
        os: &'static str,
        /// Processor.
        arch: &'static str,
    },
    /// Something listens there.
    #[error(
        "port {port} on 127.0.0.1 is taken: stop what listens there, choose another with --port, or leave --port out for a free one"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// anvil ended, or did not listen in time.
    #[error("anvil ({}) did not start: {why}", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// What it said.
        why: String,
    },
    /// The text is no address of a node.
    #[error("{got}: expected the address of a node, such as http://127.0.0.1:8545")]
    BadUrl {
        /// What was given.
        got: String,
    },
    /// No answer, or one that is an error.
    #[error("{what}: the node at {url} says: {why}")]
    Rpc {
        /// What was asked.
        what: String,
        /// The node.
        url: String,
        /// Its answer.
        why: String,
    },
    /// A contract refused.
    #[error("{what}: the contract refused with {error}")]
    Reverted {
        /// What was asked.
        what: String,
        /// Name of the error, or its bytes.
        error: String,
    },
    /// A file that exists already and is not replaced.
    #[error("{}: exists already, and a secret is never replaced: name another file, or move this one away", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file that cannot be read or written.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A file that is something else than was meant, or is damaged.
    #[error("{}: expected {expected}, got {got}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it must be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// The password is another.
    #[error("{}: the password is not that of this key", path.display())]
    WrongPassword {
        /// The file of the key.
        path: PathBuf,
    },
    /// The digits are no key. They are not repeated: somebody may have meant them to be one.
    #[error("{what}: expected a private key as 64 hexadecimal digits")]
    BadKey {
        /// Where they came from.
        what: String,
    },
    /// The text is no amount.
    #[error("{what}: expected an amount in whole tokens with at most 18 decimals, such as 1.5, got `{got}`")]
    Amount {
        /// What it was for.
        what: String,
        /// The text.
        got: String,
    },
    /// A parameter of a deployment that must not be what it is.
    #[error("{}: {name}: expected {expected}, got {got}", path.display())]
    Parameter {
        /// The file.
        path: PathBuf,
        /// The parameter.
        name: String,
        /// What it may be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// No network of this deployer is on the chain.
    #[error(
        "there is no network of deployer {deployer} on chain {chain_id} ({url}): {market}, where its market would be, has no code; \
         name the deployer with --deployer, the node with --rpc, or deploy with `verin contracts deploy`"
    )]
    NoContracts {
        /// Whose network was looked for.
        deployer: Address,
        /// Where the market would be.
        market: Address,
        /// The chain.
        chain_id: u64,
        /// The node.
        url: String,
    },
    /// The chain is not as it must be.
    #[error("{what}: expected {expected}, got {got}")]
    Mismatch {
        /// What was looked at.
        what: String,
        /// What it must be.
        expected: String,
        /// What it is.
        got: String,
    },
}

impl ContractsError {
    /// The name of the error that a contract refused with.
    pub fn revert(&self) -> Option<&str> {
        match self {
            Self::Reverted { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Compares what is with what must be.
    pub(crate) fn check<T: PartialEq + std::fmt::Display>(what: &str, expected: T, got: T) -> Result<(), Self> {
        if expected == got {
            return Ok(());
        }
        Err(Self::Mismatch { what: what.into(), expected: expected.to_string(), got: got.to_string() })
    }

    /// An error of a node, or of a contract through it.
    pub fn from_rpc(what: &str, url: &str, error: &RpcError<TransportErrorKind>) -> Self {
        let response = error.as_error_resp();
        if let Some(data) = response.and_then(|response| response.as_revert_data()) {
            return Self::Reverted { what: what.into(), error: describe(&data) };
        }
        let why = response.map_or_else(|| cause(error), |response| response.message.to_string());
        Self::Rpc { what: what.into(), url: url.into(), why }
    }
}

fn describe(data: &[u8]) -> String {
    let hex = |data: &[u8]| alloy::primitives::hex::encode_prefixed(data);
    crate::bindings::error_name(data).map_or_else(|| hex(data), Into::into)
}

/// The innermost cause: "connection refused" rather than that a request failed.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
