//! From a model to a verified statement, in every combination that a person can ask for.

#[path = "../../prover/tests/ptau_writer/mod.rs"]
mod ptau_writer;
mod support;

use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use support::{Place, fixture};

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
            "core_ms",
            "seal_ms",
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
