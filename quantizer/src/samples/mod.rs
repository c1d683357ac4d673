//! Inputs from files: `.json`, `.npy`, `.npz`.
//!
//! * `.json`: `{"input_data": [[...]]}`, one flat list per model input, so exactly one list;
//! * `.npy`: one array, of one input or with samples along its first dimension;
//! * `.npz`: that array under the name `x`; integer labels under `y` where there are any.
//!
//! How many samples a file holds depends on the model, so [`Samples::rows`] decides, and refuses whatever is
//! left over. `zip` reads the archive (maintained, stored and deflated entries); the `.npy` header is three fields and is
//! parsed here, because the crates that do it bring a recursive parser of Python literals, or allocate what
//! a header claims.

mod json;
mod npy;
mod npz;

use crate::error::Error;
use std::path::Path;

/// Largest sample file, and largest array in an archive, in bytes.
pub const MAX_BYTES: u64 = 1 << 30;

/// Samples of one file, finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The file, for messages.
    pub source: String,
    dims: Vec<usize>,
    data: Vec<f32>,
    labels: Option<Vec<i64>>,
}

impl Samples {
    /// Reads a file by its extension.
    ///
    /// # Errors
    /// It cannot be read, is too large, is of another format, holds no array `x`, or a value that is not finite.
    pub fn read(path: &Path) -> Result<Self, Error> {
        use std::io::Read;
        let file = path.display().to_string();
        let io = |source| Error::Io { file: file.clone(), source };
        let mut bytes = Vec::new();
        std::fs::File::open(path).map_err(io)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::parse(&bytes, &file)
    }

    /// Parses the bytes of a file by the extension of its name.
    ///
    /// # Errors
    /// See [`Samples::read`].
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self, Error> {
        if bytes.len() as u64 > MAX_BYTES {
            let what = "size in bytes".into();
            return Err(Error::TooLarge { file: file.into(), what, got: bytes.len() as u64, limit: MAX_BYTES });
        }
        match Path::new(file).extension().and_then(|e| e.to_str()) {
            Some("json") => Self::new(file, json::parse(bytes, file)?, None),
            Some("npy") => Self::new(file, npy::parse(bytes, file)?.floats(), None),
            Some("npz") => {
                let (x, y) = npz::parse(bytes, file)?;
                Self::new(file, x.floats(), y.and_then(npy::Array::labels))
            }
            _ => Err(error(file, "a name that ends in .json, .npy or .npz", "another", "convert the file")),
        }
    }

    /// Samples made elsewhere: `data` of dimensions `dims`.
    ///
    /// # Errors
    /// A value that is not finite, or a length that does not fit the dimensions.
    pub fn new(source: &str, (dims, data): (Vec<usize>, Vec<f32>), labels: Option<Vec<i64>>) -> Result<Self, Error> {
        if let Some((index, got)) = data.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(error(source, "finite values", format!("{got} at index {index}"), "clean the data"));
        }
        let count = dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        if count != Some(data.len()) {
            return Err(error(source, format!("values for dimensions {dims:?}"), data.len(), "save the array again"));
        }
        if let Some(labels) = &labels
            && dims.first() != Some(&labels.len())
        {
            let expected = format!("{} labels in y", dims.first().unwrap_or(&1));
            return Err(error(source, expected, labels.len(), "save x and y of the same samples"));
        }
        Ok(Self { source: source.into(), dims, data, labels })
    }

    /// The samples of a model with `length` inputs: all values of the file, cut along its first dimension.
    ///
    /// # Errors
    /// The file has another number of values, samples of another length, or none.
    pub fn rows(&self, length: usize) -> Result<Vec<&[f32]>, Error> {
        let one = self.data.len() == length;
        let per_sample = self.dims.first().filter(|n| **n > 0).map(|n| self.data.len() / n);
        if length == 0 || self.data.is_empty() || !(one || per_sample == Some(length)) {
            let expected = format!("{length} values per sample");
            let got = match self.dims.as_slice() {
                [n] => format!("{n}"),
                dims => format!("an array of dimensions {dims:?}"),
            };
            return Err(error(&self.source, expected, got, "use samples of this model, one per row of x"));
        }
        Ok(self.data.chunks_exact(length).collect())
    }

    /// The one input of a file that may hold no more than one.
    ///
    /// # Errors
    /// Another number of samples, or samples of another length.
    pub fn single(&self, length: usize) -> Result<&[f32], Error> {
        match self.rows(length)?.as_slice() {
            [one] => Ok(one),
            rows => Err(error(
                &self.source,
                "one input",
                format!("{}", rows.len()),
                "keep one row, or give one file per input",
            )),
        }
    }

    /// Labels of the samples, one each.
    pub fn labels(&self) -> Option<&[i64]> {
        self.labels.as_deref()
    }
}

fn error(file: &str, expected: impl ToString, got: impl ToString, remedy: impl ToString) -> Error {
    Error::Samples {
        file: file.into(),
        expected: expected.to_string(),
        got: got.to_string(),
        remedy: remedy.to_string(),
    }
}
