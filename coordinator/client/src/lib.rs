//! A client of the coordinator's HTTP API.
//!
//! [`Client::prepare`] makes a request that the caller signs and sends itself; [`Client::follow`] waits until its job has ended, on
//! the coordinator's events and, where those break off, by asking. Nothing here holds a key.
//!
//! ```text
//! types   what the API takes and gives
//! follow  a job until its end
//! error   what can go wrong
//! ```
//!
//! `examples/infer.rs` is an inference from quote to output.

pub mod error;
mod follow;
pub mod types;

pub use error::ClientError;

use alloy::primitives::B256;
use reqwest::{RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use types::{
    Accepted, Fault, JobPage, Model, ModelDetail, Order, Output, Prepare, Prepared, Proof, Quote, QuoteRequest,
    ServiceStatus, Story,
};

/// Longest wait for an answer. Streams of events last longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// A connection to a coordinator.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

impl Client {
    /// A client of the coordinator at `url`, such as `http://127.0.0.1:8640`.
    ///
    /// # Errors
    /// That is no address of a coordinator.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let bad = || ClientError::BadUrl { got: url.into() };
        let mut base: Url = url.parse().map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(bad());
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        verin_contracts::network::choose_tls();
        let http = reqwest::Client::builder().connect_timeout(CONNECT).build();
        Ok(Self { http: http.map_err(|e| ClientError::unreachable(url, &e))?, base, token: None })
    }

    /// Shows this token where one is asked for.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.trim().into());
        self
    }

    /// What the coordinator is and where it stands.
    ///
    /// # Errors
    /// See [`ClientError`]; likewise of all that follow.
    pub async fn status(&self) -> Result<ServiceStatus, ClientError> {
        self.get("v1/status").await
    }

    /// Models for sale.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn models(&self) -> Result<Vec<Model>, ClientError> {
        self.get("v1/models").await
    }

    /// One model, and what it takes and gives.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn model(&self, listing: u64) -> Result<ModelDetail, ClientError> {
        self.get(&format!("v1/models/{listing}")).await
    }

    /// What an inference is likely to cost and to take.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn quote(&self, ask: &QuoteRequest) -> Result<Quote, ClientError> {
        self.post("v1/quote", ask).await
    }

    /// A request that the requester's own wallet can sign and send.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn prepare(&self, ask: &Prepare) -> Result<Prepared, ClientError> {
        self.post("v1/prepare", ask).await
    }

    /// Has the coordinator send a signed order. Needs its token.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn order(&self, order: &Order) -> Result<Accepted, ClientError> {
        self.post("v1/orders", order).await
    }

    /// Jobs, newest first: 50, or those before the page that gave this `next`.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn jobs(&self, before: Option<&str>) -> Result<JobPage, ClientError> {
        let mut url = self.url("v1/jobs")?;
        if let Some(before) = before {
            url.query_pairs_mut().append_pair("before", before);
        }
        self.send(self.http.get(url)).await
    }

    /// A job's whole story.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn job(&self, id: B256) -> Result<Story, ClientError> {
        self.get(&format!("v1/jobs/{id}")).await
    }

    /// A job's output.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn output(&self, id: B256) -> Result<Output, ClientError> {
        self.get(&format!("v1/jobs/{id}/output")).await
    }

    /// All that is needed to verify a job's proof, but for the record.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn proof(&self, id: B256) -> Result<Proof, ClientError> {
        self.get(&format!("v1/jobs/{id}/proof")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.send(self.http.get(self.url(path)?)).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|e| self.unexpected(e.to_string()))?;
        self.send(self.http.post(self.url(path)?).header("content-type", "application/json").body(body)).await
    }

    fn url(&self, path: &str) -> Result<Url, ClientError> {
        self.base.join(path).map_err(|_| ClientError::BadUrl { got: path.into() })
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let response = self.answer(request.timeout(PATIENCE)).await?;
        let body = response.bytes().await.map_err(|e| ClientError::unreachable(self.base.as_str(), &e))?;
        serde_json::from_slice(&body).map_err(|e| self.unexpected(e.to_string()))
    }

    /// The answer, when it is a success.
    async fn answer(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().await.map_err(|e| ClientError::unreachable(self.base.as_str(), &e))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await.map_err(|e| ClientError::unreachable(self.base.as_str(), &e))?;
        Err(match serde_json::from_slice::<Fault>(&body) {
            Ok(fault) => ClientError::Refused { status: status.as_u16(), problem: fault.error },
            Err(_) => self.unexpected(format!("status {status}")),
        })
    }

    fn unexpected(&self, got: String) -> ClientError {
        ClientError::Unexpected { url: self.base.to_string(), got }
    }
}
