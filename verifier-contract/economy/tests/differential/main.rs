//! The model beside the contracts: random sequences of actions, each put to the bytecode of `verifier-contract/abi` in an EVM
//! and to the model. Both must agree on every refusal, every event and, after the sequence, every balance, to the wei.
//!
//! ```text
//! cargo test --release --workspace --test differential -- --nocapture                           ten thousand
//! VERIN_SEQUENCES=100000 cargo test --release --workspace --test differential -- --nocapture    more
//! VERIN_SEED=123 cargo test --release --workspace --test differential -- --nocapture            one, step by step
//! ```

mod chain;
mod compare;
mod decode;
mod doubles;
mod encode;
mod generate;
mod hostile;
mod network;
mod play;

use play::{Coverage, play};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Half a minute.
const SEQUENCES: u64 = 10_000;

/// What must have happened in a run: a test of sequences that get nowhere would say nothing.
const MUST_HAPPEN: &[&str] = &[
    "row 1",
    "row 2",
    "row 3",
    "row 4",
    "row 5",
    "row 6",
    "row 7",
    "row 8",
    "row 9",
    "row 10",
    "row 11",
    "row 12",
    "row 13",
    "row 14",
    "row 15 open",
    "row 15 reserved",
    "row 15 delivered",
    "row 15 locked",
    "batch",
    "Market.Withdrawn",
    "Market.CollateralWithdrawn",
    "Market.IncomeSent",
    "Market.CallbackFailed",
    "Market.CallbackRetried",
    "Market.WorkDeferred",
    "Market.WorkRetried",
    "Rewards.FeesUncollected",
    "Rewards.FeesCollected",
    "Rewards.EpochClosed",
    "Rewards.RewardClaimed",
    "Rewards.IncomeForwarded",
    "reward withheld",
    "token named twice",
    "token of no work",
    "FeeAuction.PotSold",
    "FeeAuction.AnchorChanged",
    "SlashAuction.PotSold",
    "SlashAuction.AnchorChanged",
    "SlashAuction.IncomeForwarded",
    "Staking.Staked",
    "Staking.Unbonding",
    "Staking.Withdrawn",
    "Staking.Slashed",
    "Staking.VotesSynced",
    "Staking.CommissionChanged",
    "Staking.RewardDistributed",
    "Staking.RewardAccrued",
    "Staking.RewardClaimed",
    "Treasury.IncomeReceived",
    "Treasury.EducationWithdrawn",
    "Treasury.Spent",
    "LockCapReached",
    "VoidInstead",
    "InsufficientCollateral",
    "TokenFails",
];

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}

#[test]
fn the_contracts_and_the_model_agree_on_random_sequences() {
    let world = network::deploy();
    if let Some(seed) = number("VERIN_SEED") {
        let played = play(&world, seed, &mut Coverage::default(), true);
        assert!(played.is_ok(), "{}", played.unwrap_err());
        return;
    }
    let sequences = number("VERIN_SEQUENCES").unwrap_or(SEQUENCES);
    let (next, failure, total) = (AtomicU64::new(0), Mutex::new(None), Mutex::new(Coverage::default()));
    let begun = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut coverage = Coverage::default();
                loop {
                    let seed = next.fetch_add(1, Relaxed);
                    if seed >= sequences || failure.lock().expect("no panic").is_some() {
                        break;
                    }
                    if let Err(found) = play(&world, seed, &mut coverage, false) {
                        *failure.lock().expect("no panic") = Some(found);
                    }
                }
                total.lock().expect("no panic").add(&coverage);
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let failure = failure.into_inner().expect("no panic");
    assert!(failure.is_none(), "{}", failure.unwrap_or_default());
    let total = total.into_inner().expect("no panic");
    println!("{sequences} sequences in {seconds:.1} s on {threads} threads\n{total}");
    let missing: Vec<_> = MUST_HAPPEN.iter().filter(|what| total.count(what) == 0).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}
