//! Whole commands on the models in `models/`, as a user runs them: `verin-bench OUT [RUNS [MODEL ..]]` writes `OUT/bench.json` and `OUT/bench.md`.
//!
//! Proving seconds come from `prove --json`; CPU and wall seconds are of whole processes; gas is of whole transactions on a local
//! chain. Every proof is verified. Models that are not there (the large ones are made by `models/make_models.py`) are named and left out. Further arguments
//! name the models to measure.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

mod curves;

type Failure = Box<dyn Error>;

/// Model, and bit widths beside the default.
const MODELS: [(&str, &[u8]); 13] = [
    ("mlp_digits", &[8, 10, 12, 16]),
    ("cnn_digits", &[8]),
    ("lenet", &[8, 10, 12]),
    ("cnn_264k", &[8]),
    ("mobilenet_v2", &[]),
    ("resnet20", &[]),
    ("vgg11", &[]),
    ("mlp_4m", &[8]),
    ("cnn_curve_4", &[]),
    ("cnn_curve_8", &[]),
    ("cnn_curve_16", &[]),
    ("cnn_curve_32", &[]),
    ("cnn_curve_64", &[]),
];

/// Parts of proving, as `prove --json` names them, in the order of the report.
const STAGES: [&str; 7] = ["execute", "commit", "lookups", "relations", "claims", "seal", "opening"];

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let out = PathBuf::from(args.next().ok_or("usage: verin-bench OUT [RUNS [MODEL ..]]")?);
    let runs: usize = args.next().map_or(Ok(5), |n| n.parse())?;
    fs::create_dir_all(&out)?;
    let built = std::env::current_exe()?;
    let bench =
        Bench { tools: built.parent().ok_or("no folder of programs")?.to_path_buf(), runs, work: tempfile::tempdir()? };
    let mut rows = Vec::new();
    let wanted: Vec<String> = args.collect();
    for (model, widths) in
        MODELS.into_iter().filter(|(model, _)| wanted.is_empty() || wanted.iter().any(|w| w == model))
    {
        let onnx = PathBuf::from(format!("models/{model}.onnx"));
        if !onnx.exists() {
            eprintln!("{model}: left out, {} is not there (python3 models/make_models.py {model})", onnx.display());
            continue;
        }
        for bits in std::iter::once(None).chain(widths.iter().copied().map(Some)) {
            for profile in ["fast", "chain"] {
                eprintln!("{model}, {} bits, {profile}", bits.map_or("default".into(), |b| b.to_string()));
                rows.push(bench.measure(model, &onnx, bits, profile)?);
            }
        }
    }
    let threads = std::thread::available_parallelism()?.get();
    fs::write(
        out.join("bench.json"),
        serde_json::to_string_pretty(&json!({ "threads": threads, "runs": runs, "rows": rows }))?,
    )?;
    fs::write(out.join("bench.md"), table(&rows, threads, runs))?;
    fs::write(out.join("curves.svg"), curves::plot(&rows))?;
    print!("{}", table(&rows, threads, runs));
    Ok(())
}

struct Bench {
    tools: PathBuf,
    runs: usize,
    work: tempfile::TempDir,
}

/// One process: what it printed, and its seconds.
struct Ran {
    facts: Value,
    wall: f64,
    cpu: f64,
}

impl Bench {
    fn measure(&self, model: &str, onnx: &Path, bits: Option<u8>, profile: &str) -> Result<Value, Failure> {
        let at = |name: &str| self.work.path().join(name).display().to_string();
        let (vq, dir, proof) = (at("model.vq"), at("key"), at("proof.bin"));
        let samples = format!("models/{model}.calib.npz");
        let input = format!("models/{model}.input.json");
        let onnx = onnx.display().to_string();
        let width = bits.map(|b| b.to_string());
        let mut quantize = vec!["quantize", &onnx, "--samples", &samples, "-o", &vq, "--force"];
        if let Some(width) = &width {
            quantize.extend(["--bits", width]);
        }
        let quantized = self.verin(&quantize)?;
        let setup = self.verin(&["setup", &vq, "--insecure-srs", "--profile", profile, "-o", &dir, "--force"])?;
        let mut prove = vec!["prove", &dir, "--input", &input, "-o", &proof, "--force"];
        if profile == "fast" {
            prove.push("--unsealed");
        }
        let record = format!("{dir}/record.bin");
        let verify = ["verify", &record, &proof, "--insecure-srs"];
        let (mut proved, mut verified) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            proved.push(self.verin(&prove)?);
            verified.push(self.verin(&verify)?);
        }
        let gas = if profile == "chain" { Some(self.gas(&dir, &record, &proof, &input)?) } else { None };
        let facts = |name: &str| median(proved.iter().map(|r| r.facts[name].as_f64().unwrap_or(f64::NAN)));
        let stages: serde_json::Map<String, Value> =
            STAGES.iter().map(|stage| (stage.to_string(), json!(facts(&format!("{stage}_ms")) / 1e3))).collect();
        let cost = &quantized.facts["report"]["cost"];
        Ok(json!({
            "model": model, "bits": bits, "profile": profile,
            "parameters": cost["parameters"], "products": cost["products"],
            "stages_s": stages,
            "core_s": facts("core_ms") / 1e3,
            "prove_s": (facts("execute_ms") + facts("core_ms") + facts("seal_ms") + facts("opening_ms")) / 1e3,
            "prove_process_s": median(proved.iter().map(|r| r.wall)),
            "prove_cpu_s": median(proved.iter().map(|r| r.cpu)),
            "peak_rss_bytes": facts("peak_rss_bytes"),
            "proof_bytes": facts("proof_bytes"),
            "verify_ms": median(verified.iter().map(|r| r.facts["verify_ms"].as_f64().unwrap_or(f64::NAN))),
            "verify_process_s": median(verified.iter().map(|r| r.wall)),
            "setup_s": setup.wall,
            "gas": gas.as_ref().map(|g| g.0),
            "gas_per_inference_of_32": gas.as_ref().map(|g| g.1),
        }))
    }

    /// Gas of a whole verify transaction: one inference, and one of a batch of 32.
    fn gas(&self, dir: &str, record: &str, proof: &str, input: &str) -> Result<(u64, u64), Failure> {
        let batch = self.work.path().join("batch.bin").display().to_string();
        let mut prove = vec!["prove", dir, "-o", &batch, "--force"];
        for _ in 0..32 {
            prove.extend(["--input", input]);
        }
        self.verin(&prove)?;
        let text = run(Command::new(self.tools.join("examples/gas")).args([record, proof, &batch]))?;
        let gas = text.lines().map(|line| Ok(serde_json::from_str::<Value>(line)?["gas"].as_u64().ok_or("no gas")?));
        match gas.collect::<Result<Vec<u64>, Failure>>()?[..] {
            [one, all] => Ok((one, all / 32)),
            _ => Err("the gas example printed something else".into()),
        }
    }

    fn verin(&self, args: &[&str]) -> Result<Ran, Failure> {
        let (before, started) = (children_seconds()?, Instant::now());
        let text = run(Command::new(self.tools.join("verin")).arg("--json").args(args))?;
        let (wall, cpu) = (started.elapsed().as_secs_f64(), children_seconds()? - before);
        Ok(Ran { facts: serde_json::from_str(&text)?, wall, cpu })
    }
}

fn run(command: &mut Command) -> Result<String, Failure> {
    let done = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{command:?}: {}\n{}", done.status, String::from_utf8_lossy(&done.stderr)).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// User and system seconds of all children that ended.
fn children_seconds() -> Result<f64, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |t: TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn table(rows: &[Value], threads: usize, runs: usize) -> String {
    let mut out = format!(
        "Medians of {runs} runs, {threads} threads. Seconds are wall unless they say CPU; gas is of whole verify transactions.\n\n"
    );
    out += "| model | bits | profile | core s | prove s | process s | CPU s | peak MB | proof bytes | verify ms | setup s | gas | gas, 1 of 32 |\n";
    out += "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for row in rows {
        let number = |key: &str, scale: f64, digits: usize| match row[key].as_f64() {
            Some(value) => format!("{:.digits$}", value * scale),
            None => "-".into(),
        };
        let bits = row["bits"].as_u64().map_or("default".into(), |b| b.to_string());
        out += &format!(
            "| {} | {bits} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            row["model"].as_str().unwrap_or("?"),
            row["profile"].as_str().unwrap_or("?"),
            number("core_s", 1.0, 4),
            number("prove_s", 1.0, 3),
            number("prove_process_s", 1.0, 3),
            number("prove_cpu_s", 1.0, 3),
            number("peak_rss_bytes", 1e-6, 0),
            number("proof_bytes", 1.0, 0),
            number("verify_ms", 1.0, 1),
            number("setup_s", 1.0, 2),
            number("gas", 1.0, 0),
            number("gas_per_inference_of_32", 1.0, 0),
        );
    }
    out += "\nSeconds of each stage of proving, and what the model holds and multiplies.\n\n";
    out += &format!("| model | bits | profile | parameters | products | {} |\n", STAGES.join(" | "));
    out += &format!("|---|---|---|---|---|{}\n", "---|".repeat(STAGES.len()));
    for row in rows {
        let stage = |name: &&str| row["stages_s"][*name].as_f64().map_or("-".into(), |s| format!("{s:.3}"));
        out += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            row["model"].as_str().unwrap_or("?"),
            row["bits"].as_u64().map_or("default".into(), |b| b.to_string()),
            row["profile"].as_str().unwrap_or("?"),
            row["parameters"],
            row["products"],
            STAGES.iter().map(stage).collect::<Vec<_>>().join(" | "),
        );
    }
    out
}
