//! `{"input_data": [[...], ...]}`

use super::error;
use crate::error::Error;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    input_data: Vec<Vec<f64>>,
}

/// One list per input of the model, at least one.
pub(super) fn parse(bytes: &[u8], file: &str) -> Result<Vec<Vec<f32>>, Error> {
    let expected = r#"{"input_data": [[numbers], ...]}"#;
    let remedy = "one flat list of numbers per model input";
    let parsed: File = serde_json::from_slice(bytes).map_err(|e| error(file, expected, e, remedy))?;
    if parsed.input_data.is_empty() {
        return Err(error(file, expected, "no list", remedy));
    }
    // A number too large for f32 becomes an infinity, which is refused as one.
    Ok(parsed.input_data.into_iter().map(|list| list.into_iter().map(|v| v as f32).collect()).collect())
}
