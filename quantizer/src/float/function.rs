//! Functions of one real variable, as ONNX defines them.

/// A function applied to each element.
#[derive(Clone, Debug, PartialEq)]
pub enum Function {
    /// `max(x, 0)`
    Relu,
    /// `x` for `x >= 0`, else `alpha * x`.
    LeakyRelu {
        /// Slope below 0.
        alpha: f64,
    },
    /// `min(max(x, lo), hi)`; either may be infinite.
    Clip {
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        hi: f64,
    },
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `mul * x + add`
    Affine {
        /// Factor.
        mul: f64,
        /// Summand.
        add: f64,
    },
}

impl Function {
    /// Value at `x`.
    pub fn eval(&self, x: f64) -> f64 {
        match self {
            Function::Relu => x.max(0.0),
            Function::LeakyRelu { alpha } => {
                if x >= 0.0 {
                    x
                } else {
                    alpha * x
                }
            }
            // ONNX: where the bounds cross, the upper one wins.
            Function::Clip { lo, hi } => x.max(*lo).min(*hi),
            Function::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Function::Tanh => x.tanh(),
            Function::Affine { mul, add } => mul * x + add,
        }
    }

    /// All of `functions`, first to last.
    pub fn eval_all(functions: &[Function], x: f64) -> f64 {
        functions.iter().fold(x, |x, f| f.eval(x))
    }
}
