//! Reading ONNX models.
//!
//! [`read`] decodes the protobuf, and hands each node to the builder that [`ops::OPERATORS`] has for it. A builder gets
//! constants and computed tensors, adds nodes to the float model, and gives the values of the outputs. What is computed from
//! constants alone, as exported shape arithmetic is, is evaluated on the way.
//!
//! # Dimensions
//! The first dimension of an input may be symbolic, 0 or -1: it is then the batch, and taken as 1, as a program
//! runs one inference and batches are formed by the prover. Any other dynamic dimension is refused.

mod builder;
mod context;
mod link;
mod lower;
pub mod ops;
pub mod proto;
mod reader;
mod shape;
mod tensor;

pub use reader::{MAX_MODEL_BYTES, read};
