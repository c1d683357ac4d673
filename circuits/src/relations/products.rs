//! Products: `value = sum_x [eq(selected, x)] left(x) right(x)` over the bound labels, all products in one sumcheck.

use super::ViewClaim;
use super::point::{LabelPoint, source_point};
use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::claims::Claim;
use crate::error::VerifyError;
use crate::multilinear::{eq_factor, suffix};
use crate::schedule::Product;
use crate::sumcheck::batched;
use ark_bn254::Fr;
use ark_ff::{One, Zero};

/// A product at a point over the labels of the result.
#[derive(Clone, Debug)]
pub struct ProductClaim<'s, F> {
    /// The product.
    pub product: &'s Product,
    /// Where.
    pub at: LabelPoint<F>,
    /// Its value.
    pub value: F,
}

/// Degree of the round polynomials of a batch.
pub fn degree<F>(claims: &[ProductClaim<'_, F>]) -> usize {
    if claims.iter().any(|claim| claim.product.selects()) { 3 } else { 2 }
}

/// Claims on left factors, which are tensors, and on right factors, which are views.
pub type Factors<'s, F> = (Vec<Claim<F>>, Vec<ViewClaim<'s, F>>);

/// Verifies all products.
///
/// # Errors
/// The sumcheck does not end in the factors that the prover states.
pub fn verify<'s, A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    products: &[ProductClaim<'s, A::F>],
) -> Result<Factors<'s, A::F>, VerifyError> {
    if products.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let sums: Vec<_> = products.iter().map(|claim| (claim.product.rounds(), claim.value.clone())).collect();
    let batch = batched(channel, degree(products), &sums)?;

    let factors = channel.read(2 * products.len())?;
    let mut total = channel.a.constant(Fr::zero());
    let (mut claims, mut views) = (Vec::new(), Vec::new());
    for ((claim, coefficient), pair) in products.iter().zip(&batch.coefficients).zip(factors.chunks(2)) {
        let [left, right] = pair else { return Err(VerifyError::Inconsistent { what: "a product's factors" }) };
        let inner = suffix(&batch.point, claim.product.rounds() as usize);
        let mut term = channel.a.mul(left, right);
        if claim.product.selects() {
            let selector = selector(channel.a, claim, inner);
            term = channel.a.mul(&selector, &term);
        }
        total = channel.a.mul_add(coefficient, &term, &total);
        let at = claim.at.bind(claim.product, inner);
        let point = source_point(&claim.product.left, &at, &[]);
        claims.push(Claim { tensor: claim.product.left.tensor, point, value: left.clone() });
        views.push(ViewClaim { reading: &claim.product.right, at, value: right.clone(), shared: None });
    }
    channel.a.assert_equal(&total, &batch.running, "products of the relations")?;
    Ok((claims, views))
}

/// `eq` of the selected labels' coordinates with where the sumcheck ended.
fn selector<A: Arithmetic>(a: &mut A, claim: &ProductClaim<'_, A::F>, inner: &[A::F]) -> A::F {
    let mut product = a.constant(Fr::one());
    for (coordinate, bound) in claim.at.selected(claim.product).iter().zip(inner) {
        if let Some(coordinate) = coordinate {
            let factor = eq_factor(a, coordinate, bound);
            product = a.mul(&product, &factor);
        }
    }
    product
}
