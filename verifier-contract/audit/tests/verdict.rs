//! A network in which everything happened passes; every kind of lie about it is found, by the check that is for it.

mod support;

use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::sol_types::{SolEvent, SolValue};
use serde_json::{Value, json};
use std::sync::Arc;
use support::proxy::{self, Lie};
use support::{Story, open, options, raw};
use verin_audit::report::Difference;
use verin_audit::{AuditError, Report, audit};
use verin_contracts::bindings::{InferenceMarket, NetworkToken};
use verin_contracts::network::account;
use verin_contracts::runtime::until_interrupted;

#[test]
fn an_honest_network_passes_and_each_lie_is_named() {
    until_interrupted(story()).expect("a runtime").expect("no interruption");
}

async fn story() {
    let story = Story::tell().await;
    let honest = story.audit().await.expect("a verdict");
    println!("{honest}");
    passes(&story, &honest);
    cheats(&story).await;
    lies(&story).await;
    artifacts(&story).await;
    troubles(&story).await;
    assert!(story.audit().await.expect("a verdict").passed, "nothing of it stayed");
}

/// What a section counted.
fn counted(report: &Report, section: &str, what: &str) -> u64 {
    let section = report.sections.iter().find(|one| one.name == section).expect("a section");
    section.checked.iter().find(|count| count.what == what).map_or(0, |count| count.number)
}

fn passes(story: &Story, report: &Report) {
    assert!(report.passed && report.differences == 0, "{report}");
    assert!(report.insecure_srs && report.to_string().contains("INSECURE SRS") && report.to_string().ends_with("PASS"));
    assert_eq!(counted(report, "deployment", "contracts"), 24);
    assert_eq!(counted(report, "deployment", "constructors"), 24);
    assert_eq!(counted(report, "records", "records"), story.records.len() as u64);
    assert_eq!(counted(report, "records", "derived from programs"), 2);
    assert_eq!(counted(report, "records", "with private weights in range"), 1);
    // Locked, late, two of a batch, of private weights, of a private input, in another token.
    assert_eq!(counted(report, "seals", "settled jobs"), 7);
    // The batch has one, and there is a claim of ERC-7992.
    assert_eq!(counted(report, "seals", "seals"), 7);
    assert_eq!(counted(report, "seals", "ERC-7992 claims"), 1);
    for section in ["payments", "auctions", "staking", "rewards", "treasury"] {
        assert!(counted(report, section, "events") > 0, "{section}: {report}");
    }
    assert!(counted(report, "state", "answers") > 60);
}

/// The report has a difference of this section whose text has all these words.
#[track_caller]
fn finds(name: &str, report: &Report, section: &str, words: &[&str]) {
    assert!(!report.passed && report.differences > 0, "{name}: {report}");
    assert!(report.to_string().contains("FAIL: "), "{name}: {report}");
    let text = |d: &Difference| format!("{} | {} | {}", d.what, d.expected, d.got);
    let found = report.sections.iter().filter(|one| one.name == section).flat_map(|one| &one.differences);
    let all: Vec<String> = found.map(text).collect();
    assert!(all.iter().any(|text| words.iter().all(|word| text.contains(word))), "{name}: {words:?} in {report}");
    println!("{name}: {} difference(s)", report.differences);
}

/// Only sections of this list differ.
#[track_caller]
fn only(name: &str, report: &Report, sections: &[&str]) {
    let differ = report.sections.iter().filter(|one| !one.differences.is_empty()).map(|one| one.name);
    assert_eq!(differ.collect::<Vec<_>>(), sections, "{name}: {report}");
}

/// Changes of the chain's state, which only a development node makes.
async fn cheats(story: &Story) {
    let c = story.contracts();
    let market = *c.market.address();
    let mut snapshot = raw(c, "evm_snapshot", json!([])).await;

    // A credit: wherever the market keeps it, one of its first slots is the mapping.
    let (prover, token) = (account("prover"), *c.token.address());
    let owner = account("owner");
    let before = c.credit(owner).await.expect("a credit");
    let mut found = false;
    for slot in 0..40u64 {
        let outer = keccak256((owner, U256::from(slot)).abi_encode());
        let inner = keccak256((token, outer).abi_encode());
        let at = U256::from_be_bytes(inner.0);
        let there = raw(c, "eth_getStorageAt", json!([market, at, "latest"])).await;
        if there.as_str().and_then(|word| word.parse::<U256>().ok()) == Some(before) {
            let forged = B256::from(before + U256::from(1));
            raw(c, "anvil_setStorageAt", json!([market, at, forged])).await;
            found = true;
        }
    }
    assert!(found, "the credit's slot");
    let report = story.audit().await.expect("a verdict");
    finds("a credit in storage", &report, "state", &["credit of", &owner.to_string(), &before.to_string()]);
    only("a credit in storage", &report, &["state"]);
    snapshot = back(story, snapshot).await;

    // Code: one byte of an instruction of the market.
    let code = c.network.code(market).await.expect("code");
    let mut doctored = code.to_vec();
    let last = doctored.len() / 2;
    doctored[last] ^= 1;
    raw(c, "anvil_setCode", json!([market, alloy::primitives::Bytes::from(doctored)])).await;
    let report = story.audit().await.expect("a verdict");
    finds("doctored code", &report, "deployment", &["code of InferenceMarket"]);
    snapshot = back(story, snapshot).await;

    // A wire: the immutable that says who is the treasury.
    let treasury = c.treasury.address().as_slice();
    let mut rewired = c.network.code(market).await.expect("code").to_vec();
    let places: Vec<_> = rewired.windows(20).enumerate().filter(|(_, w)| *w == treasury).map(|(at, _)| at).collect();
    for at in places {
        rewired[at..at + 20].copy_from_slice(prover.as_slice());
    }
    raw(c, "anvil_setCode", json!([market, alloy::primitives::Bytes::from(rewired)])).await;
    let report = story.audit().await.expect("a verdict");
    finds("a rewired market", &report, "deployment", &["market.treasury", &prover.to_string()]);
    only("a rewired market", &report, &["deployment"]);
    snapshot = back(story, snapshot).await;

    // The factory's memory of what it deployed: constructor arguments.
    let factory = verin_contracts::deploy::Plan::new(account("deployer")).factory();
    let slot = keccak256((*c.staking.address(), U256::ZERO).abi_encode());
    raw(c, "anvil_setStorageAt", json!([factory, slot, B256::repeat_byte(1)])).await;
    let report = story.audit().await.expect("a verdict");
    finds("other constructor arguments", &report, "deployment", &["constructor arguments of ProverStaking"]);
    only("other constructor arguments", &report, &["deployment"]);
    snapshot = back(story, snapshot).await;

    // A record: one byte of its chunk.
    let pointers = c.network.view("pointers", c.store.pointersOf(story.records[0])).await.expect("pointers");
    let mut chunk = c.network.code(pointers[0]).await.expect("a chunk").to_vec();
    let last = chunk.len() - 1;
    chunk[last] ^= 1;
    raw(c, "anvil_setCode", json!([pointers[0], alloy::primitives::Bytes::from(chunk)])).await;
    let report = story.audit().await.expect("a verdict");
    finds("a record's bytes", &report, "records", &["in the store", &story.records[0].to_string()]);
    back(story, snapshot).await;
}

/// Undoes everything since the snapshot, and makes another.
async fn back(story: &Story, snapshot: Value) -> Value {
    raw(story.contracts(), "evm_revert", json!([snapshot])).await;
    raw(story.contracts(), "evm_snapshot", json!([])).await
}

/// An audit through a node that lies.
async fn through(story: &Story, lie: impl Fn(&str, &Value, &mut Value) -> bool + Send + Sync + 'static) -> Report {
    let lie: Lie = Arc::new(lie);
    let url = proxy::start(story.url(), lie).await;
    story.audit_at(&url, &story.artifacts()).await.expect("a verdict")
}

/// The logs of an answer with this first topic.
fn logs(answer: &mut Value, topic: B256) -> impl Iterator<Item = &mut Value> {
    let is = move |log: &&mut Value| log["topics"][0].as_str().and_then(|t| t.parse::<B256>().ok()) == Some(topic);
    answer.as_array_mut().into_iter().flatten().filter(is)
}

/// Adds to the last byte of a word of a log's data.
fn bump(log: &mut Value, word: usize) {
    let mut data = bytes(&log["data"]);
    data[32 * word + 31] = data[32 * word + 31].wrapping_add(1);
    log["data"] = json!(alloy::primitives::Bytes::from(data));
}

fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().and_then(|text| text.parse::<alloy::primitives::Bytes>().ok()).expect("bytes").to_vec()
}

/// Events and transactions that a node tells otherwise.
async fn lies(story: &Story) {
    // Amounts of each contract: the event, the word of its data, where it is found, and as what.
    let amounts: [(B256, usize, &str, &[&str]); 12] = [
        (InferenceMarket::JobFulfilled::SIGNATURE_HASH, 0, "payments", &["JobFulfilled of job", "prover_amount"]),
        (InferenceMarket::JobFulfilled::SIGNATURE_HASH, 2, "payments", &["JobFulfilled of job", "fee"]),
        (InferenceMarket::JobFulfilledLate::SIGNATURE_HASH, 1, "payments", &["JobFulfilledLate of job", "bounty"]),
        (InferenceMarket::JobRefunded::SIGNATURE_HASH, 1, "payments", &["JobRefunded of job", "income"]),
        (InferenceMarket::JobLocked::SIGNATURE_HASH, 1, "payments", &["JobLocked of job", "price"]),
        (InferenceMarket::JobVoided::SIGNATURE_HASH, 0, "payments", &["JobVoided of job", "refund"]),
        (event("PotSold(uint256,address,address,address,uint256,uint256)"), 2, "auctions", &["PotSold", "cost"]),
        (event("EpochClosed(uint256,uint256,uint256,uint256,uint256)"), 1, "rewards", &["EpochClosed", "rewards"]),
        (
            event("RewardClaimed(uint256,address,uint256,uint256,uint256,address[])"),
            0,
            "rewards",
            &["RewardClaimed", "prover_reward"],
        ),
        (event("Unbonding(uint256,address,address,uint256,uint256,uint256)"), 1, "staking", &["Unbonding", "amount"]),
        (event("RewardDistributed(address,uint256,uint256)"), 1, "staking", &["RewardDistributed", "commission"]),
        (event("IncomeReceived(address,address,uint256,uint256)"), 1, "treasury", &["IncomeReceived", "education"]),
    ];
    for (topic, word, section, words) in amounts {
        let report = through(story, move |method, _, answer| {
            if method == "eth_getLogs"
                && let Some(log) = logs(answer, topic).next()
            {
                bump(log, word);
            }
            true
        })
        .await;
        let name = format!("{words:?} is one more");
        finds(&name, &report, section, words);
        only(&name, &report, &[section]);
        assert_eq!(report.differences, 1, "{name}: {report}");
    }

    // An event that is kept back, and with it what it did.
    let report = through(story, |method, _, answer| {
        if method == "eth_getLogs"
            && let Some(all) = answer.as_array_mut()
        {
            all.retain(|log| log["topics"][0] != json!(InferenceMarket::Withdrawn::SIGNATURE_HASH));
        }
        true
    })
    .await;
    finds("a withdrawal kept back", &report, "tokens", &["moved from"]);
    finds("a withdrawal kept back", &report, "state", &["credit of", &account("prover").to_string()]);

    // A movement of tokens that is kept back.
    let market = *story.contracts().market.address();
    let report = through(story, move |method, _, answer| {
        let out = json!(market.into_word());
        if method == "eth_getLogs"
            && let Some(all) = answer.as_array_mut()
        {
            all.retain(|log| {
                log["topics"][0] != json!(NetworkToken::Transfer::SIGNATURE_HASH) || log["topics"][1] != out
            });
        }
        true
    })
    .await;
    finds("a transfer kept back", &report, "tokens", &["moved from", &market.to_string()]);
    only("a transfer kept back", &report, &["tokens"]);

    // A byte of a seal.
    let report = through(story, |method, _, answer| {
        if method == "eth_getTransactionByHash" {
            let mut input = bytes(&answer["input"]);
            if let Ok(mut call) = <InferenceMarket::fulfilCall as alloy::sol_types::SolCall>::abi_decode(&input) {
                let mut seal = call.seal.to_vec();
                seal[64 * 3] ^= 1;
                call.seal = seal.into();
                input = alloy::sol_types::SolCall::abi_encode(&call);
            }
            answer["input"] = json!(alloy::primitives::Bytes::from(input));
        }
        true
    })
    .await;
    finds("a byte of each seal", &report, "seals", &["seal of job", "a seal that verifies"]);
    only("a byte of each seal", &report, &["seals"]);

    // An output that was not proved.
    let report = through(story, |method, _, answer| {
        if method == "eth_getLogs"
            && let Some(log) = logs(answer, InferenceMarket::JobFulfilled::SIGNATURE_HASH).next()
        {
            let mut data = bytes(&log["data"]);
            // Five amounts, the place of the output, its length, its bytes.
            data[32 * 7] ^= 1;
            log["data"] = json!(alloy::primitives::Bytes::from(data));
        }
        true
    })
    .await;
    finds("an output that was not proved", &report, "seals", &["output of job", &story.paid.to_string()]);
    only("an output that was not proved", &report, &["seals"]);

    // Time: a refund a second before it was due.
    let report = through(story, {
        let refunded = story.refunded;
        let c = story.contracts().clone();
        let logs = c.network.block().await.expect("a block");
        let events = c.events(0, logs).await.expect("events");
        let at = events.iter().find_map(|happened| match &happened.event {
            verin_contracts::events::Event::Market(
                verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents::JobRefunded(e),
            ) if e.jobId == refunded => Some(happened.block),
            _ => None,
        });
        let at = at.expect("the refund");
        move |method, params, answer| {
            if method == "eth_getBlockByNumber" && params[0] == json!(format!("0x{at:x}")) {
                let time =
                    u64::from_str_radix(answer["timestamp"].as_str().expect("a time").trim_start_matches("0x"), 16);
                answer["timestamp"] = json!(format!("0x{:x}", time.expect("a time") - 2 * 3_600));
            }
            true
        }
    })
    .await;
    finds("a refund before it was due", &report, "payments", &["JobRefunded of job", "the rules refuse", "TooEarly"]);

    // A balance that is not what events say.
    let report = through(story, {
        let call =
            alloy::primitives::Bytes::from(alloy::sol_types::SolCall::abi_encode(&NetworkToken::balanceOfCall {
                account: market,
            }));
        move |method, params, answer| {
            let asked = params[0]["input"].as_str().or(params[0]["data"].as_str()).map(str::to_owned);
            if method == "eth_call" && asked == Some(call.to_string()) {
                *answer = json!(B256::from(U256::from(5)));
            }
            true
        }
    })
    .await;
    finds("a balance of the market", &report, "state", &["of the market", "| 5"]);
    only("a balance of the market", &report, &["state"]);
}

fn event(signature: &str) -> B256 {
    keccak256(signature)
}

/// What is published.
async fn artifacts(story: &Story) {
    let copy = || {
        let folder = tempfile::TempDir::new().expect("a folder");
        for part in ["blobs", "models"] {
            std::fs::create_dir(folder.path().join(part)).expect("a folder");
            for file in std::fs::read_dir(story.folder.path().join(part)).expect("files") {
                let file = file.expect("a file");
                std::fs::copy(file.path(), folder.path().join(part).join(file.file_name())).expect("a copy");
            }
        }
        folder
    };
    // Nothing is published of a model.
    let folder = copy();
    let [public, .., private] = story.records[..] else { panic!("three records") };
    std::fs::remove_file(folder.path().join(format!("models/{public}.json"))).expect("a manifest");
    let report = story.audit_at(&story.url(), &open(folder.path())).await.expect("a verdict");
    finds("an artifact that is missing", &report, "records", &["artifact of record", &public.to_string(), "not there"]);
    only("an artifact that is missing", &report, &["records"]);

    // A manifest of another model.
    let folder = copy();
    let name = |record: B256| folder.path().join(format!("models/{record}.json"));
    std::fs::copy(name(private), name(public)).expect("a copy");
    let report = story.audit_at(&story.url(), &open(folder.path())).await.expect("a verdict");
    finds(
        "an artifact of another model",
        &report,
        "records",
        &["artifact of record", &public.to_string(), "that of record"],
    );

    // A damaged program.
    let folder = copy();
    let manifest = std::fs::read(folder.path().join(format!("models/{public}.json"))).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("a manifest");
    let program = folder.path().join("blobs").join(manifest["program"].as_str().expect("a program"));
    let mut bytes = std::fs::read(&program).expect("a program");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&program, bytes).expect("written");
    let report = story.audit_at(&story.url(), &open(folder.path())).await.expect("a verdict");
    finds("a damaged program", &report, "records", &["derived anew", &public.to_string(), "bytes of hash"]);
}

/// What gives no verdict, or one that says what was not accepted.
async fn troubles(story: &Story) {
    let artifacts = story.artifacts();
    let mut unaccepted = options(&story.url(), &artifacts);
    unaccepted.srs = None;
    let report = audit(&unaccepted, &()).await.expect("a verdict");
    finds(
        "an SRS that was not accepted",
        &report,
        "deployment",
        &["SRS of SealVerifier", "INSECURE", "--insecure-srs"],
    );
    only("an SRS that was not accepted", &report, &["deployment"]);

    // As of an earlier block: before anything was settled.
    let mut earlier = options(&story.url(), &artifacts);
    earlier.block = Some(60);
    let report = audit(&earlier, &()).await.expect("a verdict");
    assert!(report.passed && report.block == 60, "{report}");
    earlier.block = Some(1_000_000);
    let error = audit(&earlier, &()).await.expect_err("there is none");
    assert!(matches!(error, AuditError::NoBlock { got: 1_000_000, .. }), "{error}");

    let mut unknown = options(&story.url(), &artifacts);
    unknown.deployer = Address::repeat_byte(7);
    let error = audit(&unknown, &()).await.expect_err("nothing is there");
    assert!(matches!(error, AuditError::NoNetwork { .. }) && error.to_string().contains("--deployer"), "{error}");

    let nowhere = options("http://127.0.0.1:9", &artifacts);
    let error = audit(&nowhere, &()).await.expect_err("nobody listens");
    assert!(error.to_string().contains("http://127.0.0.1:9"), "{error}");

    // The node goes in the middle.
    let lie: Lie = Arc::new(|method, _, _| method != "eth_getTransactionByHash");
    let url = proxy::start(story.url(), lie).await;
    let error = audit(&options(&url, &artifacts), &()).await.expect_err("it does not answer");
    assert!(matches!(error, AuditError::Node { .. }) && error.to_string().contains(&url), "{error}");

    // The chain becomes another while it is read.
    let times = std::sync::atomic::AtomicU64::new(0);
    let lie: Lie = Arc::new(move |method, params, answer| {
        if method == "eth_getBlockByNumber" && params[0] != json!("latest") {
            let asked = times.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            answer["hash"] = json!(B256::from(U256::from(asked)));
        }
        true
    });
    let url = proxy::start(story.url(), lie).await;
    let error = audit(&options(&url, &artifacts), &()).await.expect_err("it is never the same");
    assert!(matches!(error, AuditError::Reorganised { .. }), "{error}");
}
