//! The transcript of the core protocol: Poseidon as an overwrite duplex with rate 2.
//!
//! Lane 0 is the capacity and is never output. Messages overwrite lanes 1 and 2, two elements a
//! permutation, an odd last one followed by zero; a challenge is lane 1 after a permutation. There is
//! at least one permutation before every challenge. How many elements are absorbed between two
//! challenges is fixed by the schedule of the model, which the first message binds (through the record
//! hash in S0), so no padding rule is needed; the initial capacity carries the protocol's name.

use crate::arithmetic::Arithmetic;
use ark_bn254::Fr;
use ark_ff::PrimeField;
use sha3::{Digest, Keccak256};

/// What every core transcript starts from.
pub const DOMAIN: &[u8] = b"verin.core.v1";

/// A transcript over the arithmetic `A`.
#[derive(Clone, Debug)]
pub struct Duplex<F> {
    state: [F; 3],
    pending: Vec<F>,
}

impl<F: Clone> Duplex<F> {
    /// A fresh transcript.
    pub fn new<A: Arithmetic<F = F>>(a: &mut A) -> Self {
        let zero = Fr::from(0u64);
        let domain = Fr::from_be_bytes_mod_order(&Keccak256::digest(DOMAIN));
        let state = [domain, zero, zero].map(|c| a.constant(c));
        Self { state, pending: Vec::new() }
    }

    /// Takes `message` in; it is hashed before the next challenge.
    pub fn absorb(&mut self, message: &[F]) {
        self.pending.extend_from_slice(message);
    }

    /// A challenge that depends on everything absorbed so far.
    pub fn challenge<A: Arithmetic<F = F>>(&mut self, a: &mut A) -> F {
        let zero = a.constant(Fr::from(0u64));
        let mut pending = core::mem::take(&mut self.pending);
        if pending.is_empty() {
            pending.push(zero.clone());
        }
        for pair in pending.chunks(2) {
            let first = pair.first().unwrap_or(&zero).clone();
            let second = pair.get(1).unwrap_or(&zero).clone();
            let [capacity, ..] = self.state.clone();
            self.state = a.permute([capacity, first, second]);
        }
        self.state[1].clone()
    }

    /// `n` challenges.
    pub fn challenges<A: Arithmetic<F = F>>(&mut self, a: &mut A, n: usize) -> Vec<F> {
        (0..n).map(|_| self.challenge(a)).collect()
    }
}
