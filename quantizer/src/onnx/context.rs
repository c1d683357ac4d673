//! What the builder of an operator sees of its node.

use super::builder::{Constant, Target, Value};
use super::proto::{AttributeProto, NodeProto};
use super::shape;
use crate::error::Error;

/// One node on its way into the model: its inputs and attributes here, what it adds in [`super::lower`].
pub struct Context<'a> {
    pub(super) file: &'a str,
    pub(super) node: &'a NodeProto,
    pub(super) name: String,
    /// Version of the operator set.
    pub(super) opset: i64,
    /// Inputs in order; `None` where an optional one is left out.
    pub(super) inputs: Vec<Option<Value>>,
    /// The model under construction.
    pub(super) target: &'a mut Target,
}

/// `AttributeProto.AttributeType`, as far as it is read.
mod attribute_type {
    pub(super) const FLOAT: i32 = 1;
    pub(super) const INT: i32 = 2;
    pub(super) const STRING: i32 = 3;
    pub(super) const TENSOR: i32 = 4;
    pub(super) const FLOATS: i32 = 6;
    pub(super) const INTS: i32 = 7;
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

    /// All inputs, at least one and none left out.
    pub(super) fn operands(&self) -> Result<Vec<Value>, Error> {
        (0..self.inputs.len().max(1)).map(|i| self.input(i)).collect()
    }

    /// Input `i`, which must be constant; `what` says what it is.
    pub(super) fn constant(&self, i: usize, what: &str) -> Result<Option<Constant>, Error> {
        match self.optional(i) {
            None => Ok(None),
            Some(Value::Constant(constant)) => Ok(Some(constant)),
            Some(Value::Computed(_)) => Err(self.unsupported(
                format!("{what} (input {i}) is computed from the model's input"),
                "export the model with it as a constant",
            )),
        }
    }

    /// Input `i`, which must be constant integers; `what` says what it is.
    pub(super) fn constant_ints(&self, i: usize, what: &str) -> Result<Option<Vec<i64>>, Error> {
        let Some(constant) = self.constant(i, what)? else { return Ok(None) };
        let ints = constant.ints().map(<[i64]>::to_vec);
        ints.map(Some).ok_or_else(|| self.malformed(format!("integers as {what}"), "floats"))
    }

    /// Input `i`, which must be one constant number; `what` says what it is.
    pub(super) fn constant_scalar(&self, i: usize, what: &str) -> Result<Option<f64>, Error> {
        let Some(constant) = self.constant(i, what)? else { return Ok(None) };
        match constant.floats().as_slice() {
            [one] => Ok(Some(*one)),
            several => Err(self.malformed(format!("one number as {what}"), format!("{} elements", several.len()))),
        }
    }

    fn attribute(&self, name: &str, kind: i32) -> Result<Option<&AttributeProto>, Error> {
        match self.node.attribute.iter().find(|a| a.name == name) {
            // Models of old exporters leave the type out.
            Some(a) if a.r#type == kind || a.r#type == 0 => Ok(Some(a)),
            Some(a) => Err(self.malformed(
                format!("attribute `{name}` of type {kind} (AttributeProto.AttributeType)"),
                format!("type {}", a.r#type),
            )),
            None => Ok(None),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.node.attribute.iter().any(|a| a.name == name)
    }

    pub(super) fn tensor(&self, name: &str) -> Result<Option<&super::proto::TensorProto>, Error> {
        Ok(self.attribute(name, attribute_type::TENSOR)?.and_then(|a| a.t.as_ref()))
    }

    /// Number `name`; may be infinite, but not NaN.
    pub(super) fn float(&self, name: &str, default: f64) -> Result<f64, Error> {
        let value = self.attribute(name, attribute_type::FLOAT)?.map_or(default, |a| f64::from(a.f));
        // An infinite bound of a clip is no bound; nothing else may be infinite.
        if value.is_nan() { Err(self.malformed(format!("a number as `{name}`"), "NaN")) } else { Ok(value) }
    }

    /// Number `name`, which must be finite.
    pub(super) fn finite(&self, name: &str, default: f64) -> Result<f64, Error> {
        let value = self.float(name, default)?;
        let finite = value.is_finite().then_some(value);
        finite.ok_or_else(|| self.malformed(format!("a finite `{name}`"), value.to_string()))
    }

    pub(super) fn int(&self, name: &str, default: i64) -> Result<i64, Error> {
        Ok(self.attribute(name, attribute_type::INT)?.map_or(default, |a| a.i))
    }

    pub(super) fn ints(&self, name: &str) -> Result<Option<&[i64]>, Error> {
        Ok(self.attribute(name, attribute_type::INTS)?.map(|a| a.ints.as_slice()))
    }

    pub(super) fn floats(&self, name: &str) -> Result<Option<&[f32]>, Error> {
        Ok(self.attribute(name, attribute_type::FLOATS)?.map(|a| a.floats.as_slice()))
    }

    /// Text `name`.
    pub(super) fn string(&self, name: &str, default: &str) -> Result<String, Error> {
        let value = self.attribute(name, attribute_type::STRING)?;
        Ok(value.map_or_else(|| default.into(), |a| String::from_utf8_lossy(&a.s).into_owned()))
    }

    /// Integers given as attribute `name` before operator set `since`, as input `i` from then on.
    pub(super) fn ints_by_opset(&self, name: &str, i: usize, since: i64) -> Result<Option<Vec<i64>>, Error> {
        if self.opset < since {
            return Ok(self.ints(name)?.map(<[i64]>::to_vec));
        }
        self.constant_ints(i, name)
    }

    /// Axis `value`, negative from the end, of a tensor of `rank` dimensions; `name` says where it was given.
    pub(super) fn axis(&self, name: &str, value: i64, rank: usize) -> Result<usize, Error> {
        shape::axis(value, rank).ok_or_else(|| {
            let expected = format!("`{name}` to be an axis of {rank} dimensions, in -{rank}..{rank}");
            self.malformed(expected, value.to_string())
        })
    }

    /// Axes `values`, each as in [`Context::axis`], none twice.
    pub(super) fn axes(&self, name: &str, values: &[i64], rank: usize) -> Result<Vec<usize>, Error> {
        let mut axes = Vec::new();
        for value in values {
            let axis = self.axis(name, *value, rank)?;
            if axes.contains(&axis) {
                return Err(self.malformed(format!("distinct axes as `{name}`"), format!("{values:?}")));
            }
            axes.push(axis);
        }
        Ok(axes)
    }
}
