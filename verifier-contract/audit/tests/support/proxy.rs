//! A node between an auditor and a node, which changes its answers.

use alloy::transports::http::reqwest::Client;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Json, Router, routing::post};
use serde_json::Value;
use std::sync::Arc;

/// Is given a method, its parameters and the answer; may change it. `false`: does not answer at all.
pub type Lie = Arc<dyn Fn(&str, &Value, &mut Value) -> bool + Send + Sync>;

struct Liar {
    client: Client,
    url: String,
    lie: Lie,
}

/// Listens until the runtime ends. Gives where.
pub async fn start(url: String, lie: Lie) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let liar = Arc::new(Liar { client: Client::new(), url, lie });
    let app = Router::new().route("/", post(answer)).with_state(liar);
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn answer(State(liar): State<Arc<Liar>>, body: String) -> Result<Json<Value>, StatusCode> {
    let asked: Value = serde_json::from_str(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let sent = liar.client.post(&liar.url).header("content-type", "application/json").body(body).send().await;
    let text = sent.map_err(|_| StatusCode::BAD_GATEWAY)?.text().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let mut answer: Value = serde_json::from_str(&text).map_err(|_| StatusCode::BAD_GATEWAY)?;
    let method = asked["method"].as_str().unwrap_or_default();
    if let Some(result) = answer.get_mut("result")
        && !(liar.lie)(method, &asked["params"], result)
    {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    Ok(Json(answer))
}
