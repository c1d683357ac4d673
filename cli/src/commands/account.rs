//! `verin account`

use crate::error::{CliError, Kind};
use crate::keys::{PasswordArgs, unlock};
use crate::network::{self, NetworkArgs, block_on};
use crate::output::Output;
use serde::Serialize;
use std::path::{Path, PathBuf};
use verin_contracts::handover::DeliveryKey;
use verin_contracts::{amount, keys};

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
    /// Give an account ether and tokens, on a development chain.
    #[command(after_help = "\
Examples:
  verin account fund operator.json
  verin account fund 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 --tokens 500

The tokens are those of the development deployment's reserve (`verin contracts deploy` without --parameters), whose key anybody can
compute.")]
    Fund {
        /// A key file, or an address.
        who: String,
        /// How much, in whole tokens.
        #[arg(long, value_name = "AMOUNT", default_value = "100000")]
        tokens: String,
        #[command(flatten)]
        network: NetworkArgs,
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
        Command::Fund { who, tokens, network } => return fund(&who, &tokens, &network, output),
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

#[derive(Serialize)]
struct FundFacts {
    address: String,
    ether: String,
    tokens: String,
}

/// Gives an account what there is to give on a development chain.
fn fund(who: &str, tokens: &str, at: &NetworkArgs, output: &Output) -> Result<(), CliError> {
    let given = network::tokens("--tokens", tokens)?;
    let account = match Path::new(who).is_file() {
        true => keys::address(Path::new(who))?.ok_or_else(|| {
            let message = format!("{who}: the file does not have its address; name the address instead");
            CliError::new(Kind::Usage, message)
        })?,
        false => network::address("the account to fund (no file of this name is there)", who)?,
    };
    let facts = block_on(async {
        let contracts = at.develop("giving tokens", &["reserve"]).await?;
        contracts.network.fund(account).await?;
        contracts.transfer(verin_contracts::network::account("reserve"), account, given).await?;
        let held = contracts.balance(account).await?;
        let ether = amount::format(contracts.network.ether(account).await?);
        Ok(FundFacts { address: account.to_string(), ether, tokens: amount::format(held) })
    })?;
    output.fact("address", &facts.address);
    output.fact("ether", &facts.ether);
    output.fact("tokens", &facts.tokens);
    output.result(&facts);
    Ok(())
}
