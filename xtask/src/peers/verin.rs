//! Verin, by its own command line.

use super::Work;
use super::measure::{self, Run};
use super::row::{Row, System};
use crate::suite::Failed;
use serde_json::Value;
use std::process::Command;

/// Input private, output public.
pub(super) const SEALED: System = System { name: "Verin, sealed", hides: true, contract: true };
/// Input and output public.
pub(super) const UNSEALED: System = System { name: "Verin, unsealed", hides: false, contract: false };

pub(super) fn measure(work: &Work, sealed: bool) -> Result<Row, Failed> {
    let verin = |args: &[&str]| measure::measure(Command::new(program()?).arg("--json").args(args));
    let (onnx, samples, input) = (work.given(".onnx")?, work.given(".calib.npz")?, work.given(".input.json")?);
    let (vq, dir, proof) = (work.at("model.vq"), work.at("key"), work.at("proof.bin"));
    let mut row = Row::new(if sealed { SEALED } else { UNSEALED });
    let compile = verin(&["quantize", &onnx, "--samples", &samples, "-o", &vq, "--force"])?;
    let profile =
        if sealed { ["--profile", "chain", "--input", "private"] } else { ["--profile", "fast", "--input", "public"] };
    let setup = [&["setup", &vq, "--insecure-srs", "-o", &dir, "--force"], &profile[..]].concat();
    row.steps.compile = Some(compile.spent);
    row.steps.setup = Some(verin(&setup)?.spent);
    let mut prove = vec!["prove", &dir, "--input", &input, "-o", &proof, "--force"];
    if !sealed {
        prove.push("--unsealed");
    }
    let proved = work.repeat(|| verin(&prove))?;
    let record = work.at("key/record.bin");
    let verified = work.repeat(|| verin(&["verify", &record, &proof, "--insecure-srs"]))?;
    if facts(&verified)?["verified"] != true {
        return Err(Failed("verify: the proof was not accepted".into()));
    }
    let facts = facts(&proved)?;
    row.steps.prove = Some(proved.spent);
    row.steps.verify = Some(verified.spent);
    row.proof_bytes = facts["proof_bytes"].as_u64();
    row.output = facts["output"][0].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    Ok(row)
}

fn facts(run: &Run) -> Result<Value, Failed> {
    serde_json::from_str(&run.stdout).map_err(|e| Failed(format!("verin --json: {e}")))
}

/// Beside this program, whatever the target folder is.
fn program() -> Result<std::path::PathBuf, Failed> {
    let this = std::env::current_exe().map_err(|e| Failed(e.to_string()))?;
    Ok(this.with_file_name("verin"))
}
