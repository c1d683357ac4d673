//! From an ONNX model to an exact integer program, and the executor that defines its meaning.

pub mod ir;
