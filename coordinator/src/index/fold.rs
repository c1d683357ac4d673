//! An event, and the rows that it states. Events that no row is made of are those that nobody here asks about.

use super::value::{Account, Amount, Hash, integer};
use alloy::primitives::{Address, B256, Bytes, U256};
use rusqlite::{Transaction, params};
use verin_contracts::bindings::emergency_stop::EmergencyStop::EmergencyStopEvents as StopEvent;
use verin_contracts::bindings::inference_market::InferenceMarket::{
    self as market, InferenceMarketEvents as MarketEvent,
};
use verin_contracts::bindings::intelligence_rewards::IntelligenceRewards::IntelligenceRewardsEvents as RewardsEvent;
use verin_contracts::bindings::model_registry::ModelRegistry::ModelRegistryEvents as RegistryEvent;
use verin_contracts::bindings::prover_staking::ProverStaking::ProverStakingEvents as StakingEvent;
use verin_contracts::bindings::record_store::RecordStore::RecordStoreEvents as StoreEvent;
use verin_contracts::events::Event;

/// Where on the chain something was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) block: u64,
    pub(super) log: u64,
    pub(super) sent: B256,
}

/// Inserts what an event states; gives the job whose step it is, if it is one.
pub(super) fn insert(t: &Transaction<'_>, at: At, event: &Event) -> rusqlite::Result<Option<B256>> {
    match event {
        Event::Market(event) => return on_market(t, at, event),
        Event::Store(StoreEvent::RecordPublished(e)) => {
            let row = params![Hash(e.recordHash), integer(at.block), integer(at.log), of(e.length)];
            t.prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3, ?4)")?.execute(row)?;
        }
        Event::Registry(event) => on_registry(t, at, event)?,
        Event::Staking(event) => on_staking(t, at, event)?,
        Event::Rewards(event) => on_rewards(t, at, event)?,
        Event::Stop(StopEvent::VerifierStopped(e)) => stop(t, at, e.selector.as_slice(), None)?,
        Event::Stop(StopEvent::RecordStopped(e)) => stop(t, at, e.selector.as_slice(), Some(e.recordHash))?,
        _ => {}
    }
    Ok(None)
}

/// A number that the contracts keep below 2^64.
fn of(number: U256) -> i64 {
    integer(number.saturating_to::<u64>())
}

fn stop(t: &Transaction<'_>, at: At, verifier: &[u8], record: Option<B256>) -> rusqlite::Result<()> {
    let row = params![integer(at.block), integer(at.log), verifier, record.map(Hash)];
    t.prepare_cached("INSERT INTO stop VALUES (?1, ?2, ?3, ?4)")?.execute(row).map(drop)
}

/// What a step changes, and what it moved.
#[derive(Default)]
struct Step<'a> {
    status: Option<&'static str>,
    prover: Option<Address>,
    payout: Option<Address>,
    price: Option<U256>,
    until: Option<U256>,
    amounts: &'a [(&'static str, U256)],
    data: Option<&'a Bytes>,
}

fn step(t: &Transaction<'_>, at: At, job: B256, name: &str, step: &Step<'_>) -> rusqlite::Result<Option<B256>> {
    let amounts = step.amounts.iter().map(|(name, amount)| ((*name).to_string(), amount.to_string().into()));
    let amounts = serde_json::Value::Object(amounts.collect()).to_string();
    t.prepare_cached("INSERT INTO step VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?.execute(
        params![
            Hash(job),
            integer(at.block),
            integer(at.log),
            Hash(at.sent),
            name,
            step.status,
            step.prover.map(Account),
            step.payout.map(Account),
            step.price.map(Amount),
            step.until.map(of),
            amounts,
            step.data.map(|data| data.as_ref()),
        ],
    )?;
    Ok(Some(job))
}

fn on_market(t: &Transaction<'_>, at: At, event: &MarketEvent) -> rusqlite::Result<Option<B256>> {
    match event {
        MarketEvent::JobRequested(e) => {
            requested(t, at, e)?;
            let escrow = U256::from(e.terms.maxPrice);
            let amounts = [("escrow", escrow), ("bond", U256::from(e.terms.bond))];
            let until = Some(U256::from(e.terms.lockBy));
            step(
                t,
                at,
                e.jobId,
                "requested",
                &Step { status: Some("open"), until, amounts: &amounts, ..Step::default() },
            )
        }
        MarketEvent::CancelNoticed(e) => {
            step(t, at, e.jobId, "cancel_noticed", &Step { until: Some(e.cancelAt), ..Step::default() })
        }
        MarketEvent::JobCancelled(e) => ended(t, at, e.jobId, "cancelled", "cancelled", &[("refund", e.refund)]),
        MarketEvent::JobLocked(e) => {
            let amounts = [("price", e.price), ("change", e.change), ("collateral", e.collateral)];
            let locked = Step {
                status: Some("locked"),
                prover: Some(e.prover),
                payout: Some(e.payout),
                price: Some(e.price),
                until: Some(e.lockEnd),
                amounts: &amounts,
                data: None,
            };
            step(t, at, e.jobId, "locked", &locked)
        }
        MarketEvent::JobReserved(e) => {
            let amounts = [("price", e.price), ("bond", e.bond)];
            let reserved = Step {
                status: Some("reserved"),
                prover: Some(e.prover),
                payout: Some(e.payout),
                price: Some(e.price),
                until: Some(e.until),
                amounts: &amounts,
                data: None,
            };
            step(t, at, e.jobId, "reserved", &reserved)
        }
        MarketEvent::InputDelivered(e) => {
            let (status, until, data) = (Some("delivered"), Some(e.until), Some(&e.ciphertext));
            step(t, at, e.jobId, "delivered", &Step { status, until, data, ..Step::default() })
        }
        MarketEvent::InputAcknowledged(e) => {
            step(t, at, e.jobId, "acknowledged", &Step { amounts: &[("bond", e.bond)], ..Step::default() })
        }
        MarketEvent::DeliveryMissed(e) => {
            ended(t, at, e.jobId, "delivery_missed", "cancelled", &[("refund", e.refund), ("bond", e.bond)])
        }
        MarketEvent::AcknowledgementMissed(e) => {
            ended(t, at, e.jobId, "acknowledgement_missed", "cancelled", &[("refund", e.refund), ("bond", e.bond)])
        }
        MarketEvent::JobFulfilled(e) => {
            paid(t, at, e.jobId, e.payout, e.receiver, [e.proverAmount, e.ownerAmount, e.fee], false)?;
            let amounts = [
                ("prover", e.proverAmount),
                ("owner", e.ownerAmount),
                ("fee", e.fee),
                ("change", e.change),
                ("collateral", e.collateral),
            ];
            let fulfilled = Step {
                status: Some("fulfilled"),
                payout: Some(e.payout),
                price: Some(e.proverAmount + e.ownerAmount + e.fee),
                amounts: &amounts,
                data: Some(&e.output),
                ..Step::default()
            };
            step(t, at, e.jobId, "fulfilled", &fulfilled)
        }
        MarketEvent::JobFulfilledLate(e) => {
            paid(t, at, e.jobId, e.payout, Address::ZERO, [e.bounty, U256::ZERO, U256::ZERO], true)?;
            let amounts = [("refund", e.refund), ("bounty", e.bounty), ("slashed", e.slashed)];
            let (status, data) = (Some("fulfilled_late"), Some(&e.output));
            step(t, at, e.jobId, "fulfilled_late", &Step { status, amounts: &amounts, data, ..Step::default() })
        }
        MarketEvent::JobRefunded(e) => {
            let amounts = [("refund", e.refund), ("treasury", e.income), ("slashed", e.slashed)];
            ended(t, at, e.jobId, "refunded", "refunded", &amounts)
        }
        MarketEvent::JobExpired(e) => ended(t, at, e.jobId, "expired", "expired", &[("refund", e.refund)]),
        MarketEvent::JobVoided(e) => {
            ended(t, at, e.jobId, "voided", "voided", &[("refund", e.refund), ("collateral", e.collateral)])
        }
        MarketEvent::CallbackFailed(e) => step(t, at, e.jobId, "callback_failed", &Step::default()),
        MarketEvent::CallbackRetried(e) => step(t, at, e.jobId, "callback_retried", &Step::default()),
        MarketEvent::KeyRegistered(e) => {
            let row = params![integer(at.block), integer(at.log), Account(e.prover), Hash(e.key)];
            t.prepare_cached("INSERT INTO delivery_key VALUES (?1, ?2, ?3, ?4)")?.execute(row)?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn ended(
    t: &Transaction<'_>,
    at: At,
    job: B256,
    name: &str,
    status: &'static str,
    amounts: &[(&'static str, U256)],
) -> rusqlite::Result<Option<B256>> {
    step(t, at, job, name, &Step { status: Some(status), amounts, ..Step::default() })
}

fn requested(t: &Transaction<'_>, at: At, e: &market::JobRequested) -> rusqlite::Result<()> {
    let terms = &e.terms;
    let insert = "INSERT INTO job (id, block, log, requester, listing, record, verifier, token, owner_bps, floor_price, max_price, \
        bond, collateral, curve_start, curve_seconds, lock_by, prove_window, deadline, ack_window, direct, callback, callback_gas, \
        input) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)";
    t.prepare_cached(insert)?.execute(params![
        Hash(e.jobId),
        integer(at.block),
        integer(at.log),
        Account(e.requester),
        of(terms.listingId),
        Hash(terms.recordHash),
        terms.verifier.as_slice(),
        Account(terms.token),
        terms.ownerBps,
        Amount(U256::from(terms.floorPrice)),
        Amount(U256::from(terms.maxPrice)),
        Amount(U256::from(terms.bond)),
        Amount(e.collateral),
        integer(terms.curveStart),
        terms.curveSeconds,
        integer(terms.lockBy),
        terms.proveWindow,
        integer(terms.deadline),
        of(e.ackWindow),
        terms.direct,
        Account(terms.callback),
        terms.callbackGas,
        e.input.as_ref(),
    ])?;
    Ok(())
}

fn paid(
    t: &Transaction<'_>,
    at: At,
    job: B256,
    payout: Address,
    receiver: Address,
    [prover, owner, fee]: [U256; 3],
    late: bool,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO payment SELECT id, ?2, ?3, listing, token, ?4, ?5, ?6, ?7, ?8, ?9 FROM job WHERE id = ?1";
    t.prepare_cached(insert)?.execute(params![
        Hash(job),
        integer(at.block),
        integer(at.log),
        Account(payout),
        Account(receiver),
        Amount(prover),
        Amount(owner),
        Amount(fee),
        late
    ])?;
    Ok(())
}

/// What of a listing begins or changes.
#[derive(Default)]
struct Change<'a> {
    record: Option<B256>,
    owner: Option<Address>,
    about: Option<&'a str>,
    price: Option<U256>,
    start_price: Option<U256>,
    duration: Option<U256>,
    token: Option<Address>,
    owner_bps: Option<U256>,
    share: Option<Address>,
    deprecated: Option<bool>,
}

fn on_registry(t: &Transaction<'_>, at: At, event: &RegistryEvent) -> rusqlite::Result<()> {
    let (id, change) = match event {
        RegistryEvent::ModelListed(e) => {
            let change = Change {
                record: Some(e.recordHash),
                owner: Some(e.owner),
                about: Some(&e.metadataURI),
                price: Some(e.price),
                owner_bps: Some(e.ownerBps),
                ..Change::default()
            };
            (e.listingId, change)
        }
        RegistryEvent::TermsChanged(e) => {
            (e.listingId, Change { price: Some(e.price), owner_bps: Some(e.ownerBps), ..Change::default() })
        }
        RegistryEvent::CurveChanged(e) => {
            let change = Change {
                token: Some(e.paymentToken),
                start_price: Some(e.startPrice),
                price: Some(e.price),
                duration: Some(e.duration),
                ..Change::default()
            };
            (e.listingId, change)
        }
        RegistryEvent::RevenueShareSet(e) => (e.listingId, Change { share: Some(e.share), ..Change::default() }),
        RegistryEvent::ModelDeprecated(e) => (e.modelId, Change { deprecated: Some(true), ..Change::default() }),
        RegistryEvent::Transfer(e) => (e.tokenId, Change { owner: Some(e.to), ..Change::default() }),
        _ => return Ok(()),
    };
    t.prepare_cached("INSERT INTO listing VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?.execute(
        params![
            of(id),
            integer(at.block),
            integer(at.log),
            change.record.map(Hash),
            change.owner.map(Account),
            change.about,
            change.price.map(Amount),
            change.start_price.map(Amount),
            change.duration.map(of),
            change.token.map(Account),
            change.owner_bps.map(of),
            change.share.map(Account),
            change.deprecated,
        ],
    )?;
    Ok(())
}

fn on_staking(t: &Transaction<'_>, at: At, event: &StakingEvent) -> rusqlite::Result<()> {
    let none = U256::ZERO;
    let (prover, account, name, gained, lost) = match event {
        StakingEvent::Staked(e) => (e.prover, Some(e.account), "staked", e.amount, none),
        StakingEvent::Unbonding(e) => (e.prover, Some(e.account), "unbonding", none, e.amount),
        StakingEvent::Slashed(e) => (e.prover, None, "slashed", none, e.bonded),
        _ => return Ok(()),
    };
    t.prepare_cached("INSERT INTO stake VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        integer(at.block),
        integer(at.log),
        Account(prover),
        account.map(Account),
        name,
        Amount(gained),
        Amount(lost)
    ])?;
    Ok(())
}

fn on_rewards(t: &Transaction<'_>, at: At, event: &RewardsEvent) -> rusqlite::Result<()> {
    let (block, log) = (integer(at.block), integer(at.log));
    match event {
        RewardsEvent::WorkRecorded(e) => {
            let (token, prover, creator) = (Account(e.paymentToken), Account(e.prover), Account(e.creator));
            let row = params![block, log, of(e.epoch), token, prover, creator, Amount(e.fee)];
            t.prepare_cached("INSERT INTO work VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(row)?;
        }
        RewardsEvent::EpochClosed(e) => {
            let (burned, kept) = (Amount(e.burned), Amount(e.toTreasury));
            let row = params![of(e.epoch), block, log, Amount(e.proceeds), Amount(e.rewards), burned, kept];
            t.prepare_cached("INSERT INTO epoch VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(row)?;
        }
        RewardsEvent::RewardClaimed(e) => {
            let (proving, creating) = (Amount(e.proverReward), Amount(e.creatorReward));
            let row = params![block, log, of(e.epoch), Account(e.account), proving, creating, Amount(e.withheld)];
            t.prepare_cached("INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(row)?;
        }
        _ => {}
    }
    Ok(())
}
