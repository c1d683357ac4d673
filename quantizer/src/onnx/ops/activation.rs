//! Activation functions with attributes.

use super::{Context, Value, unary};
use crate::error::Error;
use crate::float::Function;

/// `LeakyRelu`: slope `alpha` below 0.
pub(super) fn leaky_relu(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.finite("alpha", 0.01)?;
    apply(context, &[Function::LeakyRelu { alpha }])
}

/// `ThresholdedRelu`: 0 up to `alpha`.
pub(super) fn thresholded_relu(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.finite("alpha", 1.0)?;
    apply(context, &[Function::ThresholdedRelu { alpha }])
}

/// `Shrink`: 0 within `lambd` of 0, by `bias` nearer to it elsewhere.
pub(super) fn shrink(context: &mut Context) -> Result<Value, Error> {
    let (lambd, bias) = (context.finite("lambd", 0.5)?, context.finite("bias", 0.0)?);
    apply(context, &[Function::Shrink { lambd, bias }])
}

/// `HardSigmoid`: `max(0, min(1, alpha * x + beta))`.
pub(super) fn hard_sigmoid(context: &mut Context) -> Result<Value, Error> {
    let (alpha, beta) = (context.finite("alpha", 0.2)?, context.finite("beta", 0.5)?);
    apply(context, &[Function::Affine { mul: alpha, add: beta }, Function::Clip { lo: 0.0, hi: 1.0 }])
}

/// `Elu`: `alpha * (exp(x) - 1)` below 0.
pub(super) fn elu(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.finite("alpha", 1.0)?;
    apply(context, &[Function::Elu { alpha, width: 1.0 }])
}

/// `Celu`: `alpha * (exp(x / alpha) - 1)` below 0.
pub(super) fn celu(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.finite("alpha", 1.0)?;
    if alpha == 0.0 {
        return Err(context.malformed("an `alpha` other than 0", "0"));
    }
    apply(context, &[Function::Elu { alpha, width: alpha }])
}

/// `Selu`: `gamma` times an `Elu`.
pub(super) fn selu(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.finite("alpha", 1.6732631921768188)?;
    let gamma = context.finite("gamma", 1.0507010221481323)?;
    apply(context, &[Function::Elu { alpha, width: 1.0 }, Function::Affine { mul: gamma, add: 0.0 }])
}

/// `Swish`: `x / (1 + exp(-alpha * x))`.
pub(super) fn swish(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.finite("alpha", 1.0)?;
    apply(context, &[Function::Swish { alpha }])
}

/// `Gelu`, by the error function or, where `approximate` says so, by the hyperbolic tangent.
pub(super) fn gelu(context: &mut Context) -> Result<Value, Error> {
    let function = match context.string("approximate", "none")?.as_str() {
        "none" => Function::Gelu,
        "tanh" => Function::GeluTanh,
        other => return Err(context.malformed("`none` or `tanh` as `approximate`", format!("`{other}`"))),
    };
    apply(context, &[function])
}

fn apply(context: &mut Context, functions: &[Function]) -> Result<Value, Error> {
    let x = context.input(0)?;
    unary::apply(context, &x, functions)
}
