//! A case from end to end: quantized, run, compared with ONNX's output, proved, and verified from what a verifier gets.

use super::archive::{Case, Expected};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::LazyLock;
use verin_circuits::statement::decode_value;
use verin_prover::backend::Cpu;
use verin_prover::error::ProverError;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::{Graph, Options, Samples, execute, onnx, quantize_model};

/// Bits of inputs, weights and values: enough to tell most operands apart, with tables that are proved in milliseconds; and
/// the most there are, for functions that are steep where the case asks for them.
pub const BITS: [u8; 2] = [12, 16];
/// How far a float may be from ONNX's, relative to the largest of its output (and to 1 where all are smaller).
const TOLERANCE: f64 = 1.0 / 256.0;

/// The development SRS, as far as a case needs it.
static SRS: LazyLock<Srs> = LazyLock::new(|| Srs::insecure((1 << 18) + 1));

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

/// Proves that `input` gives `output`, and verifies it.
pub fn prove(graph: &Graph, input: &[i64], output: &[i64], options: SetupOptions) -> Result<(), ProverError> {
    let key = setup(&Cpu, graph.clone(), options, &|powers| {
        Ok(Srs { powers: SRS.powers.iter().take(powers).copied().collect(), verifier: SRS.verifier.clone() })
    })?;
    let mut prover = Prover::new(key, &Cpu);
    let sealed = options.profile == Profile::Chain;
    let proven = prover.prove(&[input.to_vec()], [7; 32], sealed, &mut ChaCha20Rng::seed_from_u64(1))?;
    let record = &prover.key().record;
    record.verify(&proven.proof, &SRS.verifier)?;
    assert_eq!(proven.outputs, [output]);
    // What is shown is what was proved; commitments are the verifier's to check.
    let statement = &proven.proof.statement;
    for (port, bytes, values) in
        [(record.record.input, &statement.input, input), (record.record.output, &statement.output, output)]
    {
        if port.width > 0 {
            assert!(bytes.chunks(port.width).map(decode_value).eq(values.iter().copied()), "another statement");
        }
    }
    Ok(())
}
