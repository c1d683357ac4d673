//! Quantizes a model and prints what that did: `cargo run --example quantize -- MODEL.onnx [SAMPLES [BITS [TEST]]]`.

use std::{env, error::Error, fs, path::Path, time::Instant};
use verin_quantizer::{Options, Samples, VqFile, execute, onnx, quantize_model};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let file = args.first().ok_or("usage: quantize MODEL.onnx [SAMPLES [BITS [TEST]]]")?;
    let model = onnx::read(&fs::read(file)?, file)?;
    let samples = args.get(1).map(|path| Samples::read(Path::new(path))).transpose()?;
    let bits = args.get(2).and_then(|bits| bits.parse().ok());
    let start = Instant::now();
    let quantized = quantize_model(&model, samples.as_ref(), &Options { bits, seed: 0 })?;
    println!("{:#?}\nquantized in {:?}", quantized.report, start.elapsed());
    if let Some(path) = args.get(3) {
        let test = Samples::read(Path::new(path))?;
        println!("accuracy {:?}, float {:?}", quantized.graph.accuracy(&test)?, model.accuracy(&test)?);
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
