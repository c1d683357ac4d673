//! The facts, for machines (`docs/demo.md` lists the keys) and as tables.

use super::board::{Board, Settled};
use super::chart;
use super::farm::Cost;
use super::mishaps::Mishaps;
use super::place::{PRICE, Place, REQUESTERS};
use super::requests::spent;
use crate::demo::checks::{Check, Checks};
use crate::demo::ledger::tokens;
use crate::demo::report::millis;
use crate::error::{CliError, Kind};
use crate::output::Output;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use verin_client::types::Amount;
use verin_contracts::{B256, U256};

/// What was earned, in base units.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Earned {
    pub(super) price: Amount,
    pub(super) operator: Amount,
    pub(super) owner: Amount,
    pub(super) fees: Amount,
    pub(super) burned: Amount,
    pub(super) to_treasury: Amount,
    pub(super) operator_rewards: Amount,
    pub(super) owner_rewards: Amount,
}

/// The auditor's verdict.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Audited {
    pub(super) passed: bool,
    pub(super) checked: u64,
    pub(super) blocks: u64,
    pub(super) seconds: f64,
}

/// What one thread takes for a full batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alone {
    pub(super) inferences: usize,
    pub(super) cpu: Option<Duration>,
}

/// All that was found while it happened and after.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) mishaps: Mishaps,
    pub(super) cost: Cost,
    /// What the API took, in order of size, and how many calls failed.
    pub(super) answers: (Vec<Duration>, usize),
    /// Time in which the coordinator's state was read again from nothing.
    pub(super) rebuilt: Duration,
    pub(super) earned: Earned,
    pub(super) audit: Audited,
    pub(super) alone: Alone,
}

/// A quantity's distribution, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Spread {
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    pub(super) most: f64,
}

/// A worker, by its own account.
#[derive(Clone, Debug, Serialize)]
pub(super) struct WorkerFacts {
    pub(super) name: String,
    pub(super) proofs: u64,
    pub(super) inferences: u64,
    pub(super) failures: u64,
    pub(super) cpu_ms: u64,
}

/// Gas, of what.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct GasFacts {
    /// A request.
    pub(super) request: u64,
    /// A lock.
    pub(super) lock: u64,
    /// Settlements, in transactions.
    pub(super) settlements: usize,
    /// A settlement, by the inferences in it.
    pub(super) inference: u64,
}

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figures {
    ok: bool,
    insecure_srs: bool,
    pub(super) requests: usize,
    /// From when workers came to the last settlement.
    wall_ms: f64,
    /// Inferences a second.
    throughput: f64,
    pub(super) latency_ms: Spread,
    gas: GasFacts,
    pub(super) workers: Vec<WorkerFacts>,
    workers_cpu_ms: f64,
    /// CPU time of an inference in the farm, and of one in a process alone.
    inference_cpu_ms: f64,
    alone_cpu_ms: Option<f64>,
    coordinator_cpu_ms: Option<f64>,
    coordinator_rss_bytes: Option<u64>,
    rebuilt_ms: f64,
    api_ms: Spread,
    api_calls: usize,
    api_failed: usize,
    pub(super) earned: Earned,
    paid_by_requester: Vec<Amount>,
    mishaps: Mishaps,
    audit: Audited,
    checks: usize,
    failed_checks: Vec<Check>,
    /// What happened when, in milliseconds from the beginning.
    pub(super) marks: Vec<(f64, String)>,
    /// For each inference: asked for and settled, likewise.
    pub(super) timeline: Vec<(f64, f64)>,
}

impl Figures {
    /// Counts everything.
    pub(super) async fn of(place: &Place, board: &Board, found: Found, checks: &Checks) -> Result<Self, CliError> {
        let (asked, settled) = (board.asked(), board.settled());
        let since = |at| millis(board.since_start(at));
        let timeline: Vec<_> =
            settled.iter().filter_map(|(job, s)| Some((since(asked.get(job)?.at), since(s.at)))).collect();
        let last = timeline.iter().map(|t| t.1).fold(0.0, f64::max);
        let wall_ms = (last - since(board.working())).max(0.0);
        let mut latencies: Vec<f64> = timeline.iter().map(|(asked, settled)| settled - asked).collect();
        latencies.sort_by(f64::total_cmp);
        let answers: Vec<f64> = found.answers.0.iter().copied().map(millis).collect();
        let workers_cpu_ms = millis(found.cost.workers_cpu);
        let inferences = timeline.len().max(1) as f64;
        let failed_checks: Vec<Check> = checks.failed().cloned().collect();
        Ok(Self {
            ok: failed_checks.is_empty(),
            insecure_srs: true,
            requests: asked.len(),
            wall_ms,
            throughput: timeline.len() as f64 / (wall_ms / 1_000.0).max(f64::MIN_POSITIVE),
            latency_ms: Spread::of(&latencies),
            gas: gas(place, board, &settled.values().collect::<Vec<_>>()).await?,
            workers: found
                .cost
                .workers
                .into_iter()
                .map(|w| WorkerFacts {
                    name: w.name,
                    proofs: w.proofs,
                    inferences: w.inferences,
                    failures: w.failures,
                    cpu_ms: w.cpu_ms,
                })
                .collect(),
            workers_cpu_ms,
            inference_cpu_ms: workers_cpu_ms / inferences,
            alone_cpu_ms: found.alone.cpu.map(|cpu| millis(cpu) / found.alone.inferences as f64),
            coordinator_cpu_ms: found.cost.coordinator_cpu.map(millis),
            coordinator_rss_bytes: found.cost.coordinator_rss,
            rebuilt_ms: millis(found.rebuilt),
            api_ms: Spread::of(&answers),
            api_calls: answers.len(),
            api_failed: found.answers.1,
            earned: found.earned,
            paid_by_requester: spent(board, U256::from(PRICE)).into_iter().map(Amount).collect(),
            mishaps: found.mishaps,
            audit: found.audit,
            checks: checks.all.len(),
            failed_checks,
            marks: board.marks().into_iter().map(|(at, what)| (millis(at), what)).collect(),
            timeline,
        })
    }

    /// The tables.
    pub(super) fn tables(&self, output: &Output) {
        output.line("\nThroughput and latency");
        output.fact(
            "throughput",
            format_args!(
                "{:.1} inferences a second: {} in {:.1} s",
                self.throughput,
                self.timeline.len(),
                self.wall_ms / 1_000.0
            ),
        );
        output.fact("latency", format_args!("{} from request to settlement", self.latency_ms.seconds()));
        output.fact("settled", chart::line(&self.timeline));
        output.fact("CPU, an inference", format_args!("{:.0} ms of the workers", self.inference_cpu_ms));
        if let Some(alone) = self.alone_cpu_ms {
            let share = 100.0 * alone / self.inference_cpu_ms.max(f64::MIN_POSITIVE);
            output.fact(
                "",
                format_args!("{alone:.0} ms in one process with full batches: the farm reaches {share:.0} % of it"),
            );
        }
        if let (Some(bytes), Some(ms)) = (self.coordinator_rss_bytes, self.coordinator_cpu_ms) {
            let megabytes = bytes / 1_000_000;
            output.fact("coordinator", format_args!("{megabytes} MB at most, {:.1} s of CPU time", ms / 1_000.0));
        }
        output.fact(
            "its API",
            format_args!(
                "half of {} answers within {:.1} ms, 99 % within {:.1} ms",
                self.api_calls, self.api_ms.p50, self.api_ms.p99
            ),
        );
        output.line("\nWorkers, by their own account");
        row(output, "", &["proofs", "inferences", "failures", "CPU"]);
        for worker in &self.workers {
            let cpu = format!("{:.1} s", worker.cpu_ms as f64 / 1_000.0);
            let cells = [worker.proofs.to_string(), worker.inferences.to_string(), worker.failures.to_string(), cpu];
            let killed = self.mishaps.killed.as_ref() == Some(&worker.name);
            let name = if killed { format!("{}, killed", worker.name) } else { worker.name.clone() };
            row(output, &name, &cells.each_ref().map(String::as_str));
        }
        output.line("\nGas");
        output.fact("a request", self.gas.request);
        output.fact("a lock", self.gas.lock);
        output.fact(
            "an inference",
            format_args!("{}, settled in {} transactions", self.gas.inference, self.gas.settlements),
        );
        output.line("\nEarnings");
        let whole = |amount: Amount| tokens(amount.0.saturating_to());
        output.fact(
            "operator",
            format_args!("{}, and rewards of {}", whole(self.earned.operator), whole(self.earned.operator_rewards)),
        );
        output.fact(
            "model's owner",
            format_args!("{}, and rewards of {}", whole(self.earned.owner), whole(self.earned.owner_rewards)),
        );
        output.fact(
            "network",
            format_args!(
                "{} of fees: {} burned, {} to the treasury",
                whole(self.earned.fees),
                whole(self.earned.burned),
                whole(self.earned.to_treasury)
            ),
        );
        for (name, paid) in REQUESTERS.iter().zip(&self.paid_by_requester) {
            output.fact(name, format_args!("paid {}", whole(*paid)));
        }
        output.line("");
    }

    /// The headline.
    pub(super) fn summary(&self) -> String {
        format!(
            "{} inferences in {:.1} s, {:.1} a second; half of them settled within {:.1} s of their request, 99 % within {:.1} s. {} gas \
             an inference. The audit {}.",
            self.timeline.len(),
            self.wall_ms / 1_000.0,
            self.throughput,
            self.latency_ms.p50 / 1_000.0,
            self.latency_ms.p99 / 1_000.0,
            self.gas.inference,
            if self.audit.passed { "passed" } else { "did NOT pass" }
        )
    }
}

impl Spread {
    /// By nearest rank, of values in order of size.
    fn of(sorted: &[f64]) -> Self {
        let rank = |percent: usize| {
            let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(at).copied().unwrap_or_default()
        };
        Self { p50: rank(50), p90: rank(90), p99: rank(99), most: rank(100) }
    }

    fn seconds(&self) -> String {
        let [p50, p90, p99, most] = [self.p50, self.p90, self.p99, self.most].map(|ms| ms / 1_000.0);
        format!("half within {p50:.1} s, 90 % within {p90:.1} s, 99 % within {p99:.1} s, all within {most:.1} s")
    }
}

/// What transactions used.
async fn gas(place: &Place, board: &Board, settled: &[&Settled]) -> Result<GasFacts, CliError> {
    let contracts = &place.contracts;
    let locks = contracts.market.JobLocked_filter().from_block(0).query().await;
    let locks = locks.map_err(|e| CliError::new(Kind::Chain, format!("reading locks: {e}")))?;
    let locks: BTreeSet<B256> = locks.iter().filter_map(|(_, log)| log.transaction_hash).collect();
    let settlements: BTreeSet<B256> = settled.iter().map(|s| s.transaction).collect();
    let total = async |transactions: &BTreeSet<B256>| -> Result<u64, CliError> {
        let mut total = 0;
        for transaction in transactions {
            total += contracts.network.gas_of(*transaction).await?.unwrap_or_default();
        }
        Ok(total)
    };
    let asked = board.asked();
    let requested: u64 = asked.values().map(|asked| asked.gas).sum();
    Ok(GasFacts {
        request: requested / (asked.len() as u64).max(1),
        lock: total(&locks).await? / (locks.len() as u64).max(1),
        settlements: settlements.len(),
        inference: total(&settlements).await? / (settled.len() as u64).max(1),
    })
}

fn row(output: &Output, what: &str, cells: &[&str; 4]) {
    let cells: String = cells.iter().map(|cell| format!("{cell:>12}")).collect();
    output.line(format_args!("  {what:<18}{cells}"));
}
