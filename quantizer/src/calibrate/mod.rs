//! From a model in normal form and samples to an integer program: ranges, power-of-two scales, shifts, tables, bounds.
//!
//! A value `x` is stored as `x * 2^e`. A sum multiplies exponents (`e_acc = e_x + e_w`) or moves what it reads by integer
//! coefficients; an activation drops `shift` bits (`e_q = e_acc - shift`) and reads a table whose result has exponent
//! `e_out`. Where the function is ReLU or the identity, `e_out = e_q`, so that the table is a structured one that nobody
//! has to commit to.
//!
//! * [`ranges`]: what samples reach in floating point;
//! * [`plan`]: what is chosen for each value;
//! * [`scales`]: exponents by a plan; [`integers`]: coefficients and constants by exponents;
//! * [`build`]: the program of a plan;
//! * [`score`], [`search`]: which plan, when the user makes none.

pub mod build;
mod domain;
pub mod estimate;
pub mod exponents;
pub mod integers;
mod mask;
pub mod plan;
mod ports;
pub mod ranges;
pub mod scales;
pub mod score;
pub mod search;
mod table;

pub use score::Target;
