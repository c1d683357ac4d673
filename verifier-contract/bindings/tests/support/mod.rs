//! A small program, its key, and a deployed network.

#![allow(dead_code, reason = "each test file uses some of it")]

use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::{Contracts, Founders, deploy};
use verin_contracts::network::{Network, account};
use verin_contracts::npm::Anvil;
use verin_contracts::{Address, B256, U256};
use verin_prover::backend::Cpu;
use verin_prover::keys::{ProverKey, SetupOptions, setup};
use verin_prover::srs::Srs;
use verin_quantizer::ir::{Activation, Dense, Graph, Input, Node, Op, Shape, Table};

/// Names of the accounts that act in these tests.
pub const ACTORS: [&str; 6] = ["deployer", "team", "owner", "requester", "prover", "stranger"];
/// A listing's price.
pub const PRICE: u128 = 1_001;

/// Three inputs, two outputs, a relu between.
pub fn program() -> Graph {
    let shape = |cols| Shape { rows_log: 0, cols };
    let dense =
        |in_log, weight: &[i32], bias: &[i64]| Op::Dense(Dense { in_log, weight: weight.into(), bias: bias.into() });
    let node = |name: &str, input, op, cols, (lo, hi)| Node {
        name: name.into(),
        input,
        op,
        shape: shape(cols),
        exponent: 4,
        lo,
        hi,
    };
    let relu = Op::Activation(Activation { shift: 2, domain_bits: 8, high_bits: 0, table: Table::Relu { bits: 6 } });
    let nodes = vec![
        node("hidden", 0, dense(2, &[3, -2, 1, 0, -4, 5, 2, 0], &[7, -3]), 2, (-44, 54)),
        node("relu", 1, relu, 2, (0, 63)),
        node("output", 2, dense(1, &[1, -1, 2, 3], &[0, 1]), 2, (-63, 316)),
    ];
    let mut graph = Graph {
        input: Input { name: "x".into(), dims: vec![1, 3], shape: shape(3), exponent: 4, lo: -8, hi: 7 },
        nodes,
        output: 3,
        output_dims: vec![1, 2],
    };
    exact_bounds(&mut graph);
    graph.validate().expect("a valid program");
    graph
}

/// Static bounds as the program's own rules have them.
fn exact_bounds(graph: &mut Graph) {
    use verin_quantizer::ops::{activation, dense};
    let (mut lo, mut hi) = (graph.input.lo, graph.input.hi);
    for node in &mut graph.nodes {
        (lo, hi) = match &node.op {
            Op::Dense(op) => {
                let (lo, hi) = dense::range(op, node.shape, (lo, hi));
                (i64::try_from(lo).expect("small"), i64::try_from(hi).expect("small"))
            }
            Op::Activation(op) => activation::range(op, (lo, hi)),
            Op::Scale(_) => unreachable!("there is none"),
        };
        (node.lo, node.hi) = (lo, hi);
    }
}

/// The program's key.
pub fn key() -> ProverKey {
    setup(&Cpu, program(), SetupOptions::default(), &|n| Ok(Srs::insecure(n))).expect("a key")
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
        let contracts = deploy(&network, &founders(), VerifierSrs::insecure(), |_| ()).await.expect("a deployment");
        let (record, _) = contracts.publish(account("owner"), record).await.expect("a record");
        let (listing, _) = contracts.list(account("owner"), record, PRICE, 2_000, "about").await.expect("a listing");
        let budget = U256::from(100 * PRICE);
        contracts.transfer(account("team"), account("requester"), budget).await.expect("tokens");
        contracts.approve(account("requester"), budget).await.expect("an approval");
        Self { _chain: chain, contracts, listing, record }
    }
}

fn founders() -> Founders {
    Founders {
        deployer: account("deployer"),
        team: account("team"),
        venture: Address::repeat_byte(1),
        treasury: account("treasury"),
        advisors: Address::repeat_byte(2),
        management: Address::repeat_byte(3),
        reserve: Address::repeat_byte(4),
    }
}
