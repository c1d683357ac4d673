//! `Tile`: whole copies one after another, a number of them along each axis.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let repeats = context.constant_ints(1, "the repeats")?.ok_or_else(|| context.malformed("repeats", "none"))?;
    let counts: Option<Vec<u64>> = repeats.iter().map(|n| u64::try_from(*n).ok()).collect();
    let rank = x.dims().len();
    let counts = counts.filter(|c| c.len() == rank);
    let counts =
        counts.ok_or_else(|| context.malformed(format!("{rank} repeats, none negative"), format!("{repeats:?}")))?;
    let dims: Vec<u64> = x.dims().iter().zip(&counts).map(|(n, times)| u64::from(*n).saturating_mul(*times)).collect();
    let dims = context.bounded(&dims)?;
    let index = |(to, n): (&u32, &u32)| (0..*to).map(|i| i.checked_rem(*n)).collect();
    let index: Vec<Vec<_>> = dims.iter().zip(x.dims()).map(index).collect();
    context.selected(&x, &index)
}
