//! Every route, on jobs in several states.

use crate::served::Served;
use alloy::primitives::keccak256;
use alloy::signers::SignerSync;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use verin_circuits::artifact::ProofFile;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::statement::{Statement, encode_value};
use verin_client::types::{
    Activity, Epoch, JobPage, ModelDetail, Order, Output, Prepared, Proof, Prover, Quote, ServiceStatus, Story,
};
use verin_contracts::bindings::Terms;
use verin_contracts::network::{account, signer};
use verin_contracts::{B256, Bytes, U256};
use verin_coordinator::index::job::Status;
use verin_coordinator::routes::{NotRelayed, Relay, Token};
use verin_testbed::{PRICE, World, key, prove};

const TOKEN: &str = "a token for this test";

fn typed<T: serde::de::DeserializeOwned>((status, body): (u16, Value)) -> T {
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("of this type")
}

/// Sends orders at once, from the account of a prover.
struct Sends {
    world: verin_contracts::deploy::Contracts,
    sent: Mutex<Vec<B256>>,
}

#[async_trait]
impl Relay for Sends {
    async fn relay(&self, order: Order, terms: Terms) -> Result<B256, NotRelayed> {
        let market = &self.world.market;
        let permit = verin_contracts::bindings::Permit {
            value: U256::ZERO,
            deadline: U256::ZERO,
            v: 0,
            r: B256::ZERO,
            s: B256::ZERO,
        };
        let call =
            market.requestFor(order.requester, order.nonce.0, terms.clone(), order.input, order.signature, permit);
        let sent = self.world.network.send("sending an order", call.from(account("prover"))).await;
        sent.map_err(|error| NotRelayed::Refused { why: error.to_string() })?;
        let id = verin_contracts::market::job_id(
            self.world.network.chain_id,
            *market.address(),
            order.requester,
            order.nonce.0,
            &terms,
        );
        self.sent.lock().expect("a lock").push(id);
        Ok(id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_gives_what_the_chain_says() {
    let key = key();
    let world = World::with_prover(&key, 8).await;
    let (contracts, prover, requester) = (&world.contracts, account("prover"), account("requester"));
    let direct = world.request(1, [1, -2, 3], true).await;
    let fulfilment = prove(contracts, &key, &[[1, -2, 3]], &[direct], prover);
    contracts.fulfil(prover, &fulfilment).await.expect("a settlement");
    let open = world.request(2, [0, 7, -8], false).await;
    let locked = world.request(3, [4, 4, 4], false).await;
    contracts.lock(prover, locked, prover).await.expect("a lock");
    let relay = Arc::new(Sends { world: contracts.clone(), sent: Mutex::default() });
    let served = Served::new(&world, |api| {
        api.notes.skipped(open, "no_model", "its model is not cached".into());
        api.operator = Some(prover);
        api.token = Token::new(TOKEN);
        api.relay = Some(relay.clone());
    })
    .await;

    service(&served, &world).await;
    explorer(&served).await;
    jobs(&served, [direct, open, locked]).await;

    let story: Story = typed(served.get(&format!("/v1/jobs/{direct}")).await);
    assert_eq!((story.job.status, story.job.price), (Status::Fulfilled, Some(PRICE.into())));
    assert_eq!(story.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["requested", "fulfilled"]);
    assert!(story.steps.iter().all(|step| step.gas.is_some_and(|gas| gas > 21_000)));
    assert_eq!((story.input_values, story.price_now, story.skipped), (Some(vec![1, -2, 3]), None, None));
    let [payment] = &story.payments[..] else { panic!("one payment: {:?}", story.payments) };
    assert_eq!(payment.fee.0, U256::from(PRICE.div_ceil(100)));
    assert_eq!(payment.owner_amount.0, U256::from(PRICE * 2_000 / 10_000));
    assert_eq!(payment.prover_amount.0 + payment.owner_amount.0 + payment.fee.0, U256::from(PRICE));
    let story: Story = typed(served.get(&format!("/v1/jobs/{open}")).await);
    assert_eq!((story.price_now, story.skipped.as_deref()), (Some(PRICE.into()), Some("its model is not cached")));

    let output: Output = typed(served.get(&format!("/v1/jobs/{direct}/output")).await);
    let values = output.values.expect("public values");
    assert_eq!(values.len(), 2);
    let width = output.output.len() / values.len();
    let encoded: Vec<u8> = values.iter().flat_map(|value| encode_value(*value, width)).collect();
    assert_eq!((output.output.clone(), output.late), (Bytes::from(encoded), false));
    assert_eq!(output.output, fulfilment.output);

    let proof: Proof = typed(served.get(&format!("/v1/jobs/{direct}/proof")).await);
    assert_eq!((proof.slot, proof.jobs.clone(), proof.payout), (0, vec![direct], prover));
    assert_eq!((&proof.seal, &proof.input, &proof.output), (&fulfilment.seal, &fulfilment.input, &fulfilment.output));
    natively_valid(&key, &proof);

    market(&served, &world).await;
    quote(&served, &world).await;
    let prepared = prepare_and_send(&served, &world).await;
    assert_ne!(prepared.job, open);
    relayed(&served, &world, &relay).await;
    assert_eq!(
        typed::<JobPage>(served.get(&format!("/v1/jobs?requester={requester:?}&limit=100")).await).jobs.len(),
        5
    );
    events(&served, &world).await;
}

/// Anybody can verify a proof with what the API gives and the record.
fn natively_valid(key: &verin_prover::keys::ProverKey, proof: &Proof) {
    let file = |context: B256| ProofFile {
        sealed: true,
        record_hash: proof.record.0,
        statement: Statement { context: context.0, input: proof.input.to_vec(), output: proof.output.to_vec() },
        body: proof.seal.to_vec(),
    };
    let srs = VerifierSrs::insecure();
    key.record.verify(&file(proof.context), srs).expect("a valid proof");
    key.record.verify(&file(keccak256("another")), srs).expect_err("it is bound to its context");
}

async fn service(served: &Served, world: &World) {
    let status: ServiceStatus = typed(served.get("/v1/status").await);
    assert_eq!(status.contracts["InferenceMarket"], *world.contracts.market.address());
    assert_eq!(status.token, *world.contracts.token.address());
    assert_eq!((status.operator, status.relays), (Some(account("prover")), true));
    assert_eq!(status.jobs.values().sum::<u64>(), 3);
    assert_eq!(status.tip.expect("a tip").number, world.contracts.network.block().await.expect("a block"));
    assert_eq!(served.get("/healthz").await, (200, json!("ok\n")));
    assert_eq!(served.get("/readyz").await.0, 200);
    served.get("/nothing").await;
    let (_, metrics) = served.get("/metrics").await;
    let metrics = metrics.as_str().expect("text");
    for line in [
        "verin_jobs{status=\"open\"} 1",
        "verin_jobs{status=\"fulfilled\"} 1",
        "verin_http_requests_total{route=\"/v1/status\",method=\"GET\",status=\"200\"} 1",
        "verin_http_requests_total{route=\"other\",method=\"GET\",status=\"404\"} 1",
        "verin_http_request_seconds_count{route=\"/v1/status\"} 1",
        "verin_workers 0",
        "verin_jobs_skipped{reason=\"no_model\"} 1",
        "verin_operator_jobs{state=\"held\"} 1",
        "verin_operator_jobs{state=\"settled\"} 1",
        "verin_chain_state{state=\"following\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} in:\n{metrics}");
    }
    let tip = status.tip.expect("a tip").number;
    for name in ["verin_tip_block", "verin_head_block"] {
        assert!(metrics.contains(&format!("{name} {tip}")), "{name} in:\n{metrics}");
    }
}

/// The page and its files are there, of their kind, and not sent again when the browser has them.
async fn explorer(served: &Served) {
    let mut files = vec!["".to_string()];
    let page = served.client.get(&served.url).send().await.expect("a page").text().await.expect("text");
    let names = |text: &str| {
        text.split(['"', '\'']).filter_map(|part| part.strip_prefix("/explorer/")).map(String::from).collect::<Vec<_>>()
    };
    files.extend(names(&page).into_iter().map(|name| format!("explorer/{name}")));
    files.extend(["dom", "api", "format", "charts", "views"].map(|name| format!("explorer/{name}.js")));
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let get = || served.client.get(format!("{}/{file}", served.url));
        let answer = get().send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{file}");
        let (kind, tag) = (answer.headers()["content-type"].clone(), answer.headers()["etag"].clone());
        let kind = kind.to_str().expect("text");
        let expected = match file.rsplit_once('.') {
            Some((_, "js")) => "text/javascript",
            Some((_, "css")) => "text/css",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/html",
        };
        assert!(kind.starts_with(expected), "{file}: {kind}");
        let text = answer.text().await.expect("text");
        assert!(!text.contains("innerHTML") && !text.contains("insertAdjacentHTML"), "{file}: text is always text");
        assert!(!text.contains("https://"), "{file}: nothing is from elsewhere");
        assert_eq!(get().header("if-none-match", tag).send().await.expect("an answer").status(), 304, "{file}");
    }
    crate::served::assert_fault(&served.get("/explorer/none.js").await, 404, "unknown_file");
    crate::served::assert_fault(&served.get("/explorer/..%2fmod.rs").await, 404, "unknown_file");
}

async fn jobs(served: &Served, [direct, open, locked]: [B256; 3]) {
    let ids = |page: &JobPage| page.jobs.iter().map(|job| job.id).collect::<Vec<_>>();
    let all: JobPage = typed(served.get("/v1/jobs").await);
    assert_eq!((ids(&all), all.next.clone()), (vec![locked, open, direct], None));
    assert!(all.jobs.iter().all(|job| job.requested_at > 0 && job.ended_at.is_some() == job.status.is_over()));
    let first: JobPage = typed(served.get("/v1/jobs?limit=2").await);
    assert_eq!(ids(&first), [locked, open]);
    let second = format!("/v1/jobs?limit=2&before={}", first.next.expect("another page"));
    let second: JobPage = typed(served.get(&second).await);
    assert_eq!((ids(&second), second.next), (vec![direct], None));
    let prover = account("prover");
    for (query, expected) in [
        ("status=open".to_string(), vec![open]),
        ("status=locked".to_string(), vec![locked]),
        (format!("prover={prover:?}&status=locked"), vec![locked]),
        ("listing=999".to_string(), vec![]),
        (format!("requester={prover:?}"), vec![]),
    ] {
        assert_eq!(ids(&typed(served.get(&format!("/v1/jobs?{query}")).await)), expected, "{query}");
    }
}

async fn market(served: &Served, world: &World) {
    let listing: u64 = world.listing.to();
    let models: Vec<verin_client::types::Model> = typed(served.get("/v1/models").await);
    let [model] = &models[..] else { panic!("one model: {models:?}") };
    assert_eq!((model.listing, model.jobs, model.fulfilled, model.about.as_str()), (listing, 3, 1, "about"));
    assert_eq!((model.price, model.token), (PRICE.into(), *world.contracts.token.address()));
    let detail: ModelDetail = typed(served.get(&format!("/v1/models/{listing}")).await);
    assert_eq!(&detail.model, model);
    let layout = detail.layout.expect("a layout");
    assert_eq!((layout.input.bytes, layout.input.width, layout.input_range), (3, 1, (-8, 7)));
    let provers: Vec<Prover> = typed(served.get("/v1/provers").await);
    let ours = provers.iter().find(|prover| prover.address == account("prover")).expect("the prover");
    assert_eq!((ours.fulfilled, ours.held, ours.success_rate), (1, 1, Some(1.0)));
    let epochs: Vec<Epoch> = typed(served.get("/v1/epochs").await);
    assert_eq!(epochs.iter().map(|epoch| epoch.jobs).sum::<u64>(), 1);
    let activity: Activity = typed(served.get("/v1/activity").await);
    assert_eq!(activity.hours.len(), 48);
    assert_eq!(
        activity.hours.iter().map(|hour| (hour.requested, hour.fulfilled)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (3, 1)
    );
    assert_eq!(activity.settlements.len(), 1);
    assert_eq!(served.get("/v1/workers").await, (200, json!([])));
    assert_eq!(served.get("/v1/queue").await, (200, json!({ "depth": null, "dead_letters": [] })));
}

async fn quote(served: &Served, world: &World) {
    let listing: u64 = world.listing.to();
    let ask = json!({ "listing": listing, "input": [1, 2, 3], "callback_gas": 100_000 });
    let quote: Quote = typed(served.post("/v1/quote", ask).await);
    assert_eq!((quote.price.p50, quote.price.p95, quote.samples), (PRICE.into(), PRICE.into(), 1));
    assert!(quote.gas.request.is_some_and(|gas| gas > 21_000) && quote.gas.settlement.is_some_and(|gas| gas > 21_000));
    assert_eq!(quote.callback.expect("a callback").cost.0, quote.gas.price.0 * U256::from(100_000));
    assert!(quote.input.is_some_and(|input| input.legal && input.bytes == 3));
    for (input, said) in [
        (json!([1, 2, 8]), "value 2"),
        (json!([1, 2]), "3 values"),
        (json!("0x0102"), "3 bytes"),
        (json!("0x010209"), "value 2"),
    ] {
        let quote: Quote = typed(served.post("/v1/quote", json!({ "listing": listing, "input": input })).await);
        let check = quote.input.expect("a check");
        assert!(!check.legal && check.why.as_ref().is_some_and(|why| why.contains(said)), "{check:?}");
    }
}

/// What is prepared can be sent as it is, and becomes the job that was said.
async fn prepare_and_send(served: &Served, world: &World) -> Prepared {
    use alloy::network::TransactionBuilder;
    use alloy::rpc::types::TransactionRequest;
    let (contracts, requester) = (&world.contracts, account("requester"));
    let ask = json!({ "listing": world.listing.to::<u64>(), "requester": requester, "input": [7, 0, -8],
        "max_price": "2002", "lock_seconds": 100, "prove_seconds": 200, "late_seconds": 300, "nonce": "77" });
    let prepared: Prepared = typed(served.post("/v1/prepare", ask.clone()).await);
    assert!(!prepared.approval.needed, "the testbed approved enough");
    assert_eq!((prepared.approval.spender, prepared.approval.amount), (*contracts.market.address(), 2_002u64.into()));
    assert_eq!((prepared.terms.curve_seconds, prepared.terms.floor_price), (100, PRICE.into()));
    let transaction =
        |to, data: &Bytes| TransactionRequest::default().with_from(requester).with_to(to).with_input(data.clone());
    let approve = transaction(prepared.approval.token, &prepared.approval.data);
    contracts.network.send_raw("approving", approve).await.expect("an approval");
    contracts.network.send_raw("requesting", transaction(prepared.to, &prepared.data)).await.expect("a request");
    served.caught_up(world).await;
    let story: Story = typed(served.get(&format!("/v1/jobs/{}", prepared.job)).await);
    assert_eq!((story.job.status, story.input_values), (Status::Open, Some(vec![7, 0, -8])));
    assert!(story.price_now.is_some_and(|now| now >= PRICE.into() && now <= 2_002u64.into()));
    crate::served::assert_fault(&served.post("/v1/prepare", ask).await, 422, "nonce_used");
    prepared
}

/// A signed order gets to the chain, and only with the token.
async fn relayed(served: &Served, world: &World, relay: &Sends) {
    let requester = account("requester");
    let contracts = &world.contracts;
    contracts.approve(requester, *contracts.market.address(), U256::from(10 * PRICE)).await.expect("an approval");
    let ask = json!({ "listing": world.listing.to::<u64>(), "requester": requester, "input": "0x010203" });
    let prepared: Prepared = typed(served.post("/v1/prepare", ask).await);
    let signature = signer("requester").sign_hash_sync(&prepared.digest).expect("a signature").as_bytes();
    let order = Order {
        requester,
        nonce: prepared.nonce,
        terms: prepared.terms,
        input: prepared.input,
        signature: signature.into(),
        permit: None,
    };
    let url = format!("{}/v1/orders", served.url);
    let post = |token: &str, order: &Order| {
        let request = served.client.post(&url).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {token}"));
        served.send(request.body(serde_json::to_string(order).expect("JSON")))
    };
    crate::served::assert_fault(&post("another token, as long", &order).await, 401, "unauthorized");
    let forged = Order { requester: account("stranger"), ..order.clone() };
    crate::served::assert_fault(&post(TOKEN, &forged).await, 422, "contract_refused");
    assert_eq!(post(TOKEN, &order).await, (202, json!({ "job": prepared.job })));
    assert_eq!(*relay.sent.lock().expect("a lock"), [prepared.job]);
    served.caught_up(world).await;
    assert_eq!(served.get(&format!("/v1/jobs/{}", prepared.job)).await.0, 200);
}

/// What happens is told while it happens.
async fn events(served: &Served, world: &World) {
    let mut stream = served.client.get(format!("{}/v1/events", served.url)).send().await.expect("a stream");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    let mut until = async |part: &str| {
        while !text.contains(part) {
            let chunk = stream.chunk().await.expect("a chunk").expect("the stream goes on");
            text += &String::from_utf8_lossy(&chunk);
        }
    };
    until("\"missed\":true").await;
    let job = world.request(99, [1, 1, 1], false).await;
    until(&format!("{job}")).await;
}
