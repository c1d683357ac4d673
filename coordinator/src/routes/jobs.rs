//! Jobs and their outputs.

use super::error::ApiError;
use super::extract::{Params, Part, address, job_id};
use super::layout::Layout;
use super::{App, convert};
use crate::index::job::{Filter, Job, Step};
use alloy::primitives::B256;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use verin_client::types::{Amount, Fault, JobPage, Output, Status, Story};

/// Jobs of a page, when nothing is said.
const USUAL: u16 = 50;
/// Most jobs of a page.
const MOST: u16 = 200;

/// Which jobs are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// In this state.
    #[param(value_type = Option<verin_client::types::shape::Status>)]
    status: Option<Status>,
    /// Of this listing.
    listing: Option<u64>,
    /// Of this requester.
    #[param(value_type = Option<verin_client::types::shape::Address>)]
    requester: Option<String>,
    /// Taken by this prover.
    #[param(value_type = Option<verin_client::types::shape::Address>)]
    prover: Option<String>,
    /// At most so many: 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// What the page before gave as `next`.
    #[param(pattern = "^[0-9]{1,18}-[0-9]{1,18}$")]
    before: Option<String>,
}

/// Jobs, newest first.
#[utoipa::path(
    get,
    path = "/v1/jobs",
    tag = "jobs",
    params(Which),
    responses((status = 200, body = JobPage), (status = 400, body = Fault, description = "The query is not what is expected."))
)]
pub(super) async fn jobs(State(app): State<App>, Params(which): Params<Which>) -> Result<Json<JobPage>, ApiError> {
    let limit = which.limit.unwrap_or(USUAL);
    if limit == 0 || limit > MOST {
        let error = ApiError::bad_request("bad_query", "limit is out of range");
        return Err(error.expected(format!("1 to {MOST}")).got(limit.to_string()));
    }
    if let Some(listing) = which.listing.filter(|listing| i64::try_from(*listing).is_err()) {
        let error = ApiError::bad_request("bad_query", "listing is out of range");
        return Err(error.expected(format!("at most {}", i64::MAX)).got(listing.to_string()));
    }
    let filter = Filter {
        status: which.status,
        listing: which.listing,
        requester: which.requester.as_deref().map(|text| address("requester", text)).transpose()?,
        prover: which.prover.as_deref().map(|text| address("prover", text)).transpose()?,
        before: which.before.as_deref().map(cursor).transpose()?,
        limit: usize::from(limit) + 1,
    };
    let index = &app.api.index;
    let mut found = index.jobs(filter).await?;
    let more = found.len() > usize::from(limit);
    found.truncate(limit.into());
    let next = found.last().filter(|_| more).map(|last| format!("{}-{}", last.block, last.log));
    let times = index.times(found.iter().map(|job| job.id).collect()).await?;
    let mut jobs = Vec::with_capacity(found.len());
    for job in &found {
        let private = layout(&app, job).await.is_some_and(|layout| layout.is_private());
        jobs.push(convert::job(job, times.get(&job.id).copied().unwrap_or_default(), private));
    }
    Ok(Json(JobPage { jobs, next }))
}

/// Block and log.
fn cursor(text: &str) -> Result<(u64, u64), ApiError> {
    let digits = |text: &str| {
        let few = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        few.then(|| text.parse().ok()).flatten()
    };
    let parsed = text.split_once('-').and_then(|(block, log)| Some((digits(block)?, digits(log)?)));
    parsed.ok_or_else(|| {
        let error = ApiError::bad_request("bad_query", "before is nothing that a page gave as next");
        error.expected("a block and a log, such as 120-3").got(text)
    })
}

/// A job's whole story.
#[utoipa::path(
    get,
    path = "/v1/jobs/{id}",
    tag = "jobs",
    params(("id" = verin_client::types::shape::Hash, Path, description = "The job.")),
    responses(
        (status = 200, body = Story),
        (status = 400, body = Fault, description = "That is no id of a job."),
        (status = 404, body = Fault, description = "There is no such job.")
    )
)]
pub(super) async fn job(State(app): State<App>, Part(id): Part) -> Result<Json<Story>, ApiError> {
    let job = known(&app, job_id(&id)?).await?;
    let index = &app.api.index;
    let times = index.times(vec![job.id]).await?.get(&job.id).copied().unwrap_or_default();
    let (steps, payments) = (index.steps(job.id).await?, index.payments(job.id).await?);
    let (now, layout) = (super::market::now(&app).await?, layout(&app, &job).await);
    Ok(Json(Story {
        price_now: (job.status == Status::Open).then(|| Amount(job.price_at(now))),
        input_values: layout.as_ref().and_then(|layout| layout.input_values(&job.input)),
        skipped: if job.status.is_over() { None } else { app.api.notes.of(&job.id) },
        record: job.record,
        verifier: job.verifier,
        owner_bps: job.owner_bps,
        floor_price: Amount(job.floor_price),
        bond: Amount(job.bond),
        collateral: Amount(job.collateral),
        curve_start: job.curve_start,
        curve_seconds: job.curve_seconds,
        prove_seconds: job.prove_window,
        cancel_at: job.cancel_at,
        callback: convert::some(job.callback),
        callback_gas: job.callback_gas,
        payout: job.payout,
        input: job.input.clone(),
        steps: steps.into_iter().map(convert::step).collect(),
        payments: payments.into_iter().map(convert::payment).collect(),
        job: convert::job(&job, times, layout.is_some_and(|layout| layout.is_private())),
    }))
}

/// A job's output.
#[utoipa::path(
    get,
    path = "/v1/jobs/{id}/output",
    tag = "jobs",
    params(("id" = verin_client::types::shape::Hash, Path, description = "The job.")),
    responses(
        (status = 200, body = Output),
        (status = 400, body = Fault, description = "That is no id of a job."),
        (status = 404, body = Fault, description = "There is no such job, or it has no output.")
    )
)]
pub(super) async fn output(State(app): State<App>, Part(id): Part) -> Result<Json<Output>, ApiError> {
    let job = known(&app, job_id(&id)?).await?;
    let (step, late) = settled(&app, &job).await?;
    let output = step.data.unwrap_or_default();
    let values = layout(&app, &job).await.and_then(|layout| layout.output_values(&output));
    Ok(Json(Output { job: job.id, output, values, late, transaction: step.sent }))
}

/// The job of this id.
pub(super) async fn known(app: &App, id: B256) -> Result<Job, ApiError> {
    let unknown = || ApiError::not_found("unknown_job", format!("there is no job {id}")).got(id.to_string());
    app.api.index.job(id).await?.ok_or_else(unknown)
}

/// The step that settled a job, and whether it was late.
pub(super) async fn settled(app: &App, job: &Job) -> Result<(Step, bool), ApiError> {
    let steps = app.api.index.steps(job.id).await?;
    let settled = steps.into_iter().find(|step| matches!(step.name.as_str(), "fulfilled" | "fulfilled_late"));
    let settled = settled.map(|step| (step.name == "fulfilled_late", step)).map(|(late, step)| (step, late));
    settled.ok_or_else(|| {
        let error = ApiError::not_found("not_settled", format!("job {} has no output: nobody proved it", job.id));
        error.expected("a job that is fulfilled or fulfilled_late").got(job.status.name())
    })
}

/// What its record says; a job can be shown without, so that a node that fails is no error here.
async fn layout(app: &App, job: &Job) -> Option<Arc<Layout>> {
    app.layouts.of(&app.api.index, job.record).await.ok().flatten()
}
