//! The program of a case, its run, and how far that is from ONNX's output.

use super::archive::{Case, Expected};
use verin_quantizer::{Graph, Options, Samples, execute, onnx, quantize_model};

/// Bits of inputs, weights and values: enough to tell most operands apart, with tables that are proved in milliseconds; and
/// the most there are, for functions that are steep where the case asks for them.
pub const BITS: [u8; 2] = [12, 16];
/// How far a float may be from ONNX's, relative to the largest of its output (and to 1 where all are smaller).
const TOLERANCE: f64 = 1.0 / 256.0;

/// The program of a case with `bits`, and scales for the input it is tested on.
pub fn program(case: &Case, bits: u8) -> Result<Graph, verin_quantizer::Error> {
    let model = onnx::read(&case.model, &case.entry.name)?;
    let dims: Vec<_> = model.outputs.iter().map(|output| &output.dims).collect();
    assert!(case.outputs.iter().map(|output| &output.dims).eq(dims.iter().copied()), "outputs of dimensions {dims:?}");
    let samples = Samples::new("input", (vec![1, case.input.len()], case.input.clone()), None)?;
    let options = Options { bits: Some(bits), ..Options::default() };
    Ok(quantize_model(&model, Some(&samples), &options)?.graph)
}

/// Integers of the input and of the output.
pub fn run(graph: &Graph, case: &Case) -> (Vec<i64>, Vec<i64>) {
    let input = graph.quantize_input(&case.input).unwrap().values;
    let output = execute(graph, &input).unwrap().output_real(graph);
    (input, output)
}

/// What is wrong with an output.
pub fn difference(graph: &Graph, output: &[i64], expected: &[Expected]) -> Option<String> {
    let mut values = graph.dequantize_output(output).into_iter();
    expected.iter().enumerate().find_map(|(i, part)| {
        let largest = part.values.iter().fold(1.0, |most, value| f64::max(most, f64::from(value.abs())));
        let tolerance = if part.whole { 0.0 } else { TOLERANCE * largest };
        let cells = values.by_ref().take(part.values.len()).zip(&part.values).enumerate();
        // All of the part is taken, so that the next one starts where it should.
        let wrong: Vec<_> = cells.filter(|(_, (got, value))| (got - f64::from(**value)).abs() > tolerance).collect();
        let (cell, (got, value)) = wrong.first()?;
        Some(format!(
            "output {i}, {} of {} cells, first {cell}: expected {value}, got {got}",
            wrong.len(),
            part.values.len()
        ))
    })
}
