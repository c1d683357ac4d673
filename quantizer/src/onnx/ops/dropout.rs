//! `Dropout` at inference: its input. Training mode is refused.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let training = context.constant(2, "training_mode")?;
    if training.is_some_and(|t| t.floats().iter().any(|v| *v != 0.0)) {
        return Err(context.unsupported("training_mode is set", "export the model in evaluation mode"));
    }
    context.input(0)
}
