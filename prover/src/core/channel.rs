//! The prover's side of the transcript: what is sent is absorbed and recorded.

use ark_bn254::Fr;
use verin_circuits::arithmetic::Native;
use verin_circuits::transcript::duplex::Duplex;

/// The scalars sent so far and the transcript over them.
#[derive(Clone, Debug)]
pub struct Sender {
    transcript: Duplex<Fr>,
    scalars: Vec<Fr>,
}

impl Default for Sender {
    fn default() -> Self {
        Self { transcript: Duplex::new(&mut Native), scalars: Vec::new() }
    }
}

impl Sender {
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
        self.transcript.challenge(&mut Native)
    }
    /// `n` challenges.
    pub fn challenges(&mut self, n: usize) -> Vec<Fr> {
        self.transcript.challenges(&mut Native, n)
    }
    /// Everything sent, in order.
    pub fn into_scalars(self) -> Vec<Fr> {
        self.scalars
    }
}
