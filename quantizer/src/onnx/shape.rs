//! Dimensions: what reshapes, squeezes and broadcasts make of them.

/// Dimensions of the broadcast of `a` and `b`; `None` where they do not fit.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let dim =
        |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).and_then(|i| dims.get(i).copied()).unwrap_or(1);
    (0..rank)
        .map(|i| match (dim(a, i), dim(b, i)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// `values` of dimensions `from`, repeated so as to have dimensions `to` (a broadcast of `from`).
pub(crate) fn expand(values: &[f64], from: &[usize], to: &[usize]) -> Vec<f64> {
    // Strides of `from` seen through `to`: 0 along repeated dimensions.
    let mut strides = vec![0; to.len()];
    let mut stride = 1;
    for (i, d) in from.iter().enumerate().rev() {
        if let Some(s) = strides.get_mut(i + to.len() - from.len()) {
            *s = if *d == 1 { 0 } else { stride };
        }
        stride *= d;
    }
    let count: usize = to.iter().product();
    (0..count)
        .map(|mut flat| {
            let mut index = 0;
            for (d, s) in to.iter().zip(&strides).rev() {
                index += (flat % d) * s;
                flat /= d;
            }
            values.get(index).copied().unwrap_or(0.0)
        })
        .collect()
}

/// Resolves a negative axis of a tensor of `rank` dimensions.
pub(crate) fn axis(axis: i64, rank: usize) -> Option<usize> {
    let rank_i = i64::try_from(rank).ok()?;
    let resolved = if axis < 0 { axis.checked_add(rank_i)? } else { axis };
    usize::try_from(resolved).ok().filter(|a| *a < rank)
}
