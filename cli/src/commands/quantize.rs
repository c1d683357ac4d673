//! `verin quantize`

use crate::error::{CliError, Kind};
use crate::files::{self, Destination};
use crate::output::Output;
use crate::{hex, machine};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;
use verin_quantizer::report::Report;
use verin_quantizer::{Options, Samples, VqFile, onnx, quantize_model};

/// Arguments of `quantize`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The model, ONNX.
    model: PathBuf,
    /// Real samples to calibrate with: .npz (array `x`, labels `y` if there are any), .npy or .json.
    #[arg(long, value_name = "FILE")]
    samples: Option<PathBuf>,
    /// Bits of inputs, weights and activations, 4 to 16; chosen by cost and accuracy by default.
    #[arg(long, value_name = "N")]
    bits: Option<u8>,
    /// Samples with labels, on which the accuracy of the program and of the float model are compared.
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// Seed of random samples, where no samples are given.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the quantized model goes [default: MODEL.vq]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Facts {
    model: String,
    bytes: usize,
    graph_digest: String,
    quantize_ms: f64,
    peak_rss_bytes: u64,
    test: Option<Test>,
    report: Report,
}

#[derive(Serialize)]
struct Test {
    samples: usize,
    float_accuracy: f64,
    accuracy: f64,
}

/// Quantizes a model.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let path = args.output.unwrap_or_else(|| args.model.with_extension("vq"));
    let destination = Destination::new(path, args.force)?;
    let name = args.model.display().to_string();
    let bytes = files::read(&args.model, onnx::MAX_MODEL_BYTES)?;
    let model = onnx::read(&bytes, &name)?;
    drop(bytes);
    let samples = args.samples.as_deref().map(Samples::read).transpose()?;
    let test = args.test.as_deref().map(Samples::read).transpose()?;

    let progress = output.spinner(format!("quantizing {name}"));
    let started = Instant::now();
    let quantized = quantize_model(&model, samples.as_ref(), &Options { bits: args.bits, seed: args.seed })?;
    let quantize_ms = started.elapsed().as_secs_f64() * 1e3;
    drop(progress);
    let (graph, report) = (quantized.graph, quantized.report);
    let test = match (&test, &args.test) {
        (Some(samples), Some(file)) => {
            let _progress = output.spinner(format!("testing on {}", file.display()));
            let labelled = || {
                let message = format!("{}: --test needs labels: an array `y` beside `x`", file.display());
                CliError::new(Kind::Samples, message)
            };
            Some(Test {
                samples: samples.labels().map_or(0, <[i64]>::len),
                float_accuracy: model.accuracy(samples)?.ok_or_else(labelled)?,
                accuracy: graph.accuracy(samples)?.ok_or_else(labelled)?,
            })
        }
        _ => None,
    };
    if report.random_calibration {
        output.warn(
            "CALIBRATED ON RANDOM SAMPLES: scales do not come from real data, which may saturate or be coarse; pass --samples \
             FILE.npz with real ones",
        );
    }
    let digest = hex::encode(&graph.digest());
    let file = VqFile { graph, report: report.clone() }.write();
    destination.write(&file, false)?;

    output.line(format_args!("wrote {} ({} bytes)", destination.path().display(), file.len()));
    output.fact("graph digest", &digest);
    print(&report, output);
    if let Some(test) = &test {
        let percent = |fraction: f64| 100.0 * fraction;
        output.fact(
            "test accuracy",
            format_args!(
                "{:.2} % (float {:.2} %) on {} samples",
                percent(test.accuracy),
                percent(test.float_accuracy),
                test.samples
            ),
        );
    }
    output.result(&Facts {
        model: destination.path().display().to_string(),
        bytes: file.len(),
        graph_digest: digest,
        quantize_ms,
        peak_rss_bytes: machine::peak_rss(),
        test,
        report,
    });
    Ok(())
}

/// What a person wants to know of a quantized model.
pub(crate) fn print(report: &Report, output: &Output) {
    output.fact("calibration", &report.calibration);
    output.fact("samples", report.samples);
    output.fact("output error", format_args!("{:.4} (relative to the float model)", report.output_error));
    output.fact("argmax agreement", format_args!("{:.2} %", 100.0 * report.argmax_agreement));
    if let (Some(float), Some(accuracy)) = (report.float_accuracy, report.accuracy) {
        output.fact("accuracy", format_args!("{:.2} % (float {:.2} %)", 100.0 * accuracy, 100.0 * float));
    }
    if report.saturated_inputs > 0 {
        output.fact("saturated inputs", report.saturated_inputs);
    }
    let cost = &report.cost;
    output.fact("parameters", cost.parameters);
    output.fact("lookup leaves", format_args!("{} (tree 2^{})", cost.leaves(), cost.tree_log));
    output.line("  layer                    kind     shape        2^-e  max error   mean error");
    for layer in &report.layers {
        output.line(format_args!(
            "  {:<24} {:<8} {:<12} {:<5} {:<11.3e} {:.3e}",
            layer.name,
            layer.kind,
            format!("{}x{}", layer.rows, layer.cols),
            layer.exponent,
            layer.max_error,
            layer.mean_error
        ));
    }
}
