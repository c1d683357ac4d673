//! The whole story on a local chain.

use crate::error::{CliError, Kind};
use crate::output::Output;

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the demo.
pub(crate) fn run(_args: Args, _output: &Output) -> Result<(), CliError> {
    Err(CliError::new(Kind::NoChain, "the demo is not part of this build"))
}
