//! `PRelu`: a slope below 0 that may differ from element to element.

use super::{Context, Value, unary};
use crate::error::Error;
use crate::float::Function;
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (x, slope) = (context.input(0)?, context.input(1)?);
    let dims = x.dims().to_vec();
    if context.broadcast(&[&x, &slope])? != dims {
        let expected = format!("a slope that broadcasts to {dims:?}");
        return Err(context.malformed(expected, format!("dimensions {:?}", slope.dims())));
    }
    let terms = match &slope {
        Value::Constant(slopes) => {
            if let Some(alpha) = slopes.uniform() {
                return unary::apply(context, &x, &[Function::LeakyRelu { alpha }]);
            }
            // slope x + (1 - slope) max(x, 0)
            let relu = unary::apply(context, &x, &[Function::Relu])?;
            let rest = slopes.floats().into_iter().map(|v| 1.0 - v).collect();
            let rest = context.tensor_of(slopes.dims.clone(), rest);
            let slope = Value::Constant(Rc::clone(slopes));
            vec![context.product(1.0, &slope, &x, &dims), context.product(1.0, &rest, &relu, &dims)]
        }
        Value::Computed(_) => {
            // max(x, 0) - slope max(-x, 0)
            let relu = unary::apply(context, &x, &[Function::Relu])?;
            let below = [Function::Affine { mul: -1.0, add: 0.0 }, Function::Relu];
            let below = unary::apply(context, &x, &below)?;
            vec![context.term(1.0, &relu, &dims), context.product(-1.0, &slope, &below, &dims)]
        }
    };
    context.sum(terms, dims, x.kind())
}
