//! A prover's stake: it limits how many jobs the prover may hold at a time, and how much it is rewarded.

use crate::bindings::ProverStaking;
use crate::deploy::Contracts;
use crate::error::ContractsError;
use crate::market::event;
use alloy::primitives::{Address, U256};

/// What an account has at stake with a prover, and what the prover has in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Stake {
    /// What the account's bonded stake is worth.
    pub own: U256,
    /// Shares of the prover's pool that it is.
    pub shares: u128,
    /// Rewards that the account can claim of this prover.
    pub claimable: U256,
    /// Bonded stake with the prover, its own and delegated.
    pub bonded: U256,
    /// Stake with the prover that is on its way out.
    pub unbonding: U256,
    /// Jobs that the prover holds.
    pub locks: U256,
    /// The prover's commission, in 1/10,000.
    pub commission_bps: U256,
    /// Own stake that a prover needs.
    pub minimum: u128,
    /// Bonded stake that each job needs.
    pub per_lock: u128,
}

/// Stake on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Ticket {
    /// What it is withdrawn with.
    pub id: U256,
    /// Whose pool it is of.
    pub prover: Address,
    /// What it was worth when it began to unbond.
    pub amount: U256,
    /// From when on it can be withdrawn, in seconds.
    pub unlocks_at: u64,
}

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

    /// What `account` has with `prover`, and what the prover has.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn stake_of(&self, prover: Address, account: Address) -> Result<Stake, ContractsError> {
        let (n, staking, what) = (&self.network, &self.staking, "reading a stake");
        let parameters = n.view(what, staking.parameters()).await?;
        Ok(Stake {
            own: n.view(what, staking.stakeOf(prover, account)).await?,
            shares: n.view(what, staking.positionOf(prover, account)).await?.shares,
            claimable: n.view(what, staking.claimable(prover, account)).await?,
            bonded: self.bonded_stake(prover).await?,
            unbonding: n.view(what, staking.unbondingStake(prover)).await?,
            locks: n.view(what, staking.openLocks(prover)).await?,
            commission_bps: n.view(what, staking.commissionOf(prover)).await?,
            minimum: parameters.minimumStake,
            per_lock: parameters.stakePerLock,
        })
    }

    /// Begins to take `amount` of `account`'s stake with `prover` out, or all of it. What is taken is whole shares, rounded up, so
    /// that at least `amount` comes out.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn unbond(
        &self,
        account: Address,
        prover: Address,
        amount: Option<U256>,
    ) -> Result<Ticket, ContractsError> {
        let stake = self.stake_of(prover, account).await?;
        let held = U256::from(stake.shares);
        let shares = match amount {
            None => held,
            // More than there is stays more, and is the contract's to refuse.
            Some(amount) if stake.own.is_zero() || amount > stake.own => held + U256::from(1),
            Some(amount) => (amount * held).div_ceil(stake.own).min(held),
        };
        let receipt = self.network.send("unbonding", self.staking.unbond(prover, shares).from(account)).await?;
        let event: ProverStaking::Unbonding = event("unbonding", &receipt)?;
        let ProverStaking::Unbonding { ticketId: id, amount, unlocksAt, .. } = event;
        Ok(Ticket { id, prover, amount, unlocks_at: unlocksAt.saturating_to() })
    }

    /// Stake of `account` that is on its way out, from the events.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn tickets(&self, account: Address) -> Result<Vec<Ticket>, ContractsError> {
        let what = "reading unbonding stake";
        let begun = self.staking.Unbonding_filter().topic3(account).from_block(0).query().await;
        let begun = begun.map_err(|e| self.network.error(what, &e))?;
        let mut tickets = Vec::new();
        for (event, _) in begun {
            let ticket = self.network.view(what, self.staking.ticketOf(event.ticketId)).await?;
            // A ticket that was paid is gone.
            if ticket.account == account {
                let unlocks_at = event.unlocksAt.saturating_to();
                tickets.push(Ticket { id: event.ticketId, prover: event.prover, amount: event.amount, unlocks_at });
            }
        }
        Ok(tickets)
    }

    /// Pays a ticket out to its account. Gives the amount.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn withdraw_stake(&self, account: Address, ticket: U256) -> Result<U256, ContractsError> {
        let call = self.staking.withdraw(ticket, account).from(account);
        let receipt = self.network.send("withdrawing stake", call).await?;
        let event: ProverStaking::Withdrawn = event("withdrawing stake", &receipt)?;
        Ok(event.amount)
    }
}
