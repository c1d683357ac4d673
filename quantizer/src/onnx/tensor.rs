//! Constants: initializers and attributes, read with every length checked.

use super::proto::{TensorProto, data_type};
use crate::error::Error;
use crate::ir::MAX_DIMS;

/// Most elements of a constant.
const MAX_ELEMENTS: u64 = 1 << 28;

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of any float type.
    Float,
    /// Of any integer type or bool: arithmetic rounds as that of integers does.
    Int,
}

/// A constant tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Name of the initializer or of the node that made it.
    pub name: String,
    /// Dimensions; some may be 0.
    pub dims: Vec<u32>,
    /// Elements.
    pub data: Data,
}

/// Elements of a constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Of any float type; finite.
    Float(Vec<f64>),
    /// Of any integer type or bool.
    Int(Vec<i64>),
}

impl Tensor {
    /// Of `values`, which are whole where `kind` says so.
    pub fn new(name: &str, dims: Vec<u32>, values: Vec<f64>, kind: Kind) -> Self {
        let data = match kind {
            Kind::Float => Data::Float(values),
            Kind::Int => Data::Int(values.into_iter().map(|v| v.round() as i64).collect()),
        };
        Self { name: name.into(), dims, data }
    }

    /// Of integers.
    pub fn of_ints(name: &str, dims: Vec<u32>, values: Vec<i64>) -> Self {
        Self { name: name.into(), dims, data: Data::Int(values) }
    }

    /// What the elements are.
    pub fn kind(&self) -> Kind {
        match self.data {
            Data::Float(_) => Kind::Float,
            Data::Int(_) => Kind::Int,
        }
    }

    /// Elements as floats.
    pub fn floats(&self) -> Vec<f64> {
        match &self.data {
            Data::Float(v) => v.clone(),
            Data::Int(v) => v.iter().map(|i| *i as f64).collect(),
        }
    }

    /// Elements, if they are integers.
    pub fn ints(&self) -> Option<&[i64]> {
        match &self.data {
            Data::Int(v) => Some(v),
            Data::Float(_) => None,
        }
    }

    /// The number that all elements are, if they are one.
    pub fn uniform(&self) -> Option<f64> {
        fn same<T: Copy + PartialEq>(values: &[T]) -> Option<T> {
            let first = values.first().copied()?;
            values.iter().all(|v| *v == first).then_some(first)
        }
        match &self.data {
            Data::Float(values) => same(values),
            Data::Int(values) => same(values).map(|v| v as f64),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Float(v) => v.len(),
            Data::Int(v) => v.len(),
        }
    }

    /// Reads a constant of `file`; `name` is for messages.
    ///
    /// # Errors
    /// An element type that is not read, data of another length than the dimensions say, a NaN or infinity.
    pub fn read(file: &str, name: &str, proto: &TensorProto) -> Result<Self, Error> {
        let bad = |expected: &str, got: String| Error::Model {
            file: file.into(),
            at: format!("tensor `{name}`"),
            expected: expected.into(),
            got,
        };
        if proto.data_location != 0 {
            return Err(bad("data inside the model file (save it without external data)", "external data".into()));
        }
        let dims: Option<Vec<u32>> = proto.dims.iter().map(|d| u32::try_from(*d).ok()).collect();
        let dims = dims.filter(|d| d.len() <= MAX_DIMS).ok_or_else(|| {
            bad(&format!("at most {MAX_DIMS} dimensions, each of 0 to 2^32 - 1"), format!("{:?}", proto.dims))
        })?;
        let count = dims.iter().try_fold(1u64, |n, d| n.checked_mul(u64::from(*d))).filter(|n| *n <= MAX_ELEMENTS);
        let count = count.ok_or_else(|| bad("at most 2^28 elements", format!("dimensions {dims:?}")))? as usize;
        let raw = proto.raw_data.as_slice();
        let data = match proto.data_type {
            data_type::FLOAT => {
                Data::Float(pick(raw, &proto.float_data, |v| f64::from(*v), |b| f64::from(f32::from_le_bytes(b))))
            }
            data_type::DOUBLE => Data::Float(pick(raw, &proto.double_data, |v| *v, f64::from_le_bytes)),
            data_type::INT64 => Data::Int(pick(raw, &proto.int64_data, |v| *v, i64::from_le_bytes)),
            data_type::INT32 => {
                Data::Int(pick(raw, &proto.int32_data, |v| i64::from(*v), |b| i32::from_le_bytes(b).into()))
            }
            data_type::INT8 => {
                Data::Int(pick(raw, &proto.int32_data, |v| i64::from(*v), |b| i8::from_le_bytes(b).into()))
            }
            data_type::INT16 => {
                Data::Int(pick(raw, &proto.int32_data, |v| i64::from(*v), |b| i16::from_le_bytes(b).into()))
            }
            data_type::UINT16 => {
                Data::Int(pick(raw, &proto.int32_data, |v| i64::from(*v), |b| u16::from_le_bytes(b).into()))
            }
            data_type::UINT32 => {
                Data::Int(pick(raw, &proto.uint64_data, |v| *v as i64, |b| u32::from_le_bytes(b).into()))
            }
            // The same bits: indices and sizes, which is what such constants are for, are far below the sign.
            data_type::UINT64 => Data::Int(pick(raw, &proto.uint64_data, |v| *v as i64, i64::from_le_bytes)),
            // The typed fields of these hold their bits.
            data_type::FLOAT16 => {
                Data::Float(pick(raw, &proto.int32_data, |v| half(*v as u16), |b| half(u16::from_le_bytes(b))))
            }
            data_type::BFLOAT16 => {
                let bfloat = |bits: u16| f64::from(f32::from_bits(u32::from(bits) << 16));
                Data::Float(pick(raw, &proto.int32_data, |v| bfloat(*v as u16), |b| bfloat(u16::from_le_bytes(b))))
            }
            data_type::UINT8 | data_type::BOOL => {
                Data::Int(pick(raw, &proto.int32_data, |v| i64::from(*v), |[b]| b.into()))
            }
            other => {
                return Err(bad(
                    "elements of a float type of 16 to 64 bits, an integer type of 8 to 64 bits, or bool",
                    format!("type {other}"),
                ));
            }
        };
        let tensor = Self { name: name.into(), dims, data };
        if tensor.len() != count {
            return Err(bad(&format!("{count} elements"), format!("data for {}", tensor.len())));
        }
        if let Data::Float(values) = &tensor.data
            && let Some((index, got)) = values.iter().copied().enumerate().find(|(_, v)| !v.is_finite())
        {
            return Err(Error::NonFiniteWeight { file: file.into(), tensor: name.into(), index, got });
        }
        Ok(tensor)
    }
}

/// The number that the bits of a half-precision float are.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let magnitude = match exponent {
        0 => fraction * f64::powi(2.0, -14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * f64::powi(2.0, exponent - 15),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}

/// Elements from raw bytes where there are any, else from the typed field.
fn pick<const N: usize, T, U>(
    raw: &[u8],
    typed: &[T],
    convert: impl Fn(&T) -> U,
    decode: impl Fn([u8; N]) -> U,
) -> Vec<U> {
    if raw.is_empty() {
        return typed.iter().map(convert).collect();
    }
    let (chunks, rest) = raw.as_chunks::<N>();
    // Bytes to spare make the count wrong, which the caller refuses.
    if rest.is_empty() { chunks.iter().map(|c| decode(*c)).collect() } else { Vec::new() }
}
