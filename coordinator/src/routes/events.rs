//! Changes, as they happen.

use super::error::ApiError;
use super::extract::{Params, job_id};
use super::{App, convert};
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::response::sse::{self, KeepAlive, Sse};
use futures::StreamExt;
use serde::Deserialize;
use std::time::Duration;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;
use verin_client::types::{Event, Fault};

/// So often something is sent, so that whoever is between does not take the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Which changes are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Those of this job only.
    #[param(value_type = Option<verin_client::types::shape::Hash>)]
    job: Option<String>,
}

/// Changes as server-sent events, each named `change`. Nothing is repeated: after a reconnection, what is shown is fetched anew. The
/// first event comes at once, with `missed`.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "jobs",
    params(Which),
    responses(
        (status = 200, body = Event, content_type = "text/event-stream", description = "Events whose data is this, as JSON."),
        (status = 400, body = Fault, description = "The query is not what is expected."),
        (status = 503, body = Fault, description = "Too many streams at once.")
    )
)]
pub(super) async fn events(
    State(app): State<App>,
    Params(which): Params<Which>,
) -> Result<impl IntoResponse, ApiError> {
    let only = which.job.as_deref().map(job_id).transpose()?;
    let permit = app.gate.streams.clone().try_acquire_owned().map_err(|_| {
        let message = "too many streams of events at once; ask for what you need instead, or try again later";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", message).retry_after(10)
    })?;
    let changes = BroadcastStream::new(app.api.changes.subscribe());
    // From here on nothing is missed; before, anything may have been.
    let tip = app.api.index.tip().await?.map(|tip| tip.number);
    let first = futures::stream::iter([Event { tip, missed: true, ..Event::default() }]);
    let later = changes.map(|change| match change {
        Ok(change) => convert::event(change),
        // Too slow: what was missed is not known any more.
        Err(_) => Event { missed: true, ..Event::default() },
    });
    let wanted = move |event: &Event| {
        let wanted = event.missed || event.reorganised || only.is_none_or(|job| event.jobs.contains(&job));
        std::future::ready(wanted)
    };
    let events = first.chain(later).filter(wanted).take_until(app.api.shutdown.clone().cancelled_owned());
    let events = events.map(move |event| {
        // As long as the stream is there, so is the permit.
        let _ = &permit;
        sse::Event::default().event("change").json_data(event)
    });
    let headers = [(header::CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("still here"))))
}
