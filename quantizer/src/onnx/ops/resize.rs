//! `Resize` and `Upsample`: every axis at another resolution, from the nearest element or between several of them.

use super::pad::outside;
use super::sampling::{Axis, Filter, Kernel, nearest};
use super::{Context, Value};
use crate::error::Error;

/// `Upsample`: scales are an attribute before operator set 9, an input from then on.
pub(super) fn upsample(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let scales = if context.opset < 9 {
        context.floats("scales")?.map(|s| s.iter().map(|v| f64::from(*v)).collect())
    } else {
        context.constant(1, "the scales")?.map(|t| t.floats())
    };
    let mode = context.string("mode", "nearest")?;
    let axes = (0..x.dims().len()).collect();
    let targets = targets(context, &x, axes, Given { scales, policy: "stretch".into(), ..Given::default() })?;
    let sampling = Sampling::new(context, &mode, "asymmetric".into(), "floor".into(), None)?;
    resize(context, &x, &targets, &sampling)
}

/// `Resize`: by scales or to sizes.
pub(super) fn build(context: &mut Context) -> Result<Value, Error> {
    let x = context.input(0)?;
    let old = context.opset < 11;
    let scales = context.constant(if old { 1 } else { 2 }, "the scales")?.map(|t| t.floats()).filter(|s| !s.is_empty());
    let sizes = context.constant_ints(3, "the sizes")?.filter(|s| !s.is_empty());
    let axes = match context.ints("axes")? {
        Some(axes) => context.axes("axes", axes, x.dims().len())?,
        None => (0..x.dims().len()).collect(),
    };
    let (coordinates, nearest) = if old { ("asymmetric", "floor") } else { ("half_pixel", "round_prefer_floor") };
    let coordinates = context.string("coordinate_transformation_mode", coordinates)?;
    let crops = coordinates == "tf_crop_and_resize";
    let crop = if crops { context.constant(1, "the region")?.map(|t| t.floats()) } else { None };
    let fill = context.finite("extrapolation_value", 0.0)?;
    let policy = context.string("keep_aspect_ratio_policy", "stretch")?;
    let targets = targets(context, &x, axes, Given { scales, sizes, crop, policy })?;
    let (mode, nearest) = (context.string("mode", "nearest")?, context.string("nearest_mode", nearest)?);
    let sampling = Sampling::new(context, &mode, coordinates, nearest, crops.then_some(fill))?;
    resize(context, &x, &targets, &sampling)
}

/// How elements are made.
struct Sampling {
    /// Between several elements; without, the nearest is taken.
    filter: Option<Filter>,
    coordinates: String,
    nearest: String,
    /// What there is outside of the original; without, the element at the border.
    fill: Option<f64>,
}

impl Sampling {
    fn new(
        context: &Context,
        mode: &str,
        coordinates: String,
        nearest: String,
        fill: Option<f64>,
    ) -> Result<Self, Error> {
        let antialias = context.int("antialias", 0)? != 0;
        let exclude_outside = context.int("exclude_outside", 0)? != 0;
        let filter = |kernel| Some(Filter { kernel, antialias, exclude_outside });
        let filter = match mode {
            "nearest" => None,
            "linear" => filter(Kernel::Linear),
            "cubic" => filter(Kernel::Cubic { a: context.finite("cubic_coeff_a", -0.75)? }),
            other => return Err(context.malformed("`mode` nearest, linear or cubic", other)),
        };
        Ok(Self { filter, coordinates, nearest, fill })
    }
}

/// What a node says of the sizes.
#[derive(Default)]
struct Given {
    scales: Option<Vec<f64>>,
    sizes: Option<Vec<i64>>,
    /// Starts, then ends.
    crop: Option<Vec<f64>>,
    /// `keep_aspect_ratio_policy`
    policy: String,
}

/// What becomes of each axis of `x`, of which `axes` are resized.
fn targets(context: &Context, x: &Value, axes: Vec<usize>, given: Given) -> Result<Vec<Axis>, Error> {
    if x.dims().contains(&0) {
        return Err(context.malformed("something to resize", format!("dimensions {:?}", x.dims())));
    }
    let from: Vec<u32> = axes.iter().filter_map(|a| x.dims().get(*a).copied()).collect();
    let ratio = |(n, to): (&u32, &i64)| (*to >= 0).then_some(*to as f64 / f64::from(*n));
    // New size and scale of each of `axes`.
    let new: Option<Vec<(f64, f64)>> = match (given.scales, &given.sizes) {
        (Some(scales), None) if scales.len() == axes.len() => {
            let new = |(n, s): (&u32, &f64)| (s.is_finite() && *s > 0.0).then(|| ((f64::from(*n) * s).floor(), *s));
            from.iter().zip(&scales).map(new).collect()
        }
        (None, Some(sizes)) if sizes.len() == axes.len() => match given.policy.as_str() {
            "not_larger" | "not_smaller" => {
                let scales: Option<Vec<f64>> = from.iter().zip(sizes).map(ratio).collect();
                let better = if given.policy == "not_larger" { f64::min } else { f64::max };
                let scale = scales.and_then(|scales| scales.into_iter().reduce(better));
                scale.map(|s| from.iter().map(|n| ((f64::from(*n) * s + 0.5).floor(), s)).collect())
            }
            "stretch" => from.iter().zip(sizes).map(|(n, to)| Some((*to as f64, ratio((n, to))?))).collect(),
            other => {
                let expected = "`keep_aspect_ratio_policy` stretch, not_larger or not_smaller";
                return Err(context.malformed(expected, other));
            }
        },
        _ => None,
    };
    let new = new.ok_or_else(|| {
        let expected = format!("{} positive scales or sizes, not both", axes.len());
        context.malformed(expected, format!("for dimensions {:?}, others", x.dims()))
    })?;
    let crop = given.crop.unwrap_or_else(|| [vec![0.0; axes.len()], vec![1.0; axes.len()]].concat());
    if crop.len() != 2 * axes.len() || !crop.iter().all(|v| v.is_finite()) {
        let expected = format!("a region of {} finite starts and as many ends", axes.len());
        return Err(context.malformed(expected, format!("{crop:?}")));
    }
    let (starts, ends) = crop.split_at(axes.len());
    let sizes = x.dims().iter().map(|n| u64::from(*n));
    let mut sizes: Vec<u64> = sizes.collect();
    for (axis, (to, _)) in axes.iter().zip(&new) {
        if let Some(size) = sizes.get_mut(*axis) {
            *size = *to as u64;
        }
    }
    let sizes = context.bounded(&sizes)?;
    let unchanged = |(n, to): (&u32, &u32)| Axis { n: *n, to: *to, scale: 1.0, crop: (0.0, 1.0) };
    let mut targets: Vec<Axis> = x.dims().iter().zip(&sizes).map(unchanged).collect();
    for (((axis, (_, scale)), start), end) in axes.iter().zip(&new).zip(starts).zip(ends) {
        if let Some(target) = targets.get_mut(*axis) {
            (target.scale, target.crop) = (*scale, (*start, *end));
        }
    }
    Ok(targets)
}

fn resize(context: &mut Context, x: &Value, targets: &[Axis], sampling: &Sampling) -> Result<Value, Error> {
    let mut value = x.clone();
    // Elements that are moved, and those that are there at all.
    let mut index: Vec<Vec<Option<u32>>> = x.dims().iter().map(|n| Context::all(*n)).collect();
    let mut inside: Vec<Vec<bool>> = Vec::new();
    for (axis, target) in targets.iter().enumerate() {
        let positions = (0..target.to).map(|i| target.position(i, &sampling.coordinates)).collect::<Option<Vec<_>>>();
        let positions = positions.ok_or_else(|| {
            let expected = "`coordinate_transformation_mode` half_pixel, half_pixel_symmetric, pytorch_half_pixel, \
                            align_corners, asymmetric or tf_crop_and_resize";
            context.malformed(expected, &sampling.coordinates)
        })?;
        let last = f64::from(target.n.saturating_sub(1));
        inside.push(positions.iter().map(|p| sampling.fill.is_none() || (0.0..=last).contains(p)).collect());
        let unchanged = target.n == target.to && (0..).zip(&positions).all(|(i, p)| f64::from(i) == *p);
        if unchanged {
            continue;
        }
        let seen = inside.last().map_or(&[][..], Vec::as_slice);
        match &sampling.filter {
            Some(filter) => value = interpolated(context, &value, axis, (target, filter), &positions, seen)?,
            None => {
                let near = positions.into_iter().zip(seen).map(|(p, seen)| {
                    let at = nearest(p, &sampling.nearest)?.clamp(0.0, last) as u32;
                    Some(seen.then_some(at))
                });
                let near = near.collect::<Option<_>>().ok_or_else(|| {
                    let expected = "`nearest_mode` round_prefer_floor, round_prefer_ceil, floor or ceil";
                    context.malformed(expected, &sampling.nearest)
                })?;
                if let Some(index) = index.get_mut(axis) {
                    *index = near;
                }
            }
        }
    }
    if sampling.filter.is_none() {
        value = context.selected(&value, &index)?;
    }
    match sampling.fill {
        Some(fill) if fill != 0.0 && inside.iter().any(|along| along.contains(&false)) => {
            let dims = value.dims().to_vec();
            let fills = outside(context, &inside, fill);
            let terms = vec![context.term(1.0, &value, &dims), context.term(1.0, &fills, &dims)];
            context.sum(terms, dims, x.kind())
        }
        _ => Ok(value),
    }
}

/// `x` at `positions` along `axis`, made of the elements around each; 0 where it is not `inside`.
fn interpolated(
    context: &mut Context,
    x: &Value,
    axis: usize,
    (target, filter): (&Axis, &Filter),
    positions: &[f64],
    inside: &[bool],
) -> Result<Value, Error> {
    context.bounded(&[target.to.into(), target.n.into()])?;
    let row = |(position, inside): (&f64, &bool)| match inside {
        true => filter.shares(*position, target.n, target.scale),
        false => vec![0.0; target.n as usize],
    };
    let weights = context.tensor_of(vec![target.to, target.n], positions.iter().zip(inside).flat_map(row).collect());
    let mut dims = x.dims().to_vec();
    let rank = dims.len();
    if let Some(dim) = dims.get_mut(axis) {
        *dim = target.to;
    }
    let labels: Vec<usize> = (0..rank).map(|i| if i == axis { rank } else { i }).collect();
    let term = context.contraction(1.0, (&weights, &[axis, rank]), (x, &labels), &dims, &[target.n]);
    context.sum(vec![term], dims, x.kind())
}
