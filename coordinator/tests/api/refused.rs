//! Bad input, missing rights, too much: each is a 4xx that says what is wrong.

use crate::served::{Served, assert_fault, serve};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use verin_contracts::network::account;
use verin_coordinator::routes::{self, Api, Limits, Token};
use verin_testbed::{PRICE, World, key};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said() {
    let key = key();
    let world = World::new(&key.record.record.encode()).await;
    let open = world.request(1, [1, -2, 3], false).await;
    let served = Served::new(&world, |_| ()).await;
    let listing: u64 = world.listing.to();
    let nobody = format!("0x{}", "7".repeat(64));

    for (path, status, code) in [
        (format!("/v1/jobs/{nobody}"), 404, "unknown_job"),
        (format!("/v1/jobs/{nobody}/output"), 404, "unknown_job"),
        (format!("/v1/jobs/{nobody}/proof"), 404, "unknown_job"),
        (format!("/v1/jobs/{open}/output"), 404, "not_settled"),
        (format!("/v1/jobs/{open}/proof"), 404, "not_settled"),
        ("/v1/jobs/0x12".into(), 400, "bad_job_id"),
        ("/v1/jobs/%ff".into(), 400, "bad_path"),
        ("/v1/jobs/<script>alert(1)<%2Fscript>".into(), 400, "bad_job_id"),
        (format!("/v1/jobs/{}", "f".repeat(7_000)), 400, "bad_job_id"),
        ("/v1/jobs?status=lost".into(), 400, "bad_query"),
        ("/v1/jobs?limit=0".into(), 400, "bad_query"),
        ("/v1/jobs?limit=201".into(), 400, "bad_query"),
        ("/v1/jobs?limit=-1".into(), 400, "bad_query"),
        ("/v1/jobs?before=1".into(), 400, "bad_query"),
        ("/v1/jobs?before=1-9999999999999999999".into(), 400, "bad_query"),
        ("/v1/jobs?requester=0x12".into(), 400, "bad_address"),
        ("/v1/jobs?colour=red".into(), 400, "bad_query"),
        ("/v1/jobs?listing=9223372036854775808".into(), 400, "bad_query"),
        ("/v1/models/zero".into(), 400, "bad_listing"),
        ("/v1/models/18446744073709551616".into(), 400, "bad_listing"),
        ("/v1/models/18446744073709551615".into(), 404, "unknown_listing"),
        ("/v1/events?job=0x1".into(), 400, "bad_job_id"),
        ("/v2/jobs".into(), 404, "unknown_route"),
    ] {
        assert_fault(&served.get(&path).await, status, code);
    }

    bodies(&served, listing).await;
    methods(&served).await;
    rights(&served).await;
    too_much(&served.api).await;
    ends(&served.api).await;
}

/// Each change of a body that is right, and what is said of it.
async fn bodies(served: &Served, listing: u64) {
    let right = json!({ "listing": listing, "requester": account("requester"), "input": [1, 2, 3] });
    assert_eq!(served.post("/v1/prepare", right.clone()).await.0, 200);
    let with = |field: &str, value: Value| {
        let mut body = right.clone();
        body[field] = value;
        body
    };
    for (body, status, code) in [
        (with("listing", json!(listing + 1)), 404, "unknown_listing"),
        (with("listing", json!(-1)), 400, "bad_body"),
        (with("listing", json!("one")), 400, "bad_body"),
        (with("requester", json!("0x12")), 400, "bad_body"),
        (with("input", json!([1, 2])), 422, "illegal_input"),
        (with("input", json!([1, 2, 8])), 422, "illegal_input"),
        (with("input", json!("0x01")), 422, "illegal_input"),
        (with("input", json!("0x010209")), 422, "illegal_input"),
        (with("input", json!("0x0")), 400, "bad_body"),
        (with("input", json!("010203")), 400, "bad_body"),
        (with("input", json!({ "a": 1 })), 400, "bad_body"),
        (with("max_price", json!("1000")), 422, "bad_price"),
        (with("max_price", json!("340282366920938463463374607431768211456")), 422, "bad_price"),
        (with("max_price", json!(5)), 400, "bad_body"),
        (with("max_price", json!("-5")), 400, "bad_body"),
        (with("max_price", json!("9".repeat(78))), 400, "bad_body"),
        (with("bond", json!("1")), 422, "bad_bond"),
        (with("lock_seconds", json!(0)), 422, "bad_times"),
        (with("lock_seconds", json!(4_000_000_000u32)), 422, "bad_times"),
        (with("late_seconds", json!(1_209_600)), 422, "bad_times"),
        (with("callback_gas", json!(1_000_001)), 422, "bad_callback_gas"),
        (with("colour", json!("red")), 400, "bad_body"),
        (json!(null), 400, "bad_body"),
        (json!([]), 400, "bad_body"),
    ] {
        assert_fault(&served.post("/v1/prepare", body).await, status, code);
    }
    assert_fault(&served.post("/v1/quote", json!({ "listing": listing + 1 })).await, 404, "unknown_listing");
    let expected = served.post("/v1/prepare", with("max_price", json!("1000"))).await.1;
    assert_eq!(expected["error"]["expected"], format!("at least {PRICE}"));
    assert_eq!(expected["error"]["got"], "1000");

    for path in ["/v1/quote", "/v1/prepare"] {
        let url = format!("{}{path}", served.url);
        let raw =
            |kind: &str, body: Vec<u8>| served.send(served.client.post(&url).header("content-type", kind).body(body));
        assert_fault(&raw("text/plain", b"{}".to_vec()).await, 415, "bad_content_type");
        assert_fault(&raw("application/json", b"{".to_vec()).await, 400, "bad_body");
        assert_fault(&raw("application/json", vec![0xff; 9]).await, 400, "bad_body");
        assert_fault(&raw("application/json", vec![b' '; (4 << 20) + 1]).await, 413, "too_large");
        assert_fault(&raw("application/json", vec![b'['; 100_000]).await, 400, "bad_body");
    }
}

async fn methods(served: &Served) {
    let request = |method: &str, path: &str| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        served.client.request(method, format!("{}{path}", served.url))
    };
    for (method, path) in
        [("DELETE", "/v1/jobs"), ("POST", "/v1/status"), ("GET", "/v1/quote"), ("PUT", "/"), ("BREW", "/metrics")]
    {
        assert_fault(&served.send(request(method, path)).await, 405, "bad_method");
    }
    let answer =
        request("GET", "/v1/status").header("origin", "https://elsewhere.example").send().await.expect("an answer");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    for path in ["/v1/status", "/", "/v2"] {
        let answer = request("GET", path).send().await.expect("an answer");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    let preflight = request("OPTIONS", "/v1/orders").header("origin", "https://elsewhere.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.expect("an answer");
    assert!(!preflight.headers().contains_key("access-control-allow-origin"), "writes are not for other sites");
}

async fn rights(served: &Served) {
    assert_fault(&served.post("/v1/orders", json!({})).await, 403, "no_token_configured");
    assert!(Token::new("short").is_none(), "it could be guessed");
    let token = "sixteen characters and more";
    let api = Api { token: Token::new(token), ..served.api.clone() };
    let url = format!("{}/v1/orders", serve(&api).await);
    let post = |authorization: Option<String>| {
        let request = served.client.post(&url).header("content-type", "application/json").body("{}");
        served.send(authorization.into_iter().fold(request, |request, value| request.header("authorization", value)))
    };
    assert_fault(&post(None).await, 401, "unauthorized");
    for wrong in
        ["Bearer", "Bearer ", "Bearer sixteen characters and mor", "Basic sixteen characters and more", "Bearer \u{e9}"]
    {
        assert_fault(&post(Some(wrong.into())).await, 401, "unauthorized");
    }
    assert_fault(&post(Some(format!("Bearer {token}"))).await, 400, "bad_body");
}

/// Too many requests, too many streams, too slow a body: each of an API with little of everything.
async fn too_much(api: &Api) {
    let client = reqwest::Client::new();
    let few = Limits { burst: 3, refill: Duration::from_secs(3_600), ..Limits::default() };
    let url = serve(&Api { limits: few, ..api.clone() }).await;
    for _ in 0..3 {
        assert_eq!(client.get(format!("{url}/healthz")).send().await.expect("an answer").status(), 200);
    }
    let answer = client.get(format!("{url}/healthz")).send().await.expect("an answer");
    let wait: u64 = answer.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=3_600).contains(&wait), "{wait}");
    assert_eq!(answer.status(), 429);
    assert!(answer.text().await.expect("a body").contains("too_many_requests"));

    let one = Limits { streams: 1, ..Limits::default() };
    let url = serve(&Api { limits: one, ..api.clone() }).await;
    let first = client.get(format!("{url}/v1/events")).send().await.expect("a stream");
    assert_eq!(first.status(), 200);
    let second = client.get(format!("{url}/v1/events")).send().await.expect("an answer");
    assert_eq!(second.status(), 503);
    assert!(second.text().await.expect("a body").contains("too_many_streams"));
    // Its place is free again when the first is gone.
    drop(first);
    while client.get(format!("{url}/v1/events")).send().await.expect("an answer").status() != 200 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let alone = Limits { requests: 1, ..Limits::default() };
    let url = serve(&Api { limits: alone, ..api.clone() }).await;
    let hanging = tokio::spawn(half_a_body(url.trim_start_matches("http://").to_owned()));
    // Until that one is under way.
    loop {
        let answer = client.get(format!("{url}/healthz")).send().await.expect("an answer");
        if answer.status() == 503 {
            assert!(answer.text().await.expect("a body").contains("busy"));
            break;
        }
    }
    hanging.abort();

    let quick = Limits { patience: Duration::from_millis(50), ..Limits::default() };
    let url = serve(&Api { limits: quick, ..api.clone() }).await;
    let answer = half_a_body(url.trim_start_matches("http://").to_owned()).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("too_slow"), "{answer}");
}

/// Told to end, the server ends its streams, and then itself.
async fn ends(api: &Api) {
    let api = Api { shutdown: CancellationToken::new(), ..api.clone() };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1/events", listener.local_addr().expect("an address"));
    let server = tokio::spawn(routes::serve(listener, routes::router(api.clone()), api.shutdown.clone()));
    let mut stream = reqwest::get(url).await.expect("a stream");
    stream.chunk().await.expect("a chunk").expect("the first event");
    api.shutdown.cancel();
    while stream.chunk().await.expect("no error").is_some() {}
    server.await.expect("a task").expect("no error");
}

/// What is answered to a request whose body never ends.
async fn half_a_body(address: String) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head =
        "POST /v1/quote HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.expect("half a request");
    let mut answer = String::new();
    while !answer.contains("too_slow") {
        let mut part = [0; 4_096];
        let n = stream.read(&mut part).await.expect("a part");
        assert!(n > 0, "the server hung up after: {answer}");
        answer += &String::from_utf8_lossy(&part[..n]);
    }
    answer
}
