//! Within a sum: terms that add nothing go, a product with one number is a move, equal views are read once, constants are
//! one constant.

use super::graph::{extents, labels, materialized, over};
use crate::float::{FloatModel, Move, Op, Source, Term, View};

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for i in 0..model.nodes.len() {
        let Some((Op::Sum(terms), dims)) = model.nodes.get(i).map(|n| (&n.op, &n.dims)) else { continue };
        let (before, dims) = (terms.clone(), dims.clone());
        let mut terms = before.clone();
        terms.iter_mut().for_each(|term| simplify(model, term));
        equal(&mut terms);
        constants(model, &mut terms, &dims);
        let idle = |term: &Term<f64>| match term {
            Term::Move(m) => m.coefficient == 0.0,
            Term::Product(p) => p.coefficient == 0.0,
        };
        if terms.iter().any(|term| !idle(term) && reads_tensor(term)) {
            terms.retain(|term| !idle(term));
        }
        if terms != before
            && let Some(node) = model.nodes.get_mut(i)
        {
            node.op = Op::Sum(terms);
            changed = true;
        }
    }
    changed
}

fn reads_tensor(term: &Term<f64>) -> bool {
    let tensor = |view: &View| matches!(view.source, Source::Tensor(_));
    match term {
        Term::Move(m) => tensor(&m.view),
        Term::Product(p) => tensor(&p.left) || tensor(&p.right),
    }
}

/// A constant factor goes left; one of a single element is the coefficient.
fn simplify(model: &FloatModel, term: &mut Term<f64>) {
    let Term::Product(product) = term else { return };
    if let (Source::Tensor(_), Source::Constant(_)) = (product.left.source, product.right.source) {
        std::mem::swap(&mut product.left, &mut product.right);
    }
    if let (Source::Constant(i), Source::Tensor(_)) = (product.left.source, product.right.source)
        && product.sums.is_empty()
        && product.left.links.is_empty()
        && let Some([factor]) = model.constants.get(i).map(|c| &c.data[..])
    {
        *term = Term::Move(Move { coefficient: product.coefficient * factor, view: product.right.clone() });
    }
}

fn equal(terms: &mut Vec<Term<f64>>) {
    let mut kept: Vec<Term<f64>> = Vec::new();
    for term in terms.drain(..) {
        let same = kept.iter_mut().find_map(|other| match (other, &term) {
            (Term::Move(a), Term::Move(b)) if a.view == b.view => Some((&mut a.coefficient, b.coefficient)),
            (Term::Product(a), Term::Product(b)) if (&a.sums, &a.left, &a.right) == (&b.sums, &b.left, &b.right) => {
                Some((&mut a.coefficient, b.coefficient))
            }
            _ => None,
        });
        match same {
            Some((coefficient, more)) => *coefficient += more,
            None => kept.push(term),
        }
    }
    *terms = kept;
}

/// Joins constant moves of which one has all the labels of the other.
fn constants(model: &mut FloatModel, terms: &mut Vec<Term<f64>>, dims: &[u32]) {
    let constant = |term: &Term<f64>| match term {
        Term::Move(m) if matches!(m.view.source, Source::Constant(_)) => Some(m.clone()),
        _ => None,
    };
    loop {
        let all: Vec<(usize, Move<f64>)> =
            terms.iter().enumerate().filter_map(|(i, t)| Some((i, constant(t)?))).collect();
        let within = |a: &Move<f64>, b: &Move<f64>| {
            let of_b = labels(&b.view);
            labels(&a.view).iter().all(|l| of_b.contains(l))
        };
        let pair =
            all.iter().flat_map(|a| all.iter().map(move |b| (a, b))).find(|(a, b)| a.0 != b.0 && within(&a.1, &b.1));
        let Some(((i, a), (j, b))) = pair else { return };
        let kept = labels(&b.view);
        let sizes = super::graph::extents_of(&kept, dims);
        let place = |l: usize| kept.iter().position(|k| *k == l);
        let renamed = |m: &Move<f64>| {
            Some(Term::Move(Move { coefficient: m.coefficient, view: super::graph::relabel(&m.view, place)? }))
        };
        let (Some(first), Some(second)) = (renamed(b), renamed(a)) else { return };
        let data = super::graph::evaluate(model, &sizes, &Op::Sum(vec![first, second]));
        let name = super::graph::constant_name(model, b.view.source);
        let source = super::graph::add_constant(model, name, sizes, data);
        if let Some(slot) = terms.get_mut(*j) {
            *slot = Term::Move(Move { coefficient: 1.0, view: over(source, &kept) });
        }
        let gone = *i;
        terms.remove(gone);
    }
}

/// Constant factors whose links are no identities become constants over the labels.
pub(super) fn plain_constants(model: &mut FloatModel) {
    for i in 0..model.nodes.len() {
        let Some((Op::Sum(terms), dims)) = model.nodes.get(i).map(|n| (&n.op, &n.dims)) else { continue };
        let (mut terms, dims) = (terms.clone(), dims.clone());
        for term in &mut terms {
            let (view, extents) = match term {
                Term::Move(m) => (&mut m.view, dims.clone()),
                Term::Product(p) => (&mut p.left, extents(&dims, &p.sums)),
            };
            let plain = super::graph::identities(view, &extents, model.source_dims(view.source)).is_some();
            if matches!(view.source, Source::Constant(_))
                && !plain
                && let Some(new) = materialized(model, 1.0, view, &extents)
            {
                *view = new;
            }
        }
        if let Some(node) = model.nodes.get_mut(i) {
            node.op = Op::Sum(terms);
        }
    }
}
