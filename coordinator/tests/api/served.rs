//! A chain, an index that follows it, and the API on a port.

use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use verin_coordinator::chain::follower::Follower;
use verin_coordinator::database::Database;
use verin_coordinator::index::Index;
use verin_coordinator::routes::{self, Api};
use verin_testbed::World;

/// One that serves until it is dropped.
pub struct Served {
    pub url: String,
    pub client: reqwest::Client,
    pub api: Api,
    _folder: TempDir,
}

impl Served {
    /// Follows the world's chain, and serves an API that `change` changed.
    pub async fn new(world: &World, change: impl FnOnce(&mut Api)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let database = Database::open(&folder.path().join("index.sqlite")).expect("a database");
        let index = Index::open(database, Arc::new(world.contracts.clone())).await.expect("an index");
        let follower = Follower::new(index.clone(), 0, Duration::from_millis(10));
        let mut api = Api::new(index, follower.changes(), follower.health());
        change(&mut api);
        tokio::spawn(follower.run(api.shutdown.clone()));
        let url = serve(&api).await;
        let served = Self { url, client: reqwest::Client::new(), api, _folder: folder };
        served.caught_up(world).await;
        served
    }

    /// Waits until the index is where the chain is.
    pub async fn caught_up(&self, world: &World) {
        let head = world.contracts.network.block().await.expect("a block");
        while self.api.index.tip().await.expect("a tip").is_none_or(|tip| tip.number < head) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        while self.get("/readyz").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Status and body of a GET.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    /// Status and body of a POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// Status and body, which is JSON or else text.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.api.shutdown.cancel();
    }
}

/// Serves an API; gives its address.
pub async fn serve(api: &Api) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let shutdown: CancellationToken = api.shutdown.clone();
    tokio::spawn(routes::serve(listener, routes::router(api.clone()), shutdown));
    url
}

/// Checks an error: its status, its code, and that there is a message.
#[track_caller]
pub fn assert_fault((status, body): &(u16, Value), expected: u16, code: &str) {
    assert_eq!((*status, body["error"]["code"].as_str()), (expected, Some(code)), "{body}");
    assert!(body["error"]["message"].as_str().is_some_and(|message| message.len() > 10), "{body}");
}
