//! What is counted, for Prometheus.

use super::App;
use super::error::ApiError;
use crate::broker::Reason;
use crate::chain::follower::Health;
use crate::index::job::Status;
use crate::journal::{Condition, State as Sent};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{
    Recorder, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram, with_local_recorder,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// Upper bounds of what requests take, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, from the start of the process.
    Counter,
    /// It is as it is now.
    Gauge,
    /// How many were at most so large.
    Histogram,
}

/// All that is counted, and what it is. Dashboards and alerts use no other names.
pub const DESCRIBED: [(Kind, &str, &str); 22] = [
    (Kind::Counter, "verin_http_requests_total", "Requests that were answered, by route, method and status"),
    (Kind::Histogram, "verin_http_request_seconds", "What requests took, by route"),
    (Kind::Gauge, "verin_event_streams", "Streams of events that are open"),
    (Kind::Gauge, "verin_head_block", "The last block that the node showed"),
    (Kind::Gauge, "verin_tip_block", "The last block that was read"),
    (Kind::Gauge, "verin_tip_time_seconds", "When that was made"),
    (Kind::Gauge, "verin_chain_state", "1 for how the chain is followed now: following, catching_up, lagging, failing"),
    (Kind::Gauge, "verin_jobs", "All jobs of the network, by status"),
    (Kind::Gauge, "verin_jobs_skipped", "Open jobs that this coordinator leaves to others now, by reason"),
    (Kind::Counter, "verin_jobs_taken_total", "Jobs that were taken, by way: direct, lock, reserve"),
    (Kind::Gauge, "verin_operator_jobs", "Jobs of this operator, by state: held, settled, rescued, failed"),
    (Kind::Gauge, "verin_operator_ether", "What the operator has for gas"),
    (
        Kind::Gauge,
        "verin_operator_tokens",
        "The operator's network tokens, by place: account, collateral, credit, stake",
    ),
    (Kind::Gauge, "verin_transactions", "Transactions of the journal, by state"),
    (Kind::Gauge, "verin_condition", "1 for each condition of the journal that holds"),
    (Kind::Gauge, "verin_queue", "Work in the queue, by state: waiting, leased, handed_in, dead"),
    (Kind::Counter, "verin_outcomes_refused_total", "What workers handed in and was not accepted"),
    (Kind::Gauge, "verin_workers", "Workers that were heard of lately"),
    (Kind::Gauge, "verin_workers_busy", "Of them, those that have work"),
    (Kind::Gauge, "verin_worker_proofs", "Proofs that they made since they started"),
    (Kind::Gauge, "verin_worker_inferences", "Inferences in these"),
    (Kind::Gauge, "verin_worker_failures", "Work that they failed at since they started"),
];

/// Where counts are kept.
#[derive(Clone)]
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

impl Default for Metrics {
    fn default() -> Self {
        // Only an empty list of buckets is refused.
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let metrics = Self { recorder: Arc::new(recorder), handle };
        metrics.record(|| {
            for (kind, name, what) in DESCRIBED {
                match kind {
                    Kind::Counter => describe_counter!(name, what),
                    Kind::Gauge => describe_gauge!(name, what),
                    Kind::Histogram => describe_histogram!(name, what),
                }
            }
        });
        metrics
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}

impl Metrics {
    /// Takes what the whole process counts; whether nobody else took it before.
    pub fn install(&self) -> bool {
        metrics::set_global_recorder(self.recorder.clone()).is_ok()
    }

    /// What is counted, as text.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    pub(super) fn tidy(&self) {
        self.handle.run_upkeep();
    }

    pub(crate) fn record(&self, record: impl FnOnce()) {
        let recorder: &dyn Recorder = &*self.recorder;
        with_local_recorder(recorder, record);
    }
}

/// Counts a request, and what it took.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    // The pattern, not the path: there are few.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "other".into(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "HEAD" | "OPTIONS") => known.to_owned(),
        _ => "other".into(),
    };
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    app.api.metrics.record(|| {
        counter!("verin_http_requests_total", "route" => route.clone(), "method" => method, "status" => status)
            .increment(1);
        histogram!("verin_http_request_seconds", "route" => route).record(began.elapsed().as_secs_f64());
    });
    response
}

/// Sets what is looked up rather than counted.
pub(super) async fn look(app: &App) -> Result<(), ApiError> {
    let api = &app.api;
    let (tip, counts) = (api.index.tip().await?, api.index.counts().await?);
    let (depth, workers) = match &api.queue {
        Some(queue) => (Some(queue.depth().await?), queue.workers().await?),
        None => (None, Vec::new()),
    };
    let skipped = match &tip {
        Some(tip) => skipped(app, tip.time).await?,
        None => BTreeMap::new(),
    };
    let own = match api.operator {
        Some(operator) => Some(api.index.jobs_of(operator).await?),
        None => None,
    };
    let sent = match &api.journal {
        Some(journal) => {
            let health = journal.health().borrow().clone();
            Some((journal.counts().await?, health))
        }
        None => None,
    };
    let follows = api.health.borrow().clone();
    let busy = workers.iter().filter(|worker| worker.working_on.is_some()).count();
    let streams = api.limits.streams.saturating_sub(app.gate.streams.available_permits());
    api.metrics.record(|| {
        if let Some(tip) = tip {
            gauge!("verin_tip_block").set(number(tip.number));
            gauge!("verin_tip_time_seconds").set(number(tip.time));
        }
        let (state, head) = following(&follows);
        for name in ["following", "catching_up", "lagging", "failing"] {
            gauge!("verin_chain_state", "state" => name).set(if name == state { 1.0 } else { 0.0 });
        }
        if let Some(head) = head {
            gauge!("verin_head_block").set(number(head));
        }
        for status in Status::ALL {
            gauge!("verin_jobs", "status" => status.name()).set(number(counts.get(&status).copied().unwrap_or(0)));
        }
        for reason in Reason::KINDS {
            gauge!("verin_jobs_skipped", "reason" => reason).set(number(skipped.get(reason).copied().unwrap_or(0)));
        }
        if let Some(own) = own {
            let states =
                [("held", own.held), ("settled", own.settled), ("rescued", own.rescued), ("failed", own.failed)];
            for (state, n) in states {
                gauge!("verin_operator_jobs", "state" => state).set(number(n));
            }
        }
        if let Some((counts, health)) = sent {
            for state in Sent::ALL {
                let n = counts.get(&state).copied().unwrap_or(0);
                gauge!("verin_transactions", "state" => state.name()).set(number(n));
            }
            for name in Condition::NAMES {
                let holds = health.conditions.iter().any(|condition| condition.name() == name);
                gauge!("verin_condition", "condition" => name).set(if holds { 1.0 } else { 0.0 });
            }
        }
        if let Some(depth) = depth {
            let states = [
                ("waiting", depth.waiting),
                ("leased", depth.leased),
                ("handed_in", depth.handed_in),
                ("dead", depth.dead),
            ];
            for (state, n) in states {
                gauge!("verin_queue", "state" => state).set(number(n));
            }
        }
        gauge!("verin_workers").set(number(u64::try_from(workers.len()).unwrap_or(u64::MAX)));
        gauge!("verin_workers_busy").set(number(u64::try_from(busy).unwrap_or(u64::MAX)));
        gauge!("verin_worker_proofs").set(number(workers.iter().map(|worker| worker.proofs).sum()));
        gauge!("verin_worker_inferences").set(number(workers.iter().map(|worker| worker.inferences).sum()));
        gauge!("verin_worker_failures").set(number(workers.iter().map(|worker| worker.failures).sum()));
        gauge!("verin_event_streams").set(number(u64::try_from(streams).unwrap_or(u64::MAX)));
    });
    Ok(())
}

/// Open jobs that were looked at and not taken, by the kind of their reason.
async fn skipped(app: &App, now: u64) -> Result<BTreeMap<&'static str, u64>, ApiError> {
    let mut counts = BTreeMap::new();
    for job in app.api.index.takeable(now).await? {
        if let Some(kind) = app.api.notes.kind(&job.id) {
            *counts.entry(kind).or_default() += 1;
        }
    }
    Ok(counts)
}

/// How the chain is followed, in a word, and the node's head where it is known.
fn following(health: &Health) -> (&'static str, Option<u64>) {
    match health {
        Health::Following { head } => ("following", Some(*head)),
        Health::CatchingUp { head, .. } => ("catching_up", Some(*head)),
        Health::Lagging { head, .. } => ("lagging", Some(*head)),
        Health::Failing { .. } => ("failing", None),
    }
}

/// Near enough for a gauge.
fn number(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::DESCRIBED;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Names that the sources of this crate count under.
    fn counted(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                counted(&path, names);
            } else if path.extension().is_some_and(|is| is == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                for macro_ in ["counter!(", "gauge!(", "histogram!("] {
                    let calls = text.split(macro_).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                    let called = calls.filter_map(|rest| rest.split('"').next());
                    names.extend(called.filter(|name| name.starts_with("verin_")).map(String::from));
                }
            }
        }
    }

    #[test]
    fn what_is_counted_is_described_and_documented() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut names = BTreeSet::new();
        counted(&root.join("src"), &mut names);
        let described: BTreeSet<String> = DESCRIBED.iter().map(|(_, name, _)| String::from(*name)).collect();
        assert_eq!(names, described);
        assert_eq!(described.len(), DESCRIBED.len(), "once each");
        let document = std::fs::read_to_string(root.join("../docs/api.md")).expect("docs/api.md");
        for name in described {
            assert!(document.contains(&format!("`{name}")), "docs/api.md does not have {name}");
        }
    }
}
