//! From a program to the schedule of its proofs.

use super::blocks::{Block, Form, Numerator};
use super::placement::{Group, place};
use super::{
    Accumulator, Options, OutputKind, Placement, Relation, RelationKind, Requantized, Role, Schedule, Tensor, TensorIx,
};
use crate::error::VerifyError;
use std::collections::HashMap;
use verin_quantizer::ir::{Activation, Graph, Op, Table, TensorId};

/// Remainders of at most this many bits are looked up whole; longer ones in limbs. A range table of
/// `2^12` leaves is where halving it no longer shortens the argument by much.
pub const LIMB_BITS: u32 = 12;

/// Rows of one opening, private slots in rows of their own included, are at most so many.
const MAX_ROWS: u64 = 1 << 15;

/// The schedule of `graph` under `options`.
///
/// # Errors
/// The graph is not one that [`Graph`] allows, or is too large for the argument.
pub fn build(graph: &Graph, options: Options) -> Result<Schedule, VerifyError> {
    Builder {
        graph,
        options,
        tensors: Vec::new(),
        blocks: Vec::new(),
        next_tag: 1,
        ranges: HashMap::new(),
        tables: Vec::new(),
    }
    .run()
}

struct Builder<'a> {
    graph: &'a Graph,
    options: Options,
    tensors: Vec<(Tensor, Group)>,
    blocks: Vec<Block>,
    next_tag: u64,
    /// Tag of the range table of so many bits.
    ranges: HashMap<u32, u64>,
    /// Activation tables: node that brought it, tag.
    tables: Vec<(usize, u64)>,
}

fn unprovable(why: impl Into<String>) -> VerifyError {
    VerifyError::Unprovable { why: why.into() }
}

impl Builder<'_> {
    fn run(mut self) -> Result<Schedule, VerifyError> {
        let graph = self.graph;
        let batch = self.options.batch_log;
        // Model tensors first.
        for (i, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                Op::Dense(dense) => {
                    self.tensor(Role::Weight(i), node.shape.cols_log() + dense.in_log, Group::Model);
                    self.tensor(Role::Bias(i), node.shape.cols_log(), Group::Model);
                }
                Op::Scale(_) => {
                    self.tensor(Role::Weight(i), node.shape.cols_log(), Group::Model);
                    self.tensor(Role::Bias(i), node.shape.cols_log(), Group::Model);
                }
                Op::Activation(activation) => {
                    if matches!(activation.table, Table::Values(_)) && self.known_table(activation).is_none() {
                        self.tensor(Role::TableValues(i), activation.domain_bits, Group::Model);
                        self.tables.push((i, 0));
                    }
                }
            }
        }
        self.tables.clear();

        let input_log = batch + graph.input.shape.log();
        let input_group = if self.options.private_input { Group::Input { slots_log: batch } } else { Group::Witness };
        let input = self.tensor(Role::Input, input_log, input_group);
        if self.options.private_input {
            self.private_input(input, input_log)?;
        }

        let mut accumulators = HashMap::new();
        for (i, node) in graph.nodes.iter().enumerate() {
            if let Op::Activation(activation) = &node.op {
                let requantized = self.activation(i, activation)?;
                accumulators.insert(i, requantized);
            }
        }

        let output = self.output()?;
        let relations = self.relations(&accumulators, output)?;
        let output_shape =
            graph.shape(graph.output).ok_or_else(|| unprovable("the output is not a tensor of the graph"))?;
        let output_pad = self.output_pad()?;
        let tree_log = self.lay_out_blocks()?;
        let chunks: u64 = self.tensors.iter().map(|(t, _)| 1u64 << t.log.saturating_sub(self.options.b)).sum();
        if chunks > MAX_ROWS {
            return Err(unprovable(format!(
                "{chunks} rows of 2^{}; {MAX_ROWS} is the most: use longer rows",
                self.options.b
            )));
        }
        let zero_chunks = |i: usize, chunk: usize| self.is_zero_chunk(i, chunk);
        let mut tensors = self.tensors.clone();
        let rows = place(&mut tensors, self.options.b, self.options.mask, &zero_chunks);
        Ok(Schedule {
            options: self.options,
            tensors: tensors.into_iter().map(|(t, _)| t).collect(),
            rows,
            blocks: self.blocks,
            tree_log,
            relations,
            input,
            output,
            io_log: (input_log, batch + output_shape.log()),
            output_shape,
            output_pad,
        })
    }

    fn tensor(&mut self, role: Role, log: u32, group: Group) -> TensorIx {
        self.tensors.push((Tensor { role, log, placement: Placement::default() }, group));
        self.tensors.len() - 1
    }

    fn find(&self, role: Role) -> Result<TensorIx, VerifyError> {
        self.tensors
            .iter()
            .position(|(t, _)| t.role == role)
            .ok_or_else(|| unprovable(format!("{role:?} has no tensor")))
    }

    fn tags(&mut self, n: u64) -> u64 {
        let tag = self.next_tag;
        self.next_tag += n;
        tag
    }

    /// A block of looked-up slots.
    fn slots(&mut self, log: u32, tag: u64, class: Option<TensorIx>, key: Form, value: Form) {
        self.blocks.push(Block { log, offset: 0, tag, class, key, value, numerator: Numerator::One });
    }

    /// A block of table entries with its multiplicities.
    fn table(&mut self, log: u32, tag: u64, key: Form, value: Form) {
        let multiplicity = self.tensor(Role::Multiplicity(self.blocks.len()), log, Group::Witness);
        self.blocks.push(Block {
            log,
            offset: 0,
            tag,
            class: None,
            key,
            value,
            numerator: Numerator::Minus(multiplicity),
        });
    }

    /// Range and padding of a private input, which no relation produces: real cells are looked up as
    /// `(x - lo, 1)` in all of `0..=hi - lo`, padded ones as `(x - lo, 0)` in the one entry `(-lo, 0)`.
    fn private_input(&mut self, input: TensorIx, log: u32) -> Result<(), VerifyError> {
        let spec = &self.graph.input;
        let values = (spec.hi - spec.lo + 1) as u64;
        if !values.is_power_of_two() {
            return Err(unprovable("the input range is not a power of two"));
        }
        let (cols, cols_log) = (spec.shape.cols, spec.shape.cols_log());
        let tag = self.tags(1);
        self.slots(log, tag, None, Form::Tensor(input, -spec.lo), Form::RealColumn { cols_log, cols });
        self.table(values.trailing_zeros(), tag, Form::Index, Form::Constant(1));
        let padding = (1u64 << log) - ((1u64 << (log - cols_log)) * u64::from(cols));
        if padding > 0 {
            self.blocks.push(Block {
                log: 0,
                offset: 0,
                tag,
                class: None,
                key: Form::Constant(-spec.lo),
                value: Form::Constant(0),
                numerator: Numerator::MinusConstant(padding),
            });
        }
        Ok(())
    }

    fn range_tag(&mut self, bits: u32) -> u64 {
        if let Some(tag) = self.ranges.get(&bits) {
            return *tag;
        }
        let tag = self.tags(1);
        self.ranges.insert(bits, tag);
        self.table(bits, tag, Form::Index, Form::Constant(0));
        tag
    }

    fn known_table(&self, activation: &Activation) -> Option<(usize, u64)> {
        self.tables.iter().copied().find(|(node, _)| match self.graph.nodes.get(*node).map(|n| &n.op) {
            Some(Op::Activation(known)) => {
                known.table == activation.table
                    && known.domain_bits == activation.domain_bits
                    && (known.high_bits > 0) == (activation.high_bits > 0)
            }
            _ => false,
        })
    }

    /// Tag of the table of `activation`; three consecutive tags when it saturates (below, inside, above).
    fn table_tag(&mut self, node: usize, activation: &Activation) -> Result<u64, VerifyError> {
        if let Some((_, tag)) = self.known_table(activation) {
            return Ok(tag);
        }
        let bits = activation.domain_bits;
        let half = 1i64 << (bits - 1);
        let (value, low, high) = match &activation.table {
            Table::Relu { bits } => (Form::Relu(*bits), 0, (1 << *bits) - 1),
            Table::Clamp { bits } => (Form::Clamp(*bits), -(1 << *bits), (1 << *bits) - 1),
            Table::Values(values) => {
                let edge = |v: Option<&i32>| v.map(|v| i64::from(*v)).ok_or_else(|| unprovable("an empty table"));
                let ix = self.find(Role::TableValues(node))?;
                (Form::Tensor(ix, 0), edge(values.first())?, edge(values.last())?)
            }
        };
        if matches!(activation.table, Table::Relu { bits: b } | Table::Clamp { bits: b } if b >= bits) {
            return Err(unprovable(format!("a table bound of {half} or more")));
        }
        let tag = if activation.high_bits > 0 {
            let tag = self.tags(3);
            self.table(bits, tag, Form::Index, Form::Constant(low));
            self.table(bits, tag + 1, Form::Index, value);
            self.table(bits, tag + 2, Form::Index, Form::Constant(high));
            tag
        } else {
            let tag = self.tags(1);
            self.table(bits, tag, Form::Index, value);
            tag
        };
        self.tables.push((node, tag));
        Ok(tag)
    }

    fn activation(&mut self, node: usize, activation: &Activation) -> Result<Requantized, VerifyError> {
        let log = self.options.batch_log
            + self.graph.nodes.get(node).map(|n| n.shape.log()).ok_or_else(|| unprovable("a missing node"))?;
        let table = self.table_tag(node, activation)?;
        let index = self.tensor(Role::TableIndex(node), log, Group::Witness);
        let private_result = self.options.private_output && self.graph.output == node + 1;
        let group = if private_result { Group::Output { slots_log: self.options.batch_log } } else { Group::Witness };
        let result = self.tensor(Role::Result(node), log, group);
        let domain = activation.domain_bits;
        let mut offset = 1i64 << (domain - 1);
        let mut high = None;
        let mut class = None;
        if activation.high_bits > 0 {
            let h = self.tensor(Role::High(node), log, Group::Witness);
            let c = self.tensor(Role::Class(node), log, Group::Witness);
            let tag = self.class_tag(activation.high_bits);
            self.slots(log, tag, None, Form::Tensor(h, 0), Form::Tensor(c, 0));
            offset += 1i64 << (domain + activation.high_bits - 1);
            (high, class) = (Some(h), Some(c));
        }
        self.slots(log, table, class, Form::Tensor(index, 0), Form::Tensor(result, 0));
        let mut limbs = Vec::new();
        let mut at = 0;
        let count = activation.shift.div_ceil(LIMB_BITS);
        for k in 0..count {
            let bits = (activation.shift - at).div_ceil(count - k);
            let limb = self.tensor(Role::Remainder(node, k as usize), log, Group::Witness);
            let tag = self.range_tag(bits);
            self.slots(log, tag, None, Form::Tensor(limb, 0), Form::Constant(0));
            limbs.push((limb, at));
            at += bits;
        }
        Ok(Requantized { index, high, limbs, shift: activation.shift, domain_bits: domain, offset })
    }

    /// The table `h -> class` of so many bits. Its key in `ranges` cannot meet one of a range table.
    fn class_tag(&mut self, bits: u32) -> u64 {
        let key = bits + (1 << 16);
        if let Some(tag) = self.ranges.get(&key) {
            return *tag;
        }
        let tag = self.tags(1);
        self.ranges.insert(key, tag);
        self.table(bits, tag, Form::Index, Form::Class);
        tag
    }

    fn output(&mut self) -> Result<OutputKind, VerifyError> {
        let id = self.graph.output;
        if let Some(ix) = self.value(id) {
            if id == 0 {
                return Err(unprovable("the output is the input: there is nothing to prove"));
            }
            return Ok(OutputKind::Value(ix));
        }
        if !self.options.private_output {
            return Ok(OutputKind::PublicAccumulator);
        }
        let shape = self.graph.shape(id).ok_or_else(|| unprovable("the output is not a tensor of the graph"))?;
        let batch = self.options.batch_log;
        Ok(OutputKind::PrivateAccumulator(self.tensor(
            Role::Output,
            batch + shape.log(),
            Group::Output { slots_log: batch },
        )))
    }

    /// What padded columns of the output hold: 0, or a table's entry for accumulator 0.
    fn output_pad(&self) -> Result<i64, VerifyError> {
        let Some(Op::Activation(activation)) =
            self.graph.output.checked_sub(1).and_then(|i| self.graph.nodes.get(i)).map(|n| &n.op)
        else {
            return Ok(0);
        };
        Ok(match &activation.table {
            Table::Values(values) => values.get(1 << (activation.domain_bits - 1)).copied().map_or(0, i64::from),
            Table::Relu { .. } | Table::Clamp { .. } => 0,
        })
    }

    /// The committed tensor of a value; `None` for an accumulator.
    fn value(&self, id: TensorId) -> Option<TensorIx> {
        match id.checked_sub(1) {
            None => self.find(Role::Input).ok(),
            Some(node) => self.find(Role::Result(node)).ok(),
        }
    }

    fn relations(
        &self,
        activations: &HashMap<usize, Requantized>,
        output: OutputKind,
    ) -> Result<Vec<Relation>, VerifyError> {
        let mut relations = Vec::new();
        for (i, node) in self.graph.nodes.iter().enumerate() {
            if let (Op::Activation(_), Some(requantized)) = (&node.op, activations.get(&i)) {
                relations.push(self.relation(node.input, Accumulator::Activation(requantized.clone()))?);
            }
        }
        if !matches!(output, OutputKind::Value(_)) {
            relations.push(self.relation(self.graph.output, Accumulator::Output)?);
        }
        Ok(relations)
    }

    fn relation(&self, accumulator_id: TensorId, accumulator: Accumulator) -> Result<Relation, VerifyError> {
        let node = accumulator_id.checked_sub(1).ok_or_else(|| unprovable("an activation reads the input"))?;
        let spec = self.graph.nodes.get(node).ok_or_else(|| unprovable("a missing node"))?;
        let kind = match &spec.op {
            Op::Dense(dense) => RelationKind::Dense { in_log: dense.in_log },
            Op::Scale(_) => RelationKind::Scale,
            Op::Activation(_) => return Err(unprovable(format!("{} reads the result of an activation", spec.name))),
        };
        let source = self.value(spec.input).ok_or_else(|| unprovable(format!("{} reads an accumulator", spec.name)))?;
        Ok(Relation {
            node,
            kind,
            weight: self.find(Role::Weight(node))?,
            bias: self.find(Role::Bias(node))?,
            source,
            cols_log: spec.shape.cols_log(),
            log: self.options.batch_log + spec.shape.log(),
            accumulator,
        })
    }

    /// Largest first, so that every block is aligned.
    fn lay_out_blocks(&mut self) -> Result<u32, VerifyError> {
        self.blocks.sort_by_key(|block| std::cmp::Reverse(block.log));
        let mut at = 0usize;
        for block in &mut self.blocks {
            block.offset = at;
            at += 1 << block.log;
        }
        let leaves = at.next_power_of_two().trailing_zeros();
        if leaves > 28 {
            return Err(unprovable(format!("2^{leaves} lookups; 2^28 is the most")));
        }
        Ok(if at == 0 { 0 } else { leaves.max(1) })
    }

    /// Whether a full-row chunk of a weight tensor holds nothing but the weights of padded outputs, which are zero
    /// whatever the model: known from shapes alone, so that dropping it tells nothing.
    fn is_zero_chunk(&self, tensor: usize, chunk: usize) -> bool {
        let Some((Tensor { role: Role::Weight(node), .. }, _)) = self.tensors.get(tensor) else { return false };
        match self.graph.nodes.get(*node).map(|n| (&n.op, n.shape.cols)) {
            Some((Op::Dense(dense), cols)) => (chunk << self.options.b) >> dense.in_log >= cols as usize,
            _ => false,
        }
    }
}
