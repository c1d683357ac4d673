//! Values on the way through a model: constants, and what is computed from the input.

use super::context::Context;
use super::ops::OPERATORS;
use super::proto::NodeProto;
use super::tensor::Tensor;
use crate::error::Error;
use crate::float::Layer;
use std::collections::HashMap;
use std::rc::Rc;

/// A constant, shared between its readers.
pub(super) type Constant = Rc<Tensor>;

/// What a name in the model stands for.
#[derive(Clone, Debug)]
pub enum Value {
    /// Known now.
    Constant(Constant),
    /// Known when there is an input.
    Computed(Computed),
}

/// The result of a layer, or the input.
#[derive(Clone, Debug)]
pub struct Computed {
    /// The last layer; `None` for the input.
    pub layer: Option<usize>,
    /// Dimensions; their order of elements is that of the layer's result.
    pub dims: Vec<usize>,
}

impl Value {
    /// Dimensions.
    pub fn dims(&self) -> &[usize] {
        match self {
            Value::Constant(tensor) => &tensor.dims,
            Value::Computed(computed) => &computed.dims,
        }
    }
}

/// Values by name, and the layers they end in.
pub(super) struct Builder<'a> {
    pub(super) file: &'a str,
    pub(super) opset: i64,
    pub(super) values: HashMap<String, Value>,
    pub(super) layers: Vec<(Option<usize>, Layer)>,
    /// Elements that nodes have made so far: a small file can ask for many.
    pub(super) made: usize,
}

/// Most elements that nodes may make.
const MAX_MADE: usize = 1 << 28;

impl Builder<'_> {
    /// Adds one node.
    pub(super) fn node(&mut self, node: &NodeProto) -> Result<(), Error> {
        let output = node.output.first().cloned().unwrap_or_default();
        // Nodes may be nameless; their first output never is, and is unique.
        let name = if node.name.is_empty() { output.clone() } else { node.name.clone() };
        let name = truncated(name);
        let operator =
            OPERATORS.iter().find(|o| o.name == node.op_type && matches!(node.domain.as_str(), "" | "ai.onnx"));
        let Some(operator) = operator else {
            let supported = OPERATORS.iter().map(|o| o.name).collect::<Vec<_>>().join(", ");
            let prefix = if node.domain.is_empty() { String::new() } else { format!("{}.", node.domain) };
            let operator = format!("{prefix}{}", node.op_type);
            return Err(Error::UnsupportedOperator { file: self.file.into(), node: name, operator, supported });
        };
        let at = || format!("node `{name}` ({})", node.op_type);
        let input = |input: &String| match self.values.get(input) {
            _ if input.is_empty() => Ok(None),
            Some(value) => Ok(Some(value.clone())),
            None => Err(Error::Model {
                file: self.file.into(),
                at: at(),
                expected: "inputs that an earlier node or initializer defines".into(),
                got: format!("`{input}`"),
            }),
        };
        let inputs = node.input.iter().map(input).collect::<Result<_, _>>()?;
        let before = self.layers.len();
        let mut context =
            Context { file: self.file, node, name: name.clone(), opset: self.opset, inputs, layers: &mut self.layers };
        let value = (operator.build)(&mut context)?;
        self.made += match &value {
            Value::Constant(tensor) => tensor.len(),
            Value::Computed(_) => self.layers.iter().skip(before).map(|(_, layer)| layer.len()).sum(),
        };
        if self.made > MAX_MADE {
            let what = format!("elements made by the nodes up to `{name}`");
            return Err(Error::TooLarge {
                file: self.file.into(),
                what,
                got: self.made as u64,
                limit: MAX_MADE as u64,
            });
        }
        if output.is_empty() || self.values.insert(output.clone(), value).is_some() {
            let expected = "an output name of its own".into();
            return Err(Error::Model { file: self.file.into(), at: at(), expected, got: format!("`{output}`") });
        }
        Ok(())
    }
}

/// At most as many bytes as a program stores.
pub(super) fn truncated(mut name: String) -> String {
    // Leave room for what stages add.
    let mut end = name.len().min(200);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}
