//! A gate, which is an element times a function of it however exporters spell that, is one function: GELU, SiLU, Mish.
//!
//! What is computed element by element from one tensor is a function of one variable. It is compared with the gates on a
//! grid that is fine around 0 and wide beyond, where all that they are made of has its bends.

use super::graph::{identities, node, tensors, views, views_mut};
use crate::float::{Constant, FloatModel, Function, Input, Node, Op, Output, Source, Term, View};

/// The functions that are recognized.
const GATES: [Function; 6] = [
    Function::Gelu,
    Function::GeluTanh,
    Function::Swish { alpha: 1.0 },
    Function::Swish { alpha: 1.702 },
    Function::Mish,
    Function::HardSwish,
];
/// Most nodes that one gate is spelled in.
const MAX_NODES: usize = 16;
/// Constants of exporters are of single precision.
const TOLERANCE: f64 = 1e-6;

pub(super) fn apply(model: &mut FloatModel) -> bool {
    let mut changed = false;
    for id in model.inputs.len()..model.inputs.len() + model.nodes.len() {
        changed |= recognize(model, id).is_some();
    }
    changed
}

fn recognize(model: &mut FloatModel, id: usize) -> Option<()> {
    let Op::Sum(terms) = &node(model, id)?.op else { return None };
    let gated = |term: &Term<f64>| match term {
        Term::Product(p) => {
            let computed = |view: &View| matches!(view.source, Source::Tensor(_));
            p.sums.is_empty() && computed(&p.left) && computed(&p.right)
        }
        Term::Move(_) => false,
    };
    if !terms.iter().any(gated) {
        return None;
    }
    let (source, inside) = variable(model, id)?;
    let x = grid();
    let y = on_grid(model, source, &inside, &x)?;
    let functions = GATES.iter().find_map(|gate| {
        let values: Vec<f64> = x.iter().map(|x| gate.eval(f64::from(*x))).collect();
        let largest = |v: &[f64]| v.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        // The factor by where both are largest: the end of the grid, where gates are the identity.
        let factor = y.last()? / values.last()?;
        let scale = largest(&values);
        let same = values.iter().zip(&y).zip(&x).all(|((gate, y), x)| {
            (gate * factor - y).abs() <= TOLERANCE * factor.abs() * f64::from(x.abs()).max(1e-3).min(scale)
        });
        let scaled = (factor != 1.0).then_some(Function::Affine { mul: factor, add: 0.0 });
        (same && factor.is_finite() && factor != 0.0).then(|| [*gate].into_iter().chain(scaled).collect::<Vec<_>>())
    })?;
    let at = id - model.inputs.len();
    model.nodes.get_mut(at)?.op = Op::Map { input: source, functions, exact: false };
    Some(())
}

/// The one tensor that tensor `id` is computed from element by element, and the tensors on the way, in order.
fn variable(model: &FloatModel, id: usize) -> Option<(usize, Vec<usize>)> {
    let mut inside = vec![id];
    let mut open = sources(model, id)?;
    loop {
        open.sort_unstable();
        open.dedup();
        match open[..] {
            [] => return None,
            [one] => {
                inside.sort_unstable();
                return Some((one, inside));
            }
            _ => {
                let latest = open.pop()?;
                if inside.len() == MAX_NODES {
                    return None;
                }
                inside.push(latest);
                open.extend(sources(model, latest)?);
            }
        }
    }
}

/// The tensors that `id` reads, if it does so element by element, and else only numbers.
fn sources(model: &FloatModel, id: usize) -> Option<Vec<usize>> {
    let Node { dims, op, .. } = node(model, id)?;
    let element_wise = match op {
        Op::Sum(terms) => terms.iter().all(|t| !matches!(t, Term::Product(p) if !p.sums.is_empty())),
        Op::Map { exact, .. } => !exact,
        Op::Max { .. } => true,
    };
    let same = |view: &&View| match view.source {
        Source::Constant(_) => view.links.is_empty(),
        Source::Tensor(from) => {
            let of_source = model.dims(from);
            let pairs = identities(view, dims, of_source);
            dims == of_source && pairs.is_some_and(|pairs| pairs.iter().all(|(l, a)| l == a))
        }
    };
    (element_wise && views(op).iter().all(same)).then(|| tensors(op))
}

/// What the last of `inside` is for each element of `source` in `x`.
fn on_grid(model: &FloatModel, source: usize, inside: &[usize], x: &[f32]) -> Option<Vec<f64>> {
    let dims = vec![u32::try_from(x.len()).ok()?];
    let place = |id: usize| match id == source {
        true => Some(0),
        false => inside.iter().position(|other| *other == id).map(|at| at + 1),
    };
    let nodes = inside.iter().map(|id| {
        let Node { name, op, .. } = node(model, *id)?;
        let mut op = op.clone();
        for view in views_mut(&mut op) {
            if let Source::Tensor(from) = view.source {
                *view = View::identity(Source::Tensor(place(from)?), &dims);
            }
        }
        if let Op::Map { input, .. } = &mut op {
            *input = place(*input)?;
        }
        Some(Node { name: name.clone(), dims: dims.clone(), op })
    });
    let nodes = nodes.collect::<Option<Vec<_>>>()?;
    let outputs = vec![Output { name: String::new(), dims: dims.clone(), tensor: inside.len() }];
    let inputs = vec![Input { name: String::new(), dims, whole: false }];
    // Of constants, only numbers are read.
    let number = |c: &Constant| {
        let data = if c.data.len() == 1 { c.data.clone() } else { vec![] };
        Constant { name: String::new(), dims: c.dims.clone(), data }
    };
    let constants = model.constants.iter().map(number).collect();
    Some(FloatModel { source: String::new(), inputs, constants, nodes, outputs }.run(x))
}

/// Points in order, the last far out.
fn grid() -> Vec<f32> {
    let fine = (-2000..=2000).map(|i| i as f32 / 128.0);
    let far = (0..24).map(|k| 16.0 * f32::powf(1.5, k as f32));
    let mut all: Vec<f32> = far.clone().map(|x| -x).chain(fine).chain(far).collect();
    all.sort_by(f32::total_cmp);
    all
}
