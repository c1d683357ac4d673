//! Values on the way through a model: constants, and what is computed from the inputs.

use super::context::Context;
use super::ops::{Build, OPERATORS, unary};
use super::proto::NodeProto;
use super::tensor::{Kind, Tensor};
use crate::error::Error;
use crate::float::{self, Source};
use std::collections::HashMap;
use std::rc::Rc;

/// A constant, shared between its readers.
pub type Constant = Rc<Tensor>;

/// What a name in the model stands for.
#[derive(Clone, Debug)]
pub enum Value {
    /// Known now.
    Constant(Constant),
    /// Known when there are inputs.
    Computed(Computed),
}

/// A tensor of the float model.
#[derive(Clone, Debug)]
pub struct Computed {
    /// Its number.
    pub tensor: usize,
    /// Its dimensions, none of them 0.
    pub dims: Vec<u32>,
    /// What its elements are.
    pub kind: Kind,
}

impl Value {
    /// Dimensions.
    pub fn dims(&self) -> &[u32] {
        match self {
            Value::Constant(tensor) => &tensor.dims,
            Value::Computed(computed) => &computed.dims,
        }
    }

    /// What the elements are.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Constant(tensor) => tensor.kind(),
            Value::Computed(computed) => computed.kind,
        }
    }

    /// The same elements taken for another kind: whole numbers, where they are to be integers.
    pub fn of_kind(self, kind: Kind) -> Self {
        match self {
            Value::Constant(tensor) if tensor.kind() != kind => {
                Value::Constant(Rc::new(Tensor::new(&tensor.name, tensor.dims.clone(), tensor.floats(), kind)))
            }
            Value::Constant(tensor) => Value::Constant(tensor),
            Value::Computed(computed) => Value::Computed(Computed { kind, ..computed }),
        }
    }
}

/// The float model under construction, and the constants that it has taken over.
pub(super) struct Target {
    pub(super) model: float::Builder,
    /// By address, which stays taken as long as the constant is kept here.
    taken: HashMap<*const Tensor, (Constant, Source)>,
    /// Elements that nodes have made so far.
    pub(super) made: usize,
}

impl Target {
    /// `constant` in the model, once however often it is read.
    pub(super) fn take(&mut self, constant: &Constant) -> Source {
        let Self { model, taken, .. } = self;
        let add = || {
            let source = model.constant(constant.name.clone(), constant.dims.clone(), constant.floats());
            (constant.clone(), source)
        };
        taken.entry(Rc::as_ptr(constant)).or_insert_with(add).1
    }
}

/// Values by name, and the model they are tensors of.
pub(super) struct Builder<'a> {
    file: &'a str,
    opset: i64,
    pub(super) values: HashMap<String, Value>,
    /// Outputs that a node has by name but that are not supported, with that node and its operator.
    refused: HashMap<String, String>,
    target: Target,
}

impl<'a> Builder<'a> {
    /// Of `model`, which has no nodes yet, and of `values` by name.
    pub(super) fn new(file: &'a str, opset: i64, values: HashMap<String, Value>, model: float::Builder) -> Self {
        let target = Target { model, taken: HashMap::new(), made: 0 };
        Self { file, opset, values, refused: HashMap::new(), target }
    }

    /// The model that was built.
    pub(super) fn into_model(self) -> float::Builder {
        self.target.model
    }

    /// What `name` stands for; `at` says who asks.
    pub(super) fn value(&self, name: &str, at: &str) -> Result<Value, Error> {
        let (expected, got) = match (self.values.get(name), self.refused.get(name)) {
            (Some(value), _) => return Ok(value.clone()),
            (None, Some(node)) => (
                "a value that is supported (of this operator only the first outputs are: export a model that does not use \
                 the others)",
                format!("`{name}`, a further output of {node}"),
            ),
            (None, None) => ("a value that an input, an initializer or an earlier node defines", format!("`{name}`")),
        };
        Err(Error::Model { file: self.file.into(), at: at.into(), expected: expected.into(), got })
    }

    /// Adds one node.
    pub(super) fn node(&mut self, node: &NodeProto) -> Result<(), Error> {
        // Nodes may be nameless; their first output never is, and is unique.
        let first = node.output.first().cloned().unwrap_or_default();
        let name = truncated(if node.name.is_empty() { first } else { node.name.clone() });
        let operator =
            OPERATORS.iter().find(|o| o.name == node.op_type && matches!(node.domain.as_str(), "" | "ai.onnx"));
        let Some(operator) = operator else {
            let supported = OPERATORS.iter().map(|o| o.name).collect::<Vec<_>>().join(", ");
            let prefix = if node.domain.is_empty() { String::new() } else { format!("{}.", node.domain) };
            let operator = format!("{prefix}{}", node.op_type);
            return Err(Error::UnsupportedOperator { file: self.file.into(), node: name, operator, supported });
        };
        let at = format!("node `{name}` ({})", node.op_type);
        let error = |expected: &str, got: String| Error::Model {
            file: self.file.into(),
            at: at.clone(),
            expected: expected.into(),
            got,
        };
        if node.output.iter().all(String::is_empty) {
            return Err(error("an output", "none".into()));
        }
        let taken =
            |name: &&String| !name.is_empty() && (self.values.contains_key(*name) || self.refused.contains_key(*name));
        if let Some(output) = node.output.iter().find(taken) {
            return Err(error("output names of its own", format!("`{output}`, which is taken")));
        }
        let input = |input: &String| if input.is_empty() { Ok(None) } else { self.value(input, &at).map(Some) };
        let inputs = node.input.iter().map(input).collect::<Result<_, _>>()?;
        let (file, opset, target) = (self.file, self.opset, &mut self.target);
        let mut context = Context { file, node, name, opset, inputs, target };
        let results = match operator.build {
            Build::Function(function) => vec![unary::build(&mut context, function)?],
            Build::One(build) => vec![build(&mut context)?],
            Build::Many(build) => build(&mut context)?,
        };
        let mut results = results.into_iter();
        for output in node.output.iter() {
            let result = results.next();
            if output.is_empty() {
                continue;
            }
            let twice = match result {
                Some(value) => self.values.insert(output.clone(), value).is_some(),
                None => self.refused.insert(output.clone(), at.clone()).is_some(),
            };
            if twice {
                let (file, expected) = (file.into(), "output names of its own".into());
                return Err(Error::Model { file, at, expected, got: format!("`{output}` twice") });
            }
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
