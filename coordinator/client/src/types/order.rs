//! Quotes, prepared requests, signed orders.

use super::{Amount, shape};
use alloy::primitives::{Address, B256, Bytes, FixedBytes};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// An input: integers, or their bytes as the market has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a list of integers, or bytes in hexadecimal with 0x")]
pub enum Input {
    /// Values, in the order of the model's input.
    Values(Vec<i64>),
    /// Bytes: values in big-endian two's complement, or the commitment of a private input.
    #[serde(deserialize_with = "shape::prefixed")]
    Bytes(Bytes),
}

impl PartialSchema for Input {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(i64::MIN))
            .maximum(Some(i64::MAX));
        let values = ArrayBuilder::new().items(integer).description(Some("Values, in the order of the model's input."));
        Schema::OneOf(OneOfBuilder::new().item(values).item(shape::Bytes::schema()).build()).into()
    }
}

impl ToSchema for Input {
    fn name() -> Cow<'static, str> {
        "Input".into()
    }
}

/// What a quote is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "listing": 1, "input": [1, -2, 3] }))]
pub struct QuoteRequest {
    /// The listing.
    pub listing: u64,
    /// An input, to learn whether the model takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// Gas of a callback, to learn what that costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000)]
    pub callback_gas: Option<u32>,
}

/// What an inference costs, and how long it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// The listing.
    pub listing: u64,
    /// What it is paid in.
    #[schema(value_type = shape::Address)]
    pub token: Address,
    /// What the listing asks at least.
    #[schema(value_type = shape::Amount)]
    pub listing_price: Amount,
    /// What jobs of this listing were settled at; the listing's price when there were none. Never below the listing's price.
    pub price: Range,
    /// Seconds from request to settlement; none when no job of this listing was settled.
    pub latency_seconds: Option<SecondsRange>,
    /// From how many jobs that is.
    pub samples: u64,
    /// Gas.
    pub gas: Gas,
    /// What the callback costs.
    pub callback: Option<CallbackCost>,
    /// Whether the model takes the input.
    pub input: Option<InputCheck>,
}

/// Amounts, of which one is at most the middle and one is exceeded by one in twenty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Range {
    /// Half are at most this.
    #[schema(value_type = shape::Amount)]
    pub p50: Amount,
    /// 95 % are at most this.
    #[schema(value_type = shape::Amount)]
    pub p95: Amount,
}

/// Seconds, likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecondsRange {
    /// Half are at most this.
    pub p50: u64,
    /// 95 % are at most this.
    pub p95: u64,
}

/// Gas of a job, the middle of recent ones; none when there were none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gas {
    /// Of its request: the requester's.
    pub request: Option<u64>,
    /// Of its settlement: the prover's.
    pub settlement: Option<u64>,
    /// What a unit costs now, in wei.
    #[schema(value_type = shape::Amount)]
    pub price: Amount,
}

/// What a callback costs whoever settles the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallbackCost {
    /// Gas that it is given.
    pub gas: u64,
    /// That gas at today's price, in wei.
    #[schema(value_type = shape::Amount)]
    pub cost: Amount,
}

/// Whether a model takes an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InputCheck {
    /// Whether it does.
    pub legal: bool,
    /// Why not.
    pub why: Option<String>,
    /// Its length.
    pub bytes: u64,
}

/// What a request is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "listing": 1, "requester": "0xd8da6bf26964af9d7eed9e03e53415d37aa96045", "input": [1, -2, 3] }))]
pub struct Prepare {
    /// The listing.
    pub listing: u64,
    /// Who pays.
    #[schema(value_type = shape::Address)]
    pub requester: Address,
    /// The input.
    pub input: Input,
    /// Any number that the requester has not used; one is chosen when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Amount>)]
    pub nonce: Option<Amount>,
    /// The most it may cost; the listing's price when there is none. The price rises from the listing's to this one within
    /// `lock_seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Amount>)]
    pub max_price: Option<Amount>,
    /// Seconds in which a prover may take it: 600 when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_209_600)]
    pub lock_seconds: Option<u32>,
    /// Seconds a prover has from then on: 600 when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_209_600)]
    pub prove_seconds: Option<u32>,
    /// Seconds after that in which anybody may still prove it, late: 600 when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_209_600)]
    pub late_seconds: Option<u32>,
    /// Whether it may be proved without a lock; not when there is nothing said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<bool>,
    /// A contract that is called with the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Address>)]
    pub callback: Option<Address>,
    /// With how much gas: 200,000 when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000)]
    pub callback_gas: Option<u32>,
    /// What requester and prover each stake on the handing over of a private input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Amount>)]
    pub bond: Option<Amount>,
}

/// A request that is ready to be sent by the requester's own wallet: `data` to `to`, after the approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Prepared {
    /// The id that the job will have.
    #[schema(value_type = shape::Hash)]
    pub job: B256,
    /// The chain.
    pub chain_id: u64,
    /// The market.
    #[schema(value_type = shape::Address)]
    pub to: Address,
    /// Calldata of `request`.
    #[schema(value_type = shape::Bytes)]
    pub data: Bytes,
    /// What the market takes of the requester's tokens.
    pub approval: Approval,
    /// The nonce.
    #[schema(value_type = shape::Amount)]
    pub nonce: Amount,
    /// The terms.
    pub terms: Terms,
    /// The input as the market takes it.
    #[schema(value_type = shape::Bytes)]
    pub input: Bytes,
    /// EIP-712 digest of the order, for a requester that signs it and has somebody else send it.
    #[schema(value_type = shape::Hash)]
    pub digest: B256,
}

/// What the market takes of the requester's tokens, and whether it may yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// The token; the approval is sent to it.
    #[schema(value_type = shape::Address)]
    pub token: Address,
    /// Who takes them: the market.
    #[schema(value_type = shape::Address)]
    pub spender: Address,
    /// How much.
    #[schema(value_type = shape::Amount)]
    pub amount: Amount,
    /// How much it may take now.
    #[schema(value_type = shape::Amount)]
    pub allowance: Amount,
    /// Whether that is too little.
    pub needed: bool,
    /// Calldata of `approve`.
    #[schema(value_type = shape::Bytes)]
    pub data: Bytes,
}

/// Terms of an order, as the market has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields of IMarketTypes.Terms")]
pub struct Terms {
    pub listing: u64,
    #[schema(value_type = shape::Hash)]
    pub record: B256,
    #[schema(value_type = shape::Hash)]
    pub input_digest: B256,
    #[schema(value_type = shape::Selector)]
    pub verifier: FixedBytes<4>,
    #[schema(value_type = shape::Address)]
    pub token: Address,
    pub owner_bps: u16,
    #[schema(value_type = shape::Amount)]
    pub floor_price: Amount,
    #[schema(value_type = shape::Amount)]
    pub max_price: Amount,
    #[schema(value_type = shape::Amount)]
    pub bond: Amount,
    pub curve_start: u64,
    pub curve_seconds: u32,
    pub lock_by: u64,
    pub prove_seconds: u32,
    pub deadline: u64,
    pub direct: bool,
    #[schema(value_type = shape::Address)]
    pub callback: Address,
    pub callback_gas: u32,
}

/// A signed order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Who pays, and signed.
    #[schema(value_type = shape::Address)]
    pub requester: Address,
    /// The nonce.
    #[schema(value_type = shape::Amount)]
    pub nonce: Amount,
    /// The terms.
    pub terms: Terms,
    /// The input as the market takes it.
    #[serde(deserialize_with = "shape::prefixed")]
    #[schema(value_type = shape::Bytes)]
    pub input: Bytes,
    /// The signature of the order's digest.
    #[serde(deserialize_with = "shape::prefixed")]
    #[schema(value_type = shape::Bytes)]
    pub signature: Bytes,
    /// An ERC-2612 permit, instead of an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<Permit>,
}

/// An ERC-2612 permit for the market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Permit {
    /// How much the market may take.
    #[schema(value_type = shape::Amount)]
    pub value: Amount,
    /// Last second of the permit.
    #[schema(value_type = shape::Amount)]
    pub deadline: Amount,
    /// Part of its signature.
    pub v: u8,
    /// Part of its signature.
    #[schema(value_type = shape::Hash)]
    pub r: B256,
    /// Part of its signature.
    #[schema(value_type = shape::Hash)]
    pub s: B256,
}

/// An order that will be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// The id of its job.
    #[schema(value_type = shape::Hash)]
    pub job: B256,
}
