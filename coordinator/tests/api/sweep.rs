//! Garbage to every route of the document: whatever comes in, the answer is a success or a typed 4xx.

use crate::served::Served;
use serde_json::{Value, json};
use verin_coordinator::routes::{self, Limits, Token};
use verin_testbed::{World, key};

/// Nothing that a path takes, or something that it does.
const PARTS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "1e9",
    "0x",
    "0xzz",
    "..",
    "%2e%2e%2f",
    "%00",
    "%ff%fe",
    "<img src=x onerror=alert(1)>",
    "' OR 1=1 --",
    "\u{202e}x",
    "0x0000000000000000000000000000000000000000000000000000000000000000",
];

/// Bodies, most of which are right for nothing.
fn bodies() -> Vec<Vec<u8>> {
    let deep = "[".repeat(500) + &"]".repeat(500);
    let values = [
        json!(null),
        json!(0),
        json!(""),
        json!([]),
        json!({}),
        json!({ "listing": 1 }),
        json!({ "listing": u64::MAX, "input": [i64::MIN, i64::MAX] }),
        json!({ "listing": 1, "input": "0x" }),
        json!({ "listing": 1, "input": vec![0; 20_000] }),
        json!({ "listing": 1, "requester": "0x", "input": [] }),
        json!({ "listing": 1, "requester": format!("0x{}", "0".repeat(40)), "input": [0, 0, 0], "nonce": "9".repeat(77) }),
        json!({ "listing": 1, "requester": format!("0x{}", "f".repeat(40)), "input": [0, 0, 0], "max_price": "9".repeat(38),
            "lock_seconds": u32::MAX, "callback": format!("0x{}", "f".repeat(40)), "callback_gas": u32::MAX }),
        order(),
    ];
    let mut all: Vec<Vec<u8>> = values.iter().map(|value| value.to_string().into_bytes()).collect();
    all.extend([
        Vec::new(),
        deep.into_bytes(),
        b"{\"listing\":1,\"listing\":2}".to_vec(),
        vec![0xc3, 0x28],
        b"\0".to_vec(),
    ]);
    all
}

/// Well formed, and about nothing that there is.
fn order() -> Value {
    let (hash, address) = (format!("0x{}", "a".repeat(64)), format!("0x{}", "b".repeat(40)));
    json!({ "requester": address, "nonce": "1", "input": "0x00", "signature": "0x00", "terms": {
        "listing": 1, "record": hash, "input_digest": hash, "verifier": "0x00000000", "token": address, "owner_bps": 65535,
        "floor_price": "1", "max_price": "1", "bond": "0", "curve_start": 0, "curve_seconds": 0, "lock_by": u64::MAX,
        "prove_seconds": u32::MAX, "deadline": u64::MAX, "direct": true, "callback": address, "callback_gas": u32::MAX } })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_comes_in_is_a_failure_of_the_server() {
    let token = "a token for this test";
    let world = World::new(&key().record.record.encode()).await;
    world.request(1, [1, 2, 3], true).await;
    let mut served = Served::new(&world, |api| {
        api.token = Token::new(token);
        api.limits = Limits { burst: 1_000_000, ..Limits::default() };
    })
    .await;
    // A connection for each request: one that the server gave up over a body that it did not read is not used again.
    served.client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    let (status, document) = served.get("/v1/openapi.json").await;
    assert_eq!(status, 200);
    assert_eq!(document, serde_json::to_value(routes::document()).expect("JSON"));
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() >= 18, "{:?}", paths.keys());
    every_answer_is_described(paths);

    let mut asked = 0;
    for path in paths.keys() {
        for part in PARTS {
            let path = path.replace("{id}", part).replace("{listing}", part);
            let queries = ["", "?limit=%00", "?status[]=open", "?before=--&limit=9", "?job=0x&x=%ff", "?&&==&"];
            // The stream is one answer that does not end; its bad queries are in the other test.
            for query in queries.into_iter().filter(|query| !path.ends_with("/events") || query.len() > 12) {
                for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] {
                    if path.ends_with("/events") && method != "GET" {
                        continue;
                    }
                    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
                    typed(&served, served.client.request(method, format!("{}{path}{query}", served.url))).await;
                    asked += 1;
                }
            }
            if path.contains(part) {
                continue;
            }
            break;
        }
        // What takes no body does not read one, and hangs up on a large one.
        let taken = paths[path].get("post").is_some();
        for body in bodies().into_iter().filter(|body| taken || body.len() < 1_000) {
            for kind in
                ["application/json", "application/json; charset=\"", "application/x-www-form-urlencoded", "\u{e9}"]
            {
                let request =
                    served.client.post(format!("{}{path}", served.url)).header("content-type", kind.as_bytes());
                let request = request.header("authorization", format!("Bearer {token}"));
                typed(&served, request.body(body.clone())).await;
                asked += 1;
            }
        }
    }
    assert!(asked > 2_000, "{asked}");
}

/// The answer is a success, or says what is wrong.
async fn typed(served: &Served, request: reqwest::RequestBuilder) {
    let request = request.build().expect("a request");
    let (what, head) = (format!("{} {}", request.method(), request.url()), request.method() == reqwest::Method::HEAD);
    let response = served.client.execute(request).await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    assert!(!status.is_server_error(), "{what}: {status} {text}");
    if status.is_client_error() && !head {
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{what}: {status} {text}: {e}"));
        assert!(body["error"]["code"].is_string() && body["error"]["message"].is_string(), "{what}: {text}");
    }
}

fn every_answer_is_described(paths: &serde_json::Map<String, Value>) {
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("an item") {
            let answers = operation["responses"].as_object().expect("answers");
            assert!(operation["summary"].is_string(), "{method} {path}");
            for status in ["408", "429", "500"] {
                assert!(answers.contains_key(status), "{method} {path} {status}");
            }
            for (status, answer) in answers {
                assert!(
                    answer["content"].as_object().is_some_and(|content| !content.is_empty()),
                    "{method} {path} {status}"
                );
            }
        }
    }
}
