//! Public inputs and outputs inside the core verifier.
//!
//! A public tensor enters as one number, `sum_k P_k z^k` over its packs ([`crate::packing`]; of an output, every cell is one).
//! As `prod_k (1 + z^(2^k)) * eq(p, i) = z^i` for `p_k = z^(2^k) / (1 + z^(2^k))` (`k` counts index bits from the least
//! significant), and as `prod_j (1 + X_j) * eq(p, i)` is the product of the `X_j` whose bit of `i` is 0 for `p_j = 1 / (1 + X_j)`,
//! that number is the tensor's extension at a point of coordinates of the second kind, constants, for the cells of a pack
//! and of the first for the packs, up to a factor: an ordinary claim.

use crate::arithmetic::Arithmetic;
use crate::error::VerifyError;
use crate::packing::Packing;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, One, Zero};

/// The points `p` of all lengths up to a maximum.
#[derive(Clone, Debug)]
pub struct PowerPoint<F> {
    /// `p_k`, least significant first.
    coordinates: Vec<F>,
    /// `prod_{j < k} 1 / (1 + z^(2^j))`, from `k = 0`.
    scales: Vec<F>,
}

impl<F: Clone> PowerPoint<F> {
    /// For tensors of up to `2^log` packs.
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
    pub fn point<A: Arithmetic<F = F>>(&self, a: &mut A, log: u32, packing: &Packing) -> Vec<F> {
        let packs = log.saturating_sub(packing.log) as usize;
        let mut point: Vec<F> = self.coordinates.iter().take(packs).rev().cloned().collect();
        let within: Vec<Fr> = packing.weights().map(share).collect();
        point.extend(within.into_iter().rev().map(|p| a.constant(p)));
        point
    }

    /// The extension at [`PowerPoint::point`], from `sum_k P_k z^k`.
    pub fn value<A: Arithmetic<F = F>>(&self, a: &mut A, sum: &F, log: u32, packing: &Packing) -> F {
        let value = match self.scales.get(log.saturating_sub(packing.log) as usize) {
            Some(scale) => a.mul(sum, scale),
            None => sum.clone(),
        };
        let factor = packing.weights().map(share).fold(packing.excess(), |factor, p| factor * p);
        if factor.is_one() { value } else { a.affine(&value, factor, Fr::zero()) }
    }
}

/// `1 / (1 + X)`, for an `X` that is a power of two far below the group order.
fn share(weight: Fr) -> Fr {
    (weight + Fr::one()).inverse().unwrap_or(Fr::ZERO)
}
