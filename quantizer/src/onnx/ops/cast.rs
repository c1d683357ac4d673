//! `Cast` and `CastLike`: computed tensors change between numbers, integers and truth; constants are rounded to the type
//! they are cast to.

use super::{Context, Value, unary};
use crate::error::Error;
use crate::float::Function;
use crate::onnx::proto::data_type;
use crate::onnx::tensor::{Data, Kind, Tensor};
use std::rc::Rc;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    use data_type::{BFLOAT16, BOOL, DOUBLE, FLOAT, FLOAT16, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64};
    let x = context.input(0)?;
    let to = context.int("to", 0)?;
    match i32::try_from(to).unwrap_or(0) {
        DOUBLE => Ok(float(context, &x, |v| v)),
        FLOAT => Ok(float(context, &x, |v| f64::from(v as f32))),
        FLOAT16 => Ok(float(context, &x, |v| round(v, 10, -14..=15))),
        BFLOAT16 => Ok(float(context, &x, |v| round(v, 7, -126..=127))),
        // Integers of 64 bits are kept as such; whether they have a sign shows nowhere.
        INT64 | UINT64 => int(context, &x, |v| v),
        INT32 => int(context, &x, |v| i64::from(v as i32)),
        INT16 => int(context, &x, |v| i64::from(v as i16)),
        INT8 => int(context, &x, |v| i64::from(v as i8)),
        UINT32 => int(context, &x, |v| i64::from(v as u32)),
        UINT16 => int(context, &x, |v| i64::from(v as u16)),
        UINT8 => int(context, &x, |v| i64::from(v as u8)),
        BOOL => {
            let not_zero = [Function::Zero, Function::Affine { mul: -1.0, add: 1.0 }];
            Ok(unary::apply(context, &x, &not_zero)?.of_kind(Kind::Int))
        }
        _ => Err(context.unsupported(
            format!("a cast to element type {to} (TensorProto.DataType)"),
            "cast to float, double, float16, bfloat16, an integer of 8 to 64 bits, or bool",
        )),
    }
}

/// `CastLike` of something that is of floats. Their width is not known here, and rounds nothing.
pub(super) fn like(context: &mut Context) -> Result<Value, Error> {
    let (x, target) = (context.input(0)?, context.input(1)?);
    match target.kind() {
        Kind::Float => Ok(x.of_kind(Kind::Float)),
        Kind::Int => Err(context.unsupported("a cast like integers or bools", "use Cast, which names the type")),
    }
}

/// The same numbers: a program has a precision of its own.
fn float(context: &Context, x: &Value, round: fn(f64) -> f64) -> Value {
    match x {
        Value::Constant(constant) => {
            let values = constant.floats().into_iter().map(round).collect();
            context.tensor_of(constant.dims.clone(), values)
        }
        Value::Computed(_) => x.clone().of_kind(Kind::Float),
    }
}

/// The integer part. A computed one is taken to fit its type; a constant one wraps around.
fn int(context: &mut Context, x: &Value, wrap: fn(i64) -> i64) -> Result<Value, Error> {
    Ok(match x {
        Value::Constant(constant) => {
            let ints = match &constant.data {
                Data::Int(ints) => ints.iter().map(|v| wrap(*v)).collect(),
                Data::Float(floats) => floats.iter().map(|v| wrap(*v as i64)).collect(),
            };
            Value::Constant(Rc::new(Tensor::of_ints(&context.name, constant.dims.clone(), ints)))
        }
        Value::Computed(computed) if computed.kind == Kind::Int => x.clone(),
        Value::Computed(_) => unary::apply(context, x, &[Function::Trunc])?.of_kind(Kind::Int),
    })
}

/// `v`, rounded to a binary float of `bits` bits after the leading one and these exponents; infinite beyond them.
fn round(v: f64, bits: i32, exponents: std::ops::RangeInclusive<i32>) -> f64 {
    if v == 0.0 || !v.is_finite() {
        return v;
    }
    let unit = libm::exp2(f64::from(libm::ilogb(v).max(*exponents.start()) - bits));
    let rounded = (v / unit).round_ties_even() * unit;
    if rounded.abs() >= libm::exp2(f64::from(*exponents.end() + 1)) { f64::INFINITY.copysign(v) } else { rounded }
}
