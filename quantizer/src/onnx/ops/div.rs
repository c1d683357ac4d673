//! `Div`: numbers are multiplied by reciprocals, integers divided towards 0.

use super::fold::{Rule, fold};
use super::{Constant, Context, Value, parameter};
use crate::error::Error;
use crate::float::Function;
use crate::onnx::tensor::Kind;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&a, &b])?;
    if let (Value::Constant(x), Value::Constant(y)) = (&a, &b) {
        return fold(context, (x, y), &dims, a.kind(), Rule { ints: i64::checked_div, floats: |x, y| x / y });
    }
    if a.kind() == Kind::Int && b.kind() == Kind::Int {
        let divisors = divisors(context, &b)?;
        return parameter::each(context, (&divisors, "divisors"), &dims, |context, divisor, _| {
            context.map(&a, vec![Function::Quotient { divisor }], true)
        });
    }
    if let Value::Constant(_) = &b {
        divisors(context, &b)?;
    }
    let reciprocal = context.map(&b, vec![Function::Reciprocal], false)?;
    let product = context.product(1.0, &a, &reciprocal, &dims);
    context.sum(vec![product], dims, Kind::Float)
}

/// The constant numbers that the operand is divided by, none of them 0.
pub(super) fn divisors(context: &Context, value: &Value) -> Result<Constant, Error> {
    let Value::Constant(divisors) = value else {
        let reason = "the divisor is computed from the model's input";
        return Err(context.unsupported(reason, "export the model with a constant divisor"));
    };
    match divisors.floats().iter().position(|v| *v == 0.0) {
        Some(index) => {
            Err(context.malformed("divisors other than 0", format!("0 at index {index} of `{}`", divisors.name)))
        }
        None => Ok(divisors.clone()),
    }
}
