//! ONNX operators, one per file, registered by name.
//!
//! A builder reads its node through [`Context`] and gives the value of the node's first output. Another
//! operator is another file and another line of the table.

mod add;
mod cast;
mod clip;
mod constant;
mod dropout;
mod elementwise;
mod flatten;
mod gemm;
mod identity;
mod leaky_relu;
mod matmul;
mod mul;
mod relu;
mod reshape;
mod sigmoid;
mod squeeze;
mod sub;
mod tanh;
mod unsqueeze;

pub use super::builder::{Computed, Value};
pub use super::context::Context;
use crate::error::Error;

/// An operator and its builder.
pub struct Operator {
    /// `NodeProto.op_type`.
    pub name: &'static str,
    /// Appends the layer, gives the value.
    pub build: fn(&mut Context) -> Result<Value, Error>,
}

/// Every supported operator.
pub const OPERATORS: &[Operator] = &[
    Operator { name: "Add", build: add::build },
    Operator { name: "Cast", build: cast::build },
    Operator { name: "Clip", build: clip::build },
    Operator { name: "Constant", build: constant::build },
    Operator { name: "Dropout", build: dropout::build },
    Operator { name: "Flatten", build: flatten::build },
    Operator { name: "Gemm", build: gemm::build },
    Operator { name: "Identity", build: identity::build },
    Operator { name: "LeakyRelu", build: leaky_relu::build },
    Operator { name: "MatMul", build: matmul::build },
    Operator { name: "Mul", build: mul::build },
    Operator { name: "Relu", build: relu::build },
    Operator { name: "Reshape", build: reshape::build },
    Operator { name: "Sigmoid", build: sigmoid::build },
    Operator { name: "Squeeze", build: squeeze::build },
    Operator { name: "Sub", build: sub::build },
    Operator { name: "Tanh", build: tanh::build },
    Operator { name: "Unsqueeze", build: unsqueeze::build },
];
