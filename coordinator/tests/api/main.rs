//! The HTTP API over a real chain: what each route gives, what it says of bad input, and that nothing that comes in is answered by a
//! failure of the server.
//!
//! ```text
//! served   a chain, an index that follows it, and the API on a port
//! client   the Rust client
//! happy    every route on jobs in several states
//! refused  bad input, missing rights, too much
//! sweep    garbage to every route of the document
//! ```

mod client;
mod happy;
mod refused;
mod served;
mod sweep;
