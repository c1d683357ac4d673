//! Dimensions: what axes and broadcasts make of them.

/// Dimensions of the broadcast of `a` and `b`; `None` where they do not fit.
pub(crate) fn broadcast(a: &[u32], b: &[u32]) -> Option<Vec<u32>> {
    let rank = a.len().max(b.len());
    let dim =
        |dims: &[u32], i: usize| (i + dims.len()).checked_sub(rank).and_then(|i| dims.get(i).copied()).unwrap_or(1);
    (0..rank)
        .map(|i| match (dim(a, i), dim(b, i)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// Resolves a negative axis of a tensor of `rank` dimensions.
pub(crate) fn axis(axis: i64, rank: usize) -> Option<usize> {
    let rank_i = i64::try_from(rank).ok()?;
    let resolved = if axis < 0 { axis.checked_add(rank_i)? } else { axis };
    usize::try_from(resolved).ok().filter(|a| *a < rank)
}
