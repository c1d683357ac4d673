//! Accuracy and golden: the networks for handwritten digits on data they have not seen, for every target and number of bits.

mod common;

use common::repo;
use verin_quantizer::calibrate::Target;
use verin_quantizer::{Options, Quantized, Samples, VqFile, onnx, quantize};

const FLOAT_ACCURACY: f64 = 0.9733;

fn digits(bits: Option<u8>) -> Quantized {
    let bytes = std::fs::read(repo("models/mlp_digits.onnx")).unwrap();
    let samples = Samples::read(&repo("models/mlp_digits.calib.npz")).unwrap();
    quantize(&bytes, "mlp_digits.onnx", Some(&samples), &Options { bits, ..Options::default() }).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn accuracy_stays_within_half_a_point_of_float() {
    let test = Samples::read(&repo("models/mlp_digits.test.npz")).unwrap();
    for bits in [None, Some(8), Some(10), Some(12), Some(16)] {
        let accuracy = digits(bits).graph.accuracy(&test).unwrap().unwrap();
        assert!(accuracy >= FLOAT_ACCURACY - 0.005, "{bits:?}: {accuracy}");
    }
}

#[test]
fn default_fits_a_lookup_tree_of_2_to_the_11() {
    assert!(digits(None).report.cost.tree_log <= 11);
}

#[test]
fn golden_digest() {
    let quantized = digits(None);
    assert_eq!(hex(&quantized.graph.digest()), GOLDEN);
    let bytes = VqFile { graph: quantized.graph.clone(), report: quantized.report }.write();
    assert_eq!(VqFile::read(&bytes).unwrap().graph, quantized.graph);
}

const GOLDEN: &str = "f43913790f7d0f985b8b7bb7b0f3a16d5c6426c5fba64ae99b2ed22469de21e9";

#[test]
fn convolutions_lose_no_more() {
    let bytes = std::fs::read(repo("models/cnn_digits.onnx")).unwrap();
    let samples = Samples::read(&repo("models/cnn_digits.calib.npz")).unwrap();
    let test = Samples::read(&repo("models/cnn_digits.test.npz")).unwrap();
    let float = onnx::read(&bytes, "cnn_digits.onnx").unwrap().accuracy(&test).unwrap().unwrap();
    for target in Target::ALL {
        let options = Options { target, ..Options::default() };
        let quantized = quantize(&bytes, "cnn_digits.onnx", Some(&samples), &options).unwrap();
        let accuracy = quantized.graph.accuracy(&test).unwrap().unwrap();
        let lost = if target == Target::Speed { 0.03 } else { 0.005 };
        assert!(accuracy >= float - lost, "{target:?}: {accuracy} of {float}");
    }
}

#[test]
fn calibration_without_samples_is_reported_as_random() {
    let bytes = std::fs::read(repo("models/mlp_digits.onnx")).unwrap();
    let quantized = quantize(&bytes, "mlp_digits.onnx", None, &Options::default()).unwrap();
    assert!(quantized.report.random_calibration && quantized.report.calibration.contains("RANDOM"));
}
