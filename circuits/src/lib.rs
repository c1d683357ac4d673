//! The proof protocol and its verifier.

pub mod arithmetic;
pub mod encoding;
pub mod error;
pub mod transcript;
