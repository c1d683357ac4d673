//! A small program, its key, and a deployed network.

#![allow(dead_code, reason = "each test file uses some of it")]

use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::{Contracts, Parameters, deploy};
use verin_contracts::market::Ask;
use verin_contracts::network::{Network, account};
use verin_contracts::npm::Anvil;
use verin_contracts::{B256, U256};
use verin_prover::backend::Cpu;
use verin_prover::keys::{ProverKey, SetupOptions, setup};
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

/// The key of any.
pub fn key_of(program: Graph) -> ProverKey {
    setup(&Cpu, program, SetupOptions::default(), &|n| Ok(Srs::insecure(n))).expect("a key")
}

/// A chain with everything on it, the program published and listed.
pub struct World {
    /// Kept alive, and ends with this.
    pub _chain: LocalChain,
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
        let anvil = Anvil::locate(env!("CARGO_MANIFEST_DIR").as_ref()).expect("an anvil for this machine");
        if !anvil.is_installed() {
            anvil.install().expect("npm ci");
        }
        let chain = LocalChain::start(&anvil, None).expect("a chain");
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
        Self { _chain: chain, contracts, listing, record }
    }
}

/// A job that is to be locked within an hour, proved within one, and can be proved late in another.
pub fn ask(listing: U256, nonce: u64) -> Ask {
    Ask { listing, nonce, lock_seconds: 3_600, prove_seconds: 3_600, late_seconds: 3_600, direct: false, bond: 0 }
}
