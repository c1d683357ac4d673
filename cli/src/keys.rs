//! Whose transactions a command sends: a key from an encrypted file, whose password comes from a file, the environment or a prompt; or
//! from the environment. Never from the command line, which others can read and shells remember.

use crate::error::{CliError, Kind};
use crate::output::Output;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use verin_contracts::Address;
use verin_contracts::keys::{self, Password};
use verin_contracts::network::PrivateKeySigner;

/// A raw key.
const KEY: &str = "VERIN_KEY";
/// The password of a key file.
const PASSWORD: &str = "VERIN_PASSWORD";

/// Who signs.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Encrypted key file of the account that signs and pays; without it, the key is that of VERIN_KEY.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Where a password comes from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PasswordArgs {
    /// File whose first line is the key's password; without it, VERIN_PASSWORD, or a prompt.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl KeyArgs {
    /// Whether any key was given.
    pub(crate) fn is_given(&self) -> bool {
        self.key.is_some() || variable(KEY).is_some()
    }

    /// The key.
    pub(crate) fn signer(&self, output: &Output) -> Result<PrivateKeySigner, CliError> {
        match (&self.key, variable(KEY)) {
            (Some(path), _) => unlock(path, &self.password, output),
            (None, Some(digits)) => Ok(keys::from_hex(KEY, &digits)?),
            (None, None) => Err(CliError::new(
                Kind::Key,
                format!(
                    "no account to sign with: pass --key FILE (`verin account new --out FILE` makes one), or set {KEY} to a raw key"
                ),
            )),
        }
    }
}

impl KeyArgs {
    /// The key's account: where its file says so, without the password.
    pub(crate) fn address(&self, output: &Output) -> Result<Address, CliError> {
        match self.key.as_deref().map(keys::address).transpose()?.flatten() {
            Some(address) => Ok(address),
            None => Ok(self.signer(output)?.address()),
        }
    }
}

impl PasswordArgs {
    /// The password of the key in `path`.
    pub(crate) fn existing(&self, path: &Path, output: &Output) -> Result<Password, CliError> {
        self.given(path, output)?.map_or_else(|| prompt(&format!("Password of {}: ", path.display())), Ok)
    }

    /// The password that the key in `path` is going to have: typed twice where it is typed.
    pub(crate) fn new_one(&self, path: &Path, output: &Output) -> Result<Password, CliError> {
        let password = match self.given(path, output)? {
            Some(password) => password,
            None => {
                let password = prompt(&format!("Password for {}: ", path.display()))?;
                if !password.is_same(&prompt("The same again: ")?) {
                    return Err(CliError::new(Kind::Password, "the two passwords differ: nothing was written"));
                }
                password
            }
        };
        if password.is_empty() {
            let message =
                format!("{}: the password is empty: whoever copies the file would have the key", path.display());
            return Err(CliError::new(Kind::Password, message));
        }
        Ok(password)
    }

    fn given(&self, path: &Path, output: &Output) -> Result<Option<Password>, CliError> {
        if let Some(file) = &self.password_file {
            warn_if_exposed(file, output);
            return Ok(Some(Password::read(file)?));
        }
        if let Some(password) = variable(PASSWORD) {
            return Ok(Some(password.into()));
        }
        if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
            return Ok(None);
        }
        Err(CliError::new(
            Kind::Password,
            format!(
                "{}: its password is needed, and there is no terminal to ask on: pass --password-file FILE, or set {PASSWORD}",
                path.display()
            ),
        ))
    }
}

/// The key in a file.
pub(crate) fn unlock(path: &Path, password: &PasswordArgs, output: &Output) -> Result<PrivateKeySigner, CliError> {
    // What is wrong with the file is said before anybody types a password.
    keys::address(path)?;
    warn_if_exposed(path, output);
    let password = password.existing(path, output)?;
    let _progress = output.spinner(format!("unlocking {}", path.display()));
    Ok(keys::unlock(path, &password)?)
}

fn prompt(text: &str) -> Result<Password, CliError> {
    rpassword::prompt_password(text)
        .map(Into::into)
        .map_err(|e| CliError::new(Kind::Password, format!("no password was read: {e}")))
}

fn warn_if_exposed(path: &Path, output: &Output) {
    if keys::is_exposed(path) {
        let name = path.display();
        output.warn(format_args!("{name}: other users of this machine can read it: chmod 600 {name}"));
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
