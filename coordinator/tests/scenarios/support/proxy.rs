//! A JSON-RPC proxy: between a client and its node it holds, delays, drops and changes what is asked and answered.
//!
//! A rule is for one method, or for all, and for a number of requests, or for all. The first that fits acts. What a held request
//! waits for is that its rule is gone ([`Proxy::clear`]). Everything that passed is kept ([`Proxy::seen`]).

#![allow(dead_code, reason = "each scenario needs some of it")]

use super::until;
use alloy::transports::http::reqwest::Client;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// When a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the node sees the request. Unless the act is to hold or delay, it never does.
    Before,
    /// After the node has answered, before the client sees that.
    After,
}

/// What a rule does.
#[derive(Clone)]
pub enum Act {
    /// Waits until the rule is gone.
    Hold,
    /// Waits.
    Delay(Duration),
    /// Breaks the connection without an answer.
    Drop,
    /// Answers a JSON-RPC error.
    Error(i64, &'static str),
    /// Answers an HTTP status.
    Status(u16),
    /// Changes the node's answer, or gives one instead of it.
    Tamper(Arc<dyn Fn(&mut Value) + Send + Sync>),
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub params: Value,
    /// Whether the node got it.
    pub forwarded: bool,
    /// What the node said, if it did.
    pub answer: Option<Value>,
}

struct Rule {
    id: u64,
    method: Option<String>,
    /// Exactly these, if there are any here.
    params: Option<Value>,
    when: When,
    act: Act,
    /// How often it acts yet.
    times: Option<u64>,
}

#[derive(Default)]
struct Rules {
    next: u64,
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    held: usize,
}

struct Shared {
    upstream: String,
    client: Client,
    rules: Mutex<Rules>,
    changed: watch::Sender<()>,
}

/// A running proxy, until it is dropped.
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// Starts one before the node at `upstream`.
    pub async fn start(upstream: &str) -> Self {
        verin_contracts::network::choose_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let shared = Arc::new(Shared {
            upstream: upstream.into(),
            client: Client::new(),
            rules: Mutex::default(),
            changed: watch::channel(()).0,
        });
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        Self { url, shared, server }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// From now on does this to every request of `method`.
    pub fn rule(&self, method: &str, when: When, act: Act) {
        self.add(Some(method), None, when, act, None);
    }

    /// Does this to the next `times` requests of `method`.
    pub fn next(&self, method: &str, times: u64, when: When, act: Act) {
        self.add(Some(method), None, when, act, Some(times));
    }

    /// From now on does this to every request.
    pub fn all(&self, when: When, act: Act) {
        self.add(None, None, when, act, None);
    }

    /// From now on does this to every request of `method` with exactly these parameters.
    pub fn rule_for(&self, method: &str, params: &Value, when: When, act: Act) {
        self.add(Some(method), Some(params), when, act, None);
    }

    fn add(&self, method: Option<&str>, params: Option<&Value>, when: When, act: Act, times: Option<u64>) {
        let mut rules = self.shared.rules();
        let id = rules.next;
        rules.next += 1;
        let (method, params) = (method.map(Into::into), params.cloned());
        rules.rules.push(Rule { id, method, params, when, act, times });
    }

    /// Ends all rules, and lets go what is held.
    pub fn clear(&self) {
        self.shared.rules().rules.clear();
        self.shared.changed.send_replace(());
    }

    /// Requests of `method` so far, in the order in which they came to an end or to a rule that holds.
    pub fn seen(&self, method: &str) -> Vec<Seen> {
        self.shared.rules().seen.iter().filter(|seen| seen.method == method).cloned().collect()
    }

    /// Requests of `method` so far that the node got.
    pub fn forwarded(&self, method: &str) -> Vec<Seen> {
        self.seen(method).into_iter().filter(|seen| seen.forwarded).collect()
    }

    /// Waits until a request is held.
    pub async fn until_held(&self) {
        until("a request is held", async || (self.shared.rules().held > 0).then_some(())).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().expect("nobody panics with it")
    }

    /// What is to be done to a request of `method`.
    fn act(&self, method: &str, params: &Value, when: When) -> Option<(u64, Act)> {
        let mut rules = self.rules();
        let fits = |rule: &&mut Rule| {
            rule.when == when
                && rule.times != Some(0)
                && rule.method.as_deref().is_none_or(|named| named == method)
                && rule.params.as_ref().is_none_or(|named| named == params)
        };
        let rule = rules.rules.iter_mut().find(fits)?;
        rule.times = rule.times.map(|times| times - 1);
        Some((rule.id, rule.act.clone()))
    }

    async fn hold(&self, rule: u64) {
        let mut changed = self.changed.subscribe();
        let _held = Held::new(self);
        while self.rules().rules.iter().any(|other| other.id == rule) {
            changed.changed().await.expect("the proxy is there");
        }
    }

    fn see(&self, seen: Seen) -> usize {
        let mut rules = self.rules();
        rules.seen.push(seen);
        rules.seen.len() - 1
    }

    async fn forward(&self, request: &Value) -> Result<Value, String> {
        let body = request.to_string();
        let sent = self.client.post(&self.upstream).header("content-type", "application/json").body(body).send().await;
        let text = sent.map_err(|e| e.to_string())?.text().await.map_err(|e| e.to_string())?;
        serde_json::from_str(&text).map_err(|e| e.to_string())
    }
}

/// Counts a request as held for as long as somebody waits for its answer.
struct Held<'a>(&'a Shared);

impl<'a> Held<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.rules().held += 1;
        Self(shared)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.rules().held -= 1;
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hold => "hold",
            Self::Delay(_) => "delay",
            Self::Drop => "drop",
            Self::Error(..) => "error",
            Self::Status(_) => "status",
            Self::Tamper(_) => "tamper",
        })
    }
}

/// An answer, or one that takes its place.
enum Reply {
    Json(Value),
    Other(Response),
}

async fn answer(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let Value::Array(batch) = request else {
        return match one(&shared, request).await {
            Reply::Json(answer) => json_response(&answer),
            Reply::Other(response) => response,
        };
    };
    let mut answers = Vec::new();
    for request in batch {
        match one(&shared, request).await {
            Reply::Json(answer) => answers.push(answer),
            Reply::Other(response) => return response,
        }
    }
    json_response(&Value::Array(answers))
}

async fn one(shared: &Shared, request: Value) -> Reply {
    let method = request["method"].as_str().unwrap_or_default().to_owned();
    let seen = Seen { method: method.clone(), params: request["params"].clone(), forwarded: false, answer: None };
    let seen = shared.see(seen);
    let mut answer = json!({ "jsonrpc": "2.0", "id": request["id"], "result": null });
    if let Some((rule, act)) = shared.act(&method, &request["params"], When::Before)
        && let Some(reply) = perform(shared, rule, act, &mut answer).await
    {
        return reply;
    }
    shared.rules().seen[seen].forwarded = true;
    match shared.forward(&request).await {
        Ok(said) => answer = said,
        Err(_) => return Reply::Other(StatusCode::BAD_GATEWAY.into_response()),
    }
    shared.rules().seen[seen].answer = Some(answer.clone());
    if let Some((rule, act)) = shared.act(&method, &request["params"], When::After)
        && let Some(reply) = perform(shared, rule, act, &mut answer).await
    {
        return reply;
    }
    Reply::Json(answer)
}

/// Does what a rule says; none when the request goes on.
async fn perform(shared: &Shared, rule: u64, act: Act, answer: &mut Value) -> Option<Reply> {
    match act {
        Act::Hold => shared.hold(rule).await,
        Act::Delay(time) => tokio::time::sleep(time).await,
        Act::Drop => return Some(Reply::Other(broken())),
        Act::Error(code, message) => {
            let error = json!({ "code": code, "message": message });
            return Some(Reply::Json(json!({ "jsonrpc": "2.0", "id": answer["id"], "error": error })));
        }
        Act::Status(status) => {
            let status = StatusCode::from_u16(status).expect("a status");
            return Some(Reply::Other(status.into_response()));
        }
        Act::Tamper(change) => {
            change(answer);
            return Some(Reply::Json(answer.take()));
        }
    }
    None
}

fn json_response(answer: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

/// A body that fails before its first byte, so that the connection is closed.
fn broken() -> Response {
    let parts = futures::stream::once(async { Err::<Bytes, _>(io::Error::other("dropped on purpose")) });
    Response::new(Body::from_stream(parts))
}
