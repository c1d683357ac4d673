//! `verin account`

use crate::error::CliError;
use crate::keys::{PasswordArgs, unlock};
use crate::output::Output;
use serde::Serialize;
use std::path::PathBuf;
use verin_contracts::handover::DeliveryKey;
use verin_contracts::keys;

/// Arguments of `account`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a new account and its encrypted key file.
    #[command(after_help = "\
Examples:
  verin account new --out owner.json                                # asks for a password, twice
  verin account new --out prover.json --password-file prover.pw     # for a machine

The file is a Web3 Secret Storage (version 3) file, mode 0600: other wallets read it. Choose a long password: it is what a thief of
the file has to guess. A file that exists is never replaced.")]
    New {
        /// Where the key file goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Make a delivery key: private inputs are encrypted to it, for a prover operator's coordinator and workers.
    Delivery {
        /// Where the key file goes, mode 0600. It is not encrypted: processes read it at their start.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The address of a key file.
    Show {
        /// The key file.
        file: PathBuf,
        /// Unlock it too, to see that the password is right and that the key is the address's.
        #[arg(long)]
        unlock: bool,
        #[command(flatten)]
        password: PasswordArgs,
    },
}

#[derive(Serialize)]
struct Facts {
    file: String,
    address: String,
    unlocked: bool,
}

#[derive(Serialize)]
struct DeliveryFacts {
    file: String,
    public: String,
}

/// Makes accounts and shows them.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let facts = match args.command {
        Command::New { out, password } => {
            if out.exists() {
                return Err(verin_contracts::ContractsError::Exists { path: out }.into());
            }
            let password = password.new_one(&out, output)?;
            let progress = output.spinner("encrypting the key");
            let address = keys::create(&out, &password)?;
            drop(progress);
            output.line(format_args!("wrote {}: keep it and its password, there is no other copy", out.display()));
            Facts { file: out.display().to_string(), address: address.to_string(), unlocked: false }
        }
        Command::Delivery { out } => {
            let public = DeliveryKey::create(&out)?.public();
            let facts = DeliveryFacts { file: out.display().to_string(), public: crate::hex::encode(&public) };
            output.line(format_args!("wrote {}", out.display()));
            output.fact("public key", &facts.public);
            output.result(&facts);
            return Ok(());
        }
        Command::Show { file, unlock: try_it, password } => {
            // Without an address in the file only the key itself tells.
            let (address, unlocked) = match keys::address(&file)?.filter(|_| !try_it) {
                Some(address) => (address, false),
                None => (unlock(&file, &password, output)?.address(), true),
            };
            Facts { file: file.display().to_string(), address: address.to_string(), unlocked }
        }
    };
    output.fact("address", &facts.address);
    if facts.unlocked {
        output.line("  the password is right, and the key is that of the address");
    }
    output.result(&facts);
    Ok(())
}
