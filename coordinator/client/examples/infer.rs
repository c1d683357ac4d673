//! An inference that need not be trusted, from quote to output:
//!
//! ```text
//! VERIN_KEY=0x... cargo run --release -p verin-client --example infer -- COORDINATOR NODE LISTING VALUE...
//! ```
//!
//! COORDINATOR and NODE are addresses such as http://127.0.0.1:8640 and http://127.0.0.1:8545. The key is the requester's: it has
//! ether for gas and tokens for the price, and never leaves this program.

use alloy::network::TransactionBuilder;
use alloy::rpc::types::TransactionRequest;
use std::error::Error;
use verin_client::Client;
use verin_client::types::{Input, Prepare, QuoteRequest};
use verin_contracts::network::{Network, PrivateKeySigner};
use verin_contracts::{Address, Bytes};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [coordinator, node, listing, values @ ..] = &arguments[..] else {
        return Err("usage: infer COORDINATOR NODE LISTING VALUE...".into());
    };
    let values: Vec<i64> = values.iter().map(|value| value.parse()).collect::<Result<_, _>>()?;
    let (listing, input) = (listing.parse()?, Input::Values(values));
    let key: PrivateKeySigner =
        std::env::var("VERIN_KEY").map_err(|_| "VERIN_KEY: the requester's key, 0x...")?.parse()?;
    let requester = key.address();
    let (client, network) = (Client::new(coordinator)?, Network::open(node, vec![key]).await?);

    let ask = QuoteRequest { listing, input: Some(input.clone()), callback_gas: None };
    let quote = client.quote(&ask).await?;
    println!("price     {} base units of {} (p50), {} (p95)", quote.price.p50, quote.token, quote.price.p95);
    if let Some(seconds) = quote.latency_seconds {
        println!("latency   {} s (p50), {} s (p95), from {} jobs", seconds.p50, seconds.p95, quote.samples);
    }

    let prepared = client
        .prepare(&Prepare {
            listing,
            requester,
            input,
            nonce: None,
            max_price: Some(quote.price.p95),
            lock_seconds: None,
            prove_seconds: None,
            late_seconds: None,
            direct: None,
            callback: None,
            callback_gas: None,
            bond: None,
        })
        .await?;
    let transaction = |to: Address, data: &Bytes| {
        TransactionRequest::default().with_from(requester).with_to(to).with_input(data.clone())
    };
    if prepared.approval.needed {
        let approve = transaction(prepared.approval.token, &prepared.approval.data);
        network.send_raw("approving the price", approve).await?;
    }
    network.send_raw("requesting the inference", transaction(prepared.to, &prepared.data)).await?;
    println!("job       {}", prepared.job);

    let story = client.follow(prepared.job, |status| println!("state     {}", status.name())).await?;
    let output = client.output(story.job.id).await?;
    match output.values {
        Some(values) => println!("output    {values:?}"),
        None => println!("output    {}", output.output),
    }
    println!("proved in transaction {}", output.transaction);
    Ok(())
}
