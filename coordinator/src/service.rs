//! Everything that a coordinator does, side by side, until it is told to stop.
//!
//! Follower, journal and broker meet in the database alone: each can fail, wait and go on without the others. Told to stop, they stop
//! where the file is as it should be; what they had begun goes on after the next start.

use crate::broker::{Broker, Means, Models, Options, checks};
use crate::chain::follower::{Change, Follower, Health};
use crate::database::Database;
use crate::error::CoordinatorError;
use crate::index::Index;
use crate::journal::{self, Intent, Journal, PrivateKeySigner};
use crate::notes::Notes;
use alloy::primitives::B256;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::deploy::Contracts;
use verin_queue::Queue;

/// What a coordinator is made of.
pub struct Parts {
    /// Its file.
    pub database: PathBuf,
    /// The network.
    pub contracts: Arc<Contracts>,
    /// The operator's key: the only one that sends.
    pub signer: PrivateKeySigner,
    /// Where proofs are made.
    pub queue: Arc<dyn Queue>,
    /// Models at hand.
    pub models: Arc<dyn Models>,
    /// What seals are verified by.
    pub srs: Arc<VerifierSrs>,
    /// How it does business.
    pub options: Options,
    /// How it sends.
    pub journal: journal::Options,
    /// The first block that is read.
    pub first: u64,
    /// How often it asks for a new head.
    pub poll: Duration,
}

/// A coordinator, ready to run.
#[derive(Debug)]
pub struct Service {
    index: Index,
    journal: Journal,
    broker: Broker,
    follower: Follower,
    notes: Notes,
}

impl Service {
    /// Opens the file, the journal and the rest.
    ///
    /// # Errors
    /// The file cannot be used, another process has the key, or the node does not answer.
    pub async fn open(parts: Parts) -> Result<Self, CoordinatorError> {
        let database = Database::open(&parts.database)?;
        let index = Index::open(database.clone(), parts.contracts.clone()).await?;
        let checks = checks(&parts.contracts, parts.signer.address());
        let url = parts.contracts.network.url.clone();
        let journal = Journal::open(database, &url, parts.signer, checks, parts.journal).await?;
        let notes = Notes::default();
        let means = Means {
            index: index.clone(),
            journal: journal.clone(),
            queue: parts.queue,
            models: parts.models,
            srs: parts.srs,
            notes: notes.clone(),
        };
        let broker = Broker::open(means, parts.options).await?;
        let follower = Follower::new(index.clone(), parts.first, parts.poll);
        Ok(Self { index, journal, broker, follower, notes })
    }

    /// Has the key registered that private inputs are encrypted to, unless it is.
    ///
    /// # Errors
    /// The node does not answer, or the file cannot be written.
    pub async fn register_key(&self, key: [u8; 32]) -> Result<(), CoordinatorError> {
        let (contracts, key) = (self.index.contracts(), B256::from(key));
        let market = &contracts.market;
        let now = contracts.network.view("reading the delivery key", market.keyOf(self.journal.address())).await?;
        if now == key {
            return Ok(());
        }
        let calldata = market.registerKey(key).calldata().clone();
        // Named by what it replaces, too: a key may come back.
        let intent = Intent::call(format!("register-key:{now}:{key}"), *market.address(), calldata);
        self.journal.submit(intent).await
    }

    /// What the chain says.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What was sent to it.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Why jobs were not taken.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Changes of the index, for listeners to subscribe to.
    pub fn changes(&self) -> broadcast::Sender<Change> {
        self.follower.changes()
    }

    /// How the chain and the index are to each other.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.follower.health()
    }

    /// Runs until `shutdown`.
    ///
    /// # Errors
    /// Something else writes to the journal, or its key cannot sign.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), CoordinatorError> {
        let Self { journal, broker, follower, .. } = self;
        let changes = follower.changes().subscribe();
        let mut follow = tokio::spawn(follower.run(shutdown.clone()));
        let stop = shutdown.clone();
        let mut trade = tokio::spawn(async move { broker.run(changes, stop).await });
        let send = journal.run(shutdown.clone());
        tokio::pin!(send);
        // Whatever ends first ends the others: none is of use without them, and a restart goes on where they were.
        let ended = tokio::select! {
            sent = &mut send => return Self::end(shutdown, [follow, trade], sent).await,
            ended = &mut follow => ended,
            ended = &mut trade => ended,
        };
        shutdown.cancel();
        let sent = send.await;
        ended.map_err(|error| CoordinatorError::Ended { why: error.to_string() })?;
        Self::end(shutdown, [follow, trade], sent).await
    }

    async fn end(
        shutdown: CancellationToken,
        tasks: [JoinHandle<()>; 2],
        sent: Result<(), CoordinatorError>,
    ) -> Result<(), CoordinatorError> {
        shutdown.cancel();
        for task in tasks {
            // One that was waited for already has nothing more to say.
            if !task.is_finished() {
                task.await.map_err(|error| CoordinatorError::Ended { why: error.to_string() })?;
            }
        }
        sent
    }
}
