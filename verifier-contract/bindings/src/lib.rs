//! The contracts from Rust.
//!
//! ```text
//! bindings    types of the contracts, from the checked-in ABI and bytecode (`verifier-contract/abi`)
//! npm         where the pinned `anvil` comes from
//! chain       a local chain: started here and gone with its handle, or one that runs already
//! network     accounts, the provider they sign with, transactions, and what a revert says
//! keys        accounts of people: encrypted key files, and files that only their owner can read
//! amount      amounts as people write them
//! parameters  what a deployment can choose, from the files that the deployment script reads
//! deploy      all contracts, in the order that their wiring demands, checked afterwards; those of a deployer, found again
//! market      a job's life: record, listing, request, lock, fulfilment, refund; job ids and contexts as the contract has them
//! jobs        where a job stands, and how it ended
//! listings    what is on offer
//! slots       jobs and inputs of a batch, slot by slot
//! handover    a private input on its way to the prover that reserved the job
//! staking     a prover's stake
//! rewards     closing an epoch and claiming for it; what the treasury gets
//! events      what the contracts say happened, typed
//! advice      what to do when a contract refuses
//! runtime     running all this from code that is not asynchronous
//! ```

pub mod advice;
pub mod amount;
pub mod bindings;
pub mod chain;
pub mod deploy;
pub mod error;
pub mod events;
pub mod handover;
pub mod jobs;
pub mod keys;
pub mod listings;
pub mod market;
pub mod network;
pub mod npm;
pub mod parameters;
pub mod rewards;
pub mod runtime;
pub mod slots;
pub mod staking;

pub use alloy::primitives::{Address, B256, Bytes, U256};
pub use error::ContractsError;
