//! `Mul`: computed times constant, either way round.

use super::{Context, Value, elementwise};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    elementwise::binary(context, |c| (c, 0.0), |c| (c, 0.0))
}
