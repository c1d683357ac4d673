//! `ConvTranspose`: every element spreads weights over a window. Weights and bias are constant.
//!
//! Output `p` along an axis, counted from before the padding is cut off, takes tap `t` of element `a` where
//! `stride a + t = p`. With `p = stride q + r` and `t = stride v + r` that is `a = q - v`: a convolution for each remainder `r`,
//! whose results lie interleaved.

use super::channels::{Channels, Summed};
use super::window::{SIZES, kernel_shape, list, spatial};
use super::{Constant, Context, Value};
use crate::error::Error;
use crate::float::{Link, Product, Term, View};

/// One axis.
struct Axis {
    /// Elements of the input.
    n: u32,
    stride: u32,
    dilation: u32,
    /// Outputs cut off before the first.
    begin: u32,
    /// Outputs.
    out: u32,
    /// Taps of each remainder.
    taps: u32,
}

impl Axis {
    /// Outputs of each remainder. A stride of 1 has one remainder, and no outputs to cut off.
    fn quotients(&self) -> u32 {
        if self.stride == 1 { self.out } else { (self.out + self.begin).div_ceil(self.stride) }
    }
}

pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let (batch, inputs, spatial) = spatial(context, x.dims())?;
    let weight = context.constant(1, "the weight")?.ok_or_else(|| context.malformed("a weight", "none"))?;
    let &[weight_inputs, outputs, ref kernel @ ..] = weight.dims.as_slice() else {
        let expected = "a weight of inputs, outputs and taps";
        return Err(context.malformed(expected, format!("dimensions {:?}", weight.dims)));
    };
    let groups = u32::try_from(context.int("group", 1)?).unwrap_or(0);
    let channels = Channels::read(context, batch, inputs, outputs.saturating_mul(groups))?;
    if weight_inputs != inputs || kernel.len() != spatial.len() || kernel.contains(&0) {
        let expected = format!("a weight of {inputs} inputs, outputs and taps along {} axes", spatial.len());
        return Err(context.malformed(expected, format!("dimensions {:?}", weight.dims)));
    }
    if let Some(stated) = kernel_shape(context, spatial.len())?.filter(|stated| stated != kernel) {
        return Err(context.malformed(format!("the `kernel_shape` of the weight, {kernel:?}"), format!("{stated:?}")));
    }
    let axes = axes(context, spatial, kernel)?;

    let mut dims = channels.dims();
    let places: Vec<usize> = axes
        .iter()
        .map(|axis| {
            dims.push(axis.quotients());
            dims.extend((axis.stride > 1).then_some(axis.stride));
            dims.len() - 1 - usize::from(axis.stride > 1)
        })
        .collect();
    context.bounded(&dims.iter().map(|n| u64::from(*n)).collect::<Vec<_>>())?;
    let mut sums = Summed::new(dims.len());
    let input = sums.label(channels.inputs);
    let taps: Vec<usize> = axes.iter().map(|axis| sums.label(axis.taps)).collect();
    let mut links = channels.links(input);
    for (i, ((axis, place), tap)) in axes.iter().zip(&places).zip(&taps).enumerate() {
        let offset = if axis.stride == 1 { axis.begin as i32 } else { 0 };
        let mut labels = Vec::new();
        labels.extend((axis.quotients() > 1).then_some((*place, 1)));
        labels.extend((axis.taps > 1).then_some((*tap, -1)));
        let axes = if axis.n > 1 { vec![2 + i] } else { vec![] };
        if !labels.is_empty() || !axes.is_empty() {
            links.push(Link::Affine { labels, windows: vec![], axes, offset });
        } else if offset != 0 {
            return Err(context.malformed("outputs that some element reaches", format!("none along axis {}", 2 + i)));
        }
    }
    let right = View { source: context.source(&x), links };

    let weight = weights(context, &weight, &channels, &axes)?;
    let remainders = axes.iter().zip(&places).map(|(axis, place)| if axis.stride > 1 { place + 1 } else { usize::MAX });
    let labels = taps.iter().copied().chain(remainders).chain(channels.labels()).chain([input]);
    let labels = labels.zip(weight.dims()).enumerate().filter(|(_, (_, n))| **n > 1);
    let links = labels.map(|(axis, (label, _))| Link::identity(label, axis)).collect();
    let left = View { source: context.source(&weight), links };

    let mut terms = vec![Term::Product(Product { coefficient: 1.0, sums: sums.extents, left, right })];
    terms.extend(channels.bias(context, &dims)?);
    let result = context.sum(terms, dims, x.kind())?;
    arranged(context, &result, &channels, &axes, &places)
}

fn axes(context: &Context, spatial: &[u32], kernel: &[u32]) -> Result<Vec<Axis>, Error> {
    let rank = spatial.len();
    let (strides, dilations) = (list(context, "strides", 1, rank, 1)?, list(context, "dilations", 1, rank, 1)?);
    let (pads, extra) = (list(context, "pads", 0, 2 * rank, 0)?, list(context, "output_padding", 0, rank, 0)?);
    let (begins, ends) = pads.split_at(rank);
    let shape = match context.ints("output_shape")? {
        // Some models name batch and channels too.
        Some(shape) if shape.len() == rank || shape.len() == rank + 2 => {
            Some(shape.iter().copied().skip(shape.len() - rank).collect::<Vec<_>>())
        }
        Some(shape) => return Err(context.malformed(format!("`output_shape` of {rank} sizes"), format!("{shape:?}"))),
        None => None,
    };
    let auto = context.string("auto_pad", "NOTSET")?;
    let mut axes = Vec::new();
    let numbers = strides.iter().zip(&dilations).zip(begins.iter().zip(ends)).zip(&extra);
    for (i, ((n, kernel), (((stride, dilation), (begin, end)), extra))) in
        spatial.iter().zip(kernel).zip(numbers).enumerate()
    {
        let reach = (i64::from(*kernel) - 1) * dilation + 1;
        let full = stride * (i64::from(*n) - 1) + extra + reach;
        let wanted = match (&shape, auto.as_str()) {
            (Some(shape), _) => shape.get(i).copied(),
            (None, "SAME_UPPER" | "SAME_LOWER") => Some(i64::from(*n) * stride),
            (None, "NOTSET" | "VALID") => None,
            (None, other) => {
                return Err(context.malformed("`auto_pad` NOTSET, VALID, SAME_UPPER or SAME_LOWER", other));
            }
        };
        let (begin, out) = match wanted {
            Some(out) => {
                let total = full.saturating_sub(out).max(0);
                (if auto == "SAME_UPPER" { total / 2 } else { total - total / 2 }, out)
            }
            None if auto == "VALID" => (0, full),
            None => (*begin, full - begin - end),
        };
        if out < 1 || [out, begin, *stride, reach].iter().any(|v| !SIZES.contains(v)) {
            return Err(
                context.malformed(format!("1 to {} outputs along axis {}", SIZES.end(), 2 + i), out.to_string())
            );
        }
        let taps = (reach + stride - 1) / stride;
        let (stride, dilation, begin, out, taps) =
            (*stride as u32, *dilation as u32, begin as u32, out as u32, taps as u32);
        axes.push(Axis { n: *n, stride, dilation, begin, out, taps });
    }
    Ok(axes)
}

/// The weights by taps of a remainder, remainder, group, output and input, from those by group and input, output and taps.
fn weights(context: &mut Context, weight: &Constant, channels: &Channels, axes: &[Axis]) -> Result<Value, Error> {
    let taps = axes.iter().map(|axis| axis.taps);
    let tail = [channels.groups, channels.outputs, channels.inputs];
    let dims: Vec<u32> = taps.chain(axes.iter().map(|axis| axis.stride)).chain(tail).collect();
    let dims = context.bounded(&dims.iter().map(|n| u64::from(*n)).collect::<Vec<_>>())?;
    let mut values = vec![0.0; crate::float::cells(&dims)];
    context.made(values.len())?;
    for (index, value) in weight.floats().into_iter().enumerate() {
        // Coordinates, innermost first: taps, output, input, group.
        let mut rest = index;
        let mut next = |n: u32| {
            let at = rest % n.max(1) as usize;
            rest /= n.max(1) as usize;
            at as u32
        };
        let mut taps: Vec<u32> = weight.dims.iter().skip(2).rev().map(|n| next(*n)).collect();
        taps.reverse();
        let (output, input, group) = (next(channels.outputs), next(channels.inputs), next(channels.groups));
        let steps = || taps.iter().zip(axes).map(|(u, axis)| (u * axis.dilation, axis.stride));
        let to = steps().map(|(t, s)| t / s).chain(steps().map(|(t, s)| t % s)).chain([group, output, input]);
        let at = to.zip(&dims).fold(0usize, |at, (i, n)| at * *n as usize + i as usize);
        if let Some(slot) = values.get_mut(at) {
            *slot = value;
        }
    }
    Ok(context.tensor_of(dims, values))
}

/// Groups and outputs as one axis, remainders interleaved, and what lies before the first output cut off.
fn arranged(
    context: &mut Context,
    x: &Value,
    channels: &Channels,
    axes: &[Axis],
    places: &[usize],
) -> Result<Value, Error> {
    if !channels.split() && axes.iter().all(|axis| axis.stride == 1) {
        return Ok(x.clone());
    }
    let outputs = channels.groups * channels.outputs;
    let dims: Vec<u32> = [channels.batch, outputs].into_iter().chain(axes.iter().map(|axis| axis.out)).collect();
    let longer = |i: &usize| x.dims().get(*i).is_some_and(|n| *n > 1);
    let tie = |label: usize, n: u32, axes: &[usize], offset: u32| {
        let labels = if n > 1 { vec![(label, 1)] } else { vec![] };
        let axes: Vec<usize> = axes.iter().copied().filter(longer).collect();
        let needed = !labels.is_empty() || !axes.is_empty();
        needed.then_some(Link::Affine { labels, windows: vec![], axes, offset: offset as i32 })
    };
    let mut links = Vec::new();
    links.extend(tie(0, channels.batch, &[0], 0));
    let channel_axes: Vec<usize> = (1..channels.dims().len()).collect();
    links.extend(tie(1, outputs, &channel_axes, 0));
    for (i, (axis, place)) in axes.iter().zip(places).enumerate() {
        links.extend(match axis.stride {
            1 => tie(2 + i, axis.out, &[*place], 0),
            _ => tie(2 + i, axis.out, &[*place, place + 1], axis.begin),
        });
    }
    context.moved(x, links, dims)
}
