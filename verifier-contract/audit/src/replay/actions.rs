//! Which call an event tells of. Who called is in the event where it matters, and else nobody.

use super::{Player, Transaction};
use alloy::primitives::{Address, Bytes, U256};
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::bindings::inference_market::InferenceMarket::JobRequested;
use verin_contracts::events::Event as Told;
use verin_economy::market::Terms;
use verin_economy::{Action, Call, Event, auction, market, rewards, staking, treasury};

const NOBODY: Address = Address::ZERO;

/// An order's terms, as the rules have them.
fn terms(e: &JobRequested) -> Terms {
    let t = &e.terms;
    Terms {
        listing_id: crate::decode::small(t.listingId),
        record: t.recordHash,
        input_digest: t.inputDigest,
        verifier: t.verifier.0,
        token: t.token,
        owner_bps: t.ownerBps.into(),
        floor_price: U256::from(t.floorPrice),
        max_price: U256::from(t.maxPrice),
        bond: U256::from(t.bond),
        curve_start: t.curveStart,
        curve_seconds: t.curveSeconds.into(),
        lock_by: t.lockBy,
        prove_window: t.proveWindow.into(),
        deadline: t.deadline,
        direct: t.direct,
        callback: t.callback,
        callback_gas: t.callbackGas.into(),
    }
}

impl Player<'_> {
    /// The call that `event`, at `index`, tells of; nothing when it only follows from others. `alone`: nothing else in the
    /// transaction brought it about.
    pub(super) fn action(
        &mut self,
        tx: &mut Transaction<'_>,
        index: usize,
        event: &Event,
        alone: bool,
    ) -> Option<Action> {
        let (from, call) = match (event, alone) {
            (Event::Market(event), false) => self.market(tx, index, event)?,
            (Event::Rewards(event), false) => (NOBODY, Call::Rewards(Self::rewards(tx, event)?)),
            (Event::FeeAuction(event), false) => {
                let (from, call) = self.auction(event)?;
                (from, Call::FeeAuction(call))
            }
            (Event::SlashAuction(auction::Event::IncomeForwarded { .. }), false) => {
                let token = self.replay.state().network.token;
                self.gifts_before(tx, index, token, self.replay.state().network.slash_auction);
                (NOBODY, Call::SlashAuction(auction::Call::Forward))
            }
            (Event::SlashAuction(event), false) => {
                let (from, call) = self.auction(event)?;
                (from, Call::SlashAuction(call))
            }
            (Event::Staking(event), false) => self.staking(tx, index, event)?,
            (Event::Treasury(event), false) => self.treasury(tx, index, event)?,
            (Event::FeeAuction(auction::Event::PotIncreased { token, counted: false, .. }), true) => {
                self.gifts_before(tx, index, *token, self.replay.state().network.fee_auction);
                (NOBODY, Call::FeeAuction(auction::Call::Sync { token: *token }))
            }
            (Event::SlashAuction(auction::Event::PotIncreased { token, counted: false, .. }), true) => {
                self.gifts_before(tx, index, *token, self.replay.state().network.slash_auction);
                (NOBODY, Call::SlashAuction(auction::Call::Sync { token: *token }))
            }
            (Event::Staking(staking::Event::VotesSynced { prover, account, .. }), true) => {
                (NOBODY, Call::Staking(staking::Call::SyncVotes { prover: *prover, account: *account }))
            }
            (Event::Treasury(treasury::Event::IncomeReceived { token, from, amount, .. }), true) => {
                (*from, Call::Treasury(treasury::Call::ReceiveIncome { token: *token, amount: *amount }))
            }
            _ => return None,
        };
        Some(Action { from, call })
    }

    fn market(&self, tx: &mut Transaction<'_>, index: usize, event: &market::Event) -> Option<(Address, Call)> {
        use market::Call as C;
        use market::Event as E;
        let raw = match tx.entries.get(index).and_then(|entry| entry.event.as_ref()) {
            Some(Told::Market(raw)) => raw,
            _ => return None,
        };
        let state = self.replay.state();
        let of_job = |job| state.market.jobs.get(job);
        let (from, call) = match event {
            E::JobRequested { requester, .. } => {
                let Market::JobRequested(e) = raw else { return None };
                (*requester, C::Request { nonce: e.nonce, terms: Box::new(terms(e)), input: e.input.clone() })
            }
            E::CancelNoticed { job, .. } => {
                (of_job(job).map(|job| job.requester).unwrap_or_default(), C::NoticeCancel { job: *job })
            }
            E::JobCancelled { job, .. } => (NOBODY, C::Cancel { job: *job }),
            E::JobLocked { job, prover, payout, .. } => {
                (*prover, C::Lock { job: *job, min_price: U256::ZERO, payout: *payout })
            }
            E::JobReserved { job, prover, payout, .. } => {
                (*prover, C::Reserve { job: *job, min_price: U256::ZERO, payout: *payout })
            }
            E::InputDelivered { job, .. } => {
                let Market::InputDelivered(e) = raw else { return None };
                let requester = of_job(job).map(|job| job.requester).unwrap_or_default();
                (requester, C::Deliver { job: *job, ciphertext: e.ciphertext.clone() })
            }
            E::InputAcknowledged { job, prover, .. } => (*prover, C::Acknowledge { job: *job }),
            E::DeliveryMissed { job, .. } | E::AcknowledgementMissed { job, .. } => {
                (NOBODY, C::EndReservation { job: *job })
            }
            E::JobFulfilled { job, payout, .. } | E::JobFulfilledLate { job, payout, .. } => {
                (NOBODY, self.fulfil(tx, *job, *payout))
            }
            E::JobRefunded { job, .. } => (NOBODY, C::Refund { job: *job }),
            E::JobExpired { job, .. } => (NOBODY, C::Expire { job: *job }),
            E::JobVoided { job, .. } => (NOBODY, C::VoidJob { job: *job }),
            E::CallbackRetried { job, .. } => {
                let output = self.jobs.outputs.get(job).cloned().unwrap_or_default();
                (NOBODY, C::RetryCallback { job: *job, output })
            }
            E::WorkRetried { token, payout, fees } => {
                let sum = |work: &market::Work| work.fees.iter().fold(U256::ZERO, |sum, fee| sum.saturating_add(*fee));
                let fits = |work: &&market::Work| work.token == *token && work.payout == *payout && sum(work) == *fees;
                let none = || market::Work { token: *token, payout: *payout, creators: Vec::new(), fees: vec![*fees] };
                let work = state.market.deferred.keys().find(fits).cloned().unwrap_or_else(none);
                (NOBODY, C::RetryWork { work })
            }
            E::Withdrawn { account, token, .. } if *account == state.network.slash_auction => {
                return Some((NOBODY, Call::SlashAuction(auction::Call::Pull { token: *token })));
            }
            E::Withdrawn { account, token, to, .. } => (*account, C::Withdraw { token: *token, to: *to }),
            E::CollateralDeposited { account, token, amount } => {
                (*account, C::DepositCollateral { token: *token, amount: *amount })
            }
            E::CollateralWithdrawn { account, token, to, amount } => {
                (*account, C::WithdrawCollateral { token: *token, amount: *amount, to: *to })
            }
            E::IncomeSent { token, .. } => (NOBODY, C::SendIncome { token: *token }),
            E::CallbackFailed { .. } | E::WorkDeferred { .. } => return None,
        };
        Some((from, Call::Market(call)))
    }

    /// The call that settled a job: as it was sent, or else as far as events tell of it.
    fn fulfil(&self, tx: &mut Transaction<'_>, job: alloy::primitives::B256, payout: Address) -> market::Call {
        let transaction = tx.entries.first().map(|entry| entry.at.transaction).unwrap_or_default();
        let calls = self.calls.of(transaction);
        let fits = |(at, call): &(usize, &crate::seals::Fulfil)| {
            !tx.fulfilled.contains(at) && call.jobs.contains(&job) && call.payout == payout
        };
        if let Some((at, call)) = calls.iter().enumerate().find(fits) {
            tx.fulfilled.insert(at);
            let (jobs, input, output) = (call.jobs.clone(), call.input.clone(), call.output.clone());
            return market::Call::Fulfil { jobs, input, output, payout };
        }
        let record = |job| self.replay.state().market.jobs.get(job).map(|job: &market::Job| job.terms.record);
        let of = record(&job);
        let mut jobs = Vec::new();
        for event in tx.told.iter().flatten() {
            match event {
                Event::Market(
                    market::Event::JobFulfilled { job, payout: to, .. }
                    | market::Event::JobFulfilledLate { job, payout: to, .. },
                ) if *to == payout && record(job) == of => jobs.push(*job),
                _ => {}
            }
        }
        let join = |parts: &std::collections::BTreeMap<_, Bytes>| {
            jobs.iter().filter_map(|job| parts.get(job)).flat_map(|part| part.to_vec()).collect::<Vec<u8>>().into()
        };
        let (input, output) = (join(&self.jobs.inputs), join(&self.jobs.outputs));
        market::Call::Fulfil { jobs, input, output, payout }
    }

    fn rewards(tx: &Transaction<'_>, event: &rewards::Event) -> Option<rewards::Call> {
        use rewards::Event as E;
        Some(match event {
            E::EpochClosed { .. } => {
                let closed = tx.told.iter().flatten().filter_map(|event| match event {
                    Event::Rewards(E::EpochClosed { epoch, .. }) => Some(*epoch),
                    _ => None,
                });
                rewards::Call::CloseThrough { epoch: closed.max()? }
            }
            E::RewardClaimed { epoch, account, tokens, .. } => {
                rewards::Call::Claim { epoch: *epoch, account: *account, tokens: Some(tokens.clone()) }
            }
            E::FeesCollected { token, .. } => rewards::Call::Collect { token: *token },
            E::IncomeForwarded { .. } => rewards::Call::Forward,
            E::RewardShareSet { bps, .. } => rewards::Call::SetRewardShare { bps: *bps },
            E::WorkRecorded { .. } | E::FeesUncollected { .. } | E::ProceedsRecorded { .. } => return None,
        })
    }

    fn auction(&self, event: &auction::Event) -> Option<(Address, auction::Call)> {
        let governor = self.replay.state().network.governor;
        Some(match *event {
            auction::Event::PotSold { token, buyer, to, amount, .. } => {
                (buyer, auction::Call::Buy { token, amount, max_price: U256::MAX, to })
            }
            auction::Event::TermsSet { token, terms } => (governor, auction::Call::SetTerms { token, terms }),
            auction::Event::StartMultipleSet { multiple } => (governor, auction::Call::SetStartMultiple { multiple }),
            auction::Event::PotIncreased { .. }
            | auction::Event::AnchorChanged { .. }
            | auction::Event::IncomeForwarded { .. } => return None,
        })
    }

    fn staking(&self, tx: &Transaction<'_>, index: usize, event: &staking::Event) -> Option<(Address, Call)> {
        use staking::Call as C;
        use staking::Event as E;
        let state = self.replay.state();
        let (from, call) = match *event {
            E::Staked { prover, account, amount, .. } => (account, C::Stake { prover, amount }),
            E::Unbonding { prover, account, shares, .. } => (account, C::Unbond { prover, shares }),
            E::Withdrawn { ticket, account, to, .. } => (account, C::Withdraw { ticket, to }),
            E::Slashed { prover, bonded, unbonding, reason } => {
                let slasher = state.staking.slashers.first().copied().unwrap_or_default();
                (slasher, C::Slash { prover, amount: bonded.saturating_add(unbonding), reason })
            }
            E::CommissionChanged { prover, bps, .. } => (prover, C::SetCommission { bps }),
            E::RewardDistributed { prover, amount, .. } => {
                let staking = state.network.staking;
                let paid = tx.entries.iter().filter_map(|entry| entry.moved);
                let from = paid.filter(|m| m.to == staking && m.amount == amount).map(|m| m.from).next();
                (from.unwrap_or_default(), C::DistributeReward { prover, amount })
            }
            E::RewardClaimed { account, to, .. } => {
                let before = tx.told.iter().take(index).flatten();
                let mut accrued = before.filter_map(|event| match event {
                    Event::Staking(E::RewardAccrued { prover, account: of, .. }) if *of == account => Some(*prover),
                    _ => None,
                });
                (account, C::ClaimReward { prover: accrued.next_back().unwrap_or_default(), to })
            }
            E::VotesSynced { .. } | E::RewardAccrued { .. } | E::LockOpened { .. } | E::LockClosed { .. } => {
                return None;
            }
        };
        Some((from, Call::Staking(call)))
    }

    fn treasury(&self, tx: &Transaction<'_>, index: usize, event: &treasury::Event) -> Option<(Address, Call)> {
        use treasury::Call as C;
        use treasury::Event as E;
        let state = self.replay.state();
        let time = tx.entries.get(index)?.time;
        let (governor, beneficiary) = (state.network.governor, state.treasury.beneficiary(time));
        let (from, call) = match *event {
            E::IncomeReceived { .. } => return None,
            E::DonationReceived { token, from, amount } => (from, C::Donate { token, amount }),
            E::Spent { token, to, amount } => (governor, C::Spend { token, to, amount }),
            E::EducationWithdrawn { token, to, .. } => (beneficiary, C::WithdrawEducation { token, to }),
            E::BeneficiaryChanged { beneficiary: next, effective_at } if effective_at == time => {
                (beneficiary, C::TransferBeneficiary { next })
            }
            E::BeneficiaryChanged { beneficiary: next, .. } => (governor, C::AppointBeneficiary { next }),
        };
        Some((from, Call::Treasury(call)))
    }

    /// Books what was sent to a contract earlier in this transaction: the next call counts what it has.
    fn gifts_before(&mut self, tx: &mut Transaction<'_>, index: usize, token: Address, to: Address) {
        let sent = tx.entries.iter().take(index).filter_map(|entry| entry.moved);
        let sent = sent.filter(|m| m.token == token && m.to == to && !self.parties.contains(&m.from));
        let sent = sent.fold(U256::ZERO, |sum, m| sum.saturating_add(m.amount));
        let explained =
            tx.moves.iter().filter(|((t, from, into), _)| *t == token && *into == to && !self.parties.contains(from));
        let explained = explained.fold(U256::ZERO, |sum, (_, amount)| sum.saturating_add(*amount));
        let given = tx.given.get(&(token, to)).copied().unwrap_or_default();
        let gift = sent.saturating_sub(explained).saturating_sub(given);
        *tx.given.entry((token, to)).or_default() += gift;
        self.give(token, to, gift);
    }
}
