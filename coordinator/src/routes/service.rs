//! Status, health, metrics.

use super::error::ApiError;
use super::{App, convert};
use crate::chain::follower::Health as Follows;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use verin_client::types::{Fault, Health, ServiceStatus};

/// What this coordinator is and where it stands.
#[utoipa::path(get, path = "/v1/status", tag = "service", responses((status = 200, body = ServiceStatus)))]
pub(super) async fn status(State(app): State<App>) -> Result<Json<ServiceStatus>, ApiError> {
    let api = &app.api;
    let contracts = api.index.contracts();
    let health = convert::health(&api.health.borrow());
    Ok(Json(ServiceStatus {
        version: env!("CARGO_PKG_VERSION").into(),
        chain_id: contracts.network.chain_id,
        contracts: contracts.deployed.iter().map(|deployed| (deployed.name.into(), deployed.address)).collect(),
        token: *contracts.token.address(),
        operator: api.operator,
        relays: api.relay.is_some() && api.token.is_some(),
        tip: api.index.tip().await?.map(convert::tip),
        health,
        jobs: api.index.counts().await?,
    }))
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the index is at the head of the chain.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    responses((status = 200, body = Health), (status = 503, body = Fault, description = "It is not; try again later."))
)]
pub(super) async fn ready(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    let health = app.api.health.borrow().clone();
    let message = match &health {
        Follows::Following { .. } => return Ok(Json(convert::health(&health))),
        Follows::CatchingUp { at, head } => format!("block {at} of {head} is read"),
        Follows::Lagging { head, at } => format!("the node shows block {head}, and {at} was read before"),
        Follows::Failing { .. } => "the node does not answer as it should".into(),
    };
    Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message).retry_after(5))
}

/// What is counted, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service", responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, ApiError> {
    super::metrics::look(&app).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.api.metrics.render()))
}
