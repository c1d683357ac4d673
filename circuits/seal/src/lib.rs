//! The halo2-KZG circuit that runs the core verifier and hides its proof.
//!
//! A [`Program`] is a verifier written against [`verin_circuits::arithmetic::Arithmetic`]. Run on the [`Assigner`] it lays
//! itself out as rows ([`layout`]) of one constraint system that all programs share ([`gates`]); private scalars are its
//! advice, what it returns are the instances. [`keygen`] makes the keys, [`prove`] the proof, which ends in a transcript
//! that the deferred opening goes on with.
//!
//! - [`assigner`]: arithmetic on rows, as few as it can: the number of rows is what a seal costs;
//! - [`gates`]: columns, permutation, gates (the polynomials are those of [`verin_circuits::plonk::gates`]), degree;
//! - [`circuit`]: a layout as a halo2 circuit, for keys and mock proofs;
//! - [`params`]: KZG parameters without a Lagrange basis;
//! - [`keys`], [`mod@prove`]: keys and proofs;
//! - [`transcript`]: halo2's transcript traits over the protocol's Keccak transcript;
//! - [`reference`]: halo2's own verifier, for tests and benchmarks.
//!
//! # A proof, word by word
//!
//! 56 words, in the order of the transcript; `circuits/seal/PROOF_LAYOUT.md` has what is computed from them.
//!
//! | absorbed or read | words |
//! |---|---|
//! | absorb: transcript representation of the key, then the instances | |
//! | 5 points: advice columns | 10 |
//! | challenges `theta` (unused), `beta`, `gamma` | |
//! | 1 point: permutation product | 2 |
//! | 1 point: random polynomial | 2 |
//! | challenge `y` | |
//! | 7 points: pieces of the quotient | 14 |
//! | challenge `x` | |
//! | 8 scalars: `a0..a4` at `x`, `a0..a2` at `omega x` | 8 |
//! | 7 scalars: `s_full, s_part, f0..f4` at `x` | 7 |
//! | 1 scalar: random polynomial at `x` | 1 |
//! | 6 scalars: permutation polynomials at `x` | 6 |
//! | 2 scalars: permutation product at `x`, `omega x` | 2 |
//! | challenges `y'`, `v` of SHPLONK | |
//! | 1 point: quotient of the openings | 2 |
//! | challenge `u` | |
//! | 1 point: final quotient | 2 |
//!
//! # Zero-knowledge
//!
//! Advice columns and the permutation product end in 5 random rows each, and a random polynomial is opened with the
//! quotient, so that the *values* a proof reveals are masked. Commitments are not hiding: halo2's KZG ignores blinding
//! factors, and the 7 pieces of the quotient are committed as they are. They are determined by the witness and the random
//! rows; a distinguisher would have to tell `[h_i(tau)]_1` of two witnesses apart without knowing `tau`. The zero-knowledge of a
//! seal is therefore computational.

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
