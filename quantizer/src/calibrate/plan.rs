//! One choice of bits and shift, made into a program.

use super::layout::{Layout, StageLayout};
use super::ranges::{Observed, Range};
use super::table::{Form, form, slope_log, tabulate};
use crate::error::Error;
use crate::fixed::{quantize, rescale};
use crate::float::{Affine, FloatModel, Function, Linear};
use crate::ir::{Activation, Dense, Graph, Input, Node, Op, Scale, Shape, Table};
use crate::ops::activation::{MAX_DOMAIN_BITS, needed_high_bits};
use crate::ops::{ACC_LIMIT, activation};
use crate::passes::{Kernel, Stage};
use rayon::prelude::*;

/// Largest table that is extended so that nothing saturates, as log2; beyond, tables saturate unless that costs more.
pub const COVER_BITS: u32 = 14;
/// Largest shift a plan uses.
const LARGEST_SHIFT: i32 = 24;
/// Exponents stay in `-MAX..=MAX` for values and for weights, so that their sums are legal.
const MAX_EXPONENT: i32 = 200;

/// The choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bits of the input, with sign.
    pub input_bits: u32,
    /// Bits of activations: unsigned where they cannot be negative, else with sign.
    pub activation_bits: u32,
    /// Most bits of weights, with sign.
    pub weight_bits: u32,
    /// Bits of the last layer's weights, with sign, where no shift decides them.
    pub last_bits: u32,
    /// The shift of every activation, as far as weights allow; `None` to use all weight bits instead.
    pub shift: Option<u32>,
    /// Steps of two by which activations exceed what was seen (-1: the largest are clipped).
    pub headroom: i32,
}

/// Shift, domain bits, high bits and exponents of one activation.
#[derive(Clone, Debug)]
struct Scales {
    shift: u32,
    e_w: i32,
    e_q: i32,
    e_out: i32,
    form: Form,
}

/// Builds the program of `plan`.
///
/// # Errors
/// An accumulator that could leave its limit, or a program that is not valid.
pub fn build(model: &FloatModel, stages: &[Stage], layout: &Layout, observed: &Observed, plan: &Plan) -> Result<Graph, Error> {
    let scales = choose_scales(stages, observed, plan);
    let mut domains = vec![None; stages.len()];
    // The first pass finds how large tables have to be, the second makes those equal that can be shared.
    let graph = assemble(model, stages, layout, observed, plan, &scales, &domains)?;
    let of_stage = |stage: usize| match graph.nodes.get(2 * stage + 1).map(|n| &n.op) {
        Some(Op::Activation(a)) if a.high_bits == 0 => Some(a.domain_bits),
        _ => None,
    };
    let same = |i: usize, j: usize| match (stages.get(i), stages.get(j), scales.get(i), scales.get(j)) {
        (Some(a), Some(b), Some(s), Some(t)) => {
            s.form == t.form
                && (s.form != Form::Values
                    || (s.e_q, s.e_out) == (t.e_q, t.e_out)
                        && a.map.as_ref().map(|m| &m.1) == b.map.as_ref().map(|m| &m.1))
        }
        _ => false,
    };
    for (i, domain) in domains.iter_mut().enumerate() {
        if of_stage(i).is_some() {
            *domain = (0..stages.len()).filter(|j| same(i, *j)).filter_map(of_stage).max();
        }
    }
    let graph = assemble(model, stages, layout, observed, plan, &scales, &domains)?;
    Ok(graph)
}

/// Largest `e` with `reach * 2^e <= most`.
fn exponent_for(reach: f64, most: f64) -> i32 {
    ((most / reach).log2() + 1e-9).floor().clamp(f64::from(-MAX_EXPONENT), f64::from(MAX_EXPONENT)) as i32
}

fn reach(values: &[f64]) -> f64 {
    let reach = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if reach > 0.0 { reach } else { 1.0 }
}

fn kernel_weights(kernel: &Kernel) -> &[f64] {
    match kernel {
        Kernel::Linear(linear) => &linear.weight,
        Kernel::Affine(affine) => &affine.mul,
    }
}

/// Range of stored results: `bits` unsigned where they cannot be negative, else with sign.
fn out_range(range: &Range, form: Form, bits: u32) -> (i64, i64) {
    let unsigned = form == Form::Relu || (form == Form::Values && range.lo >= 0.0);
    if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) }
}

/// An input at the very end of the range is allowed to round to one step beyond it.
fn input_exponent(observed: &Observed, plan: &Plan) -> i32 {
    exponent_for(observed.input.reach(), f64::powi(2.0, plan.input_bits as i32 - 1))
}

fn choose_scales(stages: &[Stage], observed: &Observed, plan: &Plan) -> Vec<Scales> {
    let mut e_x = input_exponent(observed, plan);
    let mut scales = Vec::new();
    let most = |bits: u32| f64::powi(2.0, bits as i32 - 1) - 1.0;
    for ((stage, values), accumulators) in stages.iter().zip(&observed.values).zip(&observed.accumulators) {
        let weights = reach(kernel_weights(&stage.kernel));
        let Some((_, functions)) = &stage.map else {
            let e_w = exponent_for(weights, most(plan.last_bits));
            scales.push(Scales { shift: 0, e_w, e_q: e_x + e_w, e_out: e_x + e_w, form: Form::Clamp });
            continue;
        };
        let form = form(functions);
        let (_, hi) = out_range(values, form, plan.activation_bits);
        let mut e_out = exponent_for(values.reach(), hi as f64) - plan.headroom;
        let mut e_q = match form {
            Form::Values => e_out + slope_log(functions, accumulators.lo, accumulators.hi),
            Form::Relu | Form::Clamp => e_out,
        };
        let widest = e_x + exponent_for(weights, most(plan.weight_bits));
        let wanted = plan.shift.map_or(widest - e_q, |s| (widest - e_q).min(s as i32));
        let shift = wanted.clamp(0, LARGEST_SHIFT);
        let e_w = if wanted < 0 { widest - e_x } else { e_q + shift - e_x };
        if wanted < 0 {
            // The accumulator is coarser than the index would be.
            e_q = widest;
            if form != Form::Values {
                e_out = e_q;
            }
        }
        scales.push(Scales { shift: shift as u32, e_w, e_q, e_out, form });
        e_x = e_out;
    }
    if plan.shift.is_none() {
        align_shifts(&mut scales, stages);
    }
    scales
}

/// Layers whose shift is one more than the smallest give up a weight bit and share its range table.
fn align_shifts(scales: &mut [Scales], stages: &[Stage]) {
    let activations = || stages.iter().map(|s| s.map.is_some());
    let smallest = scales.iter().zip(activations()).filter(|(_, map)| *map).map(|(s, _)| s.shift).min().unwrap_or(0);
    for (scales, map) in scales.iter_mut().zip(activations()) {
        if map && scales.shift == smallest + 1 {
            scales.shift -= 1;
            scales.e_w -= 1;
        }
    }
}

fn assemble(
    model: &FloatModel,
    stages: &[Stage],
    layout: &Layout,
    observed: &Observed,
    plan: &Plan,
    scales: &[Scales],
    domains: &[Option<u32>],
) -> Result<Graph, Error> {
    let half = 1i64 << (plan.input_bits - 1);
    let dims = |dims: &[usize]| dims.iter().map(|d| u32::try_from(*d).unwrap_or(u32::MAX)).collect();
    let input = Input {
        name: model.input_name.clone(),
        dims: dims(&model.input_dims),
        shape: layout.input,
        exponent: input_exponent(observed, plan),
        lo: -half,
        hi: half - 1,
    };
    let (mut e_x, mut bounds) = (input.exponent, (input.lo, input.hi));
    let mut nodes: Vec<Node> = Vec::new();
    let parts = stages.iter().zip(&layout.stages).zip(scales).zip(domains);
    for ((((stage, layout), scales), domain), (values, accumulators)) in
        parts.zip(observed.values.iter().zip(&observed.accumulators))
    {
        let op = match (&stage.kernel, layout.in_log) {
            (Kernel::Linear(linear), Some(in_log)) => Op::Dense(dense(linear, layout, in_log, scales.e_w, e_x, &stage.name)?),
            (Kernel::Affine(affine), _) => Op::Scale(scale(affine, layout, scales.e_w, e_x, &stage.name)?),
            (Kernel::Linear(_), None) => continue,
        };
        bounds = exact_bounds(&op, layout.result, bounds, &stage.name)?;
        let (shape, input) = (layout.result, nodes.len());
        nodes.push(Node { name: stage.name.clone(), input, op, shape, exponent: e_x + scales.e_w, lo: bounds.0, hi: bounds.1 });
        let Some((name, functions)) = &stage.map else { continue };
        let out = out_range(values, scales.form, plan.activation_bits);
        let slots = 1u64 << shape.log();
        let activation = activation_for(functions, scales, *domain, out, bounds, accumulators, slots);
        let exponent = scales.e_out;
        bounds = activation::range(&activation, bounds);
        let input = nodes.len();
        nodes.push(Node { name: name.clone(), input, op: Op::Activation(activation), shape, exponent, lo: bounds.0, hi: bounds.1 });
        e_x = exponent;
    }
    let graph = Graph { input, output: nodes.len(), nodes, output_dims: dims(&model.output_dims) };
    Ok(graph)
}

fn exact_bounds(op: &Op, result: Shape, bounds: (i64, i64), name: &str) -> Result<(i64, i64), Error> {
    let (lo, hi) = op.range(result, bounds);
    let reach = lo.abs().max(hi.abs());
    match (i64::try_from(lo), i64::try_from(hi)) {
        (Ok(lo), Ok(hi)) if reach < i128::from(ACC_LIMIT) => Ok((lo, hi)),
        _ => Err(Error::Accumulator { node: name.into(), got: reach, limit: ACC_LIMIT }),
    }
}

fn biases(bias: impl Iterator<Item = f64>, exponent: i32, name: &str) -> Result<Vec<i64>, Error> {
    let limit = ACC_LIMIT - 1;
    let integer = |b: f64| match quantize(b, exponent, i64::MIN, i64::MAX) {
        q if (-limit..=limit).contains(&q) => Ok(q),
        q => Err(Error::Accumulator { node: name.into(), got: i128::from(q).abs(), limit: ACC_LIMIT }),
    };
    bias.map(integer).collect()
}

/// Weights by their exponent; rounding never leaves the 16 bits that exponents are chosen for.
fn integer_weight(w: f64, scale: f64) -> i32 {
    ((w * scale + 0.5).floor() as i64).clamp(-i64::from(i16::MAX), i64::from(i16::MAX)) as i32
}

fn dense(linear: &Linear, layout: &StageLayout, in_log: u32, e_w: i32, e_x: i32, name: &str) -> Result<Dense, Error> {
    let stored = 1usize << in_log;
    let scale = f64::powi(2.0, e_w);
    let mut weight = vec![0i32; linear.outputs << in_log];
    let rows = weight.par_chunks_exact_mut(stored).zip(linear.weight.par_chunks_exact(linear.inputs));
    rows.with_min_len(16).for_each(|(to, from)| {
        if layout.input.cols.is_power_of_two() {
            to.iter_mut().zip(from).for_each(|(to, w)| *to = integer_weight(*w, scale));
            return;
        }
        for (j, w) in from.iter().enumerate() {
            if let Some(to) = to.get_mut(layout.stored_index(j)) {
                *to = integer_weight(*w, scale);
            }
        }
    });
    Ok(Dense { in_log, weight, bias: biases(linear.bias.iter().copied(), e_x + e_w, name)? })
}

fn scale(affine: &Affine, layout: &StageLayout, e_w: i32, e_x: i32, name: &str) -> Result<Scale, Error> {
    let affine = affine.repeated(layout.result.cols as usize);
    let scale = f64::powi(2.0, e_w);
    let weight = affine.mul.iter().map(|w| integer_weight(*w, scale)).collect();
    Ok(Scale { weight, bias: biases(affine.add.iter().copied(), e_x + e_w, name)? })
}

/// Smallest `bits` with `-2^(bits-1) <= lo` and `hi < 2^(bits-1)`.
fn signed_bits(lo: i64, hi: i64) -> u32 {
    let magnitude = hi.max(-1 - lo).max(0) as u64;
    u64::BITS - magnitude.leading_zeros() + 1
}

fn activation_for(
    functions: &[Function],
    scales: &Scales,
    domain: Option<u32>,
    out: (i64, i64),
    acc: (i64, i64),
    seen: &Range,
    slots: u64,
) -> Activation {
    let q = (rescale(acc.0, scales.shift), rescale(acc.1, scales.shift));
    let cover = signed_bits(q.0, q.1);
    // What the table must tell apart: its own bound, or where samples were.
    let least = match scales.form {
        Form::Relu | Form::Clamp => signed_bits(0, out.1) + u32::from(scales.form == Form::Relu && out.1 == 0),
        Form::Values => {
            let step = f64::powi(2.0, scales.e_q);
            signed_bits((seen.lo * step * 1.25) as i64, (seen.hi * step * 1.25) as i64)
        }
    };
    let bound_bits = signed_bits(0, out.1) - 1;
    let least = least.max(bound_bits + 1).clamp(1, MAX_DOMAIN_BITS);
    let cover = cover.max(if scales.form == Form::Values { 1 } else { bound_bits + 1 });
    let (domain_bits, high_bits) = match domain {
        Some(shared) => (shared.max(cover), 0),
        None => choose_domain(cover, least, q, slots),
    };
    let table = match scales.form {
        Form::Relu => Table::Relu { bits: bound_bits },
        Form::Clamp => Table::Clamp { bits: bound_bits },
        Form::Values => tabulate(functions, domain_bits, scales.e_q, scales.e_out, out),
    };
    Activation { shift: scales.shift, domain_bits, high_bits, table }
}

/// The smallest domain that holds every reachable index, or one that saturates where that is too large.
fn choose_domain(cover: u32, least: u32, q: (i64, i64), slots: u64) -> (u32, u32) {
    let saturating = (least.min(cover)..=MAX_DOMAIN_BITS).find_map(|bits| {
        let high = needed_high_bits(q, bits)?;
        (high > 0).then_some((bits, high))
    });
    match saturating {
        _ if cover <= COVER_BITS => (cover, 0),
        // Saturating costs two tables more and two columns.
        Some((bits, high)) if cover > MAX_DOMAIN_BITS || (1u64 << cover) > (3 << bits) + (1 << high) + 2 * slots => (bits, high),
        _ => (cover.min(MAX_DOMAIN_BITS), 0),
    }
}
