//! `Squeeze`: drops dimensions of 1. Axes are an attribute before operator set 13, an input from then on.

use super::{Context, Value, reshape};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let is_one = |i: &usize| x.dims().get(*i) == Some(&1);
    let dropped: Vec<usize> = match context.ints_by_opset("axes", 1, 13)? {
        None => (0..x.dims().len()).filter(is_one).collect(),
        Some(axes) => {
            let dropped = context.axes("axes", &axes, x.dims().len())?;
            if !dropped.iter().all(is_one) {
                return Err(context.malformed(format!("axes of {:?} that are 1", x.dims()), format!("{axes:?}")));
            }
            dropped
        }
    };
    let kept = x.dims().iter().enumerate().filter(|(i, _)| !dropped.contains(i)).map(|(_, d)| *d).collect();
    reshape::view(context, &x, kept)
}
