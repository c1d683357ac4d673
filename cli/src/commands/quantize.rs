//! `verin quantize`

use crate::error::{CliError, Kind};
use crate::files::{self, Destination, Staged};
use crate::output::Output;
use crate::report::{self, percent};
use crate::{hex, machine};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;
use verin_quantizer::report::{Report, plot, plot_svg};
use verin_quantizer::{Options, Samples, VqFile, calibrate, onnx, quantize_model};

/// What bits are chosen for, between accuracy and cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// An error of the output of at most 0.5 %.
    Accuracy,
    /// An error of the output of at most 2 %.
    Balanced,
    /// The cheapest with an error of at most 8 %, or of 25 % where classes stay the same.
    Speed,
}

impl From<Target> for calibrate::Target {
    fn from(target: Target) -> Self {
        match target {
            Target::Accuracy => Self::Accuracy,
            Target::Balanced => Self::Balanced,
            Target::Speed => Self::Speed,
        }
    }
}

/// Arguments of `quantize`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The model, ONNX.
    model: PathBuf,
    /// Real samples to calibrate with: .npz (array `x`, or one per input; labels `y` if there are any), .npy or .json.
    #[arg(long, value_name = "FILE")]
    samples: Option<PathBuf>,
    /// What bits are chosen for, value by value.
    #[arg(long, value_enum, default_value = "balanced", conflicts_with = "bits")]
    target: Target,
    /// The same bits for inputs, weights and activations, 4 to 16, instead of choosing.
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
    /// Draw the error of each layer: .html, with what was traded, or .svg.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Facts {
    model: String,
    plot: Option<String>,
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
    let plot = args.plot.map(|path| Plot::new(path, &destination, args.force)).transpose()?;
    let name = args.model.display().to_string();
    let bytes = files::read(&args.model, onnx::MAX_MODEL_BYTES)?;
    let model = onnx::read(&bytes, &name)?;
    drop(bytes);
    let samples = args.samples.as_deref().map(Samples::read).transpose()?;
    let test = args.test.as_deref().map(Samples::read).transpose()?;

    let progress = output.spinner(format!("quantizing {name}"));
    let started = Instant::now();
    let options = Options { bits: args.bits, target: args.target.into(), seed: args.seed };
    let quantized = quantize_model(&model, samples.as_ref(), &options)?;
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
    match &plot {
        Some(plot) => destination.stage(&file, false)?.publish_with(plot.stage(&report)?)?,
        None => destination.write(&file, false)?,
    }

    output.line(format_args!("wrote {} ({} bytes)", destination.path().display(), file.len()));
    if let Some(plot) = &plot {
        output.line(format_args!("wrote {}", plot.destination.path().display()));
    }
    output.fact("graph digest", &digest);
    report::print(&report, output);
    if let Some(Test { samples, float_accuracy, accuracy }) = &test {
        let (accuracy, float) = (percent(*accuracy), percent(*float_accuracy));
        output.fact("test accuracy", format_args!("{accuracy} (float {float}) on {samples} samples"));
    }
    output.result(&Facts {
        model: destination.path().display().to_string(),
        plot: plot.map(|plot| plot.destination.path().display().to_string()),
        bytes: file.len(),
        graph_digest: digest,
        quantize_ms,
        peak_rss_bytes: machine::peak_rss(),
        test,
        report,
    });
    Ok(())
}

/// A drawing of the report.
struct Plot {
    destination: Destination,
    draw: fn(&Report) -> String,
}

impl Plot {
    /// In the format that the file's name ends with; another file than the model.
    fn new(path: PathBuf, model: &Destination, force: bool) -> Result<Self, CliError> {
        let usage = |expected: &str| {
            let message = format!("--plot {}: expected {expected}", path.display());
            Err(CliError::new(Kind::Usage, message))
        };
        if path == model.path() {
            return usage("another file than the model's");
        }
        let draw = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => plot,
            Some("svg") => plot_svg,
            _ => return usage("a name that ends in .html or .svg"),
        };
        Ok(Self { destination: Destination::new(path, force)?, draw })
    }

    fn stage(&self, report: &Report) -> Result<Staged<'_>, CliError> {
        self.destination.stage((self.draw)(report).as_bytes(), false)
    }
}
