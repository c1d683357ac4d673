//! Inputs from files: `.json`, `.npy`, `.npz`.
//!
//! * `.json`: `{"input_data": [[...], ...]}`, one flat list per model input, in their order;
//! * `.npy`: one array, of one sample or with samples along its first dimension;
//! * `.npz`: that array under the name `x`, or one such array under the name of each input of the model; integer labels
//!   under `y` where there are any.
//!
//! A sample of a model with several inputs is their values one after another: what [`Samples::arranged`] makes of a file.
//! How many samples a file holds depends on the model, so [`Samples::rows`] decides, and refuses whatever is
//! left over. `zip` reads the archive (maintained, stored and deflated entries); the `.npy` header is three fields and is
//! parsed here, because the crates that do it bring a recursive parser of Python literals, or allocate what
//! a header claims.

mod json;
mod npy;
mod npz;

use crate::error::Error;
use std::borrow::Cow;
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
    /// Lengths of the lists of a `.json` file, which are one sample.
    lists: Vec<usize>,
    /// Arrays under names of their own, not arranged yet.
    named: Vec<Named>,
}

/// An array of an archive: name, dimensions, elements.
type Named = (String, Vec<usize>, Vec<f32>);

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
            Some("json") => {
                let lists = json::parse(bytes, file)?;
                let lengths = lists.iter().map(Vec::len).collect();
                let data = lists.concat();
                Ok(Self { lists: lengths, ..Self::new(file, (vec![data.len()], data), None)? })
            }
            Some("npy") => Self::new(file, npy::parse(bytes, file)?.floats(), None),
            Some("npz") => {
                let (arrays, y) = npz::parse(bytes, file)?;
                let labels = y.and_then(npy::Array::labels);
                let mut named = Vec::new();
                for (name, array) in arrays {
                    let (dims, data) = array.floats();
                    if name == "x" {
                        return Self::new(file, (dims, data), labels);
                    }
                    // The same rules for each array.
                    let Self { dims, data, .. } = Self::new(file, (dims, data), None)?;
                    named.push((name, dims, data));
                }
                Ok(Self { source: file.into(), dims: vec![], data: vec![], labels, lists: vec![], named })
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
        Ok(Self { source: source.into(), dims, data, labels, lists: vec![], named: vec![] })
    }

    /// These samples as a model with `inputs` (names and lengths) reads them: the values of all inputs one after another.
    ///
    /// # Errors
    /// An input without values, values without an input, or another number of values.
    pub fn arranged(&self, inputs: &[(&str, usize)]) -> Result<Cow<'_, Self>, Error> {
        let lengths = || inputs.iter().map(|(_, length)| *length);
        if !self.lists.is_empty() && !lengths().eq(self.lists.iter().copied()) {
            let expected = match inputs {
                [(_, length)] => format!("one list of {length} values"),
                _ => format!("lists of {:?} values, one per input", lengths().collect::<Vec<_>>()),
            };
            let got = format!("{:?}", self.lists);
            return Err(error(&self.source, expected, got, "give the inputs of this model, in their order"));
        }
        if self.named.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let names = || self.named.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>();
        if self.named.len() != inputs.len() {
            let expected =
                format!("an array `x`, or one for each of {:?}", inputs.iter().map(|i| i.0).collect::<Vec<_>>());
            return Err(error(
                &self.source,
                expected,
                format!("{:?}", names()),
                "save it with numpy.savez(file, x=samples)",
            ));
        }
        let mut columns = Vec::new();
        for (name, length) in inputs {
            let Some((_, dims, data)) = self.named.iter().find(|(other, ..)| other == name) else {
                let expected = format!("an array `{name}`");
                return Err(error(&self.source, expected, format!("{:?}", names()), "name arrays as the model does"));
            };
            let column = Self::new(&self.source, (dims.clone(), data.clone()), None)?;
            let rows = column.rows(*length)?.len();
            columns.push((rows, *length, column.data));
        }
        let count = columns.first().map_or(0, |(rows, ..)| *rows);
        if let Some((rows, ..)) = columns.iter().find(|(rows, ..)| *rows != count) {
            let expected = format!("{count} samples of every input");
            return Err(error(&self.source, expected, rows.to_string(), "save arrays of the same samples"));
        }
        let sample = |i: usize| {
            columns.iter().flat_map(move |(_, length, data)| data.iter().skip(i * length).take(*length).copied())
        };
        let data: Vec<f32> = (0..count).flat_map(sample).collect();
        let dims = vec![count, lengths().sum()];
        Self::new(&self.source, (dims, data), self.labels.clone()).map(Cow::Owned)
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
