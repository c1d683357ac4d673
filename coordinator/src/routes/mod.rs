//! The HTTP API, under `/v1`, and with it the [explorer](crate::explorer).
//!
//! Whatever comes in is answered: bad input by a 4xx with a [`Fault`](verin_client::types::Fault) that says what was expected, never
//! by a 5xx. What the API gives is read from the index, which is what the chain says; what could spend or move work asks for a
//! token. `docs/api.md` is for people, `/v1/openapi.json` for programs.
//!
//! ```text
//! error    what is wrong, as JSON
//! extract  bodies, queries and paths, with typed refusals
//! auth     the token
//! limits   size, rate, time, how many at once
//! headers  security headers
//! metrics  Prometheus
//! openapi  the document, from the types
//! convert  tables -> JSON types
//! layout   what a record says of its inputs and outputs
//! service  status, health, metrics
//! market   models, provers, epochs, activity, workers, queue
//! jobs     jobs, outputs
//! proof    proofs, from calldata
//! quote    prices and times to expect
//! prepare  requests that a wallet can send
//! orders   signed orders, for somebody else to send
//! events   changes, as they happen
//! ```

mod auth;
mod convert;
mod error;
mod events;
mod extract;
mod headers;
mod jobs;
mod layout;
mod limits;
mod market;
mod metrics;
mod openapi;
mod orders;
mod prepare;
mod proof;
mod quote;
mod service;

pub use auth::Token;
pub(crate) use error::ApiError;
pub use limits::Limits;
pub use metrics::{DESCRIBED, Kind, Metrics};
pub use openapi::document;
pub(crate) use orders::permit;
pub use orders::{NotRelayed, Relay};

use crate::chain::follower::{Change, Health};
use crate::index::Index;
use crate::journal::Journal;
use crate::notes::Notes;
use alloy::primitives::Address;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use layout::Layouts;
use limits::Gate;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{Any, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verin_queue::Queue;

/// All that the API shows and does.
#[derive(Clone)]
pub struct Api {
    /// What the chain says.
    pub index: Index,
    /// Changes of it.
    pub changes: broadcast::Sender<Change>,
    /// How it follows the chain.
    pub health: watch::Receiver<Health>,
    /// Work for provers; none of a coordinator that only looks.
    pub queue: Option<Arc<dyn Queue>>,
    /// Why jobs were not taken.
    pub notes: Notes,
    /// What is sent to the chain; none of a coordinator that only looks.
    pub journal: Option<Journal>,
    /// Whom this coordinator proves for.
    pub operator: Option<Address>,
    /// What a caller shows to spend or to move work. Without it nobody can.
    pub token: Option<Token>,
    /// Sends signed orders of others.
    pub relay: Option<Arc<dyn Relay>>,
    /// How much of everything.
    pub limits: Limits,
    /// What is counted.
    pub metrics: Metrics,
    /// Ends streams of events, so that the server can end.
    pub shutdown: CancellationToken,
}

impl Api {
    /// An API that only looks.
    pub fn new(index: Index, changes: broadcast::Sender<Change>, health: watch::Receiver<Health>) -> Self {
        Self {
            index,
            changes,
            health,
            queue: None,
            notes: Notes::default(),
            journal: None,
            operator: None,
            token: None,
            relay: None,
            limits: Limits::default(),
            metrics: Metrics::default(),
            shutdown: CancellationToken::new(),
        }
    }
}

/// What handlers share.
struct Shared {
    api: Api,
    layouts: Layouts,
    gate: Gate,
}

type App = Arc<Shared>;

/// The API and the explorer.
pub fn router(api: Api) -> Router {
    let limits = api.limits;
    let gate = Gate::new(&limits);
    let app = Arc::new(Shared { api, layouts: Layouts::default(), gate });
    let (reads, _) = reads().split_for_parts();
    let (large, _) = large().split_for_parts();
    let (writes, _) = writes().split_for_parts();
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([axum::http::Method::GET, axum::http::Method::POST])
        .allow_headers([axum::http::header::CONTENT_TYPE]);
    let large = large.layer(DefaultBodyLimit::max(limits.large_body));
    let writes =
        writes.layer(DefaultBodyLimit::max(limits.large_body)).layer(from_fn_with_state(app.clone(), auth::require));
    let api = reads.merge(large).layer(cors).merge(writes);
    let api = api.route("/v1/openapi.json", axum::routing::get(openapi::get));
    let compress = DefaultPredicate::new().and(NotForContentType::const_new("text/event-stream"));
    let all = api
        .merge(crate::explorer::router())
        .fallback(error::no_route)
        .method_not_allowed_fallback(error::no_method)
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(from_fn_with_state(app.clone(), limits::in_time))
        .layer(from_fn_with_state(app.clone(), limits::one_of_many));
    limits::rate(all, &app)
        .layer(CompressionLayer::new().compress_when(compress))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .with_state(app)
}

/// What anybody may read.
fn reads() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(service::status))
        .routes(routes!(service::alive))
        .routes(routes!(service::ready))
        .routes(routes!(service::metrics))
        .routes(routes!(market::models))
        .routes(routes!(market::model))
        .routes(routes!(market::provers))
        .routes(routes!(market::epochs))
        .routes(routes!(market::activity))
        .routes(routes!(market::workers))
        .routes(routes!(market::queue))
        .routes(routes!(jobs::jobs))
        .routes(routes!(jobs::job))
        .routes(routes!(jobs::output))
        .routes(routes!(proof::proof))
        .routes(routes!(events::events))
}

/// What anybody may ask with an input, which may be large. Nothing is spent.
fn large() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(quote::quote)).routes(routes!(prepare::prepare))
}

/// What spends, or moves work.
fn writes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(orders::order))
}

/// Serves until `shutdown`, which is to be the [`Api::shutdown`] of the router; then lets requests that are under way end.
///
/// # Errors
/// The listener fails.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown.cancelled_owned()).await
}
