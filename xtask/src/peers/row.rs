//! One system on one model, and the table.

use super::measure::Spent;
use serde_json::{Value, json};

/// A prover, and what its proofs are.
#[derive(Clone, Copy)]
pub(super) struct System {
    pub(super) name: &'static str,
    /// Whether the proof hides the input.
    pub(super) hides: bool,
    /// Whether a contract can verify it.
    pub(super) contract: bool,
}

/// Steps, each a whole process.
#[derive(Default)]
pub(super) struct Steps {
    /// From the ONNX file to a circuit: quantization, calibration.
    pub(super) compile: Option<Spent>,
    /// Keys.
    pub(super) setup: Option<Spent>,
    /// Execution, where it is a process of its own.
    pub(super) witness: Option<Spent>,
    pub(super) prove: Option<Spent>,
    pub(super) verify: Option<Spent>,
}

/// One system on one model.
pub(super) struct Row {
    model: String,
    system: System,
    pub(super) steps: Steps,
    pub(super) proof_bytes: Option<u64>,
    /// What the proof is of, as floats.
    pub(super) output: Vec<f64>,
    /// Largest difference from onnxruntime's output.
    max_error: Option<f64>,
    /// Why it was not run, or not to the end.
    not_run: Option<String>,
}

impl Row {
    pub(super) fn new(system: System) -> Self {
        Self {
            model: String::new(),
            system,
            steps: Steps::default(),
            proof_bytes: None,
            output: Vec::new(),
            max_error: None,
            not_run: None,
        }
    }

    pub(super) fn not_run(system: System, why: String) -> Self {
        Self { not_run: Some(why), ..Self::new(system) }
    }

    /// The row, of this model, whose output should be this.
    pub(super) fn of(self, model: &str, expected: Option<&[f64]>) -> Self {
        let comparable = expected.filter(|e| e.len() == self.output.len());
        let differences = comparable.map(|e| e.iter().zip(&self.output).map(|(a, b)| (a - b).abs()));
        Self { max_error: differences.and_then(|d| d.reduce(f64::max)), model: model.into(), ..self }
    }

    pub(super) fn json(&self) -> Value {
        let System { name, hides, contract } = self.system;
        let Steps { compile, setup, witness, prove, verify } = &self.steps;
        let step = |spent: &Option<Spent>| {
            spent.map(|s| json!({ "wall_s": s.wall, "cpu_s": s.cpu, "peak_rss_bytes": s.peak }))
        };
        json!({
            "model": self.model, "system": name, "hides_input": hides, "contract_verifies": contract,
            "compile": step(compile), "setup": step(setup), "witness": step(witness), "prove": step(prove),
            "verify": step(verify), "proof_bytes": self.proof_bytes, "max_error": self.max_error, "not_run": self.not_run,
        })
    }

    fn line(&self) -> String {
        let System { name, hides, contract } = self.system;
        let yes = |holds| if holds { "yes" } else { "no" };
        let head = format!("| {} | {name} | {} | {} |", self.model, yes(hides), yes(contract));
        if let Some(why) = &self.not_run {
            return format!("{head} not run: {} | | | | | | | | |\n", why.replace('|', "/").replace('\n', " "));
        }
        let number = |value: Option<f64>, digits: usize| value.map_or("-".into(), |v| format!("{v:.digits$}"));
        let cpu = |step: Option<Spent>| number(step.map(|s| s.cpu), 2);
        let Steps { compile, setup, witness, prove, verify } = self.steps;
        format!(
            "{head} {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            cpu(compile),
            cpu(setup),
            cpu(witness),
            cpu(prove),
            number(prove.map(|s| s.wall), 2),
            number(prove.map(|s| s.peak / 1e6), 0),
            number(verify.map(|s| s.cpu * 1e3), 0),
            self.proof_bytes.map_or("-".into(), |bytes| bytes.to_string()),
            self.max_error.map_or("-".into(), |e| format!("{e:.1e}")),
        )
    }
}

pub(super) fn table(rows: &[Row], machine: &Value, runs: usize) -> String {
    let mut out = format!(
        "{}, {} threads, {:.0} GB. Every step is a whole process; prove and verify are medians of up to {runs} runs. Keys of all\n\
         systems rest on development parameters: EZKL's are made beforehand, Verin's within its setup.\n\n",
        machine["cpu"].as_str().unwrap_or("unknown processor"),
        machine["threads"],
        machine["memory_gb"].as_f64().unwrap_or(f64::NAN),
    );
    out += "| model | system | hides input | contract verifies | compile CPU s | setup CPU s | witness CPU s | prove CPU s | prove s | prove peak MB | verify CPU ms | proof bytes | max error |\n";
    out += "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    out.extend(rows.iter().map(Row::line));
    out
}
