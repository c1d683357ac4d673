//! Views that read 0 for padded labels.

use crate::view::{Link, View};

/// Makes `view` read 0 at the padding of `label`.
pub(super) fn mask(view: &mut View, label: usize, extents: &[u32]) {
    match view.links.iter_mut().find(|link| link.labels().contains(&label)) {
        Some(link) => *link = masked(link, extents),
        None => {
            view.links.push(Link::Affine { labels: vec![(label, 0)], windows: vec![], axes: vec![], offset: 0 });
        }
    }
}

/// A link that ties real indices as `link` does, and is not free.
fn masked(link: &Link, extents: &[u32]) -> Link {
    match link {
        Link::Affine { labels, windows, axes, offset } => match (&labels[..], &axes[..]) {
            ([(label, 1)], [axis]) if windows.is_empty() && *offset == 0 => {
                let extent = extents.get(*label).copied().unwrap_or(1);
                Link::Table { label: *label, axis: *axis, index: (0..extent).map(Some).collect() }
            }
            // A window of one index changes nothing but that padding is not read.
            _ => {
                let windows = windows.iter().copied().chain([(1, 0)]).collect();
                Link::Affine { labels: labels.clone(), windows, axes: axes.clone(), offset: *offset }
            }
        },
        Link::Table { .. } => link.clone(),
    }
}
