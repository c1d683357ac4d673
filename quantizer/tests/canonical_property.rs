//! Property: bytes decode to a valid program whose encoding they are, or to an error. Nothing panics.

mod common;

use common::{Onnx, int, uniform, values};
use proptest::prelude::*;
use std::sync::LazyLock;
use verin_quantizer::ir::{Op, Table};
use verin_quantizer::{Graph, Options, VqFile, execute, onnx, quantize};

/// A model with every kind of node and a flattened view of padded rows.
fn model() -> Onnx {
    Onnx::new(&[1, 2, 3])
        .floats("w", &[3, 5], &values(15, 1))
        .floats("v", &[10, 3], &values(30, 2))
        .floats("c", &[3], &values(3, 3))
        .node("Relu", &["x"], "a")
        .node("MatMul", &["a", "w"], "b")
        .node("Sigmoid", &["b"], "d")
        .node_with("Flatten", &["d"], "e", vec![int("axis", 1)])
        .node("MatMul", &["e", "v"], "f")
        .node("Relu", &["f"], "g")
        .node("Mul", &["g", "c"], "y")
}

static FILE: LazyLock<VqFile> = LazyLock::new(|| {
    let quantized = model().quantize(&uniform(6, 16)).unwrap();
    VqFile { graph: quantized.graph, report: quantized.report }
});
static ENCODED: LazyLock<Vec<u8>> = LazyLock::new(|| FILE.graph.encode());
static ONNX: LazyLock<Vec<u8>> = LazyLock::new(|| model().bytes());

/// What decodes is canonical, and runs.
fn accepted(graph: &Graph, bytes: &[u8]) {
    assert_eq!(graph.encode(), bytes);
    execute(graph, &vec![0; graph.input_len()]).unwrap();
}

fn mutated(bytes: &[u8], edits: &[(usize, u8)], cut: Option<usize>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, value) in edits {
        let at = at % bytes.len();
        bytes[at] = bytes[at].wrapping_add(*value);
    }
    if let Some(cut) = cut {
        bytes.truncate(cut % bytes.len());
    }
    bytes
}

fn edits() -> impl Strategy<Value = (Vec<(usize, u8)>, Option<usize>)> {
    (prop::collection::vec((any::<usize>(), any::<u8>()), 0..4), prop::option::weighted(0.2, any::<usize>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), prefix in any::<bool>()) {
        let _ = VqFile::read(&bytes);
        let _ = onnx::read(&bytes, "random.onnx");
        let bytes = if prefix { [b"VRNG\x01\x00".as_slice(), &bytes].concat() } else { bytes };
        prop_assert!(Graph::decode(&bytes).is_err());
    }

    #[test]
    fn mutated_programs_are_canonical_or_refused((edits, cut) in edits()) {
        let bytes = mutated(&ENCODED, &edits, cut);
        if let Ok(graph) = Graph::decode(&bytes) {
            accepted(&graph, &bytes);
        }
    }

    #[test]
    fn mutated_files_are_refused((edits, cut) in edits()) {
        let whole = FILE.write();
        let bytes = mutated(&whole, &edits, cut);
        prop_assert_eq!(VqFile::read(&bytes).is_ok(), bytes == whole);
    }

    #[test]
    fn mutated_models_never_panic((edits, cut) in edits()) {
        let bytes = mutated(&ONNX, &edits, cut);
        let samples = uniform(6, 4);
        let options = Options { bits: Some(6), seed: 0 };
        if let Ok(quantized) = quantize(&bytes, "mutated.onnx", Some(&samples), &options) {
            quantized.graph.validate().unwrap();
        }
    }
}

#[test]
fn encoding_round_trips() {
    let graph = Graph::decode(&ENCODED).unwrap();
    assert_eq!(graph, FILE.graph);
    accepted(&graph, &ENCODED);
    assert_eq!(VqFile::read(&FILE.write()).unwrap().graph, FILE.graph);
}

#[test]
fn every_prefix_and_every_surplus_is_refused() {
    for end in 0..ENCODED.len() {
        assert!(Graph::decode(&ENCODED[..end]).is_err(), "{end}");
    }
    assert!(Graph::decode(&[ENCODED.as_slice(), &[0]].concat()).is_err());
    let file = FILE.write();
    assert!(VqFile::read(&[file.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn the_report_is_no_part_of_the_digest() {
    let mut other = FILE.clone();
    other.report.source = "elsewhere".into();
    assert_eq!(VqFile::read(&other.write()).unwrap().graph.digest(), FILE.graph.digest());
}

#[test]
fn digest_depends_on_every_part() {
    let mut digests = vec![FILE.graph.digest()];
    let mut changed = |change: &dyn Fn(&mut Graph)| {
        let mut graph = FILE.graph.clone();
        change(&mut graph);
        assert!(!digests.contains(&graph.digest()));
        digests.push(graph.digest());
    };
    changed(&|g| g.input.exponent += 1);
    changed(&|g| g.input.name.push('x'));
    changed(&|g| g.nodes[0].exponent += 1);
    changed(&|g| g.nodes[0].hi += 1);
    changed(&|g| g.output_dims.push(1));
    for node in 0..FILE.graph.nodes.len() {
        changed(&|g| match &mut g.nodes[node].op {
            Op::Dense(dense) => dense.weight[0] += 1,
            Op::Scale(scale) => scale.bias[0] += 1,
            Op::Activation(activation) => activation.shift += 1,
        });
    }
}

#[test]
fn programs_that_break_a_rule_are_invalid() {
    let refused = |what: &str, change: &dyn Fn(&mut Graph)| {
        let mut graph = FILE.graph.clone();
        change(&mut graph);
        assert!(graph.validate().is_err(), "{what}");
        assert!(Graph::decode(&graph.encode()).is_err(), "{what}");
    };
    let node = |kind: fn(&Op) -> bool| FILE.graph.nodes.iter().position(|n| kind(&n.op)).unwrap();
    let dense = node(|op| matches!(op, Op::Dense(_)));
    let table = node(|op| matches!(op, Op::Activation(a) if matches!(a.table, Table::Values(_))));
    let relu = node(|op| matches!(op, Op::Activation(a) if matches!(a.table, Table::Relu { .. })));
    let flattened = FILE.graph.nodes.iter().rposition(|n| matches!(n.op, Op::Dense(_))).unwrap();
    refused("bounds that are too narrow", &|g| g.nodes[dense].hi -= 1);
    refused("bounds that are too wide", &|g| g.nodes[dense].lo -= 1);
    refused("a forward reference", &|g| g.nodes[0].input = 3);
    refused("an activation of a value", &|g| g.nodes[relu].input = 0);
    refused("a dense node on an accumulator", &|g| g.nodes[dense].input = dense - 1);
    refused("the input as output", &|g| g.output = 0);
    refused("an output that is not there", &|g| g.output = 99);
    refused("a tensor that nobody reads", &|g| g.output = 1);
    refused("no nodes", &|g| g.nodes.clear());
    refused("an input range that is no width", &|g| g.input.hi += 1);
    refused("no columns", &|g| g.input.shape.cols = 0);
    refused("huge rows", &|g| g.input.shape.rows_log = 63);
    refused("other dimensions", &|g| g.output_dims.push(2));
    refused("a short table", &|g| match &mut g.nodes[table].op {
        Op::Activation(a) => a.table = Table::Values(vec![0]),
        _ => unreachable!(),
    });
    refused("a table entry of 18 bits", &|g| match &mut g.nodes[table].op {
        Op::Activation(a) => match &mut a.table {
            Table::Values(v) => v[0] = 1 << 17,
            _ => unreachable!(),
        },
        _ => unreachable!(),
    });
    refused("a domain that misses reachable indices", &|g| match &mut g.nodes[relu].op {
        Op::Activation(a) => (a.shift, a.high_bits) = (0, 0),
        _ => unreachable!(),
    });
    refused("a weight at padding", &|g| match &mut g.nodes[flattened].op {
        Op::Dense(d) => d.weight[5] = 1,
        _ => unreachable!(),
    });
    refused("a weight too many", &|g| match &mut g.nodes[dense].op {
        Op::Dense(d) => d.weight.push(0),
        _ => unreachable!(),
    });
    refused("a weight of 18 bits", &|g| match &mut g.nodes[dense].op {
        Op::Dense(d) => d.weight[0] = 1 << 17,
        _ => unreachable!(),
    });
    refused("a bias beyond the accumulator limit", &|g| match &mut g.nodes[dense].op {
        Op::Dense(d) => d.bias[0] = 1 << 53,
        _ => unreachable!(),
    });
}
