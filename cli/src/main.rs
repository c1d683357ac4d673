//! `verin`: exact inference of ONNX models, proved and verified.
//!
//! Thin commands over the crates. A command reads artifacts ([`artifacts`], [`inputs`], [`secrets`]), calls one crate, writes
//! whole files or none ([`files`]) and says what it did in lines or as JSON ([`output`]). Errors carry the exit code
//! ([`error`]); `docs/cli.md` has both tables.

mod artifacts;
mod commands;
mod demo;
mod error;
mod farm;
mod files;
mod hex;
mod inputs;
mod job;
mod keys;
mod machine;
mod network;
mod output;
mod report;
mod secrets;
mod statement;

use clap::{Parser, Subcommand};
use error::{CliError, Kind};
use output::Output;
use std::process::ExitCode;

const EXIT_CODES: &str = "\
Exit codes:
   0 done                            20 an artifact is damaged, of another kind or version
   1 doctor: something is lacking    21 artifacts do not belong together
   2 the command line                22 no seal in this key or proof
   3 a file cannot be read, written  30 SRS malformed          31 SRS too small
   4 the output exists (--force)     32 SRS not powers of tau  33 SRS not accepted by name
   5 the disk is full                40 the proof is rejected
   6 a file is too large             41 the proof is of something else than given
  10 not an ONNX model               42 private, cannot be compared
  11 operator not supported          50 no node, npm or anvil  51 the chain does not start
  12 dynamic dimension               52 the port is taken      53 the chain fails
  13 weight not finite               54 the demo saw what should not be
  14 the model cannot be proved      55 the queue fails     56 the coordinator fails
  15 samples or input unreadable     60 no key               61 no password, or another
  16 of another length or shape      62 no contracts         63 a contract refused
  17 not finite                      64 a job without output 65 a deployment's parameter
  18 input out of range              66 the audit is not passed
  19 too many inputs for a batch     70 a bug";

/// Exact inference of ONNX models, proved and verified.
#[derive(Debug, Parser)]
#[command(name = "verin", version, after_help = EXIT_CODES)]
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
    /// Turn an ONNX model into an exact integer program.
    Quantize(commands::quantize::Args),
    /// Exact integer inference, without a proof.
    Run(commands::run::Args),
    /// Make a prover's key and a verifier's record.
    Setup(commands::setup::Args),
    /// Prove inferences; several inputs are one batch.
    Prove(commands::prove::Args),
    /// Follow the chain, take jobs, have them proved, settle them: a prover operator's one process, or the head of a farm.
    Coordinator(Box<commands::coordinator::Args>),
    /// Join a farm: take work from a queue, prove it, hand it in.
    Prover(commands::prover::Args),
    /// Verify a proof, and say what it proves.
    Verify(commands::verify::Args),
    /// What to send to the contract.
    Calldata(commands::calldata::Args),
    /// Any artifact: what it is, sizes, digests, cost and gas estimate.
    Inspect(commands::inspect::Args),
    /// Accounts and their key files.
    Account(commands::account::Args),
    /// The contracts of a network: deploy them, find them.
    Contracts(commands::contracts::Args),
    /// Models in the network: store their artifacts, offer them, list what is on offer.
    Model(commands::model::Args),
    /// Request an inference, and pay for it.
    Request(commands::request::Args),
    /// Look at a job, deliver its input, end it.
    Job(commands::job::Args),
    /// What provers have at stake.
    Stake(commands::stake::Args),
    /// What a prover puts in, to be held while it holds jobs.
    #[command(subcommand)]
    Collateral(commands::money::Collateral),
    /// What the network pays for work.
    #[command(subcommand)]
    Rewards(commands::money::Rewards),
    /// What an account has.
    Balance(commands::money::LookArgs),
    /// Pay out what the market credits an account.
    Withdraw(commands::money::ActArgs),
    /// SRS files.
    Srs(commands::srs::Args),
    /// What this machine has and lacks for each command.
    Doctor(commands::doctor::Args),
    /// An independent verdict on a whole network, from its chain and published artifacts alone.
    Audit(commands::audit::Args),
    /// The whole story on a local chain: quantize, prove, settle, and what the network refuses.
    Demo(demo::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("error: this is a bug in verin {}: {panic}", env!("CARGO_PKG_VERSION"));
        eprintln!("please report it with the command line and, if you can, the files (SECURITY.md says how)");
    }));
    let internal = |_| Err(CliError::reported(Kind::Internal, "a bug, see above".into()));
    match std::panic::catch_unwind(|| run(cli, &output)).unwrap_or_else(internal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.code())
        }
    }
}

fn run(cli: Cli, output: &Output) -> Result<(), CliError> {
    if let Some(threads) = cli.threads {
        if !(1..=1024).contains(&threads) {
            return Err(CliError::new(Kind::Usage, format!("--threads: expected 1 to 1024, got {threads}")));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        pool.map_err(|e| CliError::new(Kind::Internal, e.to_string()))?;
    }
    match cli.command {
        Command::Quantize(args) => commands::quantize::run(args, output),
        Command::Run(args) => commands::run::run(args, output),
        Command::Setup(args) => commands::setup::run(args, output),
        Command::Prove(args) => commands::prove::run(args, output),
        Command::Coordinator(args) => commands::coordinator::run(*args, output),
        Command::Prover(args) => commands::prover::run(args, output),
        Command::Verify(args) => commands::verify::run(args, output),
        Command::Calldata(args) => commands::calldata::run(args, output),
        Command::Inspect(args) => commands::inspect::run(args, output),
        Command::Account(args) => commands::account::run(args, output),
        Command::Contracts(args) => commands::contracts::run(args, output),
        Command::Model(args) => commands::model::run(args, output),
        Command::Request(args) => commands::request::run(args, output),
        Command::Job(args) => commands::job::run(args, output),
        Command::Stake(args) => commands::stake::run(args, output),
        Command::Collateral(command) => commands::money::collateral(command, output),
        Command::Rewards(command) => commands::money::rewards(command, output),
        Command::Balance(args) => commands::money::balance(args, output),
        Command::Withdraw(args) => commands::money::withdraw(args, output),
        Command::Srs(args) => commands::srs::run(args, output),
        Command::Doctor(args) => commands::doctor::run(args, output),
        Command::Audit(args) => commands::audit::run(args, output),
        Command::Demo(args) => demo::run(args, output),
    }
}
