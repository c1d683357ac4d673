//! What the API takes and gives, as JSON: the coordinator and its clients have these types from here.
//!
//! Hashes and addresses are hexadecimal with `0x`; amounts are decimal strings in base units of their token; times are seconds since
//! 1970.
//!
//! ```text
//! shape    how hashes, addresses, bytes and amounts look in the OpenAPI document
//! amount   amounts
//! job      jobs, their steps, outputs and proofs
//! market   models, provers, epochs, activity, workers, the queue
//! order    quotes, prepared requests, signed orders
//! service  the coordinator itself, its events, its errors
//! ```

pub mod amount;
pub mod job;
pub mod market;
pub mod order;
pub mod service;
pub mod shape;

pub use amount::Amount;
pub use job::{Job, JobPage, Output, Payment, Proof, Step, Story};
pub use verin_contracts::jobs::Status;

pub use market::{
    Activity, Books, Claim, DeadLetter, Depth, Epoch, Hour, Layout, Model, ModelDetail, Port, Prover, QueueState,
    Settlement, Worker,
};
pub use order::{
    Accepted, Approval, CallbackCost, Gas, Input, InputCheck, Order, Permit, Prepare, Prepared, Quote, QuoteRequest,
    Range, SecondsRange, Terms,
};
pub use service::{Event, Fault, Health, HealthState, Problem, ServiceStatus, Tip};
