//! Requests that a wallet can send: whoever asks signs and pays, nothing is spent here.

use super::error::ApiError;
use super::extract::Body;
use super::quote::callback_gas;
use super::{App, convert, market};
use crate::index::listing::Listing;
use alloy::primitives::{Address, Bytes, U256, keccak256};
use alloy::sol_types::SolValue;
use axum::Json;
use axum::extract::State;
use std::time::{SystemTime, UNIX_EPOCH};
use verin_client::types::{Amount, Approval, Fault, Prepare, Prepared};
use verin_contracts::bindings::Terms;
use verin_contracts::deploy::{Contracts, seal_selector};
use verin_contracts::market::job_id;

/// Seconds of each window, when nothing is said.
const WINDOW: u32 = 600;
/// The longest that an order can live, in seconds.
const LIFETIME: u64 = 14 * 24 * 3_600;
/// What of that is left for the request to get into a block.
const MARGIN: u64 = 600;
/// Gas of a callback, when nothing is said.
const USUAL_CALLBACK_GAS: u32 = 200_000;

/// A request that is ready to be signed and sent by the requester's own wallet.
#[utoipa::path(
    post,
    path = "/v1/prepare",
    tag = "requests",
    request_body = Prepare,
    responses(
        (status = 200, body = Prepared),
        (status = 400, body = Fault, description = "The body is not what is expected."),
        (status = 404, body = Fault, description = "There is no such listing."),
        (status = 413, body = Fault, description = "The body is larger than 4 MiB."),
        (status = 415, body = Fault, description = "The body is not JSON."),
        (status = 422, body = Fault, description = "The market would refuse it.")
    )
)]
pub(super) async fn prepare(State(app): State<App>, Body(ask): Body<Prepare>) -> Result<Json<Prepared>, ApiError> {
    let listing = market::known(&app, ask.listing).await?;
    let index = &app.api.index;
    let contracts = index.contracts();
    if listing.deprecated {
        let message = format!("listing {} takes no new requests", listing.id);
        return Err(ApiError::refused("listing_deprecated", message));
    }
    let unreadable = || ApiError::refused("unreadable_record", "the model's record is none of this version");
    let layout = app.layouts.of(index, listing.record).await?.ok_or_else(unreadable)?;
    let input = Bytes::from(layout.encode(&ask.input)?);
    let terms = terms(contracts, &listing, &ask, &input, layout.is_private(), market::now(&app).await?)?;
    let nonce = ask.nonce.map_or_else(|| chosen_nonce(&ask, &input), |nonce| nonce.0);
    let (market, network) = (*contracts.market.address(), &contracts.network);

    let amount = U256::from(terms.maxPrice) + U256::from(terms.bond);
    let token = verin_contracts::bindings::NetworkToken::new(terms.token, network.provider.clone());
    let allowance = network.view("reading an allowance", token.allowance(ask.requester, market)).await?;
    let used =
        network.view("looking whether a nonce is used", contracts.market.nonceUsed(ask.requester, nonce)).await?;
    if used {
        let error = ApiError::refused("nonce_used", "the requester has used this nonce");
        return Err(error.expected("a number that it has not used").got(nonce.to_string()));
    }
    let digest = contracts.market.orderDigest(ask.requester, nonce, terms.clone());
    let digest = network.view("computing the digest of an order", digest).await?;
    Ok(Json(Prepared {
        job: job_id(network.chain_id, market, ask.requester, nonce, &terms),
        chain_id: network.chain_id,
        to: market,
        data: contracts.market.request(nonce, terms.clone(), input.clone()).calldata().clone(),
        approval: Approval {
            token: terms.token,
            spender: market,
            amount: Amount(amount),
            allowance: Amount(allowance),
            needed: allowance < amount,
            data: token.approve(market, amount).calldata().clone(),
        },
        nonce: Amount(nonce),
        terms: convert::terms(&terms),
        input,
        digest,
    }))
}

/// The terms of an order, as the market will want them.
fn terms(
    contracts: &Contracts,
    listing: &Listing,
    ask: &Prepare,
    input: &[u8],
    private: bool,
    now: u64,
) -> Result<Terms, ApiError> {
    let too_much = |what: &str, amount: U256| {
        let error = ApiError::refused("bad_price", format!("{what} is more than the market takes"));
        error.expected(format!("at most {}", u128::MAX)).got(amount.to_string())
    };
    let max_price = ask.max_price.map_or(listing.price, |price| price.0);
    if max_price < listing.price {
        let error = ApiError::refused("bad_price", "max_price is less than the listing asks");
        return Err(error.expected(format!("at least {}", listing.price)).got(max_price.to_string()));
    }
    let bond = ask.bond.unwrap_or_default().0;
    let direct = ask.direct.unwrap_or(false);
    if !private && !bond.is_zero() {
        let error = ApiError::refused("bad_bond", "nothing is handed over for this model, so that no bond is staked");
        return Err(error.expected("0").got(bond.to_string()));
    }
    if private && direct {
        let message = "a job with something to hand over cannot be proved without a lock: leave direct out";
        return Err(ApiError::refused("private_and_direct", message));
    }
    let callback = ask.callback.unwrap_or(Address::ZERO);
    let gas = ask.callback_gas.unwrap_or(USUAL_CALLBACK_GAS);
    callback_gas(gas)?;

    let lock_seconds = window("lock_seconds", ask.lock_seconds, 1)?;
    let prove_seconds = window("prove_seconds", ask.prove_seconds, 1)?;
    let late_seconds = window("late_seconds", ask.late_seconds, 0)?;
    let life = u64::from(lock_seconds) + u64::from(prove_seconds) + u64::from(late_seconds);
    if life > LIFETIME - MARGIN {
        let error = ApiError::refused("bad_times", "the job would live longer than the market takes");
        return Err(error.expected(format!("at most {} seconds in all", LIFETIME - MARGIN)).got(life.to_string()));
    }
    let lock_by = now + u64::from(lock_seconds);
    Ok(Terms {
        listingId: U256::from(listing.id),
        recordHash: listing.record,
        inputDigest: keccak256(input),
        verifier: seal_selector(),
        token: listing.token.and_then(convert::some).unwrap_or(*contracts.token.address()),
        ownerBps: listing.owner_bps,
        floorPrice: u128::try_from(listing.price).map_err(|_| too_much("the listing's price", listing.price))?,
        maxPrice: u128::try_from(max_price).map_err(|_| too_much("max_price", max_price))?,
        bond: u128::try_from(bond).map_err(|_| too_much("bond", bond))?,
        curveStart: now,
        curveSeconds: if max_price > listing.price { lock_seconds } else { 0 },
        lockBy: lock_by,
        proveWindow: prove_seconds,
        deadline: lock_by + u64::from(prove_seconds) + u64::from(late_seconds),
        direct,
        callback,
        callbackGas: if callback.is_zero() { 0 } else { gas },
    })
}

fn window(what: &str, seconds: Option<u32>, least: u32) -> Result<u32, ApiError> {
    let seconds = seconds.unwrap_or(WINDOW);
    if seconds >= least && u64::from(seconds) <= LIFETIME {
        return Ok(seconds);
    }
    let error = ApiError::refused("bad_times", format!("{what} is out of range"));
    Err(error.expected(format!("{least} to {LIFETIME}")).got(seconds.to_string()))
}

/// A nonce that nobody else chooses: two requests of one requester at the same nanosecond with the same input are one.
fn chosen_nonce(ask: &Prepare, input: &Bytes) -> U256 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let seed = (ask.requester, U256::from(ask.listing), input.clone(), U256::from(time)).abi_encode();
    keccak256(seed).into()
}
