//! A prover's stake: it limits how many jobs the prover may hold at a time, and how much it is rewarded.

use crate::bindings::ProverStaking;
use crate::deploy::Contracts;
use crate::error::ContractsError;
use crate::market::event;
use alloy::primitives::{Address, U256};

impl Contracts {
    /// Stakes `amount` of `from`'s tokens with `prover`, itself or another; approves them first. Gives the shares of the pool.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn stake(&self, from: Address, prover: Address, amount: U256) -> Result<U256, ContractsError> {
        self.approve(from, *self.staking.address(), amount).await?;
        let receipt = self.network.send("staking", self.staking.stake(prover, amount).from(from)).await?;
        let staked: ProverStaking::Staked = event("staking", &receipt)?;
        Ok(staked.shares)
    }

    /// Bonded stake with a prover, its own and delegated.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn bonded_stake(&self, prover: Address) -> Result<U256, ContractsError> {
        self.network.view("reading a stake", self.staking.bondedStake(prover)).await
    }
}
