//! Exponents of all tensors, by the settings of a plan.
//!
//! A value `x` is stored as `x * 2^e`. Values have exponents of their own: results of functions such that what was seen
//! fits their bits, results of maxima those of their operands. A sum has one exponent, fine enough for each of its terms
//! and for what reads it; a term of another scale gets an integer coefficient.

use super::build::Task;
use super::exponents::{exponent_for, power_of_two};
use super::plan::{Plan, Setting};
use super::ranges::{Observed, Range, name};
use super::table::{Form, exact_exponent, form, slope_log};
use crate::error::Error;
use crate::float::{FloatModel, Function, Link, Move, Op, Product, Source, Term, View};
use crate::ops::ENTRY_LIMIT;
use crate::ops::activation::MAX_SHIFT;

/// Bits of the coefficient of a move, where it is no power of two.
const COEFFICIENT_BITS: i32 = 10;
/// Most bits of the index of a table on what samples reach, without sign, beyond those of its result.
const INDEX_BITS: i32 = 4;
/// Largest shift that is chosen where weights could have more bits still.
const LARGEST_SHIFT: i32 = 24;
/// Most bits, with sign, of a sum that is copied instead of requantized.
const MAX_COPY_BITS: u32 = 17;

/// Exponents of all tensors, and how functions become tables.
#[derive(Clone, Debug)]
pub struct Scales {
    /// By tensor.
    pub(super) exponents: Vec<i32>,
    /// By node, for functions.
    pub(super) maps: Vec<Option<Requantized>>,
}

/// How a value comes from a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requantized {
    /// Integer for integer.
    Copy,
    /// By a table.
    Table {
        form: Form,
        /// Bits dropped.
        shift: u32,
        /// Exponent of the index.
        e_q: i32,
        /// Every index counts.
        exact: bool,
        /// Smallest and largest result.
        out: (i64, i64),
    },
}

/// The exponents that `plan` gives the tensors of the model in normal form.
///
/// # Errors
/// A function that has to be exact but whose results are no integers of few bits; bits to drop beyond what is possible.
pub fn scales(task: Task, plan: &Plan) -> Result<Scales, Error> {
    let Task { model, observed, .. } = task;
    Chooser { task, model, observed, plan, natural: natural(model, observed, plan), limits: Vec::new() }.run()
}

/// Range of stored results: `bits` unsigned where they cannot be negative, else with sign.
fn out_range(range: &Range, form: Form, bits: u32) -> (i64, i64) {
    let unsigned = form == Form::Relu || (form == Form::Values && range.lo >= 0.0);
    if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) }
}

/// Exponents of inputs and results of functions by what was seen; operands of one maximum share the coarsest.
fn natural(model: &FloatModel, observed: &Observed, plan: &Plan) -> Vec<i32> {
    let inputs = model.inputs.len();
    let mut group: Vec<usize> = (0..inputs + model.nodes.len()).collect();
    let find = |group: &[usize], mut id: usize| {
        while let Some(up) = group.get(id).filter(|up| **up != id) {
            id = *up;
        }
        id
    };
    for (i, node) in model.nodes.iter().enumerate() {
        let Op::Max { left, right } = &node.op else { continue };
        for operand in [left, right] {
            if let (Source::Tensor(from), 1.0) = (operand.view.source, operand.coefficient.abs()) {
                let (a, b) = (find(&group, from), find(&group, inputs + i));
                if let Some(slot) = group.get_mut(a) {
                    *slot = b;
                }
            }
        }
    }
    let exact = model.nodes.iter().any(|node| matches!(node.op, Op::Map { exact: true, .. }));
    let own = |id: usize| -> Option<i32> {
        let range = observed.ranges.get(id)?;
        let Some(i) = id.checked_sub(inputs) else {
            let whole = model.inputs.get(id).is_some_and(|input| input.whole);
            // An input at the very end of the range is allowed to round to one step beyond it, unless every step counts.
            let most = f64::powi(2.0, plan.input_bits as i32 - 1) - f64::from(u8::from(exact || whole));
            let finest = exponent_for(range.reach(), most);
            // Steps between integers would be none.
            return Some(if whole { finest.min(0) } else { finest });
        };
        match &model.nodes.get(i)?.op {
            Op::Map { functions, .. } => {
                let setting = plan.values.get(i)?;
                let (_, hi) = out_range(range, form(functions), setting.bits);
                Some(exponent_for(range.reach(), hi as f64) - setting.headroom)
            }
            Op::Sum(_) | Op::Max { .. } => None,
        }
    };
    let all: Vec<Option<i32>> = (0..group.len()).map(own).collect();
    let mut coarsest: Vec<Option<i32>> = vec![None; group.len()];
    for (id, e) in all.iter().enumerate() {
        if let (Some(e), Some(slot)) = (e, coarsest.get_mut(find(&group, id))) {
            *slot = Some(slot.map_or(*e, |other| other.min(*e)));
        }
    }
    (0..group.len()).map(|id| coarsest.get(find(&group, id)).copied().flatten().unwrap_or(0)).collect()
}

struct Chooser<'a> {
    task: Task<'a>,
    model: &'a FloatModel,
    observed: &'a Observed,
    plan: &'a Plan,
    natural: Vec<i32>,
    /// By tensor: no stored cell of a value is larger in magnitude.
    limits: Vec<f64>,
}

impl Chooser<'_> {
    fn run(mut self) -> Result<Scales, Error> {
        let inputs = self.model.inputs.len();
        let mut scales = Scales { exponents: Vec::new(), maps: vec![None; self.model.nodes.len()] };
        for id in 0..inputs {
            scales.exponents.push(self.natural.get(id).copied().unwrap_or(0));
            self.limits.push(f64::powi(2.0, self.plan.input_bits as i32 - 1));
        }
        for i in 0..self.model.nodes.len() {
            let Some(node) = self.model.nodes.get(i) else { break };
            let (exponent, limit) = match &node.op {
                Op::Sum(terms) => {
                    let e = self.sum(inputs + i, terms, &scales.exponents);
                    (e, self.limit(terms, &scales.exponents, e))
                }
                Op::Map { input, functions, exact } => {
                    let (e, requantized) = self.map(i, *input, functions, *exact, &scales.exponents)?;
                    let limit = match &requantized {
                        Requantized::Copy => self.limits.get(*input).copied().unwrap_or(0.0),
                        Requantized::Table { out, .. } => out.1.max(-out.0) as f64,
                    };
                    if let Some(slot) = scales.maps.get_mut(i) {
                        *slot = Some(requantized);
                    }
                    (e, limit)
                }
                Op::Max { left, right } => {
                    let finest = |m: &Move<f64>| match m.view.source {
                        Source::Tensor(from) => Some(at(&scales.exponents, from) - power_of_two(m.coefficient)?),
                        Source::Constant(_) => None,
                    };
                    let e = finest(left).max(finest(right)).unwrap_or(0);
                    let limit = |m: &Move<f64>| self.moved(m, &scales.exponents, e);
                    (e, limit(left).max(limit(right)))
                }
            };
            scales.exponents.push(exponent);
            self.limits.push(limit);
        }
        Ok(scales)
    }

    /// Functions that read tensor `id`: node, functions, whether exact.
    fn readers(&self, id: usize) -> impl Iterator<Item = (usize, &[Function], bool)> {
        self.model.nodes.iter().enumerate().filter_map(move |(i, node)| match &node.op {
            Op::Map { input, functions, exact } if *input == id => Some((i, &functions[..], *exact)),
            _ => None,
        })
    }

    fn setting(&self, node: usize) -> Setting {
        self.plan.values.get(node).copied().unwrap_or(Setting { bits: 8, shift: None, headroom: 0 })
    }

    /// The exponent that the index of the table of function `node` should have.
    fn index(&self, node: usize, input: usize, functions: &[Function]) -> i32 {
        let e_out = at(&self.natural, self.model.inputs.len() + node);
        match form(functions) {
            Form::Values => {
                let range = self.observed.ranges.get(input).copied().unwrap_or_default();
                let steep = e_out + slope_log(functions, range.seen.0, range.seen.1);
                let indices = self.setting(node).bits as i32 + INDEX_BITS;
                steep.min(exponent_for(range.reach(), f64::powi(2.0, indices)))
            }
            Form::Relu | Form::Clamp => e_out,
        }
    }

    /// Exponent of a sum.
    fn sum(&self, id: usize, terms: &[Term<f64>], exponents: &[i32]) -> i32 {
        // The coarsest at which no integer coefficient is lost.
        let least = terms.iter().filter_map(|term| self.least(term, exponents)).max();
        // The finest that weights can use.
        let finest = |bits: u32| {
            let of_term = |term: &Term<f64>| match term {
                Term::Product(p) => Some(weight_exponent(self.task, p, bits)? + self.read(&p.right, exponents)?),
                Term::Move(_) => None,
            };
            terms.iter().filter_map(of_term).max()
        };
        let mut wanted: Option<i32> = None;
        let mut structured: Option<i32> = None;
        for (node, functions, exact) in self.readers(id) {
            if exact || (functions.is_empty() && self.copied(terms, exponents)) {
                continue;
            }
            let e_q = self.index(node, id, functions);
            if form(functions) != Form::Values {
                structured = structured.max(Some(e_q));
            }
            let shift = self.setting(node).shift.map_or(LARGEST_SHIFT, |s| s as i32);
            wanted = wanted.max(Some(e_q + shift.min(LARGEST_SHIFT)));
        }
        let e = match (wanted, finest(self.plan.weight_bits)) {
            (Some(wanted), Some(finest)) => Some(wanted.min(finest)),
            (Some(_), None) => None,
            (None, _) => finest(self.plan.last_bits),
        };
        e.max(least).max(structured).unwrap_or(0)
    }

    fn read(&self, view: &View, exponents: &[i32]) -> Option<i32> {
        match view.source {
            Source::Tensor(id) => Some(at(exponents, id)),
            Source::Constant(_) => None,
        }
    }

    /// The coarsest exponent of a sum at which `term` has the integer coefficient it needs.
    fn least(&self, term: &Term<f64>, exponents: &[i32]) -> Option<i32> {
        let (c, e) = match term {
            Term::Move(m) => (m.coefficient, self.read(&m.view, exponents)?),
            Term::Product(p) => {
                (p.coefficient, self.read(&p.left, exponents)?.checked_add(self.read(&p.right, exponents)?)?)
            }
        };
        Some(match power_of_two(c) {
            Some(k) => e - k,
            None if c == 0.0 => e,
            None => e - c.abs().log2().floor() as i32 + COEFFICIENT_BITS - 1,
        })
    }

    /// Whether a sum of these terms is copied where it is requantized: nothing but moves by powers of two, and few bits.
    fn copied(&self, terms: &[Term<f64>], exponents: &[i32]) -> bool {
        let plain = terms.iter().all(|term| match term {
            Term::Move(m) => matches!(m.view.source, Source::Tensor(_)) && power_of_two(m.coefficient).is_some(),
            Term::Product(_) => false,
        });
        let e = terms.iter().filter_map(|term| self.least(term, exponents)).max();
        plain && e.is_some_and(|e| self.limit(terms, exponents, e) < f64::powi(2.0, MAX_COPY_BITS as i32 - 1))
    }

    /// A bound on the magnitude of cells of a sum of exponent `e`, as far as it reads values by moves.
    fn limit(&self, terms: &[Term<f64>], exponents: &[i32], e: i32) -> f64 {
        let of_term = |term: &Term<f64>| match term {
            Term::Move(m) => self.moved(m, exponents, e),
            Term::Product(_) => f64::INFINITY,
        };
        terms.iter().map(of_term).sum()
    }

    fn moved(&self, m: &Move<f64>, exponents: &[i32], e: i32) -> f64 {
        let (limit, from) = match m.view.source {
            Source::Tensor(id) => (self.limits.get(id).copied().unwrap_or(f64::INFINITY), at(exponents, id)),
            Source::Constant(i) => (self.task.reaches.get(i).copied().unwrap_or(0.0), 0),
        };
        let windows = m.view.links.iter().flat_map(|link| match link {
            Link::Affine { windows, .. } => windows.iter().map(|(n, _)| f64::from(*n)).collect(),
            Link::Table { .. } => vec![],
        });
        limit * windows.product::<f64>() * m.coefficient.abs() * f64::powi(2.0, e - from)
    }

    /// Exponent of the result of function `node`, and how it comes about.
    fn map(
        &self,
        node: usize,
        input: usize,
        functions: &[Function],
        exact: bool,
        exponents: &[i32],
    ) -> Result<(i32, Requantized), Error> {
        let e = at(exponents, input);
        let terms =
            match input.checked_sub(self.model.inputs.len()).and_then(|i| self.model.nodes.get(i)).map(|n| &n.op) {
                Some(Op::Sum(terms)) => &terms[..],
                _ => &[],
            };
        if functions.is_empty() && (exact || self.copied(terms, exponents)) {
            return Ok((e, Requantized::Copy));
        }
        let id = self.model.inputs.len() + node;
        let error = |expected: &str, got: String, remedy| Error::Calibration {
            file: self.model.source.clone(),
            node: name(self.model, id).into(),
            expected: expected.into(),
            got,
            remedy,
        };
        let seen = self.observed.ranges.get(id).copied().unwrap_or_default();
        if exact {
            let scale = f64::powi(2.0, e);
            let from = self.observed.ranges.get(input).copied().unwrap_or_default();
            let indices = ((from.lo * scale).floor() as i64 - 1, (from.hi * scale).ceil() as i64 + 1);
            let limit = i64::from(ENTRY_LIMIT);
            let e_out = exact_exponent(functions, e, indices).ok_or_else(|| {
                error(
                    "results that are integers of at most 16 bits, at some power of two",
                    format!("{}..={} in steps of 2^-{e}", seen.lo, seen.hi),
                    "quantize with fewer bits (--bits), or scale the input of this node down",
                )
            })?;
            let form = Form::Values;
            return Ok((e_out, Requantized::Table { form, shift: 0, e_q: e, exact, out: (1 - limit, limit - 1) }));
        }
        let form = form(functions);
        let e_q = self.index(node, input, functions).min(e);
        let e_out = if form == Form::Values { at(&self.natural, id) } else { e_q };
        let out = out_range(&seen, form, self.setting(node).bits);
        let shift = u32::try_from(e - e_q).unwrap_or(0);
        if shift > MAX_SHIFT {
            let expected = format!("at most {MAX_SHIFT} bits to drop");
            return Err(error(&expected, shift.to_string(), "quantize with other bits (--bits)"));
        }
        Ok((e_out, Requantized::Table { form, shift, e_q, exact, out }))
    }
}

fn at(exponents: &[i32], id: usize) -> i32 {
    exponents.get(id).copied().unwrap_or(0)
}

/// The exponent at which the weights of `product`, its coefficient included, have `bits` with sign; `None` where its left
/// factor is computed.
pub(super) fn weight_exponent(task: Task, product: &Product<f64>, bits: u32) -> Option<i32> {
    let Source::Constant(i) = product.left.source else { return None };
    let most = f64::powi(2.0, bits as i32 - 1) - 1.0;
    let reach = task.reaches.get(i)? * product.coefficient.abs();
    Some(exponent_for(if reach > 0.0 { reach } else { 1.0 }, most))
}
