//! What the contracts say of themselves at the audited block is where the replay ends: balances, credits, collateral, pots, stakes,
//! books of epochs, lots.

use crate::Watch;
use crate::chain::{AT_ONCE, Chain};
use crate::error::AuditError;
use crate::history::parties;
use crate::replay::Played;
use crate::report::Sections;
use alloy::contract::{CallBuilder, CallDecoder};
use alloy::primitives::{Address, U256};
use alloy::providers::Provider;
use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use std::collections::BTreeSet;
use verin_contracts::bindings::NetworkToken;
use verin_contracts::deploy::Contracts;
use verin_economy::State;
use verin_economy::market::Stage;

/// All network tokens that are ever made.
const SUPPLY: u128 = 1_000_000_000 * 10u128.pow(18);

/// A question, what the answer must be, and what it is.
struct Asked {
    what: String,
    expected: Vec<U256>,
    got: Result<Vec<U256>, String>,
}

type Question<'a> = LocalBoxFuture<'a, Result<Asked, AuditError>>;

/// What is to be asked.
struct Questions<'a> {
    chain: &'a Chain,
    all: Vec<Question<'a>>,
}

impl<'a> Questions<'a> {
    /// One more: of its answer, `numbers` must be `expected`.
    fn ask<P: Provider + Clone + 'a, D: CallDecoder + Clone + Unpin + 'a>(
        &mut self,
        what: impl Into<String>,
        call: CallBuilder<P, D>,
        numbers: impl Fn(D::CallOutput) -> Vec<U256> + 'a,
        expected: Vec<U256>,
    ) {
        let (chain, what) = (self.chain, what.into());
        self.all.push(
            async move {
                let got = chain.view(&what, call).await?.map(numbers);
                Ok(Asked { what, expected, got })
            }
            .boxed_local(),
        );
    }
}

/// Compares all of it.
///
/// # Errors
/// The node does not answer.
pub async fn check(
    chain: &Chain,
    contracts: &Contracts,
    played: &Played,
    sections: &mut Sections,
    watch: &dyn Watch,
) -> Result<(), AuditError> {
    let mut questions = Questions { chain, all: Vec::new() };
    // A deployed contract asked the clock of the audited block.
    let mut state = played.state.clone();
    state.time = chain.at.time.max(state.rewards.start);
    market(&mut questions, contracts, played, &state);
    tokens(&mut questions, contracts, played, &state);
    auctions(&mut questions, contracts, played, &state);
    staking(&mut questions, contracts, played, &state);
    rewards(&mut questions, contracts, played, &state);

    watch.stage("reading state", questions.all.len() as u64);
    let answers: Vec<Asked> =
        stream::iter(questions.all).buffered(AT_ONCE).inspect(|_| watch.step()).try_collect().await?;
    let section = sections.of("state");
    section.add("answers", answers.len() as u64);
    for Asked { what, expected, got } in answers {
        match got {
            Ok(got) if got == expected => {}
            Ok(got) => section.differ(what, None, list(&expected), list(&got)),
            Err(error) => section.differ(what, None, list(&expected), error),
        }
    }
    let section = sections.of("tokens");
    section.same("network tokens made", None, U256::from(SUPPLY), played.seen.supply.0);
    solvency(&state, played, sections);
    Ok(())
}

fn list(numbers: &[U256]) -> String {
    numbers.iter().map(U256::to_string).collect::<Vec<_>>().join(", ")
}

/// What the market has is what it owes, and gifts.
fn solvency(state: &State, played: &Played, sections: &mut Sections) {
    let market = &state.market;
    for token in &played.seen.tokens {
        let mut owed = U256::ZERO;
        let mut owes = |amount: U256| owed = owed.saturating_add(amount);
        for ((_, of), amount) in market.credits.iter().chain(market.free.iter()) {
            if of == token {
                owes(*amount);
            }
        }
        owes(market.income.get(token));
        owes(market.deferred_fees.get(token));
        owes(state.rewards.uncollected.get(token));
        for job in market.jobs.values().filter(|job| job.terms.token == *token) {
            owes(match job.stage {
                Stage::Open => job.terms.escrow(),
                Stage::Reserved(..) | Stage::Delivered(..) => job.terms.escrow().saturating_add(job.terms.bond),
                Stage::Locked(take, _) => take.price.saturating_add(job.collateral),
                Stage::Ended(_) => U256::ZERO,
            });
        }
        let has = state.tokens.balance(*token, state.network.market);
        sections.of("payments").count("solvency of a token");
        if has < owed {
            let what = format!("what the market has of {token}");
            sections.of("payments").differ(what, None, format!("at least {owed}"), has);
        }
    }
}

fn market<'a>(q: &mut Questions<'a>, c: &'a Contracts, played: &Played, state: &State) {
    for (account, token) in &played.seen.accounts {
        let key = (*account, *token);
        let what = format!("credit of {account} in {token}");
        q.ask(what, c.market.creditOf(*account, *token), |n| vec![n], vec![state.market.credits.get(&key)]);
        let what = format!("free collateral of {account} in {token}");
        q.ask(what, c.market.freeCollateralOf(*account, *token), |n| vec![n], vec![state.market.free.get(&key)]);
    }
    for token in &played.seen.tokens {
        let expected = vec![state.market.income.get(token), state.market.deferred_fees.get(token)];
        let pots = |pots: verin_contracts::bindings::inference_market::IMarketTypes::Pots| {
            vec![U256::from(pots.income), U256::from(pots.fees)]
        };
        q.ask(format!("pots of {token}: income, fees"), c.market.potsOf(*token), pots, expected);
    }
    let live = state.market.jobs.iter().filter(|(_, job)| job.limit().is_some());
    for (id, job) in live {
        let status = match job.stage {
            Stage::Open => 1,
            Stage::Reserved(..) => 2,
            Stage::Delivered(..) => 3,
            Stage::Locked(..) => 4,
            Stage::Ended(_) => continue,
        };
        let what = format!("status of job {id}");
        q.ask(what, c.market.job(*id), |job| vec![U256::from(job.status)], vec![U256::from(status)]);
    }
}

fn tokens<'a>(q: &mut Questions<'a>, c: &'a Contracts, played: &Played, state: &State) {
    let names = ["market", "rewards", "fee auction", "slash auction", "staking", "treasury"];
    for token in &played.seen.tokens {
        let contract = NetworkToken::new(*token, c.network.provider.clone());
        for (name, party) in names.into_iter().zip(parties(c)) {
            let what = format!("{token} of the {name}");
            q.ask(
                what,
                contract.balanceOf(party).with_cloned_provider(),
                |n| vec![n],
                vec![state.tokens.balance(*token, party)],
            );
        }
        let what = format!("education's {token}");
        q.ask(what, c.treasury.educationOf(*token), |n| vec![n], vec![state.treasury.education.get(token)]);
    }
    let (made, burned) = played.seen.supply;
    q.ask("supply of network tokens", c.token.totalSupply(), |n| vec![n], vec![made.saturating_sub(burned)]);
    let word = |account: Address| vec![U256::from_be_bytes(account.into_word().0)];
    let beneficiary = state.treasury.beneficiary(state.time);
    q.ask("beneficiary of education", c.treasury.beneficiary(), word, word(beneficiary));
}

fn auctions<'a>(q: &mut Questions<'a>, c: &'a Contracts, played: &Played, state: &State) {
    macro_rules! house {
        ($name:literal, $contract:ident) => {
            let model = &state.$contract;
            for token in &played.seen.tokens {
                let what = format!("{token} held by the {} auction", $name);
                q.ask(what, c.$contract.held(*token), |n| vec![n], vec![model.held.get(token)]);
                let terms = model.terms.get(token).map_or([U256::ZERO; 2], |terms| [terms.anchor, terms.floor]);
                let what = format!("anchor and floor of {token} in the {} auction", $name);
                let numbers = |terms: _| {
                    let verin_contracts::bindings::$contract::IPotAuction::Terms { anchor, floor, .. } = terms;
                    vec![U256::from(anchor), U256::from(floor)]
                };
                q.ask(what, c.$contract.termsOf(*token), numbers, terms.into());
            }
            for ((round, token), lot) in &model.lots {
                let what = format!("sold, brought of {token} in round {round} of the {} auction", $name);
                let numbers = |lot: verin_contracts::bindings::$contract::IPotAuction::Lot| {
                    vec![U256::from(lot.sold), U256::from(lot.proceeds)]
                };
                q.ask(what, c.$contract.lotOf(U256::from(*round), *token), numbers, vec![lot.sold, lot.proceeds]);
            }
        };
    }
    house!("fee", fee_auction);
    house!("slash", slash_auction);
}

fn staking<'a>(q: &mut Questions<'a>, c: &'a Contracts, played: &Played, state: &State) {
    let model = &state.staking;
    let provers: BTreeSet<Address> = played.seen.positions.iter().map(|(prover, _)| *prover).collect();
    let accounts: BTreeSet<Address> = played.seen.positions.iter().map(|(_, account)| *account).collect();
    for prover in provers {
        let pool = model.pool(prover);
        let numbers = |pool: verin_contracts::bindings::prover_staking::IProverStaking::Pool| {
            vec![U256::from(pool.assets), U256::from(pool.bondedShares), U256::from(pool.unbondingShares)]
        };
        let expected = vec![pool.assets, pool.bonded_shares, pool.unbonding_shares];
        let what = format!("pool of {prover}: assets, bonded shares, unbonding shares");
        q.ask(what, c.staking.poolOf(prover), numbers, expected);
        let open = U256::from(model.open_locks.get(&prover).copied().unwrap_or_default());
        q.ask(format!("open locks of {prover}"), c.staking.openLocks(prover), |n| vec![n], vec![open]);
        let commission = U256::from(model.commission(prover, state.time));
        q.ask(format!("commission of {prover}"), c.staking.commissionOf(prover), |n| vec![n], vec![commission]);
        let index = model.index(prover);
        q.ask(format!("reward index of {prover}"), c.staking.rewardIndexOf(prover), |n| vec![n], vec![index]);
    }
    for (prover, account) in &played.seen.positions {
        let stake = model.stake_of(*prover, *account);
        let what = format!("stake of {account} with {prover}");
        q.ask(what, c.staking.stakeOf(*prover, *account), |n| vec![n], vec![stake]);
    }
    for account in accounts {
        let credit = model.credits.get(&account);
        q.ask(format!("staking credit of {account}"), c.staking.creditOf(account), |n| vec![n], vec![credit]);
    }
    // Receipts are for what was staked, less what slashes and departures took.
    let receipts = model.votes.sum();
    let votes = verin_contracts::bindings::StakedVotes::new(votes_address(c), c.network.provider.clone());
    q.ask("receipts of stake", votes.totalSupply().with_cloned_provider(), |n| vec![n], vec![receipts]);
}

fn votes_address(c: &Contracts) -> Address {
    c.deployed.iter().find(|one| one.name == "StakedVotes").map(|one| one.address).unwrap_or_default()
}

fn rewards<'a>(q: &mut Questions<'a>, c: &'a Contracts, played: &Played, state: &State) {
    let model = &state.rewards;
    let number = |n: U256| vec![n];
    q.ask("total rewards", c.rewards.totalRewards(), number, vec![model.total]);
    q.ask("the treasury's due", c.rewards.treasuryDue(), number, vec![model.treasury_due]);
    q.ask("the next epoch to close", c.rewards.nextToClose(), number, vec![U256::from(model.next_to_close)]);
    q.ask("the start of epoch 0", c.rewards.start(), number, vec![U256::from(model.start)]);
    for token in &played.seen.tokens {
        let what = format!("uncollected {token}");
        q.ask(what, c.rewards.uncollected(*token), number, vec![model.uncollected.get(token)]);
    }
    for epoch in 0..=state.round() {
        let books = model.epoch(epoch);
        let numbers = |books: verin_contracts::bindings::intelligence_rewards::IIntelligenceRewards::Epoch| {
            vec![U256::from(books.proceeds), U256::from(books.income), U256::from(books.rewards)]
        };
        let what = format!("epoch {epoch}: proceeds, income, rewards");
        let expected = vec![books.proceeds, books.income, books.rewards];
        q.ask(what, c.rewards.epochOf(U256::from(epoch)), numbers, expected);
        let share = U256::from(model.share_bps(epoch));
        q.ask(format!("reward share of epoch {epoch}"), c.rewards.rewardShare(U256::from(epoch)), number, vec![share]);
    }
}
