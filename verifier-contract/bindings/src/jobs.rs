//! Where a job stands, and how it ended: what a requester looks at.

use crate::bindings::{InferenceMarket, Job};
use crate::deploy::Contracts;
use crate::error::ContractsError;
use crate::market::event;
use alloy::primitives::{Address, B256, Bytes, U256};

/// The states of a job, in the order of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Requested, and not taken yet.
    Open,
    /// A prover waits for the private input.
    Reserved,
    /// The prover has it and has not acknowledged it yet.
    Delivered,
    /// A prover is at work.
    Locked,
    /// Proved on time.
    Fulfilled,
    /// Proved by somebody, after the prover's time.
    FulfilledLate,
    /// Ended before a prover locked it.
    Cancelled,
    /// Locked and not proved: the requester has its money back.
    Refunded,
    /// Nobody took it.
    Expired,
    /// Proofs were stopped: everybody has their money back.
    Voided,
}

impl Status {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::Reserved,
        Self::Delivered,
        Self::Locked,
        Self::Fulfilled,
        Self::FulfilledLate,
        Self::Cancelled,
        Self::Refunded,
        Self::Expired,
        Self::Voided,
    ];

    /// That of a number of the contract; none for a job that was never requested.
    pub fn of(status: u8) -> Option<Self> {
        Self::ALL.get(usize::from(status).checked_sub(1)?).copied()
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reserved => "reserved",
            Self::Delivered => "delivered",
            Self::Locked => "locked",
            Self::Fulfilled => "fulfilled",
            Self::FulfilledLate => "fulfilled_late",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::Voided => "voided",
        }
    }

    /// Whether nothing can happen to the job any more.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Open | Self::Reserved | Self::Delivered | Self::Locked)
    }

    /// Whether there is a proved output.
    pub fn has_output(self) -> bool {
        matches!(self, Self::Fulfilled | Self::FulfilledLate)
    }
}

/// The proved output of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfilled {
    /// Who proved it.
    pub payout: Address,
    /// Whether it came after its prover's lock had ended: then it was free.
    pub late: bool,
    /// The output, as the chain has it.
    pub output: Bytes,
}

impl Contracts {
    /// A job, and where it stands.
    ///
    /// # Errors
    /// No such job was requested, or the node does not answer.
    pub async fn job(&self, id: B256) -> Result<(Status, Job), ContractsError> {
        let job = self.network.view("reading a job", self.market.job(id)).await?;
        let unknown = || ContractsError::Reverted { what: format!("reading job {id}"), error: "UnknownJob".into() };
        Ok((Status::of(job.status).ok_or_else(unknown)?, job))
    }

    /// Last second at which whoever is to act in the job's state may act.
    ///
    /// # Errors
    /// The job is over, or the node does not answer.
    pub async fn limit(&self, id: B256) -> Result<u64, ContractsError> {
        let limit = self.network.view("reading the limit of a job", self.market.limitOf(id)).await?;
        Ok(limit.saturating_to())
    }

    /// The output of a job, from the event; none while there is none.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn fulfilled(&self, id: B256) -> Result<Option<Fulfilled>, ContractsError> {
        let error = |e| self.network.error("reading an output", &e);
        let on_time = self.market.JobFulfilled_filter().topic1(id).from_block(0).query().await.map_err(error)?;
        let late = self.market.JobFulfilledLate_filter().topic1(id).from_block(0).query().await.map_err(error)?;
        let on_time = on_time.into_iter().map(|(e, _)| Fulfilled { payout: e.payout, late: false, output: e.output });
        let late = late.into_iter().map(|(e, _)| Fulfilled { payout: e.payout, late: true, output: e.output });
        Ok(on_time.chain(late).next())
    }

    /// The key that the input of a reserved job is encrypted to: its prover's when it reserved the job.
    ///
    /// # Errors
    /// Nobody reserved it, or the node does not answer.
    pub async fn delivery_key(&self, id: B256) -> Result<[u8; 32], ContractsError> {
        let found = self.market.JobReserved_filter().topic1(id).from_block(0).query().await;
        let found = found.map_err(|e| self.network.error("reading a reservation", &e))?;
        found.into_iter().next_back().map(|(event, _)| event.key.0).ok_or_else(|| ContractsError::Mismatch {
            what: format!("reservation of job {id}"),
            expected: "a JobReserved event".into(),
            got: "none".into(),
        })
    }

    /// Row 2. Gives notice of cancelling an open job. Gives the last second at which a prover may still take it.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn notice_cancel(&self, requester: Address, id: B256) -> Result<u64, ContractsError> {
        let what = "giving notice";
        let receipt = self.network.send(what, self.market.noticeCancel(id).from(requester)).await?;
        let event: InferenceMarket::CancelNoticed = event(what, &receipt)?;
        Ok(event.cancelAt.saturating_to())
    }

    /// Row 3. Ends an open job after its notice. Gives what the requester got back.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn cancel(&self, from: Address, id: B256) -> Result<U256, ContractsError> {
        let receipt = self.network.send("cancelling", self.market.cancel(id).from(from)).await?;
        let event: InferenceMarket::JobCancelled = event("cancelling", &receipt)?;
        Ok(event.refund)
    }

    /// Rows 8 and 9. Ends a reservation whose delivery or acknowledgement was missed.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn end_reservation(&self, from: Address, id: B256) -> Result<U256, ContractsError> {
        let receipt = self.network.send("ending a reservation", self.market.endReservation(id).from(from)).await?;
        let missed = receipt.decoded_log::<InferenceMarket::DeliveryMissed>().map(|event| event.refund);
        let unacknowledged = receipt.decoded_log::<InferenceMarket::AcknowledgementMissed>().map(|event| event.refund);
        missed.or(unacknowledged).ok_or_else(|| ContractsError::Mismatch {
            what: "ending a reservation".into(),
            expected: "an event that says who missed what".into(),
            got: "none".into(),
        })
    }

    /// Row 15. Ends a live job whose seals were stopped in time. Gives what the requester got back.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn void(&self, from: Address, id: B256) -> Result<U256, ContractsError> {
        let receipt = self.network.send("voiding", self.market.voidJob(id).from(from)).await?;
        let event: InferenceMarket::JobVoided = event("voiding", &receipt)?;
        Ok(event.refund)
    }

    /// Seconds that delivery and acknowledgement of a private input may take, each, of requests to come.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn ack_window(&self) -> Result<u64, ContractsError> {
        self.network.view("reading the market's rules", self.market.ackWindow()).await.map(u64::from)
    }

    /// The least bond of a private job, of requests to come.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn bond_floor(&self) -> Result<u128, ContractsError> {
        let rules = self.network.view("reading the market's rules", self.market.rulesOf(*self.token.address())).await?;
        Ok(rules.bondFloor.to())
    }
}
