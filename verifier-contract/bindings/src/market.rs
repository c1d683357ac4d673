//! A job's life: a record is published and listed, an order escrows its price, a prover locks it, a seal settles it, or time runs
//! out. Rows are those of `docs/contracts/market.md`. Payments are in network tokens.

use crate::bindings::{InferenceMarket, Listing, ModelRegistry, RecordStore, RecordVerifier, Terms};
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

/// The id that an order gets: `keccak256(abi.encode(chain id, market, requester, nonce, terms))`.
pub fn job_id(chain_id: u64, market: Address, requester: Address, nonce: U256, terms: &Terms) -> B256 {
    keccak256((U256::from(chain_id), market, requester, nonce, terms.clone()).abi_encode_params())
}

/// The context of a seal that settles `jobs` for `payout`: `keccak256(abi.encode(chain id, market, payout, jobs))`.
pub fn context(chain_id: u64, market: Address, payout: Address, jobs: &[B256]) -> B256 {
    keccak256((U256::from(chain_id), market, payout, jobs.to_vec()).abi_encode_params())
}

/// What is asked for, at the listing's price, which does not rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The listing.
    pub listing: U256,
    /// Any number that the requester has not used.
    pub nonce: u64,
    /// Seconds in which a prover may take the job.
    pub lock_seconds: u64,
    /// Seconds a prover has from its lock on.
    pub prove_seconds: u32,
    /// Seconds after the last possible end of a lock, in which anybody may still fulfil a public job.
    pub late_seconds: u64,
    /// Whether a public job may be fulfilled without a lock.
    pub direct: bool,
    /// What requester and prover each stake on the handing over of a private input; 0 for a public job.
    pub bond: u128,
}

/// A record that is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its hash.
    pub record: B256,
    /// Whether it was there before.
    pub was_there: bool,
    /// What publishing it cost.
    pub gas: u64,
}

/// A job that was requested.
#[derive(Clone, Debug, PartialEq)]
pub struct Requested {
    /// Its id.
    pub id: B256,
    /// What was asked for.
    pub terms: Terms,
    /// What a prover locks.
    pub collateral: U256,
    /// What the request cost.
    pub gas: u64,
}

/// A job that a prover took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// What it is done for.
    pub price: U256,
    /// What of the escrow went back to the requester.
    pub change: U256,
    /// What of the prover is held.
    pub collateral: U256,
    /// Last second of a fulfilment on time.
    pub lock_end: u64,
    /// What the lock cost.
    pub gas: u64,
}

/// A locked job that nobody proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// What the requester got back.
    pub refund: U256,
    /// What of the collateral is the treasury's.
    pub income: U256,
    /// What of it is the slash auction's.
    pub slashed: U256,
    /// What the refund cost.
    pub gas: u64,
}

/// A job that somebody else proved, when its prover had not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// The job.
    pub job: B256,
    /// Who proved it.
    pub payout: Address,
    /// What the requester got back.
    pub refund: U256,
    /// What of the collateral is the fulfiller's.
    pub bounty: U256,
    /// What of it is the slash auction's.
    pub slashed: U256,
    /// The output, as the chain has it.
    pub output: Bytes,
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
    /// Whom the owner's part went to: the listing's revenue share, or else its holder.
    pub receiver: Address,
    /// The prover's part.
    pub prover_amount: U256,
    /// The owner's part.
    pub owner_amount: U256,
    /// The network's fee.
    pub fee: U256,
    /// What of the escrow went back to the requester.
    pub change: U256,
    /// What of the prover's collateral was released.
    pub released: U256,
    /// The output, as the chain has it.
    pub output: Bytes,
}

/// A settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Payments, in the order of the batch.
    pub payments: Vec<Payment>,
    /// Jobs whose provers were late, in the order of the batch.
    pub late: Vec<Late>,
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

    /// Whether a record is on the chain.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn has_record(&self, record: B256) -> Result<bool, ContractsError> {
        self.network.view("looking for a record", self.store.exists(record)).await
    }

    /// The bytes of a published record.
    ///
    /// # Errors
    /// It is not published, or the node does not answer.
    pub async fn record(&self, record: B256) -> Result<Bytes, ContractsError> {
        let bytes = self.network.view("reading a record", self.store.read(record)).await?;
        ContractsError::check("hash of the record as it is read", record, keccak256(&bytes))?;
        Ok(bytes)
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

    /// Publishes what is missing on the chain of a record: the record, and the proof of its private weights.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn ensure_published(&self, from: Address, file: &RecordFile) -> Result<Published, ContractsError> {
        let record = B256::from(file.record.hash());
        if !self.has_record(record).await? {
            let (record, gas) = self.publish_file(from, file).await?;
            return Ok(Published { record, was_there: false, gas });
        }
        let checked = self.network.view("asking for private weights", self.verifier.weightsChecked(record)).await?;
        let gas = match &file.weights {
            Weights::Private(ranges) if !checked => self.check_weights(from, record, &file.skeleton, ranges).await?,
            _ => 0,
        };
        Ok(Published { record, was_there: true, gas })
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

    /// Lets `spender` take `amount` of `from`'s tokens.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn approve(&self, from: Address, spender: Address, amount: U256) -> Result<(), ContractsError> {
        let call = self.token.approve(spender, amount).from(from);
        self.network.send("approving", call).await.map(drop)
    }

    /// Lets `spender` take at least `amount` of `from`'s tokens, if it may not already.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn ensure_allowance(&self, from: Address, spender: Address, amount: U256) -> Result<(), ContractsError> {
        let allowed = self.network.view("reading an allowance", self.token.allowance(from, spender)).await?;
        if allowed >= amount { Ok(()) } else { self.approve(from, spender, amount).await }
    }

    /// Row 1. Opens a job at the listing's price, and escrows price and bond.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`]; also when the id is not the one computed here.
    pub async fn request(&self, requester: Address, ask: &Ask, input: &[u8]) -> Result<Requested, ContractsError> {
        let terms = self.terms(ask, input).await?;
        self.order(requester, U256::from(ask.nonce), terms, input).await
    }

    /// The terms of an order at the listing's price, as of the latest block.
    ///
    /// # Errors
    /// There is no such listing, or the node does not answer.
    pub async fn terms(&self, ask: &Ask, input: &[u8]) -> Result<Terms, ContractsError> {
        let listing = self.listing(ask.listing).await?;
        let now = self.network.clock().await?;
        let lock_by = now.saturating_add(ask.lock_seconds);
        Ok(Terms {
            listingId: ask.listing,
            recordHash: listing.recordHash,
            inputDigest: keccak256(input),
            verifier: listing.proofSystem,
            token: *self.token.address(),
            ownerBps: listing.ownerBps,
            floorPrice: listing.price,
            maxPrice: listing.price,
            bond: ask.bond,
            curveStart: now,
            curveSeconds: 0,
            lockBy: lock_by,
            proveWindow: ask.prove_seconds,
            deadline: lock_by.saturating_add(u64::from(ask.prove_seconds)).saturating_add(ask.late_seconds),
            direct: ask.direct,
            callback: Address::ZERO,
            callbackGas: 0,
        })
    }

    /// The id that an order in this market gets.
    pub fn job_id(&self, requester: Address, nonce: U256, terms: &Terms) -> B256 {
        job_id(self.network.chain_id, *self.market.address(), requester, nonce, terms)
    }

    /// Row 1, on any terms.
    ///
    /// # Errors
    /// As [`Contracts::request`].
    pub async fn order(
        &self,
        requester: Address,
        nonce: U256,
        terms: Terms,
        input: &[u8],
    ) -> Result<Requested, ContractsError> {
        let id = self.job_id(requester, nonce, &terms);
        let call = self.market.request(nonce, terms.clone(), input.to_vec().into()).from(requester);
        let receipt = self.network.send("requesting an inference", call).await?;
        let event: InferenceMarket::JobRequested = event("requesting an inference", &receipt)?;
        ContractsError::check("job id", id, event.jobId)?;
        Ok(Requested { id, terms, collateral: event.collateral, gas: receipt.gas_used })
    }

    /// Row 4. Takes a public job, at any price, to be paid to `payout`.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn lock(&self, prover: Address, job: B256, payout: Address) -> Result<Locked, ContractsError> {
        let call = self.market.lock(job, U256::ZERO, payout).from(prover);
        locked("locking a job", &self.network.send("locking a job", call).await?)
    }

    /// Row 5. Takes a private job, at any price, subject to its delivery.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn reserve(&self, prover: Address, job: B256, payout: Address) -> Result<u64, ContractsError> {
        let call = self.market.reserve(job, U256::ZERO, payout).from(prover);
        Ok(self.network.send("reserving a job", call).await?.gas_used)
    }

    /// Sets the key that private inputs for `prover` are encrypted to.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn register_key(&self, prover: Address, key: [u8; 32]) -> Result<(), ContractsError> {
        let call = self.market.registerKey(key.into()).from(prover);
        self.network.send("registering a key", call).await.map(drop)
    }

    /// Row 6. Hands a private input over.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn deliver(&self, requester: Address, job: B256, ciphertext: Vec<u8>) -> Result<u64, ContractsError> {
        let call = self.market.deliver(job, ciphertext.into()).from(requester);
        Ok(self.network.send("delivering a private input", call).await?.gas_used)
    }

    /// What was delivered for a job, from the event.
    ///
    /// # Errors
    /// The node does not answer, or nothing was delivered.
    pub async fn delivered(&self, job: B256) -> Result<Bytes, ContractsError> {
        let filter = self.market.InputDelivered_filter().topic1(job).from_block(0);
        let found = filter.query().await.map_err(|e| self.network.error("reading a delivery", &e))?;
        found.into_iter().next_back().map(|(event, _)| event.ciphertext).ok_or_else(|| ContractsError::Mismatch {
            what: format!("delivery for job {job}"),
            expected: "an InputDelivered event".into(),
            got: "none".into(),
        })
    }

    /// Row 7. Confirms that what was delivered opens the commitment, and locks the job.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn acknowledge(&self, prover: Address, job: B256) -> Result<Locked, ContractsError> {
        let call = self.market.acknowledge(job).from(prover);
        locked("acknowledging a delivery", &self.network.send("acknowledging a delivery", call).await?)
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
        let logs = || receipt.logs().iter().filter(|log| log.address() == *self.market.address());
        let paid = logs().filter_map(|log| InferenceMarket::JobFulfilled::decode_log(&log.inner).ok());
        let payments = paid.map(|event| Payment {
            job: event.jobId,
            payout: event.payout,
            receiver: event.receiver,
            prover_amount: event.proverAmount,
            owner_amount: event.ownerAmount,
            fee: event.fee,
            change: event.change,
            released: event.collateral,
            output: event.output.clone(),
        });
        let late = logs().filter_map(|log| InferenceMarket::JobFulfilledLate::decode_log(&log.inner).ok());
        let late = late.map(|event| Late {
            job: event.jobId,
            payout: event.payout,
            refund: event.refund,
            bounty: event.bounty,
            slashed: event.slashed,
            output: event.output.clone(),
        });
        Ok(Settled { payments: payments.collect(), late: late.collect(), gas: receipt.gas_used, calldata_bytes })
    }

    /// The call that [`Contracts::fulfil`] sends.
    pub fn fulfil_call(&self, f: &Fulfilment) -> FulfilCall<'_> {
        self.market.fulfil(f.jobs.clone(), f.input.clone(), f.output.clone(), f.seal.clone(), f.payout)
    }

    /// Row 13. Ends a locked job that nobody proved.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn refund(&self, from: Address, job: B256) -> Result<Refunded, ContractsError> {
        let receipt = self.network.send("refunding", self.market.refund(job).from(from)).await?;
        let event: InferenceMarket::JobRefunded = event("refunding", &receipt)?;
        let InferenceMarket::JobRefunded { refund, income, slashed, .. } = event;
        Ok(Refunded { refund, income, slashed, gas: receipt.gas_used })
    }

    /// Row 14. Ends an open job that nobody took. Gives what the requester got back, and the gas.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn expire(&self, from: Address, job: B256) -> Result<(U256, u64), ContractsError> {
        let receipt = self.network.send("ending an expired job", self.market.expire(job).from(from)).await?;
        let event: InferenceMarket::JobExpired = event("ending an expired job", &receipt)?;
        Ok((event.refund, receipt.gas_used))
    }

    /// Puts free collateral in.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn deposit_collateral(&self, from: Address, amount: U256) -> Result<(), ContractsError> {
        let call = self.market.depositCollateral(*self.token.address(), amount).from(from);
        self.network.send("depositing collateral", call).await.map(drop)
    }

    /// Takes free collateral out, to its owner.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn withdraw_collateral(&self, from: Address, amount: U256) -> Result<(), ContractsError> {
        let call = self.market.withdrawCollateral(*self.token.address(), amount, from).from(from);
        self.network.send("withdrawing collateral", call).await.map(drop)
    }

    /// Collateral of an account that no job holds.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn free_collateral(&self, account: Address) -> Result<U256, ContractsError> {
        let call = self.market.freeCollateralOf(account, *self.token.address());
        self.network.view("reading free collateral", call).await
    }

    /// Pays an account's credit out to itself.
    ///
    /// # Errors
    /// See [`crate::network::Network::send`].
    pub async fn withdraw(&self, account: Address) -> Result<U256, ContractsError> {
        let call = self.market.withdraw(*self.token.address(), account).from(account);
        let receipt = self.network.send("withdrawing", call).await?;
        let event: InferenceMarket::Withdrawn = event("withdrawing", &receipt)?;
        Ok(event.amount)
    }

    /// What an account can withdraw.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn credit(&self, account: Address) -> Result<U256, ContractsError> {
        self.network.view("reading a credit", self.market.creditOf(account, *self.token.address())).await
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

fn locked(what: &str, receipt: &Receipt) -> Result<Locked, ContractsError> {
    let event: InferenceMarket::JobLocked = event(what, receipt)?;
    Ok(Locked {
        price: event.price,
        change: event.change,
        collateral: event.collateral,
        lock_end: event.lockEnd.saturating_to(),
        gas: receipt.gas_used,
    })
}

pub(crate) fn event<E: SolEvent>(what: &str, receipt: &Receipt) -> Result<E, ContractsError> {
    let found = receipt.decoded_log::<E>().map(|log| log.data);
    found.ok_or_else(|| ContractsError::Mismatch {
        what: what.into(),
        expected: format!("the event {}", E::SIGNATURE),
        got: "none".into(),
    })
}
