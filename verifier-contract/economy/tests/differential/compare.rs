//! Every balance of every account, on the chain and in the model.

use crate::chain::Chain;
use crate::network::{PROVERS, World};
use alloy::primitives::{Address, B256, U256};
use std::fmt::Debug;
use verin_contracts::bindings::{
    FeeAuction, InferenceMarket as Market, IntelligenceRewards as Rewards, ModelRegistry, NetworkToken, ProverStaking,
    StakedVotes, TokenRules, Treasury,
};
use verin_economy::State;
use verin_economy::books::Books;
use verin_economy::market::{End, Stage, Take};

/// What is not the same.
pub struct Difference(pub String);

fn same<T: PartialEq + Debug>(what: impl FnOnce() -> String, chain: T, model: T) -> Result<(), Difference> {
    if chain == model {
        return Ok(());
    }
    Err(Difference(format!("{}: {chain:?} on the chain, {model:?} in the model", what())))
}

/// Compares all of it.
pub fn compare(world: &World, chain: &mut Chain, state: &State, books: &Books) -> Result<(), Difference> {
    tokens(world, chain, state)?;
    market(world, chain, state)?;
    jobs(world, chain, state)?;
    staking(world, chain, state)?;
    rewards(world, chain, state)?;
    auctions(world, chain, state)?;
    audit(state, books)
}

fn tokens(world: &World, chain: &mut Chain, state: &State) -> Result<(), Difference> {
    for token in world.tokens {
        for account in world.accounts() {
            let balance = chain.view(token, &NetworkToken::balanceOfCall { account });
            same(|| format!("{token} of {account}"), balance, state.tokens.balance(token, account))?;
        }
        let supply = chain.view(token, &NetworkToken::totalSupplyCall {});
        same(|| format!("supply of {token}"), supply, state.tokens.supply(token))?;
        let education = chain.view(world.network.treasury, &Treasury::educationOfCall { token });
        same(|| format!("education's {token}"), education, state.treasury.education.get(&token))?;
    }
    let beneficiary = chain.view(world.network.treasury, &Treasury::beneficiaryCall {});
    same(|| "beneficiary".into(), beneficiary, state.treasury.beneficiary(state.time))
}

fn market(world: &World, chain: &mut Chain, state: &State) -> Result<(), Difference> {
    let at = world.network.market;
    for token in world.tokens {
        for account in world.accounts() {
            let credit = chain.view(at, &Market::creditOfCall { account, token });
            same(|| format!("credit of {account} in {token}"), credit, state.market.credits.get(&(account, token)))?;
            let free = chain.view(at, &Market::freeCollateralOfCall { account, token });
            same(
                || format!("free collateral of {account} in {token}"),
                free,
                state.market.free.get(&(account, token)),
            )?;
        }
        let pots = chain.view(at, &Market::potsOfCall { token });
        same(|| format!("income in {token}"), U256::from(pots.income), state.market.income.get(&token))?;
        same(|| format!("deferred fees in {token}"), U256::from(pots.fees), state.market.deferred_fees.get(&token))?;
        let TokenRules { allowed, collateralFloor, bondFloor } = chain.view(at, &Market::rulesOfCall { token });
        let rules = state.market.rules[&token];
        let model = (rules.allowed, rules.collateral_floor, rules.bond_floor);
        let chain = (allowed, U256::from(collateralFloor), U256::from(bondFloor));
        same(|| format!("rules of {token}"), chain, model)?;
    }
    Ok(())
}

fn jobs(world: &World, chain: &mut Chain, state: &State) -> Result<(), Difference> {
    for (id, job) in &state.market.jobs {
        let found = chain.view(world.network.market, &Market::jobCall { jobId: *id });
        let (status, take) = match job.stage {
            Stage::Open => (1, None),
            Stage::Reserved(take, _) => (2, Some(take)),
            Stage::Delivered(take, _) => (3, Some(take)),
            Stage::Locked(take, _) => (4, Some(take)),
            Stage::Ended(End::Fulfilled) => (5, None),
            Stage::Ended(End::FulfilledLate) => (6, None),
            Stage::Ended(End::Cancelled) => (7, None),
            Stage::Ended(End::Refunded) => (8, None),
            Stage::Ended(End::Expired) => (9, None),
            Stage::Ended(End::Voided) => (10, None),
        };
        same(|| format!("status of {id}"), found.status, status)?;
        same(|| format!("collateral of {id}"), U256::from(found.terms.collateral), job.collateral)?;
        same(|| format!("notice of {id}"), found.cancelAt, job.cancel_at.unwrap_or_default())?;
        same(|| format!("callback of {id}"), found.callbackPending, job.to_call_back.is_some())?;
        if let Some(take) = take {
            let on_chain = Take { prover: found.prover, payout: found.payout, price: U256::from(found.price) };
            same(|| format!("taker of {id}"), on_chain, take)?;
        }
        if let Some(limit) = job.limit() {
            let on_chain = chain.view(world.network.market, &Market::limitOfCall { jobId: *id });
            same(|| format!("limit of {id}"), on_chain, U256::from(limit))?;
        }
    }
    for (id, listing) in &state.registry.listings {
        let receiver = chain.view(world.registry, &ModelRegistry::revenueReceiverCall { listingId: U256::from(*id) });
        same(|| format!("holder of listing {id}"), receiver, listing.holder)?;
    }
    Ok(())
}

fn staking(world: &World, chain: &mut Chain, state: &State) -> Result<(), Difference> {
    let (at, model) = (world.network.staking, &state.staking);
    let people: Vec<Address> = (0..world.actors.len()).map(|index| world.actor(index)).collect();
    for account in &people {
        let votes = chain.view(world.votes, &StakedVotes::getVotesCall { account: *account });
        same(|| format!("votes of {account}"), votes, model.votes.get(account))?;
        let credit = chain.view(at, &ProverStaking::creditOfCall { account: *account });
        same(|| format!("staking credit of {account}"), credit, model.credits.get(account))?;
    }
    // Delegated to others too: whoever has a pool in the model, and the first provers.
    let provers = people.iter().take(PROVERS + 1).chain(people.iter().filter(|one| model.pools.contains_key(*one)));
    for prover in provers {
        let pool = chain.view(at, &ProverStaking::poolOfCall { prover: *prover });
        let on_chain = [pool.assets, pool.bondedShares, pool.unbondingShares].map(U256::from);
        let pool = model.pool(*prover);
        same(|| format!("pool of {prover}"), on_chain, [pool.assets, pool.bonded_shares, pool.unbonding_shares])?;
        let locks = chain.view(at, &ProverStaking::openLocksCall { prover: *prover });
        let open = model.open_locks.get(prover).copied().unwrap_or_default();
        same(|| format!("open locks of {prover}"), locks, U256::from(open))?;
        let commission = chain.view(at, &ProverStaking::commissionOfCall { prover: *prover });
        same(|| format!("commission of {prover}"), commission, U256::from(model.commission(*prover, state.time)))?;
        let index = chain.view(at, &ProverStaking::rewardIndexOfCall { prover: *prover });
        same(|| format!("reward index of {prover}"), index, model.index(*prover))?;
        let (from, to) = (state.time - 1_000_000, state.time);
        let average = chain.view(at, &ProverStaking::averageStakeCall { prover: *prover, from, to });
        same(|| format!("average stake of {prover}"), average, model.average(*prover, from, to))?;
        for account in &people {
            let Some(held) = model.positions.get(&(*prover, *account)) else { continue };
            let position = chain.view(at, &ProverStaking::positionOfCall { prover: *prover, account: *account });
            let on_chain = (U256::from(position.shares), U256::from(position.votes), position.rewardIndex);
            let in_model = (held.shares, held.votes, held.reward_index);
            same(|| format!("position of {account} with {prover}"), on_chain, in_model)?;
            let stake = chain.view(at, &ProverStaking::stakeOfCall { prover: *prover, account: *account });
            same(|| format!("stake of {account} with {prover}"), stake, model.stake_of(*prover, *account))?;
            let claimable = chain.view(at, &ProverStaking::claimableCall { prover: *prover, account: *account });
            same(|| format!("claimable of {account} with {prover}"), claimable, model.claimable(*prover, *account))?;
        }
    }
    Ok(())
}

fn rewards(world: &World, chain: &mut Chain, state: &State) -> Result<(), Difference> {
    let (at, model) = (world.network.rewards, &state.rewards);
    same(|| "total rewards".into(), chain.view(at, &Rewards::totalRewardsCall {}), model.total)?;
    same(|| "the treasury's due".into(), chain.view(at, &Rewards::treasuryDueCall {}), model.treasury_due)?;
    let next = chain.view(at, &Rewards::nextToCloseCall {});
    same(|| "next to close".into(), next, U256::from(model.next_to_close))?;
    for token in world.tokens {
        let uncollected = chain.view(at, &Rewards::uncollectedCall { token });
        same(|| format!("uncollected {token}"), uncollected, model.uncollected.get(&token))?;
    }
    for epoch in 0..=state.round() {
        let books = chain.view(at, &Rewards::epochOfCall { epoch: U256::from(epoch) });
        let on_chain = [books.proceeds, books.income, books.rewards].map(U256::from);
        let books = model.epoch(epoch);
        same(|| format!("books of epoch {epoch}"), on_chain, [books.proceeds, books.income, books.rewards])?;
        if epoch >= model.next_to_close {
            continue;
        }
        for account in world.accounts() {
            let claimable = chain.view(at, &Rewards::claimableCall { epoch: U256::from(epoch), account });
            same(|| format!("claimable of {account} in {epoch}"), claimable, state.claimable(epoch, account))?;
        }
    }
    Ok(())
}

fn auctions(world: &World, chain: &mut Chain, state: &State) -> Result<(), Difference> {
    let houses = [(world.network.fee_auction, &state.fee_auction), (world.network.slash_auction, &state.slash_auction)];
    for (at, model) in houses {
        for token in world.tokens {
            let held = chain.view(at, &FeeAuction::heldCall { token });
            same(|| format!("{token} held by {at}"), held, model.held.get(&token))?;
            let terms = chain.view(at, &FeeAuction::termsOfCall { token });
            let in_model = model.terms.get(&token).map_or([U256::ZERO; 2], |terms| [terms.anchor, terms.floor]);
            same(|| format!("terms of {token} at {at}"), [terms.anchor, terms.floor].map(U256::from), in_model)?;
        }
    }
    Ok(())
}

/// What the events alone say, and what the market holds by its own state.
fn audit(state: &State, books: &Books) -> Result<(), Difference> {
    same(|| "credits from events".into(), &books.credits, &state.market.credits)?;
    same(|| "free collateral from events".into(), &books.free, &state.market.free)?;
    same(|| "income from events".into(), &books.income, &state.market.income)?;
    same(|| "deferred fees from events".into(), &books.deferred_fees, &state.market.deferred_fees)?;
    for (id, job) in &state.market.jobs {
        let held = match job.stage {
            Stage::Open => job.terms.escrow(),
            Stage::Reserved(..) | Stage::Delivered(..) => job.terms.escrow() + job.terms.bond,
            Stage::Locked(take, _) => take.price + job.collateral,
            Stage::Ended(_) => U256::ZERO,
        };
        same(|| format!("held by {id}, from events"), books.held.get(id), held)?;
    }
    let none: Vec<&B256> =
        books.held.iter().map(|(id, _)| id).filter(|id| !state.market.jobs.contains_key(*id)).collect();
    same(|| "held by no job".into(), none, Vec::new())
}
