//! Bodies, queries and paths, with typed refusals.

use super::error::ApiError;
use alloy::primitives::{Address, B256};
use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// A body of JSON.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// A query.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::from_request_parts(parts, state).await?;
        Ok(Self(query))
    }
}

/// The one part of a path that varies.
pub(super) struct Part(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Part {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let bad = |_| ApiError::bad_request("bad_path", "a part of the path is not UTF-8");
        let Path(part) = Path::from_request_parts(parts, state).await.map_err(bad)?;
        Ok(Self(part))
    }
}

/// The id of a job.
pub(super) fn job_id(text: &str) -> Result<B256, ApiError> {
    hexadecimal(text).and_then(|text| text.parse().ok()).ok_or_else(|| {
        ApiError::bad_request("bad_job_id", "this is no id of a job").expected("0x and 64 hexadecimal digits").got(text)
    })
}

/// An address.
pub(super) fn address(what: &str, text: &str) -> Result<Address, ApiError> {
    hexadecimal(text).and_then(|text| text.parse().ok()).ok_or_else(|| {
        let message = format!("{what}: this is no address");
        ApiError::bad_request("bad_address", message).expected("0x and 40 hexadecimal digits").got(text)
    })
}

/// The number of a listing.
pub(super) fn listing(text: &str) -> Result<u64, ApiError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        ApiError::bad_request("bad_listing", "this is no number of a listing").expected("a whole number").got(text)
    })
}

/// With `0x` only, as everything here is written.
fn hexadecimal(text: &str) -> Option<&str> {
    text.starts_with("0x").then_some(text)
}
