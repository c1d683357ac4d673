//! From a program to the schedule of its proofs.

use super::blocks::{Block, Form, Numerator, PaddedAxes};
use super::placement::{Group, place};
use super::{
    Accumulator, Constants, LinearForm, Options, Product, Reading, Relation, Role, Schedule, Tensor, TensorIx, Term,
    TermKind,
};
use crate::error::VerifyError;
use crate::multilinear::{power_of_two, signed};
use crate::packing::{self, Packing};
use crate::skeleton::public_port;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::HashMap;
use verin_quantizer::ir::{self, Activation, Graph, Max, Move, Op, Shape, Source, Table, TensorId, View};

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
        bounded: HashMap::new(),
        classes: HashMap::new(),
        tables: Vec::new(),
        copies: Vec::new(),
        relations: Vec::new(),
    }
    .run()
}

struct Builder<'a> {
    graph: &'a Graph,
    options: Options,
    /// Virtual tensors have no group.
    tensors: Vec<(Tensor, Option<Group>)>,
    blocks: Vec<Block>,
    next_tag: u64,
    /// Tag of the range table of so many bits.
    ranges: HashMap<u32, u64>,
    /// By bits and by what padding holds: tag of the table, index of the block of its entry for padding.
    bounded: HashMap<(u32, i64), (u64, Option<usize>)>,
    /// Tag of the table `h -> class` of so many bits.
    classes: HashMap<u32, u64>,
    /// Tables of functions with their tags.
    tables: Vec<(FunctionTable<'a>, u64)>,
    copies: Vec<TensorIx>,
    relations: Vec<Relation>,
}

/// A table of a function: two that are equal are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FunctionTable<'a> {
    function: Function<'a>,
    domain_bits: u32,
    saturates: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function<'a> {
    Clamp(u32),
    Relu(u32),
    Values(&'a [i32]),
}

impl<'a> FunctionTable<'a> {
    fn of(activation: &'a Activation) -> Self {
        let function = match &activation.table {
            Table::Clamp { bits } => Function::Clamp(*bits),
            Table::Relu { bits } => Function::Relu(*bits),
            Table::Values(values) => Function::Values(values),
        };
        Self { function, domain_bits: activation.domain_bits, saturates: activation.high_bits > 0 }
    }
}

fn unprovable(why: impl Into<String>) -> VerifyError {
    VerifyError::Unprovable { why: why.into() }
}

impl<'a> Builder<'a> {
    fn run(mut self) -> Result<Schedule, VerifyError> {
        let graph = self.graph;
        let batch = self.options.batch_log;
        self.model_tensors();
        let input_log = batch + graph.input.shape.log();
        let input_group = if self.options.private_input { Group::Input { slots_log: batch } } else { Group::Witness };
        let input = self.tensor(Role::Input, input_log, input_group);
        let range = (graph.input.lo, graph.input.hi);
        if self.options.private_input || packing::looked_up(range) {
            self.input(input, input_log)?;
        }
        let input_packing = match self.options.private_input {
            true => Packing::NONE,
            false => Packing::of(&public_port(&graph.input.shape, range), range),
        };
        if self.options.constants == Constants::Checked {
            self.check_constants()?;
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                Op::Sum(_) => {}
                Op::Activation(activation) => self.activation(i, activation)?,
                Op::Copy { input } => self.copy(i, *input)?,
                Op::Max(max) => self.max(i, max)?,
            }
        }
        let output_shape = graph
            .shape(graph.output.tensor)
            .cloned()
            .ok_or_else(|| unprovable("the output is not a tensor of the graph"))?;
        let output_log = batch + output_shape.log();
        let private_output = self
            .options
            .private_output
            .then(|| self.tensor(Role::Output, output_log, Group::Output { slots_log: batch }));
        self.explain(graph.output.tensor, Accumulator::Output)?;

        let tree_log = self.lay_out_blocks()?;
        let committed = self.tensors.iter().filter(|(_, group)| group.is_some());
        let chunks: u64 = committed.map(|(t, _)| 1u64 << t.log.saturating_sub(self.options.b)).sum();
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
            copies: self.copies,
            relations: self.relations,
            input,
            input_packing,
            private_output,
            io_log: (input_log, output_log),
            output_shape,
        })
    }

    fn model_tensors(&mut self) {
        let constants = match self.options.constants {
            Constants::Published => Group::Model,
            Constants::Private | Constants::Checked => Group::Private,
        };
        for (i, constant) in self.graph.constants.iter().enumerate() {
            self.tensor(Role::Constant(i), constant.shape.log(), constants);
        }
        let mut known: Vec<FunctionTable<'_>> = Vec::new();
        for (i, node) in self.graph.nodes.iter().enumerate() {
            let Op::Activation(activation) = &node.op else { continue };
            let table = FunctionTable::of(activation);
            if matches!(table.function, Function::Values(_)) && !known.contains(&table) {
                self.tensor(Role::TableValues(i), activation.domain_bits, Group::Model);
                known.push(table);
            }
        }
    }

    fn tensor(&mut self, role: Role, log: u32, group: Group) -> TensorIx {
        self.tensors.push((Tensor { role, log, placement: None }, Some(group)));
        self.tensors.len() - 1
    }

    fn virtual_tensor(&mut self, role: Role, log: u32) -> TensorIx {
        self.tensors.push((Tensor { role, log, placement: None }, None));
        self.tensors.len() - 1
    }

    fn find(&self, role: Role) -> Result<TensorIx, VerifyError> {
        self.tensors
            .iter()
            .position(|(t, _)| t.role == role)
            .ok_or_else(|| unprovable(format!("{role:?} has no tensor")))
    }

    fn node_log(&self, node: usize) -> Result<u32, VerifyError> {
        let node = self.graph.nodes.get(node).ok_or_else(|| unprovable("a missing node"))?;
        Ok(self.options.batch_log + node.shape.log())
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

    /// Range and padding of the input, which no relation produces.
    fn input(&mut self, input: TensorIx, log: u32) -> Result<(), VerifyError> {
        let graph = self.graph;
        let spec = &graph.input;
        let values = (spec.hi - spec.lo + 1) as u64;
        if !values.is_power_of_two() {
            return Err(unprovable("the input range is not a power of two"));
        }
        self.bounded(Form::Tensor(input, -spec.lo), log, &spec.shape, values.trailing_zeros(), -spec.lo)
    }

    /// Looks `key`, a function of the cells of a tensor, up in `0..2^bits`: real cells as `(key, 1)` in a table of all of these,
    /// padded ones as `(key, 0)` in the one entry `(at_padding, 0)`, which so many slots use.
    fn bounded(&mut self, key: Form, log: u32, shape: &Shape, bits: u32, at_padding: i64) -> Result<(), VerifyError> {
        let known = self.bounded.get(&(bits, at_padding)).copied();
        let (tag, mut entry) = known.unwrap_or_else(|| {
            let tag = self.tags(1);
            self.table(bits, tag, Form::Index, Form::Constant(1));
            (tag, None)
        });
        let real = if shape.is_full() { Form::Constant(1) } else { Form::RealCell(PaddedAxes::of(shape)?) };
        self.slots(log, tag, None, key, real);
        let padding = (1u64 << log) - ((shape.real_cells() as u64) << (log - shape.log()));
        if padding > 0 {
            let block = *entry.get_or_insert_with(|| {
                self.blocks.push(Block {
                    log: 0,
                    offset: 0,
                    tag,
                    class: None,
                    key: Form::Constant(at_padding),
                    value: Form::Constant(0),
                    numerator: Numerator::MinusConstant(0),
                });
                self.blocks.len() - 1
            });
            if let Some(Block { numerator: Numerator::MinusConstant(uses), .. }) = self.blocks.get_mut(block) {
                *uses += padding;
            }
        }
        self.bounded.insert((bits, at_padding), (tag, entry));
        Ok(())
    }

    /// Range and padding of every constant: `x + 2^(bits-1)`, whole or in limbs, the lowest of which is what the others leave.
    fn check_constants(&mut self) -> Result<(), VerifyError> {
        if self.options.batch_log > 0 {
            return Err(unprovable("ranges of constants are proved once, not in batches"));
        }
        let graph = self.graph;
        for (i, constant) in graph.constants.iter().enumerate() {
            let declared = constant.declared.filter(|bits| (1..=ir::MAX_DECLARED_BITS).contains(bits));
            let bits = declared.ok_or_else(|| unprovable(format!("constant {i} has no declared range")))?;
            let (ix, log) = (self.find(Role::Constant(i))?, constant.shape.log());
            let half = 1i64 << (bits - 1);
            if bits <= LIMB_BITS {
                self.bounded(Form::Tensor(ix, half), log, &constant.shape, bits, half)?;
                continue;
            }
            let mut terms = Vec::new();
            for (k, (at, bits)) in limbs(bits).enumerate() {
                let role = Role::ConstantLimb(i, k);
                let limb = if k == 0 { self.virtual_tensor(role, log) } else { self.tensor(role, log, Group::Witness) };
                self.bounded(Form::Tensor(limb, 0), log, &constant.shape, bits, half >> at & ((1 << bits) - 1))?;
                terms.push((limb, power_of_two(at)));
            }
            let form = LinearForm { terms, constant: -signed(half) };
            let view = View::identity(Source::Constant(i), constant.shape.dims());
            let reading = Reading::new(graph, ix, &view, constant.shape.dims());
            let terms = vec![Term { coefficient: 1, kind: TermKind::Move(reading) }];
            let (shape, accumulator) = (constant.shape.clone(), Accumulator::Columns(form));
            self.relations.push(Relation { node: i, shape, log, terms, accumulator });
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

    /// Tag of a table; three consecutive tags when it saturates (below, inside, above).
    fn table_tag(&mut self, table: FunctionTable<'a>) -> Result<u64, VerifyError> {
        if let Some((_, tag)) = self.tables.iter().find(|(known, _)| *known == table) {
            return Ok(*tag);
        }
        let bits = table.domain_bits;
        let (value, low, high) = match table.function {
            Function::Relu(bits) => (Form::Relu(bits), 0, (1 << bits) - 1),
            Function::Clamp(bits) => (Form::Clamp(bits), -(1 << bits), (1 << bits) - 1),
            Function::Values(values) => {
                let edge = |v: Option<&i32>| v.map(|v| i64::from(*v)).ok_or_else(|| unprovable("an empty table"));
                let of_table = |(_, node): &(usize, &ir::Node)| match &node.op {
                    Op::Activation(activation) => FunctionTable::of(activation) == table,
                    _ => false,
                };
                let node = self.graph.nodes.iter().enumerate().find(of_table).map_or(0, |(i, _)| i);
                let ix = self.find(Role::TableValues(node))?;
                (Form::Tensor(ix, 0), edge(values.first())?, edge(values.last())?)
            }
        };
        if matches!(table.function, Function::Relu(bound) | Function::Clamp(bound) if bound >= bits) {
            return Err(unprovable("a table bound beyond the table"));
        }
        let tag = if table.saturates {
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
        self.tables.push((table, tag));
        Ok(tag)
    }

    /// The table `h -> class` of so many bits.
    fn class_tag(&mut self, bits: u32) -> u64 {
        if let Some(tag) = self.classes.get(&bits) {
            return *tag;
        }
        let tag = self.tags(1);
        self.classes.insert(bits, tag);
        self.table(bits, tag, Form::Index, Form::Class);
        tag
    }

    /// `acc + 2^(shift-1) = 2^shift (2^domain h + l - offset) + rem` with `rem`, `h` and `l` in ranges that lookups enforce:
    /// digits of one number, so that they are its only solution (the ranges are far below the modulus). `rem` and `h` are
    /// committed; `l` is what is left, claimed and looked up but not committed.
    fn activation(&mut self, node: usize, activation: &'a Activation) -> Result<(), VerifyError> {
        let log = self.node_log(node)?;
        let table = self.table_tag(FunctionTable::of(activation))?;
        let index = self.virtual_tensor(Role::TableIndex(node), log);
        let result = self.tensor(Role::Result(node), log, Group::Witness);
        let scale = power_of_two(activation.shift);
        let domain = activation.domain_bits;
        let mut offset = 1i64 << (domain - 1);
        let mut terms = vec![(index, scale)];
        let mut class = None;
        if activation.high_bits > 0 {
            let h = self.tensor(Role::High(node), log, Group::Witness);
            let c = self.tensor(Role::Class(node), log, Group::Witness);
            let tag = self.class_tag(activation.high_bits);
            self.slots(log, tag, None, Form::Tensor(h, 0), Form::Tensor(c, 0));
            offset += 1i64 << (domain + activation.high_bits - 1);
            terms.push((h, scale * power_of_two(domain)));
            class = Some(c);
        }
        self.slots(log, table, class, Form::Tensor(index, 0), Form::Tensor(result, 0));
        for (k, (at, bits)) in limbs(activation.shift).enumerate() {
            let limb = self.tensor(Role::Remainder(node, k), log, Group::Witness);
            let tag = self.range_tag(bits);
            self.slots(log, tag, None, Form::Tensor(limb, 0), Form::Constant(0));
            terms.push((limb, power_of_two(at)));
        }
        let rounding = activation.shift.checked_sub(1).map_or(Fr::zero(), power_of_two);
        let form = LinearForm { terms, constant: -scale * signed(offset) - rounding };
        self.explain(activation.input, Accumulator::Columns(form))
    }

    /// The value is the sum, as polynomials: nothing is looked up.
    fn copy(&mut self, node: usize, input: TensorId) -> Result<(), VerifyError> {
        let log = self.node_log(node)?;
        let result = self.tensor(Role::Result(node), log, Group::Witness);
        self.copies.push(result);
        let form = LinearForm { terms: vec![(result, Fr::one())], constant: Fr::zero() };
        self.explain(input, Accumulator::Columns(form))
    }

    /// `max - right = relu(left - right)`, one lookup; both sides of it are virtual. `right = max - excess` and
    /// `left = (key - offset) + right` are then explained, each as a sum of one move.
    fn max(&mut self, node: usize, max: &Max) -> Result<(), VerifyError> {
        let log = self.node_log(node)?;
        let domain_bits = max.domain_bits;
        let bits = domain_bits.checked_sub(1).ok_or_else(|| unprovable("a maximum without a domain"))?;
        let function = Function::Relu(bits);
        let table = self.table_tag(FunctionTable { function, domain_bits, saturates: false })?;
        let key = self.virtual_tensor(Role::TableIndex(node), log);
        let excess = self.virtual_tensor(Role::Excess(node), log);
        let result = self.tensor(Role::Result(node), log, Group::Witness);
        self.slots(log, table, None, Form::Tensor(key, 0), Form::Tensor(excess, 0));
        // The result is in no lookup by itself: it is claimed with the copies.
        self.copies.push(result);
        let (one, zero) = (Fr::one(), Fr::zero());
        let right = LinearForm { terms: vec![(result, one), (excess, -one)], constant: zero };
        let left = LinearForm { terms: vec![(key, one), (result, one), (excess, -one)], constant: -power_of_two(bits) };
        for (operand, form) in [(&max.left, left), (&max.right, right)] {
            let term = self.moved(node, operand)?;
            self.relation(node, vec![term], Accumulator::Columns(form))?;
        }
        Ok(())
    }

    /// Adds the relation that makes `accumulator` the sum `id`.
    fn explain(&mut self, id: TensorId, accumulator: Accumulator) -> Result<(), VerifyError> {
        let node = id.checked_sub(1).ok_or_else(|| unprovable("the input is read as a sum"))?;
        let spec = self.graph.nodes.get(node).ok_or_else(|| unprovable("a missing node"))?;
        let Op::Sum(terms) = &spec.op else { return Err(unprovable(format!("`{}` is no sum", spec.name))) };
        let terms = terms
            .iter()
            .map(|term| match term {
                ir::Term::Move(term) => self.moved(node, term),
                ir::Term::Product(product) => {
                    let extents = spec.extents(product);
                    let left = Reading::new(self.graph, self.source(product.left.source)?, &product.left, &extents);
                    let right = Reading::new(self.graph, self.source(product.right.source)?, &product.right, &extents);
                    if !left.is_free() || !right.slots {
                        return Err(unprovable(format!("factors of `{}` that are no factors", spec.name)));
                    }
                    let (rank, batch) = (spec.shape.rank(), self.options.batch_log);
                    let kind = TermKind::Product(Product::new(left, right, &extents, rank, batch));
                    Ok(Term { coefficient: product.coefficient, kind })
                }
            })
            .collect::<Result<_, _>>()?;
        self.relation(node, terms, accumulator)
    }

    fn moved(&self, node: usize, term: &Move<i64>) -> Result<Term, VerifyError> {
        let spec = self.graph.nodes.get(node).ok_or_else(|| unprovable("a missing node"))?;
        let tensor = self.source(term.view.source)?;
        let reading = Reading::new(self.graph, tensor, &term.view, spec.shape.dims());
        Ok(Term { coefficient: term.coefficient, kind: TermKind::Move(reading) })
    }

    fn relation(&mut self, node: usize, terms: Vec<Term>, accumulator: Accumulator) -> Result<(), VerifyError> {
        let shape = self.graph.nodes.get(node).map(|n| n.shape.clone()).ok_or_else(|| unprovable("a missing node"))?;
        let log = self.options.batch_log + shape.log();
        self.relations.push(Relation { node, shape, log, terms, accumulator });
        Ok(())
    }

    /// The committed tensor that a view reads.
    fn source(&self, source: Source) -> Result<TensorIx, VerifyError> {
        match source {
            Source::Constant(i) => self.find(Role::Constant(i)),
            Source::Tensor(0) => self.find(Role::Input),
            Source::Tensor(id) => self.find(Role::Result(id - 1)),
        }
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

    /// Whether a full-row chunk of a constant holds nothing but padding, which is zero whatever the model: known from
    /// shapes alone, so that dropping it tells nothing.
    fn is_zero_chunk(&self, tensor: usize, chunk: usize) -> bool {
        let Some((Tensor { role: Role::Constant(i), .. }, _)) = self.tensors.get(tensor) else { return false };
        let Some(constant) = self.graph.constants.get(*i) else { return false };
        // Every cell of the chunk has the leading bits of its first cell; along each axis the others reach down to 0.
        let mut rest = chunk << self.options.b;
        let dims = constant.shape.dims().iter().zip(constant.shape.strides());
        dims.into_iter().any(|(n, stride)| {
            let coordinate = rest / stride;
            rest %= stride;
            coordinate >= *n as usize
        })
    }
}

/// Position and length of the limbs of a remainder of `shift` bits, lowest first.
pub fn limbs(shift: u32) -> impl Iterator<Item = (u32, u32)> {
    let count = shift.div_ceil(LIMB_BITS);
    (0..count).scan(0, move |at, k| {
        let (start, bits) = (*at, (shift - *at).div_ceil(count - k));
        *at += bits;
        Some((start, bits))
    })
}
