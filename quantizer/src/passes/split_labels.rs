//! A summed label that runs over several axes of a tensor becomes one label for each: the constant is reshaped instead of
//! the tensor (a dense layer on a flattened image).

use super::compose::is_reshape;
use super::graph::{extents, extents_of, identities};
use crate::float::{Constant, FloatModel, Link, Op, Product, Source, Term, View};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        let Some(node) = model.nodes.get(i) else { break };
        let Op::Sum(terms) = &node.op else { continue };
        let (dims, mut terms) = (node.dims.clone(), terms.clone());
        let mut split = false;
        for term in &mut terms {
            if let Term::Product(product) = term
                && let Some(new) = apart(model, product, &dims)
            {
                *product = new;
                split = true;
            }
        }
        if split && let Some(node) = model.nodes.get_mut(i) {
            node.op = Op::Sum(terms);
            changed = true;
        }
    }
    changed
}

fn apart(model: &mut FloatModel, product: &Product<f64>, out: &[u32]) -> Option<Product<f64>> {
    let Source::Constant(at) = product.left.source else { return None };
    let extents = extents(out, &product.sums);
    let dims = model.source_dims(product.right.source).to_vec();
    let (link, label) = product.right.links.iter().find_map(|link| match &link.labels()[..] {
        [label] if *label >= out.len() && link.axes().len() > 1 && is_reshape(link, &extents, &dims) => {
            Some((link.clone(), *label))
        }
        _ => None,
    })?;
    if link.is_free(&extents, &dims) {
        return None;
    }
    // The constant as one over the labels that it uses, each an axis.
    let left_dims = model.source_dims(product.left.source).to_vec();
    let pairs = identities(&product.left, &extents, &left_dims)?;
    let axis = pairs.iter().find(|(l, _)| *l == label).map(|(_, axis)| *axis)?;
    let parts: Vec<u32> = extents_of(&link.axes(), &dims);

    let constant = model.constants.get(at)?;
    let constant = Constant {
        name: constant.name.clone(),
        dims: left_dims
            .iter()
            .enumerate()
            .flat_map(|(a, n)| if a == axis { parts.clone() } else { vec![*n] })
            .collect(),
        data: constant.data.clone(),
    };
    // Labels after the split one move up, and so do axes of the constant.
    let more = parts.len() - 1;
    let label_up = |l: usize| if l > label { l + more } else { l };
    let axis_up = |a: usize| if a > axis { a + more } else { a };
    let mut left_links: Vec<Link> =
        pairs.iter().filter(|(l, _)| *l != label).map(|(l, a)| Link::identity(label_up(*l), axis_up(*a))).collect();
    left_links.extend(
        (0..parts.len()).filter(|k| parts.get(*k).is_some_and(|n| *n > 1)).map(|k| Link::identity(label + k, axis + k)),
    );
    let others = product.right.links.iter().filter(|other| **other != link);
    let mut right_links: Vec<Link> = others.map(|other| relabel_link(other, label_up)).collect();
    let split = link.axes().into_iter().zip(&parts).enumerate().filter(|(_, (_, n))| **n > 1);
    right_links.extend(split.map(|(k, (axis, _))| Link::identity(label + k, axis)));

    let position = label - out.len();
    let sums = product.sums.iter().enumerate().flat_map(|(s, n)| if s == position { parts.clone() } else { vec![*n] });
    model.constants.push(constant);
    let source = Source::Constant(model.constants.len() - 1);
    Some(Product {
        coefficient: product.coefficient,
        sums: sums.collect(),
        left: View { source, links: left_links },
        right: View { source: product.right.source, links: right_links },
    })
}

fn relabel_link(link: &Link, up: impl Fn(usize) -> usize) -> Link {
    match link {
        Link::Affine { labels, windows, axes, offset } => Link::Affine {
            labels: labels.iter().map(|(l, s)| (up(*l), *s)).collect(),
            windows: windows.clone(),
            axes: axes.clone(),
            offset: *offset,
        },
        Link::Table { label, axis, index } => Link::Table { label: up(*label), axis: *axis, index: index.clone() },
    }
}
