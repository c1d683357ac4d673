//! From a claim on the leaves to claims on the columns.

use crate::arithmetic::Arithmetic;
use crate::channel::Channel;
use crate::error::VerifyError;
use crate::lookup::fraction::LeafClaim;
use crate::multilinear::{PrefixEq, clamp, class, index, less_than, relu, signed, suffix};
use crate::schedule::{Block, Form, Numerator, Schedule, TensorIx};
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::HashMap;

/// Claimed values of the tensors that the blocks read, each at the suffix of the leaf point as long as
/// the tensor's log.
pub type ColumnClaims<F> = HashMap<TensorIx, F>;

/// Reads the claims on the columns and checks that they explain `leaf`.
///
/// Leaves that no block owns are `(0, 1)`: their denominators are supplied here, as 1 minus the sum of
/// the blocks' prefix eqs.
///
/// # Errors
/// They do not.
pub fn verify<A: Arithmetic>(
    channel: &mut Channel<'_, A>,
    schedule: &Schedule,
    alpha: &A::F,
    beta: &A::F,
    leaf: &LeafClaim<A::F>,
) -> Result<ColumnClaims<A::F>, VerifyError> {
    let tensors = schedule.looked_up();
    let values = channel.read(tensors.len())?;
    let claims: ColumnClaims<A::F> = tensors.into_iter().zip(values).collect();

    let a = &mut *channel.a;
    let alpha_squared = a.mul(alpha, alpha);
    let mut prefixes = PrefixEq::new(&leaf.point);
    let mut numerator = a.constant(Fr::zero());
    let mut denominator = a.constant(Fr::one());
    for block in &schedule.blocks {
        let prefix_len = (schedule.tree_log - block.log) as usize;
        let prefix = prefixes.get(a, prefix_len, block.offset >> block.log);
        let point = suffix(&leaf.point, block.log as usize);
        let top = numerator_at(a, block, &claims)?;
        numerator = a.mul_add(&prefix, &top, &numerator);
        // beta + tag + class + alpha key + alpha^2 value - 1, for leaves that would else be 1
        let mut bottom = a.affine(beta, Fr::one(), Fr::from(block.tag) - Fr::one());
        if let Some(class) = block.class {
            bottom = a.add(&bottom, claimed(&claims, class)?);
        }
        let key = form_at(a, block.key, point, &claims)?;
        bottom = a.mul_add(alpha, &key, &bottom);
        let value = form_at(a, block.value, point, &claims)?;
        bottom = a.mul_add(&alpha_squared, &value, &bottom);
        denominator = a.mul_add(&prefix, &bottom, &denominator);
    }
    a.assert_equal(&numerator, &leaf.numerator, "numerators of the lookups")?;
    a.assert_equal(&denominator, &leaf.denominator, "denominators of the lookups")?;
    Ok(claims)
}

/// The claim on a tensor.
///
/// # Errors
/// There is none.
pub fn claimed<F>(claims: &ColumnClaims<F>, tensor: TensorIx) -> Result<&F, VerifyError> {
    claims.get(&tensor).ok_or(VerifyError::Inconsistent { what: "a looked-up tensor without a claim" })
}

fn numerator_at<A: Arithmetic>(a: &mut A, block: &Block, claims: &ColumnClaims<A::F>) -> Result<A::F, VerifyError> {
    Ok(match block.numerator {
        Numerator::One => a.constant(Fr::one()),
        Numerator::Minus(ix) => a.affine(claimed(claims, ix)?, -Fr::one(), Fr::zero()),
        Numerator::MinusConstant(n) => a.constant(-Fr::from(n)),
    })
}

fn form_at<A: Arithmetic>(
    a: &mut A,
    form: Form,
    point: &[A::F],
    claims: &ColumnClaims<A::F>,
) -> Result<A::F, VerifyError> {
    Ok(match form {
        Form::Constant(c) => a.constant(signed(c)),
        Form::Tensor(ix, plus) => a.affine(claimed(claims, ix)?, Fr::one(), signed(plus)),
        Form::Index => index(a, point),
        Form::Relu(bits) => relu(a, point, bits as usize),
        Form::Clamp(bits) => clamp(a, point, bits as usize),
        Form::Class => class(a, point),
        Form::RealCell(axes) => {
            let mut real: Option<A::F> = None;
            for axis in axes.iter() {
                let (outer, _) = point.split_at(point.len().saturating_sub(axis.shift as usize));
                let inside = less_than(a, suffix(outer, axis.log as usize), axis.real as usize);
                real = Some(match real {
                    Some(others) => a.mul(&others, &inside),
                    None => inside,
                });
            }
            real.unwrap_or_else(|| a.constant(Fr::one()))
        }
    })
}
