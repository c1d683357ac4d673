//! How much of everything: bytes of a body, requests of a client, seconds of a request, requests and streams at once.

use super::App;
use super::error::ApiError;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_governor::GovernorLayer;
use tower_governor::errors::GovernorError;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::KeyExtractor;

/// So often is tidied, in requests.
const TIDY: u64 = 1_024;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Bytes of a body with an input in it.
    pub large_body: usize,
    /// Requests that a client may make at once after a pause.
    pub burst: u32,
    /// After those, one request in so long.
    pub refill: Duration,
    /// How long a request may take, its body included.
    pub patience: Duration,
    /// Requests under way at once.
    pub requests: usize,
    /// Streams of events at once.
    pub streams: usize,
}

impl Default for Limits {
    /// 64 KiB, or 4 MiB with an input; 300 requests and 20 a second; 30 seconds; 256 requests and 256 streams.
    fn default() -> Self {
        Self {
            body: 64 << 10,
            large_body: 4 << 20,
            burst: 300,
            refill: Duration::from_millis(50),
            patience: Duration::from_secs(30),
            requests: 256,
            streams: 256,
        }
    }
}

/// What counts requests and streams.
pub(super) struct Gate {
    pub(super) requests: Arc<Semaphore>,
    pub(super) streams: Arc<Semaphore>,
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        Self { requests: semaphore(limits.requests), streams: semaphore(limits.streams) }
    }
}

/// Ends a request that takes too long.
pub(super) async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let patience = app.api.limits.patience;
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message = format!("the request took longer than {} s", patience.as_secs());
            ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message).into_response()
        }
    }
}

/// Refuses requests while too many are under way.
pub(super) async fn one_of_many(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.gate.requests.try_acquire() {
        Ok(_permit) => next.run(request).await,
        Err(_) => {
            let message = "too many requests are under way; try again";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message).retry_after(1).into_response()
        }
    }
}

/// Refuses clients that ask too often.
pub(super) fn rate(router: Router<App>, app: &App) -> Router<App> {
    let limits = &app.api.limits;
    let mut config = GovernorConfigBuilder::default().key_extractor(Client);
    config.period(limits.refill.max(Duration::from_nanos(1))).burst_size(limits.burst.max(1));
    // Neither is zero, which is all that could be wrong with them.
    let Some(config) = config.finish() else { return router };
    let (limiter, metrics, seen) = (config.limiter().clone(), app.api.metrics.clone(), Arc::new(AtomicU64::new(0)));
    let refuse = GovernorLayer::new(config).error_handler(|error| {
        let wait = match error {
            GovernorError::TooManyRequests { wait_time, .. } => wait_time,
            _ => 1,
        };
        let message = "too many requests from this address; wait as long as Retry-After says";
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message).retry_after(wait).into_response()
    });
    // What is kept of clients and counts is tidied, so that it stays small.
    let tidy = move |request: Request, next: Next| {
        if seen.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            limiter.retain_recent();
            metrics.tidy();
        }
        next.run(request)
    };
    router.layer(refuse).layer(from_fn(tidy))
}

/// A client, by its address; of IPv6 the network, since one client has all of it. What a proxy says of whom it asks for is not
/// believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client;

impl KeyExtractor for Client {
    type Key = IpAddr;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<IpAddr, GovernorError> {
        let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Ok(match from.map(|ConnectInfo(from)| from.ip().to_canonical()) {
            Some(IpAddr::V6(ip)) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
            Some(ip) => ip,
            None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        })
    }
}
