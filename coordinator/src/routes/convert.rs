//! Tables -> JSON types.

use crate::chain::follower::{Change, Health};
use crate::index::{self, Tip};
use alloy::primitives::{Address, U256};
use verin_client::types::{
    Amount, Books, Claim, Epoch, Event, Health as HealthJson, HealthState, Job, Model, Payment, Prover, Settlement,
    Step, Terms, Tip as TipJson, Worker,
};
use verin_contracts::bindings;
use verin_queue::{Stage, WorkerStatus};

pub(super) fn job(job: &index::job::Job, times: index::statistics::Times, private: bool) -> Job {
    Job {
        id: job.id,
        status: job.status,
        listing: job.listing,
        requester: job.requester,
        prover: job.prover,
        token: job.token,
        max_price: Amount(job.max_price),
        price: job.price.map(Amount),
        requested_at: times.requested,
        ended_at: times.ended,
        lock_by: job.lock_by,
        until: job.until,
        deadline: job.deadline,
        direct: job.direct,
        private,
    }
}

pub(super) fn step(step: index::job::Step) -> Step {
    Step {
        name: step.name,
        time: step.time,
        block: step.block,
        transaction: step.sent,
        sender: step.sender,
        gas: step.gas,
        gas_price: step.gas_price.map(Amount),
        prover: step.prover,
        payout: step.payout,
        until: step.until,
        amounts: step.amounts,
        data: step.data,
    }
}

pub(super) fn payment(payment: index::statistics::Payment) -> Payment {
    Payment {
        payout: payment.payout,
        receiver: some(payment.receiver),
        prover_amount: Amount(payment.prover_amount),
        owner_amount: Amount(payment.owner_amount),
        fee: Amount(payment.fee),
        late: payment.late,
    }
}

/// `network` is the token that listings name by none.
pub(super) fn model(listing: index::listing::Listing, network: Address) -> Model {
    Model {
        listing: listing.id,
        record: listing.record,
        owner: listing.owner,
        about: listing.about,
        price: Amount(listing.price),
        token: listing.token.and_then(some).unwrap_or(network),
        owner_bps: listing.owner_bps,
        share: listing.share.and_then(some),
        deprecated: listing.deprecated,
        jobs: listing.jobs,
        fulfilled: listing.fulfilled,
        earned: Amount(listing.earned),
    }
}

pub(super) fn prover(prover: index::prover::Prover) -> Prover {
    let ended = prover.fulfilled + prover.failed;
    Prover {
        address: prover.address,
        held: prover.held,
        fulfilled: prover.fulfilled,
        rescued: prover.rescued,
        failed: prover.failed,
        success_rate: (ended > 0).then(|| prover.fulfilled as f64 / ended as f64),
        earned: Amount(prover.earned),
        stake: Amount(prover.stake),
        median_seconds: prover.median_seconds,
    }
}

pub(super) fn epoch(epoch: index::epoch::Epoch) -> Epoch {
    let books = |books: index::epoch::Closed| Books {
        proceeds: Amount(books.proceeds),
        rewards: Amount(books.rewards),
        burned: Amount(books.burned),
        to_treasury: Amount(books.to_treasury),
    };
    let claim = |claim: index::epoch::Claim| Claim {
        account: claim.account,
        as_prover: Amount(claim.as_prover),
        as_creator: Amount(claim.as_creator),
        withheld: Amount(claim.withheld),
    };
    Epoch {
        number: epoch.number,
        jobs: epoch.jobs,
        fees: epoch.fees.into_iter().map(|(token, fee)| (token, Amount(fee))).collect(),
        closed: epoch.closed.map(books),
        claims: epoch.claims.into_iter().map(claim).collect(),
    }
}

pub(super) fn settlement(settlement: index::statistics::Settlement) -> Settlement {
    Settlement {
        job: settlement.job,
        listing: settlement.listing,
        time: settlement.time,
        price: Amount(settlement.price),
        seconds: settlement.seconds,
        request_gas: settlement.request_gas,
        settlement_gas: settlement.settlement_gas,
    }
}

pub(super) fn worker(worker: WorkerStatus) -> Worker {
    let stage = |stage| match stage {
        Stage::Loading => "loading",
        Stage::Proving => "proving",
        Stage::Verifying => "verifying",
    };
    Worker {
        name: worker.name,
        version: worker.version,
        backend: worker.backend,
        threads: worker.threads as u64,
        working_on: worker.working_on,
        stage: worker.progress.as_ref().map(|progress| stage(progress.stage).into()),
        elapsed_ms: worker.progress.map(|progress| progress.elapsed_ms),
        proofs: worker.proofs,
        inferences: worker.inferences,
        failures: worker.failures,
        cpu_ms: worker.cpu_ms,
        seen: worker.seen,
    }
}

pub(super) fn tip(tip: Tip) -> TipJson {
    TipJson { number: tip.number, hash: tip.hash, time: tip.time }
}

pub(super) fn health(health: &Health) -> HealthJson {
    let (state, head, at) = match *health {
        Health::CatchingUp { at, head } => (HealthState::CatchingUp, Some(head), Some(at)),
        Health::Following { head } => (HealthState::Following, Some(head), None),
        Health::Lagging { head, at } => (HealthState::Lagging, Some(head), Some(at)),
        // What went wrong may name the node, and whoever asks need not know where it is.
        Health::Failing { .. } => (HealthState::Failing, None, None),
    };
    let why = matches!(state, HealthState::Failing).then(|| "the node does not answer as it should".into());
    HealthJson { state, head, at, why }
}

pub(super) fn event(change: Change) -> Event {
    Event { tip: change.tip, jobs: change.jobs, reorganised: change.reorganised, missed: false }
}

pub(super) fn terms(terms: &bindings::Terms) -> Terms {
    Terms {
        listing: terms.listingId.saturating_to(),
        record: terms.recordHash,
        input_digest: terms.inputDigest,
        verifier: terms.verifier,
        token: terms.token,
        owner_bps: terms.ownerBps,
        floor_price: terms.floorPrice.into(),
        max_price: terms.maxPrice.into(),
        bond: terms.bond.into(),
        curve_start: terms.curveStart,
        curve_seconds: terms.curveSeconds,
        lock_by: terms.lockBy,
        prove_seconds: terms.proveWindow,
        deadline: terms.deadline,
        direct: terms.direct,
        callback: terms.callback,
        callback_gas: terms.callbackGas,
    }
}

/// The terms of an order; what does not fit the market's types is none.
pub(super) fn order_terms(terms: &Terms) -> Option<bindings::Terms> {
    let amount = |amount: Amount| u128::try_from(amount.0).ok();
    Some(bindings::Terms {
        listingId: U256::from(terms.listing),
        recordHash: terms.record,
        inputDigest: terms.input_digest,
        verifier: terms.verifier,
        token: terms.token,
        ownerBps: terms.owner_bps,
        floorPrice: amount(terms.floor_price)?,
        maxPrice: amount(terms.max_price)?,
        bond: amount(terms.bond)?,
        curveStart: terms.curve_start,
        curveSeconds: terms.curve_seconds,
        lockBy: terms.lock_by,
        proveWindow: terms.prove_seconds,
        deadline: terms.deadline,
        direct: terms.direct,
        callback: terms.callback,
        callbackGas: terms.callback_gas,
    })
}

/// None for the zero address, which stands for nobody.
pub(super) fn some(address: Address) -> Option<Address> {
    (!address.is_zero()).then_some(address)
}
