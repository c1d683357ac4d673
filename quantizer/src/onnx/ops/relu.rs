//! `Relu`: `max(x, 0)`.

use super::{Context, Value, elementwise};
use crate::error::Error;
use crate::float::Function;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    elementwise::map(context, Function::Relu)
}
