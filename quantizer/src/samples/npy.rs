//! The `.npy` format of numpy, versions 1 to 3, for numbers in C order and little-endian.

use super::error;
use crate::error::Error;

/// Longest header that is read, in bytes.
const MAX_HEADER: usize = 4096;

/// Numbers of an array.
pub(super) struct Array {
    dims: Vec<usize>,
    data: Data,
}

enum Data {
    Float(Vec<f32>),
    Int(Vec<i64>),
}

impl Array {
    pub(super) fn floats(self) -> (Vec<usize>, Vec<f32>) {
        let data = match self.data {
            Data::Float(values) => values,
            Data::Int(values) => values.into_iter().map(|v| v as f32).collect(),
        };
        (self.dims, data)
    }

    /// Bytes that the numbers take here.
    pub(super) fn size(&self) -> u64 {
        match &self.data {
            Data::Float(values) => 4 * values.len() as u64,
            Data::Int(values) => 8 * values.len() as u64,
        }
    }

    /// Values, if this is a list of integers; anything else under `y` is no labels.
    pub(super) fn labels(self) -> Option<Vec<i64>> {
        match (self.dims.len(), self.data) {
            (1, Data::Int(values)) => Some(values),
            _ => None,
        }
    }
}

pub(super) fn parse(bytes: &[u8], file: &str) -> Result<Array, Error> {
    let bad =
        |expected: &str, got: String| error(file, expected, got, "save the array again with numpy.save or numpy.savez");
    let (header, data) =
        split(bytes).ok_or_else(|| bad("a .npy file of version 1 to 3", "other or too few bytes".into()))?;
    let descr = field(header, "descr").and_then(|v| v.split(['\'', '"']).nth(1)).unwrap_or("");
    let fortran = field(header, "fortran_order").map(str::trim_start);
    if !fortran.is_some_and(|v| v.starts_with("False")) {
        return Err(bad("an array in C order (numpy.ascontiguousarray)", "Fortran order".into()));
    }
    let dims =
        field(header, "shape").and_then(shape).ok_or_else(|| bad("a shape of at most 8 dimensions", header.into()))?;
    let count = dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    let values = match descr {
        "<f4" => floats(data, f32::from_le_bytes),
        "<f8" => floats(data, |b| f64::from_le_bytes(b) as f32),
        "<i8" => ints(data, i64::from_le_bytes),
        "<u4" => ints(data, |b| u32::from_le_bytes(b).into()),
        "<i4" => ints(data, |b| i32::from_le_bytes(b).into()),
        "<i2" => ints(data, |b| i16::from_le_bytes(b).into()),
        "<u2" => ints(data, |b| u16::from_le_bytes(b).into()),
        "|i1" => ints(data, |b| i8::from_le_bytes(b).into()),
        "|u1" | "|b1" => ints(data, |[b]| b.into()),
        other => {
            return Err(bad(
                "elements of type f4, f8, i1 to i8, u1 to u4 or bool, little-endian",
                format!("`{other}`"),
            ));
        }
    };
    let values = values.ok_or_else(|| bad("whole elements", format!("{} bytes", data.len())))?;
    let len = match &values {
        Data::Float(v) => v.len(),
        Data::Int(v) => v.len(),
    };
    if count != Some(len) {
        return Err(bad(&format!("elements for dimensions {dims:?}"), format!("{len}")));
    }
    Ok(Array { dims, data: values })
}

/// Header and data.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (version, rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = match version[0] {
        1 => rest.split_first_chunk::<2>().map(|(l, rest)| (usize::from(u16::from_le_bytes(*l)), rest))?,
        2 | 3 => rest.split_first_chunk::<4>().map(|(l, rest)| (u32::from_le_bytes(*l) as usize, rest))?,
        _ => return None,
    };
    let (header, data) = rest.split_at_checked(length.min(MAX_HEADER + 1)).filter(|(h, _)| h.len() <= MAX_HEADER)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// What follows `'name':` in the header.
fn field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let at = header.find(&format!("'{name}'")).or_else(|| header.find(&format!("\"{name}\"")))?;
    let rest = header.get(at + name.len() + 2..)?.trim_start();
    rest.strip_prefix(':')
}

/// `(2, 3)`, `(2,)` or `()`.
fn shape(text: &str) -> Option<Vec<usize>> {
    let (inside, _) = text.trim_start().strip_prefix('(')?.split_once(')')?;
    let items = inside.split(',').map(str::trim).filter(|item| !item.is_empty());
    let dims: Option<Vec<usize>> = items.map(|item| item.parse().ok()).collect();
    dims.filter(|d| d.len() <= 8)
}

fn decode<const N: usize, T>(data: &[u8], decode: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (chunks, rest) = data.as_chunks::<N>();
    rest.is_empty().then(|| chunks.iter().map(|c| decode(*c)).collect())
}

fn floats<const N: usize>(data: &[u8], of: impl Fn([u8; N]) -> f32) -> Option<Data> {
    decode(data, of).map(Data::Float)
}

fn ints<const N: usize>(data: &[u8], of: impl Fn([u8; N]) -> i64) -> Option<Data> {
    decode(data, of).map(Data::Int)
}
