//! Fiat-Shamir.
//!
//! Two transcripts, one for each half of a proof:
//! [`duplex`] is the Poseidon duplex of the core protocol, cheap inside a circuit;
//! [`keccak`] is the transcript of the seal and of the deferred opening, cheap on-chain.

pub mod duplex;
pub mod keccak;
pub mod poseidon;
