//! What is attacked: every contract of `verifier-contract/abi`, deployed and in the middle of its life.

use super::arguments::Known;
use crate::chain::{Chain, Snapshot};
use crate::encode::{encode, terms_of};
use crate::generate::{Generator, Step};
use crate::network::{SELECTOR, START, UNIT, World};
use alloy::dyn_abi::{DynSolType, Specifier};
use alloy::json_abi::JsonAbi;
use alloy::primitives::{Address, B256, Bytes, FixedBytes, U256, hex, keccak256};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{SolCall, SolValue};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use verin_contracts::bindings::{InferenceMarket, NetworkToken, VerifierRouter};
use verin_economy::market::Stage;
use verin_economy::{Action, Call, State, market, registry, tokens};

/// Steps of a sequence before another is tried.
const STEPS: usize = 600;
/// A transaction may use this much.
pub const GAS: u64 = 30_000_000;

/// A contract: its name, its address, and what can be called.
pub struct Target {
    pub name: String,
    pub at: Address,
    pub abi: JsonAbi,
}

/// Whose money a storage slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    pub kind: &'static str,
    pub holder: Address,
    pub token: Address,
}

pub struct Scene {
    pub chain: Snapshot,
    pub targets: Vec<Target>,
    pub known: Known,
    pub stranger: Address,
    /// Who calls, besides the stranger: requesters, provers, holders of listings, governor, guardian, education.
    pub callers: Vec<Address>,
    /// Balances, votes, credits and collateral by contract and slot.
    pub purses: HashMap<(Address, U256), Purse>,
}

fn named(name: &str) -> Address {
    Address::from_word(keccak256(name))
}

/// A checked-in JSON file below `verifier-contract`.
fn json(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON")
}

fn bytes_of(json: &Value, field: &str) -> Bytes {
    hex::decode(json[field].as_str().expect("hex")).expect("hex").into()
}

fn word_of(json: &Value, field: &str) -> B256 {
    B256::from_slice(&bytes_of(json, field))
}

type Artifacts = BTreeMap<String, (JsonAbi, Vec<u8>)>;

/// The ABI and the creation code of every contract, by name.
fn artifacts() -> Artifacts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi");
    let names = fs::read_dir(folder).expect("a folder").map(|file| {
        let path = file.expect("a file").path();
        path.file_stem().expect("a name").to_str().expect("ASCII").to_owned()
    });
    names
        .map(|name| {
            let artifact = json(&format!("abi/{name}.json"));
            let abi = serde_json::from_value(artifact["abi"].clone()).expect("an ABI");
            let code = hex::decode(artifact["bytecode"]["object"].as_str().expect("code")).expect("hex");
            (name, (abi, code))
        })
        .collect()
}

/// What can happen in a sequence, but would leave nothing to attack.
fn ends_the_scene(call: &Call) -> bool {
    let market = |call: &market::Call| match call {
        market::Call::SetPaused { .. } => true,
        market::Call::SetTokenRules { rules, .. } => !rules.allowed,
        _ => false,
    };
    match call {
        Call::Market(call) => market(call),
        Call::Token(call) => matches!(call, tokens::Call::Turn { .. }),
        Call::Registry(call) => matches!(
            call,
            registry::Call::StopRecord { .. } | registry::Call::StopVerifier { .. } | registry::Call::Tombstone { .. }
        ),
        _ => false,
    }
}

/// Jobs in every stage, an epoch that is closed, tickets, credits, and income that waits.
fn is_full(state: &State) -> bool {
    let jobs = |is: fn(&Stage) -> bool| {
        state.market.jobs.values().any(|job| is(&job.stage) && job.limit().is_none_or(|limit| limit >= state.time))
    };
    jobs(|stage| matches!(stage, Stage::Open))
        && jobs(|stage| matches!(stage, Stage::Reserved(..)))
        && jobs(|stage| matches!(stage, Stage::Delivered(..)))
        && jobs(|stage| matches!(stage, Stage::Locked(..)))
        && jobs(|stage| matches!(stage, Stage::Ended(_)))
        && state.rewards.next_to_close > 0
        && !state.staking.tickets.is_empty()
        && state.market.credits.iter().next().is_some()
        && state.treasury.education.iter().next().is_some()
}

/// Plays random sequences until everything is there. Gives the inputs and outputs that were sent, too.
fn play(world: &World) -> (Chain, State, Vec<Bytes>) {
    for seed in 0.. {
        let mut chain = Chain::new(world.chain.clone());
        let mut state = world.state.clone();
        // A scene in which rewards are claimed whole has what the sweep is to meet.
        let mut generator = Generator::without_lists(world, seed);
        let mut sent_bytes = Vec::new();
        for _ in 0..STEPS {
            match generator.step(&state) {
                Step::Warp(time) => {
                    chain.warp(time);
                    state.time = time;
                }
                Step::Do(Action { call, .. }) if ends_the_scene(&call) => {}
                Step::Do(action) => {
                    match &action.call {
                        Call::Market(market::Call::Request { input, .. }) => sent_bytes.push(input.clone()),
                        Call::Market(market::Call::Fulfil { input, output, .. }) => {
                            sent_bytes.extend([input.clone(), output.clone()]);
                        }
                        _ => {}
                    }
                    let (to, data) = encode(world, &mut chain, &action);
                    let (sent, applied) = (chain.send(action.from, to, data), state.apply(&action));
                    assert_eq!(sent.is_ok(), applied.is_ok(), "{action:?}");
                }
            }
            if is_full(&state) {
                return (chain, state, sent_bytes);
            }
        }
    }
    unreachable!("seeds do not end")
}

/// Deploys what the network of the sequences does without. Gives addresses by name.
fn deploy_rest(
    world: &World,
    chain: &mut Chain,
    state: &State,
    codes: &Artifacts,
    srs: &Value,
) -> Vec<(&'static str, Address)> {
    let deployer = named("another deployer");
    let mut nonce = 0;
    let mut create = |chain: &mut Chain, name: &str, arguments: Vec<u8>| {
        nonce += 1;
        chain.create(deployer, nonce - 1, [codes[name].1.clone(), arguments].concat())
    };
    let (holder, governor) = (state.registry.listings[&1].holder, world.network.governor);
    let timelock = create(chain, "VerinTimelock", deployer.create(1).abi_encode());
    let dao = create(chain, "VerinGovernor", (world.votes, timelock).abi_encode_params());
    let vault = create(chain, "VestingVault", (U256::ZERO, holder, U256::from(START)).abi_encode_params());
    let attestations = create(chain, "AuditAttestations", Vec::new());
    let deployments = create(chain, "DeploymentFactory", Vec::new());
    let inferences = create(chain, "InferenceVerifier", (world.registry, world.router, world.stop).abi_encode_params());
    let seals = create(chain, "SealVerifier", (bytes_of(srs, "srs"), word_of(srs, "srsDigest")).abi_encode_params());
    let shares = (world.registry, world.network.market, governor).abi_encode_params();
    let shares = create(chain, "RevenueShareFactory", shares);

    // A listing whose income is shared, with some of it there.
    let listing = U256::from(1);
    send(chain, holder, shares, "create(uint256)", listing.abi_encode());
    let [share] = [chain.attempt(holder, shares, calldata("shareOf(uint256)", listing.abi_encode()), GAS)]
        .map(|answer| Address::from_word(B256::from_slice(answer.result.output().expect("an address"))));
    for token in world.tokens {
        send(chain, governor, shares, "setRevenueToken(address,bool)", (token, true).abi_encode_params());
        send(chain, holder, token, "transfer(address,uint256)", (share, UNIT).abi_encode_params());
        send(chain, holder, token, "transfer(address,uint256)", (vault, UNIT).abi_encode_params());
    }
    send(
        chain,
        holder,
        world.registry,
        "transferFrom(address,address,uint256)",
        (holder, share, listing).abi_encode_params(),
    );
    send(chain, holder, share, "sync(address)", world.tokens[0].abi_encode());
    vec![
        ("VerinTimelock", timelock),
        ("VerinGovernor", dao),
        ("VestingVault", vault),
        ("AuditAttestations", attestations),
        ("DeploymentFactory", deployments),
        ("InferenceVerifier", inferences),
        ("SealVerifier", seals),
        ("RevenueShareFactory", shares),
        ("RevenueShare", share),
    ]
}

/// What the network of the sequences has. Gives addresses by name.
fn deployed(world: &World, chain: &mut Chain) -> Vec<(&'static str, Address)> {
    let n = &world.network;
    let verifier = chain.view(world.router, &VerifierRouter::verifierOfCall { selector: FixedBytes(SELECTOR) });
    vec![
        ("NetworkToken", n.token),
        ("InferenceMarket", n.market),
        ("MarketRequests", chain.view(n.market, &InferenceMarket::requestsCall {})),
        ("IntelligenceRewards", n.rewards),
        ("FeeAuction", n.fee_auction),
        ("SlashAuction", n.slash_auction),
        ("ProverStaking", n.staking),
        ("StakedVotes", world.votes),
        ("Treasury", n.treasury),
        ("ModelRegistry", world.registry),
        ("VerifierRouter", world.router),
        ("EmergencyStop", world.stop),
        ("RecordStore", chain.view(n.market, &InferenceMarket::storeCall {})),
        ("RecordVerifier", verifier),
    ]
}

fn calldata(signature: &str, arguments: Vec<u8>) -> Bytes {
    [keccak256(signature)[..4].to_vec(), arguments].concat().into()
}

fn send(chain: &mut Chain, from: Address, to: Address, signature: &str, arguments: Vec<u8>) {
    chain.send(from, to, calldata(signature, arguments)).expect("part of the scene");
}

/// What the callers put into their calls.
fn known(world: &World, state: &State, addresses: Vec<Address>, order: &DynSolType, seal: &Value) -> Known {
    let mut bytes: Vec<_> = ["record", "input", "output", "seal"].map(|of| bytes_of(seal, of)).into();
    bytes.extend([0, 1, 3, 4, 5, 31, 32, 33, 64, 65, 2_000].map(|length| Bytes::from(vec![0; length])));
    bytes.push((B256::ZERO, Bytes::new(), Bytes::new()).abi_encode_params().into());

    let mut words: Vec<_> = state.market.jobs.keys().copied().chain(world.records.iter().copied()).collect();
    words.extend(world.actors.iter().map(|actor| actor.address().into_word()));
    words.extend(["MARKET_ROLE", "SLASHER_ROLE", "PROPOSER_ROLE", "nothing"].map(keccak256));
    words.extend([B256::ZERO, B256::repeat_byte(0xff), B256::right_padding_from(&SELECTOR)]);

    let one = U256::from(1);
    let mut numbers: Vec<_> = (0..12).map(U256::from).collect();
    numbers.extend([8, 64, 96, 128, 248].map(|bits| one << bits).into_iter().flat_map(|power| [power - one, power]));
    numbers.extend([U256::MAX, U256::MAX - one, one << 255, UNIT, U256::from(300) * UNIT]);
    numbers.extend([state.time - 1, state.time, state.time + 1, 9_999, 10_000, 10_001, 27].map(U256::from));

    // As they were, and as they could be sent again.
    let orders = state.market.jobs.values().flat_map(|job| {
        let mut again = job.terms.clone();
        let later = (state.time + 3 * 60 * 60).saturating_sub(again.lock_by);
        again.curve_start += later;
        again.lock_by += later;
        again.deadline += later;
        [&job.terms, &again].map(|terms| order.abi_decode(&terms_of(terms).abi_encode()).expect("what was encoded"))
    });
    Known { addresses, words, numbers, bytes, structs: orders.collect() }
}

/// The only slot that `call` reads of `contract`, but for the switch of a double: where what it answers is stored.
fn slot_of(chain: &mut Chain, contract: Address, call: &impl SolCall<Return = U256>) -> U256 {
    let answer = chain.view(contract, call);
    let seen = chain.attempt(Address::ZERO, contract, call.abi_encode().into(), GAS).state;
    let slots: Vec<_> = seen[&contract].storage.iter().filter(|(slot, _)| **slot != U256::MAX).collect();
    let [(slot, value)] = slots[..] else { panic!("{contract} reads {} slots", slots.len()) };
    assert_eq!(value.present_value, answer, "the slot holds what the view answers");
    *slot
}

impl Scene {
    pub fn new(world: &World) -> Self {
        let (mut chain, state, sent_bytes) = play(world);
        let mut artifacts = artifacts();
        let seal = json("test/fixtures/seal_public.json");
        let rest = deploy_rest(world, &mut chain, &state, &artifacts, &seal);
        let share = rest.iter().find(|(name, _)| *name == "RevenueShare").expect("deployed").1;
        let timelock = rest.iter().find(|(name, _)| *name == "VerinTimelock").expect("deployed").1;
        let all = [deployed(world, &mut chain), rest].concat();
        let target = |(name, at): &(&str, Address)| {
            let (abi, _) = artifacts.remove(*name).expect("an ABI");
            Target { name: (*name).to_owned(), at: *at, abi }
        };
        let targets: Vec<_> = all.iter().map(target).collect();
        assert!(artifacts.is_empty(), "not deployed here: {:?}", artifacts.keys());

        let stranger = named("stranger");
        let others = [world.network.governor, world.network.guardian, world.education];
        let callers = world.actors.iter().map(PrivateKeySigner::address).chain(others).collect();
        let mut holders = world.accounts();
        holders.extend(targets.iter().map(|target| target.at).chain([stranger, timelock]));
        holders.sort_unstable();
        holders.dedup();

        let mut purses = HashMap::new();
        for holder in holders.iter().copied() {
            let market = world.network.market;
            for token in world.tokens.into_iter().chain([share, world.votes]) {
                let slot = slot_of(&mut chain, token, &NetworkToken::balanceOfCall { account: holder });
                let kind = if token == world.votes { "votes" } else { "balance" };
                purses.insert((token, slot), Purse { kind, holder, token });
            }
            for token in world.tokens {
                let slot = slot_of(&mut chain, market, &InferenceMarket::creditOfCall { account: holder, token });
                purses.insert((market, slot), Purse { kind: "credit", holder, token });
                let free = InferenceMarket::freeCollateralOfCall { account: holder, token };
                let slot = slot_of(&mut chain, market, &free);
                purses.insert((market, slot), Purse { kind: "collateral", holder, token });
            }
        }
        let mut addresses = holders;
        let others = [Address::ZERO, Address::repeat_byte(0xff), Address::with_last_byte(1), named("unknown")];
        addresses.extend(world.tokens.into_iter().chain(others));
        let market = targets.iter().find(|target| target.name == "InferenceMarket").expect("deployed");
        let order = market.abi.functions["request"][0].inputs[1].resolve().expect("a type");
        let mut known = known(world, &state, addresses, &order, &seal);
        known.bytes.extend(sent_bytes);
        Self { chain: chain.snapshot(), targets, known, stranger, callers, purses }
    }
}
