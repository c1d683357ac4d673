//! The contracts from Rust.
//!
//! ```text
//! bindings  types of the contracts, from the checked-in ABI and bytecode (`verifier-contract/abi`)
//! npm       where the pinned `anvil` comes from
//! chain     a local chain: started here and gone with its handle, or one that runs already
//! network   accounts, the provider they sign with, transactions, and what a revert says
//! deploy    all contracts, in the order that their wiring demands, checked afterwards
//! market    a job's life: record, listing, request, fulfilment, refund; job ids and contexts as the contract has them
//! economy   emissions, rewards and auction prices, as SettlementRewards and the auctions compute them
//! rewards   closing an epoch and claiming for it
//! runtime   running all this from code that is not asynchronous
//! ```

pub mod bindings;
pub mod chain;
pub mod deploy;
pub mod economy;
pub mod error;
pub mod market;
pub mod network;
pub mod npm;
pub mod rewards;
pub mod runtime;

pub use alloy::primitives::{Address, B256, Bytes, U256};
pub use error::ContractsError;
