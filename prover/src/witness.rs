//! From runs of the program to the columns of a proof.

use crate::core::form_value;
use crate::ints::Ints;
use std::borrow::Cow;
use std::collections::HashMap;
use verin_circuits::schedule::{Form, Numerator, Role, Schedule};
use verin_quantizer::execute::Trace;
use verin_quantizer::ir::{Activation, Graph, Op, Table};

/// One tensor per tensor of the schedule: the model's, then those of the runs, slot after slot.
///
/// # Panics
/// The traces are not as many as the batch, or not of this graph.
pub fn columns<'g>(graph: &'g Graph, schedule: &Schedule, traces: &[Trace]) -> Vec<Ints<'g>> {
    assert_eq!(traces.len(), 1 << schedule.options.batch_log, "one run per slot");
    let tensor = |id: usize| traces.iter().flat_map(move |t| t.tensors[id].iter().copied());
    let narrow = |id: usize| Ints::Narrow(tensor(id).map(|v| v as i32).collect());
    let of_activation = |node: usize, part: &dyn Fn(&Activation, i64) -> i64| {
        let Op::Activation(activation) = &graph.nodes[node].op else { return Ints::Narrow(Cow::Owned(Vec::new())) };
        Ints::Narrow(tensor(graph.nodes[node].input).map(|acc| part(activation, acc) as i32).collect())
    };
    let mut columns: Vec<Ints<'g>> = schedule
        .tensors
        .iter()
        .map(|t| match t.role {
            Role::Weight(_) | Role::Bias(_) | Role::TableValues(_) => model_column(graph, t.role),
            Role::Input => narrow(0),
            Role::Result(node) => narrow(node + 1),
            Role::Output => Ints::Wide(tensor(graph.output).collect()),
            Role::TableIndex(node) => of_activation(node, &|a, acc| split(a, acc).low),
            Role::High(node) => of_activation(node, &|a, acc| split(a, acc).high),
            Role::Class(node) => of_activation(node, &|a, acc| split(a, acc).class),
            Role::Remainder(node, limb) => {
                let (at, bits) = limb_of(schedule, node, limb);
                of_activation(node, &move |a, acc| split(a, acc).remainder >> at & ((1 << bits) - 1))
            }
            Role::Multiplicity(_) => Ints::Narrow(Cow::Owned(vec![0; 1 << t.log])),
        })
        .collect();
    count(schedule, &mut columns);
    columns
}

/// Weights, biases and table entries.
pub fn model_column(graph: &Graph, role: Role) -> Ints<'_> {
    match role {
        Role::Weight(node) => match &graph.nodes[node].op {
            Op::Dense(dense) => Ints::Narrow(Cow::Borrowed(&dense.weight)),
            Op::Scale(scale) => Ints::Narrow(Cow::Borrowed(&scale.weight)),
            Op::Activation(_) => Ints::Narrow(Cow::Borrowed(&[])),
        },
        Role::Bias(node) => match &graph.nodes[node].op {
            Op::Dense(dense) => Ints::Wide(Cow::Borrowed(&dense.bias)),
            Op::Scale(scale) => Ints::Wide(Cow::Borrowed(&scale.bias)),
            Op::Activation(_) => Ints::Wide(Cow::Borrowed(&[])),
        },
        Role::TableValues(node) => match &graph.nodes[node].op {
            Op::Activation(Activation { table: Table::Values(values), .. }) => Ints::Narrow(Cow::Borrowed(values)),
            _ => Ints::Narrow(Cow::Borrowed(&[])),
        },
        _ => Ints::Narrow(Cow::Borrowed(&[])),
    }
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

/// Position and length of a limb of an activation's remainder.
fn limb_of(schedule: &Schedule, node: usize, limb: usize) -> (u32, u32) {
    use verin_circuits::schedule::Accumulator;
    let index = schedule.find(Role::TableIndex(node));
    for relation in &schedule.relations {
        if let Accumulator::Activation(requantized) = &relation.accumulator
            && Some(requantized.index) == index
        {
            let at = requantized.limbs[limb].1;
            let end = requantized.limbs.get(limb + 1).map_or(requantized.shift, |(_, next)| *next);
            return (at, end - at);
        }
    }
    (0, 0)
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
