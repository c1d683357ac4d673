//! The transcript of the seal and of the deferred opening, as the contract runs it.
//!
//! The state is 32 bytes. Absorbed items are appended to a buffer: a scalar as 32 big-endian bytes, a
//! point as its two coordinates. A challenge is `keccak256(state || buffer)`, which becomes the new
//! state, reduced modulo the group order. (256 bits reduced to 254: no residue is more than 1.2 times
//! as likely as another, a loss of under a third of a bit.)

use crate::encoding::{point_bytes, scalar_bytes};
use ark_bn254::{Fr, G1Affine};
use ark_ff::PrimeField;
use sha3::{Digest, Keccak256};

/// The transcript.
#[derive(Clone, Debug)]
pub struct KeccakTranscript {
    state: [u8; 32],
    buffer: Vec<u8>,
}

impl KeccakTranscript {
    /// Starts from `state` (the statement digest, see [`crate::statement`]).
    pub fn new(state: [u8; 32]) -> Self {
        Self { state, buffer: Vec::new() }
    }
    /// Takes a scalar in.
    pub fn absorb_scalar(&mut self, s: &Fr) {
        self.buffer.extend_from_slice(&scalar_bytes(s));
    }
    /// Takes a point in; the identity, where it is legal, as two zero words.
    pub fn absorb_point(&mut self, p: &G1Affine) {
        self.buffer.extend_from_slice(&point_bytes(p));
    }
    /// A challenge that depends on everything absorbed so far.
    pub fn challenge(&mut self) -> Fr {
        let mut hash = Keccak256::new();
        hash.update(self.state);
        hash.update(&self.buffer);
        self.buffer.clear();
        self.state = hash.finalize().into();
        Fr::from_be_bytes_mod_order(&self.state)
    }
}
