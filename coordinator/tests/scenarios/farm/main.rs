//! What goes wrong in a whole network, one failure in a file: `verin coordinator` and `verin prover` as processes, on a real chain and,
//! where there is one, on a real NATS server. What is requested is proved and paid, once, whatever fails on the way.
//!
//! Built by the crate of the binary (`cli/Cargo.toml`). What goes wrong between the journal and a node is one folder up.
//!
//! ```text
//! network  a chain with a model on it, an operator, and what must hold when all is over
//! process  verin, started, and ended gently or not
//! ```

mod clock_skew;
mod corrupt_artifact;
mod deep_reorganization;
mod disk_full;
mod lying_worker;
mod many_jobs;
mod nats_lost;
mod nats_partitioned;
mod nats_restarted;
mod network;
mod one_machine;
mod over_nats;
mod private;
mod process;
#[path = "../support/proxy.rs"]
mod proxy;
mod rpc_contradictory;
mod rpc_lagging;
mod unprovable;
#[path = "../support/until.rs"]
mod until;
#[allow(dead_code, reason = "the queue's own tests need the rest of it")]
#[path = "../../../queue/tests/failures/proxy.rs"]
mod wire;

pub(crate) use network::Farm;
pub(crate) use process::Process;
pub(crate) use until::until;

use std::time::Duration;

/// Longest wait for anything, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long nothing happens that must not: longer than a coordinator takes to look at everything twice.
const STILL: Duration = Duration::from_secs(3);
