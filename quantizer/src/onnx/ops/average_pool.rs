//! `AveragePool` and `GlobalAveragePool`: the mean of each window.

use super::window::{Window, kernel_shape, refuse_empty, spatial, windows};
use super::{Context, Value, reduce};
use crate::error::Error;
use crate::float::{Link, Move, Product, Term, View};

/// `AveragePool`
pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let (batch, channels, axes) = spatial(context, x.dims())?;
    let kernel = kernel_shape(context, axes.len())?.ok_or_else(|| context.malformed("`kernel_shape`", "none"))?;
    let windows = windows(context, axes, &kernel)?;
    refuse_empty(context, &windows)?;
    let include_pad = context.int("count_include_pad", 0)? != 0;
    let outs: Vec<u64> = windows.iter().map(|w| u64::from(w.out)).collect();
    let dims = context.bounded(&[&[batch.into(), channels.into()], &outs[..]].concat())?;
    let outer = [(0, batch), (1, channels)].into_iter().filter(|(_, n)| *n > 1);
    let mut links: Vec<Link> = outer.map(|(i, _)| Link::identity(i, i)).collect();
    links.extend((2..).zip(&windows).filter_map(|(axis, window)| window.sum(axis, axis)));
    let right = View { source: context.source(&x), links };
    let counts: Vec<Vec<u32>> = windows.iter().map(|w| taps(w, include_pad)).collect();
    let uniform = |counts: &Vec<u32>| counts.iter().all(|c| Some(c) == counts.first());
    let term = if counts.iter().all(uniform) {
        let count: f64 = counts.iter().flat_map(|c| c.first()).map(|c| f64::from(*c)).product();
        Term::Move(Move { coefficient: 1.0 / count, view: right })
    } else {
        let along = |all: Vec<f64>, counts: &Vec<u32>| -> Vec<f64> {
            all.iter().flat_map(|a| counts.iter().map(move |c| a / f64::from(*c))).collect()
        };
        let shares = context.tensor_of(dims.iter().skip(2).copied().collect(), counts.iter().fold(vec![1.0], along));
        let left = context.view(&shares, &dims);
        Term::Product(Product { coefficient: 1.0, sums: vec![], left, right })
    };
    context.sum(vec![term], dims, x.kind())
}

/// How many taps of each window count.
fn taps(window: &Window, include_pad: bool) -> Vec<u32> {
    // Windows of `ceil_mode` may reach over the padding; nothing counts there.
    let padded = Window { n: window.n + (window.begin + window.end) as u32, begin: 0, ..*window };
    let over = if include_pad { padded } else { *window };
    (0..over.out).map(|i| over.inside(i).map_or(1, |taps| taps.end() - taps.start() + 1)).collect()
}

/// `GlobalAveragePool`
pub(super) fn global(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    spatial(context, x.dims())?;
    let axes: Vec<usize> = (2..x.dims().len()).collect();
    reduce::mean_over(context, &x, &axes, true)
}
