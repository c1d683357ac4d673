//! The steps in order.

use super::Args;
use super::checks::Checks;
use super::inference::{Plan, Way};
use super::ledger::{Ledger, TOKEN};
use super::listing::Offer;
use super::model::Digits;
use super::report::Report;
use super::usage::Moment;
use super::world::World;
use crate::error::{CliError, Kind};
use crate::output::Output;

/// The story so far.
pub(super) struct Story<'a> {
    pub(super) output: &'a Output,
    pub(super) digits: Digits,
    pub(super) world: World,
    pub(super) ledger: Ledger,
    pub(super) checks: Checks,
    pub(super) report: Report,
    /// Orders so far; makes each one's id its own.
    pub(super) nonce: u64,
}

/// Tells the story.
///
/// # Errors
/// A step failed, or something was not as it should be.
pub(super) async fn tell(args: &Args, output: &Output) -> Result<(), CliError> {
    let start = Moment::now();
    let (mut checks, mut ledger) = (Checks::default(), Ledger::default());
    output.line("A convolutional network that reads handwritten digits becomes an integer program");
    let digits = Digits::quantize(output, &mut checks)?;
    output.line("\nA local chain");
    let world = World::start(args, output, &mut ledger).await?;
    let mut story = Story { output, digits, world, ledger, checks, report: Report::default(), nonce: 0 };

    output.line("\nKeys, records and listings (INSECURE development SRS)");
    let graph = story.digits.graph.clone();
    let mut public = Offer::publish(&story.world, output, &graph, "public input", false, 10 * TOKEN).await?;
    let mut private = Offer::publish(&story.world, output, &graph, "private input", true, 12 * TOKEN).await?;
    story.report.records = vec![public.facts.clone(), private.facts.clone()];

    let title = "An inference with a public input: a prover locks the job, proves it, is paid";
    story.infer(&mut public, &Plan { name: "public", title, digits: vec![0], way: Way::Locked }).await?;
    let title = "One with a private input: the chain sees a commitment, the chosen prover reads the digit";
    story.infer(&mut private, &Plan { name: "private", title, digits: vec![1], way: Way::HandedOver }).await?;
    let title = "One seal for a batch of 32, without locks";
    story.infer(&mut public, &Plan { name: "batch", title, digits: (2..34).collect(), way: Way::Direct }).await?;
    story.refuse(&mut public).await?;
    story.lapse(&mut public).await?;
    story.reward().await?;
    story.settle_up().await?;
    story.end(&start)
}

impl Story<'_> {
    /// Tables, verdict, and the one JSON document.
    fn end(self, start: &Moment) -> Result<(), CliError> {
        let Self { output, digits, world, checks, mut report, .. } = self;
        report.finish(digits.facts, world.facts, &checks, start);
        report.tables(output);
        checks.tell(output);
        output.result(&report);
        match checks.failed().count() {
            0 => Ok(()),
            n => Err(CliError::new(
                Kind::Unexpected,
                format!("{n} of the demo's checks failed, see above: please report this"),
            )),
        }
    }
}
