//! Closing an epoch and claiming for it.

use crate::bindings::IntelligenceRewards;
use crate::deploy::Contracts;
use crate::error::ContractsError;
use crate::market::event;
use alloy::primitives::{Address, U256};

/// Length of an epoch, in seconds.
pub const EPOCH: u64 = 7 * 24 * 60 * 60;

/// The books of a closed epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Fees paid in it.
    pub fees: U256,
    /// What may be claimed for it.
    pub rewards: U256,
    /// Fees that were destroyed.
    pub burned: U256,
    /// Fees that the treasury got.
    pub to_treasury: U256,
}

/// What an account claimed for an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// For proving.
    pub as_prover: U256,
    /// For listings.
    pub as_creator: U256,
}

impl Contracts {
    /// The running epoch.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn epoch(&self) -> Result<U256, ContractsError> {
        self.network.view("reading the epoch", self.rewards.currentEpoch()).await
    }

    /// Closes the books of `epoch`, and of those before it.
    ///
    /// # Errors
    /// It is not over, or was closed before.
    pub async fn close(&self, from: Address, epoch: U256) -> Result<Closed, ContractsError> {
        let receipt = self.network.send("closing the epoch", self.rewards.closeThrough(epoch).from(from)).await?;
        let closed: IntelligenceRewards::EpochClosed = event("closing the epoch", &receipt)?;
        ContractsError::check("closed epoch", epoch, closed.epoch)?;
        Ok(Closed { fees: closed.fees, rewards: closed.rewards, burned: closed.burned, to_treasury: closed.toTreasury })
    }

    /// Pays `account` for its work in a closed epoch.
    ///
    /// # Errors
    /// It is not closed, or nothing is left to claim.
    pub async fn claim(&self, epoch: U256, account: Address) -> Result<Claimed, ContractsError> {
        let receipt = self.network.send("claiming rewards", self.rewards.claim(epoch, account).from(account)).await?;
        let claimed: IntelligenceRewards::RewardClaimed = event("claiming rewards", &receipt)?;
        Ok(Claimed { as_prover: claimed.proverReward, as_creator: claimed.creatorReward })
    }
}
