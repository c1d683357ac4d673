//! For tests: a small program with its key, and a local chain with all contracts on it.
//!
//! Whatever goes wrong here is a panic, which fails the test.

#![allow(clippy::missing_panics_doc, reason = "see above")]

use alloy::providers::Provider;
use rand::SeedableRng;
use rand::rngs::StdRng;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::statement::encode_value;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::{Contracts, Parameters, deploy};
use verin_contracts::market::{Ask, Fulfilment};
use verin_contracts::network::{self, Network, account};
use verin_contracts::npm::Anvil;
use verin_contracts::slots;
use verin_contracts::{Address, B256, U256};
use verin_prover::backend::Cpu;
use verin_prover::keys::{ProverKey, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::ir::{
    Activation, Constant, Entries, Graph, Input, Link, Move, Node, Op, Output, Part, Product, Shape, Source, Table,
    Term, View,
};

/// Names of the accounts that act in these tests.
pub const ACTORS: [&str; 6] = ["deployer", "reserve", "owner", "requester", "prover", "stranger"];
/// Base units of a token.
pub const TOKEN: u128 = 10u128.pow(18);
/// A listing's price.
pub const PRICE: u128 = 1_001;

/// Three inputs, two outputs, a relu between.
pub fn program() -> Graph {
    let mut graph = empty(&[3], (-8, 7), 3);
    dense(&mut graph, "hidden", 0, &[3, -2, 1, -4, 5, 2], &[7, -3]);
    let relu = Activation { input: 1, shift: 2, domain_bits: 8, high_bits: 0, table: Table::Relu { bits: 6 } };
    push(&mut graph, "relu", Op::Activation(relu), 2);
    dense(&mut graph, "output", 2, &[1, -1, 2, 3], &[0, 1]);
    graph.validate().expect("a valid program");
    graph
}

/// Eleven rows of three values of two bytes: packs of four rows, of which the last lacks one; two outputs.
pub fn rows_program() -> Graph {
    let mut graph = empty(&[11, 3], (-256, 255), 1);
    let weights: Vec<i32> = (0..66).map(|i| i * 29 % 41 - 20).collect();
    dense(&mut graph, "output", 0, &weights, &[5, -6]);
    graph.validate().expect("a valid program");
    graph
}

/// A program of this input, whose result, two values, is to be `tensor`.
fn empty(dims: &[u32], (lo, hi): (i64, i64), tensor: usize) -> Graph {
    let part = |name: &str, dims: &[u32]| Part { name: name.into(), dims: dims.to_vec(), exponent: 4 };
    Graph {
        input: Input { shape: Shape::new(dims), lo, hi, parts: vec![part("x", dims)] },
        constants: Vec::new(),
        nodes: Vec::new(),
        output: Output { tensor, parts: vec![part("y", &[1, 2])] },
    }
}

/// Appends a matrix product with a bias of tensor `source`.
fn dense(graph: &mut Graph, name: &str, source: usize, weight: &[i32], bias: &[i64]) {
    let cols = bias.len() as u32;
    let inputs = graph.shape(source).expect("a source").dims().to_vec();
    let mut constant = |dims: &[u32], entries| {
        let name = format!("{name}.{}", graph.constants.len());
        graph.constants.push(Constant { name, shape: Shape::new(dims), entries, declared: None });
        Source::Constant(graph.constants.len() - 1)
    };
    let dims = [&[cols], &inputs[..]].concat();
    let left = View::identity(constant(&dims, Entries::Narrow(weight.into())), &dims);
    let links = (0..inputs.len()).map(|axis| Link::identity(axis + 1, axis)).collect();
    let right = View { source: Source::Tensor(source), links };
    let bias = View::identity(constant(&[cols], Entries::Wide(bias.into())), &[cols]);
    let terms = vec![
        Term::Product(Product { coefficient: 1, sums: inputs, left, right }),
        Term::Move(Move { coefficient: 1, view: bias }),
    ];
    push(graph, name, Op::Sum(terms), cols);
}

/// Appends a node, with static bounds as the program's own rules have them.
fn push(graph: &mut Graph, name: &str, op: Op, cols: u32) {
    let shape = Shape::new([cols]);
    let (lo, hi) = graph.range(name, &op, &shape).expect("small");
    graph.nodes.push(Node { name: name.into(), op, shape, exponent: 4, lo, hi });
}

/// The key of [`program`].
pub fn key() -> ProverKey {
    key_of(program())
}

/// The key of [`program`], whose input is private.
pub fn private_key() -> ProverKey {
    let options = SetupOptions { private_input: true, ..SetupOptions::default() };
    setup(&Cpu, program(), options, &|n| Ok(Srs::insecure(n))).expect("a key")
}

/// The key of any.
pub fn key_of(program: Graph) -> ProverKey {
    setup(&Cpu, program, SetupOptions::default(), &|n| Ok(Srs::insecure(n))).expect("a key")
}

/// A chain with everything on it, the program published and listed.
pub struct World {
    /// Kept alive, and ends with this.
    pub chain: LocalChain,
    /// Everything on it.
    pub contracts: Contracts,
    /// The program's listing.
    pub listing: U256,
    /// Its record.
    pub record: B256,
}

impl World {
    /// Starts one for this record.
    pub async fn new(record: &[u8]) -> Self {
        Self::new_at(record, None).await
    }

    /// The same, with a chain whose clock begins at this time, in seconds since 1970.
    pub async fn new_at(record: &[u8], time: Option<u64>) -> Self {
        let anvil = Anvil::locate(env!("CARGO_MANIFEST_DIR").as_ref()).expect("an anvil for this machine");
        if !anvil.is_installed() {
            anvil.install().expect("npm ci");
        }
        let chain = LocalChain::start_at(&anvil, None, time).expect("a chain");
        let network = Network::connect(&chain.url(), &ACTORS).await.expect("a connection");
        let contracts = deploy(
            &network,
            &Parameters::insecure(account("deployer"), account("reserve")),
            VerifierSrs::insecure(),
            |_| (),
        )
        .await
        .expect("a deployment");
        let (record, _) = contracts.publish(account("owner"), record).await.expect("a record");
        let (listing, _) = contracts.list(account("owner"), record, PRICE, 2_000, "about").await.expect("a listing");
        let budget = U256::from(100 * TOKEN);
        for name in ["requester", "prover"] {
            contracts.transfer(account("reserve"), account(name), U256::from(2) * budget).await.expect("tokens");
            contracts.approve(account(name), *contracts.market.address(), budget).await.expect("an approval");
        }
        Self { chain, contracts, listing, record }
    }

    /// Starts one for the small program, whose prover has staked and put collateral in, and may hold so many jobs at a time.
    pub async fn with_prover(key: &ProverKey, locks: u64) -> Self {
        let world = Self::new(&key.record.record.encode()).await;
        world.stake("prover", locks).await;
        world
    }

    /// Stakes for so many locks, and puts as much collateral in.
    pub async fn stake(&self, prover: &str, locks: u64) {
        let (contracts, account) = (&self.contracts, account(prover));
        let stake = U256::from(TOKEN) * U256::from(locks.max(1));
        contracts.transfer(network::account("reserve"), account, stake + stake).await.expect("tokens");
        contracts.stake(account, account, stake).await.expect("a stake");
        contracts.approve(account, *contracts.market.address(), stake).await.expect("an approval");
        contracts.deposit_collateral(account, stake).await.expect("collateral");
    }

    /// Remembers the chain as it is.
    pub async fn snapshot(&self) -> U256 {
        self.contracts.network.provider.raw_request("evm_snapshot".into(), ()).await.expect("a snapshot")
    }

    /// Makes the chain as it was: what came after is gone.
    pub async fn revert(&self, snapshot: U256) {
        let done: bool =
            self.contracts.network.provider.raw_request("evm_revert".into(), (snapshot,)).await.expect("an answer");
        assert!(done, "the snapshot is known");
    }

    /// Requests a job of the small program, that can be fulfilled without a lock if `direct`.
    pub async fn request(&self, nonce: u64, values: [i64; 3], direct: bool) -> B256 {
        let ask = Ask { direct, ..ask(self.listing, nonce) };
        let input = input(values);
        self.contracts.request(account("requester"), &ask, &input).await.expect("a request").id
    }
}

/// An input of the small program, as the market has it.
pub fn input(values: [i64; 3]) -> Vec<u8> {
    values.iter().flat_map(|value| encode_value(*value, 1)).collect()
}

/// A proof of these inputs of the small program for these jobs, paid to `prover`; and what settles them.
pub fn prove(
    contracts: &Contracts,
    key: &ProverKey,
    inputs: &[[i64; 3]],
    jobs: &[B256],
    payout: Address,
) -> Fulfilment {
    let jobs = slots::jobs(&key.record.record, jobs).expect("a batch");
    let context = contracts.context(&jobs, payout);
    let inputs: Vec<Vec<i64>> = inputs.iter().map(|values| values.to_vec()).collect();
    let mut prover = Prover::new(key.clone(), &Cpu);
    let proven = prover.prove(&inputs, context.0, true, &mut StdRng::from_entropy()).expect("a proof");
    let statement = proven.proof.statement;
    let (input, output, seal) = (statement.input.into(), statement.output.into(), proven.proof.body.into());
    Fulfilment { jobs, input, output, seal, payout }
}

/// A job that is to be locked within an hour, proved within one, and can be proved late in another.
pub fn ask(listing: U256, nonce: u64) -> Ask {
    Ask { listing, nonce, lock_seconds: 3_600, prove_seconds: 3_600, late_seconds: 3_600, direct: false, bond: 0 }
}
