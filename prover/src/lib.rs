//! Keys, witness, the core prover and sealing.

pub mod backend;
pub mod core;
pub mod error;
pub mod gas;
pub mod input;
pub mod ints;
pub mod keyfile;
pub mod keys;
pub mod opening;
pub mod program;
pub mod prove;
pub mod ptau;
pub mod rows;
pub mod srs;
pub mod weights;
pub mod witness;
