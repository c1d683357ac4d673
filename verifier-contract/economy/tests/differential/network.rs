//! The network that every sequence begins from: all contracts, listings of records of every kind, accounts with tokens, stake
//! and collateral; and the model's state of the same.

use crate::chain::{Chain, Snapshot};
use crate::doubles;
use crate::encode::encode;
use alloy::primitives::{Address, B256, Bytes, FixedBytes, U256, keccak256};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{SolCall, SolConstructor, SolValue};
use std::collections::BTreeMap;
use verin_contracts::bindings::{
    Allocation, EmergencyStop, FeeAuction, InferenceMarket, IntelligenceRewards, ListingTerms, MarketRequests,
    MarketWiring, ModelRegistry, NetworkToken, ProverStaking, RecordStore, RecordVerifier, RewardsWiring, SlashAuction,
    StakedVotes, StakingParameters, TokenRules as MarketRules, Treasury, VerifierRouter,
};
use verin_economy::books::Books;
use verin_economy::market::{self, TokenRules};
use verin_economy::registry::{Listing, Record};
use verin_economy::{Action, Call, Event, Network, State, auction, staking};

pub const START: u64 = 1_800_000_000;
pub const SELECTOR: [u8; 4] = [0x7a, 0x6f, 0x6e, 0x65];
const ACTORS: u8 = 12;
/// The first of them have stake, collateral and a key.
pub const PROVERS: usize = 4;
pub const UNIT: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
const FLAG_INPUT: u64 = 1;
const FLAG_OUTPUT: u64 = 2;
const FLAG_WEIGHTS: u64 = 4;

/// Where everything is.
pub struct World {
    pub network: Network,
    pub registry: Address,
    pub router: Address,
    pub stop: Address,
    pub votes: Address,
    pub actors: Vec<PrivateKeySigner>,
    pub education: Address,
    /// The network's, and two others.
    pub tokens: [Address; 3],
    /// Contracts that are called back.
    pub listeners: [Address; 2],
    pub records: Vec<B256>,
    pub names: BTreeMap<String, String>,
    pub chain: Snapshot,
    pub state: State,
    /// What the events of the beginning say.
    pub books: Books,
}

impl World {
    pub fn actor(&self, index: usize) -> Address {
        self.actors[index % self.actors.len()].address()
    }

    /// Everybody who can have a balance.
    pub fn accounts(&self) -> Vec<Address> {
        let n = &self.network;
        let contracts = [n.market, n.rewards, n.fee_auction, n.slash_auction, n.staking, n.treasury];
        let others = [n.governor, n.guardian, self.education];
        self.actors.iter().map(PrivateKeySigner::address).chain(others).chain(contracts).chain(self.listeners).collect()
    }
}

fn account(name: &str) -> Address {
    Address::from_word(keccak256(name))
}

/// A record that the market and the registry accept: its header, and points that nobody looks at.
fn record(flags: u64, input_bytes: usize, output_bytes: usize, range: (i8, i8)) -> Vec<u8> {
    let port = |bytes: usize, hidden: bool| {
        let cols = bytes as u64;
        [cols, u64::from(!hidden), 1, cols, u64::from(cols.next_power_of_two().ilog2())].map(U256::from)
    };
    let number =
        |value: i8| U256::from_be_bytes(B256::from(alloy::primitives::I256::try_from(value).expect("small")).0);
    let tag = U256::from_be_bytes(keccak256("verin.record.v2").0);
    let digest =
        U256::from_be_bytes(keccak256((flags, input_bytes as u64, U256::from(range.0.unsigned_abs())).abi_encode()).0);
    let mut words = vec![tag, digest, U256::ZERO, U256::from(10), U256::from(flags)];
    words.extend(port(input_bytes, flags & FLAG_INPUT != 0));
    words.extend([number(range.0), number(range.1)]);
    words.extend(port(output_bytes, flags & FLAG_OUTPUT != 0));
    words.extend([U256::ZERO, U256::from(1)]);
    // One key set: four words and thirteen commitments.
    words.resize(words.len() + 4 + 2 * 13, U256::ZERO);
    words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect()
}

/// The records of the listings, as the model sees them and as bytes.
fn records() -> Vec<(Record, Vec<u8>)> {
    let kinds = [
        (0, 5, 3, (i8::MIN, i8::MAX)),
        (0, 4, 2, (-5, 6)),
        (FLAG_INPUT, 64, 3, (-9, 9)),
        (FLAG_OUTPUT, 5, 64, (i8::MIN, i8::MAX)),
        (FLAG_OUTPUT | FLAG_WEIGHTS, 3, 64, (i8::MIN, i8::MAX)),
    ];
    let kind = |(flags, input_bytes, output_bytes, range): (u64, usize, usize, (i8, i8))| {
        let model = Record {
            input_bytes,
            output_bytes,
            input_width: 1,
            input_range: (flags & FLAG_INPUT == 0).then_some((range.0.into(), range.1.into())),
            hides_output: flags & FLAG_OUTPUT != 0,
            hides_weights: flags & FLAG_WEIGHTS != 0,
        };
        (model, record(flags, input_bytes, output_bytes, range))
    };
    kinds.map(kind).into()
}

/// Deploys from one account, whose nonces make the addresses known beforehand.
struct Deployer {
    chain: Chain,
    from: Address,
    nonce: u64,
}

impl Deployer {
    fn create(&mut self, code: &Bytes, arguments: &impl SolConstructor) -> Address {
        self.create_code([code.to_vec(), arguments.abi_encode()].concat())
    }

    fn create_code(&mut self, init: Vec<u8>) -> Address {
        self.nonce += 1;
        self.chain.create(self.from, self.nonce - 1, init)
    }

    /// Where the contract will be that is created after `others`.
    fn after(&self, others: u64) -> Address {
        self.from.create(self.nonce + others)
    }

    fn send(&mut self, from: Address, to: Address, call: &impl SolCall) {
        self.chain.send(from, to, call.abi_encode().into()).expect("part of the deployment");
    }
}

/// Deploys everything and gives everybody what they begin with.
pub fn deploy() -> World {
    let chain = Chain::new(Snapshot { db: revm::database::CacheDB::default(), time: START });
    let mut d = Deployer { chain, from: account("deployer"), nonce: 0 };
    let [governor, guardian, education, bank] = ["governor", "guardian", "education", "bank"].map(account);
    let seals = account("seal verifier");
    d.chain.etch(seals, Bytes::from_static(doubles::ACCEPTS));

    let store = d.create_code(RecordStore::BYTECODE.to_vec());
    let verifier =
        d.create(&RecordVerifier::BYTECODE, &RecordVerifier::constructorCall { store_: store, verifier_: seals });
    let registry = d.create(&ModelRegistry::BYTECODE, &ModelRegistry::constructorCall { store_: store });
    let selectors_ = vec![FixedBytes(SELECTOR)];
    let verifiers = vec![verifier];
    let router = d.create(
        &VerifierRouter::BYTECODE,
        &VerifierRouter::constructorCall { governor_: governor, selectors_, verifiers },
    );
    let stop = d.create(
        &EmergencyStop::BYTECODE,
        &EmergencyStop::constructorCall {
            router_: router,
            store_: store,
            governor_: governor,
            guardian_: guardian,
            canaries: Vec::new(),
        },
    );
    let treasury =
        d.create(&Treasury::BYTECODE, &Treasury::constructorCall { timelock_: governor, beneficiary_: education });
    // From the token on: token, votes, staking, rewards, fee auction, slash auction, requests, market.
    let [rewards, fee_auction, slash_auction, market] = [3, 4, 5, 7].map(|others| d.after(others));
    let allocation = |contributors| Allocation {
        contributors,
        team: bank,
        venture: bank,
        treasury: bank,
        advisors: bank,
        management: bank,
        reserve: bank,
    };
    let token = d.create(&NetworkToken::BYTECODE, &NetworkToken::constructorCall { to: allocation(rewards) });
    let staking = d.after(1);
    let votes = d.create(&StakedVotes::BYTECODE, &StakedVotes::constructorCall { staking_: staking });
    let stake_rules = staking::Parameters {
        minimum_stake: U256::from(2) * UNIT,
        stake_per_lock: U256::from(3) * UNIT,
        max_slash_bps: 3_000,
    };
    d.create(
        &ProverStaking::BYTECODE,
        &ProverStaking::constructorCall {
            token_: token,
            votes_: votes,
            timelock: governor,
            initial: StakingParameters {
                minimumStake: stake_rules.minimum_stake.to(),
                stakePerLock: stake_rules.stake_per_lock.to(),
                maxSlashBps: stake_rules.max_slash_bps.try_into().expect("small"),
                slashAuction: slash_auction,
            },
            markets: vec![market],
            slashers: vec![governor],
        },
    );
    d.create(
        &IntelligenceRewards::BYTECODE,
        &IntelligenceRewards::constructorCall {
            wiring: RewardsWiring { token, market, auction: fee_auction, staking, treasury, governor },
        },
    );
    d.create(&FeeAuction::BYTECODE, &FeeAuction::constructorCall { rewards_: rewards });
    d.create(
        &SlashAuction::BYTECODE,
        &SlashAuction::constructorCall { rewards_: rewards, market_: market, treasury_: treasury },
    );
    let wiring = MarketWiring {
        registry,
        store,
        router,
        stop,
        rewards,
        staking,
        treasury,
        slashAuction: slash_auction,
        governor,
        guardian,
    };
    let requests = d.create_code([MarketRequests::BYTECODE.to_vec(), wiring.abi_encode()].concat());
    let made = d.create(
        &InferenceMarket::BYTECODE,
        &InferenceMarket::constructorCall {
            wiring,
            requests,
            rules: MarketRules { allowed: true, collateralFloor: U256::from(300).to(), bondFloor: U256::from(11).to() },
        },
    );
    assert_eq!(made, market, "the market's address");

    // Payment tokens are other instances of the same ERC-20, behind a switch.
    let payment = [(); 2].map(|()| {
        let coin = d.create(&NetworkToken::BYTECODE, &NetworkToken::constructorCall { to: allocation(bank) });
        let behind = account(&format!("code of {coin}"));
        let code = d.chain.code(coin);
        d.chain.etch(behind, code);
        d.chain.etch(coin, doubles::switch(behind));
        coin
    });
    let listeners = ["listener", "other listener"].map(account);
    for listener in listeners {
        d.chain.etch(listener, doubles::listener());
    }

    let network = Network {
        chain_id: 1,
        token,
        market,
        rewards,
        fee_auction,
        slash_auction,
        staking,
        treasury,
        governor,
        guardian,
    };
    let mut state = State::new(network.clone(), START, stake_rules, education);
    state.staking.slashers.insert(governor);
    state
        .market
        .rules
        .insert(token, TokenRules { allowed: true, collateral_floor: U256::from(300), bond_floor: U256::from(11) });
    let actors: Vec<_> =
        (1..=ACTORS).map(|index| PrivateKeySigner::from_bytes(&B256::repeat_byte(index)).expect("a key")).collect();
    let tokens = [token, payment[0], payment[1]];
    state.tokens.mint(token, rewards, verin_economy::formulas::allocation());
    let people = actors.iter().map(PrivateKeySigner::address).chain([governor, guardian, education]);
    for (person, coin) in people.flat_map(|person| tokens.map(|coin| (person, coin))) {
        let amount = U256::from(1_000_000) * UNIT;
        d.send(bank, coin, &NetworkToken::transferCall { to: person, value: amount });
        state.tokens.mint(coin, person, amount);
        for spender in [market, staking, treasury, fee_auction, slash_auction] {
            d.send(person, coin, &NetworkToken::approveCall { spender, value: U256::MAX });
        }
    }
    for coin in tokens {
        let rest = d.chain.view(coin, &NetworkToken::balanceOfCall { account: bank });
        state.tokens.mint(coin, bank, rest);
    }

    let mut hashes = Vec::new();
    for (model, bytes) in records() {
        let hash = keccak256(&bytes);
        d.send(bank, store, &RecordStore::publishCall { record: bytes.into() });
        state.registry.records.insert(hash, model);
        hashes.push(hash);
    }
    // Record, token, price in wei, owner's share.
    let offers = [
        (0, 0, 600, 2_000),
        (0, 1, 0, 0),
        (0, 2, 1, 9_900),
        (1, 1, 7, 333),
        (2, 0, 100, 1_000),
        (2, 1, 0, 5_001),
        (3, 2, 3, 77),
        (4, 0, 0, 0),
    ];
    for (id, (record, coin, price, owner_bps)) in (1..).zip(offers) {
        let holder = actors[usize::from(ACTORS) - 1 - (id as usize % 3)].address();
        let payment_token = if coin == 0 { Address::ZERO } else { tokens[coin] };
        let terms =
            ListingTerms { startPrice: price, price, duration: 0, ownerBps: owner_bps, paymentToken: payment_token };
        let list = ModelRegistry::listCall {
            recordHash: hashes[record],
            proofSystem: FixedBytes(SELECTOR),
            terms,
            metadataURI: String::new(),
        };
        d.send(holder, registry, &list);
        let listing = Listing {
            holder,
            record: hashes[record],
            verifier: SELECTOR,
            token: tokens[coin],
            price: U256::from(price),
            owner_bps: owner_bps.into(),
            deprecated: false,
        };
        state.registry.listings.insert(id, listing);
    }

    let mut names: BTreeMap<_, _> = actors
        .iter()
        .enumerate()
        .map(|(index, actor)| (actor.address().to_string(), format!("actor{index}")))
        .collect();
    let named = [
        (governor, "governor"),
        (guardian, "guardian"),
        (education, "education"),
        (market, "market"),
        (rewards, "rewards"),
        (fee_auction, "fees"),
        (slash_auction, "slashes"),
        (staking, "staking"),
        (treasury, "treasury"),
        (tokens[0], "VRN"),
        (tokens[1], "coin"),
        (tokens[2], "cent"),
        (listeners[0], "listener0"),
        (listeners[1], "listener1"),
        (Address::ZERO, "nobody"),
    ];
    names.extend(named.map(|(address, name)| (address.to_string(), name.to_owned())));
    names.extend(hashes.iter().enumerate().map(|(index, hash)| (hash.to_string(), format!("record{index}"))));

    let mut world = World {
        network,
        registry,
        router,
        stop,
        votes,
        actors,
        education,
        tokens,
        listeners,
        records: hashes,
        names,
        chain: d.chain.snapshot(),
        state,
        books: Books::new(slash_auction),
    };
    begin(&mut world);
    world
}

/// What everybody does first, on the chain and in the model.
fn begin(world: &mut World) {
    let (governor, [_, coin, cent]) = (world.network.governor, world.tokens);
    let mut actions = Vec::new();
    for (token, floor) in [(coin, 40), (cent, 0)] {
        let rules =
            TokenRules { allowed: true, collateral_floor: U256::from(floor), bond_floor: U256::from(floor / 4) };
        actions.push(Action { from: governor, call: Call::Market(market::Call::SetTokenRules { token, rules }) });
        let terms = auction::Terms { anchor: U256::from(300) * UNIT, floor: U256::from(floor) };
        actions.push(Action { from: governor, call: Call::FeeAuction(auction::Call::SetTerms { token, terms }) });
        actions.push(Action { from: governor, call: Call::SlashAuction(auction::Call::SetTerms { token, terms }) });
    }
    // Before the first stake: any.
    for (index, bps) in [(0, 1_000), (1, 333)] {
        let call = Call::Staking(staking::Call::SetCommission { bps });
        actions.push(Action { from: world.actor(index), call });
    }
    for prover in (0..PROVERS).map(|index| world.actor(index)) {
        // Enough for three locks.
        let amount = U256::from(10) * UNIT;
        actions.push(Action { from: prover, call: Call::Staking(staking::Call::Stake { prover, amount }) });
        actions
            .push(Action { from: prover, call: Call::Market(market::Call::RegisterKey { key: prover.into_word() }) });
        for token in world.tokens {
            let amount = U256::from(3_000) * UNIT;
            let call = Call::Market(market::Call::DepositCollateral { token, amount });
            actions.push(Action { from: prover, call });
        }
    }
    let deaf = market::Call::SetDeaf { callback: world.listeners[1], deaf: true };
    actions.push(Action { from: governor, call: Call::Market(deaf) });
    let mut chain = Chain::new(world.chain.clone());
    for action in actions {
        let (to, data) = encode(world, &mut chain, &action);
        chain.send(action.from, to, data).expect("the chain begins");
        for event in world.state.apply(&action).expect("the model begins") {
            if let Event::Market(event) = event {
                world.books.enter(&event).expect("deposits");
            }
        }
    }
    world.chain = chain.snapshot();
}
