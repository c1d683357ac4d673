//! Which network a command speaks to: a node, and whose deployment on its chain, from which all addresses follow.

use crate::error::{CliError, Kind};
use crate::keys::KeyArgs;
use crate::output::Output;
use verin_contracts::deploy::Contracts;
use verin_contracts::network::{Network, account};
use verin_contracts::runtime::until_interrupted;
use verin_contracts::{Address, B256, U256, amount};

/// The id of development chains: anvil's.
pub(crate) const DEVELOPMENT: u64 = 31_337;
/// What a shell reports for a process that ctrl-c ended.
const INTERRUPTED: i32 = 130;

/// Where the network is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NetworkArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// Account that deployed the network's contracts: their addresses follow from it. On a development chain, the development
    /// deployer's by default.
    #[arg(long, value_name = "ADDRESS", env = "VERIN_DEPLOYER")]
    deployer: Option<String>,
}

/// Which node.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NodeArgs {
    /// The chain's node.
    // Its address may hold a key of its operator's.
    #[arg(
        long,
        value_name = "URL",
        env = "VERIN_RPC",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8545"
    )]
    pub(crate) rpc: String,
}

/// A network, and the account that acts in it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) contracts: Contracts,
    pub(crate) account: Address,
}

impl NetworkArgs {
    /// To read from.
    pub(crate) async fn read(&self) -> Result<Contracts, CliError> {
        self.find(&Network::open(&self.node.rpc, Vec::new()).await?).await
    }

    /// To act in, with this key.
    pub(crate) async fn sign(&self, key: &KeyArgs, output: &Output) -> Result<Session, CliError> {
        let key = key.signer(output)?;
        let account = key.address();
        let network = Network::open(&self.node.rpc, vec![key]).await?;
        Ok(Session { contracts: self.find(&network).await?, account })
    }

    /// The node's address, and whose deployment it is about.
    pub(crate) async fn place(&self) -> Result<(String, Address), CliError> {
        let network = Network::open(&self.node.rpc, Vec::new()).await?;
        Ok((self.node.rpc.clone(), self.deployer(&network)?))
    }

    async fn find(&self, network: &Network) -> Result<Contracts, CliError> {
        Ok(Contracts::find(network, self.deployer(network)?).await?)
    }

    fn deployer(&self, network: &Network) -> Result<Address, CliError> {
        match &self.deployer {
            Some(text) => address("--deployer", text),
            None if network.chain_id == DEVELOPMENT => Ok(account("deployer")),
            None => {
                let message = format!(
                    "--deployer: on chain {} ({}) name the account that deployed the network, or set VERIN_DEPLOYER: all addresses follow from it",
                    network.chain_id, network.url
                );
                Err(CliError::new(Kind::Usage, message))
            }
        }
    }

    /// To act in with development accounts, whose keys anyone can compute; refused on any other chain than a development chain.
    pub(crate) async fn develop(&self, what: &str, names: &[&str]) -> Result<Contracts, CliError> {
        let network = Network::open(&self.node.rpc, Vec::new()).await?;
        if network.chain_id != DEVELOPMENT {
            let message = format!(
                "{what}: only on a development chain (id {DEVELOPMENT}), and {} is chain {}: elsewhere somebody has to send it",
                network.url, network.chain_id
            );
            return Err(CliError::new(Kind::Usage, message));
        }
        self.find(&Network::connect(&self.node.rpc, names).await?).await
    }
}

/// Runs what speaks to the network; ctrl-c ends it.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    match until_interrupted(future) {
        Ok(Some(result)) => result,
        Ok(None) => std::process::exit(INTERRUPTED),
        Err(e) => Err(CliError::new(Kind::Internal, format!("the system gives no event queue: {e}"))),
    }
}

/// An address.
pub(crate) fn address(what: &str, text: &str) -> Result<Address, CliError> {
    text.parse().map_err(|_| {
        let message = format!("{what}: expected an address as 0x and 40 hexadecimal digits, got `{text}`");
        CliError::new(Kind::Usage, message)
    })
}

/// The id of a job.
pub(crate) fn job(text: &str) -> Result<B256, CliError> {
    crate::hex::word("job", text).map(B256::from)
}

/// The number of a listing, a ticket or an epoch.
pub(crate) fn number(what: &str, text: &str) -> Result<U256, CliError> {
    let wrong = || CliError::new(Kind::Usage, format!("{what}: expected a number, got `{text}`"));
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    U256::from_str_radix(text, 10).map_err(|_| wrong())
}

/// An amount of tokens, more than none.
pub(crate) fn tokens(what: &str, text: &str) -> Result<U256, CliError> {
    let amount = amount::parse(what, text)?;
    if amount.is_zero() {
        return Err(CliError::new(Kind::Usage, format!("{what}: expected more than nothing, got `{text}`")));
    }
    Ok(amount)
}

/// A length of time, such as `90`, `90s`, `10m`, `2h` or `1d`, in seconds.
pub(crate) fn seconds(what: &str, text: &str) -> Result<u64, CliError> {
    let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let (digits, unit) = units
        .into_iter()
        .find_map(|(letter, unit)| text.strip_suffix(letter).map(|digits| (digits, unit)))
        .unwrap_or((text, 1));
    let number = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|digits| digits.parse::<u64>().ok()).and_then(|number| number.checked_mul(unit)).ok_or_else(|| {
        let message = format!("{what}: expected a length of time such as 90s, 10m, 2h or 1d, got `{text}`");
        CliError::new(Kind::Usage, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (text, expected) in [("90", 90), ("90s", 90), ("10m", 600), ("2h", 7_200), ("1d", 86_400), ("0s", 0)] {
            assert_eq!(seconds("--lock-for", text).ok(), Some(expected), "{text}");
        }
        for text in ["", "m", "1.5h", "-1s", "+1s", "1w", "10 m", "99999999999999999999d", "18446744073709551615d"] {
            let error = seconds("--lock-for", text).expect_err(text);
            assert!(error.kind == Kind::Usage && error.message.contains("--lock-for"), "{error}");
        }
    }

    #[test]
    fn numbers_and_addresses() {
        assert_eq!(number("--listing", "12").ok(), Some(U256::from(12)));
        for text in ["", "-1", "0x1", "1.0", "one", &"9".repeat(80)] {
            assert!(number("--listing", text).is_err(), "{text}");
        }
        assert!(address("ACCOUNT", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266").is_ok());
        for text in ["", "0x", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226", "owner.eth"] {
            assert!(address("ACCOUNT", text).is_err(), "{text}");
        }
    }
}
