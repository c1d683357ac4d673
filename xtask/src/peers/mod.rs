//! Verin beside other provers of ONNX inferences, all measured in one run on one machine: `OUT/peers.json` and `OUT/peers.md`.
//!
//! Every step is a whole process. The peers are pinned wheels of PyPI, installed under `target/peers`. What cannot be run is a row
//! with the reason.

mod ezkl;
mod jstprove;
mod measure;
mod row;
mod verin;

pub(crate) use measure::child;

use crate::python::Environment;
use crate::suite::{Failed, command, root};
use measure::{Run, Spent};
use row::{Row, System};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// Where environments and files of the peers go.
const FOLDER: &str = "target/peers";
/// Models, unless some are named.
const MODELS: [&str; 3] = ["mlp_digits", "lenet", "cnn_264k"];
/// Gigabytes that are only taken with `--large`.
const LARGE: f64 = 16.0;
/// A step is not run again after so many CPU seconds of it.
const ENOUGH_SECONDS: f64 = 60.0;

/// What is asked for.
struct Request<'a> {
    out: &'a Path,
    runs: usize,
    /// Also what takes more than [`LARGE`].
    large: bool,
    models: Vec<&'a str>,
}

/// A model, and where the files of one system on it go.
struct Work<'a> {
    model: &'a str,
    folder: PathBuf,
    runs: usize,
    large: bool,
}

/// `OUT [RUNS] [MODEL ..] [--large]`
pub(crate) fn run(args: &[&str]) -> Result<(), Failed> {
    let request = request(args)?;
    command("cargo", &["build", "--release", "--package", "verin-cli"])?;
    fs::create_dir_all(request.out).map_err(|e| Failed(format!("{}: {e}", request.out.display())))?;
    let ezkl = Environment::install(&format!("{FOLDER}/ezkl"), &ezkl::WHEELS);
    let jstprove = Environment::install(&format!("{FOLDER}/jstprove"), &jstprove::WHEELS);
    let mut rows = Vec::new();
    for model in &request.models {
        let expected = reference(&ezkl, model);
        let mut add = |system: System, measure: &dyn Fn(&Work) -> Result<Row, Failed>| {
            println!("{model}, {}", system.name);
            let work =
                Work { model, folder: root().join(FOLDER).join("work"), runs: request.runs, large: request.large };
            let row = work.fresh().and_then(|()| measure(&work)).unwrap_or_else(|why| Row::not_run(system, why.0));
            rows.push(row.of(model, expected.as_deref()));
        };
        add(verin::SEALED, &|work| verin::measure(work, true));
        add(verin::UNSEALED, &|work| verin::measure(work, false));
        add(ezkl::SYSTEM, &|work| ezkl::measure(work, ezkl.as_ref().map_err(Failed::again)?));
        add(jstprove::SYSTEM, &|work| jstprove::measure(work, jstprove.as_ref().map_err(Failed::again)?));
    }
    let _ = fs::remove_dir_all(root().join(FOLDER).join("work"));
    let machine = machine();
    let table = row::table(&rows, &machine, request.runs);
    let rows: Vec<_> = rows.iter().map(Row::json).collect();
    let json = json!({ "machine": machine, "runs": request.runs, "rows": rows });
    write(&request.out.join("peers.json"), &format!("{json:#}\n"))?;
    write(&request.out.join("peers.md"), &table)?;
    print!("\n{table}");
    Ok(())
}

fn request<'a>(args: &[&'a str]) -> Result<Request<'a>, Failed> {
    const USAGE: &str = "usage: cargo xtask bench --peers OUT [RUNS] [MODEL ..] [--large]";
    let large = args.contains(&"--large");
    let mut words = args.iter().copied().filter(|word| *word != "--large").peekable();
    let out = words.next().filter(|word| !word.starts_with('-')).ok_or_else(|| Failed(USAGE.into()))?;
    let runs = words.peek().and_then(|word| word.parse().ok());
    if runs.is_some() {
        words.next();
    }
    let mut models: Vec<&str> = words.collect();
    if models.is_empty() {
        models.extend(MODELS);
    }
    if runs == Some(0) || models.iter().any(|model| model.starts_with('-')) {
        return Err(Failed(USAGE.into()));
    }
    Ok(Request { out: Path::new(out), runs: runs.unwrap_or(3), large, models })
}

impl Work<'_> {
    /// A file of the model in `models/`.
    fn given(&self, suffix: &str) -> Result<String, Failed> {
        let path = format!("models/{}{suffix}", self.model);
        match Path::new(&path).exists() {
            true => Ok(root().join(path).display().to_string()),
            false => Err(Failed(format!("{path} is not there (python3 models/make_models.py {})", self.model))),
        }
    }

    /// A file of this work.
    fn at(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn size(&self, name: &str) -> Result<u64, Failed> {
        let path = self.folder.join(name);
        fs::metadata(&path).map(|m| m.len()).map_err(|e| Failed(format!("{}: {e}", path.display())))
    }

    fn json(&self, name: &str) -> Result<serde_json::Value, Failed> {
        let path = self.folder.join(name);
        let failed = |e: &dyn std::fmt::Display| Failed(format!("{}: {e}", path.display()));
        serde_json::from_str(&fs::read_to_string(&path).map_err(|e| failed(&e))?).map_err(|e| failed(&e))
    }

    /// Keys reach gigabytes: those of the system before go first.
    fn fresh(&self) -> Result<(), Failed> {
        let failed = |e| Failed(format!("{}: {e}", self.folder.display()));
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).map_err(failed)?;
        }
        fs::create_dir_all(&self.folder).map_err(failed)
    }

    /// Runs a step again and again: medians, and what the last one printed.
    fn repeat(&self, mut step: impl FnMut() -> Result<Run, Failed>) -> Result<Run, Failed> {
        let (mut spent, mut last) = (Vec::new(), step()?);
        spent.push(last.spent);
        while spent.len() < self.runs && spent.iter().map(|s| s.cpu).sum::<f64>() < ENOUGH_SECONDS {
            last = step()?;
            spent.push(last.spent);
        }
        Ok(Run { spent: Spent::median(&spent), ..last })
    }

    /// Refuses what would not fit in memory, for it would take the machine down.
    fn needs(&self, gigabytes: f64) -> Result<(), Failed> {
        match available() {
            Some(free) if free < gigabytes => {
                Err(Failed(format!("takes about {gigabytes:.0} GB of memory, and {free:.0} GB are available")))
            }
            _ if gigabytes > LARGE && !self.large => {
                Err(Failed(format!("takes about {gigabytes:.0} GB of memory: run with --large")))
            }
            _ => Ok(()),
        }
    }
}

/// onnxruntime's output for the model's input, if it can be read.
fn reference(environment: &Result<Environment, Failed>, model: &str) -> Option<Vec<f64>> {
    let path = format!("models/{model}.npz");
    let code =
        "import json, numpy, sys; print(json.dumps(numpy.load(sys.argv[1])['y'].astype(float).ravel().tolist()))";
    let run = environment.as_ref().ok()?.python(&["-c", code, &path]).ok()?;
    serde_json::from_str(&run.stdout).ok()
}

fn machine() -> serde_json::Value {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    json!({
        "cpu": model,
        "threads": std::thread::available_parallelism().map(usize::from).ok(),
        "memory_gb": gigabytes(&memory, "MemTotal:"),
    })
}

fn available() -> Option<f64> {
    gigabytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

fn gigabytes(memory: &str, name: &str) -> Option<f64> {
    let kilobytes = memory.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"))?;
    kilobytes.parse::<f64>().ok().map(|k| k * 1024.0 / 1e9)
}

fn write(path: &Path, text: &str) -> Result<(), Failed> {
    fs::write(path, text).map_err(|e| Failed(format!("{}: {e}", path.display())))
}
