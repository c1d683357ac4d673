//! Windows over spatial axes, as convolutions and pools have them.

use super::Context;
use crate::error::Error;
use crate::float::Link;
use std::ops::RangeInclusive;

/// Windows along one axis: tap `u` of window `i` lies at `stride i + dilation u - begin`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Elements of the axis.
    pub(super) n: u32,
    /// Taps.
    pub(super) kernel: u32,
    pub(super) stride: i32,
    pub(super) dilation: i32,
    /// Padding before the first element.
    pub(super) begin: i32,
    /// Padding after the last.
    pub(super) end: i32,
    /// Windows.
    pub(super) out: u32,
}

/// No size along an axis is larger than a tensor.
pub(super) const SIZES: RangeInclusive<i64> = 0..=1 << crate::ir::MAX_CELLS_LOG;

impl Window {
    /// Position of tap `u` of window `i`.
    pub(super) fn position(&self, i: u32, u: u32) -> i64 {
        i64::from(self.stride) * i64::from(i) + i64::from(self.dilation) * i64::from(u) - i64::from(self.begin)
    }

    /// Taps of window `i` that lie on elements, if any do.
    pub(super) fn inside(&self, i: u32) -> Option<RangeInclusive<u32>> {
        let dilation = i64::from(self.dilation);
        let (start, last) = (self.position(i, 0), i64::from(self.n) - 1);
        let first = if start < 0 { (-start + dilation - 1) / dilation } else { 0 };
        let end = ((last - start).div_euclid(dilation)).min(i64::from(self.kernel) - 1);
        (first <= end).then_some(first as u32..=end as u32)
    }

    /// Ties label `window` and, of more taps than one, label `tap` to the elements of `axis`. `None` where nothing needs to be
    /// tied.
    pub(super) fn link(&self, window: usize, tap: usize, axis: usize) -> Option<Link> {
        let labels = [(window, self.out, self.stride), (tap, self.kernel, self.dilation)];
        let labels = labels.iter().filter(|(_, n, _)| *n > 1).map(|(label, _, stride)| (*label, *stride)).collect();
        self.affine(labels, vec![], axis)
    }

    /// Ties label `window` to the sum of the taps.
    pub(super) fn sum(&self, window: usize, axis: usize) -> Option<Link> {
        let labels = if self.out > 1 { vec![(window, self.stride)] } else { vec![] };
        let windows = if self.kernel > 1 { vec![(self.kernel, self.dilation)] } else { vec![] };
        self.affine(labels, windows, axis)
    }

    fn affine(&self, labels: Vec<(usize, i32)>, windows: Vec<(u32, i32)>, axis: usize) -> Option<Link> {
        let axes = if self.n > 1 { vec![axis] } else { vec![] };
        // One window over one element: as every window has an element, the link would say that 0 is 0.
        let needed = !labels.is_empty() || !axes.is_empty();
        needed.then_some(Link::Affine { labels, windows, axes, offset: -self.begin })
    }
}

/// The windows of a node over axes of `spatial` elements, `kernel` taps along each.
pub(super) fn windows(context: &Context, spatial: &[u32], kernel: &[u32]) -> Result<Vec<Window>, Error> {
    let rank = spatial.len();
    let (strides, dilations) = (list(context, "strides", 1, rank, 1)?, list(context, "dilations", 1, rank, 1)?);
    let auto = context.string("auto_pad", "NOTSET")?;
    let pads = if auto == "NOTSET" { list(context, "pads", 0, 2 * rank, 0)? } else { vec![0; 2 * rank] };
    let ceil = context.int("ceil_mode", 0)? != 0;
    let (begins, ends) = pads.split_at(rank);
    let axes = spatial.iter().zip(kernel).zip(strides.iter().zip(&dilations)).zip(begins.iter().zip(ends));
    let mut windows = Vec::new();
    for (((n, kernel), (stride, dilation)), (begin, end)) in axes {
        let length = i64::from(*n);
        let reach = (i64::from(*kernel) - 1) * dilation + 1;
        let (begin, end) = match auto.as_str() {
            "SAME_UPPER" | "SAME_LOWER" => {
                let out = (length + stride - 1) / stride;
                let total = ((out - 1) * stride + reach - length).max(0);
                if auto == "SAME_UPPER" { (total / 2, total - total / 2) } else { (total - total / 2, total / 2) }
            }
            "NOTSET" | "VALID" => (*begin, *end),
            other => return Err(context.malformed("`auto_pad` NOTSET, VALID, SAME_UPPER or SAME_LOWER", other)),
        };
        let room = length + begin + end - reach;
        let steps = if ceil { -(-room).div_euclid(*stride) } else { room.div_euclid(*stride) };
        if steps < 0 || *kernel == 0 {
            let expected = format!("a kernel that fits into the {} elements of the padded axis", length + begin + end);
            return Err(context.malformed(expected, format!("{kernel} taps, dilation {dilation}")));
        }
        let mut out = steps + 1;
        // The last window starts on an element or on padding before one.
        if ceil && steps * stride >= length + begin {
            out -= 1;
        }
        let small =
            |v: i64| i32::try_from(v).map_err(|_| context.malformed("sizes along an axis below 2^31", v.to_string()));
        let out = u32::try_from(out).unwrap_or(u32::MAX);
        let (stride, dilation, begin, end) = (small(*stride)?, small(*dilation)?, small(begin)?, small(end)?);
        windows.push(Window { n: *n, kernel: *kernel, stride, dilation, begin, end, out });
    }
    Ok(windows)
}

/// The `count` numbers of attribute `name`, each at least `least`.
pub(super) fn list(context: &Context, name: &str, default: i64, count: usize, least: i64) -> Result<Vec<i64>, Error> {
    let values = context.ints(name)?.map_or_else(|| vec![default; count], <[i64]>::to_vec);
    if values.len() == count && values.iter().all(|v| SIZES.contains(v) && *v >= least) {
        return Ok(values);
    }
    let expected = format!("`{name}` of {count} numbers in {least}..={}", SIZES.end());
    Err(context.malformed(expected, format!("{values:?}")))
}

/// The taps along each of `rank` axes that `kernel_shape` gives.
pub(super) fn kernel_shape(context: &Context, rank: usize) -> Result<Option<Vec<u32>>, Error> {
    let Some(kernel) = context.ints("kernel_shape")? else { return Ok(None) };
    let taps = |k: &i64| u32::try_from(*k).ok().filter(|_| SIZES.contains(k) && *k > 0);
    let taps: Option<Vec<u32>> = kernel.iter().map(taps).collect();
    let taps = taps.filter(|t| t.len() == rank).ok_or_else(|| {
        context.malformed(format!("`kernel_shape` of {rank} numbers in 1..={}", SIZES.end()), format!("{kernel:?}"))
    })?;
    Ok(Some(taps))
}

/// Refuses windows that see no element.
pub(super) fn refuse_empty(context: &Context, windows: &[Window]) -> Result<(), Error> {
    for window in windows {
        if let Some(i) = (0..window.out).find(|i| window.inside(*i).is_none()) {
            let got = format!("window {i} of {} taps wholly in the padding", window.kernel);
            return Err(context.malformed("windows that each hold an element (use smaller pads)", got));
        }
    }
    Ok(())
}

/// Batch and channels, and the one to three spatial axes after them, of an input of such an operator.
pub(super) fn spatial<'a>(context: &Context, dims: &'a [u32]) -> Result<(u32, u32, &'a [u32]), Error> {
    match dims {
        [n, c, spatial @ ..] if (1..=3).contains(&spatial.len()) => Ok((*n, *c, spatial)),
        _ => Err(context.malformed("batch, channels and 1 to 3 spatial dimensions", format!("dimensions {dims:?}"))),
    }
}
