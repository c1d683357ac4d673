//! The chain, followed.
//!
//! ```text
//! source    blocks as a node tells of them, believed as far as they prove themselves
//! follower  the index, kept at the head of the chain through reorganisations and a node's lapses
//! ```

pub mod follower;
pub mod source;
