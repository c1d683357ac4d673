//! The `.npz` archive: a zip of `.npy` files.

use super::npy::{self, Array};
use super::{MAX_BYTES, error};
use crate::error::Error;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Arrays `x` and, if there is one, `y`.
pub(super) fn parse(bytes: &[u8], file: &str) -> Result<(Array, Option<Array>), Error> {
    let bad = |got: String| error(file, "an .npz archive", got, "save it again with numpy.savez");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| bad(e.to_string()))?;
    let names =
        archive.file_names().take(16).flatten().map(|n| n.trim_end_matches(".npy").to_string()).collect::<Vec<_>>();
    let x = member(&mut archive, "x.npy", file)?;
    let x = x.ok_or_else(|| {
        error(file, "an array `x`", format!("{names:?}"), "save it with numpy.savez(file, x=samples)")
    })?;
    Ok((x, member(&mut archive, "y.npy", file)?))
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
