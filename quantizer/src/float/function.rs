//! Functions of one real variable, as ONNX defines them.
//!
//! What the standard library leaves to the platform comes from `libm`, which gives the same bits everywhere: the tables
//! made of a model do not depend on the machine that makes them. The standard library has no error function at all.

mod properties;

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

/// A function applied to each element.
///
/// Operators that are compositions have no entry of their own: a hard sigmoid, say, is [`Function::Affine`] and
/// [`Function::Clip`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// `mul * x + add`
    Affine {
        /// Factor.
        mul: f64,
        /// Summand.
        add: f64,
    },
    /// `min(max(x, lo), hi)`; either may be infinite.
    Clip {
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        hi: f64,
    },
    /// `max(x, 0)`
    Relu,
    /// `x` for `x >= 0`, else `alpha * x`.
    LeakyRelu {
        /// Slope below 0.
        alpha: f64,
    },
    /// `x` for `x > alpha`, else 0.
    ThresholdedRelu {
        /// The threshold.
        alpha: f64,
    },
    /// `x + bias` for `x < -lambd`, `x - bias` for `x > lambd`, else 0.
    Shrink {
        /// The threshold.
        lambd: f64,
        /// How far towards 0.
        bias: f64,
    },
    /// `x` for `x >= 0`, else `alpha * (exp(x / width) - 1)`: `Elu` has width 1, `Celu` width `alpha`.
    Elu {
        /// Factor below 0.
        alpha: f64,
        /// Divisor of the exponent, not 0.
        width: f64,
    },
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `ln(1 + exp(x))`
    Softplus,
    /// `x / (1 + |x|)`
    Softsign,
    /// `x * max(0, min(1, x / 6 + 1 / 2))`
    HardSwish,
    /// `x / (1 + exp(-alpha * x))`
    Swish {
        /// Factor in the exponent; 1 for SiLU.
        alpha: f64,
    },
    /// `x * tanh(ln(1 + exp(x)))`
    Mish,
    /// `x * (1 + erf(x / sqrt(2))) / 2`
    Gelu,
    /// `x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2`
    GeluTanh,
    /// The error function.
    Erf,
    /// `e^x`
    Exp,
    /// The natural logarithm.
    Log,
    /// The square root.
    Sqrt,
    /// `1 / x`
    Reciprocal,
    /// `x^exponent`
    Pow {
        /// The exponent.
        exponent: f64,
    },
    /// `|x|`
    Abs,
    /// -1, 0 or 1.
    Sign,
    /// The largest integer that is no larger.
    Floor,
    /// The smallest integer that is no smaller.
    Ceil,
    /// The nearest integer, the even one of two.
    Round,
    /// The integer part: towards 0.
    Trunc,
    /// The integer part of `x / divisor`: how ONNX divides integers.
    Quotient {
        /// Not 0.
        divisor: f64,
    },
    /// `x - divisor * floor(x / divisor)`: what is left has the sign of the divisor.
    Modulo {
        /// Not 0.
        divisor: f64,
    },
    /// `x - divisor * trunc(x / divisor)`: what is left has the sign of `x`.
    Remainder {
        /// Not 0.
        divisor: f64,
    },
    /// 1 for `x > 0`, else 0.
    Positive,
    /// 1 for `x >= 0`, else 0.
    NonNegative,
    /// 1 for `x = 0`, else 0.
    Zero,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The inverse sine.
    Asin,
    /// The inverse cosine.
    Acos,
    /// The inverse tangent.
    Atan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The inverse hyperbolic sine.
    Asinh,
    /// The inverse hyperbolic cosine.
    Acosh,
    /// The inverse hyperbolic tangent.
    Atanh,
}

impl Function {
    /// Value at `x`: infinite at a pole, NaN outside the [domain](Self::domain).
    pub fn eval(&self, x: f64) -> f64 {
        match *self {
            Function::Affine { mul, add } => mul * x + add,
            // Where the bounds cross, the upper one wins.
            Function::Clip { lo, hi } => x.max(lo).min(hi),
            Function::Relu => x.max(0.0),
            Function::LeakyRelu { alpha } => {
                if x >= 0.0 {
                    x
                } else {
                    alpha * x
                }
            }
            Function::ThresholdedRelu { alpha } => {
                if x > alpha {
                    x
                } else {
                    0.0
                }
            }
            Function::Shrink { lambd, bias } => {
                if x < -lambd {
                    x + bias
                } else if x > lambd {
                    x - bias
                } else {
                    0.0
                }
            }
            Function::Elu { alpha, width } => {
                if x >= 0.0 {
                    x
                } else {
                    alpha * libm::expm1(x / width)
                }
            }
            Function::Sigmoid => sigmoid(x),
            Function::Tanh => libm::tanh(x),
            Function::Softplus => softplus(x),
            Function::Softsign => x / (1.0 + x.abs()),
            Function::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Function::Swish { alpha } => x * sigmoid(alpha * x),
            Function::Mish => x * libm::tanh(softplus(x)),
            // 1 + erf(t) = erfc(-t), and 1 + tanh(t) = 2 sigmoid(2 t): neither loses digits far below 0.
            Function::Gelu => 0.5 * x * libm::erfc(-x * FRAC_1_SQRT_2),
            Function::GeluTanh => x * sigmoid(2.0 * FRAC_2_PI.sqrt() * (x + 0.044715 * x * x * x)),
            Function::Erf => libm::erf(x),
            Function::Exp => libm::exp(x),
            Function::Log => libm::log(x),
            Function::Sqrt => x.sqrt(),
            Function::Reciprocal => 1.0 / x,
            Function::Pow { exponent } => libm::pow(x, exponent),
            Function::Abs => x.abs(),
            Function::Sign => step(x > 0.0) - step(x < 0.0),
            Function::Floor => x.floor(),
            Function::Ceil => x.ceil(),
            Function::Round => x.round_ties_even(),
            Function::Trunc => x.trunc(),
            Function::Quotient { divisor } => (x / divisor).trunc(),
            Function::Modulo { divisor } => {
                let rest = x % divisor;
                if rest * divisor < 0.0 { rest + divisor } else { rest }
            }
            Function::Remainder { divisor } => x % divisor,
            Function::Positive => step(x > 0.0),
            Function::NonNegative => step(x >= 0.0),
            Function::Zero => step(x == 0.0),
            Function::Sin => libm::sin(x),
            Function::Cos => libm::cos(x),
            Function::Tan => libm::tan(x),
            Function::Asin => libm::asin(x),
            Function::Acos => libm::acos(x),
            Function::Atan => libm::atan(x),
            Function::Sinh => libm::sinh(x),
            Function::Cosh => libm::cosh(x),
            Function::Asinh => libm::asinh(x),
            // libm gives a number for some of those below.
            Function::Acosh if x < 1.0 => f64::NAN,
            Function::Acosh => libm::acosh(x),
            Function::Atanh => libm::atanh(x),
        }
    }

    /// All of `functions`, first to last.
    pub fn eval_all(functions: &[Function], x: f64) -> f64 {
        functions.iter().fold(x, |x, f| f.eval(x))
    }

    /// All of `functions`, first to last, where each takes an argument outside its domain for the nearest one inside, and
    /// an infinite result for the largest finite one: finite for every finite `x`. Rounding may bring an argument that is
    /// legal in the model a little outside.
    pub fn eval_all_saturating(functions: &[Function], x: f64) -> f64 {
        functions.iter().fold(x, |x, f| {
            let (lo, hi) = f.domain();
            f.eval(x.max(lo).min(hi)).clamp(-f64::MAX, f64::MAX)
        })
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Exact far from 0 too: `exp(x)` neither overflows nor is lost.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

fn step(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
