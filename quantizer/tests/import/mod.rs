//! ONNX models written by the tests, what import makes of them, and elementwise operators done naively.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use prost::Message;
use verin_quantizer::float::FloatModel;
use verin_quantizer::onnx::proto::{data_type::*, *};

/// A tensor of a test: its values are exact in its element type.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub kind: i32,
    pub dims: Vec<u32>,
    pub values: Vec<f64>,
}

pub fn floats(dims: &[u32], values: &[f64]) -> Array {
    Array { kind: FLOAT, dims: dims.to_vec(), values: values.iter().map(|v| f64::from(*v as f32)).collect() }
}

pub fn ints(dims: &[u32], values: &[i64]) -> Array {
    Array { kind: INT64, dims: dims.to_vec(), values: values.iter().map(|v| *v as f64).collect() }
}

pub fn bools(dims: &[u32], values: &[u8]) -> Array {
    Array { kind: BOOL, dims: dims.to_vec(), values: values.iter().map(|v| f64::from(*v)).collect() }
}

/// Deterministic floats in [-4, 4).
pub fn random(dims: &[u32], seed: u32) -> Array {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let count: u32 = dims.iter().product();
    let values = (0..count).map(|_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from((state >> 16) as u16) / 8192.0 - 4.0
    });
    floats(dims, &values.collect::<Vec<_>>())
}

impl Array {
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|v| f(*v)).collect(), ..self.clone() }
    }

    fn proto(&self, name: &str) -> TensorProto {
        let bytes = self.values.iter().flat_map(|v| match self.kind {
            FLOAT => (*v as f32).to_le_bytes().to_vec(),
            INT64 => (*v as i64).to_le_bytes().to_vec(),
            _ => vec![*v as u8],
        });
        let dims = self.dims.iter().map(|n| i64::from(*n)).collect();
        TensorProto { name: name.into(), dims, data_type: self.kind, raw_data: bytes.collect(), ..Default::default() }
    }

    /// The element that a broadcast to `dims` has at `index`, row-major.
    fn at(&self, dims: &[u32], mut index: usize) -> f64 {
        let (mut offset, mut stride) = (0, 1);
        for (i, n) in dims.iter().enumerate().rev() {
            let own = (i + self.dims.len()).checked_sub(dims.len()).map_or(1, |i| self.dims[i] as usize);
            offset += (index % *n as usize) % own * stride;
            stride *= own;
            index /= *n as usize;
        }
        self.values[offset]
    }
}

/// `f` of corresponding elements of all `operands`, broadcast.
pub fn naive(operands: &[Array], f: impl Fn(&[f64]) -> f64) -> Array {
    let rank = operands.iter().map(|a| a.dims.len()).max().unwrap();
    let dim = |a: &Array, i: usize| (i + a.dims.len()).checked_sub(rank).map_or(1, |i| a.dims[i]);
    let dims: Vec<u32> = (0..rank).map(|i| operands.iter().map(|a| dim(a, i)).max().unwrap()).collect();
    let count: u32 = dims.iter().product();
    let value = |i: u32| f(&operands.iter().map(|a| a.at(&dims, i as usize)).collect::<Vec<_>>());
    Array { kind: FLOAT, values: (0..count).map(value).collect(), dims }
}

/// A model under construction, and the values of its inputs.
#[derive(Clone, Debug)]
pub struct Model {
    pub proto: ModelProto,
    pub inputs: Vec<f32>,
}

impl Model {
    pub fn new(opset: i64) -> Self {
        let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: opset }];
        let graph = Some(GraphProto { name: "test".into(), ..Default::default() });
        Self { proto: ModelProto { ir_version: 8, graph, opset_import, ..Default::default() }, inputs: vec![] }
    }

    pub fn graph(&mut self) -> &mut GraphProto {
        self.proto.graph.as_mut().unwrap()
    }

    pub fn input(mut self, name: &str, array: &Array) -> Self {
        let dim = |n: &u32| DimensionProto { dim_value: Some(i64::from(*n)), dim_param: None };
        let shape = Some(TensorShapeProto { dim: array.dims.iter().map(dim).collect() });
        let tensor_type = Some(TensorTypeProto { elem_type: array.kind, shape });
        self.graph().input.push(ValueInfoProto { name: name.into(), r#type: Some(TypeProto { tensor_type }) });
        self.inputs.extend(array.values.iter().map(|v| *v as f32));
        self
    }

    pub fn constant(mut self, name: &str, array: &Array) -> Self {
        self.graph().initializer.push(array.proto(name));
        self
    }

    /// A node named like its operator.
    pub fn node(mut self, op: &str, inputs: &[&str], output: &str, attribute: &[AttributeProto]) -> Self {
        self.graph().node.push(NodeProto {
            input: inputs.iter().map(|s| s.to_string()).collect(),
            output: vec![output.into()],
            name: op.into(),
            op_type: op.into(),
            attribute: attribute.to_vec(),
            domain: String::new(),
        });
        self
    }

    pub fn output(mut self, name: &str) -> Self {
        self.graph().output.push(ValueInfoProto { name: name.into(), r#type: None });
        self
    }

    pub fn read(&self) -> Result<FloatModel, String> {
        verin_quantizer::onnx::read(&self.proto.encode_to_vec(), "test.onnx").map_err(|e| e.to_string())
    }

    /// The one output, and the model.
    pub fn run(&self) -> Result<(Array, FloatModel), String> {
        let model = self.read()?;
        let values = model.run(&self.inputs);
        Ok((Array { kind: FLOAT, dims: model.outputs[0].dims.clone(), values }, model))
    }
}

/// A model of one node `op`, of which `computed` operands are inputs and the others constants.
pub fn single(op: &str, opset: i64, attributes: &[AttributeProto], operands: &[Array], computed: &[bool]) -> Model {
    let names: Vec<String> = (0..operands.len()).map(|i| format!("x{i}")).collect();
    let mut model = Model::new(opset);
    for ((name, array), computed) in names.iter().zip(operands).zip(computed) {
        model = if *computed { model.input(name, array) } else { model.constant(name, array) };
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    model.node(op, &names, "y", attributes).output("y")
}

/// The same, with 0, as an input, added to the result: that may then be a constant.
pub fn anchored(op: &str, opset: i64, attributes: &[AttributeProto], operands: &[Array], computed: &[bool]) -> Model {
    let mut model = single(op, opset, attributes, operands, computed).input("zero", &floats(&[], &[0.0]));
    model.graph().output.clear();
    model.node("Add", &["y", "zero"], "sum", &[]).output("sum")
}

/// Checks operator `op` against `expected` for every choice of operands that are computed, but those that `skip` names.
pub fn check(
    op: &str,
    opset: i64,
    attributes: &[AttributeProto],
    operands: &[Array],
    skip: impl Fn(&[bool]) -> bool,
    expected: &Array,
) {
    for choice in 0..1 << operands.len() {
        let computed: Vec<bool> = (0..operands.len()).map(|i| choice >> i & 1 == 1).collect();
        if skip(&computed) {
            continue;
        }
        let (got, _) = anchored(op, opset, attributes, operands, &computed)
            .run()
            .unwrap_or_else(|e| panic!("{op} with {computed:?} computed: {e}"));
        assert_eq!(got.dims, expected.dims, "{op} with {computed:?} computed");
        for (i, (got, expected)) in got.values.iter().zip(&expected.values).enumerate() {
            let near = (got - expected).abs() <= 1e-12 * expected.abs().max(1.0);
            assert!(near, "{op} with {computed:?} computed, element {i}: {got}, not {expected}");
        }
        assert_eq!(got.values.len(), expected.values.len());
    }
}

pub fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { name: name.into(), f, r#type: 1, ..Default::default() }
}

pub fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, r#type: 2, ..Default::default() }
}

pub fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto { name: name.into(), s: s.as_bytes().to_vec(), r#type: 3, ..Default::default() }
}

/// A list of integers.
pub fn list(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.to_vec(), r#type: 7, ..Default::default() }
}
