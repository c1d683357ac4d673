//! From planned to signed: is it done already, does the contract take it, at what nonce.

use super::answer::Answer;
use super::health::Condition;
use super::intent::Intent;
use super::signing::Draft;
use super::state::State;
use super::step::{Halt, Step};
use super::table::{Live, now};
use alloy::primitives::Bytes;

/// Refusals in a row, for a reason that should not be, after which an intent is given up.
pub(super) const MOST_REFUSALS: u64 = 5;

/// What is known of an intent before it is signed.
enum Estimate {
    /// The gas that it takes.
    Gas(u64),
    /// It waits, or is at its end.
    Skip,
    /// So does all else.
    Stop,
}

impl Step<'_> {
    /// Ends what is planned and cannot be in a block before its deadline.
    pub(super) async fn expire(&mut self) -> Result<(), Halt> {
        // The next block is later than the head.
        for mut live in self.journal.table.overdue(self.view.time).await? {
            if let Some(done) = self.is_done(&live.intent).await {
                let end = if done { State::AlreadyDone } else { State::Expired };
                self.journal.table.end(&mut live, end, None).await?;
            }
        }
        Ok(())
    }

    /// Signs what is planned, as far as there is room.
    pub(super) async fn plan(&mut self) -> Result<(), Halt> {
        if self.stale {
            return Ok(());
        }
        let signed = self.journal.table.signed().await?;
        let mut waiting: Vec<i64> =
            signed.iter().filter(|live| live.state != State::Mined).map(|live| live.id).collect();
        let mut held = self.journal.table.held(self.view.latest).await?;
        let room = self.journal.options.most_in_flight.saturating_sub(waiting.len());
        // What fills a gap makes room.
        let room = room.max(usize::from(self.is_gap(self.next_nonce(&held), &held)));
        for mut live in self.journal.table.planned(room).await? {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let gas = match self.estimate(&mut live, &waiting).await? {
                Estimate::Gas(gas) => gas,
                Estimate::Skip => continue,
                Estimate::Stop => return Ok(()),
            };
            let Some(market) = self.affordable().await? else { return Ok(()) };
            let options = &self.journal.options;
            let draft = Draft {
                to: live.intent.to,
                calldata: live.intent.calldata.clone(),
                value: live.intent.value,
                nonce: self.next_nonce(&held),
                gas: gas.saturating_add(gas.saturating_mul(options.gas_margin) / 100),
                fees: market.suggested.capped(options.max_fee),
                cancels: false,
            };
            held.push(draft.nonce);
            waiting.push(live.id);
            self.sign(&mut live, draft).await?;
        }
        Ok(())
    }

    /// Uses up nonces that nobody uses and that others of ours wait behind.
    pub(super) async fn fill(&mut self) -> Result<(), Halt> {
        if self.stale {
            return Ok(());
        }
        loop {
            let held = self.journal.table.held(self.view.latest).await?;
            let nonce = self.next_nonce(&held);
            if !self.is_gap(nonce, &held) || self.stop.is_cancelled() {
                return Ok(());
            }
            let Some(market) = self.affordable().await? else { return Ok(()) };
            tracing::warn!(nonce, "a nonce is used by nobody, and transactions wait behind it: it is filled");
            let key = format!("fill:{nonce}:{}", now());
            let table = &self.journal.table;
            table.submit(Intent::call(&key, self.journal.address, Bytes::new())).await?;
            let Some(mut live) = table.planned_as(&key).await? else { return Ok(()) };
            let fees = market.suggested.capped(self.journal.options.max_fee);
            let draft = Draft { cancels: false, ..Draft::cancellation(self.journal.address, nonce, fees) };
            self.sign(&mut live, draft).await?;
        }
    }

    /// Signs, and keeps it. It is sent at the end of the step.
    pub(super) async fn sign(&mut self, live: &mut Live, draft: Draft) -> Result<(), Halt> {
        let signed = draft.sign(&self.journal.wallet, self.journal.chain_id).await?;
        Ok(self.journal.table.keep(live, &signed, self.view.number).await?)
    }

    /// Whether it is done already, and the gas that it takes. `waiting` are the intents on their way to a block.
    async fn estimate(&mut self, live: &mut Live, waiting: &[i64]) -> Result<Estimate, Halt> {
        match self.is_done(&live.intent).await {
            Some(false) => {}
            Some(true) => {
                self.journal.table.end(live, State::AlreadyDone, None).await?;
                return Ok(Estimate::Skip);
            }
            None => return Ok(Estimate::Skip),
        }
        let (to, calldata, value) = (live.intent.to, live.intent.calldata.clone(), live.intent.value);
        let trouble = match self.journal.node.gas(to, &calldata, value).await {
            Ok(gas) => return Ok(Estimate::Gas(gas)),
            Err(trouble) => trouble,
        };
        match trouble.answer {
            // It may need what an earlier intent is about to do.
            Answer::Reverted(_) if waiting.iter().any(|id| *id < live.id) => {}
            Answer::Reverted(error) => self.fail(live, error).await?,
            Answer::InsufficientFunds(why) => {
                self.health.note(Condition::InsufficientFunds { why });
                return Ok(Estimate::Stop);
            }
            Answer::Refused(why) if live.refusals + 1 >= MOST_REFUSALS => self.fail(live, why).await?,
            Answer::Refused(why) => {
                self.health.note(Condition::Refused { key: live.intent.key.clone(), why });
                self.journal.table.refused(live).await?;
            }
            _ => return Err(trouble.into()),
        }
        Ok(Estimate::Skip)
    }

    /// Nothing was sent, and nothing will be; unless somebody has done it in the meantime.
    async fn fail(&mut self, live: &mut Live, why: String) -> Result<(), Halt> {
        match self.is_done(&live.intent).await {
            Some(true) => self.journal.table.end(live, State::AlreadyDone, None).await?,
            Some(false) => self.journal.table.end(live, State::Failed, Some(why)).await?,
            None => {}
        }
        Ok(())
    }

    /// The lowest nonce that neither we nor, as far as the node knows, somebody else has used.
    fn next_nonce(&self, held: &[u64]) -> u64 {
        let free = |nonce: &u64| !held.contains(nonce) && *nonce >= self.view.pending;
        (self.view.latest..).find(free).unwrap_or(self.view.pending)
    }

    /// Whether others of ours wait behind it.
    fn is_gap(&self, nonce: u64, held: &[u64]) -> bool {
        held.iter().any(|held| *held > nonce)
    }
}
