//! Models, provers, epochs, activity, workers, the queue.

use super::error::ApiError;
use super::extract::{Part, listing};
use super::{App, convert};
use crate::index;
use axum::Json;
use axum::extract::State;
use std::time::{SystemTime, UNIX_EPOCH};
use verin_client::types::{
    Activity, DeadLetter, Depth, Epoch, Fault, Hour, Layout, Model, ModelDetail, Prover, QueueState, Worker,
};

/// Hours of activity.
const HOURS: u64 = 48;
/// Settlements in it.
const SETTLEMENTS: usize = 500;
/// Dead letters that are shown.
const LETTERS: usize = 100;

/// Models for sale, in the order in which they were listed.
#[utoipa::path(get, path = "/v1/models", tag = "market", responses((status = 200, body = Vec<Model>)))]
pub(super) async fn models(State(app): State<App>) -> Result<Json<Vec<Model>>, ApiError> {
    let index = &app.api.index;
    let token = *index.contracts().token.address();
    Ok(Json(index.listings().await?.into_iter().map(|listing| convert::model(listing, token)).collect()))
}

/// One model, and what it takes and gives.
#[utoipa::path(
    get,
    path = "/v1/models/{listing}",
    tag = "market",
    params(("listing" = u64, Path, description = "Number of the listing.")),
    responses(
        (status = 200, body = ModelDetail),
        (status = 400, body = Fault, description = "That is no number of a listing."),
        (status = 404, body = Fault, description = "There is no such listing.")
    )
)]
pub(super) async fn model(State(app): State<App>, Part(id): Part) -> Result<Json<ModelDetail>, ApiError> {
    let found = known(&app, listing(&id)?).await?;
    let layout = app.layouts.of(&app.api.index, found.record).await?;
    let model = convert::model(found, *app.api.index.contracts().token.address());
    Ok(Json(ModelDetail { model, layout: layout.map(|layout| Layout::from(&*layout)) }))
}

/// The listing of this number.
pub(super) async fn known(app: &App, id: u64) -> Result<index::listing::Listing, ApiError> {
    let unknown = || ApiError::not_found("unknown_listing", format!("there is no listing {id}")).got(id.to_string());
    app.api.index.listing(id).await?.ok_or_else(unknown)
}

/// Everybody who took a job, was paid for one, or has stake.
#[utoipa::path(get, path = "/v1/provers", tag = "market", responses((status = 200, body = Vec<Prover>)))]
pub(super) async fn provers(State(app): State<App>) -> Result<Json<Vec<Prover>>, ApiError> {
    Ok(Json(app.api.index.provers().await?.into_iter().map(convert::prover).collect()))
}

/// Rewards by week.
#[utoipa::path(get, path = "/v1/epochs", tag = "market", responses((status = 200, body = Vec<Epoch>)))]
pub(super) async fn epochs(State(app): State<App>) -> Result<Json<Vec<Epoch>>, ApiError> {
    Ok(Json(app.api.index.epochs().await?.into_iter().map(convert::epoch).collect()))
}

/// The last 48 hours, and the last 500 settlements.
#[utoipa::path(get, path = "/v1/activity", tag = "market", responses((status = 200, body = Activity)))]
pub(super) async fn activity(State(app): State<App>) -> Result<Json<Activity>, ApiError> {
    let index = &app.api.index;
    let last = now(&app).await?;
    let last = last - last % 3_600;
    let first = last.saturating_sub(3_600 * (HOURS - 1));
    let known = index.hours(first).await?;
    let hours = (0..HOURS).map(|n| first + n * 3_600).map(|time| {
        let index::statistics::Hour { requested, fulfilled, ended } = known.get(&time).copied().unwrap_or_default();
        Hour { time, requested, fulfilled, ended }
    });
    let settlements = index.settlements(None, SETTLEMENTS).await?.into_iter().map(convert::settlement).collect();
    Ok(Json(Activity { hours: hours.collect(), settlements }))
}

/// Workers that are there; none of a coordinator that only looks.
#[utoipa::path(get, path = "/v1/workers", tag = "farm", responses((status = 200, body = Vec<Worker>)))]
pub(super) async fn workers(State(app): State<App>) -> Result<Json<Vec<Worker>>, ApiError> {
    let workers = match &app.api.queue {
        Some(queue) => queue.workers().await?,
        None => Vec::new(),
    };
    Ok(Json(workers.into_iter().map(convert::worker).collect()))
}

/// How much work is where, and what nobody could do.
#[utoipa::path(get, path = "/v1/queue", tag = "farm", responses((status = 200, body = QueueState)))]
pub(super) async fn queue(State(app): State<App>) -> Result<Json<QueueState>, ApiError> {
    let Some(queue) = &app.api.queue else { return Ok(Json(QueueState { depth: None, dead_letters: Vec::new() })) };
    let verin_queue::Depth { waiting, leased, handed_in, dead } = queue.depth().await?;
    let letters = queue.dead_letters().await?.into_iter().take(LETTERS).map(|letter| DeadLetter {
        work: letter.work.id,
        record: letter.work.record,
        jobs: letter.work.jobs,
        attempts: letter.attempts,
        why: letter.why,
    });
    Ok(Json(QueueState { depth: Some(Depth { waiting, leased, handed_in, dead }), dead_letters: letters.collect() }))
}

/// The time, in seconds: a block's may be ahead of the clock here.
pub(super) async fn now(app: &App) -> Result<u64, ApiError> {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(app.api.index.tip().await?.map_or(clock, |tip| tip.time.max(clock)))
}
