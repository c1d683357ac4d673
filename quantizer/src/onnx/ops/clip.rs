//! `Clip`: bounds are attributes before operator set 11, inputs from then on; either may be missing.

use super::{Context, Value, unary};
use crate::error::Error;
use crate::float::Function;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let (lo, hi) = if context.opset < 11 {
        (context.float("min", f64::NEG_INFINITY)?, context.float("max", f64::INFINITY)?)
    } else {
        let lo = context.constant_scalar(1, "the lower bound")?;
        let hi = context.constant_scalar(2, "the upper bound")?;
        (lo.unwrap_or(f64::NEG_INFINITY), hi.unwrap_or(f64::INFINITY))
    };
    if lo.is_nan() || hi.is_nan() {
        return Err(context.malformed("numbers as bounds", "NaN"));
    }
    unary::apply(context, &x, &[Function::Clip { lo, hi }])
}
