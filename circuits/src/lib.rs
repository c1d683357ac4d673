//! The proof protocol and its verifier.

#![forbid(unsafe_code)]

pub mod arithmetic;
pub mod artifact;
pub mod channel;
pub mod claims;
pub mod commitment;
pub mod encoding;
pub mod error;
pub mod io;
pub mod lookup;
pub mod multilinear;
pub mod openings;
pub mod packing;
pub mod plonk;
pub mod record;
pub mod relations;
pub mod schedule;
pub mod skeleton;
pub mod statement;
pub mod sumcheck;
pub mod tally;
pub mod transcript;
pub mod unsealed;
pub mod verify;
pub mod weights;
