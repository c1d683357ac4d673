//! Quantizes a model and prints what that did:
//! `cargo run --example quantize -- MODEL.onnx [SAMPLES|- [BITS|TARGET [TEST [PLOT]]]]`.

use std::{env, error::Error, fs, path::Path, time::Instant};
use verin_quantizer::calibrate::Target;
use verin_quantizer::{Options, Samples, VqFile, execute, onnx, quantize_model, report};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let file = args.first().ok_or("usage: quantize MODEL.onnx [SAMPLES|- [BITS|TARGET [TEST [PLOT]]]]")?;
    let start = Instant::now();
    let model = onnx::read(&fs::read(file)?, file)?;
    println!("{} nodes read in {:?}", model.nodes.len(), start.elapsed());
    let path = args.get(1).filter(|path| *path != "-");
    let samples = path.map(|path| Samples::read(Path::new(path))).transpose()?;
    let choice = args.get(2).map_or("balanced", String::as_str);
    let target = match choice {
        "accuracy" => Target::Accuracy,
        "speed" => Target::Speed,
        _ => Target::Balanced,
    };
    let options = Options { bits: choice.parse().ok(), target, seed: 0 };
    let start = Instant::now();
    let quantized = quantize_model(&model, samples.as_ref(), &options)?;
    let took = start.elapsed();
    for l in &quantized.report.layers {
        println!(
            "{:30} {:6} {:?} e{} {:?} {:?} {:?} w{:?} leaves {} sat {} max {:.2e} rel {:.2e}",
            l.name.get(l.name.len().saturating_sub(30)..).unwrap_or(&l.name),
            l.kind,
            l.dims,
            l.exponent,
            l.bits,
            l.activation,
            l.maximum,
            l.weight_bits,
            l.leaves,
            l.saturated,
            l.max_error,
            l.relative_error
        );
    }
    println!("{:#?}\nquantized in {took:?}", report::Report { layers: vec![], ..quantized.report.clone() });
    if let Some(path) = args.get(3) {
        let test = Samples::read(Path::new(path))?;
        println!("accuracy {:?}, float {:?}", quantized.graph.accuracy(&test)?, model.accuracy(&test)?);
    }
    if let Some(path) = args.get(4) {
        fs::write(path, report::plot(&quantized.report))?;
    }
    let input = quantized.graph.quantize_input(&vec![0.5; quantized.graph.input_len()])?.values;
    let start = Instant::now();
    let trace = execute(&quantized.graph, &input)?;
    println!("{} tensors in {:?}", trace.tensors.len(), start.elapsed());
    let start = Instant::now();
    let bytes = VqFile { graph: quantized.graph, report: quantized.report }.write();
    let written = start.elapsed();
    let file = VqFile::read(&bytes)?;
    println!("{} bytes, written in {written:?}, read in {:?}", bytes.len(), start.elapsed() - written);
    let digest: String = file.graph.digest().iter().map(|b| format!("{b:02x}")).collect();
    println!("digest {digest}");
    Ok(())
}
