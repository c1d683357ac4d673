//! Property: bytes that are nearly a model import to a valid program, or to an error. Nothing panics.
#![cfg(feature = "onnx")]

mod common;

use common::{Onnx, int, uniform, values};
use proptest::prelude::*;
use std::sync::LazyLock;
use verin_quantizer::{Options, onnx, quantize};

static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let model = Onnx::new(&[1, 2, 3])
        .floats("w", &[3, 5], &values(15, 1))
        .floats("v", &[10, 3], &values(30, 2))
        .floats("c", &[3], &values(3, 3))
        .node("Relu", &["x"], "a")
        .node("MatMul", &["a", "w"], "b")
        .node("Sigmoid", &["b"], "d")
        .node_with("Flatten", &["d"], "e", vec![int("axis", 1)])
        .node("MatMul", &["e", "v"], "f")
        .node("Relu", &["f"], "g")
        .node("Mul", &["g", "c"], "y");
    model.bytes()
});

fn edits() -> impl Strategy<Value = (Vec<(usize, u8)>, Option<usize>)> {
    (prop::collection::vec((any::<usize>(), any::<u8>()), 0..4), prop::option::weighted(0.2, any::<usize>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = onnx::read(&bytes, "random.onnx");
    }

    #[test]
    fn mutated_models_never_panic((edits, cut) in edits()) {
        let mut bytes = MODEL.clone();
        for (at, value) in edits {
            let at = at % bytes.len();
            bytes[at] = bytes[at].wrapping_add(value);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut % bytes.len());
        }
        let samples = uniform(6, 4);
        let options = Options { bits: Some(6), ..Options::default() };
        if let Ok(quantized) = quantize(&bytes, "mutated.onnx", Some(&samples), &options) {
            quantized.graph.validate().unwrap();
        }
    }
}
