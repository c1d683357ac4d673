//! `Neg`: `-x`.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let term = context.term(-1.0, &x, x.dims());
    context.sum(vec![term], x.dims().to_vec(), x.kind())
}
