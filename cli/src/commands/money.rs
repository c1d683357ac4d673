//! `verin collateral`, `verin rewards`, `verin balance`, `verin withdraw`: an account's money in the network.

use crate::error::{CliError, Kind};
use crate::keys::KeyArgs;
use crate::network::{NetworkArgs, block_on, number, tokens};
use crate::output::Output;
use serde::Serialize;
use verin_contracts::{Address, U256, amount};

/// Who acts, where.
#[derive(Debug, clap::Args)]
pub(crate) struct ActArgs {
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Whose books are looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct LookArgs {
    /// The account; that of the key by default.
    account: Option<String>,
    #[command(flatten)]
    act: ActArgs,
}

/// Commands of `collateral`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Collateral {
    /// Put tokens in, to be held while jobs are locked.
    Deposit {
        /// How much, in whole tokens.
        amount: String,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Take out what no job holds.
    Withdraw {
        /// How much, in whole tokens, or `all`.
        amount: String,
        #[command(flatten)]
        act: ActArgs,
    },
}

/// Commands of `rewards`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Rewards {
    /// What an account can claim, and for which epochs.
    Show(LookArgs),
    /// Claim the rewards of closed epochs, closing those whose time has come.
    Claim {
        /// The epoch; all by default.
        #[arg(long, value_name = "N")]
        epoch: Option<String>,
        #[command(flatten)]
        act: ActArgs,
    },
}

#[derive(Serialize)]
struct Balance {
    account: Address,
    tokens: String,
    ether: String,
    credit: String,
    free_collateral: String,
    staked: String,
}

#[derive(Serialize)]
struct Reward {
    epoch: u64,
    amount: String,
}

/// Puts collateral in and takes it out.
pub(crate) fn collateral(command: Collateral, output: &Output) -> Result<(), CliError> {
    block_on(async {
        let (is_deposit, text, act) = match &command {
            Collateral::Deposit { amount, act } => (true, amount, act),
            Collateral::Withdraw { amount, act } => (false, amount, act),
        };
        let given = if !is_deposit && text == "all" { None } else { Some(tokens("AMOUNT", text)?) };
        let session = act.network.sign(&act.key, output).await?;
        let (contracts, account) = (&session.contracts, session.account);
        let moved = match given {
            Some(amount) => amount,
            None => contracts.free_collateral(account).await?,
        };
        if is_deposit {
            contracts.ensure_allowance(account, *contracts.market.address(), moved).await?;
            contracts.deposit_collateral(account, moved).await?;
        } else {
            contracts.withdraw_collateral(account, moved).await?;
        }
        let free = contracts.free_collateral(account).await?;
        let done = if is_deposit { "deposited" } else { "withdrew" };
        output.line(format_args!("{done} {}; {} free now", amount::tokens(moved), amount::format(free)));
        output.result(&serde_json::json!({
            "account": account, "moved": amount::format(moved), "free_collateral": amount::format(free)
        }));
        Ok(())
    })
}

/// Shows and claims rewards.
pub(crate) fn rewards(command: Rewards, output: &Output) -> Result<(), CliError> {
    match command {
        Rewards::Show(args) => block_on(show_rewards(&args, output)),
        Rewards::Claim { epoch, act } => block_on(claim(epoch.as_deref(), &act, output)),
    }
}

async fn show_rewards(args: &LookArgs, output: &Output) -> Result<(), CliError> {
    let account = args.act.key.account(args.account.as_deref(), output)?;
    let contracts = args.act.network.read().await?;
    let progress = output.spinner("reading epochs");
    let (current, next) = (contracts.epoch().await?, contracts.next_to_close().await?);
    let closable_at = contracts.closable_at(next).await?;
    let unclaimed = contracts.unclaimed(account).await?;
    drop(progress);
    let total = unclaimed.iter().fold(U256::ZERO, |sum, (_, amount)| sum + *amount);
    output.line(format_args!("{account} can claim {}", amount::tokens(total)));
    output.fact("running epoch", current);
    output.fact("next to close", format_args!("{next}, from {closable_at} on"));
    let rewards: Vec<_> =
        unclaimed.into_iter().map(|(epoch, sum)| Reward { epoch, amount: amount::format(sum) }).collect();
    for reward in &rewards {
        output.fact(&format!("epoch {}", reward.epoch), format_args!("{} {}", reward.amount, amount::SYMBOL));
    }
    output.result(&serde_json::json!({
        "account": account, "claimable": amount::format(total), "rewards": rewards, "epoch": current.to_string(),
        "next_to_close": next.to_string(), "closable_at": closable_at,
    }));
    Ok(())
}

async fn claim(epoch: Option<&str>, act: &ActArgs, output: &Output) -> Result<(), CliError> {
    let epoch = epoch.map(|text| number("--epoch", text)).transpose()?;
    let session = act.network.sign(&act.key, output).await?;
    let (contracts, account) = (&session.contracts, session.account);
    let progress = output.spinner("closing epochs");
    let closed = contracts.close_due(account).await?;
    progress.say("claiming");
    let epochs: Vec<U256> = match epoch {
        Some(epoch) => vec![epoch],
        None => contracts.unclaimed(account).await?.into_iter().map(|(epoch, _)| U256::from(epoch)).collect(),
    };
    let (mut total, mut rewards) = (U256::ZERO, Vec::new());
    for epoch in epochs {
        let claimed = contracts.claim(epoch, account).await?;
        let reward = claimed.as_prover + claimed.as_creator;
        total += reward;
        rewards.push(Reward { epoch: epoch.saturating_to(), amount: amount::format(reward) });
    }
    drop(progress);
    output.line(format_args!("claimed {}", amount::tokens(total)));
    for reward in &rewards {
        output.fact(&format!("epoch {}", reward.epoch), format_args!("{} {}", reward.amount, amount::SYMBOL));
    }
    output.result(&serde_json::json!({
        "account": account, "claimed": amount::format(total), "rewards": rewards, "epochs_closed": closed,
    }));
    Ok(())
}

/// What an account has.
pub(crate) fn balance(args: LookArgs, output: &Output) -> Result<(), CliError> {
    block_on(async {
        let account = args.act.key.account(args.account.as_deref(), output)?;
        let contracts = args.act.network.read().await?;
        let facts = Balance {
            account,
            tokens: amount::format(contracts.balance(account).await?),
            // As many decimals as the token has.
            ether: amount::format(contracts.network.ether(account).await?),
            credit: amount::format(contracts.credit(account).await?),
            free_collateral: amount::format(contracts.free_collateral(account).await?),
            staked: amount::format(contracts.stake_of(account, account).await?.own),
        };
        output.line(account);
        output.fact("tokens", format_args!("{} {}", facts.tokens, amount::SYMBOL));
        output.fact("ether", format_args!("{} (for gas)", facts.ether));
        output.fact("credit", format_args!("{} (`verin withdraw` pays it out)", facts.credit));
        output.fact("free collateral", &facts.free_collateral);
        output.fact("own stake", &facts.staked);
        output.result(&facts);
        Ok(())
    })
}

/// Pays an account's credit in the market out.
pub(crate) fn withdraw(act: ActArgs, output: &Output) -> Result<(), CliError> {
    block_on(async {
        let session = act.network.sign(&act.key, output).await?;
        let paid = session.contracts.withdraw(session.account).await?;
        output.line(format_args!("withdrew {}", amount::tokens(paid)));
        output.result(&serde_json::json!({ "account": session.account, "withdrawn": amount::format(paid) }));
        Ok(())
    })
}

impl KeyArgs {
    /// The account that was named, or else the key's; its password is asked for only where the key file does not say.
    pub(crate) fn account(&self, named: Option<&str>, output: &Output) -> Result<Address, CliError> {
        match (named, self.is_given()) {
            (Some(text), _) => crate::network::address("ACCOUNT", text),
            (None, true) => self.address(output),
            (None, false) => Err(CliError::new(Kind::Usage, "name the account, or pass the --key FILE of one")),
        }
    }
}
