//! `Pad`: more elements before and after along each axis, or fewer where a pad is negative. Pads are an attribute before operator
//! set 11, an input from then on.

use super::{Context, Value};
use crate::error::Error;
use crate::float::{Move, Term};

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let rank = x.dims().len();
    let pads = context.ints_by_opset("pads", 1, 11)?.ok_or_else(|| context.malformed("`pads`", "none"))?;
    let fill = if context.opset < 11 {
        context.finite("value", 0.0)?
    } else {
        context.constant_scalar(2, "the value")?.unwrap_or(0.0)
    };
    let axes = match context.constant_ints(3, "the axes")? {
        Some(axes) => context.axes("axes", &axes, rank)?,
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(context.malformed(format!("{} pads, two for each axis", 2 * axes.len()), format!("{pads:?}")));
    }
    let mode = context.string("mode", "constant")?;
    let (begins, ends) = pads.split_at(axes.len());
    let mut pads = vec![(0i64, 0i64); rank];
    for ((axis, begin), end) in axes.iter().zip(begins).zip(ends) {
        if let Some(pad) = pads.get_mut(*axis) {
            *pad = (*begin, *end);
        }
    }
    let padded = |(n, (begin, end)): (&u32, &(i64, i64))| {
        let sum = i64::from(*n).saturating_add(*begin).saturating_add(*end);
        u64::try_from(sum).ok()
    };
    let dims: Option<Vec<u64>> = x.dims().iter().zip(&pads).map(padded).collect();
    let dims = dims.ok_or_else(|| {
        context.malformed(format!("pads that leave something of {:?}", x.dims()), format!("{pads:?}"))
    })?;
    let dims = context.bounded(&dims)?;
    let mut index = Vec::new();
    for ((n, to), (begin, _)) in x.dims().iter().zip(&dims).zip(&pads) {
        let entry = |i: u32| element(i64::from(i).saturating_sub(*begin), i64::from(*n), &mode);
        let along: Option<Vec<_>> = (0..*to).map(entry).collect();
        index.push(along.ok_or_else(|| {
            let expected = "mode constant, edge or wrap, or reflect with pads smaller than the axis";
            context.malformed(expected, format!("mode {mode}, pads {pads:?} of dimensions {:?}", x.dims()))
        })?);
    }
    if fill == 0.0 || mode != "constant" {
        return context.selected(&x, &index);
    }
    // Axes that are not padded do not matter.
    let inside: Vec<Vec<bool>> = index.iter().map(|along| along.iter().map(Option::is_some).collect()).collect();
    let fills = outside(context, &inside, fill);
    let mut terms = vec![context.term(1.0, &fills, &dims)];
    terms.extend(context.selection(&x, &index).map(|view| Term::Move(Move { coefficient: 1.0, view })));
    context.sum(terms, dims, x.kind())
}

/// `fill` wherever along any axis nothing is inside, else 0: broadcasts along axes where all is.
pub(super) fn outside(context: &Context, inside: &[Vec<bool>], fill: f64) -> Value {
    let along = |along: &Vec<bool>| if along.contains(&false) { along.clone() } else { vec![true] };
    let inside: Vec<Vec<bool>> = inside.iter().map(along).collect();
    let dims = inside.iter().map(|along| along.len() as u32).collect();
    let both =
        |all: Vec<bool>, along: &Vec<bool>| all.iter().flat_map(|a| along.iter().map(move |b| *a && *b)).collect();
    let all = inside.iter().fold(vec![true], both);
    context.tensor_of(dims, all.into_iter().map(|inside| if inside { 0.0 } else { fill }).collect())
}

/// What is read at position `i` of an axis of `n` elements: `None` for a mode that has nothing there, `Some(None)` for the fill.
fn element(i: i64, n: i64, mode: &str) -> Option<Option<u32>> {
    let at = match mode {
        "constant" if !(0..n).contains(&i) => return Some(None),
        "constant" => i,
        _ if n == 0 => return None,
        "edge" => i.clamp(0, n - 1),
        "wrap" => i.checked_rem_euclid(n)?,
        "reflect" if i < 0 => -i,
        "reflect" if i >= n => 2 * (n - 1) - i,
        "reflect" => i,
        _ => return None,
    };
    u32::try_from(at).ok().filter(|at| i64::from(*at) < n).map(Some)
}
