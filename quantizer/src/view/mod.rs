//! How an operation reads a tensor: index maps that are separate for each axis.
//!
//! An operation has *labels*: one for each axis of its result (`0..rank`), then one for each index it sums over. A
//! [`View`] gives the value of a source for every tuple of labels. Its [`Link`]s tie labels to axes of the source, each axis of
//! more than one element by exactly one link, each label by at most one. A label in no link is broadcast: the value does not
//! depend on it. A tuple of labels that a link ties to nothing reads 0; one that it ties to several cells reads their sum.
//!
//! That one form covers what networks do with indices: convolution windows (`h = stride i + dilation u - pad`, over labels
//! `i` of the result and `u` summed), slices, strides, padding, reversal, concatenation, tiling, window and whole-axis
//! sums, splitting and merging of axes (reshape), transposition and broadcast.
//!
//! # Padding
//! Labels and axes are stored as powers of two. A *free* link ties stored indices bit by bit, padding included, and costs a
//! proof nothing. Any other link ties real indices only: padded labels read 0.

mod link;

pub use link::{Link, Solution};

/// A tensor that an operation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A computed tensor.
    Tensor(usize),
    /// A constant of the model. Its padding is 0.
    Constant(usize),
}

/// A source, as a function of labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// What is read.
    pub source: Source,
    /// How labels and axes are tied; disjoint.
    pub links: Vec<Link>,
}

/// `coefficient * view`, over the labels of the result alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move<C> {
    /// Factor.
    pub coefficient: C,
    /// What is read.
    pub view: View,
}

/// A summand of a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term<C> {
    /// A moved tensor.
    Move(Move<C>),
    /// `coefficient * sum over the summed labels of left * right`.
    Product(Product<C>),
}

/// `coefficient * sum over the summed labels of left * right`: matrix products, convolutions, elementwise products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product<C> {
    /// Factor.
    pub coefficient: C,
    /// Extents of the summed labels, numbered from the rank of the result.
    pub sums: Vec<u32>,
    /// First factor; all its links are free. Weights, where there are weights.
    pub left: View,
    /// Second factor.
    pub right: View,
}

impl View {
    /// The whole of `source`, axis for label, where both have these dimensions.
    pub fn identity(source: Source, dims: &[u32]) -> Self {
        let links = (0..dims.len()).filter(|i| dims.get(*i).is_some_and(|n| *n > 1)).map(|i| Link::identity(i, i));
        Self { source, links: links.collect() }
    }

    /// Checks the view: `extents` of all labels, `dims` of the source.
    ///
    /// # Errors
    /// What is wrong: what was expected, and what there is.
    pub fn check(&self, extents: &[u32], dims: &[u32]) -> Result<(), (String, String)> {
        let mut labels = vec![false; extents.len()];
        let mut axes = vec![false; dims.len()];
        let mark = |seen: &mut Vec<bool>, what: &str, i: usize, sizes: &[u32]| match seen.get_mut(i) {
            Some(seen) if !*seen && sizes.get(i).is_some_and(|n| *n > 1) => {
                *seen = true;
                Ok(())
            }
            _ => Err((format!("each {what} of more than one element linked once"), format!("{what} {i}"))),
        };
        for link in &self.links {
            link.check(extents, dims)?;
            for label in link.labels() {
                mark(&mut labels, "label", label, extents)?;
            }
            for axis in link.axes() {
                mark(&mut axes, "axis", axis, dims)?;
            }
        }
        match axes.iter().zip(dims).position(|(linked, n)| !linked && *n > 1) {
            Some(axis) => Err(("every axis of more than one element linked".into(), format!("axis {axis} is not"))),
            None => Ok(()),
        }
    }

    /// Whether all links are free.
    pub fn is_free(&self, extents: &[u32], dims: &[u32]) -> bool {
        self.links.iter().all(|link| link.is_free(extents, dims))
    }

    /// Whether the view depends on `label`.
    pub fn uses(&self, label: usize) -> bool {
        self.links.iter().any(|link| link.labels().contains(&label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affine(labels: &[(usize, i32)], windows: &[(u32, i32)], axes: &[usize], offset: i32) -> Link {
        Link::Affine { labels: labels.to_vec(), windows: windows.to_vec(), axes: axes.to_vec(), offset }
    }

    /// `(label, axis, count)` of each solution, as stored indices.
    fn solutions(link: &Link, extents: &[u32], dims: &[u32]) -> Vec<(usize, usize, u32)> {
        link.check(extents, dims).unwrap();
        link.solutions(extents, dims).into_iter().map(|s| (s.label, s.axis, s.count)).collect()
    }

    #[test]
    fn identity_is_free_and_ties_like_to_like() {
        let link = Link::identity(0, 1);
        assert!(link.is_free(&[5], &[2, 5]) && link.is_free(&[5], &[2, 7]));
        assert!(!link.is_free(&[5], &[2, 4]) && !link.is_free(&[7], &[2, 5]) && !link.is_free(&[4], &[2, 5]));
        assert_eq!(solutions(&link, &[3], &[2, 5]), [(0, 0, 1), (1, 1, 1), (2, 2, 1)]);
        assert_eq!(solutions(&link, &[3], &[2, 2]), [(0, 0, 1), (1, 1, 1)]);
    }

    #[test]
    fn strided_padded_window() {
        // h = 2 i + u - 1, 5 rows, 3 positions, 2 taps: label index 2 i + u.
        let link = affine(&[(0, 2), (1, 1)], &[], &[0], -1);
        assert_eq!(solutions(&link, &[3, 2], &[5]), [(1, 0, 1), (2, 1, 1), (3, 2, 1), (4, 3, 1), (5, 4, 1)]);
        // The same taps summed inside the link; positions are stored as they are.
        let pooled = affine(&[(0, 2)], &[(2, 1)], &[0], -1);
        assert_eq!(solutions(&pooled, &[3], &[5]), [(0, 0, 1), (1, 1, 1), (1, 2, 1), (2, 3, 1), (2, 4, 1)]);
    }

    #[test]
    fn one_cell_in_several_ways_is_counted() {
        let link = affine(&[(0, 1)], &[(2, 1), (2, -1)], &[0], 0);
        // 0 + {0, 1} - {0, 1}: -1 is outside, 0 comes twice.
        assert_eq!(solutions(&link, &[2], &[3]), [(0, 0, 2), (0, 1, 1), (1, 0, 1), (1, 1, 2), (1, 2, 1)]);
        assert_eq!(solutions(&affine(&[], &[(3, 0)], &[0], 1), &[], &[2]), [(0, 1, 3)]);
    }

    #[test]
    fn reversal_and_tables() {
        assert_eq!(solutions(&affine(&[(0, -1)], &[], &[0], 2), &[3], &[3]), [(0, 2, 1), (1, 1, 1), (2, 0, 1)]);
        let table = Link::Table { label: 0, axis: 0, index: vec![Some(1), None, Some(1)] };
        assert_eq!(solutions(&table, &[3], &[2]), [(0, 1, 1), (2, 1, 1)]);
        assert!(!table.is_free(&[3], &[2]));
    }

    #[test]
    fn merged_axes_are_row_major_over_real_elements_and_stored_as_powers_of_two() {
        // Six elements as 2 x 3: elements 3, 4, 5 are stored at 4, 5, 6.
        let link = affine(&[(0, 1)], &[], &[0, 1], 0);
        let tied = [(0, 0, 1), (1, 1, 1), (2, 2, 1), (3, 4, 1), (4, 5, 1), (5, 6, 1)];
        assert_eq!(solutions(&link, &[6], &[2, 3]), tied);
        assert!(!link.is_free(&[6], &[2, 3]));
        // As 3 x 2 the bits are the same; and a split is a merge read backwards.
        assert!(link.is_free(&[6], &[3, 2]));
        assert!(affine(&[(0, 2), (1, 1)], &[], &[0], 0).is_free(&[3, 2], &[6]));
        assert!(!affine(&[(0, 1), (1, 3)], &[], &[0], 0).is_free(&[3, 2], &[6]));
        assert!(!affine(&[(0, 2), (1, 1)], &[], &[0], 0).is_free(&[3, 2], &[7]));
        assert!(affine(&[(0, 4), (1, 1)], &[], &[0, 1], 0).is_free(&[3, 4], &[6, 2]));
    }

    #[test]
    fn free_links_tie_equal_bits() {
        let cases: [(&[u32], &[u32]); 4] = [(&[5], &[7]), (&[6], &[3, 2]), (&[3, 2], &[6]), (&[5, 4], &[10, 2])];
        for (extents, dims) in cases {
            let mut stride = extents.iter().product::<u32>() as i32;
            let labels = extents.iter().enumerate().map(|(l, n)| {
                stride /= *n as i32;
                (l, stride)
            });
            let axes: Vec<usize> = (0..dims.len()).collect();
            let link = affine(&labels.collect::<Vec<_>>(), &[], &axes, 0);
            assert!(link.is_free(extents, dims));
            let tied = solutions(&link, extents, dims);
            assert_eq!(tied.len() as u32, extents.iter().product::<u32>());
            assert!(tied.iter().all(|(label, axis, count)| label == axis && *count == 1));
        }
    }

    #[test]
    fn a_mask_ties_real_labels_to_nothing_else() {
        let mask = affine(&[(0, 0)], &[], &[], 0);
        assert_eq!(solutions(&mask, &[3], &[]), [(0, 0, 1), (1, 0, 1), (2, 0, 1)]);
        assert!(!mask.is_free(&[3], &[]));
    }

    #[test]
    fn each_label_and_axis_is_linked_once() {
        let source = Source::Tensor(0);
        let view = |links: Vec<Link>| View { source, links };
        assert!(View::identity(source, &[3, 1, 4]).check(&[3, 1, 4], &[3, 1, 4]).is_ok());
        assert!(view(vec![Link::identity(2, 0)]).check(&[5, 5, 3], &[3]).is_ok(), "broadcast labels");
        let refused = [
            view(vec![]),
            view(vec![Link::identity(0, 0), Link::identity(0, 0)]),
            view(vec![Link::identity(1, 0)]),
            view(vec![Link::identity(0, 1)]),
            view(vec![Link::identity(0, 0), affine(&[], &[], &[1], 0)]),
            view(vec![Link::identity(9, 0)]),
        ];
        for view in refused {
            assert!(view.check(&[3, 1], &[3, 1]).is_err(), "{view:?}");
        }
    }
}
