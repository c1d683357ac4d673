//! From the bytes of a file to a float model.

use super::builder::{Builder, Computed, Value, truncated};
use super::proto::{GraphProto, ModelProto, ValueInfoProto, data_type};
use super::tensor::Tensor;
use crate::error::Error;
use crate::float::{FloatModel, Layer, LayerOp};
use crate::ir::MAX_CELLS_LOG;
use prost::Message;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Largest model that is read, in bytes.
pub const MAX_MODEL_BYTES: u64 = 1 << 30;
/// Most nodes and initializers.
const MAX_NODES: usize = 1 << 16;
/// Versions of the default operator set whose operators are implemented.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=26;
/// Most elements of the input or of a computed value.
pub(super) const MAX_CELLS: usize = 1 << 22;

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
    let inputs: Vec<_> = graph.input.iter().filter(|i| !initializers.contains(i.name.as_str())).collect();
    let input = the_one(&inputs, "input", file)?;
    let outputs: Vec<_> = graph.output.iter().collect();
    let output = the_one(&outputs, "output", file)?;
    let input_dims = input_dims(input, file)?;
    values.insert(input.name.clone(), Value::Computed(Computed { layer: None, dims: input_dims.clone() }));

    let mut builder = Builder { file, opset, values, layers: Vec::new(), made: 0 };
    for node in &graph.node {
        builder.node(node)?;
    }
    match builder.values.get(&output.name) {
        Some(Value::Computed(result)) => {
            let result = result.clone();
            Ok(FloatModel {
                source: file.into(),
                input_name: truncated(input.name.clone()),
                input_dims,
                output_dims: result.dims,
                layers: chain(builder.layers, result.layer, file)?,
            })
        }
        Some(Value::Constant(_)) => {
            Err(model_error(file, &output.name, "an output that depends on the input", "a constant"))
        }
        None => Err(model_error(file, &output.name, "an output that some node computes", "none")),
    }
}

/// The layers that lead to `last`, in order; all others are not needed.
fn chain(layers: Vec<(Option<usize>, Layer)>, last: Option<usize>, file: &str) -> Result<Vec<Layer>, Error> {
    let mut slots: Vec<_> = layers.into_iter().map(Some).collect();
    let mut chain = Vec::new();
    let mut at = last;
    while let Some((before, layer)) = at.and_then(|i| slots.get_mut(i)).and_then(Option::take) {
        finite(&layer, file)?;
        chain.push(layer);
        at = before;
    }
    chain.reverse();
    Ok(chain)
}

/// Constants are finite; what was made of them must be too.
fn finite(layer: &Layer, file: &str) -> Result<(), Error> {
    let parts: [&[f64]; 2] = match &layer.op {
        LayerOp::Linear(linear) => [&linear.weight, &linear.bias],
        LayerOp::Affine(affine) => [&affine.mul, &affine.add],
        LayerOp::Map(_) => return Ok(()),
    };
    match parts.into_iter().flatten().copied().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, got)) => Err(Error::NonFiniteWeight { file: file.into(), tensor: layer.name.clone(), index, got }),
        None => Ok(()),
    }
}

fn model_error(file: &str, value: &str, expected: &str, got: &str) -> Error {
    Error::Model { file: file.into(), at: format!("`{value}`"), expected: expected.into(), got: got.into() }
}

fn the_one<'a>(values: &[&'a ValueInfoProto], kind: &str, file: &str) -> Result<&'a ValueInfoProto, Error> {
    match values {
        [one] => Ok(one),
        several => {
            let names: Vec<_> = several.iter().take(8).map(|v| v.name.as_str()).collect();
            let expected = format!("exactly one {kind} (export the model with one)");
            let got = format!("{}: {}", several.len(), names.join(", "));
            Err(Error::Model { file: file.into(), at: "graph".into(), expected, got })
        }
    }
}

fn input_dims(input: &ValueInfoProto, file: &str) -> Result<Vec<usize>, Error> {
    let tensor = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let (Some(tensor), Some(shape)) = (tensor, tensor.and_then(|t| t.shape.as_ref())) else {
        return Err(model_error(file, &input.name, "a tensor with a shape (run shape inference on the model)", "none"));
    };
    if ![data_type::FLOAT, data_type::DOUBLE, data_type::FLOAT16, data_type::BFLOAT16].contains(&tensor.elem_type) {
        return Err(model_error(
            file,
            &input.name,
            "an input of floats",
            &format!("element type {}", tensor.elem_type),
        ));
    }
    if shape.dim.len() > crate::ir::MAX_DIMS {
        return Err(model_error(file, &input.name, "at most 8 dimensions", &shape.dim.len().to_string()));
    }
    let dim = |(index, dim): (usize, &super::proto::DimensionProto)| match dim.dim_value {
        Some(value) if value > 0 => Ok(usize::try_from(value).unwrap_or(usize::MAX)),
        _ if index == 0 => Ok(1),
        value => {
            let got = dim.dim_param.clone().unwrap_or_else(|| format!("{value:?}"));
            Err(Error::DynamicDimension { file: file.into(), value: input.name.clone(), index, got })
        }
    };
    let dims = shape.dim.iter().enumerate().map(dim).collect::<Result<Vec<_>, _>>()?;
    match dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d)) {
        Some(cells) if cells <= MAX_CELLS => Ok(dims),
        _ => {
            let what = format!("the size of input `{}`", input.name);
            let got = dims.iter().fold(1u64, |n, d| n.saturating_mul(*d as u64));
            Err(Error::TooLarge { file: file.into(), what, got, limit: MAX_CELLS as u64 })
        }
    }
}

// Programs check what they are given against the same limits.
const _: () = assert!(MAX_CELLS <= 1 << MAX_CELLS_LOG);
