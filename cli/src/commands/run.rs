//! `verin run`

use crate::error::CliError;
use crate::output::Output;
use crate::statement::shorten;
use crate::{artifacts, inputs, machine};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;
use verin_quantizer::execute;

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
    output: Vec<Vec<f64>>,
    output_int: Vec<Vec<i64>>,
    input_int: Vec<Vec<i64>>,
    execute_ms: f64,
    peak_rss_bytes: u64,
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
        print(cells, floats, output);
    }
    output.result(&Facts { output: floats, output_int, input_int, execute_ms, peak_rss_bytes: machine::peak_rss() });
    Ok(())
}

/// Prints an output.
pub(crate) fn print(cells: &[i64], floats: &[f64], output: &Output) {
    let shown: Vec<String> = floats.iter().take(16).map(|v| format!("{v:.4}")).collect();
    let largest = cells.iter().enumerate().reduce(|best, v| if v.1 > best.1 { v } else { best });
    output.fact("output", format_args!("{}{}", shown.join(" "), if floats.len() > 16 { " ..." } else { "" }));
    output.fact("output (integers)", shorten(cells));
    output.fact("largest at", largest.map_or(0, |(at, _)| at));
}
