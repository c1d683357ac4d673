//! Public inputs and outputs inside the core verifier.
//!
//! A public tensor enters as one number, `sum_i t_i z^i` over all its stored cells. As
//! `prod_k (1 + z^(2^k)) * eq(p, i) = z^i` for `p_k = z^(2^k) / (1 + z^(2^k))` (`k` counts index bits from the least
//! significant), that number is the tensor's extension at `p`, up to the product: an ordinary claim.

use crate::arithmetic::Arithmetic;
use crate::error::VerifyError;
use ark_bn254::Fr;
use ark_ff::One;

/// The points `p` of all lengths up to a maximum.
#[derive(Clone, Debug)]
pub struct PowerPoint<F> {
    /// `p_k`, least significant first.
    coordinates: Vec<F>,
    /// `prod_{j < k} 1 / (1 + z^(2^j))`, from `k = 0`.
    scales: Vec<F>,
}

impl<F: Clone> PowerPoint<F> {
    /// For tensors of up to `2^log` cells.
    ///
    /// # Errors
    /// Some `z^(2^k)` is -1.
    pub fn new<A: Arithmetic<F = F>>(a: &mut A, z: &F, log: u32) -> Result<Self, VerifyError> {
        let mut power = z.clone();
        let mut scale = a.constant(Fr::one());
        let (mut coordinates, mut scales) = (Vec::new(), vec![scale.clone()]);
        for _ in 0..log {
            let sum = a.affine(&power, Fr::one(), Fr::one());
            let inverse = a.inverse(&sum, "1 + z^(2^k) is not zero")?;
            coordinates.push(a.affine(&inverse, -Fr::one(), Fr::one()));
            scale = a.mul(&scale, &inverse);
            scales.push(scale.clone());
            power = a.mul(&power, &power);
        }
        Ok(Self { coordinates, scales })
    }

    /// The point for a tensor of `2^log` cells, most significant bit first.
    pub fn point(&self, log: u32) -> Vec<F> {
        self.coordinates.iter().take(log as usize).rev().cloned().collect()
    }

    /// The extension at [`PowerPoint::point`], from `sum_i t_i z^i`.
    pub fn value<A: Arithmetic<F = F>>(&self, a: &mut A, sum: &F, log: u32) -> F {
        match self.scales.get(log as usize) {
            Some(scale) => a.mul(sum, scale),
            None => sum.clone(),
        }
    }
}
