//! A network from the shell: the real binary against a real chain, from its deployment to its rewards, and what it says when
//! something is wrong.

mod bad_input;
mod chain;
mod life;
mod private;
#[path = "../support/mod.rs"]
mod support;
