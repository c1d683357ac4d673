//! `Flatten`: dimensions before `axis` become one, those from it on another.

use super::{Context, Value, reshape};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let axis = context.int("axis", 1)?;
    let resolved = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
    let at = usize::try_from(resolved).ok().filter(|a| *a <= rank);
    let at = at.ok_or_else(|| context.malformed(format!("`axis` in -{rank}..={rank}"), axis.to_string()))?;
    let (before, after) = x.dims().split_at(at);
    let product = |dims: &[u32]| dims.iter().fold(1u32, |t, n| t.saturating_mul(*n));
    let dims = vec![product(before), product(after)];
    reshape::view(context, &x, dims)
}
