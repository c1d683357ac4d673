//! A network at work on one machine: contracts on a chain, a NATS server, a coordinator and workers as processes of their own, requesters
//! who pay; then what goes wrong in such a network, an audit of all of it, and what it cost and earned.
//!
//! ```text
//! place     the chain, the model on it, and who is who
//! farm      the processes
//! board     what was asked and what was settled, as it happens
//! requests  the requesters
//! mishaps   a worker that lies, one that is killed, blocks that are taken back
//! watch     settlements as the chain has them, and how long the API takes
//! ending    what the contracts and the coordinator say, rewards, the audit, one process alone
//! figures   the facts, for machines and as tables
//! chart     the same, to look at
//! ```

mod board;
mod chart;
mod ending;
mod farm;
mod figures;
mod mishaps;
mod place;
mod requests;
mod watch;

use super::Args;
use super::checks::Checks;
use crate::error::{CliError, Kind};
use crate::files::Destination;
use crate::output::Output;
use board::Board;
use farm::Farm;
use figures::{Figures, Found};
use mishaps::Mishaps;
use place::Place;

/// Tells the story.
///
/// # Errors
/// A step failed, or something was not as it should be.
pub(super) async fn tell(args: &Args, output: &Output) -> Result<(), CliError> {
    let plot = args.plot.clone().map(|path| Destination::new(path, args.force)).transpose()?;
    let mut checks = Checks::default();
    output.line("A convolutional network that reads handwritten digits, on a local chain");
    let place = Place::prepare(args, output, &mut checks).await?;
    output.line("\nA farm: a NATS server, a coordinator, and workers of one thread each");
    let mut farm = Farm::start(&place, output).await?;
    let worked = work(args, output, &place, &mut farm, &mut checks).await;
    let figures = match worked {
        Ok(figures) => figures,
        Err(error) => return Err(farm.explain(error)),
    };
    figures.tables(output);
    checks.tell(output);
    output.result(&figures);
    if let Some(plot) = plot {
        plot.write(chart::page(&figures).as_bytes(), false)?;
    }
    match checks.failed().count() {
        0 => Ok(()),
        n => Err(farm.explain(CliError::new(Kind::Unexpected, format!("{n} of the demo's checks failed, see above")))),
    }
}

async fn work(
    args: &Args,
    output: &Output,
    place: &Place,
    farm: &mut Farm,
    checks: &mut Checks,
) -> Result<Figures, CliError> {
    let board = Board::new(args.requests, args.calm);
    let mut mishaps = Mishaps::default();
    let bar = output.bar("settled", args.requests);
    let api = farm.api().to_owned();
    // Blocks are taken back while people ask, so that requests are among what is lost.
    let later = if args.calm { args.requests } else { args.requests - mishaps::later(args.requests) };
    let ((), (), (), answers) = tokio::try_join!(
        watch::settlements(place, &board, &bar),
        requests::ask(place, &board, args.requests, later),
        mishaps.happen(args, place, farm, &board),
        watch::api(&api, &board),
    )?;
    drop(bar);
    let cost = farm.stop(checks).await?;
    mishaps.tell(args, output, &board, checks);
    output.line("\nAll is settled");
    ending::look(args, output, place, &board, checks).await?;
    let rebuilt = ending::rebuild(output, place, checks).await?;
    let earned = ending::reward(output, place, &board, checks).await?;
    let audit = ending::audit(output, place, checks).await?;
    let alone = ending::alone(output, place)?;
    let found = Found { mishaps, cost, answers, rebuilt, earned, audit, alone };
    Figures::of(place, &board, found, checks).await
}
