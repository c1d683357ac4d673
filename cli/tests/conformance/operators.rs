//! `docs/operators.md`: every operator, what is supported of it, and what its cases say.

use super::archive::Manifest;
use super::exceptions::{Exception, Verdict};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use verin_quantizer::ir::MAX_DIMS;
use verin_quantizer::onnx::ops::OPERATORS;

/// The file. That the cases which are not listed pass is for the test that runs them to say.
pub fn document(manifest: &Manifest, listed: &HashMap<&str, Exception>) -> String {
    let (all, onnx) = (manifest.cases.len(), &manifest.onnx);
    let refused = listed.values().filter(|exception| exception.verdict == Verdict::Refused).count();
    let differ = listed.len() - refused;
    let (passed, count) = (all - listed.len(), OPERATORS.len());
    let mut out = format!(
        "# Operators\n\n\
         Written by the conformance test (`cli/tests/conformance`); do not edit.\n\n\
         {count} operators of ONNX. Any other is refused by name. Ranks are up to {MAX_DIMS}, types floats, integers and bools.\n\n\
         *Cases* are ONNX's own tests of single operators (onnx {onnx}, [models/conformance](../models/README.md)), {all} in all: {passed} \
         pass, {refused} are refused, {differ} differ. A case passes when its model is imported, quantized to 12 bits (16 where 12 are too coarse) and run on the case's \
         input, integers and truth values equal the expected ones and floats lie within 1/256 of the largest of their output (or of 1), and \
         when the run is proved and the proof verified. *Left out* are ONNX's tests of types, training modes and sizes there are no programs \
         of.\n\n\
         | operator | supported | cases passed | left out |\n|---|---|---|---|\n"
    );
    for operator in OPERATORS {
        let of = manifest.cases.iter().filter(|case| case.operator == operator.name);
        let (mut cases, mut passed) = (0, 0);
        for case in of {
            cases += 1;
            passed += usize::from(!listed.contains_key(case.name.as_str()));
        }
        let left_out = manifest.excluded.iter().filter(|test| test.operator == operator.name).count();
        let left_out = if left_out == 0 { String::new() } else { left_out.to_string() };
        let passed = if cases == 0 { "none there".into() } else { format!("{passed} of {cases}") };
        writeln!(out, "| {} | {} | {passed} | {left_out} |", operator.name, operator.supports).unwrap();
    }
    out += "\n## Cases that do not pass\n\n\
            *Refused*: there is no program, and the error says why. *Differs*: the run is proved and verified, but its output is another.\n\n\
            | cases | | reason |\n|---|---|---|\n";
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for case in &manifest.cases {
        if let Some(exception) = listed.get(case.name.as_str()) {
            let verdict = if exception.verdict == Verdict::Refused { "refused" } else { "differs" };
            groups.entry((verdict, exception.reason)).or_default().push(&case.name);
        }
    }
    for ((verdict, reason), cases) in groups {
        let names: Vec<String> = cases.iter().map(|case| format!("`{}`", case.trim_start_matches("test_"))).collect();
        writeln!(out, "| {} | {verdict} | {reason} |", names.join(", ")).unwrap();
    }
    out
}
