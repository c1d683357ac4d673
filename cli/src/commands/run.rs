//! `verin run`

use crate::error::CliError;
use crate::output::Output;
use crate::statement::shorten;
use crate::{artifacts, inputs, machine};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;
use verin_quantizer::execute;
use verin_quantizer::ir::Part;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The quantized model.
    model: PathBuf,
    /// An input: .json, .npy or .npz; several make several inferences.
    #[arg(long, value_name = "INPUT", required = true)]
    input: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Facts {
    outputs: Vec<Named>,
    output: Vec<Vec<f64>>,
    output_int: Vec<Vec<i64>>,
    input_int: Vec<Vec<i64>>,
    execute_ms: f64,
    peak_rss_bytes: u64,
}

/// One output of a model: its cells follow those of the outputs before it.
#[derive(Serialize)]
pub(crate) struct Named {
    name: String,
    dims: Vec<u32>,
}

/// The outputs of a model, in order.
pub(crate) fn named(parts: &[Part]) -> Vec<Named> {
    parts.iter().map(|part| Named { name: part.name.clone(), dims: part.dims.clone() }).collect()
}

/// Runs a model, exactly as a proof would have it.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let graph = artifacts::model(&args.model)?.graph;
    let input_int = inputs::read_all(&args.input, &graph, output)?;
    let progress = output.bar("running", input_int.len() as u64);
    let started = Instant::now();
    let mut output_int = Vec::new();
    for input in &input_int {
        output_int.push(execute(&graph, input)?.output_real(&graph));
        progress.step();
    }
    let execute_ms = started.elapsed().as_secs_f64() * 1e3;
    drop(progress);
    let floats: Vec<Vec<f64>> = output_int.iter().map(|cells| graph.dequantize_output(cells)).collect();
    for (cells, floats) in output_int.iter().zip(&floats) {
        print(&graph.output.parts, cells, floats, output);
    }
    let outputs = named(&graph.output.parts);
    let peak_rss_bytes = machine::peak_rss();
    output.result(&Facts { outputs, output: floats, output_int, input_int, execute_ms, peak_rss_bytes });
    Ok(())
}

/// Prints an output: of each part of it, numbers, integers and where the largest is.
pub(crate) fn print(parts: &[Part], cells: &[i64], floats: &[f64], output: &Output) {
    let mut start = 0;
    for part in parts {
        let range = start..start + part.cells();
        start = range.end;
        let (cells, floats) = (cells.get(range.clone()).unwrap_or(&[]), floats.get(range).unwrap_or(&[]));
        let shown: Vec<String> = floats.iter().take(16).map(|v| format!("{v:.4}")).collect();
        let largest = cells.iter().enumerate().reduce(|best, v| if v.1 > best.1 { v } else { best });
        let name = if parts.len() > 1 { part.name.as_str() } else { "output" };
        output.fact(name, format_args!("{}{}", shown.join(" "), if floats.len() > 16 { " ..." } else { "" }));
        output.fact(&format!("{name} (integers)"), shorten(cells));
        output.fact("largest at", largest.map_or(0, |(at, _)| at));
    }
}
