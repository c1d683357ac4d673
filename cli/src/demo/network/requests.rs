//! Requesters: each asks, pays, and asks again for what a reorganization took back.

use super::board::{Asked, Board};
use super::place::{OPERATOR, Place, REQUESTERS};
use crate::demo::inference::AN_HOUR;
use crate::error::CliError;
use std::time::{Duration, Instant};
use verin_contracts::market::Ask;
use verin_contracts::network::account;
use verin_contracts::{B256, U256};

/// One of so many jobs has to be locked before it is proved, unless what is measured is proving.
const LOCKED: u64 = 4;
/// How often the farm is looked at by those who come later.
const LOOK: Duration = Duration::from_millis(20);
/// Numbers of requests that are asked for again begin here.
const AGAIN: u64 = 1 << 32;

/// All requests, by all requesters at the same time; of those from `later` on the first comes when half of all is settled.
pub(super) async fn ask(place: &Place, board: &Board, all: u64, later: u64) -> Result<(), CliError> {
    let [first, second, third, fourth] = std::array::from_fn(|requester| async move {
        for n in (requester as u64..all).step_by(REQUESTERS.len()) {
            while n >= later && board.counts().1 < board.all / 2 {
                tokio::time::sleep(LOOK).await;
            }
            let _asking = board.quiet.read().await;
            let digit = n as usize % place.digits.facts.test_digits;
            one(place, board, requester, n, digit, Instant::now()).await?;
        }
        Ok::<_, CliError>(())
    });
    tokio::try_join!(first, second, third, fourth).map(drop)
}

/// Asks anew for all jobs that the chain does not know any more; how many those are.
pub(super) async fn ask_again(place: &Place, board: &Board) -> Result<usize, CliError> {
    let mut gone = 0;
    for (n, (job, asked)) in board.asked().into_iter().enumerate() {
        if status(place, job).await? == 0 {
            board.forget(job);
            one(place, board, asked.requester, AGAIN + n as u64, asked.digit, asked.at).await?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Where a job is; 0 when the market has never heard of it.
pub(super) async fn status(place: &Place, job: B256) -> Result<u8, CliError> {
    let contracts = &place.contracts;
    Ok(contracts.network.view("reading a job", contracts.market.job(job)).await?.status)
}

async fn one(
    place: &Place,
    board: &Board,
    requester: usize,
    nonce: u64,
    digit: usize,
    at: Instant,
) -> Result<(), CliError> {
    let ask = Ask {
        listing: place.listing,
        nonce,
        lock_seconds: AN_HOUR.into(),
        prove_seconds: AN_HOUR,
        late_seconds: AN_HOUR.into(),
        direct: board.calm || !nonce.is_multiple_of(LOCKED),
        bond: 0,
    };
    let who = account(REQUESTERS.get(requester).copied().unwrap_or(OPERATOR));
    let requested = place.contracts.request(who, &ask, &place.input(digit)?).await?;
    board.ask(requested.id, Asked { digit, requester, at, gas: requested.gas });
    Ok(())
}

/// What each requester spent.
pub(super) fn spent(board: &Board, price: U256) -> Vec<U256> {
    let mut spent = vec![U256::ZERO; REQUESTERS.len()];
    for asked in board.asked().into_values() {
        if let Some(spent) = spent.get_mut(asked.requester) {
            *spent += price;
        }
    }
    spent
}
