//! Whole proofs, as bytes.
//!
//! - [`tamper`]: every field of statement, proof and record, from a manifest that must cover every byte;
//! - [`malformed`]: lengths, order, encodings, and statements that are about something else;
//! - [`hygiene`]: what two proofs share, and what a guess finds in one;
//! - [`parity`]: backends, and the two ways to fill in a witness;
//! - [`properties`]: random programs on random inputs;
//! - [`golden`]: digests of proofs under fixed randomness.

mod fixtures;
mod golden;
mod hygiene;
mod malformed;
mod parity;
mod properties;
#[path = "../support/mod.rs"]
mod support;
mod tamper;
