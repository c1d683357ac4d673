//! Models written by the tests themselves, with the messages that import reads.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use prost::Message;
use verin_quantizer::onnx::proto::*;
use verin_quantizer::{Error, Options, Quantized, Samples, quantize};

/// A model under construction: nodes run in the order they are added.
#[derive(Clone, Debug)]
pub struct Onnx {
    pub model: ModelProto,
}

impl Onnx {
    pub fn new(input_dims: &[i64]) -> Self {
        let dims: Vec<_> = input_dims.iter().map(|d| DimensionProto { dim_value: Some(*d), dim_param: None }).collect();
        Self::with_dims(dims)
    }

    pub fn with_dims(dim: Vec<DimensionProto>) -> Self {
        let tensor = TensorTypeProto { elem_type: data_type::FLOAT, shape: Some(TensorShapeProto { dim }) };
        let input = ValueInfoProto { name: "x".into(), r#type: Some(TypeProto { tensor_type: Some(tensor) }) };
        let output = ValueInfoProto { name: "y".into(), r#type: None };
        let graph = GraphProto { name: "test".into(), input: vec![input], output: vec![output], ..Default::default() };
        let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 13 }];
        Self { model: ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() } }
    }

    pub fn opset(mut self, version: i64) -> Self {
        self.model.opset_import[0].version = version;
        self
    }

    pub fn graph(&mut self) -> &mut GraphProto {
        self.model.graph.as_mut().unwrap()
    }

    pub fn floats(mut self, name: &str, dims: &[i64], values: &[f32]) -> Self {
        let raw_data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let data_type = data_type::FLOAT;
        let tensor = TensorProto { name: name.into(), dims: dims.to_vec(), data_type, raw_data, ..Default::default() };
        self.graph().initializer.push(tensor);
        self
    }

    pub fn ints(mut self, name: &str, values: &[i64]) -> Self {
        let dims = vec![values.len() as i64];
        let int64_data = values.to_vec();
        let tensor =
            TensorProto { name: name.into(), dims, data_type: data_type::INT64, int64_data, ..Default::default() };
        self.graph().initializer.push(tensor);
        self
    }

    pub fn node(self, op: &str, inputs: &[&str], output: &str) -> Self {
        self.node_with(op, inputs, output, vec![])
    }

    pub fn node_with(mut self, op: &str, inputs: &[&str], output: &str, attribute: Vec<AttributeProto>) -> Self {
        let input = inputs.iter().map(|s| s.to_string()).collect();
        let name = format!("{op}_{output}");
        let node = NodeProto {
            input,
            output: vec![output.into()],
            name,
            op_type: op.into(),
            attribute,
            domain: String::new(),
        };
        self.graph().node.push(node);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.model.encode_to_vec()
    }

    pub fn quantize(&self, samples: &Samples) -> Result<Quantized, Error> {
        quantize(&self.bytes(), "test.onnx", Some(samples), &Options::default())
    }

    pub fn refuse(&self) -> String {
        let samples = uniform(8, 4);
        match quantize(&self.bytes(), "test.onnx", Some(&samples), &Options::default()) {
            Ok(_) => panic!("accepted"),
            Err(e) => e.to_string(),
        }
    }
}

pub fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { name: name.into(), f, r#type: 1, ..Default::default() }
}

pub fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, r#type: 2, ..Default::default() }
}

pub fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.to_vec(), r#type: 7, ..Default::default() }
}

/// Deterministic values in [-1, 1).
pub fn values(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f32::from((state >> 16) as u16) / 32768.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// `count` samples of `length` values in [-1, 1).
pub fn uniform(length: usize, count: usize) -> Samples {
    Samples::new("uniform", (vec![count, length], values(length * count, 7)), None).unwrap()
}

pub fn repo(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
