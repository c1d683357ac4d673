//! Signed bytes to the node: for the first time, and again when the node does not show them.

use super::answer::Answer;
use super::health::Condition;
use super::plan::MOST_REFUSALS;
use super::state::{Doom, State};
use super::step::{Halt, Step};
use super::table::{Kept, Live, now};

impl Step<'_> {
    /// Sends what is due, in order of nonces, until `stop`.
    pub(super) async fn send(&mut self) -> Result<(), Halt> {
        let signed = self.journal.table.signed().await?;
        let unmined = |live: &Live| live.state != State::Mined;
        self.work.refusals.retain(|id, _| signed.iter().any(|live| live.id == *id && unmined(live)));
        for mut live in signed.into_iter().filter(unmined) {
            if self.stop.is_cancelled() {
                break;
            }
            let Some(newest) = live.transactions.last().cloned() else { continue };
            if self.is_due(&live, &newest) {
                self.hand_over(&mut live, &newest).await?;
            }
        }
        for condition in self.work.refusals.values() {
            self.health.note(condition.clone());
        }
        Ok(())
    }

    fn is_due(&self, live: &Live, newest: &Kept) -> bool {
        if newest.nonce < self.view.latest {
            return false;
        }
        let Some(answered) = newest.answered else { return true };
        let rested = u128::from(now().saturating_sub(answered)) >= self.journal.options.resend_after.as_millis();
        // The node counts what waits at it up to the first gap.
        rested && (live.state == State::Signed || newest.nonce >= self.view.pending)
    }

    async fn hand_over(&mut self, live: &mut Live, newest: &Kept) -> Result<(), Halt> {
        let Err(trouble) = self.journal.node.send(&newest.raw).await else {
            return self.taken(live, newest).await;
        };
        let condition = match &trouble.answer {
            Answer::AlreadyKnown => return self.taken(live, newest).await,
            // It may have been taken: the next step reads the chain, and sends these bytes again if it was not.
            Answer::Unreachable(_) | Answer::Limited(_) => return Err(trouble.into()),
            // It was mined, or another's was: receipts say which.
            Answer::NonceTooLow => None,
            // Another's transaction waits at this nonce. Whichever is mined, the next step sees it.
            Answer::ReplacementUnderpriced => Some(self.refused(live, &trouble.why())),
            // Its fee is raised when its time has come.
            Answer::FeeTooLow => Some(self.refused(live, &trouble.why())),
            Answer::InsufficientFunds(why) => Some(Condition::InsufficientFunds { why: why.clone() }),
            Answer::Reverted(why) | Answer::Refused(why) => {
                self.journal.table.refused(live).await?;
                live.refusals += 1;
                if live.refusals >= MOST_REFUSALS && live.doom.is_none() {
                    self.doom(live, Doom::Refused(why.clone())).await?;
                }
                Some(self.refused(live, why))
            }
        };
        self.journal.table.answered(live, newest.hash, false).await?;
        if let Some(condition) = condition {
            tracing::warn!(key = live.intent.key, nonce = newest.nonce, ?condition, "the node does not take it");
            self.work.refusals.insert(live.id, condition);
        }
        Ok(())
    }

    async fn taken(&mut self, live: &mut Live, newest: &Kept) -> Result<(), Halt> {
        self.work.refusals.remove(&live.id);
        Ok(self.journal.table.answered(live, newest.hash, true).await?)
    }

    fn refused(&self, live: &Live, why: &str) -> Condition {
        Condition::Refused { key: live.intent.key.clone(), why: why.into() }
    }
}
