//! Where a verifier's messages come from: the prover's scalars, absorbed as they are read.

use crate::arithmetic::Arithmetic;
use crate::error::VerifyError;
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
    ///
    /// # Errors
    /// There are fewer.
    pub fn read(&mut self, n: usize) -> Result<Vec<A::F>, VerifyError> {
        let mut message = Vec::with_capacity(n);
        for _ in 0..n {
            message.push(match &mut self.proof {
                Some(proof) => {
                    proof.next().cloned().ok_or(VerifyError::Inconsistent { what: "a proof that is too short" })?
                }
                None => self.a.constant(Fr::zero()),
            });
        }
        self.read += n;
        self.transcript.absorb(&message);
        Ok(message)
    }

    /// The next `N` scalars.
    ///
    /// # Errors
    /// There are fewer.
    pub fn read_array<const N: usize>(&mut self) -> Result<[A::F; N], VerifyError> {
        self.read(N)?.try_into().map_err(|_| VerifyError::Inconsistent { what: "a message" })
    }

    /// Demands that the whole proof was read.
    ///
    /// # Errors
    /// Scalars are left.
    pub fn end(&self) -> Result<(), VerifyError> {
        match &self.proof {
            Some(rest) if rest.len() > 0 => Err(VerifyError::Inconsistent { what: "a proof that is too long" }),
            _ => Ok(()),
        }
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
