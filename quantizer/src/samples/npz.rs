//! The `.npz` archive: a zip of `.npy` files.

use super::npy::{self, Array};
use super::{MAX_BYTES, error};
use crate::error::Error;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most arrays that are read.
const MAX_ARRAYS: usize = 256;

/// A named array.
type Named = (String, Array);

/// Array `x`, or else all arrays with their names; array `y`, if there is one.
pub(super) fn parse(bytes: &[u8], file: &str) -> Result<(Vec<Named>, Option<Array>), Error> {
    let bad = |got: String| error(file, "an .npz archive", got, "save it again with numpy.savez");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| bad(e.to_string()))?;
    let names: Vec<String> = archive.file_names().flatten().take(MAX_ARRAYS).map(String::from).collect();
    let y = member(&mut archive, "y.npy", file)?;
    if let Some(x) = member(&mut archive, "x.npy", file)? {
        return Ok((vec![("x".into(), x)], y));
    }
    let mut arrays = Vec::new();
    let mut size = 0u64;
    for name in names.iter().filter(|name| *name != "y.npy") {
        let Some(array) = member(&mut archive, name, file)? else { continue };
        size = size.saturating_add(array.size());
        if size > MAX_BYTES {
            return Err(Error::TooLarge {
                file: file.into(),
                what: "size of all arrays in bytes".into(),
                got: size,
                limit: MAX_BYTES,
            });
        }
        arrays.push((name.trim_end_matches(".npy").to_string(), array));
    }
    if arrays.is_empty() {
        return Err(error(file, "an array `x`", format!("{names:?}"), "save it with numpy.savez(file, x=samples)"));
    }
    Ok((arrays, y))
}

fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, file: &str) -> Result<Option<Array>, Error> {
    let bad = |got: String| error(file, format!("a readable `{name}`"), got, "save it again with numpy.savez");
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(e) => return Err(bad(e.to_string())),
    };
    // What is inflated is counted, not what the archive claims.
    let mut inflated = Vec::new();
    entry.take(MAX_BYTES + 1).read_to_end(&mut inflated).map_err(|e| bad(e.to_string()))?;
    if inflated.len() as u64 > MAX_BYTES {
        let what = format!("size of `{name}` in bytes");
        return Err(Error::TooLarge { file: file.into(), what, got: inflated.len() as u64, limit: MAX_BYTES });
    }
    npy::parse(&inflated, file).map(Some)
}
