//! Links for what operators do along axes.

use crate::float::Link;

/// Ties label `label` to element `index[label]` of an axis of `dim` elements, at least one of them; where the axis has one
/// element, labels that are tied to it lie side by side. `None` where the label or axis needs no link.
pub(super) fn select(label: usize, axis: usize, dim: u32, index: &[Option<u32>]) -> Option<Link> {
    let tied: Vec<(i64, i64)> = (0..).zip(index).filter_map(|(l, i)| i.map(|i| (l, i64::from(i)))).collect();
    let &[(first, start), ..] = tied.as_slice() else { return None };
    let affine = |labels, windows, axes, offset| Some(Link::Affine { labels, windows, axes, offset });
    match (index.len(), dim) {
        (1, 1) => None,
        (1, _) => affine(vec![], vec![], vec![axis], start as i32),
        (_, 1) if tied.len() == index.len() => None,
        (_, 1) => {
            let windows = if tied.len() > 1 { vec![(tied.len() as u32, -1)] } else { vec![] };
            affine(vec![(label, 1)], windows, vec![], -first as i32)
        }
        _ => {
            let stride = match tied.get(1) {
                Some((l, i)) => (i - start) / (l - first),
                // One element alone: the next label is beyond the axis.
                None => i64::from(dim),
            };
            let offset = start - stride * first;
            let at = |l: i64| u32::try_from(stride * l + offset).ok().filter(|i| *i < dim);
            match i32::try_from(offset) {
                Ok(offset) if stride != 0 && (0..).zip(index).all(|(l, i)| at(l) == *i) => {
                    affine(vec![(label, stride as i32)], vec![], vec![axis], offset)
                }
                _ => Some(Link::Table { label, axis, index: index.to_vec() }),
            }
        }
    }
}

/// Ties label `label` to an axis of `dim` elements, the first of them to `start`.
pub(super) fn shifted(label: usize, axis: usize, dim: u32, start: i32) -> Link {
    let axes = if dim > 1 { vec![axis] } else { vec![] };
    Link::Affine { labels: vec![(label, 1)], windows: vec![], axes, offset: -start }
}

/// Ties labels of extents `to` to axes of as many elements, `from`, in row-major order: in groups as small as can be.
pub(super) fn reshape(from: &[u32], to: &[u32]) -> Vec<Link> {
    let mut links = Vec::new();
    let (mut labels, mut axes) = (to.iter().enumerate(), from.iter().enumerate());
    let (mut group, mut elements) = ((Vec::new(), Vec::new()), (1u64, 1u64));
    loop {
        // The side that has fewer elements so far takes the next dimension.
        let (side, members, count) = if elements.0 <= elements.1 {
            (labels.next(), &mut group.0, &mut elements.0)
        } else {
            (axes.next(), &mut group.1, &mut elements.1)
        };
        match side {
            Some((_, 1)) => continue,
            Some((i, n)) => {
                members.push((i, *n));
                *count = count.saturating_mul(u64::from(*n));
            }
            None => break,
        }
        if elements.0 == elements.1 {
            let (labels, axes) = std::mem::take(&mut group);
            let axes = axes.into_iter().map(|(i, _)| i).collect();
            links.push(Link::Affine { labels: strides(&labels), windows: vec![], axes, offset: 0 });
            elements = (1, 1);
        }
    }
    links
}

/// Labels with their row-major strides, from labels with their extents.
fn strides(labels: &[(usize, u32)]) -> Vec<(usize, i32)> {
    let mut stride = 1i32;
    let mut out = Vec::new();
    for (label, n) in labels.iter().rev() {
        out.push((*label, stride));
        stride = stride.saturating_mul(*n as i32);
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_affine_where_they_can_be() {
        let affine = |labels, windows, axes, offset| Some(Link::Affine { labels, windows, axes, offset });
        let some = |index: &[u32]| index.iter().map(|i| Some(*i)).collect::<Vec<_>>();
        assert_eq!(select(2, 1, 4, &some(&[0, 1, 2, 3])), Some(Link::identity(2, 1)));
        assert_eq!(select(2, 1, 9, &some(&[8, 5, 2])), affine(vec![(2, -3)], vec![], vec![1], 8));
        assert_eq!(select(2, 1, 2, &[None, None, Some(0), Some(1), None]), affine(vec![(2, 1)], vec![], vec![1], -2));
        assert_eq!(select(2, 1, 4, &some(&[3])), affine(vec![], vec![], vec![1], 3));
        assert_eq!(select(2, 1, 1, &some(&[0])), None);
        assert_eq!(select(2, 1, 1, &some(&[0, 0])), None);
        assert_eq!(select(2, 1, 1, &[None, Some(0)]), affine(vec![(2, 1)], vec![], vec![], -1));
        assert_eq!(select(2, 1, 1, &[None, Some(0), Some(0)]), affine(vec![(2, 1)], vec![(2, -1)], vec![], -1));
        // Label 0 would continue the line to an element that it is not tied to.
        let index = [None, Some(1), Some(2)];
        assert_eq!(select(2, 1, 4, &index), Some(Link::Table { label: 2, axis: 1, index: index.to_vec() }));
        let alone = [None, Some(1), None];
        let link = select(0, 0, 3, &alone).unwrap();
        let ties: Vec<_> = link.solutions(&[3], &[3]).iter().map(|s| (s.label, s.axis, s.count)).collect();
        assert_eq!(ties, [(1, 1, 1)]);
    }

    #[test]
    fn reshapes_tie_the_smallest_groups() {
        let affine = |labels, axes| Link::Affine { labels, windows: vec![], axes, offset: 0 };
        let links = reshape(&[1, 6, 4, 5], &[2, 3, 20, 1]);
        assert_eq!(links, [affine(vec![(0, 3), (1, 1)], vec![1]), affine(vec![(2, 1)], vec![2, 3])]);
        assert_eq!(reshape(&[6, 4], &[4, 6]), [affine(vec![(0, 6), (1, 1)], vec![0, 1])]);
        assert_eq!(reshape(&[3, 1, 7], &[1, 3, 7, 1]), [Link::identity(1, 0), Link::identity(2, 2)]);
        assert_eq!(reshape(&[], &[1, 1]), []);
    }
}
