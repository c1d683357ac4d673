//! The contracts from Rust.
//!
//! ```text
//! bindings  types of the contracts, from the checked-in ABI and bytecode (`verifier-contract/abi`)
//! npm       where the pinned `anvil` comes from
//! chain     a local chain: started here and gone with its handle, or one that runs already
//! network   accounts, the provider they sign with, transactions, and what a revert says
//! deploy    all contracts, in the order that their wiring demands, checked afterwards
//! market    a job's life: record, listing, request, lock, fulfilment, refund; job ids and contexts as the contract has them
//! handover  a private input on its way to the prover that reserved the job
//! staking   a prover's stake
//! rewards   closing an epoch and claiming for it; what the treasury gets
//! events    what the contracts say happened, typed
//! runtime   running all this from code that is not asynchronous
//! ```

pub mod bindings;
pub mod chain;
pub mod deploy;
pub mod error;
pub mod events;
pub mod handover;
pub mod market;
pub mod network;
pub mod npm;
pub mod rewards;
pub mod runtime;
pub mod staking;

pub use alloy::primitives::{Address, B256, Bytes, U256};
pub use error::ContractsError;
