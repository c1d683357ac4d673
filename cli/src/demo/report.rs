//! The facts, for machines (`docs/demo.md` lists the keys) and as tables.

use super::checks::{Check, Checks};
use super::usage::{Moment, peak_rss};
use crate::output::Output;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use verin_contracts::B256;
use verin_contracts::deploy::Deployed;

/// What quantization cost.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct ModelFacts {
    pub(super) name: &'static str,
    pub(super) test_digits: usize,
    pub(super) float_accuracy: f64,
    pub(super) accuracy: f64,
    pub(super) graph_digest: String,
}

/// The chain.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct ChainFacts {
    pub(super) url: String,
    pub(super) chain_id: u64,
    pub(super) contracts: Vec<Deployed>,
}

/// A published record.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RecordFacts {
    pub(super) name: &'static str,
    pub(super) hash: B256,
    pub(super) bytes: usize,
    pub(super) rows: usize,
    pub(super) row_log: usize,
    pub(super) setup_ms: u128,
    pub(super) publish_gas: u64,
    pub(super) list_gas: u64,
    pub(super) listing: String,
}

/// A settled batch.
#[derive(Clone, Debug, Serialize)]
pub(super) struct InferenceFacts {
    pub(super) name: &'static str,
    pub(super) private_input: bool,
    pub(super) batch: usize,
    pub(super) core_ms: f64,
    pub(super) seal_ms: f64,
    pub(super) prove_ms: f64,
    pub(super) prove_cpu_ms: Option<f64>,
    pub(super) verify_native_ms: f64,
    pub(super) proof_bytes: usize,
    pub(super) calldata_bytes: usize,
    pub(super) request_gas: u64,
    pub(super) take_gas: u64,
    pub(super) verify_gas: u64,
    pub(super) settle_gas: u64,
    pub(super) gas_per_inference: u64,
    pub(super) labels: Vec<i64>,
    pub(super) predicted: Vec<i64>,
}

/// A false claim.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RefusalFacts {
    pub(super) what: &'static str,
    pub(super) error: String,
    pub(super) gas: u64,
}

/// Jobs that their prover did not do, amounts in base units.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LapseFacts {
    pub(super) refunded: String,
    pub(super) bounty: String,
    pub(super) to_treasury: String,
    pub(super) late_gas: u64,
    pub(super) refund_gas: u64,
}

/// The books of the epoch, in base units.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EpochFacts {
    pub(super) fees: String,
    pub(super) burned: String,
    pub(super) to_treasury: String,
    pub(super) rewards: String,
    pub(super) claims: BTreeMap<&'static str, String>,
}

/// A final balance, in base units; the treasury's without its allocation.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BalanceFacts {
    pub(super) name: &'static str,
    pub(super) tokens: String,
    #[serde(skip)]
    pub(super) text: String,
}

/// Everything.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    ok: bool,
    insecure_srs: bool,
    model: ModelFacts,
    chain: ChainFacts,
    pub(super) records: Vec<RecordFacts>,
    pub(super) inferences: Vec<InferenceFacts>,
    pub(super) refusals: Vec<RefusalFacts>,
    pub(super) lapses: Option<LapseFacts>,
    pub(super) epoch: Option<EpochFacts>,
    pub(super) balances: Vec<BalanceFacts>,
    checks: usize,
    failed_checks: Vec<Check>,
    wall_ms: f64,
    cpu_ms: Option<f64>,
    peak_rss_bytes: Option<u64>,
}

impl Report {
    /// Fills in what is known at the end.
    pub(super) fn finish(&mut self, model: ModelFacts, chain: ChainFacts, checks: &Checks, start: &Moment) {
        let spent = start.spent();
        self.failed_checks = checks.failed().cloned().collect();
        (self.ok, self.insecure_srs) = (self.failed_checks.is_empty(), true);
        (self.model, self.chain, self.checks) = (model, chain, checks.all.len());
        (self.wall_ms, self.cpu_ms) = (millis(spent.wall), spent.cpu.map(millis));
        self.peak_rss_bytes = peak_rss(std::process::id());
    }

    /// The tables.
    pub(super) fn tables(&self, output: &Output) {
        let names: Vec<String> = self.inferences.iter().map(|i| format!("{} ({})", i.name, i.batch)).collect();
        output.line("");
        row(output, "", &names);
        let line = |what: &str, of: &dyn Fn(&InferenceFacts) -> String| {
            row(output, what, &self.inferences.iter().map(of).collect::<Vec<_>>());
        };
        line("core proof", &|i| format!("{:.0} ms", i.core_ms));
        line("seal", &|i| format!("{:.0} ms", i.seal_ms));
        line("proving, wall", &|i| format!("{:.0} ms", i.prove_ms));
        line("proving, CPU", &|i| i.prove_cpu_ms.map_or_else(|| "-".into(), |ms| format!("{ms:.0} ms")));
        line("verifying, native", &|i| format!("{:.1} ms", i.verify_native_ms));
        line("proof", &|i| format!("{} bytes", i.proof_bytes));
        line("calldata", &|i| format!("{} bytes", i.calldata_bytes));
        line("gas, verify call", &|i| i.verify_gas.to_string());
        line("gas, settlement", &|i| i.settle_gas.to_string());
        line("gas, an inference", &|i| i.gas_per_inference.to_string());
        line("gas, request(s)", &|i| i.request_gas.to_string());
        line("gas, taking them", &|i| i.take_gas.to_string());
        line("digits right", &|i| {
            let right = i.labels.iter().zip(&i.predicted).filter(|(label, said)| label == said).count();
            format!("{right} of {}", i.batch)
        });
        output.line("");
        for balance in &self.balances {
            output.fact(balance.name, &balance.text);
        }
        output.line("");
        output.fact("the whole demo", format_args!("{:.1} s", self.wall_ms / 1_000.0));
        if let Some(ms) = self.cpu_ms {
            output.fact("CPU", format_args!("{:.1} s", ms / 1_000.0));
        }
        if let Some(bytes) = self.peak_rss_bytes {
            output.fact("peak memory", format_args!("{} MB", bytes / 1_000_000));
        }
    }
}

fn row(output: &Output, what: &str, cells: &[String]) {
    let cells: String = cells.iter().map(|cell| format!("{cell:>16}")).collect();
    output.line(format_args!("  {what:<18}{cells}"));
}

/// Milliseconds.
pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
