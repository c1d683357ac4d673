//! From stages and samples to an integer program: ranges, power-of-two scales, shifts, tables, bounds.
//!
//! A value `x` is stored as `x * 2^e`. A stage multiplies exponents (`e_acc = e_x + e_w`), its activation drops
//! `shift` bits (`e_q = e_acc - shift`) and reads a table whose result has exponent `e_out`. Where the function is
//! ReLU or the identity, `e_out = e_q`, so that the table is a structured one that nobody has to commit to.
//!
//! * [`layout`]: shapes of storage, weights laid over padding;
//! * [`ranges`]: what samples reach in floating point;
//! * [`plan`]: one choice of bits and shift, made into a program;
//! * [`search`]: which choice, when the user makes none.

pub mod layout;
pub mod plan;
pub mod ranges;
pub mod search;
mod table;
