//! The index is what the chain says, at any time, after anything: applied once, taken back by a reorganisation, made anew from nothing.

use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use verin_contracts::network::account;
use verin_contracts::{B256, U256};
use verin_coordinator::chain::follower::Follower;
use verin_coordinator::database::Database;
use verin_coordinator::index::Index;
use verin_coordinator::index::job::{Filter, Status};
use verin_testbed::{PRICE, World, key, prove};

/// An index in a file of its own.
async fn index(world: &World, folder: &TempDir, name: &str) -> Index {
    let database = Database::open(&folder.path().join(name)).expect("a database");
    Index::open(database, Arc::new(world.contracts.clone())).await.expect("an index")
}

fn follower(index: &Index) -> Follower {
    Follower::new(index.clone(), 0, Duration::from_millis(10))
}

/// Follows until there is nothing more to do.
async fn follow(follower: &Follower) {
    while follower.step().await.expect("a step") {}
}

/// Everything that the index says.
async fn all(index: &Index) -> String {
    let jobs = index.jobs(Filter { limit: 1_000, ..Filter::default() }).await.expect("jobs");
    let mut text = format!("{:#?}\n{:#?}\n", index.tip().await.expect("a tip"), jobs);
    for job in &jobs {
        text += &format!("{:#?}\n", index.steps(job.id).await.expect("steps"));
    }
    let (listings, provers) = (index.listings().await.expect("listings"), index.provers().await.expect("provers"));
    let epochs = index.epochs().await.expect("epochs");
    text + &format!("{listings:#?}\n{provers:#?}\n{epochs:#?}\n")
}

async fn status(index: &Index, job: B256) -> Option<Status> {
    index.job(job).await.expect("a look").map(|job| job.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_is_what_the_chain_says_and_is_made_anew_the_same() {
    let (key, folder) = (key(), TempDir::new().expect("a folder"));
    let world = World::with_prover(&key, 8).await;
    let (contracts, prover) = (&world.contracts, account("prover"));
    let index = index(&world, &folder, "a.sqlite").await;
    let follower = follower(&index);

    let direct = world.request(1, [1, -2, 3], true).await;
    let locked = world.request(2, [0, 7, -8], false).await;
    follow(&follower).await;
    assert_eq!(status(&index, direct).await, Some(Status::Open));
    assert_eq!(index.takeable(contracts.network.now().await.expect("a time")).await.expect("jobs").len(), 2);

    let lock = contracts.lock(prover, locked, prover).await.expect("a lock");
    follow(&follower).await;
    let held = index.held(prover).await.expect("jobs");
    assert_eq!(held.iter().map(|job| (job.id, job.until)).collect::<Vec<_>>(), [(locked, Some(lock.lock_end))]);

    let jobs = [direct, locked];
    let fulfilment = prove(contracts, &key, &[[1, -2, 3], [0, 7, -8]], &jobs, prover);
    let settled = contracts.fulfil(prover, &fulfilment).await.expect("a settlement");
    follow(&follower).await;
    let earned = settled.payments.iter().map(|payment| payment.prover_amount).sum::<U256>();
    let owners = settled.payments.iter().map(|payment| payment.owner_amount).sum::<U256>();
    for payment in &settled.payments {
        let job = index.job(payment.job).await.expect("a look").expect("a job");
        assert_eq!((job.status, job.price), (Status::Fulfilled, Some(U256::from(PRICE))));
        let steps = index.steps(job.id).await.expect("steps");
        let last = steps.last().expect("a step");
        assert_eq!((last.name.as_str(), last.data.as_ref()), ("fulfilled", Some(&payment.output)));
        assert_eq!((last.gas, last.sender), (Some(settled.gas), Some(prover)));
    }
    let provers = index.provers().await.expect("provers");
    let ours = provers.iter().find(|known| known.address == prover).expect("the prover");
    assert_eq!((ours.fulfilled, ours.held, ours.failed, ours.earned), (2, 0, 0, earned));
    assert_eq!(ours.stake, contracts.bonded_stake(prover).await.expect("a stake"));
    let listings = index.listings().await.expect("listings");
    assert_eq!(listings.iter().map(|l| (l.jobs, l.fulfilled, l.earned)).collect::<Vec<_>>(), [(2, 2, owners)]);
    assert_eq!(index.epochs().await.expect("epochs").iter().map(|epoch| epoch.jobs).sum::<u64>(), 2);

    let again = self::index(&world, &folder, "b.sqlite").await;
    follow(&self::follower(&again)).await;
    assert_eq!(all(&index).await, all(&again).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorganisation_takes_back_what_is_no_longer() {
    let (key, folder) = (key(), TempDir::new().expect("a folder"));
    let world = World::with_prover(&key, 8).await;
    let (contracts, prover) = (&world.contracts, account("prover"));
    let index = index(&world, &folder, "a.sqlite").await;
    let follower = follower(&index);

    let stays = world.request(1, [1, 2, 3], false).await;
    follow(&follower).await;
    let before = all(&index).await;
    let snapshot = world.snapshot().await;
    let goes = world.request(2, [4, 5, 6], false).await;
    contracts.lock(prover, stays, prover).await.expect("a lock");
    follow(&follower).await;
    assert_eq!(status(&index, stays).await, Some(Status::Locked));

    // The chain ends before both, and is as it was; the node could as well be lagging.
    world.revert(snapshot).await;
    follow(&follower).await;
    assert_eq!(status(&index, stays).await, Some(Status::Locked), "an older head is waited for");
    // Other blocks in their place: they are gone, and what was done to jobs that stay.
    contracts.network.pass(5).await.expect("a block");
    follow(&follower).await;
    assert_eq!((status(&index, stays).await, status(&index, goes).await), (Some(Status::Open), None));
    let job = index.job(stays).await.expect("a look").expect("a job");
    assert_eq!((job.prover, job.payout, job.price), (None, None, None));
    let tip = index.tip().await.expect("a tip").expect("a block").number;
    index.roll_back(Some(tip - 1)).await.expect("a roll back");
    assert_eq!(all(&index).await, before, "as if nothing had been there");

    let again = self::index(&world, &folder, "b.sqlite").await;
    follow(&follower).await;
    follow(&self::follower(&again)).await;
    assert_eq!(all(&index).await, all(&again).await);
}
