//! From the bytes of a file to a float model.

use super::builder::{Builder, Computed, Value, truncated};
use super::proto::{GraphProto, ModelProto, ValueInfoProto, data_type};
use super::tensor::{Kind, Tensor};
use crate::error::Error;
use crate::float::{self, FloatModel, Input, Output};
use crate::ir::{MAX_CELLS_LOG, MAX_DIMS, bits};
use prost::Message;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Largest model that is read, in bytes.
pub const MAX_MODEL_BYTES: u64 = 1 << 30;
/// Most nodes and initializers.
const MAX_NODES: usize = 1 << 16;
/// Versions of the default operator set whose operators are implemented.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=28;

/// Reads a model; `file` is for messages.
///
/// # Errors
/// Too large, not ONNX, or anything in it that is malformed or not supported, by node and value.
pub fn read(bytes: &[u8], file: &str) -> Result<FloatModel, Error> {
    let not_onnx = |reason: &str| Error::NotOnnx { file: file.into(), reason: reason.into() };
    if bytes.len() as u64 > MAX_MODEL_BYTES {
        let what = "size in bytes".into();
        return Err(Error::TooLarge { file: file.into(), what, got: bytes.len() as u64, limit: MAX_MODEL_BYTES });
    }
    if bytes.is_empty() {
        return Err(not_onnx("the file is empty"));
    }
    if bytes.starts_with(crate::vq::MAGIC) {
        return Err(not_onnx("it is a .vq file, which is already quantized"));
    }
    let model = ModelProto::decode(bytes).map_err(|e| not_onnx(&format!("{e} (truncated, or another format)")))?;
    let graph = model.graph.as_ref().ok_or_else(|| not_onnx("it has no graph"))?;
    let count = graph.node.len().max(graph.initializer.len());
    if count > MAX_NODES {
        let what = "the number of nodes or initializers".into();
        return Err(Error::TooLarge { file: file.into(), what, got: count as u64, limit: MAX_NODES as u64 });
    }
    let opset = opset(&model, file)?;
    build(graph, opset, file)
}

fn opset(model: &ModelProto, file: &str) -> Result<i64, Error> {
    let version = model.opset_import.iter().find(|o| matches!(o.domain.as_str(), "" | "ai.onnx")).map(|o| o.version);
    match version {
        Some(version) if OPSETS.contains(&version) => Ok(version),
        other => Err(Error::Model {
            file: file.into(),
            at: "opset_import".into(),
            expected: format!("an operator set in {OPSETS:?}, such as 13 (export or convert the model to it)"),
            got: other.map_or("none".into(), |v| v.to_string()),
        }),
    }
}

fn build(graph: &GraphProto, opset: i64, file: &str) -> Result<FloatModel, Error> {
    let mut values = HashMap::new();
    for tensor in &graph.initializer {
        let value = Value::Constant(Rc::new(Tensor::read(file, &tensor.name, tensor)?));
        if values.insert(tensor.name.clone(), value).is_some() {
            return Err(model_error(file, &tensor.name, "an initializer name of its own", "a second one"));
        }
    }
    // Older models list initializers as inputs too.
    let initializers: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let mut inputs = Vec::new();
    for input in graph.input.iter().filter(|i| !initializers.contains(i.name.as_str())) {
        let (dims, kind) = input_type(input, file)?;
        let value = Value::Computed(Computed { tensor: inputs.len(), dims: dims.clone(), kind });
        if values.insert(input.name.clone(), value).is_some() {
            return Err(model_error(file, &input.name, "an input name of its own", "a second one"));
        }
        inputs.push(Input { name: truncated(input.name.clone()), dims, whole: kind == Kind::Int });
    }
    if inputs.is_empty() || graph.output.is_empty() {
        let at = "graph".into();
        let got = format!("{} inputs and {} outputs", inputs.len(), graph.output.len());
        return Err(Error::Model { file: file.into(), at, expected: "inputs and outputs".into(), got });
    }
    let cells = inputs.iter().fold(0usize, |n, i| n.saturating_add(float::cells(&i.dims)));
    if cells > 1 << MAX_CELLS_LOG {
        let what = "the number of elements of all inputs".into();
        return Err(Error::TooLarge { file: file.into(), what, got: cells as u64, limit: 1 << MAX_CELLS_LOG });
    }

    let mut builder = Builder::new(file, opset, values, float::Builder::new(inputs));
    for node in &graph.node {
        builder.node(node)?;
    }
    let mut outputs = Vec::new();
    for output in &graph.output {
        match builder.value(&output.name, &format!("output `{}`", output.name))? {
            Value::Computed(result) => {
                let name = truncated(output.name.clone());
                outputs.push(Output { name, dims: result.dims, tensor: result.tensor });
            }
            Value::Constant(_) => {
                let expected = "an output that depends on the inputs (remove this one from the model)";
                return Err(model_error(file, &output.name, expected, "a constant"));
            }
        }
    }
    let model = builder.into_model().finish(file.into(), outputs);
    finite(&model)?;
    Ok(model)
}

/// Constants are finite when they are read; what was made of them must be too.
fn finite(model: &FloatModel) -> Result<(), Error> {
    for constant in &model.constants {
        if let Some((index, got)) = constant.data.iter().copied().enumerate().find(|(_, v)| !v.is_finite()) {
            let (file, tensor) = (model.source.clone(), constant.name.clone());
            return Err(Error::NonFiniteWeight { file, tensor, index, got });
        }
    }
    Ok(())
}

fn model_error(file: &str, value: &str, expected: &str, got: &str) -> Error {
    Error::Model { file: file.into(), at: format!("`{value}`"), expected: expected.into(), got: got.into() }
}

/// Dimensions and element type of an input.
fn input_type(input: &ValueInfoProto, file: &str) -> Result<(Vec<u32>, Kind), Error> {
    use data_type::{BFLOAT16, BOOL, DOUBLE, FLOAT, FLOAT16, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64};
    let tensor = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let (Some(tensor), Some(shape)) = (tensor, tensor.and_then(|t| t.shape.as_ref())) else {
        return Err(model_error(file, &input.name, "a tensor with a shape (run shape inference on the model)", "none"));
    };
    let kind = match tensor.elem_type {
        FLOAT | DOUBLE | FLOAT16 | BFLOAT16 => Kind::Float,
        INT8 | UINT8 | INT16 | UINT16 | INT32 | UINT32 | INT64 | UINT64 | BOOL => Kind::Int,
        other => {
            let got = format!("element type {other} (TensorProto.DataType)");
            return Err(model_error(file, &input.name, "an input of floats, integers or bools", &got));
        }
    };
    if shape.dim.len() > MAX_DIMS {
        let expected = format!("at most {MAX_DIMS} dimensions");
        return Err(model_error(file, &input.name, &expected, &shape.dim.len().to_string()));
    }
    let dim = |(index, dim): (usize, &super::proto::DimensionProto)| match dim.dim_value {
        Some(value) if value > 0 => Ok(u32::try_from(value).unwrap_or(u32::MAX)),
        _ if index == 0 => Ok(1),
        value => {
            let got = dim.dim_param.clone().unwrap_or_else(|| format!("{value:?}"));
            Err(Error::DynamicDimension { file: file.into(), value: input.name.clone(), index, got })
        }
    };
    let dims = shape.dim.iter().enumerate().map(dim).collect::<Result<Vec<_>, _>>()?;
    let log: u32 = dims.iter().map(|n| bits(*n)).sum();
    if log > MAX_CELLS_LOG {
        let what = format!("the size of input `{}`, each dimension rounded up to a power of two,", input.name);
        let got = 1u64.checked_shl(log).unwrap_or(u64::MAX);
        return Err(Error::TooLarge { file: file.into(), what, got, limit: 1 << MAX_CELLS_LOG });
    }
    Ok((dims, kind))
}
