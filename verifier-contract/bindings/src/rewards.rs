//! Closing an epoch and claiming for it; what the treasury gets.

use crate::bindings::{InferenceMarket, IntelligenceRewards, SlashAuction};
use crate::deploy::Contracts;
use crate::error::ContractsError;
use crate::market::event;
use alloy::primitives::{Address, U256};

/// Length of an epoch, in seconds.
pub const EPOCH: u64 = 7 * 24 * 60 * 60;
/// How long after its end an epoch's fees are for sale, in seconds; then it can be closed.
pub const AUCTION_WINDOW: u64 = 24 * 60 * 60;

/// The books of a closed epoch, in network tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What its fees brought.
    pub proceeds: U256,
    /// What may be claimed for it.
    pub rewards: U256,
    /// What was destroyed.
    pub burned: U256,
    /// What is the treasury's.
    pub to_treasury: U256,
}

/// What an account claimed for an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// For proving.
    pub as_prover: U256,
    /// For listings.
    pub as_creator: U256,
    /// What the limit that the stake sets withheld.
    pub withheld: U256,
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
    /// Its fees are still for sale, or it was closed before.
    pub async fn close(&self, from: Address, epoch: U256) -> Result<Closed, ContractsError> {
        let receipt = self.network.send("closing the epoch", self.rewards.closeThrough(epoch).from(from)).await?;
        let closed: IntelligenceRewards::EpochClosed = event("closing the epoch", &receipt)?;
        ContractsError::check("closed epoch", epoch, closed.epoch)?;
        let IntelligenceRewards::EpochClosed { proceeds, rewards, burned, toTreasury: to_treasury, .. } = closed;
        Ok(Closed { proceeds, rewards, burned, to_treasury })
    }

    /// Pays `account` for its work in a closed epoch.
    ///
    /// # Errors
    /// It is not closed, or nothing is left to claim.
    pub async fn claim(&self, epoch: U256, account: Address) -> Result<Claimed, ContractsError> {
        let receipt = self.network.send("claiming rewards", self.rewards.claim_1(epoch, account).from(account)).await?;
        let claimed: IntelligenceRewards::RewardClaimed = event("claiming rewards", &receipt)?;
        Ok(Claimed { as_prover: claimed.proverReward, as_creator: claimed.creatorReward, withheld: claimed.withheld })
    }

    /// The first epoch that is not closed.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn next_to_close(&self) -> Result<U256, ContractsError> {
        self.network.view("reading the books", self.rewards.nextToClose()).await
    }

    /// What `account` can claim for an epoch; nothing while it is not closed.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn claimable(&self, epoch: U256, account: Address) -> Result<U256, ContractsError> {
        self.network.view("reading what can be claimed", self.rewards.claimable(epoch, account)).await
    }

    /// Closed epochs for which something is left for `account`, with the amounts.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn unclaimed(&self, account: Address) -> Result<Vec<(u64, U256)>, ContractsError> {
        let end: u64 = self.next_to_close().await?.saturating_to();
        let mut found = Vec::new();
        for epoch in 0..end {
            let amount = self.claimable(U256::from(epoch), account).await?;
            if !amount.is_zero() {
                found.push((epoch, amount));
            }
        }
        Ok(found)
    }

    /// When an epoch can be closed, in seconds.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn closable_at(&self, epoch: U256) -> Result<u64, ContractsError> {
        let start = self.network.view("reading the calendar", self.rewards.start()).await?;
        let end = start + (epoch + U256::from(1)) * U256::from(EPOCH);
        Ok((end + U256::from(AUCTION_WINDOW)).saturating_to())
    }

    /// Closes all epochs whose time has come. Gives how many they were.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn close_due(&self, from: Address) -> Result<u64, ContractsError> {
        let (first, clock) = (self.next_to_close().await?, self.network.clock().await?);
        let mut end = first;
        while self.closable_at(end).await? <= clock {
            end += U256::from(1);
        }
        if end > first {
            let call = self.rewards.closeThrough(end - U256::from(1)).from(from);
            self.network.send("closing epochs", call).await?;
        }
        Ok((end - first).saturating_to())
    }

    /// Hands the treasury its part of closed epochs. Gives the amount.
    ///
    /// # Errors
    /// There is nothing to hand over.
    pub async fn forward_income(&self, from: Address) -> Result<U256, ContractsError> {
        let what = "forwarding income to the treasury";
        let receipt = self.network.send(what, self.rewards.forward().from(from)).await?;
        let forwarded: IntelligenceRewards::IncomeForwarded = event(what, &receipt)?;
        Ok(forwarded.amount)
    }

    /// Sends what the market keeps for the treasury. Gives the amount.
    ///
    /// # Errors
    /// There is nothing to send.
    pub async fn send_income(&self, from: Address) -> Result<U256, ContractsError> {
        let what = "sending income to the treasury";
        let receipt = self.network.send(what, self.market.sendIncome(*self.token.address()).from(from)).await?;
        let sent: InferenceMarket::IncomeSent = event(what, &receipt)?;
        Ok(sent.amount)
    }

    /// Takes what the market credits the slash auction in network tokens, which need no sale, and hands it to the treasury. Gives the
    /// amount.
    ///
    /// # Errors
    /// There is nothing.
    pub async fn forward_slashes(&self, from: Address) -> Result<U256, ContractsError> {
        let what = "forwarding slashed collateral to the treasury";
        self.network.send(what, self.slash_auction.pull(*self.token.address()).from(from)).await?;
        let receipt = self.network.send(what, self.slash_auction.forward().from(from)).await?;
        let forwarded: SlashAuction::IncomeForwarded = event(what, &receipt)?;
        Ok(forwarded.amount)
    }
}
