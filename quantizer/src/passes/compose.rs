//! A view of a view.

use super::graph::identity;
use crate::float::{Link, View};

/// What a composition may drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Masks {
    /// Where the outer view reads 0, the composition reads 0.
    Keep,
    /// Another factor reads 0 there; the composition may read anything.
    Drop,
}

/// `outer` reads tensor T of dimensions `middle` over labels of `extents`; `inner` is T: a view over labels that are the
/// axes of T, then further ones, which become the labels `sums[0], ...` of the composition, of `dims`. The composition
/// is a view of the source of `inner` over the labels of `outer`; `None` where its links would not be separate.
pub(super) fn compose(
    outer: &View,
    inner: &View,
    extents: &[u32],
    middle: &[u32],
    dims: &[u32],
    sums: &[usize],
    masks: Masks,
) -> Option<View> {
    let inner_extents: Vec<u32> =
        middle.iter().copied().chain(sums.iter().map(|l| extents.get(*l).copied().unwrap_or(1))).collect();
    let reader = |axis: usize| outer.links.iter().find(|link| link.axes().contains(&axis));
    let mut links = Vec::new();
    // Outer links that became part of a link of the composition.
    let mut used: Vec<&Link> = Vec::new();
    let mut renamed: Vec<(usize, usize)> = Vec::new();
    for link in &inner.links {
        let labels = link.labels();
        if labels.iter().all(|l| *l >= middle.len()) {
            links.push(rename_labels(link, |l| sums.get(l - middle.len()).copied())?);
            continue;
        }
        if let Some((axis, to)) = identity(link, &inner_extents, dims)
            && axis < middle.len()
        {
            renamed.push((axis, to));
            continue;
        }
        let own = labels.iter().filter(|l| **l < middle.len());
        let readers: Vec<&Link> = own.clone().map(|l| reader(*l)).collect::<Option<_>>()?;
        if let [first, ..] = readers[..]
            && first.axes() == labels
            && let Link::Affine { axes, .. } = link
            && (axes.len() == 1 || matches!(first, Link::Affine { .. }))
            && is_reshape(link, &inner_extents, dims)
        {
            links.push(rename_axes(first, axes));
            used.push(first);
            continue;
        }
        let simple = readers.iter().zip(own.clone()).map(|(r, axis)| Some((*axis, identity(r, extents, middle)?.0)));
        if let Some(pairs) = simple.collect::<Option<Vec<_>>>() {
            let place = |l: usize| match l.checked_sub(middle.len()) {
                Some(sum) => sums.get(sum).copied(),
                None => pairs.iter().find(|(axis, _)| *axis == l).map(|(_, label)| *label),
            };
            links.push(rename_labels(link, place)?);
        } else {
            links.push(
                substitute(link, &readers, extents, middle, sums)
                    .or_else(|| tabulate(link, &readers, extents, middle, dims))?,
            );
        }
        used.extend(readers);
    }
    for link in &outer.links {
        if used.contains(&link) {
            continue;
        }
        let axes = link.axes();
        if axes.is_empty() {
            links.push(link.clone());
            continue;
        }
        let places: Vec<Option<usize>> =
            axes.iter().map(|a| renamed.iter().find(|(axis, _)| axis == a).map(|(_, to)| *to)).collect();
        if let Some(places) = places.iter().copied().collect::<Option<Vec<_>>>() {
            links.push(rename_axes(link, &places));
        } else if places.iter().all(Option::is_none) {
            // The inner view does not depend on these axes.
            let plain = matches!(link, Link::Affine { windows, .. } if windows.is_empty());
            if masks == Masks::Keep && !(plain && in_range(link, extents, middle)) {
                return None;
            }
        } else {
            return None;
        }
    }
    let view = View { source: inner.source, links };
    view.check(extents, dims).is_ok().then_some(view)
}

/// Whether `link` ties all labels and all axes index for index: in row-major order, as many on one side as on the other.
pub(super) fn is_reshape(link: &Link, extents: &[u32], dims: &[u32]) -> bool {
    let Link::Affine { labels, windows, axes, offset: 0 } = link else { return false };
    let mut stride = 1i64;
    for (label, s) in labels.iter().rev() {
        if i64::from(*s) != stride {
            return false;
        }
        stride = stride.saturating_mul(extents.get(*label).copied().unwrap_or(1).into());
    }
    windows.is_empty() && stride == axes.iter().map(|a| i64::from(dims.get(*a).copied().unwrap_or(1))).product::<i64>()
}

fn rename_labels(link: &Link, place: impl Fn(usize) -> Option<usize>) -> Option<Link> {
    Some(match link {
        Link::Affine { labels, windows, axes, offset } => Link::Affine {
            labels: labels.iter().map(|(l, s)| Some((place(*l)?, *s))).collect::<Option<_>>()?,
            windows: windows.clone(),
            axes: axes.clone(),
            offset: *offset,
        },
        Link::Table { label, axis, index } => Link::Table { label: place(*label)?, axis: *axis, index: index.clone() },
    })
}

fn rename_axes(link: &Link, places: &[usize]) -> Link {
    match link {
        Link::Affine { labels, windows, offset, .. } => {
            Link::Affine { labels: labels.clone(), windows: windows.clone(), axes: places.to_vec(), offset: *offset }
        }
        Link::Table { label, axis, index } => {
            Link::Table { label: *label, axis: places.first().copied().unwrap_or(*axis), index: index.clone() }
        }
    }
}

/// Whether every tuple of labels is tied to an index.
pub(super) fn in_range(link: &Link, extents: &[u32], dims: &[u32]) -> bool {
    match link {
        Link::Affine { labels, windows, axes, offset } => {
            let size = |n: u32| i64::from(n) - 1;
            let steps = labels.iter().map(|(l, s)| (size(extents.get(*l).copied().unwrap_or(1)), *s));
            let steps = steps.chain(windows.iter().map(|(n, s)| (size(*n), *s)));
            let (mut lo, mut hi) = (i64::from(*offset), i64::from(*offset));
            for (last, stride) in steps {
                let reach = last * i64::from(stride);
                lo += reach.min(0);
                hi += reach.max(0);
            }
            let total: i64 = axes.iter().map(|a| i64::from(dims.get(*a).copied().unwrap_or(1))).product();
            lo >= 0 && hi < total
        }
        Link::Table { index, .. } => index.iter().all(Option::is_some),
    }
}

/// An affine link over affine links of one axis each that never leave it; `sums` are the labels after the axes.
fn substitute(link: &Link, readers: &[&Link], extents: &[u32], middle: &[u32], sums: &[usize]) -> Option<Link> {
    let Link::Affine { labels, windows, axes, offset } = link else { return None };
    let (mut all, mut all_windows, mut start) = (Vec::new(), windows.clone(), *offset);
    for (label, stride) in labels {
        if let Some(sum) = label.checked_sub(middle.len()) {
            all.push((*sums.get(sum)?, *stride));
            continue;
        }
        let reader = readers.iter().find(|reader| reader.axes()[..] == [*label])?;
        let Link::Affine { labels, windows, offset, .. } = reader else { return None };
        if !in_range(reader, extents, middle) {
            return None;
        }
        for (l, s) in labels {
            all.push((*l, s.checked_mul(*stride)?));
        }
        for (n, s) in windows {
            all_windows.push((*n, s.checked_mul(*stride)?));
        }
        start = start.checked_add(offset.checked_mul(*stride)?)?;
    }
    Some(Link::Affine { labels: all, windows: all_windows, axes: axes.clone(), offset: start })
}

/// A link of one label and one axis over another such: a table.
fn tabulate(link: &Link, readers: &[&Link], extents: &[u32], middle: &[u32], dims: &[u32]) -> Option<Link> {
    let [reader] = readers else { return None };
    let (first, second) = (index(reader, extents, middle)?, index(link, middle, dims)?);
    let (label, axis) = (*reader.labels().first()?, *link.axes().first()?);
    let index = first.iter().map(|i| second.get((*i)? as usize).copied().flatten()).collect();
    Some(Link::Table { label, axis, index })
}

/// The index for each value of the one label, where there is at most one.
fn index(link: &Link, extents: &[u32], dims: &[u32]) -> Option<Vec<Option<u32>>> {
    match link {
        Link::Table { index, .. } => Some(index.clone()),
        Link::Affine { labels, windows, axes, offset } if windows.is_empty() => {
            let ([(label, stride)], [axis]) = (&labels[..], &axes[..]) else { return None };
            let dim = i64::from(dims.get(*axis).copied().unwrap_or(1));
            let at = |i: u32| i64::from(*offset) + i64::from(*stride) * i64::from(i);
            let entry = |i: u32| u32::try_from(at(i)).ok().filter(|v| i64::from(*v) < dim);
            Some((0..extents.get(*label).copied().unwrap_or(1)).map(entry).collect())
        }
        Link::Affine { .. } => None,
    }
}
