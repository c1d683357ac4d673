//! Rows 10 to 12: what a proof settles, item by item, and what follows: fees, records of work, callbacks.

use super::{End, Event, Job, Stage, Take, Work};
use crate::refusal::{Refusal, require};
use crate::{State, formulas};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

/// How an item of a batch is settled.
enum Row {
    /// 10.
    Direct,
    /// 11.
    OnTime(Take),
    /// 12.
    Late(Take),
}

impl State {
    /// A batch that is proved settles all its items that can be settled for `payout` in this second.
    pub(super) fn fulfil(
        &mut self,
        jobs: &[B256],
        input: &Bytes,
        output: &Bytes,
        payout: Address,
    ) -> Result<(), Refusal> {
        self.check_recipient(payout)?;
        let output_bytes = self.check_statement(jobs, input, output, payout)?;
        let mut paid: Vec<(Address, Address, U256)> = Vec::new();
        let mut settled = Vec::new();
        for (job, output) in jobs.iter().zip(output.chunks(output_bytes)) {
            let Some((ended, row)) = self.row_of(*job, payout) else { continue };
            match row {
                Row::Direct => {
                    let price = ended.terms.price_at(self.time);
                    paid.push(self.settle_paid(*job, &ended, price, payout, None)?);
                }
                Row::OnTime(take) => {
                    paid.push(self.settle_paid(*job, &ended, take.price, payout, Some(take.prover))?);
                }
                Row::Late(take) => self.settle_late(*job, &ended, take, payout)?,
            }
            settled.push((*job, ended.terms.callback, keccak256(output)));
        }
        self.record_paid(payout, &paid);
        for (job, callback, output) in settled {
            if self.market.deaf.contains(&callback) {
                self.job_mut(job).to_call_back = Some(output);
                self.market_tells(Event::CallbackFailed { job, callback });
            }
        }
        Ok(())
    }

    /// All items are of one record and one verifier, with the inputs that were asked for, and one at least can be settled.
    /// Gives the bytes of an output.
    fn check_statement(&self, jobs: &[B256], input: &Bytes, output: &Bytes, payout: Address) -> Result<usize, Refusal> {
        let first = jobs.iter().find(|job| !job.is_zero()).ok_or(Refusal::NothingToFulfil)?;
        let terms = &self.job(*first).ok_or(Refusal::UnknownJob)?.terms;
        let record = &self.registry.records[&terms.record];
        require(input.len() == jobs.len() * record.input_bytes, Refusal::BadInputLength)?;
        require(output.len() == jobs.len() * record.output_bytes, Refusal::BadOutputLength)?;
        for (slot, (job, input)) in jobs.iter().zip(input.chunks(record.input_bytes)).enumerate() {
            if job.is_zero() {
                // Of a hidden input the prover chooses what the slot commits to.
                let unused = record.input_range.is_none() || input.iter().all(|byte| *byte == 0);
                require(unused, Refusal::UnusedSlotNotZero)?;
                continue;
            }
            let asked = &self.job(jobs[slot]).ok_or(Refusal::UnknownJob)?.terms;
            require((asked.record, asked.verifier) == (terms.record, terms.verifier), Refusal::MixedRecords)?;
            require(keccak256(input) == asked.input_digest, Refusal::InputMismatch)?;
        }
        require(jobs.iter().any(|job| self.row_of(*job, payout).is_some()), Refusal::NothingToFulfil)?;
        self.check_not_stopped(terms)?;
        Ok(record.output_bytes)
    }

    fn row_of(&self, job: B256, payout: Address) -> Option<(Job, Row)> {
        let job = self.job(job)?;
        let row = match job.stage {
            Stage::Open => {
                let due = job.terms.direct && self.time <= job.terms.lock_by && job.is_uncancelled(self.time);
                due.then_some(Row::Direct)
            }
            Stage::Locked(take, end) if self.time <= end => (take.payout == payout).then_some(Row::OnTime(take)),
            Stage::Locked(take, _) => (!job.is_private && self.time <= job.terms.deadline).then_some(Row::Late(take)),
            _ => None,
        };
        row.map(|row| (job.clone(), row))
    }

    /// Rows 10 and 11; the second has a `locker`. Gives token, creator and fee.
    fn settle_paid(
        &mut self,
        job: B256,
        ended: &Job,
        price: U256,
        payout: Address,
        locker: Option<Address>,
    ) -> Result<(Address, Address, U256), Refusal> {
        let token = ended.terms.token;
        self.job_mut(job).stage = Stage::Ended(End::Fulfilled);
        let (change, collateral) = match locker {
            None => (ended.terms.max_price - price, U256::ZERO),
            Some(_) => (U256::ZERO, ended.collateral),
        };
        self.credit(ended.requester, token, change);
        if let Some(prover) = locker {
            self.release(prover, token, collateral);
            self.close_lock(prover)?;
        }
        // Who holds the listing today.
        let receiver = self.registry.listings[&ended.terms.listing_id].holder;
        let split = formulas::split(price, ended.terms.owner_bps);
        self.credit(receiver, token, split.owner);
        self.credit(payout, token, split.prover);
        self.market_tells(Event::JobFulfilled {
            job,
            payout,
            receiver,
            prover_amount: split.prover,
            owner_amount: split.owner,
            fee: split.fee,
            change,
            collateral,
        });
        Ok((token, receiver, split.fee))
    }

    /// Row 12: the requester has its output for nothing.
    fn settle_late(&mut self, job: B256, ended: &Job, take: Take, payout: Address) -> Result<(), Refusal> {
        let (requester, token, refund) = (ended.requester, ended.terms.token, take.price);
        let (bounty, slashed) = formulas::halves(ended.collateral);
        self.job_mut(job).stage = Stage::Ended(End::FulfilledLate);
        self.credit(requester, token, refund);
        self.credit(payout, token, bounty);
        self.slash(token, slashed);
        self.market_tells(Event::JobFulfilledLate { job, payout, requester, refund, bounty, slashed });
        self.close_lock(take.prover)
    }

    /// Records what was paid, token by token; what is refused waits.
    fn record_paid(&mut self, payout: Address, paid: &[(Address, Address, U256)]) {
        let mut tokens: Vec<Address> = Vec::new();
        for (token, ..) in paid {
            if !tokens.contains(token) {
                tokens.push(*token);
            }
        }
        for token in tokens {
            let work: Vec<_> =
                paid.iter().filter(|(of, ..)| *of == token).map(|(_, creator, fee)| (*creator, *fee)).collect();
            if self.record_work(token, payout, &work).is_ok() {
                continue;
            }
            let (creators, fees) = work.into_iter().unzip();
            let work = Work { token, payout, creators, fees };
            self.market.deferred_fees.add(token, work.fee());
            *self.market.deferred.entry(work.clone()).or_default() += 1;
            self.market_tells(Event::WorkDeferred { work });
        }
    }

    pub(super) fn retry_work(&mut self, work: &Work) -> Result<(), Refusal> {
        let times = self.market.deferred.get_mut(work).ok_or(Refusal::NothingToRetry)?;
        *times -= 1;
        if *times == 0 {
            self.market.deferred.remove(work);
        }
        let (token, payout, fees) = (work.token, work.payout, work.fee());
        require(self.market.deferred_fees.take(token, fees), Refusal::NothingToRetry)?;
        self.market_tells(Event::WorkRetried { token, payout, fees });
        let items: Vec<_> = work.creators.iter().copied().zip(work.fees.iter().copied()).collect();
        self.record_work(token, payout, &items)
    }

    pub(super) fn retry_callback(&mut self, job: B256, output: &Bytes) -> Result<(), Refusal> {
        let callback = self.job(job).map(|job| job.terms.callback).unwrap_or_default();
        let failed = self.job(job).and_then(|job| job.to_call_back);
        require(failed == Some(keccak256(output)), Refusal::NothingToRetry)?;
        require(!self.market.deaf.contains(&callback), Refusal::CallbackReverted)?;
        self.job_mut(job).to_call_back = None;
        self.market_tells(Event::CallbackRetried { job, callback });
        Ok(())
    }
}
