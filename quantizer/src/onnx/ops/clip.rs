//! `Clip`: bounds are attributes before operator set 11, inputs from then on; either may be missing.

use super::{Context, Value, elementwise};
use crate::error::Error;
use crate::float::Function;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (lo, hi) = if context.opset < 11 {
        (context.float("min", f64::NEG_INFINITY)?, context.float("max", f64::INFINITY)?)
    } else {
        (bound(context, 1, f64::NEG_INFINITY)?, bound(context, 2, f64::INFINITY)?)
    };
    elementwise::map(context, Function::Clip { lo, hi })
}

fn bound(context: &Context, i: usize, default: f64) -> Result<f64, Error> {
    let Some(constant) = context.constant(i, "a bound")? else { return Ok(default) };
    match constant.floats().as_slice() {
        [one] => Ok(*one),
        several => Err(context.malformed("a scalar bound", format!("{} elements", several.len()))),
    }
}
