//! What is wrong, as JSON.

use crate::error::CoordinatorError;
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::http::{Method, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use std::any::Any;
use verin_client::types::{Fault, Problem};
use verin_contracts::ContractsError;
use verin_queue::QueueError;

/// The most of what came in that is said back.
const ECHO: usize = 120;

/// An answer that is an error.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    problem: Problem,
    retry_after: Option<u64>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let problem = Problem { code: code.into(), message: message.into(), expected: None, got: None };
        Self { status, problem, retry_after: None }
    }

    pub(super) fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// What was well formed, but cannot be.
    pub(super) fn refused(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.problem.expected = Some(expected.into());
        self
    }

    pub(crate) fn got(mut self, got: impl AsRef<str>) -> Self {
        self.problem.got = Some(got.as_ref().chars().take(ECHO).collect());
        self
    }

    /// All of it in one sentence.
    pub(super) fn sentence(self) -> String {
        let Problem { message, expected, got, .. } = self.problem;
        let part = |name: &str, text: Option<String>| text.map(|text| format!("{name} {text}"));
        [Some(message), part("expected", expected), part("got", got)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response<Body> {
        let mut response = (self.status, Json(Fault { error: self.problem })).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<CoordinatorError> for ApiError {
    fn from(error: CoordinatorError) -> Self {
        match error {
            CoordinatorError::Contracts(error) => error.into(),
            CoordinatorError::Queue(error) => error.into(),
            other => {
                tracing::error!(error = %other, "a request failed");
                let message = "the coordinator cannot read its own data; its log says why";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
            }
        }
    }
}

impl From<ContractsError> for ApiError {
    fn from(error: ContractsError) -> Self {
        if let ContractsError::Reverted { what, error } = &error {
            return Self::refused("contract_refused", format!("{what}: the contract refused with {error}")).got(error);
        }
        // What the node said may name it, and whoever asks need not know where it is.
        tracing::warn!(%error, "a request failed: the node does not answer as it should");
        let message = "the node that this coordinator asks does not answer as it should; try again later";
        Self::new(StatusCode::BAD_GATEWAY, "node_failed", message).retry_after(5)
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        tracing::warn!(%error, "a request failed: the queue does not answer as it should");
        let message = "the queue of this coordinator does not answer as it should; try again later";
        Self::new(StatusCode::BAD_GATEWAY, "queue_failed", message).retry_after(5)
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_content_type", "the body must be JSON")
                    .expected("Content-Type: application/json")
            }
            JsonRejection::BytesRejection(rejection) => rejection.into(),
            other => Self::bad_request("bad_body", format!("the body is not what is expected: {}", other.body_text())),
        }
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than this route takes")
            }
            _ => Self::bad_request("bad_body", format!("the body cannot be read: {}", rejection.body_text())),
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request("bad_query", format!("the query is not what is expected: {}", rejection.body_text()))
    }
}

/// There is nothing of this name.
pub(super) async fn no_route(uri: Uri) -> ApiError {
    let message = "there is nothing here; /v1/openapi.json lists what there is";
    ApiError::not_found("unknown_route", message).got(uri.path())
}

/// There is, but not for this method. axum says in a header which ones it is for.
pub(super) async fn no_method(method: Method, uri: Uri) -> ApiError {
    let message = format!("{} cannot be asked for with this method", uri.path().chars().take(ECHO).collect::<String>());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "bad_method", message).got(method.as_str())
}

/// A handler panicked: the request fails, and nothing else.
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("no text"), "a request failed");
    let message = "the coordinator failed at this request; its log says why";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message).into_response()
}
