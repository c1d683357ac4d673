//! Bad models, inputs and sample files: one error that names the thing and the remedy.

mod common;

use common::{Onnx, float, int, repo, uniform, values};
use verin_quantizer::onnx::proto::{DimensionProto, ModelProto, TensorProto};
use verin_quantizer::{Error, Options, Samples, VqFile, execute, onnx, quantize};

fn has(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

fn dense() -> Onnx {
    Onnx::new(&[1, 8]).floats("w", &[8, 3], &values(24, 1)).node("MatMul", &["x", "w"], "y")
}

#[test]
fn files_that_are_no_model() {
    let read = |bytes: &[u8]| onnx::read(bytes, "m.onnx").unwrap_err().to_string();
    has(&read(b""), &["m.onnx", "empty"]);
    has(&read(b"\x89PNG\r\n\x1a\nnot a model at all"), &["m.onnx", "not an ONNX model"]);
    has(&read(b"VERINVQ\x01"), &["already quantized"]);
    let bytes = dense().bytes();
    has(&read(&bytes[..bytes.len() / 2]), &["m.onnx"]);
    has(&read(&prost::Message::encode_to_vec(&ModelProto::default())), &["m.onnx", "not an ONNX model"]);
    // A message nested a thousand levels deep ends in an error, not in the stack.
    let deep = (0..1000).fold(Vec::new(), |inner: Vec<u8>, _| [[0x3a, 0x80, 0x08].as_slice(), &inner].concat());
    read(&deep);
}

#[test]
fn operators_that_are_not_supported_are_named_with_those_that_are() {
    let model = Onnx::new(&[1, 8]).node("Einsum", &["x"], "y");
    has(&model.refuse(), &["test.onnx", "Einsum_y", "Einsum", "Gemm", "Unsqueeze"]);
    let mut foreign = dense();
    foreign.graph().node[0].domain = "com.microsoft".into();
    has(&foreign.refuse(), &["com.microsoft.MatMul"]);
    for version in [6, 99] {
        has(&dense().opset(version).refuse(), &["opset_import", &version.to_string()]);
    }
}

#[test]
fn weights_that_are_no_numbers() {
    for (bad, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let mut w = values(24, 1);
        w[17] = bad;
        let model = Onnx::new(&[1, 8]).floats("w", &[8, 3], &w).node("MatMul", &["x", "w"], "y");
        has(&model.refuse(), &["tensor `w`", "index 17", name]);
    }
    let clip = Onnx::new(&[1, 8]).opset(9).node_with("Clip", &["x"], "y", vec![float("min", f32::NAN)]);
    has(&clip.refuse(), &["Clip", "NaN"]);
}

#[test]
fn dynamic_dimensions_other_than_the_batch() {
    let named = DimensionProto { dim_value: None, dim_param: Some("sequence".into()) };
    let one = DimensionProto { dim_value: Some(1), dim_param: None };
    let model = Onnx::with_dims(vec![one, named]).node("Relu", &["x"], "y");
    has(&model.refuse(), &["dimension 1", "`x`", "sequence", "fixed"]);
}

#[test]
fn tensors_that_are_too_large() {
    let large = Onnx::new(&[1 << 20, 1 << 20]).node("Relu", &["x"], "y");
    has(&large.refuse(), &["size of input `x`", "limit"]);
}

#[test]
fn models_that_contradict_themselves() {
    let undefined = Onnx::new(&[1, 8]).node("Relu", &["nowhere"], "y");
    has(&undefined.refuse(), &["Relu_y", "nowhere"]);
    let inner = Onnx::new(&[1, 8]).floats("w", &[7, 3], &values(21, 1)).node("MatMul", &["x", "w"], "y");
    has(&inner.refuse(), &["MatMul_y", "[1, 8]", "[7, 3]"]);
    let mut short = dense();
    short.graph().initializer[0].raw_data.pop();
    has(&short.refuse(), &["tensor `w`", "24 elements"]);
    let mut external = dense();
    external.graph().initializer[0].data_location = 1;
    has(&external.refuse(), &["tensor `w`", "external data"]);
    let mut strings = dense();
    strings.graph().initializer[0] = TensorProto { name: "w".into(), data_type: 8, ..Default::default() };
    has(&strings.refuse(), &["tensor `w`", "type 8"]);
    let constant = Onnx::new(&[1, 8]).floats("y", &[1], &[1.0]);
    has(&constant.refuse(), &["depends on the input"]);
    let training = Onnx::new(&[1, 8]).floats("r", &[], &[0.5]).ints("t", &[1]).node("Dropout", &["x", "r", "t"], "y");
    has(&training.refuse(), &["training_mode"]);
    let cast = Onnx::new(&[1, 8]).node_with("Cast", &["x"], "y", vec![int("to", 8)]);
    has(&cast.refuse(), &["Cast_y", "Cast"]);
}

#[test]
fn options_and_samples_of_another_model() {
    let bytes = dense().bytes();
    for bits in [0, 3, 17] {
        let options = Options { bits: Some(bits), ..Options::default() };
        has(&quantize(&bytes, "m.onnx", None, &options).unwrap_err().to_string(), &["--bits", "4 to 16"]);
    }
    let message = quantize(&bytes, "m.onnx", Some(&uniform(9, 4)), &Options::default()).unwrap_err().to_string();
    has(&message, &["uniform", "8 values per sample", "[4, 9]"]);
}

#[test]
fn inputs_that_are_no_numbers_or_too_many_or_out_of_range() {
    let graph = dense().quantize(&uniform(8, 8)).unwrap().graph;
    let mut input = vec![0.0f32; 8];
    input[5] = f32::NAN;
    assert!(matches!(graph.quantize_input(&input), Err(Error::NonFiniteInput { index: 5, .. })));
    assert!(matches!(graph.quantize_input(&[0.0; 9]), Err(Error::InputLength { expected: 8, got: 9 })));
    let saturated = graph.quantize_input(&[1e30, -1e30, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]).unwrap();
    assert_eq!(saturated.saturated, 2);
    assert_eq!(saturated.values[..2], [graph.input.hi, graph.input.lo]);
    let mut cells = vec![0; 8];
    cells[3] = graph.input.hi + 1;
    assert!(matches!(execute(&graph, &cells), Err(Error::InputRange { index: 3, .. })));
    assert!(matches!(execute(&graph, &cells[..7]), Err(Error::InputLength { .. })));
}

#[test]
fn files_that_are_no_program() {
    has(&VqFile::read(b"").unwrap_err().to_string(), &["VERINVQ"]);
    has(&VqFile::read(&dense().bytes()).unwrap_err().to_string(), &["VERINVQ"]);
    has(&VqFile::read(b"VERINVQ\x02").unwrap_err().to_string(), &["version 1"]);
}

#[test]
fn json_inputs() {
    let parse = |text: &str| Samples::parse(text.as_bytes(), "in.json");
    let good = parse(r#"{"input_data": [[1, 2.5, -3e-1]]}"#).unwrap();
    assert_eq!(good.single(3).unwrap(), [1.0, 2.5, -0.3]);
    has(&good.single(4).unwrap_err().to_string(), &["in.json", "4 values", "3"]);
    let two = parse(r#"{"input_data": [[1], [2, 3]]}"#).unwrap();
    assert_eq!(two.arranged(&[("a", 1), ("b", 2)]).unwrap().single(3).unwrap(), [1.0, 2.0, 3.0]);
    has(&two.arranged(&[("a", 3)]).unwrap_err().to_string(), &["in.json", "one list of 3", "[1, 2]"]);
    has(&two.arranged(&[("a", 2), ("b", 1)]).unwrap_err().to_string(), &["[2, 1]", "one per input", "[1, 2]"]);
    has(&parse(r#"{"input_data": []}"#).unwrap_err().to_string(), &["in.json", "no list"]);
    has(&parse(r#"{"input_data": [[1e39]]}"#).unwrap_err().to_string(), &["in.json", "finite", "index 0"]);
    for bad in ["", "{}", "[1]", r#"{"input_data": [1]}"#, r#"{"input_data": [["a"]]}"#, r#"{"input_data": [[NaN]]}"#] {
        has(&parse(bad).unwrap_err().to_string(), &["in.json", "input_data"]);
    }
    let deep = format!("{{\"input_data\": {}", "[".repeat(100_000));
    assert!(parse(&deep).is_err());
}

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), data].concat()
}

#[test]
fn npy_inputs() {
    let floats: Vec<u8> = [1.0f32, 2.0, 3.0, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let parse = |bytes: &[u8]| Samples::parse(bytes, "in.npy");
    let two = parse(&npy("<f4", "(2, 2)", &floats)).unwrap();
    assert_eq!(two.rows(2).unwrap(), [[1.0, 2.0], [3.0, 4.0]]);
    has(&two.single(2).unwrap_err().to_string(), &["in.npy", "one input", "2"]);
    has(&two.rows(3).unwrap_err().to_string(), &["3 values per sample", "[2, 2]"]);
    assert_eq!(two.single(4).unwrap().len(), 4);
    assert_eq!(parse(&npy("|u1", "(3,)", &[1, 2, 255])).unwrap().single(3).unwrap(), [1.0, 2.0, 255.0]);
    has(&parse(&npy("<f4", "(2, 3)", &floats)).unwrap_err().to_string(), &["in.npy", "[2, 3]", "4"]);
    has(&parse(&npy("<f4", "(99999999999, 99999999999)", &floats)).unwrap_err().to_string(), &["in.npy"]);
    has(&parse(&npy(">f4", "(4,)", &floats)).unwrap_err().to_string(), &["little-endian"]);
    has(&parse(&npy("<f4", "(1,)", &f32::NAN.to_le_bytes())).unwrap_err().to_string(), &["finite", "NaN"]);
    let fortran = String::from_utf8_lossy(&npy("<f4", "(4,)", &[])).replace("False", "True ").into_bytes();
    assert!(parse(&fortran).is_err());
    let whole = npy("<f4", "(2, 2)", &floats);
    for end in 0..whole.len() {
        assert!(parse(&whole[..end]).is_err(), "{end}");
    }
    has(&Samples::parse(&whole, "in.csv").unwrap_err().to_string(), &["in.csv", ".npz"]);
}

#[test]
fn npz_inputs() {
    let whole = std::fs::read(repo("models/mlp_digits.test.npz")).unwrap();
    let samples = Samples::parse(&whole, "t.npz").unwrap();
    assert_eq!((samples.rows(64).unwrap().len(), samples.labels().unwrap().len()), (450, 450));
    for end in (0..whole.len()).step_by(997) {
        assert!(Samples::parse(&whole[..end], "t.npz").is_err(), "{end}");
    }
    for at in (0..whole.len()).step_by(1009) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let _ = Samples::parse(&damaged, "t.npz");
    }
    has(&Samples::parse(b"PK", "t.npz").unwrap_err().to_string(), &["t.npz", ".npz archive"]);
    has(&Samples::read(&repo("models/nowhere.npz")).unwrap_err().to_string(), &["nowhere.npz"]);
}

/// An archive of files that are stored as they are.
fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    };
    let (mut all, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let size = (bytes.len() as u32).to_le_bytes();
        let fields = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0], &crc(bytes).to_le_bytes()[..], &size, &size].concat();
        let name_len = [name.len() as u8, 0, 0, 0];
        let start = (all.len() as u32).to_le_bytes();
        directory.extend([b"PK\x01\x02\x14\x00", &fields[..], &name_len, &[0; 10], &start, name.as_bytes()].concat());
        all.extend([b"PK\x03\x04", &fields[..], &name_len, name.as_bytes(), bytes].concat());
    }
    let count = [files.len() as u8, 0];
    let (size, start) = ((directory.len() as u32).to_le_bytes(), (all.len() as u32).to_le_bytes());
    [&all[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &size, &start, &[0, 0]].concat()
}

#[test]
fn archives_with_an_array_for_each_input() {
    let floats = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let a = npy("<f4", "(2, 1)", &floats(&[1.0, 2.0]));
    let b = npy("<f4", "(2, 2)", &floats(&[3.0, 4.0, 5.0, 6.0]));
    let y = npy("<i8", "(2,)", &[1i64, 0].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    let files = [("b.npy", b.clone()), ("a.npy", a.clone()), ("y.npy", y)];
    let samples = Samples::parse(&archive(&files), "t.npz").unwrap();
    let arranged = samples.arranged(&[("a", 1), ("b", 2)]).unwrap();
    assert_eq!(arranged.rows(3).unwrap(), [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]);
    assert_eq!(arranged.labels().unwrap(), [1, 0]);
    let refused = |inputs: &[(&str, usize)]| samples.arranged(inputs).unwrap_err().to_string();
    has(&refused(&[("a", 1), ("c", 2)]), &["t.npz", "array `c`", "b"]);
    has(&refused(&[("a", 1)]), &["t.npz", "`x`", "[\"b\", \"a\"]"]);
    has(&refused(&[("a", 1), ("b", 3)]), &["t.npz", "3 values per sample"]);
    has(&refused(&[("a", 2), ("b", 2)]), &["t.npz", "1 samples of every input", "2"]);
    let other = Samples::parse(&archive(&[("a.npy", a), ("y.npy", b)]), "t.npz").unwrap();
    assert!(other.arranged(&[("a", 1)]).unwrap().labels().is_none());
    has(&Samples::parse(&archive(&[]), "t.npz").unwrap_err().to_string(), &["t.npz", "array `x`"]);
}
