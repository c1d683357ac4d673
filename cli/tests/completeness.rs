//! From a model to a verified statement, in every combination that a person can ask for.

#[path = "../../prover/tests/ptau_writer/mod.rs"]
mod ptau_writer;
mod support;

use prost::Message;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use support::{Place, fixture};
use verin_quantizer::onnx::proto::{
    DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto, data_type,
};

const CONTEXT: &str = "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn has(object: &Value, names: &[&str]) {
    for name in names {
        assert!(object.get(*name).is_some_and(|v| !v.is_null()), "no `{name}` in {object}");
    }
}

#[test]
fn completeness_public_sealed() {
    let place = Place::quantized();
    let input = fixture("mlp_digits.input.json");
    let setup = place.setup("k", "");
    has(&setup, &["key", "record", "record_hash", "model_digest", "srs_digest", "row_log", "batches", "setup_ms"]);
    assert_eq!(setup["insecure_srs"], json!(true));
    let run = place.json(&format!("run d.vq --input {input}"));
    has(&run, &["output", "output_int", "input_int", "execute_ms", "peak_rss_bytes"]);

    let proof = place.json(&format!("prove k --input {input} --context {CONTEXT} -o p.bin"));
    has(
        &proof,
        &[
            "output",
            "output_int",
            "commit_ms",
            "lookups_ms",
            "relations_ms",
            "claims_ms",
            "core_ms",
            "seal_ms",
            "opening_ms",
            "execute_ms",
            "load_ms",
            "prove_ms",
            "proof_bytes",
            "peak_rss_bytes",
            "batch",
            "record_hash",
        ],
    );
    assert_eq!(proof["output_int"], run["output_int"]);
    assert_eq!(proof["output"], run["output"]);
    assert_eq!(proof["record_hash"], setup["record_hash"]);
    assert_eq!(proof["batch"], json!(1));

    place.write("run.json", run.to_string());
    // Integers as `run` printed them, floats with the model; both name the same statement.
    let line = format!("verify k/record.bin p.bin --insecure-srs --context {CONTEXT}");
    let ints = place.json(&format!("{line} --input run.json --output run.json"));
    assert_eq!(ints["compared"], json!({"model": false, "context": true, "inputs": 1, "outputs": 1}));
    assert_eq!(ints["output"]["values"], run["output_int"]);
    assert_eq!(ints["zero_knowledge"], json!(true));
    place.write("floats.json", json!({ "output": run["output"] }).to_string());
    let floats = place.json(&format!("{line} --model d.vq --input {input} --output floats.json"));
    assert_eq!(floats["output_floats"], run["output"]);
    assert_eq!(floats["compared"]["model"], json!(true));

    let calldata = place.json("calldata k/record.bin p.bin");
    let hash = setup["record_hash"].as_str().unwrap();
    let text = calldata["calldata"].as_str().unwrap();
    assert!(text.starts_with("0x") && text.len() == 2 + 2 * calldata["bytes"].as_u64().unwrap() as usize);
    assert_eq!(format!("0x{}", &text[10..74]), hash);
    assert_eq!(format!("0x{}", &text[74..138]), CONTEXT);
    assert_eq!(place.verin("calldata k/record.bin p.bin").stdout.trim(), text);

    for (file, what) in [
        ("d.vq", "quantized model"),
        ("k/record.bin", "record"),
        ("k/prover.key", "prover key"),
        ("p.bin", "sealed proof"),
    ] {
        let inspected = place.json(&format!("inspect {file}"));
        assert!(inspected["what"].as_str().unwrap().starts_with(what), "{inspected}");
        assert_eq!(place.verin(&format!("inspect {file}")).code, 0);
    }
    let record = place.json("inspect k/record.bin");
    has(&record, &["record_hash", "b", "rows", "tree_log", "permutations", "batches"]);
    for name in ["mlp_digits.onnx", "mlp_digits.calib.npz", "mlp_digits.input.json"] {
        place.json(&format!("inspect {}", fixture(name)));
    }
}

#[test]
fn completeness_private_sealed() {
    let place = Place::quantized();
    let input = fixture("mlp_digits.input.json");
    place.setup("k", "--input private --output private");
    let proof = place.json(&format!("prove k --input {input} -o p.bin"));
    let mode = std::fs::metadata(place.path("p.bin.secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "secrets are for their owner");
    place.write("run.json", proof.to_string());
    let compared = place.json("verify k/record.bin p.bin --insecure-srs --input run.json --output run.json");
    assert_eq!(compared["compared"]["inputs"], json!(1));
    assert_eq!(compared["compared"]["outputs"], json!(1));
    assert_eq!(compared["input"]["visibility"], json!("private"));
    assert_eq!(compared["input"]["commitments"][0][0].as_str().unwrap().len(), 130);

    // Nothing shown and nothing compared says nothing.
    place.fails("verify k/record.bin p.bin --insecure-srs", 42, &["private", "--commitments-only"]);
    place.json("verify k/record.bin p.bin --insecure-srs --commitments-only");
    // Another input does not open the commitment; without the secrets nothing can be said.
    let mut other = proof.clone();
    other["input_int"][0][5] = json!(1 - other["input_int"][0][5].as_i64().unwrap().min(1));
    place.write("other.json", other.to_string());
    place.fails("verify k/record.bin p.bin --insecure-srs --input other.json", 41, &["commitment", "input"]);
    std::fs::rename(place.path("p.bin.secret"), place.path("away")).unwrap();
    place.fails("verify k/record.bin p.bin --insecure-srs --input run.json", 42, &["private", "p.bin.secret"]);
    place.json("verify k/record.bin p.bin --insecure-srs --input run.json --secret away");
}

#[test]
fn completeness_batch_of_three_fills_eight_slots() {
    let place = Place::quantized();
    let input = fixture("mlp_digits.input.json");
    place.setup("k", "--input private");
    let proof = place.json(&format!("prove k --input {input} --input {input} --input {input} -o p.bin"));
    assert_eq!(proof["batch"], json!(8));
    assert_eq!(proof["inferences"], json!(3));
    assert_eq!(proof["output_int"].as_array().unwrap().len(), 3);
    place.write("run.json", proof.to_string());
    let verified = place.json("verify k/record.bin p.bin --insecure-srs --input run.json --output run.json");
    assert_eq!(verified["batch"], json!(8));
    assert_eq!(verified["compared"]["inputs"], json!(3));
    assert_eq!(verified["output"]["values"].as_array().unwrap().len(), 8);
    place.json("calldata k/record.bin p.bin");
}

#[test]
fn completeness_unsealed_fast() {
    let place = Place::quantized();
    let input = fixture("mlp_digits.input.json");
    for (dir, options) in [("a", "--profile fast"), ("b", "--profile fast --input private --output private")] {
        place.setup(dir, options);
        let proof = place.json(&format!("prove {dir} --input {input} --unsealed"));
        assert_eq!(proof["sealed"], json!(false));
        place.write("run.json", proof.to_string());
        let line = format!("verify {dir}/record.bin {dir}/proof.bin --insecure-srs --input run.json --output run.json");
        assert_eq!(place.json(&line)["zero_knowledge"], json!(false));
        let inspected = place.json(&format!("inspect {dir}/proof.bin"));
        assert!(inspected["what"].as_str().unwrap().contains("NOT zero-knowledge"));
    }
    // The same key proves both ways under `chain`.
    place.setup("c", "");
    place.json(&format!("prove c --input {input} --unsealed"));
    place.json("verify c/record.bin c/proof.bin --insecure-srs");
}

#[test]
fn completeness_srs_from_a_file() {
    let place = Place::quantized();
    let input = fixture("mlp_digits.input.json");
    let path = place.path("tau.ptau");
    let tau = ark_bn254::Fr::from(0xfeed_beef_u64);
    ptau_writer::write(std::path::Path::new(&path), 20, tau, 1 << 13);
    place.json("setup d.vq --srs tau.ptau -o k");
    place.json(&format!("prove k --input {input} -o p.bin"));
    place.fails("verify k/record.bin p.bin", 33, &["SRS", "--srs"]);
    place.fails("verify k/record.bin p.bin --insecure-srs", 33, &["SRS", "--srs"]);
    let verified = place.json("verify k/record.bin p.bin --srs tau.ptau");
    assert_eq!(verified["insecure_srs"], json!(false));
    assert_eq!(place.json("inspect tau.ptau")["power"], json!(20));
    let other = place.path("other.ptau");
    ptau_writer::write(std::path::Path::new(&other), 20, tau + ark_bn254::Fr::from(1u64), 2);
    place.fails("verify k/record.bin p.bin --srs other.ptau", 21, &["other.ptau", "SRS"]);
    // Holes where powers should be.
    place.fails("srs check tau.ptau", 30, &["tau.ptau", "not a point"]);
}

#[test]
fn accuracy_of_the_digits_model() {
    let place = Place::new();
    let (model, samples, test) =
        (fixture("mlp_digits.onnx"), fixture("mlp_digits.calib.npz"), fixture("mlp_digits.test.npz"));
    let facts = place.json(&format!("quantize {model} --samples {samples} --test {test} -o d.vq"));
    let (float, int) = (facts["test"]["float_accuracy"].as_f64().unwrap(), facts["test"]["accuracy"].as_f64().unwrap());
    assert!((float - 0.9733).abs() < 1e-4 && (float - int).abs() <= 0.005, "{float} {int}");
    let ran = place.verin(&format!("quantize {model} -o random.vq"));
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("RANDOM SAMPLES"), "{}", ran.stderr);
}

#[test]
fn targets_trade_accuracy_for_cost() {
    let place = Place::new();
    let (model, samples) = (fixture("mlp_digits.onnx"), fixture("mlp_digits.calib.npz"));
    let quantize = |target: &str| {
        let facts = place.json(&format!("quantize {model} --samples {samples} {target} --force -o d.vq"));
        let report = &facts["report"];
        assert!(
            report["layers"].as_array().unwrap().iter().any(|l| l["bits"].is_u64() && l["relative_error"].is_f64())
        );
        let leaves = ["table_leaves", "range_leaves", "slot_leaves", "input_leaves"]
            .map(|kind| report["cost"][kind].as_u64().unwrap());
        (
            facts["graph_digest"].clone(),
            report["output_error"].as_f64().unwrap(),
            // What is compared in choosing: depth of the lookup tree, then its leaves.
            (report["cost"]["tree_log"].as_u64().unwrap(), leaves.into_iter().sum::<u64>()),
        )
    };
    let [accuracy, balanced, speed] = ["--target accuracy", "--target balanced", "--target speed"].map(quantize);
    assert!(accuracy.1 < balanced.1 && balanced.1 < speed.1, "{accuracy:?} {balanced:?} {speed:?}");
    assert!(accuracy.2 > balanced.2 && balanced.2 > speed.2, "{accuracy:?} {balanced:?} {speed:?}");
    assert_eq!(quantize(""), balanced, "balanced is the default");
    place.fails(&format!("quantize {model} --target balanced --bits 8 -o x.vq"), 2, &["--target", "--bits"]);

    // A person reads what was traded: the targets, and bits and error of each layer.
    let ran = place.verin(&format!("quantize {model} --samples {samples} -o text.vq"));
    for word in ["accuracy", "* balanced", "speed", "output error", "lookup leaves", "relative", "Relu"] {
        assert!(ran.stdout.contains(word), "no `{word}` in: {}", ran.stdout);
    }
}

#[test]
fn plots_are_files_of_their_own() {
    let place = Place::new();
    let (model, samples) = (fixture("mlp_digits.onnx"), fixture("mlp_digits.calib.npz"));
    for (plot, start) in [("p.html", "<!doctype html>"), ("p.svg", "<svg xmlns=")] {
        let facts = place.json(&format!("quantize {model} --samples {samples} --force -o d.vq --plot {plot}"));
        assert_eq!(facts["plot"], json!(plot));
        let text = String::from_utf8(place.read(plot)).unwrap();
        assert!(text.starts_with(start) && text.contains("Relu"), "{text}");
    }
    let quantize = format!("quantize {model} --samples {samples} -o e.vq");
    place.fails(&format!("{quantize} --plot p.html"), 4, &["p.html", "--force"]);
    place.fails(&format!("{quantize} --plot p.png"), 2, &["p.png", ".svg"]);
    place.fails(&format!("{quantize} --plot e.vq"), 2, &["e.vq"]);
    place.fails(&format!("{quantize} --plot none/p.svg"), 3, &["none"]);
}

/// `sum = a + b` and `more = relu(a - b)`.
fn two_inputs_and_outputs() -> Vec<u8> {
    let value = |name: &str| {
        let dim = [1, 3].map(|n| DimensionProto { dim_value: Some(n), dim_param: None }).to_vec();
        let tensor_type = Some(TensorTypeProto { elem_type: data_type::FLOAT, shape: Some(TensorShapeProto { dim }) });
        ValueInfoProto { name: name.into(), r#type: Some(TypeProto { tensor_type }) }
    };
    let node = |op: &str, inputs: &[&str], output: &str| NodeProto {
        op_type: op.into(),
        input: inputs.iter().map(|name| name.to_string()).collect(),
        output: vec![output.into()],
        ..Default::default()
    };
    let graph = GraphProto {
        node: vec![
            node("Add", &["a", "b"], "sum"),
            node("Sub", &["a", "b"], "difference"),
            node("Relu", &["difference"], "more"),
        ],
        input: vec![value("a"), value("b")],
        output: vec![value("sum"), value("more")],
        ..Default::default()
    };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 17 }];
    ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec()
}

#[test]
fn completeness_several_inputs_and_outputs() {
    let place = Place::new();
    place.write("two.onnx", two_inputs_and_outputs());
    place.write("in.json", r#"{"input_data": [[0.5, -0.25, 1.0], [0.25, 0.5, -1.0]]}"#);
    place.json("quantize two.onnx --samples in.json --bits 10 -o two.vq");
    let run = place.json("run two.vq --input in.json");
    assert_eq!(run["outputs"], json!([{"name": "sum", "dims": [1, 3]}, {"name": "more", "dims": [1, 3]}]));
    let expected = [0.75, 0.25, 0.0, 0.25, 0.0, 2.0];
    for (got, expected) in run["output"][0].as_array().unwrap().iter().zip(expected) {
        assert!((got.as_f64().unwrap() - expected).abs() < 0.01, "{}", run["output"]);
    }
    let text = place.verin("run two.vq --input in.json").stdout;
    assert!(text.contains("sum (integers)") && text.contains("more (integers)"), "{text}");

    place.write("out.json", json!({ "output": run["output"] }).to_string());

    place.json("setup two.vq --insecure-srs -o k --profile fast");
    place.json("prove k --input in.json --unsealed -o p");
    let verified = place.json("verify k/record.bin p --insecure-srs --model two.vq --input in.json --output out.json");
    assert_eq!(verified["compared"]["outputs"], json!(1));

    place.write("one.json", r#"{"input_data": [[0.5, -0.25, 1.0, 0.25, 0.5, -1.0]]}"#);
    place.fails("run two.vq --input one.json", 16, &["one.json", "[3, 3]"]);
    place.write("short.json", r#"{"input_data": [[0.5, -0.25, 1.0], [0.25, 0.5]]}"#);
    place.fails("run two.vq --input short.json", 16, &["short.json", "[3, 2]"]);
}
