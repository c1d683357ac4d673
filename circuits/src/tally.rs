//! An arithmetic that computes nothing and counts what it is asked to do.

use crate::arithmetic::Arithmetic;
use crate::error::VerifyError;
use ark_bn254::Fr;

/// Operations counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Additions, subtractions and affine maps.
    pub linear: usize,
    /// Multiplications.
    pub products: usize,
    /// Inverses.
    pub inverses: usize,
    /// Names of the assertions, in order.
    pub assertions: Vec<&'static str>,
    /// Poseidon permutations.
    pub permutations: usize,
    /// Permutations by step of the protocol.
    pub sections: Vec<(&'static str, usize)>,
    next: usize,
}

impl Tally {
    fn name(&mut self) -> usize {
        self.next += 1;
        self.next
    }
}

impl Arithmetic for Tally {
    type F = usize;

    fn constant(&mut self, _: Fr) -> usize {
        self.name()
    }
    fn add(&mut self, _: &usize, _: &usize) -> usize {
        self.linear += 1;
        self.name()
    }
    fn sub(&mut self, _: &usize, _: &usize) -> usize {
        self.linear += 1;
        self.name()
    }
    fn mul(&mut self, _: &usize, _: &usize) -> usize {
        self.products += 1;
        self.name()
    }
    fn affine(&mut self, _: &usize, _: Fr, _: Fr) -> usize {
        self.linear += 1;
        self.name()
    }
    fn inverse(&mut self, _: &usize, label: &'static str) -> Result<usize, VerifyError> {
        self.inverses += 1;
        self.assertions.push(label);
        Ok(self.name())
    }
    fn assert_equal(&mut self, _: &usize, _: &usize, label: &'static str) -> Result<(), VerifyError> {
        self.assertions.push(label);
        Ok(())
    }
    fn permute(&mut self, _: [usize; 3]) -> [usize; 3] {
        self.permutations += 1;
        match self.sections.last_mut() {
            Some((_, n)) => *n += 1,
            None => self.sections.push(("start", 1)),
        }
        [self.name(), self.name(), self.name()]
    }
    fn identity(&self, a: &usize) -> Option<usize> {
        Some(*a)
    }
    fn section(&mut self, name: &'static str) {
        self.sections.push((name, 0));
    }
}
