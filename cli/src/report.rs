//! What a person wants to know of a quantized model: what was traded for what, and where the error is.

use crate::output::Output;
use verin_quantizer::report::{LayerReport, Report};

/// Prints it.
pub(crate) fn print(report: &Report, output: &Output) {
    output.fact("calibration", &report.calibration);
    output.fact("samples", report.samples);
    match (&report.target, report.bits) {
        (Some(target), _) => output.fact("target", format_args!("{target}, best of {} programs", report.tried)),
        (None, Some(bits)) => output.fact("bits", format_args!("{bits} of everything, as --bits demands")),
        (None, None) => {}
    }
    output.fact("input bits", report.input_bits);
    output.fact("output error", format_args!("{} of the float model's output", percent(report.output_error)));
    output.fact("argmax agreement", percent(report.argmax_agreement));
    if let (Some(float), Some(accuracy)) = (report.float_accuracy, report.accuracy) {
        output.fact("accuracy", format_args!("{} (float {})", percent(accuracy), percent(float)));
    }
    if report.saturated_inputs > 0 {
        output.fact("saturated inputs", report.saturated_inputs);
    }
    let cost = &report.cost;
    output.fact("parameters", cost.parameters);
    output.fact("products", cost.products);
    output.fact("lookup leaves", format_args!("{} (tree 2^{})", cost.leaves(), cost.tree_log));
    alternatives(report, output);
    layers(&report.layers, output);
}

/// What each target would have had.
fn alternatives(report: &Report, output: &Output) {
    if report.alternatives.is_empty() {
        return;
    }
    // The tree that decides includes a private input's range table.
    output.line("  of the programs tried, each target would take (the tree with a private input):");
    output.line(format_args!(
        "    {:<10} {:>6} {:>9} {:>13} {:>17}",
        "target", "tree", "leaves", "output error", "argmax agreement"
    ));
    for other in &report.alternatives {
        let line = format!(
            "  {} {:<10} {:>6} {:>9} {:>13} {:>17} {}",
            if report.target.as_ref() == Some(&other.target) { '*' } else { ' ' },
            other.target,
            format!("2^{}", other.tree_log),
            other.leaves,
            percent(other.output_error),
            percent(other.argmax_agreement),
            if other.reached { "" } else { " (this target demands less error: choose it to have more programs tried)" },
        );
        output.line(line.trim_end());
    }
}

/// One line per node. Sums are never looked up, so they have no bits of their own, but their weights have.
fn layers(layers: &[LayerReport], output: &Output) {
    output.line(format_args!(
        "  {:<32} {:<5} {:<14} {:>4} {:>7} {:>9} {:>9} {:>10} {:>9}",
        "layer", "kind", "shape", "bits", "weights", "lookups", "saturated", "max error", "relative"
    ));
    for layer in layers {
        let bits = |bits: Option<u32>| bits.map_or(String::new(), |bits| bits.to_string());
        let dims: Vec<String> = layer.dims.iter().map(u32::to_string).collect();
        output.line(format_args!(
            "  {:<32} {:<5} {:<14} {:>4} {:>7} {:>9} {:>9} {:>10.2e} {:>9}",
            end(&layer.name),
            layer.kind,
            dims.join("x"),
            bits(layer.bits),
            bits(layer.weight_bits),
            layer.leaves,
            layer.saturated,
            layer.max_error,
            percent(layer.relative_error),
        ));
    }
}

/// The end of a long name, which tells layers apart.
fn end(name: &str) -> String {
    const MOST: usize = 32;
    let count = name.chars().count();
    if count <= MOST { name.into() } else { format!("..{}", name.chars().skip(count - MOST + 2).collect::<String>()) }
}

/// A fraction, in percent.
pub(crate) fn percent(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    if percent != 0.0 && percent < 0.01 { format!("{percent:.1e} %") } else { format!("{percent:.2} %") }
}
