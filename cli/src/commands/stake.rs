//! `verin stake`: what a prover has at stake limits how many jobs it holds, and how much it is rewarded.

use crate::error::CliError;
use crate::keys::KeyArgs;
use crate::network::{NetworkArgs, address, block_on, number, tokens};
use crate::output::Output;
use serde::Serialize;
use verin_contracts::staking::Ticket;
use verin_contracts::{Address, U256, amount};

/// Arguments of `stake`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  verin stake add 10000 --key prover.json
  verin stake add 500 --key me.json --prover 0xf39F...       # with somebody else: delegated
  verin stake show 0xf39F...
  verin stake unbond 500 --key prover.json                   # then, 15 days later:
  verin stake withdraw --key prover.json")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Stake tokens with a prover.
    Add {
        /// How much, in whole tokens.
        amount: String,
        #[command(flatten)]
        act: ActArgs,
    },
    /// What an account has at stake, and what its prover has.
    Show {
        /// The account; that of the key by default.
        account: Option<String>,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Begin to take stake out: it stops to count at once, and can be withdrawn after 15 days.
    Unbond {
        /// How much, in whole tokens, or `all`.
        amount: String,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Take out what has unbonded.
    Withdraw {
        /// Which, as `stake show` lists them; all whose time has come by default.
        ticket: Option<String>,
        #[command(flatten)]
        act: ActArgs,
    },
}

#[derive(Debug, clap::Args)]
struct ActArgs {
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The prover; the account itself by default.
    #[arg(long, value_name = "ADDRESS")]
    prover: Option<String>,
}

#[derive(Serialize)]
struct Facts {
    account: Address,
    prover: Address,
    staked: String,
    claimable: String,
    prover_bonded: String,
    prover_unbonding: String,
    prover_locks: String,
    minimum_stake: String,
    stake_per_lock: String,
    tickets: Vec<TicketFacts>,
}

#[derive(Serialize)]
struct TicketFacts {
    ticket: String,
    prover: Address,
    amount: String,
    unlocks_at: u64,
}

impl From<Ticket> for TicketFacts {
    fn from(ticket: Ticket) -> Self {
        let Ticket { id, prover, amount, unlocks_at } = ticket;
        Self { ticket: id.to_string(), prover, amount: amount::format(amount), unlocks_at }
    }
}

/// Stakes, and takes stake out.
pub(crate) fn run(args: Args, output: &Output) -> Result<(), CliError> {
    match args.command {
        Command::Add { amount, act } => block_on(add(&amount, &act, output)),
        Command::Show { account, act } => block_on(show(account.as_deref(), &act, output)),
        Command::Unbond { amount, act } => block_on(unbond(&amount, &act, output)),
        Command::Withdraw { ticket, act } => block_on(withdraw(ticket.as_deref(), &act, output)),
    }
}

impl ActArgs {
    fn prover(&self, account: Address) -> Result<Address, CliError> {
        self.prover.as_deref().map_or(Ok(account), |text| address("--prover", text))
    }
}

async fn add(text: &str, act: &ActArgs, output: &Output) -> Result<(), CliError> {
    let staked = tokens("AMOUNT", text)?;
    let session = act.network.sign(&act.key, output).await?;
    let prover = act.prover(session.account)?;
    let progress = output.spinner("staking");
    session.contracts.stake(session.account, prover, staked).await?;
    drop(progress);
    output.line(format_args!("staked {} with {prover}", amount::tokens(staked)));
    output
        .result(&serde_json::json!({ "account": session.account, "prover": prover, "staked": amount::format(staked) }));
    Ok(())
}

async fn show(account: Option<&str>, act: &ActArgs, output: &Output) -> Result<(), CliError> {
    let account = act.key.account(account, output)?;
    let prover = act.prover(account)?;
    let contracts = act.network.read().await?;
    let stake = contracts.stake_of(prover, account).await?;
    let facts = Facts {
        account,
        prover,
        staked: amount::format(stake.own),
        claimable: amount::format(stake.claimable),
        prover_bonded: amount::format(stake.bonded),
        prover_unbonding: amount::format(stake.unbonding),
        prover_locks: stake.locks.to_string(),
        minimum_stake: amount::format(U256::from(stake.minimum)),
        stake_per_lock: amount::format(U256::from(stake.per_lock)),
        tickets: contracts.tickets(account).await?.into_iter().map(Into::into).collect(),
    };
    output.line(format_args!("{account} with prover {prover}"));
    output.fact("staked", amount::tokens(stake.own));
    output.fact("prover's stake", format_args!("{} bonded, {} unbonding", facts.prover_bonded, facts.prover_unbonding));
    output.fact("prover's jobs", format_args!("{}, each needs {} at stake", facts.prover_locks, facts.stake_per_lock));
    output.fact("minimum stake", &facts.minimum_stake);
    for ticket in &facts.tickets {
        output.fact(
            "unbonding",
            format_args!("ticket {}: {}, from {} on", ticket.ticket, ticket.amount, ticket.unlocks_at),
        );
    }
    output.result(&facts);
    Ok(())
}

async fn unbond(text: &str, act: &ActArgs, output: &Output) -> Result<(), CliError> {
    let amount = if text == "all" { None } else { Some(tokens("AMOUNT", text)?) };
    let session = act.network.sign(&act.key, output).await?;
    let prover = act.prover(session.account)?;
    let ticket = TicketFacts::from(session.contracts.unbond(session.account, prover, amount).await?);
    output.line(format_args!(
        "unbonding {} {}: `verin stake withdraw {}` from {} on",
        ticket.amount,
        amount::SYMBOL,
        ticket.ticket,
        ticket.unlocks_at
    ));
    output.result(&ticket);
    Ok(())
}

async fn withdraw(ticket: Option<&str>, act: &ActArgs, output: &Output) -> Result<(), CliError> {
    let ticket = ticket.map(|text| number("TICKET", text)).transpose()?;
    let session = act.network.sign(&act.key, output).await?;
    let (contracts, account) = (&session.contracts, session.account);
    let due = match ticket {
        Some(ticket) => vec![ticket],
        None => {
            let clock = contracts.network.clock().await?;
            let tickets = contracts.tickets(account).await?;
            tickets.into_iter().filter(|ticket| ticket.unlocks_at <= clock).map(|ticket| ticket.id).collect()
        }
    };
    let mut withdrawn = U256::ZERO;
    for ticket in &due {
        withdrawn += contracts.withdraw_stake(account, *ticket).await?;
    }
    let (text, tickets) = (amount::format(withdrawn), due.iter().map(U256::to_string).collect::<Vec<_>>());
    output.line(format_args!("withdrew {text} {} of {} tickets", amount::SYMBOL, tickets.len()));
    output.result(&serde_json::json!({ "account": account, "withdrawn": text, "tickets": tickets }));
    Ok(())
}
