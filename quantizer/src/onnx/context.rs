//! What a builder sees of its node.

use super::builder::{Computed, Constant, Value};
use super::proto::{AttributeProto, NodeProto};
use crate::error::Error;
use crate::float::{Layer, LayerOp};

/// One node on its way into the chain.
pub struct Context<'a> {
    pub(super) file: &'a str,
    pub(super) node: &'a NodeProto,
    pub(super) name: String,
    /// Version of the operator set.
    pub(super) opset: i64,
    /// Inputs in order; `None` where an optional one is left out.
    pub(super) inputs: Vec<Option<Value>>,
    /// Layers so far, each with the layer it continues.
    pub(super) layers: &'a mut Vec<(Option<usize>, Layer)>,
}

impl Context<'_> {
    /// The model contradicts itself or the specification.
    pub(super) fn malformed(&self, expected: impl Into<String>, got: impl Into<String>) -> Error {
        let at = format!("node `{}` ({})", self.name, self.node.op_type);
        Error::Model { file: self.file.into(), at, expected: expected.into(), got: got.into() }
    }

    /// The model is well-formed, but this is not supported.
    pub(super) fn unsupported(&self, reason: impl Into<String>, remedy: &'static str) -> Error {
        Error::UnsupportedUse {
            file: self.file.into(),
            node: self.name.clone(),
            operator: self.node.op_type.clone(),
            reason: reason.into(),
            remedy,
        }
    }

    /// Input `i`, which must be there.
    pub(super) fn input(&self, i: usize) -> Result<Value, Error> {
        self.optional(i).ok_or_else(|| self.malformed(format!("input {i}"), format!("{} inputs", self.inputs.len())))
    }

    /// Input `i`, if it is there.
    pub(super) fn optional(&self, i: usize) -> Option<Value> {
        self.inputs.get(i).cloned().flatten()
    }

    /// Input `i`, which must be constant; `what` says what it is.
    pub(super) fn constant(&self, i: usize, what: &str) -> Result<Option<Constant>, Error> {
        match self.optional(i) {
            None => Ok(None),
            Some(Value::Constant(constant)) => Ok(Some(constant)),
            Some(Value::Computed(_)) => {
                Err(self.unsupported(format!("{what} is computed"), "export the model with it as a constant"))
            }
        }
    }

    fn attribute(&self, name: &str) -> Option<&AttributeProto> {
        self.node.attribute.iter().find(|a| a.name == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&super::proto::TensorProto> {
        self.attribute(name)?.t.as_ref()
    }

    pub(super) fn float(&self, name: &str, default: f64) -> Result<f64, Error> {
        let value = self.attribute(name).map_or(default, |a| f64::from(a.f));
        // An infinite bound of a clip is no bound; nothing else may be infinite.
        if value.is_nan() { Err(self.malformed(format!("a number as `{name}`"), "NaN")) } else { Ok(value) }
    }

    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |a| a.i)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attribute(name).map(|a| a.ints.as_slice())
    }

    pub(super) fn floats(&self, name: &str) -> Option<&[f32]> {
        self.attribute(name).map(|a| a.floats.as_slice())
    }

    /// Integers given as attribute `name` before operator set `since`, as input 1 from then on.
    pub(super) fn ints_by_opset(&self, name: &str, since: i64) -> Result<Option<Vec<i64>>, Error> {
        if self.opset < since {
            return Ok(self.ints(name).map(<[i64]>::to_vec));
        }
        let Some(constant) = self.constant(1, name)? else { return Ok(None) };
        let ints = constant.ints().map(<[i64]>::to_vec);
        ints.map(Some).ok_or_else(|| self.malformed(format!("integers as `{name}`"), "floats"))
    }

    /// Continues the chain of `from` with a layer whose result has dimensions `dims`.
    pub(super) fn push(&mut self, from: &Computed, op: LayerOp, dims: Vec<usize>) -> Value {
        self.layers.push((from.layer, Layer { name: self.name.clone(), op }));
        Value::Computed(Computed { layer: Some(self.layers.len() - 1), dims })
    }
}
