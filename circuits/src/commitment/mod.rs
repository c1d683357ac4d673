//! Commitments: rows as KZG commitments, the SRS they rest on, and how a combination of rows is opened.
//!
//! - [`srs`]: the few points of the SRS a verifier holds;
//! - [`pairing`]: claims `e(L, [1]) = e(R, [tau])`, merged and decided by one pairing check;
//! - [`opening`]: HyperKZG with one SHPLONK quotient, the verifier.

pub mod opening;
pub mod pairing;
pub mod srs;
