//! Terms and constants over integers, by the exponents of what they read and of their sum.

use super::build::Task;
use super::plan::Plan;
use super::ranges::name;
use super::scales::{Scales, weight_exponent};
use crate::error::Error;
use crate::fixed::quantize;
use crate::float::{FloatModel, Move, Op, Product, Source, Term, View};
use crate::ir::{Constant, Entries, Shape};
use crate::ops::{ACC_LIMIT, COEFFICIENT_LIMIT, ENTRY_LIMIT};
use rayon::prelude::*;
use std::collections::HashMap;

/// What nodes read, as integers.
#[derive(Clone, Debug, Default)]
pub struct Integers {
    /// Constants, in the order they are first read.
    pub(super) constants: Vec<Constant>,
    /// By node, for sums: their terms. Tensors keep their numbers in the float model.
    pub(super) sums: Vec<Vec<Term<i64>>>,
    /// By node, for maxima: their operands.
    pub(super) maxima: Vec<Option<[Move<i64>; 2]>>,
}

/// The terms and operands of all nodes of the model in normal form.
///
/// # Errors
/// A coefficient or an entry that is too large.
pub fn integers(task: Task, plan: &Plan, scales: &Scales) -> Result<Integers, Error> {
    let Task { model, .. } = task;
    let mut made = Maker { task, model, plan, scales, all: Integers::default(), places: HashMap::new() };
    for i in 0..model.nodes.len() {
        made.node(i)?;
    }
    Ok(made.all)
}

struct Maker<'a> {
    task: Task<'a>,
    model: &'a FloatModel,
    plan: &'a Plan,
    scales: &'a Scales,
    all: Integers,
    /// By constant of the model, bits of the factor and exponent.
    places: HashMap<(usize, u64, i32, bool), usize>,
}

impl Maker<'_> {
    fn exponent(&self, source: Source) -> i32 {
        match source {
            Source::Tensor(id) => self.scales.exponents.get(id).copied().unwrap_or(0),
            Source::Constant(_) => 0,
        }
    }

    fn node(&mut self, i: usize) -> Result<(), Error> {
        let id = self.model.inputs.len() + i;
        let e = self.exponent(Source::Tensor(id));
        let (mut terms, mut operands) = (Vec::new(), None);
        match self.model.nodes.get(i).map(|node| &node.op) {
            Some(Op::Sum(all)) => {
                for term in all {
                    terms.push(match term {
                        Term::Move(m) => Term::Move(self.moved(id, m, e)?),
                        Term::Product(p) => Term::Product(self.product(id, p, e)?),
                    });
                }
            }
            Some(Op::Max { left, right }) => {
                operands = Some([self.moved(id, left, e)?, self.moved(id, right, e)?]);
            }
            _ => {}
        }
        self.all.sums.push(terms);
        self.all.maxima.push(operands);
        Ok(())
    }

    fn error(&self, id: usize, expected: String, got: String) -> Error {
        Error::Calibration {
            file: self.model.source.clone(),
            node: name(self.model, id).into(),
            expected,
            got,
            remedy: "quantize with fewer bits (--bits), or scale the model's tensors to more similar sizes",
        }
    }

    /// `c * 2^shift` as an integer coefficient.
    fn coefficient(&self, id: usize, c: f64, shift: i32) -> Result<i64, Error> {
        let scaled = (c * f64::powi(2.0, shift)).round();
        let limit = COEFFICIENT_LIMIT - 1;
        if !(1.0..=limit as f64).contains(&scaled.abs()) {
            return Err(self.error(id, format!("a coefficient of 1 to {limit}"), format!("{scaled}")));
        }
        Ok(scaled as i64)
    }

    fn moved(&mut self, id: usize, m: &Move<f64>, e: i32) -> Result<Move<i64>, Error> {
        if let Source::Constant(i) = m.view.source {
            let place = self.constant(id, i, m.coefficient, e, false)?;
            let view = View { source: Source::Constant(place), links: m.view.links.clone() };
            return Ok(Move { coefficient: 1, view });
        }
        let coefficient = self.coefficient(id, m.coefficient, e - self.exponent(m.view.source))?;
        Ok(Move { coefficient, view: m.view.clone() })
    }

    fn product(&mut self, id: usize, p: &Product<f64>, e: i32) -> Result<Product<i64>, Error> {
        let Product { sums, left, right, .. } = p.clone();
        let Source::Constant(i) = p.left.source else {
            let of_factors = self.exponent(p.left.source) + self.exponent(p.right.source);
            let coefficient = self.coefficient(id, p.coefficient, e - of_factors)?;
            return Ok(Product { coefficient, sums, left, right });
        };
        // Weights as fine as the sum, or as fine as their bits allow and a power of two besides.
        let wanted = e - self.exponent(p.right.source);
        let finest = weight_exponent(self.task, p, self.plan.weight_bits).unwrap_or(0);
        let e_w = wanted.min(finest);
        let place = self.constant(id, i, p.coefficient, e_w, true)?;
        let coefficient = self.coefficient(id, 1.0, wanted - e_w)?;
        let left = View { source: Source::Constant(place), ..left };
        Ok(Product { coefficient, sums, left, right })
    }

    /// The place of constant `i` times `c * 2^e`, rounded.
    fn constant(&mut self, id: usize, i: usize, c: f64, e: i32, weights: bool) -> Result<usize, Error> {
        let key = (i, c.to_bits(), e, weights);
        if let Some(place) = self.places.get(&key) {
            return Ok(*place);
        }
        let Some(constant) = self.model.constants.get(i) else {
            return Err(self.error(id, "a constant".into(), format!("number {i}")));
        };
        let entries = if weights {
            let scale = c * f64::powi(2.0, e);
            Entries::Narrow(constant.data.par_iter().with_min_len(1 << 12).map(|w| integer_weight(*w, scale)).collect())
        } else {
            let limit = ACC_LIMIT - 1;
            let wide = constant.data.iter().enumerate().map(|(at, b)| match quantize(c * b, e, i64::MIN, i64::MAX) {
                q if (-limit..=limit).contains(&q) => Ok(q),
                q => Err(self.error(
                    id,
                    format!("summands of at most {limit}"),
                    format!("{} at index {at} of `{}`, which becomes {q}", c * b, constant.name),
                )),
            });
            Entries::Wide(wide.collect::<Result<_, _>>()?)
        };
        let constant =
            Constant { name: constant.name.clone(), shape: Shape::new(constant.dims.clone()), declared: None, entries };
        let place = self.all.constants.len();
        self.all.constants.push(constant);
        self.places.insert(key, place);
        Ok(place)
    }
}

/// Weights by their exponent; rounding never leaves the bits that exponents are chosen for.
fn integer_weight(w: f64, scale: f64) -> i32 {
    let limit = f64::from(ENTRY_LIMIT);
    let shifted = (w * scale + 0.5).clamp(-limit, limit);
    // The floor, without the call that `f64::floor` is on baseline x86-64: this runs for every weight and plan.
    let truncated = shifted as i32;
    let floor = truncated - i32::from(f64::from(truncated) > shifted);
    floor.clamp(1 - ENTRY_LIMIT, ENTRY_LIMIT - 1)
}
