//! `BatchNormalization` at inference: a factor and a summand for each channel.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let &[_, channels, ref spatial @ ..] = x.dims() else {
        return Err(context.malformed("batch and channels", format!("dimensions {:?}", x.dims())));
    };
    if context.int("training_mode", 0)? != 0 {
        return Err(context.unsupported("training_mode is set", "export the model in evaluation mode"));
    }
    if context.int("spatial", 1)? != 1 {
        return Err(context.unsupported("`spatial` is 0", "normalize each channel as a whole"));
    }
    let epsilon = context.finite("epsilon", 1e-5)?;
    let per_channel = |i: usize, what: &str| {
        let constant = context.constant(i, what)?.ok_or_else(|| context.malformed(what, "none"))?;
        match constant.dims.as_slice() {
            [n] if *n == channels => Ok(constant.floats()),
            dims => Err(context.malformed(format!("{what} of {channels} elements"), format!("dimensions {dims:?}"))),
        }
    };
    let (scale, bias) = (per_channel(1, "the scale")?, per_channel(2, "the bias")?);
    let (mean, variance) = (per_channel(3, "the mean")?, per_channel(4, "the variance")?);
    if let Some(v) = variance.iter().find(|v| **v + epsilon <= 0.0) {
        return Err(context.malformed("variances that are positive with epsilon", format!("{v} and {epsilon}")));
    }
    let factors: Vec<f64> = scale.iter().zip(&variance).map(|(s, v)| s / (v + epsilon).sqrt()).collect();
    let summands = bias.iter().zip(&mean).zip(&factors).map(|((b, m), f)| b - m * f).collect();
    let mut dims = vec![channels];
    dims.extend(vec![1; spatial.len()]);
    let (factors, summands) = (context.tensor_of(dims.clone(), factors), context.tensor_of(dims, summands));
    let to = x.dims().to_vec();
    let terms = vec![context.product(1.0, &factors, &x, &to), context.term(1.0, &summands, &to)];
    context.sum(terms, to, x.kind())
}
