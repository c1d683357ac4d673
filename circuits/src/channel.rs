//! Where a verifier's messages come from: the prover's scalars, absorbed as they are read.

use crate::arithmetic::Arithmetic;
use crate::transcript::duplex::Duplex;
use ark_bn254::Fr;
use ark_ff::Zero;

/// A transcript, the arithmetic it runs on, and the scalars of a proof.
#[derive(Debug)]
pub struct Channel<'a, A: Arithmetic> {
    /// The arithmetic.
    pub a: &'a mut A,
    transcript: Duplex<A::F>,
    proof: Option<std::slice::Iter<'a, A::F>>,
    read: usize,
}

impl<'a, A: Arithmetic> Channel<'a, A> {
    /// Reads from `proof`, whose length the caller has checked.
    pub fn new(a: &'a mut A, proof: &'a [A::F]) -> Self {
        let transcript = Duplex::new(a);
        Self { a, transcript, proof: Some(proof.iter()), read: 0 }
    }

    /// Makes zeros instead of reading: a dry run, to count.
    pub fn dry(a: &'a mut A) -> Self {
        let transcript = Duplex::new(a);
        Self { a, transcript, proof: None, read: 0 }
    }

    /// The next `n` scalars of the proof; absorbed.
    pub fn read(&mut self, n: usize) -> Vec<A::F> {
        let message: Vec<A::F> = (0..n)
            .map(|_| match self.proof.as_mut().and_then(Iterator::next) {
                Some(scalar) => scalar.clone(),
                None => self.a.constant(Fr::zero()),
            })
            .collect();
        self.read += n;
        self.transcript.absorb(&message);
        message
    }

    /// Takes in something both sides know.
    pub fn absorb(&mut self, message: &[A::F]) {
        self.transcript.absorb(message);
    }

    /// A challenge.
    pub fn challenge(&mut self) -> A::F {
        self.transcript.challenge(self.a)
    }

    /// `n` challenges.
    pub fn challenges(&mut self, n: usize) -> Vec<A::F> {
        self.transcript.challenges(self.a, n)
    }

    /// Scalars read so far.
    pub fn scalars_read(&self) -> usize {
        self.read
    }
}
