//! Random valid programs, from a seed, and what they mean, read off the definitions one cell at a time.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test file uses a part")]

mod definition;
mod generate;

pub use definition::run;
pub use generate::{Rng, program};
