//! EZKL: input private, parameters fixed, output public, its default calibration, on the model's input. The SRS is made here, and not
//! timed.

use super::Work;
use super::row::{Row, System};
use crate::python::Environment;
use crate::suite::{Failed, root};
use serde_json::Value;

pub(super) const WHEELS: [&str; 2] = ["ezkl==23.0.5", "numpy==2.2.6"];
pub(super) const SYSTEM: System = System { name: "EZKL 23.0.5", hides: true, contract: true };
/// Memory that setup and proving take for a row of the circuit, as measured on circuits of 2^19 and 2^20 rows.
const BYTES_PER_ROW: f64 = 21e3;

pub(super) fn measure(work: &Work, environment: &Environment) -> Result<Row, Failed> {
    let script = root().join("xtask/src/peers/ezkl_step.py").display().to_string();
    let (onnx, input, folder) = (work.given(".onnx")?, work.given(".input.json")?, work.at(""));
    let step = |name: &str| {
        let done = environment.python(&[&script, name, &folder, &onnx, &input]);
        done.map_err(|e| Failed(format!("{name}: {e}")))
    };
    let mut row = Row::new(SYSTEM);
    row.steps.compile = Some(step("compile")?.spent);
    let log_rows = work.json("settings.json")?["run_args"]["logrows"].as_f64();
    let log_rows = log_rows.ok_or_else(|| Failed("settings.json: no run_args.logrows".into()))?;
    work.needs(BYTES_PER_ROW * log_rows.exp2() / 1e9)?;
    step("srs")?;
    row.steps.setup = Some(step("setup")?.spent);
    row.steps.witness = Some(step("witness")?.spent);
    row.steps.prove = Some(work.repeat(|| step("prove"))?.spent);
    row.steps.verify = Some(work.repeat(|| step("verify"))?.spent);
    let proof = work.json("proof.json")?;
    row.proof_bytes = proof["proof"].as_array().map(|bytes| bytes.len() as u64);
    // It writes floats as strings.
    let output = proof["pretty_public_inputs"]["rescaled_outputs"][0].as_array().into_iter().flatten();
    row.output = output.filter_map(Value::as_str).filter_map(|v| v.parse().ok()).collect();
    Ok(row)
}
