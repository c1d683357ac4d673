//! The name of a program: what a record commits to.

use super::Graph;
use sha3::{Digest, Keccak256};

/// Prefix of the hashed bytes.
pub const DIGEST_TAG: &[u8] = b"verin/graph/2";

impl Graph {
    /// `keccak256(DIGEST_TAG || encoding)`.
    pub fn digest(&self) -> [u8; 32] {
        Keccak256::new().chain_update(DIGEST_TAG).chain_update(self.encode()).finalize().into()
    }
}
