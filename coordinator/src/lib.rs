//! The coordinator of one prover operator: it follows the chain, prices and takes jobs, has them proved, settles them, and shows
//! what happens.
//!
//! The chain is the ledger. What is kept here, in one SQLite file, can be deleted and is rebuilt from it.
//!
//! ```text
//! chain     blocks, followed through reorganisations
//! index     what the chain's events state, in tables
//! broker    which jobs are taken, and what becomes of them
//! service   all of it, side by side
//! notes     why jobs were not taken
//! routes    the HTTP API
//! relay     signed orders of others, sent
//! explorer  the web page
//! database  the file
//! journal   what is sent to the chain, written down before
//! purse     what the operator has, for Prometheus
//! ```

pub mod broker;
pub mod chain;
pub mod database;
pub mod error;
pub mod explorer;
pub mod index;
pub mod journal;
pub mod notes;
pub mod purse;
pub mod relay;
pub mod routes;
pub mod service;

pub use error::CoordinatorError;
