//! An explorer to look at: a local chain with jobs in many states, an index that follows it, and the API on a free port.
//!
//! ```text
//! cargo run --release -p verin-coordinator --example explorer_demo
//! ```
//!
//! With the token of the environment's TOKEN, if there is one. Prints `explorer URL`, then does what each line of its standard input says, until that ends: `request` requests a job and prints its
//! id, `settle ID` proves and settles one.

use std::error::Error;
use std::io::BufRead;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use verin_contracts::market::Ask;
use verin_contracts::network::account;
use verin_contracts::{B256, U256};
use verin_coordinator::chain::follower::Follower;
use verin_coordinator::database::Database;
use verin_coordinator::index::Index;
use verin_coordinator::routes::{self, Api, Limits, Token};
use verin_prover::keys::ProverKey;
use verin_testbed::{World, ask, input, key, prove};

/// What a stranger may write about a model.
const HOSTILE: &str = "<img src=x onerror=\"window.broken=true\"><script>window.broken=true</script> \u{202e}desrever\n\
    averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = key();
    let world = World::with_prover(&key, 16).await;
    let mut nonce = populate(&world, &key).await?;

    let folder = tempfile::tempdir()?;
    let database = Database::open(&folder.path().join("index.sqlite"))?;
    let index = Index::open(database, Arc::new(world.contracts.clone())).await?;
    let follower = Follower::new(index.clone(), 0, Duration::from_millis(50));
    let limits = Limits { burst: 100_000, ..Limits::default() };
    let token = std::env::var("TOKEN").ok().and_then(|token| Token::new(&token));
    let mut api = Api::new(index, follower.changes(), follower.health());
    (api.limits, api.token, api.operator) = (limits, token, Some(account("prover")));
    tokio::spawn(follower.run(api.shutdown.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("explorer http://{}", listener.local_addr()?);
    let server = tokio::spawn(routes::serve(listener, routes::router(api.clone()), api.shutdown.clone()));

    let (said, mut lines) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| said.blocking_send(line))
    });
    while let Some(line) = lines.recv().await {
        match line.trim().split_once(' ') {
            None if line.trim() == "request" => {
                nonce += 1;
                println!("{}", world.request(nonce, [1, 2, 3], true).await);
            }
            Some(("settle", id)) => settle(&world, &key, &[(id.parse()?, [1, 2, 3])]).await?,
            _ => eprintln!("expected `request` or `settle ID`, got {line}"),
        }
    }
    api.shutdown.cancel();
    server.await??;
    Ok(())
}

/// Jobs in many states; gives the last nonce.
async fn populate(world: &World, key: &ProverKey) -> Result<u64, Box<dyn Error>> {
    let (contracts, prover, requester) = (&world.contracts, account("prover"), account("requester"));
    let about = "Credit risk, small: three features in, two scores out.\nTrained on public data, published weights.";
    let (fair, _) = contracts.list(account("owner"), world.record, 25_000_000_000_000_000, 1_500, about).await?;
    contracts.list(account("stranger"), world.record, 7, 100, HOSTILE).await?;
    let mut nonce = 0;
    let mut request = async |listing: U256, values: [i64; 3], change: fn(Ask) -> Ask| {
        nonce += 1;
        contracts.request(requester, &change(ask(listing, nonce)), &input(values)).await.map(|requested| requested.id)
    };
    // Hours pass, in which jobs are requested, taken and proved.
    for hour in 0..7u64 {
        let mut batch = Vec::new();
        for n in 0..=(hour * 5 % 4) {
            let values = [n as i64, -(hour as i64), 3];
            let listing = if (n + hour) % 3 == 0 { world.listing } else { fair };
            let id = request(listing, values, |ask| ask).await?;
            contracts.lock(prover, id, prover).await?;
            batch.push((id, values));
        }
        for job in batch {
            contracts.network.pass(3 + hour * 4).await?;
            settle(world, key, &[job]).await?;
        }
        contracts.network.pass(2_700).await?;
    }
    let brief = |ask| Ask { lock_seconds: 60, prove_seconds: 60, late_seconds: 60, ..ask };
    let (expires, refunded) = (request(fair, [1, 1, 1], brief).await?, request(fair, [2, 2, 2], brief).await?);
    contracts.lock(prover, refunded, prover).await?;
    contracts.network.pass(400).await?;
    contracts.expire(account("stranger"), expires).await?;
    contracts.refund(account("stranger"), refunded).await?;
    let locked = request(fair, [7, -8, 0], |ask| ask).await?;
    contracts.lock(prover, locked, prover).await?;
    request(fair, [0, 0, 0], |ask| ask).await?;
    request(world.listing, [5, 4, 3], |ask| ask).await?;
    let latest = request(world.listing, [6, 6, 6], |ask| Ask { direct: true, ..ask }).await?;
    settle(world, key, &[(latest, [6, 6, 6])]).await?;
    Ok(nonce)
}

/// Proves jobs and settles them.
async fn settle(world: &World, key: &ProverKey, jobs: &[(B256, [i64; 3])]) -> Result<(), Box<dyn Error>> {
    let prover = account("prover");
    let (ids, inputs): (Vec<B256>, Vec<[i64; 3]>) = jobs.iter().copied().unzip();
    let fulfilment = prove(&world.contracts, key, &inputs, &ids, prover);
    world.contracts.fulfil(prover, &fulfilment).await?;
    Ok(())
}
