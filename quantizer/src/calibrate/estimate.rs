//! What a plan costs, before any constant is rounded.
//!
//! The real numbers that a sum can reach by its static bound hardly depend on the plan: they are those of one program,
//! built once. Scaled by the exponents of another plan they give the sizes of its tables.

use super::build::{Program, Task};
use super::domain::{Rule, Sizing, share, size};
use super::plan::Plan;
use super::scales::{Requantized, scales};
use crate::cost::Cost;
use crate::error::Error;
use crate::float::Op as FloatOp;
use crate::ir::{Activation, Max, Op, Shape, Table};
use crate::ops::max::needed_domain_bits;
use crate::ops::range;
use crate::view::{Move, Source, View};

/// What the tensors of a model reach by static bounds, as real numbers.
#[derive(Clone, Debug)]
pub struct Reach {
    /// By tensor; of a maximum, of the difference of its operands.
    bounds: Vec<(f64, f64)>,
    /// Steps of two by which values exceed what was seen, in the program this comes from.
    headroom: i32,
}

/// What a plan costs, about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// log2 of the size of the lookup tree.
    pub tree_log: u32,
    /// Leaves of the lookup tree.
    pub leaves: u64,
    /// Whether tables saturate wherever samples allow it.
    pub saturate: bool,
}

impl Reach {
    /// Of `program`, which was built by `plan`.
    pub fn new(program: &Program, plan: &Plan) -> Self {
        let graph = &program.graph;
        let of = |tensor: &Option<usize>| {
            let Some(node) = tensor.and_then(|id| id.checked_sub(1)).and_then(|i| graph.nodes.get(i)) else {
                return (0.0, 0.0);
            };
            let (lo, hi) = match &node.op {
                Op::Max(max) => range::difference(graph, [&max.left, &max.right], &node.shape).unwrap_or((0, 0)),
                _ => (node.lo, node.hi),
            };
            let scale = f64::powi(2.0, -node.exponent);
            (lo as f64 * scale, hi as f64 * scale)
        };
        Self { bounds: program.tensors.iter().map(of).collect(), headroom: headroom(plan) }
    }

    /// What `plan` costs.
    ///
    /// # Errors
    /// It has no scales.
    pub fn estimate(&self, task: Task, plan: &Plan) -> Result<Estimate, Error> {
        let model = task.model;
        let scales = scales(task, plan)?;
        let wider = f64::powi(2.0, headroom(plan) - self.headroom);
        let bounds = |id: usize| {
            let scale = wider * f64::powi(2.0, scales.exponents.get(id).copied().unwrap_or(0));
            let (lo, hi) = self.bounds.get(id).copied().unwrap_or((0.0, 0.0));
            ((lo * scale) as i64, (hi * scale) as i64)
        };
        let inputs: usize = model.inputs.iter().map(|i| crate::float::cells(&i.dims)).sum();
        let input = Shape::new(vec![u32::try_from(inputs).unwrap_or(u32::MAX)]);
        let estimate = |saturate: bool| {
            let (mut ops, mut rules, mut shapes) = (Vec::new(), Vec::new(), Vec::new());
            for (i, node) in model.nodes.iter().enumerate() {
                let id = model.inputs.len() + i;
                let shape = Shape::new(node.dims.clone());
                match (&node.op, scales.maps.get(i).and_then(Option::as_ref)) {
                    (FloatOp::Map { input, functions, .. }, Some(requantized)) => {
                        let Requantized::Table { form, shift, e_q, out, exact } = requantized else { continue };
                        let e_out = scales.exponents.get(id).copied().unwrap_or(0);
                        let rule = Rule { functions, form: *form, e_q: *e_q, e_out, out: *out };
                        let seen = task.observed.ranges.get(*input).copied().unwrap_or_default();
                        let slots = 1u64 << shape.log();
                        let sizing = Sizing { sum: bounds(*input), seen, slots, saturate };
                        // What is exact has the same size in every plan, as good as.
                        let sized = if *exact { Some((8, 0)) } else { size(requantized, &rule, &sizing) };
                        let Some((domain_bits, high_bits)) = sized else { continue };
                        let table = Table::Values(vec![]);
                        ops.push(Op::Activation(Activation { input: 0, shift: *shift, domain_bits, high_bits, table }));
                        rules.push(Some(rule));
                        shapes.push(shape);
                    }
                    (FloatOp::Max { .. }, _) => {
                        let operand =
                            || Move { coefficient: 1, view: View { source: Source::Tensor(0), links: vec![] } };
                        let domain_bits = needed_domain_bits(bounds(id));
                        ops.push(Op::Max(Max { left: operand(), right: operand(), domain_bits }));
                        rules.push(None);
                        shapes.push(shape);
                    }
                    _ => {}
                }
            }
            share(&mut ops.iter_mut().collect::<Vec<_>>(), &rules, |_, _| Some(Table::Values(vec![])));
            // Equal tables are told by the first rule that has them.
            for (i, op) in ops.iter_mut().enumerate() {
                if let (Op::Activation(a), Some(Some(rule))) = (op, rules.get(i)) {
                    let first = rules.iter().position(|other| other.as_ref().is_some_and(|other| rule.same(other)));
                    a.table = Table::Values(vec![first.unwrap_or(i) as i32]);
                }
            }
            Cost::of_nodes(ops.iter().zip(&shapes), &input, plan.input_bits)
        };
        let (covering, saturating) = (estimate(false), estimate(true));
        let saturate = saturating.tree_log < covering.tree_log;
        let cost = if saturate { saturating } else { covering };
        Ok(Estimate { tree_log: cost.tree_log, leaves: cost.leaves(), saturate })
    }
}

/// The headroom that most values of `plan` have, as far as they agree.
fn headroom(plan: &Plan) -> i32 {
    plan.values.iter().map(|setting| setting.headroom).min().unwrap_or(0)
}
