//! The prover's side of the transcript: what is sent is absorbed and recorded.

use ark_bn254::Fr;
use verin_circuits::arithmetic::{Arithmetic, Native};
use verin_circuits::transcript::duplex::Duplex;

/// The scalars sent so far and the transcript over them. Challenges come from the permutation of `A`, Poseidon unless
/// somebody studies what a prover could do with others.
#[derive(Clone, Debug)]
pub struct Sender<A = Native> {
    a: A,
    transcript: Duplex<Fr>,
    scalars: Vec<Fr>,
}

impl Default for Sender {
    fn default() -> Self {
        Self::new(Native)
    }
}

impl<A: Arithmetic<F = Fr>> Sender<A> {
    /// A fresh transcript.
    pub fn new(mut a: A) -> Self {
        Self { transcript: Duplex::new(&mut a), a, scalars: Vec::new() }
    }
    /// Takes in what both sides know.
    pub fn absorb(&mut self, message: &[Fr]) {
        self.transcript.absorb(message);
    }
    /// Sends scalars.
    pub fn send(&mut self, message: &[Fr]) {
        self.transcript.absorb(message);
        self.scalars.extend_from_slice(message);
    }
    /// A challenge.
    pub fn challenge(&mut self) -> Fr {
        self.transcript.challenge(&mut self.a)
    }
    /// `n` challenges.
    pub fn challenges(&mut self, n: usize) -> Vec<Fr> {
        self.transcript.challenges(&mut self.a, n)
    }
    /// Everything sent, in order.
    pub fn into_scalars(self) -> Vec<Fr> {
        self.scalars
    }
}
