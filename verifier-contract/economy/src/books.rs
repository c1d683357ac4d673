//! The market's books from its events alone: what an auditor can know of every account without asking a node for state.

use crate::amounts::Amounts;
use crate::market::Event;
use alloy_primitives::{Address, B256, U256};
use std::collections::BTreeMap;

/// Credits, free collateral and pots, as the market has them. Keys are of account and token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What can be withdrawn.
    pub credits: Amounts<(Address, Address)>,
    /// Collateral that no job holds.
    pub free: Amounts<(Address, Address)>,
    /// By token: the treasury's.
    pub income: Amounts<Address>,
    /// By token: fees of work that waits to be recorded.
    pub deferred_fees: Amounts<Address>,
    /// By job: price, bonds and collateral that it holds.
    pub held: Amounts<B256>,
    slash_auction: Address,
    jobs: BTreeMap<B256, Parties>,
}

/// Who a job is between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Parties {
    token: Address,
    requester: Address,
    prover: Address,
}

impl Books {
    /// Books of a market that credits `slash_auction` with what is slashed.
    pub fn new(slash_auction: Address) -> Self {
        Self { slash_auction, ..Self::default() }
    }

    /// Enters an event.
    ///
    /// # Errors
    /// What the event says cannot be: it pays out what nobody has paid in.
    pub fn enter(&mut self, event: &Event) -> Result<(), String> {
        self.try_enter(event).ok_or_else(|| format!("{event:?} pays out what is not there"))
    }

    fn try_enter(&mut self, event: &Event) -> Option<()> {
        match *event {
            Event::JobRequested { job, requester, token, escrow, .. } => {
                self.jobs.insert(job, Parties { token, requester, prover: Address::ZERO });
                self.held.add(job, escrow);
            }
            Event::JobCancelled { job, refund, .. } | Event::JobExpired { job, refund, .. } => {
                self.pay_requester(job, refund)?;
            }
            Event::JobReserved { job, prover, bond, .. } => self.hold(job, prover, bond)?,
            Event::InputAcknowledged { job, bond, .. } => {
                self.pay_requester(job, bond)?;
                self.release(job, bond)?;
            }
            Event::JobLocked { job, prover, change, collateral, .. } => {
                self.pay_requester(job, change)?;
                self.hold(job, prover, collateral)?;
            }
            Event::DeliveryMissed { job, refund, bond, .. } => {
                self.pay_requester(job, refund)?;
                self.pay(job, self.slash_auction, bond)?;
                self.release(job, bond)?;
            }
            Event::AcknowledgementMissed { job, refund, bond, .. } => {
                self.pay_requester(job, refund)?;
                self.pay(job, self.slash_auction, bond + bond)?;
            }
            Event::JobFulfilled { job, payout, receiver, prover_amount, owner_amount, fee, change, collateral } => {
                self.pay_requester(job, change)?;
                self.pay(job, payout, prover_amount)?;
                self.pay(job, receiver, owner_amount)?;
                self.take(job, fee)?;
                self.release(job, collateral)?;
            }
            Event::JobFulfilledLate { job, payout, refund, bounty, slashed, .. } => {
                self.pay_requester(job, refund)?;
                self.pay(job, payout, bounty)?;
                self.pay(job, self.slash_auction, slashed)?;
            }
            Event::JobRefunded { job, refund, income, slashed, .. } => {
                self.pay_requester(job, refund)?;
                self.income.add(self.jobs.get(&job)?.token, income);
                self.take(job, income)?;
                self.pay(job, self.slash_auction, slashed)?;
            }
            Event::JobVoided { job, refund, collateral, .. } => {
                self.pay_requester(job, refund)?;
                self.release(job, collateral)?;
            }
            Event::WorkDeferred { ref work } => {
                for fee in &work.fees {
                    self.deferred_fees.add(work.token, *fee);
                }
            }
            Event::WorkRetried { token, fees, .. } => self.deferred_fees.take(token, fees).then_some(())?,
            Event::Withdrawn { account, token, amount, .. } => {
                self.credits.take((account, token), amount).then_some(())?;
            }
            Event::CollateralDeposited { account, token, amount } => self.free.add((account, token), amount),
            Event::CollateralWithdrawn { account, token, amount, .. } => {
                self.free.take((account, token), amount).then_some(())?;
            }
            Event::IncomeSent { token, amount } => self.income.take(token, amount).then_some(())?,
            Event::CancelNoticed { .. }
            | Event::InputDelivered { .. }
            | Event::CallbackFailed { .. }
            | Event::CallbackRetried { .. } => {}
        }
        Some(())
    }

    fn take(&mut self, job: B256, amount: U256) -> Option<()> {
        self.held.take(job, amount).then_some(())
    }

    fn pay(&mut self, job: B256, to: Address, amount: U256) -> Option<()> {
        self.take(job, amount)?;
        self.credits.add((to, self.jobs.get(&job)?.token), amount);
        Some(())
    }

    fn pay_requester(&mut self, job: B256, amount: U256) -> Option<()> {
        self.pay(job, self.jobs.get(&job)?.requester, amount)
    }

    fn hold(&mut self, job: B256, prover: Address, amount: U256) -> Option<()> {
        let parties = self.jobs.get_mut(&job)?;
        parties.prover = prover;
        self.free.take((prover, parties.token), amount).then_some(())?;
        self.held.add(job, amount);
        Some(())
    }

    fn release(&mut self, job: B256, amount: U256) -> Option<()> {
        self.take(job, amount)?;
        let Parties { token, prover, .. } = *self.jobs.get(&job)?;
        self.free.add((prover, token), amount);
        Some(())
    }
}
