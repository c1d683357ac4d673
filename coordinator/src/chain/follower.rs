//! The index, kept at the head of the chain.
//!
//! Blocks are applied as they appear, and taken back when the chain has others in their place: however deep a reorganisation is, the
//! last block that both chains share is found among those that are kept. A node that shows an older head is waited for; a node
//! that contradicts itself is asked again. Nothing that a node says wrongly gets into the index but a whole other chain, and that goes
//! when the chain is there again.

use super::source::{Block, Source};
use crate::error::CoordinatorError;
use crate::index::{Index, Tip};
use alloy::primitives::B256;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use verin_contracts::ContractsError;

/// Blocks that are read before they are applied together.
const RANGE: u64 = 256;
/// Longest wait after errors that go on.
const LONGEST: Duration = Duration::from_secs(30);
/// Changes that a slow listener may fall behind.
const CHANGES: usize = 1_024;

/// Something changed in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The last block now.
    pub tip: Option<u64>,
    /// Jobs that took a step, or whose steps were taken back.
    pub jobs: BTreeSet<B256>,
    /// Whether blocks were taken back.
    pub reorganised: bool,
}

/// How the chain and the index are to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Blocks are missing that are there to be read.
    CatchingUp {
        /// The last block that was applied.
        at: u64,
        /// The head.
        head: u64,
    },
    /// The index is at the head.
    Following {
        /// The head.
        head: u64,
    },
    /// The node shows an older head than was seen.
    Lagging {
        /// What the node shows.
        head: u64,
        /// The last block that was applied.
        at: u64,
    },
    /// The node does not answer, or contradicts itself.
    Failing {
        /// What went wrong.
        why: String,
    },
}

/// Follows a chain.
#[derive(Debug)]
pub struct Follower {
    source: Source,
    index: Index,
    first: u64,
    poll: Duration,
    changes: broadcast::Sender<Change>,
    health: watch::Sender<Health>,
}

impl Follower {
    /// A follower that begins at block `first` (at most the one that the contracts were deployed in), and asks for a new head so often.
    pub fn new(index: Index, first: u64, poll: Duration) -> Self {
        let source = Source::new(index.contracts());
        let health = watch::Sender::new(Health::CatchingUp { at: first, head: first });
        Self { source, index, first, poll, changes: broadcast::Sender::new(CHANGES), health }
    }

    /// Changes from now on.
    pub fn changes(&self) -> broadcast::Sender<Change> {
        self.changes.clone()
    }

    /// How it is doing.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// Follows until `shutdown`. Errors of the node are waited out.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut failures = 0;
        loop {
            let wait = match self.step().await {
                Ok(true) => {
                    failures = 0;
                    Duration::ZERO
                }
                Ok(false) => {
                    failures = 0;
                    self.poll
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot follow the chain; trying again");
                    self.health.send_replace(Health::Failing { why: error.to_string() });
                    failures += 1;
                    (self.poll * 2u32.saturating_pow(failures.min(8))).min(LONGEST)
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Applies what is next, or takes back what is no longer; whether there may be more to do at once.
    ///
    /// # Errors
    /// The node does not answer or contradicts itself, or the file cannot be written: nothing was changed.
    pub async fn step(&self) -> Result<bool, CoordinatorError> {
        let head = self.source.head().await?;
        let Some(tip) = self.index.tip().await? else { return self.advance(None, self.first, head).await };
        if head < tip.number {
            return self.look_back(tip, head).await;
        }
        if head == tip.number {
            if self.source.hash(head).await?.is_some_and(|hash| hash != tip.hash) {
                return self.reorganise(tip).await;
            }
            self.health.send_replace(Health::Following { head });
            return Ok(false);
        }
        self.advance(Some(tip), tip.number + 1, head).await
    }

    /// Reads and applies blocks from `first` on.
    async fn advance(&self, tip: Option<Tip>, first: u64, head: u64) -> Result<bool, CoordinatorError> {
        if head < first {
            self.health.send_replace(Health::Lagging { head, at: first });
            return Ok(false);
        }
        let last = head.min(first.saturating_add(RANGE - 1));
        let blocks = self.source.blocks(first, last).await?;
        if let (Some(tip), Some(next)) = (tip, blocks.first())
            && next.parent != tip.hash
        {
            return self.reorganise(tip).await;
        }
        one_chain(&blocks)?;
        let jobs = self.index.apply(blocks).await?;
        self.tell(Some(last), jobs, false);
        let health = if last == head { Health::Following { head } } else { Health::CatchingUp { at: last, head } };
        self.health.send_replace(health);
        Ok(last < head)
    }

    /// The node's head is older than the last block: it lags, unless its head is another block than the one that was applied.
    async fn look_back(&self, tip: Tip, head: u64) -> Result<bool, CoordinatorError> {
        let kept = self.index.kept().await?;
        let ours = kept.iter().find(|(number, _)| *number == head).map(|(_, hash)| *hash);
        match (ours, self.source.hash(head).await?) {
            (Some(ours), Some(theirs)) if ours != theirs => self.reorganise(tip).await,
            _ => {
                tracing::warn!(head, at = tip.number, "the node shows an older head than before; waiting for it");
                self.health.send_replace(Health::Lagging { head, at: tip.number });
                Ok(false)
            }
        }
    }

    /// Takes back all blocks that the chain no longer has.
    async fn reorganise(&self, tip: Tip) -> Result<bool, CoordinatorError> {
        let kept = self.index.kept().await?;
        // Of what is kept, the chain has a beginning: the last of it is found by halving.
        let (mut shared, mut gone) = (0, kept.len());
        while shared < gone {
            let middle = shared + (gone - shared) / 2;
            let Some((number, hash)) = kept.get(middle).copied() else { break };
            if self.source.hash(number).await? == Some(hash) { shared = middle + 1 } else { gone = middle }
        }
        let last = shared.checked_sub(1).and_then(|i| kept.get(i)).map(|(number, _)| *number);
        if last == Some(tip.number) {
            // The node changed its mind while it was asked.
            return Ok(false);
        }
        tracing::warn!(from = tip.number, to = last, "the chain was reorganised");
        let jobs = self.index.roll_back(last).await?;
        self.tell(last, jobs, true);
        Ok(true)
    }

    fn tell(&self, tip: Option<u64>, jobs: BTreeSet<B256>, reorganised: bool) {
        // Nobody may be listening.
        let _ = self.changes.send(Change { tip, jobs, reorganised });
    }
}

/// Each block's parent must be the one before it; a node that was reorganised while it was asked gives parts of two chains.
fn one_chain(blocks: &[Block]) -> Result<(), ContractsError> {
    for pair in blocks.windows(2) {
        let [before, block] = pair else { continue };
        if block.parent != before.hash {
            return Err(ContractsError::Mismatch {
                what: format!("parent of block {}", block.number),
                expected: before.hash.to_string(),
                got: block.parent.to_string(),
            });
        }
    }
    Ok(())
}
