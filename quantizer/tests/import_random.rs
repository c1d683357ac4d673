//! Property: whatever attributes and operands a node has, import gives a model that runs, or an error that names the node.
//! Nothing panics, and nothing takes long.
#![cfg(feature = "onnx")]

mod import;

use import::{Array, Model, float, floats, int, ints, list, random, text};
use proptest::prelude::*;
use proptest::sample::select;
use verin_quantizer::float::cells;
use verin_quantizer::onnx::ops::OPERATORS;
use verin_quantizer::onnx::proto::AttributeProto;

/// Names of attributes that some operator reads.
const INTS: &[&str] = &[
    "axis",
    "keepdims",
    "group",
    "ceil_mode",
    "count_include_pad",
    "blocksize",
    "transA",
    "transB",
    "select_last_index",
    "num_outputs",
    "allowzero",
    "to",
    "noop_with_empty_axes",
    "start",
    "end",
    "spatial",
    "training_mode",
    "antialias",
];
const LISTS: &[&str] = &[
    "axes",
    "kernel_shape",
    "strides",
    "dilations",
    "pads",
    "perm",
    "split",
    "starts",
    "ends",
    "steps",
    "output_shape",
    "output_padding",
];
const FLOATS: &[&str] = &["alpha", "beta", "epsilon", "value", "min", "max", "lambd", "bias"];
const TEXTS: &[(&str, &[&str])] = &[
    ("mode", &["constant", "edge", "reflect", "wrap", "nearest", "linear", "DCR", "CRD"]),
    ("auto_pad", &["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"]),
    ("coordinate_transformation_mode", &["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]),
    ("nearest_mode", &["floor", "ceil", "round_prefer_ceil", "round_prefer_floor"]),
];

/// Mostly small, sometimes as large as can be.
fn number() -> impl Strategy<Value = i64> {
    prop_oneof![20 => -4i64..6, 1 => select(vec![i64::MIN, i64::MAX, 1 << 24, 1 << 31, 1 << 40, -(1 << 31), 4096])]
}

fn attribute() -> impl Strategy<Value = AttributeProto> {
    let texts = select(TEXTS).prop_flat_map(|(name, all)| select(all).prop_map(move |value| text(name, value)));
    prop_oneof![
        3 => (select(INTS), number()).prop_map(|(name, i)| int(name, i)),
        4 => (select(LISTS), prop::collection::vec(number(), 0..5)).prop_map(|(name, ints)| list(name, &ints)),
        1 => (select(FLOATS), -2f32..2.0).prop_map(|(name, f)| float(name, f)),
        1 => texts,
    ]
}

fn dims() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop_oneof![8 => 1u32..5, 1 => select(vec![0, 7, 8])], 0..5)
}

/// An operand, and whether it is computed.
fn operand() -> impl Strategy<Value = (Array, bool)> {
    prop_oneof![
        3 => (dims(), any::<u32>(), any::<bool>()).prop_map(|(dims, seed, computed)| (random(&dims, seed), computed)),
        2 => prop::collection::vec(number(), 0..5).prop_map(|v| (ints(&[v.len() as u32], &v), false)),
        1 => number().prop_map(|v| (ints(&[], &[v]), false)),
        1 => (-2.0..2.0).prop_map(|v| (floats(&[], &[v]), false)),
    ]
}

fn node() -> impl Strategy<Value = (usize, i64, Vec<AttributeProto>, Vec<(Array, bool)>)> {
    let operands = prop::collection::vec(operand(), 1..6);
    (0..OPERATORS.len(), 7i64..=26, prop::collection::vec(attribute(), 0..5), operands)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_node_is_a_model_or_an_error((which, opset, mut attributes, operands) in node()) {
        attributes.dedup_by(|a, b| a.name == b.name);
        let op = OPERATORS[which].name;
        let mut model = Model::new(opset).input("anchor", &floats(&[], &[1.0]));
        let names: Vec<String> = (0..operands.len()).map(|i| format!("x{i}")).collect();
        for (name, (array, computed)) in names.iter().zip(&operands) {
            model = if *computed { model.input(name, array) } else { model.constant(name, array) };
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // A result that is constant is an output too, next to an input.
        let model = model
            .node(op, &names, "y", &attributes)
            .node("Mul", &["y", "anchor"], "z", &[])
            .output("z");
        match model.read() {
            Ok(read) => {
                let got = read.run(&model.inputs);
                prop_assert_eq!(got.len(), read.outputs.iter().map(|o| cells(&o.dims)).sum::<usize>());
            }
            Err(message) => prop_assert!(message.contains("test.onnx"), "{}", message),
        }
    }
}
