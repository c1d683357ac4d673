//! Fees raised, and pointless transactions cancelled.

use super::fees::raised;
use super::health::Condition;
use super::signing::Draft;
use super::state::{Doom, State};
use super::step::{Halt, Step};
use super::table::{Kept, Live, now};

impl Step<'_> {
    /// Looks at all that waits to be mined.
    pub(super) async fn replace(&mut self) -> Result<(), Halt> {
        for mut live in self.journal.table.signed().await? {
            let Some(newest) = live.transactions.last().cloned() else { continue };
            // A used nonce is decided; receipts say how.
            if live.state == State::Mined || newest.nonce < self.view.latest {
                continue;
            }
            if live.doom.is_none() && live.intent.deadline.is_some_and(|deadline| deadline <= self.view.time) {
                tracing::warn!(key = live.intent.key, "the deadline passed before it was mined: it is cancelled");
                self.doom(&mut live, Doom::Deadline).await?;
            }
            if live.doom.is_some() && !newest.cancels {
                self.cancel(&mut live, &newest).await?;
            } else if live.refusals == 0 && self.waits_too_long(&newest).await? {
                // Money is no answer to a refusal that should not be.
                self.raise(&mut live, &newest).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn doom(&mut self, live: &mut Live, doom: Doom) -> Result<(), Halt> {
        self.journal.table.doom(live, &doom).await?;
        live.doom = Some(doom);
        Ok(())
    }

    /// Whether blocks have left it out for long enough, and it is what keeps the queue waiting.
    async fn waits_too_long(&mut self, newest: &Kept) -> Result<bool, Halt> {
        let patience = self.journal.options.bump_after.as_millis();
        let waited = u128::from(now().saturating_sub(newest.signed));
        if newest.answered.is_none() || waited < patience || self.view.number <= newest.head {
            return Ok(false);
        }
        // Those behind the first are mined with it, unless they are too cheap themselves.
        Ok(newest.nonce == self.view.latest || newest.fees.max_fee < self.base_fee().await?)
    }

    async fn raise(&mut self, live: &mut Live, newest: &Kept) -> Result<(), Halt> {
        // More, but not enough, would be given away for nothing.
        let Some(market) = self.affordable().await? else { return Ok(()) };
        if !newest.cancels && self.is_done(&live.intent).await == Some(true) {
            self.doom(live, Doom::Done).await?;
            return self.cancel(live, newest).await;
        }
        let cap = self.journal.options.max_fee;
        let most = if newest.cancels { raised(cap) } else { cap };
        let Some(fees) = newest.fees.replacement(&market, most) else {
            self.health.note(Condition::FeeCapped { nonce: newest.nonce, cap });
            return Ok(());
        };
        let (nonce, gas) = (newest.nonce, newest.gas);
        let draft = if newest.cancels {
            Draft::cancellation(self.journal.address, nonce, fees)
        } else {
            let (to, calldata, value) = (live.intent.to, live.intent.calldata.clone(), live.intent.value);
            Draft { to, calldata, value, nonce, gas, fees, cancels: false }
        };
        tracing::info!(key = live.intent.key, nonce, max_fee = fees.max_fee, "blocks leave it out: more is offered");
        self.sign(live, draft).await
    }

    /// Replaces what is pointless. One raise beyond what else may be paid is allowed: it is for 21,000 gas, and the queue waits.
    async fn cancel(&mut self, live: &mut Live, newest: &Kept) -> Result<(), Halt> {
        let cap = self.journal.options.max_fee;
        let Some(market) = self.affordable().await? else { return Ok(()) };
        let Some(fees) = newest.fees.replacement(&market, raised(cap)) else {
            self.health.note(Condition::FeeCapped { nonce: newest.nonce, cap });
            return Ok(());
        };
        self.sign(live, Draft::cancellation(self.journal.address, newest.nonce, fees)).await
    }
}
