//! Native verification of seals: halo2 proofs (KZG, SHPLONK) of the one constraint system all models share.
//!
//! - [`gates`]: the custom gates, over any ring;
//! - [`domain`]: roots of unity and Lagrange polynomials;
//! - [`proof`]: a halo2 proof, read in the order the transcript demands;
//! - [`verifier`]: constraints at the challenge point, and the multi-opening, down to a pairing claim;
//! - [`seal`]: a whole seal: statement, halo2 proof, deferred opening, one pairing check.
//!
//! Nothing here depends on halo2; parity with its own verifier is a test of the crate that proves.

pub mod domain;
pub mod gates;
pub mod proof;
pub mod seal;
pub mod verifier;
