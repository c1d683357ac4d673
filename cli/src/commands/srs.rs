//! `verin srs`

use crate::artifacts;
use crate::error::CliError;
use crate::hex;
use crate::output::Output;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;

/// Most powers that are checked: all that any key or verifier reads.
pub(super) const MOST: u64 = (1 << 20) + 1;

/// Arguments of `srs`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check a powers-of-tau file with pairings, and give its digest.
    Check {
        /// The file, as snarkjs writes it.
        file: PathBuf,
    },
}

#[derive(Serialize)]
struct Facts {
    file: String,
    power: u32,
    powers: u64,
    checked: u64,
    digest: String,
    insecure: bool,
    check_ms: f64,
}

/// Works on SRS files.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let Command::Check { file } = args.command;
    let mut ptau = artifacts::srs_file(&file)?;
    let progress = output.bar(format!("checking {}", file.display()), MOST);
    let started = Instant::now();
    let verifier = ptau.check(MOST, &mut |read| progress.at(read)).map_err(|e| artifacts::srs_error(&file, &e))?;
    drop(progress);
    let insecure = artifacts::is_insecure(&verifier.digest);
    let facts = Facts {
        file: file.display().to_string(),
        power: ptau.power(),
        powers: ptau.len(),
        checked: MOST,
        digest: hex::encode(&verifier.digest),
        insecure,
        check_ms: started.elapsed().as_secs_f64() * 1e3,
    };
    output.line(format_args!("{}: powers of one tau, checked with pairings", facts.file));
    output
        .fact("power", format_args!("{} ({} powers, the first {} checked)", facts.power, facts.powers, facts.checked));
    output.fact("digest", &facts.digest);
    output.line("  The check shows that the points are powers of one tau, not that nobody knows it: that rests on the ceremony.");
    if insecure {
        output.warn("this is the INSECURE development SRS, whose secret is published");
    }
    output.result(&facts);
    Ok(())
}
