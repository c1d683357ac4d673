//! The transaction journal: everything that the coordinator sends goes through it, and is written down before.
//!
//! One journal is the only writer for one key. It is told *intents*, each with a name, and brings them about: it signs, sends, offers
//! more, cancels what has become pointless, and follows what it sent until enough blocks are on top of it. Whenever anything fails it
//! reads the chain before it decides: an answer that is lost says nothing, a receipt does.
//!
//! ```text
//!   submit                                     another's transaction took the nonce for good
//!      |            +----------------------------------+-------------------+
//!      v            v                                  |                   |
//!   planned ----> signed ---------------------------> sent -----------> mined ----------> final
//!      |        bytes in the file     a node has it    ^                   |              failed   it reverted
//!      |                                               +-------------------+              expired  cancelled after its deadline
//!      |                                                   reorganized                    already_done
//!      +--> already_done  its check says so
//!      +--> failed        the contract refuses when gas is estimated; nothing was spent
//!      +--> expired       its deadline passed; nothing was spent
//! ```
//!
//! What holds, whatever ends or fails at whatever moment:
//!
//! - A transaction is in the file before a node sees it. After a kill the same bytes are sent again, so it is mined once at most.
//! - A nonce belongs to one intent. An intent gets another nonce only once a transaction that is not ours has used its first, with
//!   `confirmations` blocks on top: before, a reorganization could bring both.
//! - A nonce that is ours is never left out: what the node does not show is sent again, what nobody can use is filled with a transfer
//!   of nothing to oneself, and what is pointless is replaced by one. So nothing waits behind it for ever.
//! - Before an intent is signed, and before it fails, its check is asked: an effect that is there already is a success.
//!
//! Two journals with one key on two machines see each other's transactions as foreign, say so ([`Condition::ForeignTransactions`])
//! and both go on; that the same thing is not done twice is then up to the checks and, in the last resort, to the contract. On one
//! machine the second does not start.
//!
//! ```text
//! intent    what is to be achieved, and how to see that it is
//! state     the states, and which may follow which
//! entry     the journal as it is shown
//! health    what an operator has to know
//! options   what an operator can choose
//! lock      one process for one key
//! table     the tables
//! node      requests, with a time limit
//! answer    what a node's error means
//! fees      offers, and how they are raised
//! signing   signed transactions
//! step      one look at the chain, and what follows from it:
//! follow      receipts: mined, reorganized, final, lost
//! plan        from planned to signed: checks, gas, nonces
//! replace     fees raised, and pointless transactions cancelled
//! send        signed bytes to the node
//! ```

mod answer;
mod entry;
mod fees;
mod follow;
mod health;
mod intent;
mod lock;
mod node;
mod options;
mod plan;
mod replace;
mod send;
mod signing;
mod state;
mod step;
mod table;

pub use entry::{Change, Entry};
pub use health::{Condition, Health};
pub use intent::{Check, Checks, Done, Intent};
pub use options::Options;
pub use state::State;
pub use verin_contracts::network::PrivateKeySigner;

use crate::database::Database;
use crate::error::CoordinatorError;
use alloy::network::EthereumWallet;
use alloy::primitives::Address;
use lock::Locks;
use node::Node;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use step::{Halt, Work};
use table::Table;
use tokio::sync::{Mutex, Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Changes that a slow listener may be behind before it misses some.
const CHANGES: usize = 1_024;
/// First pause after a failure.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Doublings of it.
const MOST_DOUBLINGS: u32 = 12;

/// The journal of one key. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    table: Table,
    node: Node,
    wallet: EthereumWallet,
    address: Address,
    chain_id: u64,
    checks: Checks,
    options: Options,
    changes: broadcast::Sender<Change>,
    health: watch::Sender<Health>,
    /// Something was submitted.
    wake: Notify,
    work: Mutex<Work>,
    _locks: Locks,
}

impl Journal {
    /// Opens the journal of `signer` in `database`, to send through the node at `url`.
    ///
    /// # Errors
    /// Another process of this machine uses the key or the file; the file is another key's or chain's; it has unfinished intents of
    /// a kind that is not among `checks`; the node does not answer.
    pub async fn open(
        database: Database,
        url: &str,
        signer: PrivateKeySigner,
        checks: Checks,
        options: Options,
    ) -> Result<Self, CoordinatorError> {
        let address = signer.address();
        let path = database.path().to_owned();
        let node = Node::new(url, address, options.timeout)?;
        let chain_id = node.chain_id().await?;
        let locks = Locks::take(&path, &options.locks, address, chain_id)?;

        let (changes, _) = broadcast::channel(CHANGES);
        let table = Table::open(database, changes.clone()).await?;
        let nonce = node.latest_nonce().await?;
        let owner = table.owner(address, chain_id, nonce).await?;
        if owner != (address, chain_id) {
            let named = |(address, chain_id): (Address, u64)| format!("{address} on chain {chain_id}");
            let (expected, got) = (named(owner), named((address, chain_id)));
            return Err(CoordinatorError::AnothersJournal { path, expected, got });
        }
        for kind in table.kinds().await? {
            if checks.get(&kind).is_none() {
                return Err(CoordinatorError::UnknownCheck { kind });
            }
        }
        let inner = Inner {
            table,
            node,
            wallet: EthereumWallet::from(signer),
            address,
            chain_id,
            checks,
            options,
            changes,
            health: watch::channel(Health::default()).0,
            wake: Notify::new(),
            work: Mutex::default(),
            _locks: locks,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The account that it sends from.
    pub fn address(&self) -> Address {
        self.inner.address
    }

    /// Writes `intent` down, to be brought about. When its key is known already nothing changes: the first intent of a key counts.
    ///
    /// # Errors
    /// Its check is not registered, or the file cannot be written.
    pub async fn submit(&self, intent: Intent) -> Result<(), CoordinatorError> {
        if let Some(check) = &intent.check
            && self.inner.checks.get(&check.kind).is_none()
        {
            return Err(CoordinatorError::UnknownCheck { kind: check.kind.clone() });
        }
        let key = intent.key.clone();
        if self.inner.table.submit(intent).await? {
            // Nobody may be listening.
            let _ = self.inner.changes.send(Change { key, state: State::Planned, reason: None });
            self.inner.wake.notify_one();
        }
        Ok(())
    }

    /// How far the intent `key` is, if there is one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn status(&self, key: &str) -> Result<Option<Entry>, CoordinatorError> {
        self.inner.table.entry(key).await
    }

    /// Names that begin with `prefix` (letters, digits, `:` and `-`) of intents that were submitted within `recently` and have not failed or
    /// expired.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn standing(&self, prefix: &str, recently: Duration) -> Result<Vec<String>, CoordinatorError> {
        self.inner.table.standing(prefix, u64::try_from(recently.as_millis()).unwrap_or(u64::MAX)).await
    }

    /// Waits until the intent `key` is at its end.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub async fn wait(&self, key: &str) -> Result<Entry, CoordinatorError> {
        let mut changes = self.changes();
        loop {
            let entry = self.status(key).await?.ok_or_else(|| CoordinatorError::UnknownIntent { key: key.into() })?;
            if entry.state.is_end() {
                return Ok(entry);
            }
            // A listener that is behind looks at the file again, as after a change of this key.
            while changes.recv().await.is_ok_and(|change| change.key != key) {}
        }
    }

    /// How many intents are in each state.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn counts(&self) -> Result<HashMap<State, u64>, CoordinatorError> {
        self.inner.table.counts().await
    }

    /// The `most` entries that changed last.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn recent(&self, most: usize) -> Result<Vec<Entry>, CoordinatorError> {
        self.inner.table.recent(most).await
    }

    /// Every change of state from now on. A slow listener misses some and is told so.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// What an operator has to know, as of the last step, and every change of it.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.inner.health.subscribe()
    }

    /// Looks at the chain once, and does what follows.
    ///
    /// # Errors
    /// The node does not answer or the file cannot be written. What was done so far is in the file; the next step goes on from there.
    pub async fn step(&self) -> Result<(), CoordinatorError> {
        Ok(self.inner.step(&CancellationToken::new()).await?)
    }

    /// Takes steps until `shutdown`, then sends nothing more, and returns when the file is as it should be.
    ///
    /// # Errors
    /// Not for a node that does not answer or a file that cannot be written now: these are waited for, and shown by
    /// [`Journal::health`]. For a second writer in the file, or a key that cannot sign.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), CoordinatorError> {
        let mut failures = 0;
        while !shutdown.is_cancelled() {
            let (pause, woken) = match self.inner.step(&shutdown).await {
                Ok(()) => {
                    failures = 0;
                    (self.inner.options.poll, true)
                }
                Err(Halt::Local(error)) if !matches!(error, CoordinatorError::Database { .. }) => return Err(error),
                Err(halt) => {
                    failures += 1;
                    (self.pause(failures, &halt), false)
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => break,
                // After a failure, a new intent is no reason to ask the node at once.
                () = self.inner.wake.notified(), if woken => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        Ok(())
    }

    /// Twice as long after each failure, less a random part, so that several clients of one node do not return together.
    fn pause(&self, failures: u32, halt: &Halt) -> Duration {
        let longest = self.inner.options.longest_pause;
        let doubled = FIRST_PAUSE.saturating_mul(1 << failures.min(MOST_DOUBLINGS)).min(longest);
        let asked = halt.retry_after().unwrap_or_default().min(longest);
        doubled.mul_f64(rand::random::<f64>().mul_add(0.5, 0.5)).max(asked)
    }
}
