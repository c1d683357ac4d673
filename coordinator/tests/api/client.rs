//! The client: from quote to output, on events and without them, and what it says when something is wrong.

use crate::served::{Served, serve};
use alloy::network::TransactionBuilder;
use alloy::rpc::types::TransactionRequest;
use verin_client::types::{Input, Prepare, QuoteRequest, Status};
use verin_client::{Client, ClientError};
use verin_contracts::network::account;
use verin_contracts::{B256, U256};
use verin_coordinator::routes::{Api, Limits};
use verin_testbed::{PRICE, World, key, prove};

fn prepare(listing: u64) -> Prepare {
    Prepare {
        listing,
        requester: account("requester"),
        input: Input::Values(vec![1, -2, 3]),
        nonce: None,
        max_price: None,
        lock_seconds: None,
        prove_seconds: None,
        late_seconds: None,
        direct: Some(true),
        callback: None,
        callback_gas: None,
        bond: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_quote_to_output_with_events_and_without() {
    let key = key();
    let world = World::new(&key.record.record.encode()).await;
    let (contracts, prover) = (&world.contracts, account("prover"));
    let served = Served::new(&world, |_| ()).await;
    let no_streams = Limits { streams: 0, ..Limits::default() };
    let polled = serve(&Api { limits: no_streams, ..served.api.clone() }).await;
    let listing: u64 = world.listing.to();

    for url in [&served.url, &polled] {
        let client = Client::new(url).expect("a client");
        let [model] = &client.models().await.expect("models")[..] else { panic!("one model") };
        assert_eq!(model.listing, listing);
        let ask = QuoteRequest { listing, input: Some(Input::Values(vec![1, -2, 3])), callback_gas: None };
        let quote = client.quote(&ask).await.expect("a quote");
        assert_eq!(quote.price.p95.0, U256::from(PRICE));

        let prepared = client.prepare(&prepare(listing)).await.expect("a request");
        let job = prepared.job;
        let (seen, mut states) = tokio::sync::mpsc::unbounded_channel();
        let following = tokio::spawn({
            let client = client.clone();
            // Before it is there.
            async move { client.follow(job, |status| seen.send(status).expect("somebody listens")).await }
        });
        let request = TransactionRequest::default()
            .with_from(account("requester"))
            .with_to(prepared.to)
            .with_input(prepared.data);
        contracts.network.send_raw("requesting", request).await.expect("a request");
        assert_eq!(states.recv().await, Some(Status::Open));
        let fulfilment = prove(contracts, &key, &[[1, -2, 3]], &[job], prover);
        contracts.fulfil(prover, &fulfilment).await.expect("a settlement");
        let story = following.await.expect("a task").expect("a story");
        assert_eq!((story.job.status, states.recv().await), (Status::Fulfilled, Some(Status::Fulfilled)));
        assert_eq!(client.output(job).await.expect("an output").output, fulfilment.output);
        assert_eq!(client.proof(job).await.expect("a proof").seal, fulfilment.seal);
        assert_eq!(client.jobs(None).await.expect("jobs").jobs[0].id, job);
    }
    mistakes(&served.url, listing).await;
}

async fn mistakes(url: &str, listing: u64) {
    for text in ["", "ftp://here", "not a url", "data:,x"] {
        assert!(matches!(Client::new(text), Err(ClientError::BadUrl { .. })), "{text}");
    }
    let client = Client::new(url).expect("a client");
    let error = client.output(B256::repeat_byte(7)).await.expect_err("there is no such job");
    assert!(
        matches!(&error, ClientError::Refused { status: 404, problem } if problem.code == "unknown_job"),
        "{error}"
    );
    let wrong = Prepare { max_price: Some(1u64.into()), ..prepare(listing) };
    let error = client.prepare(&wrong).await.expect_err("too cheap").to_string();
    assert!(error.contains("bad_price") && error.contains(&format!("expected at least {PRICE}, got 1")), "{error}");
    let nobody = Client::new("http://127.0.0.1:1").expect("a client").status().await.expect_err("nobody is there");
    assert!(matches!(nobody, ClientError::Unreachable { .. }) && nobody.is_passing(), "{nobody}");
}
