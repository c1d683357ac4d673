//! `Conv`: weighted sums over windows and channels, in groups of channels; weights and bias are constant.

use super::channels::{Channels, Summed};
use super::window::{kernel_shape, refuse_empty, spatial, windows};
use super::{Context, Value, reshape, transpose};
use crate::error::Error;
use crate::float::{Link, Product, Term, View};

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let (x, weight) = (context.input(0)?, context.input(1)?);
    let (batch, channels, axes) = spatial(context, x.dims())?;
    context.constant(1, "the weight")?;
    let rank = axes.len();
    let got = || format!("dimensions {:?}", weight.dims());
    let &[outputs, inputs, ref kernel @ ..] = weight.dims() else {
        return Err(context.malformed("a weight of outputs, inputs and taps", got()));
    };
    let channels = Channels::read(context, batch, channels, outputs)?;
    if inputs != channels.inputs || kernel.len() != rank {
        let expected = format!("a weight of outputs, {} inputs and taps along {rank} axes", channels.inputs);
        return Err(context.malformed(expected, got()));
    }
    if let Some(stated) = kernel_shape(context, rank)?.filter(|stated| stated != kernel) {
        return Err(context.malformed(format!("the `kernel_shape` of the weight, {kernel:?}"), format!("{stated:?}")));
    }
    let windows = windows(context, axes, kernel)?;
    // One window of one tap over one element has no link that could tell the element from the padding.
    let bare: Vec<_> = windows.iter().copied().filter(|w| [w.n, w.kernel, w.out] == [1; 3]).collect();
    refuse_empty(context, &bare)?;

    let mut dims = channels.dims();
    let first = dims.len();
    dims.extend(windows.iter().map(|w| w.out));
    let mut sums = Summed::new(dims.len());
    let input = sums.label(inputs);
    let taps: Vec<usize> = kernel.iter().map(|n| sums.label(*n)).collect();
    let mut links = channels.links(input);
    for (i, (window, tap)) in windows.iter().zip(&taps).enumerate() {
        links.extend(window.link(first + i, *tap, 2 + i));
    }
    let right = View { source: context.source(&x), links };

    // Taps outermost: those that fall on padding alone are then whole runs of the weight.
    let grouped = [&[channels.groups, channels.outputs, inputs], kernel].concat();
    let grouped = reshape::view(context, &weight, grouped)?;
    let order: Vec<usize> = (3..3 + rank).chain([0, 1, 2]).collect();
    let ordered = transpose::permuted(context, &grouped, &order)?;
    let labels = taps.into_iter().chain(channels.labels()).chain([input]).zip(ordered.dims()).enumerate();
    let links = labels.filter(|(_, (_, n))| **n > 1).map(|(axis, (label, _))| Link::identity(label, axis)).collect();
    let left = View { source: context.source(&ordered), links };

    let mut terms = vec![Term::Product(Product { coefficient: 1.0, sums: sums.extents, left, right })];
    terms.extend(channels.bias(context, &dims)?);
    let result = context.sum(terms, dims, x.kind())?;
    let outs = windows.iter().map(|w| w.out);
    reshape::view(context, &result, [batch, outputs].into_iter().chain(outs).collect())
}
