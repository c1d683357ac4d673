//! A job as its requester sees it: where it stands, what can be done now, and its output.

use crate::error::{CliError, Kind};
use crate::network::Session;
use crate::output::{Output, Progress};
use crate::statement::Side;
use serde::Serialize;
use std::path::Path;
use verin_circuits::record::Record;
use verin_contracts::bindings::Job;
use verin_contracts::deploy::Contracts;
use verin_contracts::handover;
use verin_contracts::jobs::Status;
use verin_contracts::{Address, B256, U256, amount};
use verin_prover::input::InputOpening;
use verin_quantizer::Graph;

/// A job and, where it has one, its output.
#[derive(Debug, Serialize)]
pub(crate) struct JobFacts {
    pub(crate) job: B256,
    pub(crate) status: Status,
    listing: u64,
    record_hash: B256,
    requester: Address,
    prover: Option<Address>,
    private: bool,
    direct: bool,
    max_price: String,
    price: Option<String>,
    bond: String,
    lock_by: u64,
    deadline: u64,
    /// Last second at which whoever is to act now may act.
    limit: Option<u64>,
    output: Option<Outcome>,
    next: Option<String>,
}

/// A proved output.
#[derive(Debug, Serialize)]
struct Outcome {
    proved_by: Address,
    late: bool,
    values: Side,
    floats: Option<Vec<f64>>,
}

/// The record of a listing, from the chain.
pub(crate) async fn record(contracts: &Contracts, hash: B256) -> Result<Record, CliError> {
    let bytes = contracts.record(hash).await?;
    Record::decode(&bytes).map_err(|e| CliError::from(e).at(format_args!("record {hash} on the chain")))
}

impl JobFacts {
    /// Reads a job; `graph`, if it is the record's, makes floats of its output.
    pub(crate) async fn read(contracts: &Contracts, id: B256, graph: Option<&Graph>) -> Result<Self, CliError> {
        let (status, job) = contracts.job(id).await?;
        let limit = if status.is_over() { None } else { Some(contracts.limit(id).await?) };
        let output = if status.has_output() { outcome(contracts, id, &job, graph).await? } else { None };
        let next = next(id, status, &job, limit, contracts.network.clock().await?);
        let terms = &job.terms;
        Ok(Self {
            job: id,
            status,
            listing: terms.listingId,
            record_hash: terms.recordHash,
            requester: job.requester,
            prover: Some(job.prover).filter(|prover| !prover.is_zero()),
            private: job.isPrivate,
            direct: job.direct,
            max_price: amount::format(U256::from(terms.maxPrice)),
            price: (job.price != 0).then(|| amount::format(U256::from(job.price))),
            bond: amount::format(U256::from(terms.bond)),
            lock_by: terms.lockBy,
            deadline: terms.deadline,
            limit,
            output,
            next,
        })
    }

    /// Prints it.
    pub(crate) fn print(&self, graph: Option<&Graph>, output: &Output) {
        output.line(format_args!("job {}: {}", self.job, self.status.name().replace('_', " ")));
        output.fact("listing", self.listing);
        output.fact("price", format_args!("{} {}", self.price.as_ref().unwrap_or(&self.max_price), amount::SYMBOL));
        if let Some(prover) = self.prover {
            output.fact("prover", prover);
        }
        if let Some(outcome) = &self.output {
            output.fact(
                "proved by",
                format_args!("{}{}", outcome.proved_by, if outcome.late { ", late: it is free" } else { "" }),
            );
            match (&outcome.values, &outcome.floats, graph) {
                (Side::Public { values }, Some(floats), Some(graph)) => {
                    let cells = values.first().map(Vec::as_slice).unwrap_or_default();
                    crate::commands::run::print(&graph.output.parts, cells, floats, output);
                }
                (values, ..) => values.print("output", output),
            }
        }
        if let Some(next) = &self.next {
            output.line(format_args!("  {next}"));
        }
    }

    /// An error unless the job has an output.
    pub(crate) fn demand_output(&self) -> Result<(), CliError> {
        if self.status.has_output() {
            return Ok(());
        }
        let next = self.next.as_ref().map_or_else(String::new, |next| format!("; {next}"));
        Err(CliError::new(
            Kind::Unfinished,
            format!("job {} has no output: it is {}{next}", self.job, self.status.name().replace('_', " ")),
        ))
    }
}

async fn outcome(
    contracts: &Contracts,
    id: B256,
    job: &Job,
    graph: Option<&Graph>,
) -> Result<Option<Outcome>, CliError> {
    let Some(fulfilled) = contracts.fulfilled(id).await? else { return Ok(None) };
    let record = record(contracts, job.terms.recordHash).await?;
    let values = Side::of(&record.output, &fulfilled.output);
    let floats = match (&values, graph) {
        (Side::Public { values }, Some(graph)) => values.first().map(|cells| graph.dequantize_output(cells)),
        _ => None,
    };
    Ok(Some(Outcome { proved_by: fulfilled.payout, late: fulfilled.late, values, floats }))
}

/// What can be done about a job now, and by whom.
fn next(id: B256, status: Status, job: &Job, limit: Option<u64>, clock: u64) -> Option<String> {
    let over = limit.is_some_and(|limit| clock > limit);
    Some(match status {
        Status::Open if over => format!("nobody took it in time: `verin job expire {id}` returns what it holds"),
        Status::Open if job.cancelAt != 0 && clock > job.cancelAt => {
            format!("the notice has run out: `verin job cancel {id}` returns what it holds")
        }
        Status::Open => {
            format!("waits for a prover until {}: `verin job wait {id}` follows it", limit.unwrap_or_default())
        }
        Status::Reserved if over => {
            format!("its input was not delivered in time: `verin job end-reservation {id}` ends it")
        }
        Status::Reserved => format!(
            "a prover waits for the input until {}: `verin job deliver {id} --opening FILE` hands it over",
            limit.unwrap_or_default()
        ),
        Status::Delivered if over => {
            format!("its prover did not acknowledge the input in time: `verin job end-reservation {id}` ends it")
        }
        Status::Delivered => {
            format!("its prover has the input, and until {} to acknowledge it", limit.unwrap_or_default())
        }
        Status::Locked if over => format!("it was not proved: `verin job refund {id}` returns the price"),
        Status::Locked => format!("is being proved, to be done by {}: `verin job wait {id}` follows it", job.lockEnd),
        Status::Fulfilled => return None,
        _ => "what it held is credited to whom it is due: `verin withdraw` pays it out".into(),
    })
}

/// Encrypts an opening to the prover that reserved the job, and delivers it.
pub(crate) async fn deliver(session: &Session, id: B256, opening: &Path) -> Result<u64, CliError> {
    let bytes = crate::files::read(opening, crate::files::SMALL)?;
    InputOpening::decode(&bytes).map_err(|e| CliError::from(e).at(opening.display()))?;
    let contracts = &session.contracts;
    let key = contracts.delivery_key(id).await?;
    Ok(contracts.deliver(session.account, id, handover::seal(key, id, &bytes)?).await?)
}

/// Follows a job until it is over, or nobody but its requester can move it on; hands a private input over when a prover waits for it.
pub(crate) async fn follow(
    contracts: &Contracts,
    id: B256,
    delivery: Option<(&Session, &Path)>,
    progress: &Progress,
) -> Result<(), CliError> {
    loop {
        let (status, _) = contracts.job(id).await?;
        if status.is_over() {
            return Ok(());
        }
        progress.say(format!("job {id}: {}", status.name().replace('_', " ")));
        if let (Status::Reserved, Some((session, opening))) = (status, delivery) {
            deliver(session, id, opening).await?;
            continue;
        }
        if contracts.network.clock().await? > contracts.limit(id).await? {
            // The state may have changed between the two questions.
            if contracts.job(id).await?.0 == status {
                return Ok(());
            }
            continue;
        }
        tokio::time::sleep(contracts.network.poll_interval()).await;
    }
}
