//! `DepthToSpace` and `SpaceToDepth`: blocks of channels become blocks of pixels, and back.

use super::{Context, Value, reshape, transpose};
use crate::error::Error;

/// Batch, channels, height, width and block size.
fn parts(context: &Context, x: &Value) -> Result<([u32; 4], u32), Error> {
    let &[n, c, h, w] = x.dims() else {
        return Err(context.malformed("four dimensions", format!("{:?}", x.dims())));
    };
    let size = context.int("blocksize", 0)?;
    let block = u32::try_from(size).ok().filter(|b| (1..=1 << 12).contains(b));
    let block = block.ok_or_else(|| context.malformed("a `blocksize` of 1 to 4096", size.to_string()))?;
    Ok(([n, c, h, w], block))
}

/// `DepthToSpace`
pub(super) fn to_space(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let ([n, c, h, w], b) = parts(context, &x)?;
    if c % (b * b) != 0 {
        return Err(context.malformed(format!("channels in multiples of {}", b * b), c.to_string()));
    }
    let depth = c / (b * b);
    let (split, order) = match context.string("mode", "DCR")?.as_str() {
        "DCR" => (vec![n, b, b, depth, h, w], [0, 3, 4, 1, 5, 2]),
        "CRD" => (vec![n, depth, b, b, h, w], [0, 1, 4, 2, 5, 3]),
        other => return Err(context.malformed("`mode` DCR or CRD", other)),
    };
    let split = reshape::view(context, &x, split)?;
    let permuted = transpose::permuted(context, &split, &order)?;
    reshape::view(context, &permuted, vec![n, depth, h * b, w * b])
}

/// `SpaceToDepth`
pub(super) fn to_depth(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let ([n, c, h, w], b) = parts(context, &x)?;
    if h % b != 0 || w % b != 0 {
        return Err(context.malformed(format!("height and width in multiples of {b}"), format!("{h} by {w}")));
    }
    let order = match context.string("mode", "DCR")?.as_str() {
        "DCR" => [0, 3, 5, 1, 2, 4],
        "CRD" => [0, 1, 3, 5, 2, 4],
        other => return Err(context.malformed("`mode` DCR or CRD", other)),
    };
    let split = reshape::view(context, &x, vec![n, c, h / b, b, w / b, b])?;
    let permuted = transpose::permuted(context, &split, &order)?;
    reshape::view(context, &permuted, vec![n, c * b * b, h / b, w / b])
}
