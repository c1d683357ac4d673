//! Comparisons: 1 where they hold, else 0.

use super::fold::{Rule, fold};
use super::{Context, Value};
use crate::error::Error;
use crate::float::Function;
use crate::onnx::tensor::Kind;

/// `step` of `sign * (a - b)`.
pub(super) fn build(context: &mut Context, sign: f64, step: Function) -> Result<Value, Error> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let dims = context.broadcast(&[&a, &b])?;
    if let (Value::Constant(x), Value::Constant(y)) = (&a, &b) {
        let holds = |order: std::cmp::Ordering| step.eval(sign * f64::from(order as i8));
        let ints = |x: i64, y: i64| Some(holds(x.cmp(&y)) as i64);
        return fold(
            context,
            (x, y),
            &dims,
            Kind::Int,
            Rule { ints, floats: |x: f64, y: f64| x.partial_cmp(&y).map_or(0.0, holds) },
        );
    }
    let terms = vec![context.term(sign, &a, &dims), context.term(-sign, &b, &dims)];
    let difference = context.sum(terms, dims, a.kind())?;
    Ok(context.map(&difference, vec![step], true)?.of_kind(Kind::Int))
}
