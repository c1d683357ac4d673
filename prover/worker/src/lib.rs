//! The prover as a service: takes work, proves it, verifies it, hands it in.
//!
//! A [`Worker`] asks a [`Queue`](verin_queue::Queue) for work, one piece at a time. It finds the model's key, decrypts what is private,
//! proves on all threads while heartbeats keep its lease, verifies its own proof against the record, and hands it in. What it cannot
//! do it says, and why: [`WorkerError::outcome`] tells what nobody can do from what another worker may.
//!
//! A proof cannot be interrupted. Work that was fenced or given back meanwhile is dropped at the next step, and never handed in.
//!
//! ```text
//! worker   the loop: take, attend, hand in, drain
//! options  what a worker is made of
//! attend   one lease: heartbeats while a thread proves, and when to let go of it
//! proving  the steps on that thread: key, inputs, proof, verification
//! inputs   what each job's inference is of: bytes of the market, or an opening that is decrypted and checked
//! shelf    models in memory and where they come from, and room for the next proof
//! cache    keys of recent models, within a bound of memory
//! memory   what a model's key and its proofs take
//! models   where a key comes from: made anew from a published program, or read from its owner's folder
//! srs      powers of tau: a file, or the insecure ones
//! speed    what proofs took, by record and batch
//! cpu      CPU time of proving
//! error    why work is refused
//! ```

mod attend;
pub mod cache;
mod cpu;
pub mod error;
mod inputs;
pub mod memory;
mod models;
mod options;
mod proving;
mod shelf;
pub mod speed;
pub mod srs;
mod worker;

pub use error::WorkerError;
pub use options::{GRACE, MEMORY, Options};
pub use srs::SrsSource;
pub use worker::{Done, Ended, Worker};
