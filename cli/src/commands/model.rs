//! `verin model`

use crate::artifacts::{self, KEY, RECORD};
use crate::error::{CliError, Kind};
use crate::keys::KeyArgs;
use crate::network::{NetworkArgs, block_on};
use crate::output::Output;
use serde::Serialize;
use std::path::{Path, PathBuf};
use verin_artifacts::Artifacts;
use verin_circuits::artifact::RecordFile;
use verin_circuits::weights::Weights;
use verin_contracts::deploy::Contracts;
use verin_contracts::listings::Offer;
use verin_contracts::{Address, B256, U256, amount};
use verin_quantizer::VqFile;
use verin_quantizer::report::Report;

/// What the network keeps of every price, in 1/10,000: an owner's share can be the rest.
const MOST_SHARE: u16 = 9_900;

/// Arguments of `model`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Store what provers and auditors need of a model, by the hash of its record.
    Publish(PublishArgs),
    /// Offer inferences of a model for a price.
    Register(RegisterArgs),
    /// All models on offer.
    List(NetworkArgs),
}

/// Arguments of `model publish`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  verin model publish digits.keys --artifacts /srv/artifacts
  verin model publish digits.keys --artifacts /srv/artifacts --artifacts s3://bucket/models

A place is a folder or an S3-compatible bucket, whose keys come from AWS_ACCESS_KEY_ID and the like. What goes there is public: the
record file, and the program where weights are published. With private weights nobody but the owner has the program.")]
struct PublishArgs {
    /// Folder with record.bin and prover.key, made by `setup`.
    dir: PathBuf,
    /// The quantized model, to store its report too; by default the program in prover.key, without one.
    #[arg(long, value_name = "MODEL.vq")]
    model: Option<PathBuf>,
    /// Where to: a folder, or s3://BUCKET/PREFIX; several are mirrors.
    #[arg(long, value_name = "PLACE", required = true)]
    artifacts: Vec<String>,
}

/// Arguments of `model register`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  verin model register digits.keys --key owner.json --price 1.5 --owner-share 20 --about https://example.org/digits
  verin model register digits.keys --key owner.json --price 1.5 --artifacts /srv/artifacts

Puts the record on the chain, unless it is there; shows private weights to be in their ranges, once; stores artifacts, where a place is
given; and lists the model: the listing is a token of the account. Run again with the same terms it finds the listing that there is.")]
struct RegisterArgs {
    /// Folder with record.bin, made by `setup`.
    dir: PathBuf,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Price of an inference, in whole tokens, such as 1.5.
    #[arg(long, value_name = "AMOUNT")]
    price: String,
    /// The owner's share of the price, in percent with at most two decimals; the prover has the rest, but for a fee of 1 %.
    #[arg(long, value_name = "PERCENT", default_value = "20")]
    owner_share: String,
    /// Where to learn about the model.
    #[arg(long, value_name = "URI", default_value = "")]
    about: String,
    /// Store artifacts there too, as `model publish` does.
    #[arg(long, value_name = "PLACE")]
    artifacts: Vec<String>,
    /// The quantized model, as for `model publish`.
    #[arg(long, value_name = "MODEL.vq")]
    model: Option<PathBuf>,
}

#[derive(Serialize)]
struct Published {
    record_hash: B256,
    weights: &'static str,
    program: bool,
    places: Vec<String>,
}

#[derive(Serialize)]
struct Registered {
    listing: String,
    record_hash: B256,
    owner: Address,
    price: String,
    owner_share_percent: String,
    about: String,
    record_was_there: bool,
    listing_was_there: bool,
    artifacts: Vec<String>,
    gas: u64,
}

#[derive(Serialize)]
struct Listed {
    listing: String,
    record_hash: B256,
    owner: Address,
    price: String,
    owner_share_percent: String,
    deprecated: bool,
    private_input: bool,
    input_bytes: u32,
    output_bytes: u32,
    payment_token: Option<Address>,
    about: String,
    jobs: u64,
}

/// Works on models in the network.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    match args.command {
        Command::Publish(args) => block_on(publish(args, output)),
        Command::Register(args) => block_on(register(args, output)),
        Command::List(network) => block_on(list(&network, output)),
    }
}

async fn publish(args: PublishArgs, output: &Output) -> Result<(), CliError> {
    let record = artifacts::record(&args.dir.join(RECORD))?;
    store(&args.dir, &record, args.model.as_deref(), &args.artifacts, output).await?;
    let facts = Published {
        record_hash: record.record.hash().into(),
        weights: artifacts::weights(&record.record),
        program: matches!(record.weights, Weights::Published { .. }),
        places: args.artifacts,
    };
    output.line(format_args!("stored the model of record {}", facts.record_hash));
    output.fact("weights", facts.weights);
    for place in &facts.places {
        output.fact("place", place);
    }
    output.result(&facts);
    Ok(())
}

/// Stores a model at every place.
async fn store(
    dir: &Path,
    record: &RecordFile,
    model: Option<&Path>,
    places: &[String],
    output: &Output,
) -> Result<(), CliError> {
    let store = Artifacts::open(places)?;
    let progress = output.spinner("reading the program");
    let program = match (&record.weights, model) {
        (Weights::Private(_), _) => None,
        (Weights::Published { .. }, Some(path)) => {
            let program = artifacts::model(path)?;
            artifacts::same_model(record, &program.graph, path)?;
            Some(program)
        }
        (Weights::Published { .. }, None) => {
            let path = dir.join(KEY);
            let graph = artifacts::key(&path)?.graph;
            artifacts::same_model(record, &graph, &path)?;
            Some(VqFile { graph, report: Report::default() })
        }
    };
    progress.say("storing artifacts");
    store.publish(record, program.as_ref()).await?;
    Ok(())
}

async fn register(args: RegisterArgs, output: &Output) -> Result<(), CliError> {
    let price = amount::parse_price("--price", &args.price)?;
    let share = percent("--owner-share", &args.owner_share)?;
    let path = args.dir.join(RECORD);
    let record = artifacts::record(&path)?;
    if record.record.flags.fast {
        let message = format!(
            "{}: of profile fast: contracts accept sealed proofs only; set up with --profile chain",
            path.display()
        );
        return Err(CliError::new(Kind::NoSeal, message));
    }
    let session = args.network.sign(&args.key, output).await?;
    let (contracts, owner) = (&session.contracts, session.account);
    same_srs(contracts, &record, &path).await?;
    if !args.artifacts.is_empty() {
        store(&args.dir, &record, args.model.as_deref(), &args.artifacts, output).await?;
    }
    let progress = output.spinner("publishing the record");
    let published = contracts.ensure_published(owner, &record).await?;
    progress.say("listing the model");
    let found = contracts.own_listing(published.record, owner, price, share).await?;
    let (listing, list_gas) = match found {
        Some(listing) => (listing, 0),
        None => contracts.list(owner, published.record, price, share, &args.about).await?,
    };
    drop(progress);
    let facts = Registered {
        listing: listing.to_string(),
        record_hash: published.record,
        owner,
        price: amount::format(U256::from(price)),
        owner_share_percent: bps(share),
        about: args.about,
        record_was_there: published.was_there,
        listing_was_there: found.is_some(),
        artifacts: args.artifacts,
        gas: published.gas + list_gas,
    };
    let there = |was: bool| if was { "was there" } else { "new" };
    output.line(format_args!("listing {} ({})", facts.listing, there(facts.listing_was_there)));
    output.fact("record hash", format_args!("{} ({})", facts.record_hash, there(facts.record_was_there)));
    output.fact("owner", facts.owner);
    output.fact("price", format_args!("{} {}", facts.price, amount::SYMBOL));
    output.fact("owner's share", format_args!("{} %", facts.owner_share_percent));
    output.fact("gas", facts.gas);
    output.line(format_args!("request an inference with: verin request --listing {} --input FILE", facts.listing));
    output.result(&facts);
    Ok(())
}

/// Under another SRS no seal of this record would ever be accepted.
async fn same_srs(contracts: &Contracts, record: &RecordFile, path: &Path) -> Result<(), CliError> {
    let expected = contracts.network.view("reading the SRS", contracts.seals.srsDigest()).await?;
    let got = B256::from(record.record.srs_digest);
    if expected == got {
        return Ok(());
    }
    let message = format!(
        "{}: rests on another SRS than the network's verifier: expected digest {expected}, got {got}; set the model up with the network's",
        path.display()
    );
    Err(CliError::new(Kind::Mismatch, message))
}

async fn list(network: &NetworkArgs, output: &Output) -> Result<(), CliError> {
    let contracts = network.read().await?;
    let progress = output.spinner("reading listings");
    let listed: Vec<_> = contracts.offers().await?.into_iter().map(Listed::of).collect();
    drop(progress);
    if listed.is_empty() {
        output.line("no model is on offer: `verin model register` offers one");
    }
    for offer in &listed {
        let state = if offer.deprecated { ", deprecated: takes no requests" } else { "" };
        output.line(format_args!("listing {}{state}", offer.listing));
        output.fact("record hash", offer.record_hash);
        output.fact("owner", offer.owner);
        let symbol = offer.payment_token.map_or(amount::SYMBOL.into(), |token| format!("of token {token}"));
        output.fact("price", format_args!("{} {symbol}, {} % to the owner", offer.price, offer.owner_share_percent));
        output.fact("input", if offer.private_input { "private" } else { "public" });
        output.fact("jobs", offer.jobs);
        if !offer.about.is_empty() {
            // Somebody else's text, on a terminal.
            output.fact("about", offer.about.chars().filter(|c| !c.is_control()).collect::<String>());
        }
    }
    output.result(&serde_json::json!({ "listings": listed }));
    Ok(())
}

impl Listed {
    fn of(offer: Offer) -> Self {
        let Offer { id, terms, owner, about, jobs } = offer;
        Self {
            listing: id.to_string(),
            record_hash: terms.recordHash,
            owner,
            price: amount::format(U256::from(terms.price)),
            owner_share_percent: bps(terms.ownerBps),
            deprecated: terms.deprecated,
            private_input: terms.privateInput,
            input_bytes: terms.inputBytes,
            output_bytes: terms.outputBytes,
            payment_token: Some(terms.paymentToken).filter(|token| !token.is_zero()),
            about,
            jobs,
        }
    }
}

/// 1/10,000 of a percentage such as `12.5`.
fn percent(what: &str, text: &str) -> Result<u16, CliError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = (digits(whole, 3) && digits(fraction, 2)).then(|| format!("{whole}{fraction:0<2}").parse::<u16>());
    parsed.and_then(Result::ok).filter(|bps| *bps <= MOST_SHARE).ok_or_else(|| {
        let message = format!("{what}: expected a percentage of 0 to 99 with at most two decimals, got `{text}`");
        CliError::new(Kind::Usage, message)
    })
}

/// The percentage of 1/10,000.
fn bps(share: u16) -> String {
    let (whole, fraction) = (share / 100, share % 100);
    let text = format!("{whole}.{fraction:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        for (text, expected) in [("0", 0), ("20", 2_000), ("12.5", 1_250), ("99", 9_900), ("0.01", 1)] {
            assert_eq!(percent("--owner-share", text).ok(), Some(expected), "{text}");
            assert_eq!(bps(expected), text);
        }
        for text in ["", "99.01", "100", "-1", "1.", ".5", "1.001", "a", "1e1"] {
            let error = percent("--owner-share", text).expect_err(text);
            assert!(error.kind == Kind::Usage && error.message.contains("--owner-share"), "{error}");
        }
    }
}
