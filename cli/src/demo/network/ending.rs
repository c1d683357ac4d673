//! When all is settled: what the contracts say, what the coordinator knows, rewards, the audit, and what one process alone would have
//! taken.

use super::board::Board;
use super::figures::{Alone, Audited, Earned};
use super::place::{OPERATOR, PRICE, Place};
use super::requests::status;
use crate::commands::audit::Bars;
use crate::demo::Args;
use crate::demo::checks::Checks;
use crate::demo::ledger::{split, tokens};
use crate::demo::listing::OWNER_BPS;
use crate::demo::model::hex;
use crate::demo::usage::Moment;
use crate::error::{CliError, Kind};
use crate::output::Output;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sha3::{Digest, Keccak256};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;
use verin_artifacts::Artifacts;
use verin_audit::{Options, Srs};
use verin_client::types::Amount;
use verin_contracts::U256;
use verin_contracts::jobs::Status;
use verin_contracts::network::account;
use verin_contracts::rewards::{AUCTION_WINDOW, EPOCH};
use verin_coordinator::chain::follower::Follower;
use verin_coordinator::database::Database;
use verin_coordinator::index::Index;
use verin_coordinator::index::job::Filter;
use verin_prover::backend::Cpu;
use verin_prover::prove::Prover;

/// The largest batch that a seal has.
const BATCH: usize = 32;
/// How long a follower waits for a node that lags.
const LOOK: Duration = Duration::from_millis(20);

/// Every job once, its output the reference executor's, its price divided by the rules; nothing held any more.
pub(super) async fn look(
    args: &Args,
    output: &Output,
    place: &Place,
    board: &Board,
    checks: &mut Checks,
) -> Result<(), CliError> {
    let (asked, settled, parts) = (board.asked(), board.settled(), split(PRICE, OWNER_BPS));
    checks.same("jobs asked for", args.requests as usize, asked.len());
    checks.same("jobs settled", asked.len(), settled.len());
    let events = place.contracts.market.JobFulfilled_filter().from_block(0).query().await;
    let events = events.map_err(|e| CliError::new(Kind::Chain, format!("reading settlements: {e}")))?;
    checks.same("settlements on the chain, each job's once", asked.len(), events.len());
    let progress = output.bar("comparing", asked.len() as u64);
    let (mut right, mut expected) = (0, BTreeMap::new());
    for (job, request) in &asked {
        checks.same(
            format!("job {job}"),
            Status::Fulfilled.name(),
            Status::of(status(place, *job).await?).map_or("unknown", Status::name),
        );
        let Some(settled) = settled.get(job) else { continue };
        let expected = match expected.entry(request.digit) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(place.output(request.digit)?),
        };
        let same = *expected == settled.output;
        checks.holds(format!("job {job}: output"), "the reference executor's", "another", same);
        checks.same(format!("job {job}: prover's part"), U256::from(parts.prover), settled.prover);
        checks.same(format!("job {job}: owner's part"), U256::from(parts.owner), settled.owner);
        checks.same(format!("job {job}: fee"), U256::from(parts.fee), settled.fee);
        right += usize::from(same);
        progress.step();
    }
    drop(progress);
    let contracts = &place.contracts;
    let open = contracts.network.view("reading locks", contracts.staking.openLocks(account(OPERATOR))).await?;
    checks.same("jobs that the operator still holds", U256::ZERO, open);
    output.fact("outputs", format_args!("{right} of {} are the reference executor's, byte by byte", asked.len()));
    Ok(())
}

/// The coordinator's file is lost: everything in it is read from the chain again, and is the same. Gives the time that took.
pub(super) async fn rebuild(output: &Output, place: &Place, checks: &mut Checks) -> Result<Duration, CliError> {
    let progress = output.spinner("reading everything again");
    let contracts = Arc::new(place.contracts.clone());
    let open = async |name: &str| Index::open(Database::open(&place.folder().join(name))?, contracts.clone()).await;
    let (kept, anew) = (open("coordinator.sqlite").await?, open("anew.sqlite").await?);
    follow(&kept).await?;
    let moment = Moment::now();
    follow(&anew).await?;
    let took = moment.spent().wall;
    checks.same("the coordinator's state, read again from nothing", contents(&kept).await?, contents(&anew).await?);
    drop(progress);
    output.fact("from nothing", format_args!("the coordinator's state is read again in {:.1} s", took.as_secs_f64()));
    Ok(took)
}

/// Follows the chain until there is nothing more to read.
async fn follow(index: &Index) -> Result<(), CliError> {
    let follower = Follower::new(index.clone(), 0, LOOK);
    while follower.step().await? {}
    Ok(())
}

/// Digest of everything that an index says.
async fn contents(index: &Index) -> Result<String, CliError> {
    let mut digest = Keccak256::new();
    let jobs = index.jobs(Filter { limit: usize::MAX, ..Filter::default() }).await?;
    for job in jobs {
        digest.update(format!("{:?}{:?}", index.steps(job.id).await?, job));
    }
    let (tip, listings) = (index.tip().await?, index.listings().await?);
    let (provers, epochs) = (index.provers().await?, index.epochs().await?);
    digest.update(format!("{tip:?}{listings:?}{provers:?}{epochs:?}"));
    Ok(hex(&digest.finalize()))
}

/// A week passes, its books are closed, operator and owner claim and withdraw.
pub(super) async fn reward(
    output: &Output,
    place: &Place,
    board: &Board,
    checks: &mut Checks,
) -> Result<Earned, CliError> {
    let (contracts, operator, owner) = (&place.contracts, account(OPERATOR), account("owner"));
    let progress = output.spinner("a week passes");
    let epoch = contracts.epoch().await?;
    contracts.network.pass(EPOCH + AUCTION_WINDOW).await?;
    let closed = contracts.close(account("stranger"), epoch).await?;
    let (by_prover, by_owner) = (contracts.claim(epoch, operator).await?, contracts.claim(epoch, owner).await?);
    let settled = board.settled();
    let sum = |part: &dyn Fn(&super::board::Settled) -> U256| settled.values().map(part).sum::<U256>();
    let earned = Earned {
        price: Amount(U256::from(PRICE) * U256::from(settled.len())),
        operator: Amount(sum(&|s| s.prover)),
        owner: Amount(sum(&|s| s.owner)),
        fees: Amount(sum(&|s| s.fee)),
        burned: Amount(closed.burned),
        to_treasury: Amount(closed.to_treasury),
        operator_rewards: Amount(by_prover.as_prover + by_prover.as_creator),
        owner_rewards: Amount(by_owner.as_prover + by_owner.as_creator),
    };
    checks.same("fees of the epoch", earned.fees.0, closed.proceeds);
    for (who, account, amount) in [("operator", operator, earned.operator.0), ("owner", owner, earned.owner.0)] {
        checks.same(format!("{who}: what the market owes"), amount, contracts.withdraw(account).await?);
    }
    drop(progress);
    output.fact("rewards", format_args!("{} of a week's work", tokens(closed.rewards.saturating_to())));
    Ok(earned)
}

/// An auditor's verdict, from the chain and the published model alone.
pub(super) async fn audit(output: &Output, place: &Place, checks: &mut Checks) -> Result<Audited, CliError> {
    let artifacts = Artifacts::existing(&[place.models().display().to_string()])?;
    let network = &place.contracts.network;
    let moment = Moment::now();
    let report = {
        let options = Options {
            rpc: network.url.clone(),
            deployer: account("deployer"),
            artifacts: &artifacts,
            srs: Some(Srs::insecure()),
            block: None,
        };
        verin_audit::audit(&options, &Bars::new(output)).await?
    };
    for section in &report.sections {
        for difference in &section.differences {
            checks.same(format!("audit: {}", difference.what), &difference.expected, &difference.got);
        }
    }
    let checked = report.sections.iter().flat_map(|section| &section.checked).map(|count| count.number).sum();
    checks.same("the audit passes", true, report.passed);
    output.fact(
        "audit",
        format_args!(
            "{}: {checked} facts of {} blocks, in {:.1} s",
            if report.passed { "passed" } else { "NOT passed" },
            report.block,
            moment.spent().wall.as_secs_f64()
        ),
    );
    Ok(Audited { passed: report.passed, checked, blocks: report.block, seconds: moment.spent().wall.as_secs_f64() })
}

/// One thread of this process proves a full batch twice; the second time counts, when keys are prepared.
pub(super) fn alone(output: &Output, place: &Place) -> Result<Alone, CliError> {
    let progress = output.spinner("one process alone, for comparison");
    let inputs = (0..BATCH).map(|i| place.digits.input(i)).collect::<Result<Vec<_>, _>>()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|e| CliError::new(Kind::Internal, format!("threads: {e}")))?;
    let (key, mut rng) = (place.key.clone(), StdRng::from_entropy());
    let spent = pool.install(|| {
        let mut prover = Prover::new(key, &Cpu);
        prover.prove(&inputs, [0; 32], true, &mut rng)?;
        let moment = Moment::now();
        prover.prove(&inputs, [0; 32], true, &mut rng)?;
        Ok::<_, CliError>(moment.spent())
    })?;
    drop(progress);
    Ok(Alone { inferences: BATCH, cpu: spent.cpu })
}
