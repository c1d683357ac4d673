//! `Sub`: `c - x` or `x - c`.

use super::{Context, Value, elementwise};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    elementwise::binary(context, |c| (-1.0, c), |c| (1.0, -c))
}
