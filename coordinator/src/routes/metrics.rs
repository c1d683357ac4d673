//! What is counted, for Prometheus.

use super::App;
use super::error::ApiError;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{Recorder, counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// Upper bounds of what requests take, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

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
        Self { recorder: Arc::new(recorder), handle }
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

    fn record(&self, record: impl FnOnce()) {
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
    let streams = api.limits.streams.saturating_sub(app.gate.streams.available_permits());
    api.metrics.record(|| {
        if let Some(tip) = tip {
            gauge!("verin_tip_block").set(number(tip.number));
            gauge!("verin_tip_time_seconds").set(number(tip.time));
        }
        for status in crate::index::job::Status::ALL {
            gauge!("verin_jobs", "status" => status.name()).set(number(counts.get(&status).copied().unwrap_or(0)));
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
        gauge!("verin_worker_proofs").set(number(workers.iter().map(|worker| worker.proofs).sum()));
        gauge!("verin_worker_inferences").set(number(workers.iter().map(|worker| worker.inferences).sum()));
        gauge!("verin_worker_failures").set(number(workers.iter().map(|worker| worker.failures).sum()));
        gauge!("verin_event_streams").set(number(u64::try_from(streams).unwrap_or(u64::MAX)));
    });
    Ok(())
}

/// Near enough for a gauge.
fn number(n: u64) -> f64 {
    n as f64
}
