//! Constants: initializers and attributes, read with every length checked.

use super::proto::{TensorProto, data_type};
use crate::error::Error;

/// Most elements of a constant.
const MAX_ELEMENTS: u64 = 1 << 28;

/// A constant tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Dimensions.
    pub dims: Vec<usize>,
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
        let dims: Option<Vec<usize>> = proto.dims.iter().map(|d| usize::try_from(*d).ok()).collect();
        let dims = dims
            .filter(|d| d.len() <= 8)
            .ok_or_else(|| bad("at most 8 dimensions, none negative", format!("{:?}", proto.dims)))?;
        let count = dims.iter().try_fold(1u64, |n, d| n.checked_mul(*d as u64)).filter(|n| *n <= MAX_ELEMENTS);
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
            data_type::UINT8 | data_type::BOOL => {
                Data::Int(pick(raw, &proto.int32_data, |v| i64::from(*v), |[b]| b.into()))
            }
            other => {
                return Err(bad(
                    "elements of type float, double, int32, int64, int8, uint8 or bool",
                    format!("type {other}"),
                ));
            }
        };
        let tensor = Self { dims, data };
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
