//! Reading ONNX models.
//!
//! [`read`] decodes the protobuf, finds the one input and the one output, and hands each node to the builder that
//! [`ops::OPERATORS`] has for it. A builder gets constants and computed values, and gives one value; what it
//! computes is appended to the chain of the value it came from.
//!
//! # Dimensions
//! The first dimension of the input may be symbolic, 0 or -1: it is then the batch, and taken as 1, as a program
//! runs one inference and batches are formed by the prover. Any other dynamic dimension is refused.

mod builder;
mod context;
pub mod ops;
pub mod proto;
mod reader;
mod shape;
mod tensor;

pub use reader::{MAX_MODEL_BYTES, read};
