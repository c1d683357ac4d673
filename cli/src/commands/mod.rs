//! One command per file; small ones of one kind share one.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod calldata;
pub(crate) mod contracts;
pub(crate) mod coordinator;
pub(crate) mod doctor;
pub(crate) mod inspect;
pub(crate) mod job;
pub(crate) mod model;
pub(crate) mod money;
pub(crate) mod prove;
pub(crate) mod prover;
pub(crate) mod quantize;
pub(crate) mod request;
pub(crate) mod run;
pub(crate) mod setup;
pub(crate) mod srs;
pub(crate) mod stake;
pub(crate) mod verify;
