//! One look at the chain, and what follows from it.
//!
//! The order matters: receipts come first, so that everything after decides on what the chain says, and sending comes last, so that
//! all that is sent is in the file.

use super::Inner;
use super::answer::Answer;
use super::fees::Market;
use super::health::{Condition, Health};
use super::intent::Intent;
use super::node::{Trouble, View};
use crate::error::CoordinatorError;
use alloy::primitives::B256;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// What is kept between steps. All of it may be lost.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// The head at which receipts were looked at last.
    pub(super) followed: Option<B256>,
    /// Highest number of a head.
    highest: u64,
    /// Since when heads are lower.
    behind: Option<Instant>,
    /// How many transactions of others there were, and the nonce of the last.
    pub(super) foreign: Option<(u64, u64)>,
    /// What the node said last of transactions that it does not take, by intent.
    pub(super) refusals: BTreeMap<i64, Condition>,
}

/// Why a step ended early.
#[derive(Debug)]
pub(super) enum Halt {
    /// The node.
    Node(Trouble),
    /// This machine.
    Local(CoordinatorError),
}

impl Halt {
    /// How long the node asks to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Node(Trouble { answer: Answer::Limited(after), .. }) => *after,
            _ => None,
        }
    }

    fn condition(&self) -> Condition {
        match self {
            Self::Node(Trouble { answer: Answer::Limited(_), .. }) => Condition::RateLimited,
            Self::Node(trouble) => Condition::NodeTrouble { why: trouble.why() },
            Self::Local(error) => Condition::FileTrouble { why: error.to_string() },
        }
    }
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Node(trouble)
    }
}

impl From<CoordinatorError> for Halt {
    fn from(error: CoordinatorError) -> Self {
        Self::Local(error)
    }
}

impl From<Halt> for CoordinatorError {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Node(trouble) => trouble.into(),
            Halt::Local(error) => error,
        }
    }
}

/// A step, with what it has seen.
pub(super) struct Step<'a> {
    pub(super) journal: &'a Inner,
    pub(super) work: &'a mut Work,
    pub(super) stop: &'a CancellationToken,
    pub(super) view: View,
    /// The node shows the past: nothing new is decided.
    pub(super) stale: bool,
    pub(super) health: &'a mut Health,
    market: Option<Market>,
}

impl Inner {
    /// One step. Nothing is sent after `stop`.
    pub(super) async fn step(&self, stop: &CancellationToken) -> Result<(), Halt> {
        let mut work = self.work.lock().await;
        let mut health = Health::default();
        let ended = self.take(&mut work, stop, &mut health).await;
        if let Err(halt) = &ended {
            let condition = halt.condition();
            tracing::warn!(?condition, "the journal's step ended early");
            health.note(condition);
        }
        if let Some((count, last_nonce)) = work.foreign {
            health.note(Condition::ForeignTransactions { count, last_nonce });
        }
        self.health.send_if_modified(|shown| {
            let changed = *shown != health;
            *shown = health;
            changed
        });
        ended
    }

    async fn take(&self, work: &mut Work, stop: &CancellationToken, health: &mut Health) -> Result<(), Halt> {
        let view = self.node.view().await?;
        let stale = work.is_behind(&view, self.options.most_behind, health);
        let mut step = Step { journal: self, work, stop, view, stale, health, market: None };
        step.account().await?;
        step.follow().await?;
        step.reopen().await?;
        step.expire().await?;
        if !stop.is_cancelled() {
            step.replace().await?;
            step.plan().await?;
            step.fill().await?;
        }
        step.send().await?;
        Ok(())
    }
}

impl Work {
    /// Whether the node shows an older head than before. After `patience` it is believed: the chain may really be shorter.
    fn is_behind(&mut self, view: &View, patience: Duration, health: &mut Health) -> bool {
        if view.number >= self.highest {
            (self.highest, self.behind) = (view.number, None);
            return false;
        }
        if self.behind.get_or_insert_with(Instant::now).elapsed() >= patience {
            (self.highest, self.behind) = (view.number, None);
            return false;
        }
        health.note(Condition::NodeBehind { head: view.number, highest: self.highest });
        true
    }
}

impl Step<'_> {
    /// Finds transactions of others.
    async fn account(&mut self) -> Result<(), Halt> {
        for nonce in self.journal.table.foreign(self.view.latest).await? {
            self.foreign(nonce);
        }
        Ok(())
    }

    /// Another's transaction has this nonce.
    pub(super) fn foreign(&mut self, nonce: u64) {
        tracing::error!(nonce, account = %self.journal.address, "somebody else sends from the coordinator's account");
        let (count, last) = self.work.foreign.unwrap_or_default();
        self.work.foreign = Some((count.saturating_add(1), last.max(nonce)));
    }

    /// Whether the check of an intent finds it achieved; none when it cannot tell.
    pub(super) async fn is_done(&mut self, intent: &Intent) -> Option<bool> {
        let Some(check) = &intent.check else { return Some(false) };
        let found = match self.journal.checks.get(&check.kind) {
            Some(done) => done.is_done(&check.payload).await,
            None => Err(CoordinatorError::UnknownCheck { kind: check.kind.clone() }),
        };
        found
            .inspect_err(|e| self.health.note(Condition::CheckFails { key: intent.key.clone(), why: e.to_string() }))
            .ok()
    }

    /// What the next block asks for gas, or none when that is more than may be paid.
    pub(super) async fn affordable(&mut self) -> Result<Option<Market>, Halt> {
        let market = match self.market {
            Some(market) => market,
            None => *self.market.insert(self.journal.node.market().await?),
        };
        let cap = self.journal.options.max_fee;
        if market.base_fee > cap {
            self.health.note(Condition::FeeSpike { base_fee: market.base_fee, cap });
            return Ok(None);
        }
        Ok(Some(market))
    }

    /// The base fee of the next block, in wei.
    pub(super) async fn base_fee(&mut self) -> Result<u128, Halt> {
        let known = self.affordable().await?.or(self.market);
        Ok(known.map_or(0, |market| market.base_fee))
    }
}
