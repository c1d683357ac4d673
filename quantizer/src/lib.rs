//! From an ONNX model to an exact integer program, and the executor that defines its meaning.
//!
//! ```text
//! onnx      bytes of a model       -> float model            (feature `onnx`, on by default)
//! passes    float model            -> normal form: fewer nodes, sums that read only values
//! calibrate normal form + samples  -> ir::Graph: power-of-two scales, shifts, tables, bounds
//! view      how operations read tensors: index maps, axis by axis
//! ir        the program: types, validity, canonical bytes, digest
//! fixed     rounding and tables    ops    shape, range and evaluation of one node
//! execute   the reference executor: the semantics that everything else is checked against
//! vq        the `.vq` file: canonical bytes and what a person wants to know about them
//! ```
//!
//! Without `onnx` the crate reads, checks, hashes and runs programs, and knows no protobuf, archive or
//! sample file: that is all a verifier needs of it.

pub mod cost;
mod error;
pub mod execute;
pub mod fixed;
pub mod ir;
pub mod ops;
pub mod report;
pub mod view;
pub mod vq;

#[cfg(feature = "onnx")]
pub mod calibrate;
#[cfg(feature = "onnx")]
pub mod float;
#[cfg(feature = "onnx")]
pub mod onnx;
#[cfg(feature = "onnx")]
pub mod passes;
#[cfg(feature = "onnx")]
mod quantize;
#[cfg(feature = "onnx")]
pub mod samples;

pub use error::Error;
pub use execute::{Trace, execute};
pub use ir::Graph;
#[cfg(feature = "onnx")]
pub use quantize::{Options, Quantized, quantize, quantize_model};
#[cfg(feature = "onnx")]
pub use samples::Samples;
pub use vq::VqFile;
