//! `Split`: pieces along an axis, of given sizes or equal.

use super::{Context, Value};
use crate::error::Error;

pub(super) fn build(context: &mut Context) -> Result<Vec<Value>, Error> {
    let x = context.input(0)?;
    let axis = context.axis("axis", context.int("axis", 0)?, x.dims().len())?;
    let n = x.dims().get(axis).copied().unwrap_or(1);
    let outputs = context.node.output.len() as i64;
    let sizes = match context.ints_by_opset("split", 1, 13)? {
        Some(sizes) => sizes,
        None => {
            let count = context.int("num_outputs", outputs)?;
            if count != outputs {
                return Err(context.malformed(format!("`num_outputs` of {outputs}, the outputs"), count.to_string()));
            }
            if context.opset < 18 && i64::from(n) % count != 0 {
                let expected = format!("{n} elements along axis {axis} to be a multiple of the outputs");
                return Err(context.malformed(expected, count.to_string()));
            }
            // The last piece may be smaller.
            let size = i64::from(n.div_ceil(u32::try_from(count).unwrap_or(u32::MAX)));
            (0..count).map(|i| size.min(i64::from(n) - i * size)).collect()
        }
    };
    let pieces: Option<Vec<u32>> = sizes.iter().map(|s| u32::try_from(*s).ok()).collect();
    let total = |pieces: &Vec<u32>| pieces.iter().map(|s| u64::from(*s)).sum::<u64>();
    let pieces = pieces.filter(|p| total(p) == u64::from(n) && p.len() as i64 == outputs);
    let pieces = pieces.ok_or_else(|| {
        context.malformed(format!("{outputs} sizes that add up to {n}, none negative"), format!("{sizes:?}"))
    })?;
    let (mut values, mut start) = (Vec::new(), 0);
    for size in pieces {
        let all = |(i, n): (usize, &u32)| {
            if i == axis { (start..start + size).map(Some).collect() } else { Context::all(*n) }
        };
        let index: Vec<Vec<_>> = x.dims().iter().enumerate().map(all).collect();
        values.push(context.selected(&x, &index)?);
        start += size;
    }
    Ok(values)
}
