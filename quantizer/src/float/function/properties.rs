//! What quantization and reports ask about functions without evaluating them.

use super::Function;
use std::fmt;

impl Function {
    /// Smallest and largest argument for which there is a value; infinite at a pole.
    pub fn domain(&self) -> (f64, f64) {
        match *self {
            Function::Sqrt | Function::Log => (0.0, f64::INFINITY),
            Function::Pow { exponent } if exponent.fract() != 0.0 => (0.0, f64::INFINITY),
            Function::Asin | Function::Acos | Function::Atanh => (-1.0, 1.0),
            Function::Acosh => (1.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// Whether it never falls or never rises, over its whole domain.
    pub fn is_monotone(&self) -> bool {
        match *self {
            Function::Affine { .. }
            | Function::Clip { .. }
            | Function::Relu
            | Function::Sigmoid
            | Function::Tanh
            | Function::Softplus
            | Function::Softsign
            | Function::Erf
            | Function::Exp
            | Function::Log
            | Function::Sqrt
            | Function::Sign
            | Function::Floor
            | Function::Ceil
            | Function::Round
            | Function::Trunc
            | Function::Quotient { .. }
            | Function::Positive
            | Function::NonNegative
            | Function::Asin
            | Function::Acos
            | Function::Atan
            | Function::Sinh
            | Function::Asinh
            | Function::Acosh
            | Function::Atanh => true,
            Function::LeakyRelu { alpha } | Function::ThresholdedRelu { alpha } => alpha >= 0.0,
            Function::Shrink { lambd, bias } => bias <= lambd.max(0.0),
            Function::Elu { alpha, width } => alpha * width >= 0.0,
            Function::Swish { alpha } => alpha == 0.0,
            Function::Pow { exponent } => {
                exponent == 0.0 || exponent.fract() != 0.0 || (exponent > 0.0 && exponent % 2.0 != 0.0)
            }
            Function::HardSwish
            | Function::Mish
            | Function::Gelu
            | Function::GeluTanh
            | Function::Reciprocal
            | Function::Abs
            | Function::Modulo { .. }
            | Function::Remainder { .. }
            | Function::Zero
            | Function::Sin
            | Function::Cos
            | Function::Tan
            | Function::Cosh => false,
        }
    }

    /// Whether it is constant between jumps.
    pub fn is_step(&self) -> bool {
        match *self {
            Function::Sign
            | Function::Floor
            | Function::Ceil
            | Function::Round
            | Function::Trunc
            | Function::Quotient { .. }
            | Function::Positive
            | Function::NonNegative
            | Function::Zero => true,
            Function::Affine { mul, .. } => mul == 0.0,
            Function::Clip { lo, hi } => lo >= hi,
            Function::Pow { exponent } => exponent == 0.0,
            _ => false,
        }
    }
}

/// The name with the parameters, for reports: `LeakyRelu(0.1)`.
impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Function::Affine { mul, add } => write!(f, "Affine({mul}, {add})"),
            Function::Clip { lo, hi } => write!(f, "Clip({lo}, {hi})"),
            Function::LeakyRelu { alpha } => write!(f, "LeakyRelu({alpha})"),
            Function::ThresholdedRelu { alpha } => write!(f, "ThresholdedRelu({alpha})"),
            Function::Shrink { lambd, bias } => write!(f, "Shrink({lambd}, {bias})"),
            Function::Elu { alpha, width } => write!(f, "Elu({alpha}, {width})"),
            Function::Swish { alpha } => write!(f, "Swish({alpha})"),
            Function::Pow { exponent } => write!(f, "Pow({exponent})"),
            Function::Quotient { divisor } => write!(f, "Quotient({divisor})"),
            Function::Modulo { divisor } => write!(f, "Modulo({divisor})"),
            Function::Remainder { divisor } => write!(f, "Remainder({divisor})"),
            // Without parameters the name of the variant is all there is.
            ref plain => fmt::Debug::fmt(plain, f),
        }
    }
}
