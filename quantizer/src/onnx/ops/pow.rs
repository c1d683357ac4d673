//! `Pow` with constant exponents, or with constant positive bases.

use super::fold::{Rule, fold};
use super::{Constant, Context, Value, parameter, unary};
use crate::error::Error;
use crate::float::Function;
use crate::onnx::tensor::Kind;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (base, exponent) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&base, &exponent])?;
    // The result is of the kind of the base: an integer power that is no integer loses its fraction.
    let kind = base.kind();
    let whole = (kind == Kind::Int).then_some(Function::Trunc);
    match (&base, &exponent) {
        (Value::Constant(x), Value::Constant(y)) => {
            let power = |x: f64, y: f64| {
                let power = Function::Pow { exponent: y }.eval(x);
                whole.map_or(power, |f| f.eval(power))
            };
            let ints = |x: i64, y: i64| match u32::try_from(y) {
                Ok(y) => x.checked_pow(y),
                Err(_) => (x != 0).then(|| power(x as f64, y as f64) as i64),
            };
            fold(context, (x, y), &dims, kind, Rule { ints, floats: power })
        }
        (_, Value::Constant(exponents)) => {
            finite(context, exponents)?;
            parameter::each(context, (exponents, "exponents"), &dims, |context, exponent, here| match exponent {
                1.0 => Ok(base.clone()),
                // A product is exact where a table is rounded.
                2.0 => {
                    let square = context.product(1.0, &base, &base, base.dims());
                    context.sum(vec![square], base.dims().to_vec(), kind)
                }
                exponent => {
                    let functions: Vec<Function> = [Function::Pow { exponent }].into_iter().chain(whole).collect();
                    let defined = exponent > 0.0 && exponent.fract() == 0.0;
                    let base = match here {
                        Some(here) if !defined => or_one(context, &base, here, &dims)?,
                        _ => base.clone(),
                    };
                    Ok(unary::apply(context, &base, &functions)?.of_kind(kind))
                }
            })
        }
        (Value::Constant(bases), Value::Computed(_)) => {
            finite(context, bases)?;
            parameter::each(context, (bases, "bases"), &dims, |context, base, _| {
                if base <= 0.0 {
                    let reason = format!("the constant base {base} of a computed exponent is not positive");
                    return Err(context.unsupported(reason, "use a positive base, or a constant exponent"));
                }
                let log = Function::Affine { mul: Function::Log.eval(base), add: 0.0 };
                let functions: Vec<Function> = [log, Function::Exp].into_iter().chain(whole).collect();
                Ok(unary::apply(context, &exponent, &functions)?.of_kind(kind))
            })
        }
        (Value::Computed(_), Value::Computed(_)) => {
            Err(context.unsupported("base and exponent are both computed", "make one of them a constant"))
        }
    }
}

/// `base` where `here` is 1, and 1 where it is 0: the power of an element by the exponent of another need not exist, as that of 0 by
/// -1, and 0 times infinite is no 0.
fn or_one(context: &mut Context, base: &Value, here: &Value, dims: &[u32]) -> Result<Value, Error> {
    let one = context.scalar(1.0);
    let terms =
        vec![context.product(1.0, here, base, dims), context.term(1.0, &one, dims), context.term(-1.0, here, dims)];
    context.sum(terms, dims.to_vec(), base.kind())
}

/// Demands that all elements are finite.
fn finite(context: &Context, constant: &Constant) -> Result<(), Error> {
    match constant.floats().iter().find(|v| !v.is_finite()) {
        Some(v) => Err(context.malformed(format!("finite numbers in `{}`", constant.name), v.to_string())),
        None => Ok(()),
    }
}
