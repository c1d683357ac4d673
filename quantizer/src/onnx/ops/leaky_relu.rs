//! `LeakyRelu`: slope `alpha` below 0, 0.01 unless given.

use super::{Context, Value, elementwise};
use crate::error::Error;
use crate::float::Function;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let alpha = context.float("alpha", 0.01)?;
    if !alpha.is_finite() {
        return Err(context.malformed("a finite alpha", alpha.to_string()));
    }
    elementwise::map(context, Function::LeakyRelu { alpha })
}
