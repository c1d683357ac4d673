//! `docs/networks.md`: how far programs are from their networks.

use super::network::{Measured, Network};

/// A line of the table.
pub fn row(network: &Network, measured: &Measured) -> String {
    let percent = |fraction: f64| format!("{:.2} %", 100.0 * fraction);
    let (same, all) = measured.agree;
    let accuracy =
        measured.accuracy.map_or(String::new(), |(float, program)| format!("{program:.2} % of {float:.2} %"));
    format!(
        "| `{}` | {} | {} | {} | 2^{} | {} | {} | {same} of {all} | {accuracy} |\n",
        network.name,
        network.parameters,
        network.multiplications(),
        measured.input_bits,
        measured.tree_log,
        percent(measured.max_error),
        percent(measured.mean_error),
    )
}

/// The file.
pub fn document(rows: &[String]) -> String {
    format!(
        "# Networks\n\n\
         Written by `cli/tests/networks`; do not edit. The test fails where a number is off by more than a quarter: last bits of generated \
         weights differ between machines.\n\n\
         The networks are those of [models](../models/README.md). Each is read, compared with onnxruntime (their outputs are equal to five \
         digits), quantized for the default target and run on samples that it was not calibrated by: real digits, or, where weights are random, 32 random \
         ones. One run is proved and verified. Errors \
         are distances of the program's outputs from the float model's, relative to the largest of those. *Same class*: samples whose \
         largest output is at the same place. Networks that are not trained have no accuracy: their weights are random.\n\n\
         | network | parameters | multiply-accumulates | input bits | lookup tree | max error | mean error | same class | accuracy, of float |\n\
         |---|---|---|---|---|---|---|---|---|\n{}",
        rows.concat()
    )
}
