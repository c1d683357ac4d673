//! Fixed-point arithmetic: one rounding rule and the tables read after it.

mod rounding;
mod table;

pub use rounding::{quantize, rescale};
pub use table::domain;
