//! `verin`: exact inference of ONNX models, proved and verified.

mod demo;
mod error;
mod output;

use clap::{Parser, Subcommand};
use error::CliError;
use output::Output;
use std::process::ExitCode;

/// Exact inference of ONNX models, proved and verified.
#[derive(Debug, Parser)]
#[command(name = "verin", version)]
struct Cli {
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    json: bool,
    /// Threads to use; all cores by default.
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole story on a local chain: quantize, prove, settle, and what the network refuses.
    Demo(demo::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    match run(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.code())
        }
    }
}

fn run(cli: Cli, output: &Output) -> Result<(), CliError> {
    match cli.command {
        Command::Demo(args) => demo::run(args, output),
    }
}
