//! Inputs and outputs that a person gives: floats as the model takes them, or exact integers.
//!
//! `{"input_data": [[..], ..]}` (floats, one list per model input), `.npy`, `.npz`; or `{"input_int": [[..], ..]}` and
//! `{"output_int": [[..], ..]}` (integers, one list per inference), which is also what `run --json` and `prove --json` print.

use crate::error::{CliError, Kind};
use crate::files;
use crate::output::Output;
use serde::Deserialize;
use std::path::Path;
use verin_quantizer::{Graph, Samples};

/// What may be in a JSON file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Values {
    input_int: Option<Vec<Vec<i64>>>,
    output_int: Option<Vec<Vec<i64>>>,
    output: Option<Vec<Vec<f64>>>,
}

/// Integer inputs of the inferences in `path`.
pub(crate) fn read(path: &Path, graph: &Graph, output: &Output) -> Result<Vec<Vec<i64>>, CliError> {
    let name = path.display().to_string();
    if let Some(ints) = json(path)?.and_then(|values| values.input_int) {
        return ints.into_iter().map(|input| check_ints(input, graph).map_err(|e| e.at(&name))).collect();
    }
    let samples = Samples::read(path)?;
    let samples = samples.arranged(&graph.inputs())?;
    let cells = graph.quantize_input(samples.single(graph.input_len())?).map_err(|e| CliError::from(e).at(&name))?;
    if cells.saturated > 0 {
        let (lo, hi) = (graph.input.lo, graph.input.hi);
        output.warn(format_args!(
            "{name}: {} values are outside the model's range ({lo} to {hi} in integers) and saturate",
            cells.saturated
        ));
    }
    Ok(vec![cells.values])
}

/// Integer inputs of all files, in order: one batch.
pub(crate) fn read_all(paths: &[impl AsRef<Path>], graph: &Graph, output: &Output) -> Result<Vec<Vec<i64>>, CliError> {
    let mut inputs = Vec::new();
    for path in paths {
        inputs.extend(read(path.as_ref(), graph, output)?);
    }
    Ok(inputs)
}

/// Integer outputs in `path`; floats need `graph`, whose grid they must lie on.
pub(crate) fn read_outputs(path: &Path, graph: Option<&Graph>) -> Result<Vec<Vec<i64>>, CliError> {
    let name = path.display();
    let values = json(path)?.unwrap_or_default();
    match (values.output_int, values.output, graph) {
        (Some(ints), _, _) => Ok(ints),
        (None, Some(floats), Some(graph)) => {
            // Of every value, by the output of the model that it is of.
            let parts = graph.output.parts.iter();
            let exponents: Vec<i32> = parts.flat_map(|part| vec![part.exponent; part.cells()]).collect();
            let to_int = |(value, exponent): (&f64, &i32)| {
                let scaled = value * f64::powi(2.0, *exponent);
                let message =
                    || format!("{name}: {value} is no output of this model: it is no multiple of 2^-{exponent}");
                let exact = scaled.fract() == 0.0 && scaled.abs() < 9.0e15;
                exact.then_some(scaled as i64).ok_or_else(|| CliError::new(Kind::OtherStatement, message()))
            };
            let list = |list: &Vec<f64>| {
                if list.len() != exponents.len() {
                    let message = format!("{name}: expected {} outputs, got {}", exponents.len(), list.len());
                    return Err(CliError::new(Kind::OtherStatement, message));
                }
                list.iter().zip(&exponents).map(to_int).collect()
            };
            floats.iter().map(list).collect()
        }
        (None, Some(_), None) => Err(CliError::new(
            Kind::CannotCompare,
            format!("{name}: floats need the model's scale; pass --model MODEL.vq, or give output_int"),
        )),
        (None, None, _) => Err(CliError::new(
            Kind::Samples,
            format!(
                r#"{name}: expected {{"output_int": [[..]]}} or {{"output": [[..]]}}, as `verin run --json` prints"#
            ),
        )),
    }
}

/// Integer inputs to compare with; floats need `graph`.
pub(crate) fn read_inputs(path: &Path, graph: Option<&Graph>, output: &Output) -> Result<Vec<Vec<i64>>, CliError> {
    if let Some(graph) = graph {
        return read(path, graph, output);
    }
    json(path)?.and_then(|values| values.input_int).ok_or_else(|| {
        CliError::new(
            Kind::CannotCompare,
            format!(
                "{}: floats need the model's scale; pass --model MODEL.vq, or give {{\"input_int\": [[..]]}}",
                path.display()
            ),
        )
    })
}

/// The fields of a JSON file, or nothing for other files.
fn json(path: &Path) -> Result<Option<Values>, CliError> {
    if path.extension().and_then(|e| e.to_str()) != Some("json") {
        return Ok(None);
    }
    let bytes = files::read(path, files::SMALL)?;
    // Python writes numbers that are none as bare words, which JSON does not have.
    let text = String::from_utf8_lossy(&bytes);
    if let Some(word) = ["NaN", "Infinity"].into_iter().find(|word| text.contains(*word)) {
        let message = format!("{}: holds {word}; every value must be finite: clean the data", path.display());
        return Err(CliError::new(Kind::NonFiniteInput, message));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|e| {
        let expected = r#"{"input_data": [[numbers]]} or {"input_int": [[integers]]}"#;
        CliError::new(Kind::Samples, format!("{}: expected {expected}, got: {e}", path.display()))
    })
}

fn check_ints(input: Vec<i64>, graph: &Graph) -> Result<Vec<i64>, CliError> {
    use verin_quantizer::Error;
    let (expected, got) = (graph.input_len(), input.len());
    let (lo, hi) = (graph.input.lo, graph.input.hi);
    if expected != got {
        return Err(Error::InputLength { expected, got }.into());
    }
    match input.iter().enumerate().find(|(_, v)| !(lo..=hi).contains(*v)) {
        Some((index, got)) => Err(Error::InputRange { index, got: *got, lo, hi }.into()),
        None => Ok(input),
    }
}

/// How many integer inputs and outputs a JSON file has, if any.
pub(crate) fn counts(path: &Path) -> Result<Option<(usize, usize)>, CliError> {
    let values = json(path)?.unwrap_or_default();
    let count = |lists: Option<Vec<Vec<i64>>>| lists.map_or(0, |lists| lists.len());
    let counts = (count(values.input_int), count(values.output_int));
    Ok((counts != (0, 0)).then_some(counts))
}
