//! `{"input_data": [[...]]}`

use super::error;
use crate::error::Error;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    input_data: Vec<Vec<f64>>,
}

pub(super) fn parse(bytes: &[u8], file: &str) -> Result<(Vec<usize>, Vec<f32>), Error> {
    let parsed: File = serde_json::from_slice(bytes)
        .map_err(|e| error(file, r#"{"input_data": [[numbers]]}"#, e, "one flat list of numbers per model input"))?;
    match parsed.input_data.as_slice() {
        // A number too large for f32 becomes an infinity, which is refused as one.
        [list] => Ok((vec![list.len()], list.iter().map(|v| *v as f32).collect())),
        lists => {
            Err(error(file, "one list in input_data, as the model has one input", lists.len(), "remove the others"))
        }
    }
}
