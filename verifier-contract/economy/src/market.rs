//! The market: jobs, and the money that they hold.
//!
//! What a job goes through is in its [`Stage`]; `rows` has the fifteen rows, `money` what goes in and out.

mod money;
mod rows;
mod settlement;

use crate::amounts::Amounts;
use crate::formulas;
use crate::refusal::{Refusal, require};
use crate::{Event as Any, State};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use std::collections::{BTreeMap, BTreeSet};

/// The furthest a deadline may lie ahead.
pub const MAX_LIFETIME: u64 = 14 * 24 * 60 * 60;
/// From a notice to the last second in which the job can still be taken.
pub const CANCEL_NOTICE: u64 = 5 * 60;
/// The most gas that a callback may have.
pub const MAX_CALLBACK_GAS: u64 = 1_000_000;

/// What a requester asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IMarketTypes.Terms`")]
pub struct Terms {
    pub listing_id: u64,
    pub record: B256,
    pub input_digest: B256,
    pub verifier: [u8; 4],
    pub token: Address,
    pub owner_bps: u64,
    pub floor_price: U256,
    pub max_price: U256,
    pub bond: U256,
    pub curve_start: u64,
    pub curve_seconds: u64,
    pub lock_by: u64,
    pub prove_window: u64,
    pub deadline: u64,
    pub direct: bool,
    pub callback: Address,
    pub callback_gas: u64,
}

impl Terms {
    /// What the job costs at `time`, while nobody has it.
    pub fn price_at(&self, time: u64) -> U256 {
        formulas::curve(self.floor_price, self.max_price, self.curve_start, self.curve_seconds, time)
    }

    /// What a request escrows.
    pub fn escrow(&self) -> U256 {
        self.max_price + self.bond
    }

    /// What the job is called: another name wherever any of this is another.
    pub fn job_id(&self, chain_id: u64, market: Address, requester: Address, nonce: U256) -> B256 {
        let mut verifier = [0; 32];
        verifier[..4].copy_from_slice(&self.verifier);
        let number = |value: u64| B256::from(U256::from(value));
        let amount = |value: U256| B256::from(value);
        let words = [
            number(chain_id),
            market.into_word(),
            requester.into_word(),
            amount(nonce),
            number(self.listing_id),
            self.record,
            self.input_digest,
            B256::from(verifier),
            self.token.into_word(),
            number(self.owner_bps),
            amount(self.floor_price),
            amount(self.max_price),
            amount(self.bond),
            number(self.curve_start),
            number(self.curve_seconds),
            number(self.lock_by),
            number(self.prove_window),
            number(self.deadline),
            number(self.direct.into()),
            self.callback.into_word(),
            number(self.callback_gas),
        ];
        keccak256(words.concat())
    }
}

/// Who took a job, for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// Who proves it.
    pub prover: Address,
    /// Whom the proof pays.
    pub payout: Address,
    /// The price that it was taken at.
    pub price: U256,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has it.
    Open,
    /// The requester is to hand its input over, from this time on.
    Reserved(Take, u64),
    /// The prover is to say that it has it, from this time on.
    Delivered(Take, u64),
    /// The prover is to prove it, on time until this time.
    Locked(Take, u64),
    /// It is over.
    Ended(End),
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of `IMarketTypes.Status`")]
pub enum End {
    Fulfilled,
    FulfilledLate,
    Cancelled,
    Refunded,
    Expired,
    Voided,
}

/// A job: what was asked for, under the rules of that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Who asked.
    pub requester: Address,
    /// For what.
    pub terms: Terms,
    /// Whether something is handed over.
    pub is_private: bool,
    /// What a prover locks.
    pub collateral: U256,
    /// Seconds for delivery and for acknowledgement.
    pub ack_window: u64,
    /// Where it stands.
    pub stage: Stage,
    /// The last second in which it can be taken, once notice was given.
    pub cancel_at: Option<u64>,
    /// keccak256 of the output whose callback failed.
    pub to_call_back: Option<B256>,
}

impl Job {
    /// The last second of its current window; nothing when it is over.
    pub fn limit(&self) -> Option<u64> {
        match self.stage {
            Stage::Open => Some(self.terms.lock_by),
            Stage::Reserved(_, since) | Stage::Delivered(_, since) => Some(since + self.ack_window),
            Stage::Locked(_, end) => Some(if self.is_private { end } else { self.terms.deadline }),
            Stage::Ended(_) => None,
        }
    }

    /// Whether it can still be taken, as far as notices go.
    pub fn is_uncancelled(&self, time: u64) -> bool {
        self.cancel_at.is_none_or(|last| time <= last)
    }
}

/// The governor's rules for a payment token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IMarketTypes.TokenRules`")]
pub struct TokenRules {
    pub allowed: bool,
    pub collateral_floor: U256,
    pub bond_floor: U256,
}

/// Work that the rewards contract would not record: one token's of a settlement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the arguments of `retryWork`")]
pub struct Work {
    pub token: Address,
    pub payout: Address,
    pub creators: Vec<Address>,
    pub fees: Vec<U256>,
}

impl Work {
    fn fee(&self) -> U256 {
        self.fees.iter().fold(U256::ZERO, |sum, fee| sum + fee)
    }
}

/// The market's books. Keys are of account and token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// Whether rows 1, 4 and 5 are blocked.
    pub paused: bool,
    /// For requests to come.
    pub ack_window: u64,
    /// By id.
    pub jobs: BTreeMap<B256, Job>,
    /// What can be withdrawn.
    pub credits: Amounts<(Address, Address)>,
    /// Collateral that no job holds.
    pub free: Amounts<(Address, Address)>,
    /// By token: the treasury's.
    pub income: Amounts<Address>,
    /// By token: fees of work that waits to be recorded.
    pub deferred_fees: Amounts<Address>,
    /// That work, and how often.
    pub deferred: BTreeMap<Work, u64>,
    /// By token.
    pub rules: BTreeMap<Address, TokenRules>,
    /// What private inputs are encrypted to.
    pub keys: BTreeMap<Address, B256>,
    /// Contracts that revert when they are called back.
    pub deaf: BTreeSet<Address>,
    nonces: BTreeSet<(Address, U256)>,
}

impl Default for Market {
    fn default() -> Self {
        Self {
            paused: false,
            ack_window: 30 * 60,
            jobs: BTreeMap::new(),
            credits: Amounts::default(),
            free: Amounts::default(),
            income: Amounts::default(),
            deferred_fees: Amounts::default(),
            deferred: BTreeMap::new(),
            rules: BTreeMap::new(),
            keys: BTreeMap::new(),
            deaf: BTreeSet::new(),
            nonces: BTreeSet::new(),
        }
    }
}

/// What can be asked of the market.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the arguments of `IInferenceMarket` and `IMarketRequests`")]
pub enum Call {
    Request {
        nonce: U256,
        terms: Box<Terms>,
        input: Bytes,
    },
    /// `signed`: whether the signature is the requester's, of this order.
    RequestFor {
        requester: Address,
        nonce: U256,
        terms: Box<Terms>,
        input: Bytes,
        signed: bool,
    },
    InvalidateNonce {
        nonce: U256,
    },
    NoticeCancel {
        job: B256,
    },
    Cancel {
        job: B256,
    },
    Expire {
        job: B256,
    },
    RegisterKey {
        key: B256,
    },
    Lock {
        job: B256,
        min_price: U256,
        payout: Address,
    },
    Reserve {
        job: B256,
        min_price: U256,
        payout: Address,
    },
    Deliver {
        job: B256,
        ciphertext: Bytes,
    },
    Acknowledge {
        job: B256,
    },
    EndReservation {
        job: B256,
    },
    Fulfil {
        jobs: Vec<B256>,
        input: Bytes,
        output: Bytes,
        payout: Address,
    },
    Refund {
        job: B256,
    },
    VoidJob {
        job: B256,
    },
    RetryCallback {
        job: B256,
        output: Bytes,
    },
    RetryWork {
        work: Work,
    },
    Withdraw {
        token: Address,
        to: Address,
    },
    DepositCollateral {
        token: Address,
        amount: U256,
    },
    WithdrawCollateral {
        token: Address,
        amount: U256,
        to: Address,
    },
    SendIncome {
        token: Address,
    },
    SetTokenRules {
        token: Address,
        rules: TokenRules,
    },
    SetAckWindow {
        seconds: u64,
    },
    SetPaused {
        paused: bool,
    },
    /// Somebody's contract begins, or ceases, to revert when it is called back.
    SetDeaf {
        callback: Address,
        deaf: bool,
    },
}

/// What the market tells: one event a row, with every amount that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the events of `IMarketEvents`")]
pub enum Event {
    JobRequested {
        job: B256,
        requester: Address,
        token: Address,
        escrow: U256,
        collateral: U256,
    },
    CancelNoticed {
        job: B256,
        cancel_at: u64,
    },
    JobCancelled {
        job: B256,
        requester: Address,
        refund: U256,
    },
    JobLocked {
        job: B256,
        prover: Address,
        payout: Address,
        price: U256,
        change: U256,
        collateral: U256,
        lock_end: u64,
    },
    JobReserved {
        job: B256,
        prover: Address,
        payout: Address,
        price: U256,
        bond: U256,
        key: B256,
        until: u64,
    },
    InputDelivered {
        job: B256,
        until: u64,
    },
    InputAcknowledged {
        job: B256,
        prover: Address,
        bond: U256,
    },
    DeliveryMissed {
        job: B256,
        requester: Address,
        prover: Address,
        refund: U256,
        bond: U256,
    },
    AcknowledgementMissed {
        job: B256,
        requester: Address,
        prover: Address,
        refund: U256,
        bond: U256,
    },
    JobFulfilled {
        job: B256,
        payout: Address,
        receiver: Address,
        prover_amount: U256,
        owner_amount: U256,
        fee: U256,
        change: U256,
        collateral: U256,
    },
    JobFulfilledLate {
        job: B256,
        payout: Address,
        requester: Address,
        refund: U256,
        bounty: U256,
        slashed: U256,
    },
    JobRefunded {
        job: B256,
        requester: Address,
        refund: U256,
        income: U256,
        slashed: U256,
    },
    JobExpired {
        job: B256,
        requester: Address,
        refund: U256,
    },
    JobVoided {
        job: B256,
        requester: Address,
        prover: Address,
        refund: U256,
        collateral: U256,
        stopped_at: u64,
    },
    CallbackFailed {
        job: B256,
        callback: Address,
    },
    CallbackRetried {
        job: B256,
        callback: Address,
    },
    WorkDeferred {
        work: Work,
    },
    WorkRetried {
        token: Address,
        payout: Address,
        fees: U256,
    },
    Withdrawn {
        account: Address,
        token: Address,
        to: Address,
        amount: U256,
    },
    CollateralDeposited {
        account: Address,
        token: Address,
        amount: U256,
    },
    CollateralWithdrawn {
        account: Address,
        token: Address,
        to: Address,
        amount: U256,
    },
    IncomeSent {
        token: Address,
        amount: U256,
    },
}

impl State {
    fn market_tells(&mut self, event: Event) {
        self.tell(Any::Market(event));
    }

    pub(crate) fn market_call(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        if let Call::Request { .. } | Call::RequestFor { .. } | Call::Lock { .. } | Call::Reserve { .. } = call {
            require(!self.market.paused, Refusal::MarketPaused)?;
        }
        match call {
            Call::Request { nonce, terms, input } => self.request(from, *nonce, terms, input),
            Call::RequestFor { requester, nonce, terms, input, signed } => {
                require(*signed, Refusal::BadSignature)?;
                self.request(*requester, *nonce, terms, input)
            }
            Call::InvalidateNonce { nonce } => {
                self.market.nonces.insert((from, *nonce));
                Ok(())
            }
            Call::NoticeCancel { job } => self.notice_cancel(from, *job),
            Call::Cancel { job } => self.cancel(*job),
            Call::Expire { job } => self.expire(*job),
            Call::RegisterKey { key } => {
                self.market.keys.insert(from, *key);
                Ok(())
            }
            Call::Lock { job, min_price, payout } => self.lock(from, *job, *min_price, *payout),
            Call::Reserve { job, min_price, payout } => self.reserve(from, *job, *min_price, *payout),
            Call::Deliver { job, ciphertext } => self.deliver(from, *job, ciphertext),
            Call::Acknowledge { job } => self.acknowledge(from, *job),
            Call::EndReservation { job } => self.end_reservation(*job),
            Call::Fulfil { jobs, input, output, payout } => self.fulfil(jobs, input, output, *payout),
            Call::Refund { job } => self.refund(*job),
            Call::VoidJob { job } => self.void_job(*job),
            Call::RetryCallback { job, output } => self.retry_callback(*job, output),
            Call::RetryWork { work } => self.retry_work(work),
            Call::SetDeaf { callback, deaf } => {
                if *deaf {
                    self.market.deaf.insert(*callback);
                } else {
                    self.market.deaf.remove(callback);
                }
                Ok(())
            }
            money => self.market_money(from, money),
        }
    }

    fn job(&self, job: B256) -> Option<&Job> {
        self.market.jobs.get(&job)
    }

    fn job_mut(&mut self, job: B256) -> &mut Job {
        self.market.jobs.get_mut(&job).expect("looked up before")
    }

    /// A job that is not over, and the last second of its window.
    fn live(&self, job: B256) -> Result<(Job, u64), Refusal> {
        let job = self.job(job).ok_or(Refusal::WrongStatus)?;
        let limit = job.limit().ok_or(Refusal::WrongStatus)?;
        Ok((job.clone(), limit))
    }

    /// A job that nobody has, and the last second in which somebody can take it.
    fn open_job(&self, job: B256) -> Result<(Job, u64), Refusal> {
        let (job, limit) = self.live(job)?;
        require(job.stage == Stage::Open, Refusal::WrongStatus)?;
        Ok((job, limit))
    }

    fn check_not_stopped(&self, terms: &Terms) -> Result<(), Refusal> {
        require(self.registry.stopped_at(terms.verifier, terms.record).is_none(), Refusal::Stopped)
    }

    /// When the stop came, if it came while the job's window was open.
    fn stopped_in_window(&self, job: &Job) -> Option<u64> {
        let stopped = self.registry.stopped_at(job.terms.verifier, job.terms.record)?;
        (Some(stopped) <= job.limit()).then_some(stopped)
    }

    fn credit(&mut self, account: Address, token: Address, amount: U256) {
        self.market.credits.add((account, token), amount);
    }

    fn slash(&mut self, token: Address, amount: U256) {
        self.credit(self.network.slash_auction, token, amount);
    }

    /// Takes from somebody's free collateral.
    fn hold(&mut self, account: Address, token: Address, amount: U256) -> Result<(), Refusal> {
        require(self.market.free.take((account, token), amount), Refusal::InsufficientCollateral)
    }

    fn release(&mut self, account: Address, token: Address, amount: U256) {
        self.market.free.add((account, token), amount);
    }

    /// The market pays neither nobody nor itself.
    fn check_recipient(&self, to: Address) -> Result<(), Refusal> {
        require(to != Address::ZERO && to != self.network.market, Refusal::BadRecipient)
    }
}
