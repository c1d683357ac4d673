//! What was asked and what was settled, as it happens.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::RwLock;
use verin_contracts::{B256, U256};

/// A request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Which test digit it is about.
    pub(super) digit: usize,
    /// Which requester's it is.
    pub(super) requester: usize,
    /// When it was asked for first.
    pub(super) at: Instant,
    /// What asking cost.
    pub(super) gas: u64,
}

/// A settlement, as the chain tells of it.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) block: B256,
    pub(super) number: u64,
    pub(super) transaction: B256,
    pub(super) output: Vec<u8>,
    pub(super) prover: U256,
    pub(super) owner: U256,
    pub(super) fee: U256,
    /// When it was seen.
    pub(super) at: Instant,
}

/// Everything so far. One thread acts at a time, and none holds a borrow while it waits.
#[derive(Debug)]
pub(super) struct Board {
    start: Instant,
    /// When the workers came.
    working: Cell<Instant>,
    /// How many will have been asked for in the end.
    pub(super) all: usize,
    /// Whether nothing goes wrong, and no job needs a lock.
    pub(super) calm: bool,
    asked: RefCell<BTreeMap<B256, Asked>>,
    settled: RefCell<BTreeMap<B256, Settled>>,
    marks: RefCell<Vec<(Instant, String)>>,
    over: Cell<bool>,
    /// Held by whoever asks, and wholly by who takes blocks back: a request is on the chain or is not while that happens.
    pub(super) quiet: RwLock<()>,
}

impl Board {
    /// An empty one for so many requests.
    pub(super) fn new(all: u64, calm: bool) -> Self {
        let now = Instant::now();
        Self {
            start: now,
            working: Cell::new(now),
            all: usize::try_from(all).unwrap_or(usize::MAX),
            calm,
            asked: RefCell::default(),
            settled: RefCell::default(),
            marks: RefCell::default(),
            over: Cell::new(false),
            quiet: RwLock::default(),
        }
    }

    /// A job was asked for.
    pub(super) fn ask(&self, job: B256, asked: Asked) {
        self.asked.borrow_mut().insert(job, asked);
    }

    /// A job is no more: the block it was asked for in was taken back.
    pub(super) fn forget(&self, job: B256) {
        self.asked.borrow_mut().remove(&job);
    }

    /// All jobs that were asked for.
    pub(super) fn asked(&self) -> BTreeMap<B256, Asked> {
        self.asked.borrow().clone()
    }

    /// Those that were settled.
    pub(super) fn settled(&self) -> BTreeMap<B256, Settled> {
        self.settled.borrow().clone()
    }

    /// How many jobs were asked for, and how many were settled.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.asked.borrow().len(), self.settled.borrow().len())
    }

    /// A job is settled, in this block now if it was in another.
    pub(super) fn settle(&self, job: B256, settled: Settled) {
        let mut all = self.settled.borrow_mut();
        if all.get(&job).is_none_or(|known| known.block != settled.block) {
            all.insert(job, settled);
        }
    }

    /// Settlements in blocks that are gone are no settlements.
    pub(super) fn unsettle(&self, gone: impl Fn(&B256, &Settled) -> bool) {
        self.settled.borrow_mut().retain(|job, settled| !gone(job, settled));
    }

    /// Something happened that a reader of the chart wants to know.
    pub(super) fn mark(&self, what: impl Into<String>) {
        self.marks.borrow_mut().push((Instant::now(), what.into()));
    }

    /// What happened, and when.
    pub(super) fn marks(&self) -> Vec<(Duration, String)> {
        self.marks.borrow().iter().map(|(at, what)| (self.since_start(*at), what.clone())).collect()
    }

    /// Workers come.
    pub(super) fn begin(&self) {
        self.working.set(Instant::now());
    }

    /// When they came.
    pub(super) fn working(&self) -> Instant {
        self.working.get()
    }

    /// All are settled.
    pub(super) fn end(&self) {
        self.over.set(true);
    }

    /// Whether all are settled.
    pub(super) fn is_over(&self) -> bool {
        self.over.get()
    }

    /// Time from the beginning to a moment.
    pub(super) fn since_start(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.start)
    }
}
