//! What goes wrong, as it does in networks: somebody lies, somebody is killed, blocks are taken back.

use super::board::Board;
use super::farm::Farm;
use super::place::Place;
use super::requests::ask_again;
use crate::demo::Args;
use crate::demo::checks::Checks;
use crate::error::CliError;
use crate::output::Output;
use rand::RngCore;
use serde::{Serialize, Serializer};
use std::time::Duration;
use verin_contracts::B256;
use verin_queue::{Outcome, Proven, Queue, Stage};

/// How many false proofs the liar hands in.
const LIES: usize = 2;
/// Bytes of a real seal, more or less.
const SEAL: usize = 3_904;
/// How often the farm is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Most blocks that are taken back: fewer than the coordinator remembers.
const DEPTH: u64 = 32;

/// How many of so many requests are made when half of them are settled, so that they are among what is taken back.
pub(super) fn later(all: u64) -> u64 {
    (all / 4).clamp(1, 16)
}

/// What happened.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Mishaps {
    /// Inferences that the liar claimed to have proved; how many, in JSON.
    #[serde(serialize_with = "number")]
    pub(super) lies: Vec<B256>,
    /// The worker that was killed.
    pub(super) killed: Option<String>,
    /// Blocks that were taken back.
    pub(super) blocks: u64,
    /// Settlements in those.
    pub(super) unsettled: usize,
    /// Requests in those, which were sent again.
    pub(super) unasked: usize,
}

impl Mishaps {
    /// Workers come; then everything that goes wrong, in order, while they work.
    pub(super) async fn happen(
        &mut self,
        args: &Args,
        place: &Place,
        farm: &mut Farm,
        board: &Board,
    ) -> Result<(), CliError> {
        if args.calm {
            // What is measured is how fast a queue is drained, so all of it is there.
            while board.counts().0 < board.all {
                tokio::time::sleep(LOOK).await;
            }
        }
        board.begin();
        for n in 1..=args.workers {
            farm.hire(&format!("worker-{n}"))?;
        }
        if args.calm {
            board.mark("workers come");
            return Ok(());
        }
        self.lie(place, farm, board).await?;
        self.kill(args, farm, board).await?;
        self.reorganize(place, board).await
    }

    /// A worker that hands in noise, at once.
    async fn lie(&mut self, place: &Place, farm: &Farm, board: &Board) -> Result<(), CliError> {
        let queue = farm.queue().await?;
        let width = place.output(0)?.len();
        for _ in 0..LIES {
            let Some(lease) = queue.take("liar", Duration::from_secs(60)).await? else { break };
            let batch = lease.work.jobs.len().next_power_of_two();
            let (mut output, mut seal) = (vec![0; width * batch], vec![0; SEAL]);
            rand::thread_rng().fill_bytes(&mut seal);
            output.fill(1);
            let lie = Proven { output, seal, batch, prove_ms: 1, cpu_ms: Some(1) };
            queue.hand_in(&lease, &Outcome::Proven(lie)).await?;
            board.mark("a false proof");
            self.lies.extend(&lease.work.jobs);
        }
        Ok(())
    }

    /// A worker is killed in the middle of a proof, and another comes.
    async fn kill(&mut self, args: &Args, farm: &mut Farm, board: &Board) -> Result<(), CliError> {
        let queue = farm.queue().await?;
        while !board.is_over() {
            let proving = queue.workers().await?.into_iter().find(|worker| {
                worker.name.starts_with("worker-")
                    && worker.progress.as_ref().is_some_and(|progress| progress.stage == Stage::Proving)
            });
            if let Some(worker) = proving.filter(|_| board.counts().1 > 0) {
                farm.kill(&worker.name).await?;
                board.mark(format!("{} killed", worker.name));
                self.killed = Some(worker.name);
                return farm.hire(&format!("worker-{}", args.workers + 1));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// The blocks back to the last settlement are taken back, and all in them.
    async fn reorganize(&mut self, place: &Place, board: &Board) -> Result<(), CliError> {
        let enough = board.all - (later(board.all as u64) / 2) as usize;
        while !board.is_over() {
            tokio::time::sleep(LOOK).await;
            let (asked, settled) = board.counts();
            if settled < board.all / 2 || asked < enough {
                continue;
            }
            let _nobody_asks = board.quiet.write().await;
            let head = place.contracts.network.block().await?;
            let settled = board.settled();
            let last = settled.values().map(|settled| settled.number).max().unwrap_or(head);
            self.blocks = (head - last.min(head) + 1).min(DEPTH);
            let first = head + 1 - self.blocks;
            self.unsettled = settled.values().filter(|settled| settled.number >= first).count();
            place.contracts.network.reorganize(self.blocks).await?;
            board.mark(format!("{} blocks taken back", self.blocks));
            self.unasked = ask_again(place, board).await?;
            return Ok(());
        }
        Ok(())
    }

    /// Says what happened, and demands that it did.
    pub(super) fn tell(&self, args: &Args, output: &Output, board: &Board, checks: &mut Checks) {
        if args.calm {
            return;
        }
        output.line("\nWhat went wrong, and did no harm");
        output.fact("false proofs", format_args!("for {} inferences, by a worker that lies", self.lies.len()));
        output.fact("killed", self.killed.as_deref().unwrap_or("nobody"));
        output.fact(
            "taken back",
            format_args!(
                "{} blocks: {} settlements, which came again; {} requests, which were sent again",
                self.blocks, self.unsettled, self.unasked
            ),
        );
        checks.holds("a worker lied", "false proofs", self.lies.len(), !self.lies.is_empty());
        checks.holds("a worker was killed while it proved", "one", format!("{:?}", self.killed), self.killed.is_some());
        checks.holds("settlements were taken back", "some", self.unsettled, self.unsettled > 0);
        checks.holds("requests were taken back", "some", self.unasked, self.unasked > 0);
        let settled = board.settled();
        let done = self.lies.iter().filter(|job| settled.contains_key(*job)).count();
        let asked = board.asked();
        let there = self.lies.iter().filter(|job| asked.contains_key(*job)).count();
        checks.same("jobs that were lied about, and were proved by others", there, done);
    }
}

fn number<S: Serializer>(all: &[B256], serializer: S) -> Result<S::Ok, S::Error> {
    all.len().serialize(serializer)
}
