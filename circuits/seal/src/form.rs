//! Handles of the circuit: affine forms over variables, small enough that one multiply-add row makes a variable
//! of any of them. Additions and constants cost nothing until a value is needed in a cell.

use ark_bn254::Fr;
use ark_ff::Zero;

/// A variable: advice, a constant, an output of a row, or a product nobody has asked for yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Var(pub(crate) u32);

/// A variable and its coefficient.
pub(crate) type Term = (Var, Fr);

/// Most terms of a handle: two products, and one linear term that shares a factor with the second.
pub(crate) const MAX_TERMS: usize = 3;

/// A sum of terms and a constant, of any length. Terms are in order of their variables, coefficients not zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) terms: Vec<Term>,
    pub(crate) constant: Fr,
}

impl Sum {
    pub(crate) fn of(constant: Fr) -> Self {
        Self { terms: Vec::new(), constant }
    }

    /// Adds `k * var`.
    pub(crate) fn add_term(&mut self, var: Var, k: Fr) {
        match self.terms.binary_search_by_key(&var, |term| term.0) {
            Ok(at) => {
                let sum = self.terms[at].1 + k;
                if sum.is_zero() {
                    self.terms.remove(at);
                } else {
                    self.terms[at].1 = sum;
                }
            }
            Err(at) if !k.is_zero() => self.terms.insert(at, (var, k)),
            Err(_) => {}
        }
    }

    /// Adds `k * form`.
    pub(crate) fn add_form(&mut self, form: &Form, k: Fr) {
        for (var, c) in form.terms() {
            self.add_term(*var, *c * k);
        }
        self.constant += form.constant * k;
    }
}

/// A handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    terms: [Term; MAX_TERMS],
    len: u8,
    pub(crate) constant: Fr,
}

impl Form {
    pub(crate) fn constant(constant: Fr) -> Self {
        Self { terms: [(Var(0), Fr::zero()); MAX_TERMS], len: 0, constant }
    }

    pub(crate) fn var(var: Var) -> Self {
        let mut form = Self::constant(Fr::zero());
        form.terms[0] = (var, Fr::from(1u64));
        form.len = 1;
        form
    }

    /// The handle of a sum that fits.
    pub(crate) fn new(sum: &Sum) -> Option<Self> {
        let mut form = Self::constant(sum.constant);
        form.terms.get_mut(..sum.terms.len())?.copy_from_slice(&sum.terms);
        form.len = u8::try_from(sum.terms.len()).ok()?;
        Some(form)
    }

    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms[..usize::from(self.len)]
    }

    /// The variable this is, if it is nothing else.
    pub(crate) fn as_var(&self) -> Option<Var> {
        match self.terms() {
            [(var, k)] if self.constant.is_zero() && *k == Fr::from(1u64) => Some(*var),
            _ => None,
        }
    }

    pub(crate) fn sum(&self) -> Sum {
        Sum { terms: self.terms().to_vec(), constant: self.constant }
    }
}
