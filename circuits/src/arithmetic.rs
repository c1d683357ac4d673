//! The arithmetic a verifier runs on.
//!
//! The core verifier is written once against [`Arithmetic`]: natively on [`Fr`] here, on cells of the
//! halo2 circuit in the seal, and on recording backends in tests. A value of type `Arithmetic::F` is a
//! handle; constants are shared by all backends.

use crate::error::VerifyError;
use crate::transcript::poseidon;
use ark_bn254::Fr;
use ark_ff::{Field, One, Zero};

/// Field arithmetic, hashing and assertions, over handles of type `F`.
pub trait Arithmetic {
    /// A field element of this backend.
    type F: Clone;

    /// The constant `c`.
    fn constant(&mut self, c: Fr) -> Self::F;
    /// `a + b`
    fn add(&mut self, a: &Self::F, b: &Self::F) -> Self::F;
    /// `a - b`
    fn sub(&mut self, a: &Self::F, b: &Self::F) -> Self::F;
    /// `a * b`
    fn mul(&mut self, a: &Self::F, b: &Self::F) -> Self::F;
    /// `k * a + c` for constants `k` and `c`.
    fn affine(&mut self, a: &Self::F, k: Fr, c: Fr) -> Self::F;
    /// `a * b + c`
    fn mul_add(&mut self, a: &Self::F, b: &Self::F, c: &Self::F) -> Self::F {
        let t = self.mul(a, b);
        self.add(&t, c)
    }
    /// `a + t * (b - a)`
    fn lerp(&mut self, a: &Self::F, b: &Self::F, t: &Self::F) -> Self::F {
        let d = self.sub(b, a);
        self.mul_add(t, &d, a)
    }
    /// `1 / a`; the inverse is advice, constrained by `a * a^-1 = 1`.
    ///
    /// # Errors
    /// `a` is zero; `label` names the check.
    fn inverse(&mut self, a: &Self::F, label: &'static str) -> Result<Self::F, VerifyError>;
    /// Demands `a = b`; `label` names the check.
    ///
    /// # Errors
    /// They differ (backends that build a circuit may only record the demand).
    fn assert_equal(&mut self, a: &Self::F, b: &Self::F, label: &'static str) -> Result<(), VerifyError>;
    /// The Poseidon permutation (t = 3) of `state`.
    fn permute(&mut self, state: [Self::F; 3]) -> [Self::F; 3];
    /// A name that two handles share only if they are the same value, where the backend can tell; lets
    /// callers reuse what they computed from it.
    fn identity(&self, _a: &Self::F) -> Option<usize> {
        None
    }
    /// A step of the protocol begins; for statistics only.
    fn section(&mut self, _name: &'static str) {}
}

/// Arithmetic on field elements themselves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Native;

impl Arithmetic for Native {
    type F = Fr;

    fn constant(&mut self, c: Fr) -> Fr {
        c
    }
    fn add(&mut self, a: &Fr, b: &Fr) -> Fr {
        *a + b
    }
    fn sub(&mut self, a: &Fr, b: &Fr) -> Fr {
        *a - b
    }
    fn mul(&mut self, a: &Fr, b: &Fr) -> Fr {
        *a * b
    }
    fn affine(&mut self, a: &Fr, k: Fr, c: Fr) -> Fr {
        if k.is_one() { *a + c } else { *a * k + c }
    }
    fn inverse(&mut self, a: &Fr, label: &'static str) -> Result<Fr, VerifyError> {
        a.inverse().ok_or(VerifyError::Rejected { check: label })
    }
    fn assert_equal(&mut self, a: &Fr, b: &Fr, label: &'static str) -> Result<(), VerifyError> {
        if (*a - b).is_zero() { Ok(()) } else { Err(VerifyError::Rejected { check: label }) }
    }
    fn permute(&mut self, state: [Fr; 3]) -> [Fr; 3] {
        poseidon::permute(state)
    }
}
