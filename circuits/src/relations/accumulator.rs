//! The accumulator an activation reads is never committed. From
//! `acc + 2^(shift-1) = 2^shift (2^domain h + l - offset) + rem` with `l`, `h` and `rem` in ranges that the lookups
//! enforce, it is a linear function of columns that have claims already (no rounding term when `shift` is 0).
//! The ranges are far below the modulus, so the equation holds over the integers and `l`, `h`, `rem` are the only solution.

use crate::arithmetic::Arithmetic;
use crate::error::VerifyError;
use crate::lookup::leaves::{ColumnClaims, claimed};
use crate::multilinear::{power_of_two, signed};
use crate::schedule::{Requantized, TensorIx};
use ark_bn254::Fr;
use ark_ff::{One, Zero};

/// `acc` as `sum_i coefficient_i tensor_i + constant`.
pub fn linear_form(requantized: &Requantized) -> (Vec<(TensorIx, Fr)>, Fr) {
    let scale = power_of_two(requantized.shift);
    let mut terms = vec![(requantized.index, scale)];
    if let Some(high) = requantized.high {
        terms.push((high, scale * power_of_two(requantized.domain_bits)));
    }
    terms.extend(requantized.limbs.iter().map(|(ix, at)| (*ix, power_of_two(*at))));
    let rounding = match requantized.shift.checked_sub(1) {
        Some(bits) => power_of_two(bits),
        None => Fr::zero(),
    };
    (terms, -scale * signed(requantized.offset) - rounding)
}

/// `acc` at the point of the claims.
///
/// # Errors
/// A column has no claim.
pub fn evaluate<A: Arithmetic>(
    a: &mut A,
    requantized: &Requantized,
    claims: &ColumnClaims<A::F>,
) -> Result<A::F, VerifyError> {
    let (terms, constant) = linear_form(requantized);
    let mut sum = a.constant(constant);
    for (ix, coefficient) in terms {
        let value = claimed(claims, ix)?;
        let scaled = if coefficient.is_one() { value.clone() } else { a.affine(value, coefficient, Fr::zero()) };
        sum = a.add(&sum, &scaled);
    }
    Ok(sum)
}
