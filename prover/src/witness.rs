//! From runs of the program to the columns of a proof.

use crate::core::form_value;
use crate::ints::Ints;
use std::borrow::Cow;
use std::collections::HashMap;
use verin_circuits::schedule::{Form, Numerator, Role, Schedule, limbs};
use verin_quantizer::execute::Trace;
use verin_quantizer::ir::{Activation, Constant, Entries, Graph, Move, Op, Table};

/// One tensor per tensor of the schedule: the model's, then those of the runs, slot after slot.
///
/// # Panics
/// The traces are not as many as the batch, or not of this graph.
pub fn columns<'g>(graph: &'g Graph, schedule: &Schedule, traces: &[Trace]) -> Vec<Ints<'g>> {
    assert_eq!(traces.len(), 1 << schedule.options.batch_log, "one run per slot");
    let stored = |id: usize| ints(traces.iter().flat_map(move |t| t.tensors[id].iter().copied()), graph.bounds(id));
    let of_activation = |node: usize, part: &dyn Fn(&Activation, i64) -> i64| {
        let Op::Activation(activation) = &graph.nodes[node].op else { return Ints::Narrow(Cow::Owned(Vec::new())) };
        let accumulators = traces.iter().flat_map(|t| t.tensors[activation.input].iter().copied());
        Ints::Narrow(accumulators.map(|acc| part(activation, acc) as i32).collect())
    };
    let mut columns: Vec<Ints<'g>> = schedule
        .tensors
        .iter()
        .map(|t| match t.role {
            Role::Constant(_) | Role::TableValues(_) => model_column(graph, t.role),
            Role::ConstantLimb(i, limb) => constant_limb(&graph.constants[i], limb),
            Role::Input => stored(0),
            Role::Result(node) => stored(node + 1),
            Role::Output => stored(graph.output.tensor),
            Role::TableIndex(node) => match &graph.nodes[node].op {
                Op::Max(max) => {
                    let half = 1i64 << (max.domain_bits - 1);
                    let operands =
                        |t| moved(graph, t, node, &max.left).into_iter().zip(moved(graph, t, node, &max.right));
                    ints(traces.iter().flat_map(operands).map(|(left, right)| left - right + half), None)
                }
                _ => of_activation(node, &|a, acc| split(a, acc).low),
            },
            Role::Excess(node) => {
                let Op::Max(max) = &graph.nodes[node].op else { return Ints::Narrow(Cow::Owned(Vec::new())) };
                let excess = |t: &Trace| {
                    let right = moved(graph, t, node, &max.right);
                    t.tensors[node + 1].iter().zip(right).map(|(max, right)| max - right).collect::<Vec<_>>()
                };
                ints(traces.iter().flat_map(excess), None)
            }
            Role::High(node) => of_activation(node, &|a, acc| split(a, acc).high),
            Role::Class(node) => of_activation(node, &|a, acc| split(a, acc).class),
            Role::Remainder(node, limb) => of_activation(node, &move |a, acc| {
                let (at, bits) = limbs(a.shift).nth(limb).unwrap_or_default();
                split(a, acc).remainder >> at & ((1 << bits) - 1)
            }),
            Role::Multiplicity(_) => Ints::Narrow(Cow::Owned(vec![0; 1 << t.log])),
        })
        .collect();
    count(schedule, &mut columns);
    columns
}

/// Narrow where `bounds` allow it, or, without bounds, where it is known to be.
fn ints(cells: impl Iterator<Item = i64>, bounds: Option<(i64, i64)>) -> Ints<'static> {
    let narrow = |v: i64| i32::try_from(v).is_ok();
    match bounds {
        Some((lo, hi)) if !narrow(lo) || !narrow(hi) => Ints::Wide(cells.collect()),
        _ => Ints::Narrow(cells.map(|v| v as i32).collect()),
    }
}

/// All stored cells of a moved value in one run, over the result of `node`.
fn moved(graph: &Graph, trace: &Trace, node: usize, operand: &Move<i64>) -> Vec<i64> {
    verin_quantizer::execute::moved(graph, &trace.tensors, operand, &graph.nodes[node].shape)
}

/// Stored cells of constants and table entries.
pub fn model_column(graph: &Graph, role: Role) -> Ints<'_> {
    match role {
        Role::Constant(i) => stored_constant(&graph.constants[i]),
        Role::TableValues(node) => match &graph.nodes[node].op {
            Op::Activation(Activation { table: Table::Values(values), .. }) => Ints::Narrow(Cow::Borrowed(values)),
            _ => Ints::Narrow(Cow::Borrowed(&[])),
        },
        _ => Ints::Narrow(Cow::Borrowed(&[])),
    }
}

fn stored_constant(constant: &Constant) -> Ints<'_> {
    let full = constant.shape.is_full();
    match &constant.entries {
        Entries::Narrow(v) if full => Ints::Narrow(Cow::Borrowed(v)),
        Entries::Wide(v) if full => Ints::Wide(Cow::Borrowed(v)),
        Entries::Narrow(v) => Ints::Narrow(Cow::Owned(constant.shape.pad(v))),
        Entries::Wide(v) => Ints::Wide(Cow::Owned(constant.shape.pad(v))),
    }
}

/// Digits of `x + 2^(bits-1)`, which lies in `0..2^bits` for entries in the declared range.
fn constant_limb(constant: &Constant, limb: usize) -> Ints<'static> {
    let declared = constant.declared.unwrap_or_default();
    let (at, bits) = limbs(declared).nth(limb).unwrap_or_default();
    let half = 1i64 << declared >> 1;
    let entries = stored_constant(constant);
    let digit = |i: usize| (((entries.get(i) + half) >> at) & ((1 << bits) - 1)) as i32;
    Ints::Narrow((0..1usize << constant.shape.log()).map(digit).collect())
}

/// An accumulator taken apart: `acc + 2^(shift-1) = 2^shift (2^domain high + low - offset) + remainder`.
struct Split {
    low: i64,
    high: i64,
    class: i64,
    remainder: i64,
}

fn split(activation: &Activation, acc: i64) -> Split {
    let Activation { shift, domain_bits, high_bits, .. } = *activation;
    let rounded = acc + (1i64 << shift >> 1);
    let quotient = rounded >> shift;
    let remainder = rounded - (quotient << shift);
    let centre = if high_bits > 0 { 1i64 << (high_bits - 1) } else { 0 };
    let shifted = quotient + (1i64 << (domain_bits - 1)) + (centre << domain_bits);
    let high = shifted >> domain_bits;
    Split { low: shifted - (high << domain_bits), high, class: (high - centre).signum() + 1, remainder }
        .without_high_unless(high_bits > 0)
}

impl Split {
    /// Without saturation `low` is the whole quotient.
    fn without_high_unless(self, saturates: bool) -> Self {
        if saturates { self } else { Self { high: 0, class: 0, ..self } }
    }
}

/// Fills in how often each table entry is looked up.
fn count(schedule: &Schedule, columns: &mut [Ints<'_>]) {
    let tables: HashMap<u64, (usize, Form, u32)> = schedule
        .blocks
        .iter()
        .filter_map(|block| match block.numerator {
            Numerator::Minus(multiplicity) => Some((block.tag, (multiplicity, block.value, block.log))),
            _ => None,
        })
        .collect();
    let mut counts: HashMap<usize, Vec<i32>> = HashMap::new();
    for block in schedule.blocks.iter().filter(|b| b.numerator == Numerator::One) {
        for i in 0..1usize << block.log {
            let class = block.class.map_or(0, |ix| columns[ix].get(i));
            let Some((multiplicity, form, log)) = tables.get(&(block.tag + class as u64)) else { continue };
            let key = form_value(block.key, block.log, columns, i);
            // Padding of a private input is looked up in an entry of its own, whose number of uses is known.
            let constant = matches!(form, Form::Constant(c) if *c != form_value(block.value, block.log, columns, i));
            if constant || !(0..1 << log).contains(&key) {
                continue;
            }
            counts.entry(*multiplicity).or_insert_with(|| vec![0; 1 << log])[key as usize] += 1;
        }
    }
    for (multiplicity, counts) in counts {
        columns[multiplicity] = Ints::Narrow(Cow::Owned(counts));
    }
}
