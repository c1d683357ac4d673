//! Bad input: every function of every ABI in `verifier-contract/abi`, called by everybody with whatever its types allow and with
//! calldata that they do not. A call does what it says or is refused by an error that has a name, and takes nobody's money.
//!
//! ```text
//! cargo test --release --workspace --test differential hostile -- --nocapture
//! ```

mod arguments;
mod exceptions;
mod scene;

use crate::chain::Chain;
use crate::network;
use alloy::dyn_abi::{DynSolType, Specifier};
use alloy::json_abi::{Function, StateMutability};
use alloy::primitives::{Address, Bytes, U256, keccak256};
use alloy::sol_types::{Panic, Revert, SolError};
use arguments::{Arguments, is_legal};
use exceptions::{MOVES, REFUSALS};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use revm::context::result::{ExecutionResult, ResultAndState};
use scene::{GAS, Scene, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

/// Of every function: calls with legal values that the network knows, and encodings with a few other bytes.
const KNOWN: usize = 1_500;
const MUTATIONS: usize = 300;
/// Seconds after the scene: when jobs can be taken, when their turns are over, when they and an epoch are.
const MOMENTS: [u64; 3] = [0, 24 * 60 * 60, 28 * 24 * 60 * 60];

/// What was seen in a sweep.
#[derive(Default)]
struct Seen {
    calls: u64,
    succeeded: u64,
    errors: BTreeMap<String, u64>,
    /// State-changing functions that did something at least once.
    done: BTreeSet<String>,
    refusals: BTreeSet<usize>,
    moves: BTreeSet<usize>,
    /// What must not be, each with its first call.
    findings: BTreeMap<String, String>,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.succeeded += other.succeeded;
        for (error, count) in other.errors {
            *self.errors.entry(error).or_default() += count;
        }
        self.done.extend(other.done);
        self.refusals.extend(other.refusals);
        self.moves.extend(other.moves);
        for (what, call) in other.findings {
            self.findings.entry(what).or_insert(call);
        }
    }
}

/// One function under attack.
struct Sweep<'a> {
    scene: &'a Scene,
    errors: &'a BTreeMap<[u8; 4], String>,
    target: &'a Target,
    function: &'a Function,
    types: DynSolType,
    seen: Seen,
}

impl Sweep<'_> {
    fn run(&mut self, chain: &mut Chain, later: u64) {
        let name = format!("{}.{} {later}", self.target.name, self.function.signature());
        let mut rng = ChaCha8Rng::from_seed(keccak256(&name).0);
        let mut arguments = Arguments {
            known: &self.scene.known,
            types: self.types.clone(),
            selector: self.function.selector().0,
            target: self.target.at,
            rng: rng.clone(),
        };
        let everybody: Vec<_> = self.scene.callers.iter().copied().chain([self.scene.stranger]).collect();
        for data in arguments.limits() {
            for caller in &everybody {
                self.call(chain, *caller, data.clone());
            }
        }
        for _ in 0..KNOWN {
            let data = arguments.known();
            let caller = *everybody.choose(&mut rng).expect("callers");
            self.call(chain, caller, data.clone());
            self.call(chain, self.scene.stranger, data);
        }
        for data in arguments.broken(MUTATIONS) {
            let caller = *everybody.choose(&mut rng).expect("callers");
            self.call(chain, caller, data);
        }
    }

    fn call(&mut self, chain: &mut Chain, from: Address, data: Bytes) {
        self.seen.calls += 1;
        let ResultAndState { result, state } = chain.attempt(from, self.target.at, data.clone(), GAS);
        let changes = state.values().flat_map(|account| account.changed_storage_slots()).count();
        let created = state.values().any(|account| account.is_created());
        let refusal = match result {
            ExecutionResult::Success { .. } => {
                self.seen.succeeded += 1;
                let only_reads =
                    matches!(self.function.state_mutability, StateMutability::Pure | StateMutability::View);
                if only_reads && (changes != 0 || created) {
                    self.found("a view writes", from, &data);
                }
                if changes != 0 {
                    self.seen.done.insert(format!("{}.{}", self.target.name, self.function.signature()));
                }
                return self.money(from, &data, &state);
            }
            ExecutionResult::Halt { reason, .. } => format!("halts: {reason:?}"),
            ExecutionResult::Revert { output, .. } => {
                if let Some(name) = output.first_chunk::<4>().and_then(|selector| self.errors.get(selector)) {
                    *self.seen.errors.entry(name.clone()).or_default() += 1;
                    String::new()
                } else if output.is_empty() {
                    "says nothing".to_owned()
                } else if let Ok(panic) = Panic::abi_decode(&output) {
                    format!("Panic({:#x})", panic.code)
                } else if let Ok(revert) = Revert::abi_decode(&output) {
                    format!("Error({})", revert.reason)
                } else {
                    "unknown error".to_owned()
                }
            }
        };
        if changes != 0 || created {
            self.found("a refusal leaves something behind", from, &data);
        }
        if refusal.is_empty() {
            return;
        }
        *self.seen.errors.entry(refusal.clone()).or_default() += 1;
        let legal = is_legal(&self.types, &data);
        if refusal == "says nothing" && !legal {
            return;
        }
        let refusal = if legal { refusal } else { format!("{refusal} (malformed)") };
        let listed = REFUSALS.iter().position(|(contract, function, what, _)| {
            *contract == self.target.name && *function == self.function.name && *what == refusal
        });
        match listed {
            Some(index) => _ = self.seen.refusals.insert(index),
            None => self.found(&refusal, from, &data),
        }
    }

    /// Nobody's money comes from nothing, and a stranger moves none but to whom it belongs.
    fn money(&mut self, from: Address, data: &Bytes, state: &revm::state::EvmState) {
        let mut supply = BTreeMap::<Address, (U256, U256)>::new();
        let mut moves = BTreeSet::new();
        for (contract, account) in state {
            for (slot, value) in account.changed_storage_slots() {
                let Some(purse) = self.scene.purses.get(&(*contract, *slot)) else { continue };
                let (before, after) = (value.original_value(), value.present_value());
                if purse.kind == "balance" {
                    let (old, new) = supply.entry(purse.token).or_default();
                    (*old, *new) = (*old + before, *new + after);
                }
                let whose = if purse.holder == from { "own" } else { "another's" };
                let how = if after > before { "grows" } else { "shrinks" };
                moves.insert(format!("{whose} {} {how}", purse.kind));
            }
        }
        if supply.values().any(|(before, after)| after > before) {
            self.found("tokens from nothing", from, data);
        }
        if from != self.scene.stranger {
            return;
        }
        for what in moves {
            let listed = MOVES.iter().position(|(contract, function, how, _)| {
                *contract == self.target.name && *function == self.function.name && *how == what
            });
            match listed {
                Some(index) => _ = self.seen.moves.insert(index),
                None => self.found(&what, from, data),
            }
        }
    }

    fn found(&mut self, what: &str, from: Address, data: &Bytes) {
        let key = format!("{}.{}: {what}", self.target.name, self.function.name);
        self.seen.findings.entry(key).or_insert_with(|| format!("{from} sends {data}"));
    }
}

/// Every error that an ABI declares, by selector.
fn declared(targets: &[Target]) -> BTreeMap<[u8; 4], String> {
    let errors = targets.iter().flat_map(|target| target.abi.errors());
    errors.map(|error| (error.selector().0, error.name.clone())).collect()
}

#[test]
fn every_function_refuses_bad_input_by_name_and_takes_nobodys_money() {
    let begun = Instant::now();
    let scene = Scene::new(&network::deploy());
    let errors = declared(&scene.targets);
    let functions: Vec<_> = scene
        .targets
        .iter()
        .flat_map(|target| target.abi.functions().map(move |function| (target, function)))
        .collect();
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Seen::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut chain = Chain::new(scene.chain.clone());
                while let Some((target, function)) = functions.get(next.fetch_add(1, Relaxed)) {
                    let resolved = function.inputs.iter().map(|input| input.resolve().expect("a type"));
                    let types = DynSolType::Tuple(resolved.collect());
                    let seen = Seen::default();
                    let mut sweep = Sweep { scene: &scene, errors: &errors, target, function, types, seen };
                    for later in MOMENTS {
                        chain.warp(scene.chain.time + later);
                        sweep.run(&mut chain, later);
                    }
                    total.lock().expect("no panic").add(sweep.seen);
                }
            });
        }
    });
    let seen = total.into_inner().expect("no panic");
    let changing = functions
        .iter()
        .filter(|(_, function)| !matches!(function.state_mutability, StateMutability::Pure | StateMutability::View));
    println!(
        "{} contracts, {} functions, {} calls in {:.1} s, {} of them succeed; {} of {} functions that write did\n{}",
        scene.targets.len(),
        functions.len(),
        seen.calls,
        begun.elapsed().as_secs_f64(),
        seen.succeeded,
        seen.done.len(),
        changing.count(),
        seen.errors.iter().map(|(name, count)| format!("{name}: {count}")).collect::<Vec<_>>().join(", "),
    );
    let mut wrong = String::new();
    for (what, call) in &seen.findings {
        let _ = writeln!(wrong, "{what}\n    {}", call.chars().take(1_000).collect::<String>());
    }
    for (index, listed) in REFUSALS.iter().enumerate().filter(|(index, _)| !seen.refusals.contains(index)) {
        let _ = writeln!(wrong, "listed as refusal {index}, but never happens: {listed:?}");
    }
    for (index, listed) in MOVES.iter().enumerate().filter(|(index, _)| !seen.moves.contains(index)) {
        let _ = writeln!(wrong, "listed as move {index}, but never happens: {listed:?}");
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
