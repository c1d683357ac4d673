//! A product with a constant takes in the linear operation that its other factor is: normalization before a convolution,
//! or another product with a constant where together they have no more weights.

use super::compose::{Masks, compose};
use super::graph::{add_constant, evaluate, extents, extents_of, labels, multiplied, over, reads, terms};
use super::inline_sums::grown;
use crate::float::{FloatModel, Move, Op, Product, Source, Term, View};

/// Products that evaluating one summand may cost.
const MAX_WORK: u64 = 1 << 31;
/// Elements of a summand beyond those of the weights.
const MAX_SUMMAND: usize = 1 << 20;

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        while fold(model, i).is_some() {
            changed = true;
        }
    }
    changed
}

fn fold(model: &mut FloatModel, i: usize) -> Option<()> {
    let id = model.inputs.len() + i;
    let outer = terms(model, id)?.to_vec();
    let reads = reads(model);
    for (at, term) in outer.iter().enumerate() {
        let Term::Product(product) = term else { continue };
        let (Source::Constant(_), Source::Tensor(inner)) = (product.left.source, product.right.source) else {
            continue;
        };
        if reads.get(inner) != Some(&1) {
            continue;
        }
        let kept = model.constants.len();
        if let Some(folded) = folded(model, id, product, inner) {
            let mut all = outer.clone();
            all.splice(at..=at, folded);
            model.nodes.get_mut(i)?.op = Op::Sum(all);
            return Some(());
        }
        model.constants.truncate(kept);
    }
    None
}

/// `product` of tensor `outer`, over what tensor `inner` reads.
fn folded(model: &mut FloatModel, outer: usize, product: &Product<f64>, inner: usize) -> Option<Vec<Term<f64>>> {
    let all = terms(model, inner)?.to_vec();
    let of_tensor = |term: &&Term<f64>| match term {
        Term::Move(m) => matches!(m.view.source, Source::Tensor(_)),
        Term::Product(_) => true,
    };
    // Of two tensors, each would be multiplied by all weights.
    if all.iter().filter(of_tensor).count() != 1 {
        return None;
    }
    let (out, middle) = (model.dims(outer).to_vec(), model.dims(inner).to_vec());
    let extents = extents(&out, &product.sums);
    all.iter()
        .map(|term| match term {
            Term::Move(m) if matches!(m.view.source, Source::Tensor(_)) => {
                let dims = model.source_dims(m.view.source).to_vec();
                let right = compose(&product.right, &m.view, &extents, &middle, &dims, &[], Masks::Keep)?;
                let used = (out.len()..extents.len()).all(|l| right.uses(l) || extents.get(l) == Some(&1));
                let coefficient = product.coefficient * m.coefficient;
                used.then(|| Term::Product(Product { coefficient, right, ..product.clone() }))
            }
            Term::Move(m) => summand(model, product, m, &out, &extents, &middle),
            Term::Product(p) if p.sums.is_empty() => scaled(model, product, p, &out, &extents, &middle),
            Term::Product(p) => contracted(model, product, p, &out, &middle),
        })
        .collect()
}

/// The constant that `product` gives for `m`, a constant summand of the tensor of dimensions `middle` that it reads.
fn summand(
    model: &mut FloatModel,
    product: &Product<f64>,
    m: &Move<f64>,
    out: &[u32],
    extents: &[u32],
    middle: &[u32],
) -> Option<Term<f64>> {
    let dims = model.source_dims(m.view.source).to_vec();
    let mut term = Product { coefficient: product.coefficient, sums: product.sums.clone(), ..product.clone() };
    term.right = match compose(&product.right, &m.view, extents, middle, &dims, &[], Masks::Keep) {
        Some(view) => view,
        // Where the product reads 0 beyond borders, it does not read the summand either.
        None => {
            let data = evaluate(model, middle, &Op::Sum(vec![Term::Move(m.clone())]));
            let source = add_constant(model, super::graph::constant_name(model, m.view.source), middle.to_vec(), data);
            View { source, links: product.right.links.clone() }
        }
    };
    if term.right.source == m.view.source {
        term.coefficient *= m.coefficient;
    }
    let mut kept: Vec<usize> = labels(&term.left).into_iter().chain(labels(&term.right)).collect();
    kept.sort_unstable();
    kept.dedup();
    kept.retain(|l| *l < out.len());
    let dims = extents_of(&kept, extents);
    let size = dims.iter().fold(1usize, |t, n| t.saturating_mul(*n as usize));
    let work = product.sums.iter().fold(size as u64, |t, n| t.saturating_mul(u64::from(*n)));
    if size > MAX_SUMMAND || work > MAX_WORK {
        return None;
    }
    let place = |l: usize| match l.checked_sub(out.len()) {
        Some(sum) => Some(kept.len() + sum),
        None => kept.iter().position(|k| *k == l),
    };
    term.left = super::graph::relabel(&term.left, place)?;
    term.right = super::graph::relabel(&term.right, place)?;
    let name = super::graph::constant_name(model, m.view.source);
    let data = evaluate(model, &dims, &Op::Sum(vec![Term::Product(term)]));
    let (kept, dims, data) = collapsed(kept, dims, data);
    let source = add_constant(model, name, dims, data);
    Some(Term::Move(Move { coefficient: 1.0, view: over(source, &kept) }))
}

/// Drops the axes along which `data` is the same.
fn collapsed(labels: Vec<usize>, dims: Vec<u32>, data: Vec<f64>) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
    let (mut kept, mut sizes, mut data) = (Vec::new(), Vec::new(), data);
    // From the innermost axis out: `inner` elements lie between neighbours along the axis.
    let mut inner = 1;
    for (label, n) in labels.into_iter().zip(dims).rev() {
        let run = inner * n as usize;
        let same = |chunk: &[f64]| chunk.get(..inner).is_some_and(|first| chunk.chunks(inner).all(|c| c == first));
        if data.chunks(run).all(same) {
            data = data.chunks(run).flat_map(|chunk| chunk.iter().copied().take(inner)).collect();
        } else {
            kept.insert(0, label);
            sizes.insert(0, n);
            inner = run;
        }
    }
    (kept, sizes, data)
}

/// `product` of a tensor that is `p`, a tensor times a constant.
fn scaled(
    model: &mut FloatModel,
    product: &Product<f64>,
    p: &Product<f64>,
    out: &[u32],
    extents: &[u32],
    middle: &[u32],
) -> Option<Term<f64>> {
    let (Source::Constant(_), Source::Tensor(_)) = (p.left.source, p.right.source) else { return None };
    let through = |view: &View, dims: &[u32], masks| compose(&product.right, view, extents, middle, dims, &[], masks);
    let right = through(&p.right, model.source_dims(p.right.source), Masks::Keep)?;
    let factor = through(&p.left, model.source_dims(p.left.source), Masks::Drop)?;
    let left = grown(model, 1.0, &factor, &product.left, extents)?;
    let used = (out.len()..extents.len()).all(|l| left.uses(l) && right.uses(l));
    let coefficient = product.coefficient * p.coefficient;
    used.then(|| Term::Product(Product { coefficient, sums: product.sums.clone(), left, right }))
}

/// `product` of a tensor that is `p`, another product with a constant: one product, if it has no more weights.
fn contracted(
    model: &mut FloatModel,
    product: &Product<f64>,
    p: &Product<f64>,
    out: &[u32],
    middle: &[u32],
) -> Option<Term<f64>> {
    let (Source::Constant(_), Source::Tensor(_)) = (p.left.source, p.right.source) else { return None };
    let before = extents(out, &product.sums);
    let all: Vec<u32> = before.iter().chain(&p.sums).copied().collect();
    let sums: Vec<usize> = (before.len()..all.len()).collect();
    let through = |view: &View, dims: &[u32]| compose(&product.right, view, &all, middle, dims, &sums, Masks::Keep);
    let right = through(&p.right, model.source_dims(p.right.source))?;
    let factor = through(&p.left, model.source_dims(p.left.source))?;
    let gone: Vec<usize> = (out.len()..all.len()).filter(|l| !right.uses(*l)).collect();
    let size = |labels: &[usize]| {
        labels
            .iter()
            .fold(1usize, |t, l| t.saturating_mul(extents_of(&[*l], &all).iter().map(|n| *n as usize).product()))
    };
    let mut kept: Vec<usize> = labels(&product.left).into_iter().chain(labels(&factor)).collect();
    kept.sort_unstable();
    kept.dedup();
    let work = size(&kept) as u64;
    kept.retain(|l| !gone.contains(l));
    if work > MAX_WORK || size(&kept) > size(&labels(&product.left)) + size(&labels(&factor)) {
        return None;
    }
    let left = multiplied(model, 1.0, [&product.left, &factor], &all, &gone)?;
    // The labels that are left move together.
    let summed: Vec<usize> = (out.len()..all.len()).filter(|l| !gone.contains(l)).collect();
    let place = |l: usize| match l < out.len() {
        true => Some(l),
        false => summed.iter().position(|s| *s == l).map(|at| out.len() + at),
    };
    let (left, right) = (super::graph::relabel(&left, place)?, super::graph::relabel(&right, place)?);
    let used = (0..summed.len()).all(|s| left.uses(out.len() + s) && right.uses(out.len() + s));
    let coefficient = product.coefficient * p.coefficient;
    used.then(|| Term::Product(Product { coefficient, sums: extents_of(&summed, &all), left, right }))
}
