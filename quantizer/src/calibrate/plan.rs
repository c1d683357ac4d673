//! One choice of bits and shift, made into a program.

use super::layout::{Layout, StageLayout};
use super::ranges::{Observed, Range};
use super::table::{Form, form, slope_log, tabulate};
use crate::cost::Cost;
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

/// Shift, form and exponents of one stage.
#[derive(Clone, Debug)]
struct Scales {
    shift: u32,
    e_w: i32,
    e_q: i32,
    e_out: i32,
    form: Form,
}

/// How the tables of one program are sized.
#[derive(Clone, Copy)]
struct Sizing<'a> {
    /// Saturate wherever the samples allow it, not only where tables would be very large.
    saturate: bool,
    /// Domain bits by stage, where another stage shares the table.
    shared: &'a [Option<u32>],
}

/// Builds the program of `plan`, with tables that saturate if that makes the lookup tree less deep.
///
/// # Errors
/// An accumulator that could leave its limit, or a program that is not valid.
pub fn build(
    model: &FloatModel,
    stages: &[Stage],
    layout: &Layout,
    observed: &Observed,
    plan: &Plan,
) -> Result<Graph, Error> {
    let source = Source { stages, layout, observed, plan, scales: choose_scales(stages, observed, plan) };
    let kernels = source.kernels()?;
    let covering = source.shared_activations(&kernels, false)?;
    let saturating = source.shared_activations(&kernels, true)?;
    let depth = |activations: &[Accumulated]| {
        let of_stage = activations.iter().zip(&layout.stages);
        Cost::of_activations(of_stage.filter_map(|(a, l)| Some((&a.activation.as_ref()?.0, l.result)))).tree_log
    };
    let chosen = if depth(&saturating) < depth(&covering) { saturating } else { covering };
    Ok(source.graph(model, kernels, chosen))
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

/// What a program is assembled from.
struct Source<'a> {
    stages: &'a [Stage],
    layout: &'a Layout,
    observed: &'a Observed,
    plan: &'a Plan,
    scales: Vec<Scales>,
}

type Bounds = (i64, i64);

/// Bounds of the accumulators of one stage; its activation, with the bounds of its results.
struct Accumulated {
    bounds: Bounds,
    activation: Option<(Activation, Bounds)>,
}

impl Source<'_> {
    /// Integer weights of every stage.
    fn kernels(&self) -> Result<Vec<Op>, Error> {
        let mut e_x = input_exponent(self.observed, self.plan);
        let mut kernels = Vec::new();
        for ((stage, layout), scales) in self.stages.iter().zip(&self.layout.stages).zip(&self.scales) {
            kernels.push(match &stage.kernel {
                Kernel::Linear(linear) => Op::Dense(dense(linear, layout, scales.e_w, e_x, &stage.name)?),
                Kernel::Affine(affine) => Op::Scale(scale(affine, layout, scales.e_w, e_x, &stage.name)?),
            });
            e_x = scales.e_out;
        }
        Ok(kernels)
    }

    fn input_bounds(&self) -> Bounds {
        let half = 1i64 << (self.plan.input_bits - 1);
        (-half, half - 1)
    }

    /// Bounds and activations of every stage.
    fn activations(&self, kernels: &[Op], sizing: Sizing) -> Result<Vec<Accumulated>, Error> {
        let mut bounds = self.input_bounds();
        let mut accumulated = Vec::new();
        for (i, (stage, kernel)) in self.stages.iter().zip(kernels).enumerate() {
            let (Some(layout), Some(scales)) = (self.layout.stages.get(i), self.scales.get(i)) else { break };
            let (Some(values), Some(seen)) = (self.observed.values.get(i), self.observed.accumulators.get(i)) else {
                break;
            };
            bounds = exact_bounds(kernel, layout.result, bounds, &stage.name)?;
            let of_accumulator = bounds;
            let activation = stage.map.as_ref().map(|(_, functions)| {
                let out = out_range(values, scales.form, self.plan.activation_bits);
                let shared = sizing.shared.get(i).copied().flatten();
                let slots = 1u64 << layout.result.log();
                let domain = choose_domain(scales, shared, sizing.saturate, out, bounds, seen, slots);
                let activation = activation_for(functions, scales, domain, out);
                bounds = activation::range(&activation, bounds);
                (activation, bounds)
            });
            accumulated.push(Accumulated { bounds: of_accumulator, activation });
        }
        Ok(accumulated)
    }

    /// The same, with tables of one function made equally large so that they are shared.
    fn shared_activations(&self, kernels: &[Op], saturate: bool) -> Result<Vec<Accumulated>, Error> {
        let alone = self.activations(kernels, Sizing { saturate, shared: &[] })?;
        let covering = |i: usize| {
            let (activation, _) = alone.get(i)?.activation.as_ref()?;
            (activation.high_bits == 0).then_some(activation.domain_bits)
        };
        let largest = |i: usize| (0..alone.len()).filter(|j| self.same_table(i, *j)).filter_map(covering).max();
        let shared: Vec<_> = (0..alone.len()).map(|i| covering(i).and_then(|_| largest(i))).collect();
        let mut activations = if (0..alone.len()).all(|i| shared.get(i).copied().flatten() == covering(i)) {
            alone
        } else {
            self.activations(kernels, Sizing { saturate, shared: &shared })?
        };
        // More high bits than needed represent the same indices, and one table then classifies them all.
        let high_bits = |a: &Accumulated| a.activation.as_ref().map_or(0, |(a, _)| a.high_bits);
        let most = activations.iter().map(high_bits).max().unwrap_or(0);
        for (activation, _) in activations.iter_mut().filter_map(|a| a.activation.as_mut()) {
            if activation.high_bits > 0 {
                activation.high_bits = most;
            }
        }
        Ok(activations)
    }

    /// Whether two stages have the same table, were it equally large.
    fn same_table(&self, i: usize, j: usize) -> bool {
        let functions = |i: usize| self.stages.get(i).and_then(|s| s.map.as_ref()).map(|(_, functions)| functions);
        match (self.scales.get(i), self.scales.get(j)) {
            (Some(s), Some(t)) if s.form == Form::Values => {
                (s.e_q, s.e_out) == (t.e_q, t.e_out) && functions(i) == functions(j)
            }
            (Some(s), Some(t)) => s.form == t.form,
            _ => false,
        }
    }

    fn graph(&self, model: &FloatModel, kernels: Vec<Op>, accumulated: Vec<Accumulated>) -> Graph {
        let dims = |dims: &[usize]| dims.iter().map(|d| u32::try_from(*d).unwrap_or(u32::MAX)).collect();
        let (lo, hi) = self.input_bounds();
        let input = Input {
            name: model.input_name.clone(),
            dims: dims(&model.input_dims),
            shape: self.layout.input,
            exponent: input_exponent(self.observed, self.plan),
            lo,
            hi,
        };
        let mut e_x = input.exponent;
        let mut nodes: Vec<Node> = Vec::new();
        let parts = self.stages.iter().zip(&self.layout.stages).zip(&self.scales);
        for (((stage, layout), scales), (op, accumulated)) in parts.zip(kernels.into_iter().zip(accumulated)) {
            let mut push = |name: &str, op, exponent, (lo, hi): Bounds| {
                let node = Node { name: name.into(), input: nodes.len(), op, shape: layout.result, exponent, lo, hi };
                nodes.push(node);
            };
            push(&stage.name, op, e_x + scales.e_w, accumulated.bounds);
            if let (Some((name, _)), Some((activation, bounds))) = (&stage.map, accumulated.activation) {
                push(name, Op::Activation(activation), scales.e_out, bounds);
                e_x = scales.e_out;
            }
        }
        Graph { input, output: nodes.len(), nodes, output_dims: dims(&model.output_dims) }
    }
}

fn exact_bounds(op: &Op, result: Shape, bounds: (i64, i64), name: &str) -> Result<(i64, i64), Error> {
    let (lo, hi) = op.range(result, bounds);
    let reach = lo.abs().max(hi.abs());
    match (i64::try_from(lo), i64::try_from(hi)) {
        (Ok(lo), Ok(hi)) if reach < i128::from(ACC_LIMIT) => Ok((lo, hi)),
        _ => Err(Error::accumulator(name, reach)),
    }
}

fn biases(bias: impl Iterator<Item = f64>, exponent: i32, name: &str) -> Result<Vec<i64>, Error> {
    let limit = ACC_LIMIT - 1;
    let integer = |b: f64| match quantize(b, exponent, i64::MIN, i64::MAX) {
        q if (-limit..=limit).contains(&q) => Ok(q),
        q => Err(Error::accumulator(name, q.into())),
    };
    bias.map(integer).collect()
}

/// Weights by their exponent; rounding never leaves the 16 bits that exponents are chosen for.
fn integer_weight(w: f64, scale: f64) -> i32 {
    let shifted = (w * scale + 0.5).clamp(-65536.0, 65536.0);
    // The floor, without the call that `f64::floor` is on baseline x86-64: this runs for every weight and plan.
    let truncated = shifted as i32;
    let floor = truncated - i32::from(f64::from(truncated) > shifted);
    floor.clamp(-i32::from(i16::MAX), i32::from(i16::MAX))
}

fn dense(linear: &Linear, layout: &StageLayout, e_w: i32, e_x: i32, name: &str) -> Result<Dense, Error> {
    let in_log = layout.in_log.unwrap_or(0);
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
    (domain_bits, high_bits): (u32, u32),
    out: Bounds,
) -> Activation {
    let bits = signed_bits(0, out.1) - 1;
    let table = match scales.form {
        Form::Relu => Table::Relu { bits },
        Form::Clamp => Table::Clamp { bits },
        Form::Values => tabulate(functions, domain_bits, scales.e_q, scales.e_out, out),
    };
    Activation { shift: scales.shift, domain_bits, high_bits, table }
}

/// Domain bits and high bits: the smallest domain that holds every reachable index, or one that saturates.
fn choose_domain(
    scales: &Scales,
    shared: Option<u32>,
    saturate: bool,
    out: Bounds,
    acc: Bounds,
    seen: &Range,
    slots: u64,
) -> (u32, u32) {
    let q = (rescale(acc.0, scales.shift), rescale(acc.1, scales.shift));
    // What the table must tell apart: its own bound, or where samples were.
    let least = match scales.form {
        Form::Relu | Form::Clamp => signed_bits(0, out.1),
        Form::Values => {
            let step = f64::powi(2.0, scales.e_q) * 1.25;
            signed_bits((seen.lo * step) as i64, (seen.hi * step) as i64)
        }
    };
    let least = least.min(MAX_DOMAIN_BITS);
    let cover = signed_bits(q.0, q.1).max(if scales.form == Form::Values { 1 } else { least });
    if let Some(shared) = shared {
        return (shared.max(cover), 0);
    }
    let saturating = (least..cover.min(MAX_DOMAIN_BITS + 1)).find_map(|bits| Some((bits, needed_high_bits(q, bits)?)));
    match saturating.filter(|(_, high)| *high > 0) {
        // Saturating costs two tables and two columns more.
        Some((bits, high)) => {
            let dearer = cover > MAX_DOMAIN_BITS || (1u64 << cover) > (3 << bits) + (1 << high) + 2 * slots;
            if saturate || cover > COVER_BITS && dearer { (bits, high) } else { (cover, 0) }
        }
        None => (cover.min(MAX_DOMAIN_BITS), 0),
    }
}
