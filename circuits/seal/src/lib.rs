//! The halo2-KZG circuit that runs the core verifier and hides its proof.

pub mod assigner;
pub mod circuit;
mod convert;
pub mod error;
mod form;
pub mod gates;
pub mod keys;
pub mod layout;
pub mod params;
pub mod prove;
pub mod reference;
pub mod transcript;

pub use assigner::{Assigner, Program, lay_out};
pub use error::SealError;
pub use form::Form;
pub use keys::{SealKey, Srs, keygen, shape};
pub use prove::{SealProof, prove};
