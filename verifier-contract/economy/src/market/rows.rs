//! Rows 1 to 9 and 13 to 15: all but those that a proof settles.

use super::{CANCEL_NOTICE, End, Event, Job, MAX_CALLBACK_GAS, MAX_LIFETIME, Stage, Take, Terms};
use crate::refusal::{Refusal, require};
use crate::{State, formulas};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

impl State {
    /// Row 1.
    pub(super) fn request(
        &mut self,
        requester: Address,
        nonce: U256,
        terms: &Terms,
        input: &Bytes,
    ) -> Result<(), Refusal> {
        require(self.market.nonces.insert((requester, nonce)), Refusal::NonceUsed)?;
        self.check_listing(terms)?;
        let lives = self.time <= terms.lock_by
            && terms.lock_by + terms.prove_window <= terms.deadline
            && terms.deadline <= self.time + MAX_LIFETIME;
        require(lives, Refusal::BadTimes)?;
        require(!self.registry.is_tombstoned(terms.verifier), Refusal::TombstonedVerifier)?;
        self.check_not_stopped(terms)?;
        let is_private = self.check_input(terms, input)?;

        let rules = self.market.rules.get(&terms.token).copied().unwrap_or_default();
        require(rules.allowed, Refusal::TokenNotAllowed)?;
        let bonded = if is_private { terms.bond >= rules.bond_floor } else { terms.bond.is_zero() };
        require(bonded, Refusal::BadBond)?;
        require(!(is_private && terms.direct), Refusal::PrivateAndDirect)?;
        require(terms.callback_gas <= MAX_CALLBACK_GAS, Refusal::BadCallbackGas)?;

        let job = terms.job_id(self.network.chain_id, self.network.market, requester, nonce);
        let collateral = terms.max_price.max(rules.collateral_floor);
        let requested = Job {
            requester,
            terms: terms.clone(),
            is_private,
            collateral,
            ack_window: self.market.ack_window,
            stage: Stage::Open,
            cancel_at: None,
            to_call_back: None,
        };
        self.market.jobs.insert(job, requested);
        let (token, escrow) = (terms.token, terms.escrow());
        self.market_tells(Event::JobRequested { job, requester, token, escrow, collateral });
        self.pull(token, requester, escrow)
    }

    /// The order is what the listing offers now.
    fn check_listing(&self, terms: &Terms) -> Result<(), Refusal> {
        let listing = self.registry.listings.get(&terms.listing_id).ok_or(Refusal::ERC721NonexistentToken)?;
        require(!listing.deprecated, Refusal::ListingDeprecated)?;
        require(listing.record == terms.record, Refusal::RecordMismatch)?;
        require(listing.owner_bps == terms.owner_bps, Refusal::OwnerShareChanged)?;
        require(listing.verifier == terms.verifier, Refusal::VerifierMismatch)?;
        require(listing.token == terms.token, Refusal::TokenMismatch)?;
        let priced = listing.price <= terms.floor_price && terms.floor_price <= terms.max_price;
        require(priced, Refusal::BadPrice)
    }

    /// The input is one that can be proved. Gives whether something is handed over.
    fn check_input(&self, terms: &Terms, input: &Bytes) -> Result<bool, Refusal> {
        let record = &self.registry.records[&terms.record];
        require(!record.is_refused(), Refusal::OutputNotOpenable)?;
        require(input.len() == record.input_bytes, Refusal::BadInputLength)?;
        require(keccak256(input) == terms.input_digest, Refusal::InputMismatch)?;
        require(record.is_in_range(input), Refusal::InputOutOfRange)?;
        Ok(record.is_private())
    }

    /// Row 2.
    pub(super) fn notice_cancel(&mut self, from: Address, job: B256) -> Result<(), Refusal> {
        let (open, _) = self.open_job(job)?;
        require(from == open.requester, Refusal::NotAllowed)?;
        require(open.cancel_at.is_none(), Refusal::AlreadyNoticed)?;
        let cancel_at = self.time + CANCEL_NOTICE;
        self.job_mut(job).cancel_at = Some(cancel_at);
        self.market_tells(Event::CancelNoticed { job, cancel_at });
        Ok(())
    }

    /// Row 3.
    pub(super) fn cancel(&mut self, job: B256) -> Result<(), Refusal> {
        let (open, _) = self.open_job(job)?;
        require(open.cancel_at.is_some_and(|last| self.time > last), Refusal::TooEarly)?;
        let refund = self.return_escrow(job, &open, End::Cancelled);
        self.market_tells(Event::JobCancelled { job, requester: open.requester, refund });
        Ok(())
    }

    /// Row 14.
    pub(super) fn expire(&mut self, job: B256) -> Result<(), Refusal> {
        let (open, limit) = self.open_job(job)?;
        require(self.time > limit, Refusal::TooEarly)?;
        let refund = self.return_escrow(job, &open, End::Expired);
        self.market_tells(Event::JobExpired { job, requester: open.requester, refund });
        Ok(())
    }

    fn return_escrow(&mut self, job: B256, ended: &Job, end: End) -> U256 {
        self.job_mut(job).stage = Stage::Ended(end);
        self.credit(ended.requester, ended.terms.token, ended.terms.escrow());
        ended.terms.escrow()
    }

    /// What rows 4 and 5 have in common.
    fn take(&self, prover: Address, job: B256, min_price: U256, payout: Address) -> Result<(Job, Take), Refusal> {
        let (open, limit) = self.open_job(job)?;
        self.check_recipient(payout)?;
        require(self.time <= limit && open.is_uncancelled(self.time), Refusal::TooLate)?;
        self.check_not_stopped(&open.terms)?;
        let price = open.terms.price_at(self.time);
        require(price >= min_price, Refusal::PriceTooLow)?;
        Ok((open, Take { prover, payout, price }))
    }

    /// What rows 4 and 7 have in common: the change goes back, collateral is held.
    fn begin_lock(&mut self, job: B256, taken: &Job, take: Take) -> Result<(), Refusal> {
        let Take { prover, payout, price } = take;
        let (token, collateral, change) = (taken.terms.token, taken.collateral, taken.terms.max_price - price);
        let lock_end = self.time + taken.terms.prove_window;
        self.job_mut(job).stage = Stage::Locked(take, lock_end);
        self.credit(taken.requester, token, change);
        self.hold(prover, token, collateral)?;
        self.market_tells(Event::JobLocked { job, prover, payout, price, change, collateral, lock_end });
        Ok(())
    }

    /// Row 4.
    pub(super) fn lock(&mut self, prover: Address, job: B256, min_price: U256, payout: Address) -> Result<(), Refusal> {
        let (open, take) = self.take(prover, job, min_price, payout)?;
        require(!open.is_private, Refusal::WrongKind)?;
        self.begin_lock(job, &open, take)?;
        self.open_lock(prover)
    }

    /// Row 5.
    pub(super) fn reserve(
        &mut self,
        prover: Address,
        job: B256,
        min_price: U256,
        payout: Address,
    ) -> Result<(), Refusal> {
        let (open, take) = self.take(prover, job, min_price, payout)?;
        require(open.is_private, Refusal::WrongKind)?;
        let key = self.market.keys.get(&prover).copied().unwrap_or_default();
        require(!key.is_zero(), Refusal::NoKey)?;
        require(self.time + 2 * open.ack_window <= open.terms.lock_by, Refusal::TooLate)?;
        let (bond, until) = (open.terms.bond, self.time + open.ack_window);
        self.job_mut(job).stage = Stage::Reserved(take, self.time);
        self.hold(prover, open.terms.token, bond)?;
        self.market_tells(Event::JobReserved { job, prover, payout, price: take.price, bond, key, until });
        self.open_lock(prover)
    }

    /// Row 6.
    pub(super) fn deliver(&mut self, from: Address, job: B256, ciphertext: &Bytes) -> Result<(), Refusal> {
        let (reserved, limit) = self.live(job)?;
        let Stage::Reserved(take, _) = reserved.stage else { return Err(Refusal::WrongStatus) };
        require(from == reserved.requester, Refusal::NotAllowed)?;
        require(!ciphertext.is_empty(), Refusal::EmptyCiphertext)?;
        require(self.time <= limit, Refusal::TooLate)?;
        self.check_not_stopped(&reserved.terms)?;
        self.job_mut(job).stage = Stage::Delivered(take, self.time);
        self.market_tells(Event::InputDelivered { job, until: self.time + reserved.ack_window });
        Ok(())
    }

    /// Row 7.
    pub(super) fn acknowledge(&mut self, from: Address, job: B256) -> Result<(), Refusal> {
        let (delivered, limit) = self.live(job)?;
        let Stage::Delivered(take, _) = delivered.stage else { return Err(Refusal::WrongStatus) };
        require(from == take.prover, Refusal::NotAllowed)?;
        require(self.time <= limit, Refusal::TooLate)?;
        self.check_not_stopped(&delivered.terms)?;
        let (token, bond) = (delivered.terms.token, delivered.terms.bond);
        self.credit(delivered.requester, token, bond);
        self.release(from, token, bond);
        self.market_tells(Event::InputAcknowledged { job, prover: from, bond });
        self.begin_lock(job, &delivered, take)
    }

    /// Rows 8 and 9: whose turn it was loses its bond; the prover's silence costs the requester its own as well, for
    /// nobody can tell whether what was delivered opens the commitment.
    pub(super) fn end_reservation(&mut self, job: B256) -> Result<(), Refusal> {
        let (ended, limit) = self.live(job)?;
        let (Stage::Reserved(take, _) | Stage::Delivered(take, _)) = ended.stage else {
            return Err(Refusal::WrongStatus);
        };
        require(self.time > limit, Refusal::TooEarly)?;
        require(self.stopped_in_window(&ended).is_none(), Refusal::VoidInstead)?;
        let (requester, prover) = (ended.requester, take.prover);
        let (token, refund, bond) = (ended.terms.token, ended.terms.max_price, ended.terms.bond);
        self.job_mut(job).stage = Stage::Ended(End::Cancelled);
        self.credit(requester, token, refund);
        self.slash(token, bond);
        if matches!(ended.stage, Stage::Reserved(..)) {
            self.release(prover, token, bond);
            self.market_tells(Event::DeliveryMissed { job, requester, prover, refund, bond });
        } else {
            self.slash(token, bond);
            self.market_tells(Event::AcknowledgementMissed { job, requester, prover, refund, bond });
        }
        self.close_lock(prover)
    }

    /// Row 13.
    pub(super) fn refund(&mut self, job: B256) -> Result<(), Refusal> {
        let (ended, limit) = self.live(job)?;
        let Stage::Locked(take, _) = ended.stage else { return Err(Refusal::WrongStatus) };
        require(self.time > limit, Refusal::TooEarly)?;
        require(self.stopped_in_window(&ended).is_none(), Refusal::VoidInstead)?;
        let (requester, token, refund) = (ended.requester, ended.terms.token, take.price);
        let (income, slashed) = formulas::halves(ended.collateral);
        self.job_mut(job).stage = Stage::Ended(End::Refunded);
        self.credit(requester, token, refund);
        self.market.income.add(token, income);
        self.slash(token, slashed);
        self.market_tells(Event::JobRefunded { job, requester, refund, income, slashed });
        self.close_lock(take.prover)
    }

    /// Row 15: everybody gets back what the job holds.
    pub(super) fn void_job(&mut self, job: B256) -> Result<(), Refusal> {
        let (ended, _) = self.live(job)?;
        let stopped_at = self.stopped_in_window(&ended).ok_or(Refusal::NotVoidable)?;
        let (prover, refund, collateral) = match ended.stage {
            Stage::Reserved(take, _) | Stage::Delivered(take, _) => {
                (Some(take.prover), ended.terms.escrow(), ended.terms.bond)
            }
            Stage::Locked(take, _) => (Some(take.prover), take.price, ended.collateral),
            Stage::Open | Stage::Ended(_) => (None, ended.terms.escrow(), U256::ZERO),
        };
        let (requester, token) = (ended.requester, ended.terms.token);
        self.job_mut(job).stage = Stage::Ended(End::Voided);
        self.credit(requester, token, refund);
        if let Some(prover) = prover {
            self.release(prover, token, collateral);
        }
        let named = prover.unwrap_or_default();
        self.market_tells(Event::JobVoided { job, requester, prover: named, refund, collateral, stopped_at });
        prover.map_or(Ok(()), |prover| self.close_lock(prover))
    }
}
