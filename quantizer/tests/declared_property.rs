//! Property: declared ranges change no result, and with them nothing but results depends on the entries of constants.

mod programs;

use programs::{Rng, program};
use proptest::prelude::*;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::{
    Activation, Constant, Entries, Graph, Link, MAX_DECLARED_BITS, Move, Node, Op, Part, Product, Shape, Source, Table,
    Term, View, decode_structure, encode_structure,
};
use verin_quantizer::ops::activation::needed_high_bits;
use verin_quantizer::{Error, execute};

fn inputs(graph: &Graph, rng: &mut Rng) -> [Vec<i64>; 3] {
    let (lo, hi) = (graph.input.lo, graph.input.hi);
    let extreme = |rng: &mut Rng| if rng.below(2) == 0 { lo } else { hi };
    [
        (0..graph.input_len()).map(|_| rng.between(lo, hi)).collect(),
        (0..graph.input_len()).map(|_| extreme(rng)).collect(),
        vec![0; graph.input_len()],
    ]
}

/// Other entries in the same declared ranges, the ends of these among them.
fn redrawn(graph: &Graph, rng: &mut Rng) -> Graph {
    let mut other = graph.clone();
    for constant in &mut other.constants {
        let (lo, hi) = constant.declared_range().unwrap();
        let mut draw = |_| match rng.below(4) {
            0 => lo,
            1 => hi,
            _ => rng.between(lo, hi),
        };
        constant.entries = match constant.entries {
            Entries::Narrow(ref e) => Entries::Narrow(e.iter().map(|_| draw(()) as i32).collect()),
            Entries::Wide(ref e) => Entries::Wide(e.iter().map(|_| draw(())).collect()),
        };
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn results_stay_what_they_were(seed in any::<u64>(), draw in any::<u64>()) {
        let graph = program(seed);
        let mut rng = Rng(draw);
        let declared = match graph.declare_ranges() {
            Ok(declared) => declared,
            // Random programs may have bounds that no declared range leaves room for.
            Err(Error::DeclaredRange { .. } | Error::Accumulator { .. }) => return Ok(()),
            Err(other) => panic!("{other}"),
        };
        declared.validate().unwrap();
        prop_assert!(declared.is_declared());
        prop_assert_eq!(&declared.declare_ranges().unwrap(), &declared);
        prop_assert_eq!(&Graph::decode(&declared.encode()).unwrap(), &declared);
        // Bounds need not contain those of the exact entries, which count cells that no view reads: they contain what is computed.
        for input in inputs(&graph, &mut rng) {
            let trace = execute(&declared, &input).unwrap();
            prop_assert_eq!(&trace, &execute(&graph, &input).unwrap());
            for (node, cells) in declared.nodes.iter().zip(&trace.tensors[1..]) {
                prop_assert!(cells.iter().all(|cell| (node.lo..=node.hi).contains(cell)), "{}", node.name);
            }
        }
    }

    /// Bounds hold for all entries in the declared ranges, and are checked without them.
    #[test]
    fn entries_are_nowhere_but_in_themselves(seed in any::<u64>(), draw in any::<u64>()) {
        let mut rng = Rng(draw);
        let Ok(graph) = program(seed).declare_ranges() else { return Ok(()) };
        let other = redrawn(&graph, &mut rng);
        other.validate().unwrap();
        let structure = encode_structure(&graph);
        prop_assert_eq!(&encode_structure(&other), &structure);
        let read = decode_structure(&structure).unwrap();
        prop_assert_eq!(read.is_declared(), true);
        for input in inputs(&graph, &mut rng) {
            let trace = execute(&other, &input).unwrap();
            for (node, cells) in other.nodes.iter().zip(&trace.tensors[1..]) {
                prop_assert!(cells.iter().all(|cell| (node.lo..=node.hi).contains(cell)), "{}", node.name);
            }
        }
        // A structure whose bounds are not those of its ranges is refused.
        let mut lying = graph.clone();
        let node = rng.below(lying.nodes.len());
        lying.nodes[node].hi += 1;
        prop_assert!(decode_structure(&encode_structure(&lying)).is_err());
    }
}

#[test]
fn most_random_programs_can_be_declared() {
    let declared = (0..200).filter(|seed| program(*seed).declare_ranges().is_ok()).count();
    assert!(declared > 150, "{declared} of 200");
}

/// Eight inputs, a weight for each, a bias, and a table of `domain_bits`.
fn neuron(weight: i32, bias: i64, shift: u32, domain_bits: u32, table: Table) -> Graph {
    let part = |name: &str, n| vec![Part { name: name.into(), dims: vec![n], exponent: 0 }];
    let input = verin_quantizer::ir::Input { shape: Shape::new([8]), lo: -8, hi: 7, parts: part("x", 8) };
    let constants = vec![
        Constant {
            name: "w".into(),
            shape: Shape::new([8]),
            declared: None,
            entries: Entries::Narrow(vec![weight; 8]),
        },
        Constant { name: "b".into(), shape: Shape::new([]), declared: None, entries: Entries::Wide(vec![bias]) },
    ];
    let output = verin_quantizer::ir::Output { tensor: 3, parts: part("y", 1) };
    let mut graph = Graph { input, constants, nodes: vec![], output };
    let mut push = |op: Op| {
        let shape = Shape::new([]);
        let name = format!("n{}", graph.nodes.len());
        let (lo, hi) = graph.range(&name, &op, &shape).unwrap();
        graph.nodes.push(Node { name, op, shape, exponent: 0, lo, hi });
    };
    let view = |source| View { source, links: vec![Link::identity(0, 0)] };
    let product =
        Product { coefficient: 1, sums: vec![8], left: view(Source::Constant(0)), right: view(Source::Tensor(0)) };
    let scalar = |source| Term::Move(Move { coefficient: 1, view: View { source, links: vec![] } });
    let (sum, bounds) = (Op::Sum(vec![Term::Product(product), scalar(Source::Constant(1))]), weight.abs() * 64);
    push(sum);
    let q = [-1, 1].map(|sign| rescale(bias + i64::from(sign * bounds), shift));
    let high_bits = needed_high_bits((q[0], q[1]), domain_bits).unwrap();
    push(Op::Activation(Activation { input: 1, shift, domain_bits, high_bits, table }));
    push(Op::Sum(vec![scalar(Source::Tensor(2))]));
    graph.validate().unwrap();
    graph
}

/// Sums of `3 x` lie in -192..=168, quotients by 4 in -48..=42: 7 bits. With weights in -4..4 they lie in -224..=256, that is
/// -56..=64: 8 bits.
#[test]
fn a_small_table_grows_with_its_ends() {
    let values: Vec<i32> = (0..128).map(|i| i * i % 50).collect();
    let graph = neuron(3, 0, 2, 7, Table::Values(values.clone()));
    let declared = graph.declare_ranges().unwrap();
    assert_eq!((declared.constants[0].declared, declared.constants[1].declared), (Some(3), Some(1)));
    assert_eq!((declared.nodes[0].lo, declared.nodes[0].hi), (-225, 256));
    let Op::Activation(activation) = &declared.nodes[1].op else { panic!() };
    let Table::Values(extended) = &activation.table else { panic!() };
    assert_eq!((activation.domain_bits, activation.high_bits), (8, 0));
    assert_eq!(extended[64..192], values[..]);
    assert!(extended[..64].iter().all(|v| *v == values[0]) && extended[192..].iter().all(|v| *v == values[127]));
}

/// Quotients of about 125,000 take 18 bits; with the bias in 22 bits they take 21, more than a table has.
#[test]
fn a_table_that_cannot_grow_saturates() {
    let mut graph = neuron(1, 500_000, 2, 18, Table::Clamp { bits: 5 });
    let size = |graph: &Graph| match &graph.declare_ranges().unwrap().nodes[1].op {
        Op::Activation(activation) => (activation.domain_bits, activation.high_bits),
        op => panic!("{op:?}"),
    };
    // One bit more costs less than three tables.
    assert_eq!(size(&graph), (19, 0));
    graph.constants[1].declared = Some(22);
    assert_eq!(size(&graph), (18, 3));
    graph.constants[1].declared = Some(45);
    let error = graph.declare_ranges().unwrap_err();
    assert!(matches!(&error, Error::DeclaredRange { node, .. } if node == "n1"), "{error}");
    assert!(error.to_string().contains("publish the weights"), "{error}");
}

#[test]
fn ranges_beyond_the_limit_are_refused_by_name() {
    let graph = neuron(0, (1 << 52) - 1, 32, 20, Table::Clamp { bits: 5 });
    let error = graph.declare_ranges().unwrap_err().to_string();
    assert!(error.contains("`b`") && error.contains("entries of at most 52 bits, got 53 bits"), "{error}");
    // The sum of 8 products by 16 and a bias of 52 bits is inside the limit, and more than that is not.
    let mut graph = neuron(0, (1 << 51) - 1, 32, 20, Table::Clamp { bits: 5 });
    graph.declare_ranges().unwrap();
    graph.constants[0].declared = Some(48);
    let error = graph.declare_ranges().unwrap_err();
    assert!(matches!(&error, Error::Accumulator { node, .. } if node == "n0"), "{error}");
}

#[test]
fn ranges_are_checked() {
    let declared = neuron(3, -5, 2, 7, Table::Clamp { bits: 5 }).declare_ranges().unwrap();
    let refused = |message: &str, change: &dyn Fn(&mut Graph)| {
        let mut graph = declared.clone();
        change(&mut graph);
        let error = graph.validate().expect_err(message).to_string();
        assert!(error.contains(message), "{message}: {error}");
        assert!(Graph::decode(&graph.encode()).is_err(), "{message}");
    };
    let narrow =
        |entry: i32| move |g: &mut Graph| g.constants[0].entries = Entries::Narrow([vec![3; 7], vec![entry]].concat());
    refused("entry 7 in the declared range -4..=3, got 4", &narrow(4));
    refused("entry 7 in the declared range -4..=3, got -5", &narrow(-5));
    refused("a declared range of 1..=52 bits, got 0", &|g| g.constants[0].declared = Some(0));
    refused("a declared range of 1..=52 bits, got 53", &|g| g.constants[0].declared = Some(MAX_DECLARED_BITS + 1));
    refused("expected bounds", &|g| g.constants[0].declared = Some(4));
    refused("expected bounds", &|g| g.constants[0].declared = None);
    let mut graph = declared.clone();
    narrow(-4)(&mut graph);
    graph.validate().unwrap();
    assert_eq!(encode_structure(&graph), encode_structure(&declared));
    assert_ne!(graph.digest(), declared.digest());
}

/// Ranges that are declared count: an owner may say less of the weights than the fewest bits.
#[test]
fn wider_ranges_stay() {
    let mut graph = neuron(3, -5, 2, 7, Table::Clamp { bits: 5 });
    graph.constants[0].declared = Some(8);
    let declared = graph.declare_ranges().unwrap();
    assert_eq!((declared.constants[0].declared, declared.constants[1].declared), (Some(8), Some(4)));
    assert_eq!(declared.declare_ranges().unwrap(), declared);
}
