//! A job's life: a record is published and listed, an order escrows its price, a seal settles it, or time runs out.

use crate::bindings::{InferenceMarket, Listing, ModelRegistry, Order, RecordStore, RecordVerifier};
use crate::deploy::Contracts;
use crate::error::ContractsError;
use crate::network::Receipt;
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::sol_types::{SolEvent, SolValue};
use verin_circuits::artifact::RecordFile;
use verin_circuits::weights::{RangeProof, Weights};

/// Records up to this many bytes are published in one transaction; larger ones chunk by chunk.
pub const ONE_TRANSACTION: usize = 72_000;
/// Bytes of a full chunk: the most code a contract can have, less a leading STOP byte.
const CHUNK: usize = 24_575;

/// The id that an order gets: `keccak256(abi.encode(chain id, market, requester, order))`.
pub fn job_id(chain_id: u64, market: Address, requester: Address, order: &Order) -> B256 {
    keccak256((U256::from(chain_id), market, requester, order.clone()).abi_encode_params())
}

/// The context of a seal that settles `jobs` for `payout`: `keccak256(abi.encode(chain id, market, payout, jobs))`.
pub fn context(chain_id: u64, market: Address, payout: Address, jobs: &[B256]) -> B256 {
    keccak256((U256::from(chain_id), market, payout, jobs.to_vec()).abi_encode_params())
}

/// A job that was requested.
#[derive(Clone, Debug, PartialEq)]
pub struct Requested {
    /// Its id.
    pub id: B256,
    /// What was asked for.
    pub order: Order,
    /// What the request cost.
    pub gas: u64,
}

/// The data of one fulfilment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfilment {
    /// One job per slot.
    pub jobs: Vec<B256>,
    /// Input bytes of all slots.
    pub input: Bytes,
    /// Output bytes of all slots.
    pub output: Bytes,
    /// The proof.
    pub seal: Bytes,
    /// Who is paid for it.
    pub payout: Address,
}

/// Who was paid what for one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The job.
    pub job: B256,
    /// Who proved it.
    pub payout: Address,
    /// Who holds the listing.
    pub owner: Address,
    /// The prover's part.
    pub prover_amount: U256,
    /// The owner's part.
    pub owner_amount: U256,
    /// The network's fee.
    pub fee: U256,
    /// The output, as the chain has it.
    pub output: Bytes,
}

/// A settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Payments, in the order of the batch.
    pub payments: Vec<Payment>,
    /// What the transaction cost.
    pub gas: u64,
    /// Bytes of its calldata.
    pub calldata_bytes: usize,
}

impl Contracts {
    /// Publishes a record. Gives its hash and the gas of all transactions.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn publish(&self, from: Address, record: &[u8]) -> Result<(B256, u64), ContractsError> {
        let (hash, n) = (keccak256(record), &self.network);
        let mut gas = 0;
        let last = if record.len() <= ONE_TRANSACTION {
            n.send("publishing the record", self.store.publish(record.to_vec().into()).from(from)).await?
        } else {
            let mut pointers = Vec::new();
            for chunk in record.chunks(CHUNK) {
                let call = self.store.writeChunk(chunk.to_vec().into()).from(from);
                pointers.push(n.view("writing a chunk of the record", call.clone()).await?);
                gas += n.send("writing a chunk of the record", call).await?.gas_used;
            }
            n.send("publishing the record", self.store.assemble(pointers).from(from)).await?
        };
        let event: RecordStore::RecordPublished = event("publishing the record", &last)?;
        ContractsError::check("hash of the published record", hash, event.recordHash)?;
        let read = n.view("reading the record", self.store.read(hash)).await?;
        ContractsError::check("hash of the record as it is read", hash, keccak256(&read))?;
        Ok((hash, gas + last.gas_used))
    }

    /// Publishes the record of a file and, where its weights are private, shows that they lie in their declared ranges: seals
    /// under it can be verified from then on. Gives its hash and the gas of all transactions.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn publish_file(&self, from: Address, file: &RecordFile) -> Result<(B256, u64), ContractsError> {
        let (record, gas) = self.publish(from, &file.record.encode()).await?;
        let checked = match &file.weights {
            Weights::Published { .. } => 0,
            Weights::Private(ranges) => self.check_weights(from, record, &file.skeleton, ranges).await?,
        };
        Ok((record, gas + checked))
    }

    /// Shows, once, that the private weights of a published record lie in the ranges that its skeleton declares. Gives the gas.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn check_weights(
        &self,
        from: Address,
        record: B256,
        skeleton: &[u8],
        ranges: &RangeProof,
    ) -> Result<u64, ContractsError> {
        let (what, range_record) = ("checking private weights", ranges.record.encode());
        let seal = ranges.seal.clone().into();
        let call = self.verifier.checkWeights(record, keccak256(skeleton), range_record.into(), seal);
        let receipt = self.network.send(what, call.from(from)).await?;
        let checked = self.network.view(what, self.verifier.weightsChecked(record)).await?;
        ContractsError::check("private weights are checked", true, checked)?;
        // Checked before, they are checked silently.
        if let Some(event) = receipt.decoded_log::<RecordVerifier::WeightsChecked>() {
            ContractsError::check("record whose weights were checked", record, event.recordHash)?;
        }
        Ok(receipt.gas_used)
    }

    /// Lists a published record. Gives the listing and the gas.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn list(
        &self,
        owner: Address,
        record: B256,
        price: u128,
        owner_bps: u16,
        about: &str,
    ) -> Result<(U256, u64), ContractsError> {
        let call = self.registry.register(record, price, owner_bps, about.into()).from(owner);
        let receipt = self.network.send("listing the model", call).await?;
        let event: ModelRegistry::ModelListed = event("listing the model", &receipt)?;
        Ok((event.listingId, receipt.gas_used))
    }

    /// The terms of a listing.
    ///
    /// # Errors
    /// There is none.
    pub async fn listing(&self, id: U256) -> Result<Listing, ContractsError> {
        self.network.view("reading the listing", self.registry.listing(id)).await
    }

    /// Sends tokens.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn transfer(&self, from: Address, to: Address, amount: U256) -> Result<(), ContractsError> {
        self.network.send("sending tokens", self.token.transfer(to, amount).from(from)).await.map(drop)
    }

    /// Lets the market take `amount` of `from`'s tokens.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn approve(&self, from: Address, amount: U256) -> Result<(), ContractsError> {
        let call = self.token.approve(*self.market.address(), amount).from(from);
        self.network.send("approving the market", call).await.map(drop)
    }

    /// Opens a job at the listing's price, to be done within `seconds`, and escrows the price.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`]; also when the id is not the one computed here.
    pub async fn request(
        &self,
        requester: Address,
        listing: U256,
        input: &[u8],
        seconds: u64,
        nonce: u64,
    ) -> Result<Requested, ContractsError> {
        let terms = self.listing(listing).await?;
        let order = Order {
            listingId: listing,
            recordHash: terms.recordHash,
            inputDigest: keccak256(input),
            ownerBps: terms.ownerBps,
            maxPrice: terms.price,
            deadline: self.network.now().await? + seconds,
            nonce: U256::from(nonce),
        };
        let id = job_id(self.network.chain_id, *self.market.address(), requester, &order);
        let call = self.market.request(order.clone(), input.to_vec().into()).from(requester);
        let receipt = self.network.send("requesting an inference", call).await?;
        let event: InferenceMarket::JobRequested = event("requesting an inference", &receipt)?;
        ContractsError::check("job id", id, event.jobId)?;
        Ok(Requested { id, order, gas: receipt.gas_used })
    }

    /// The context that a seal for these jobs and this payout must be made for.
    pub fn context(&self, jobs: &[B256], payout: Address) -> B256 {
        context(self.network.chain_id, *self.market.address(), payout, jobs)
    }

    /// Settles jobs with a seal.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn fulfil(&self, from: Address, f: &Fulfilment) -> Result<Settled, ContractsError> {
        let call = self.fulfil_call(f).from(from);
        let calldata_bytes = call.calldata().len();
        let receipt = self.network.send("fulfilling", call).await?;
        let logs = receipt.logs().iter().filter(|log| log.address() == *self.market.address());
        let events = logs.filter_map(|log| InferenceMarket::JobFulfilled::decode_log(&log.inner).ok());
        let payments = events.map(|event| Payment {
            job: event.jobId,
            payout: event.payout,
            owner: event.owner,
            prover_amount: event.proverAmount,
            owner_amount: event.ownerAmount,
            fee: event.fee,
            output: event.output.clone(),
        });
        Ok(Settled { payments: payments.collect(), gas: receipt.gas_used, calldata_bytes })
    }

    /// The call that [`Contracts::fulfil`] sends.
    pub fn fulfil_call(&self, f: &Fulfilment) -> FulfilCall<'_> {
        self.market.fulfil(f.jobs.clone(), f.input.clone(), f.output.clone(), f.seal.clone(), f.payout)
    }

    /// Returns an expired job's price to its requester.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn refund(&self, from: Address, job: B256) -> Result<(U256, u64), ContractsError> {
        let receipt = self.network.send("refunding", self.market.refund(job).from(from)).await?;
        let event: InferenceMarket::JobRefunded = event("refunding", &receipt)?;
        Ok((event.amount, receipt.gas_used))
    }

    /// Pays an account's credit out to itself.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn withdraw(&self, account: Address) -> Result<U256, ContractsError> {
        let receipt = self.network.send("withdrawing", self.market.withdraw(account).from(account)).await?;
        let event: InferenceMarket::Withdrawn = event("withdrawing", &receipt)?;
        Ok(event.amount)
    }

    /// What an account can withdraw.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn credit(&self, account: Address) -> Result<U256, ContractsError> {
        self.network.view("reading a credit", self.market.creditOf(account)).await
    }

    /// Tokens of an account.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn balance(&self, account: Address) -> Result<U256, ContractsError> {
        self.network.view("reading a balance", self.token.balanceOf(account)).await
    }

    /// Gas of the bare verify call: a whole transaction that only asks whether a seal is valid.
    ///
    /// # Errors
    /// It is not.
    pub async fn verify_gas(
        &self,
        from: Address,
        record: B256,
        context: B256,
        f: &Fulfilment,
    ) -> Result<u64, ContractsError> {
        let call = self.verifier.verify(record, context, f.input.clone(), f.output.clone(), f.seal.clone());
        Ok(self.network.send("verifying", call.from(from)).await?.gas_used)
    }
}

/// A fulfilment, not sent yet.
pub type FulfilCall<'a> =
    alloy::contract::SolCallBuilder<&'a alloy::providers::DynProvider, InferenceMarket::fulfilCall>;

pub(crate) fn event<E: SolEvent>(what: &str, receipt: &Receipt) -> Result<E, ContractsError> {
    let found = receipt.decoded_log::<E>().map(|log| log.data);
    found.ok_or_else(|| ContractsError::Mismatch {
        what: what.into(),
        expected: format!("the event {}", E::SIGNATURE),
        got: "none".into(),
    })
}
