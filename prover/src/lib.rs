//! Keys, witness, the core prover and sealing.

pub mod backend;
pub mod core;
pub mod ints;
pub mod opening;
