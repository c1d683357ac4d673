//! How a journal behaves.

use std::path::PathBuf;
use std::time::Duration;

/// What an operator can choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most transactions that are signed and not mined. geth keeps 16 of one account before it starts to drop.
    pub most_in_flight: usize,
    /// Blocks on top of a transaction's own before it counts as final.
    pub confirmations: u64,
    /// Most to pay for a unit of gas, base fee and tip together, in wei. Beyond it the journal waits.
    pub max_fee: u128,
    /// What is added to an estimate of gas, in percent.
    pub gas_margin: u64,
    /// How long a transaction may be left out of blocks before its fee is raised.
    pub bump_after: Duration,
    /// How long after a node's answer a transaction that the node does not show is sent again.
    pub resend_after: Duration,
    /// How often the chain is looked at.
    pub poll: Duration,
    /// How long one request to the node may take.
    pub timeout: Duration,
    /// Longest pause after requests that failed.
    pub longest_pause: Duration,
    /// How long a node may show an older head than it did before it is believed.
    pub most_behind: Duration,
    /// Folder of the lock that keeps a second process of this machine from using the same key.
    pub locks: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        let locks = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        Self {
            most_in_flight: 16,
            confirmations: 12,
            max_fee: 200_000_000_000,
            gas_margin: 20,
            bump_after: Duration::from_secs(45),
            resend_after: Duration::from_secs(5),
            poll: Duration::from_secs(2),
            timeout: Duration::from_secs(15),
            longest_pause: Duration::from_secs(60),
            most_behind: Duration::from_secs(120),
            locks: locks.unwrap_or_else(std::env::temp_dir),
        }
    }
}
