//! `Mod`: what is left of a division by constants, with the sign of the divisor or, where `fmod` is set, of the dividend.

use super::div::divisors;
use super::fold::{Rule, fold};
use super::{Context, Value, parameter};
use crate::error::Error;
use crate::float::Function;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&a, &b])?;
    let fmod = context.int("fmod", 0)? != 0;
    let left = |divisor: f64| if fmod { Function::Remainder { divisor } } else { Function::Modulo { divisor } };
    if let (Value::Constant(x), Value::Constant(y)) = (&a, &b) {
        let ints = |x: i64, y: i64| {
            let rest = x.checked_rem(y)?;
            Some(if !fmod && rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest })
        };
        return fold(context, (x, y), &dims, a.kind(), Rule { ints, floats: |x, y| left(y).eval(x) });
    }
    let divisors = divisors(context, &b)?;
    parameter::each(context, (&divisors, "divisors"), &dims, |context, divisor, _| {
        // Multiples of a fraction of many bits are nowhere in fixed point: what is left of them is rounded.
        let exact = (divisor * 256.0).fract() == 0.0;
        context.map(&a, vec![left(divisor)], exact)
    })
}
