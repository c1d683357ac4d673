//! A prover free to choose its witness, and the verifier it has to convince.
//!
//! A [`Case`] is a program with the schedule of its proofs. A [`Forgery`] is what a malicious prover commits to, what it
//! computes with, and what it claims; it is executed by an executor of its own, so that one wrong cell can be carried through
//! the rest of the program consistently, as a clever adversary would. [`Forgery::prove`] then runs the core prover, and
//! [`Case::verify`] the core verifier on its scalars, with the opening checked directly against the committed columns: what a
//! binding commitment guarantees, without its cost.

use super::arithmetics::Attacker;
use super::executor::{self, Reread, Tensors};
use ark_bn254::Fr;
use ark_ff::{PrimeField, UniformRand, Zero};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha3::{Digest, Keccak256};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::channel::Channel;
use verin_circuits::encoding::scalar_bytes;
use verin_circuits::multilinear::signed;
use verin_circuits::packing::Packing;
use verin_circuits::schedule::{
    Accumulator, Constants, LinearForm, Numerator, Options, Placement, Relation, Role, Schedule, Tensor, TensorIx,
    TermKind, build, limbs,
};
use verin_circuits::statement::io_point;
use verin_circuits::verify::{Public, cost, verify};
use verin_prover::backend::{Backend, Cpu};
use verin_prover::core::channel::Sender;
use verin_prover::core::{Mask, form_value, prove_on};
use verin_prover::ints::Ints;
use verin_prover::witness::model_column;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::{Activation, Graph, Max, Op, Shape};

/// Name of the check that commitments make: the combination of rows takes the value claimed.
pub const OPENING: &str = "the opening of the rows";
/// See [`verin_circuits::lookup::fraction`].
pub const SUM: &str = "the sum of the lookups is zero";
/// See [`verin_circuits::lookup::leaves`].
pub const DENOMINATORS: &str = "denominators of the lookups";
/// See [`verin_circuits::lookup::leaves`].
pub const NUMERATORS: &str = "numerators of the lookups";
/// See [`verin_circuits::lookup::fraction`].
pub const LAYER: &str = "a layer of the lookup tree";
/// See [`verin_circuits::lookup::fraction`].
pub const NOT_ZERO: &str = "the denominator of the lookups is not zero";
/// See [`verin_circuits::io`].
pub const POWERS: &str = "1 + z^(2^k) is not zero";
/// See [`verin_circuits::relations::products`].
pub const PRODUCTS: &str = "products of the relations";
/// See [`verin_circuits::relations::moves`].
pub const MOVES: &str = "moves of the relations";

/// Integers of a column.
pub type Column = Vec<i64>;

/// A program and the schedule of its proofs.
#[derive(Clone, Debug)]
pub struct Case {
    pub graph: Graph,
    pub schedule: Schedule,
}

/// One cell of an activation, a copy or a maximum, as a prover fills it in. What a node does not have is 0, but for the class,
/// which is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Table index: of an activation, the quotient, offset; of a maximum, `left - right`, offset. Virtual.
    pub low: i64,
    /// What is above the table's domain.
    pub high: i64,
    /// 0, 1, 2: below, inside, above.
    pub class: i64,
    /// What is dropped.
    pub remainder: i64,
    /// Of a maximum, `result - right`: what the table gives. Virtual.
    pub excess: i64,
    /// The value: of an activation, what the table gives.
    pub result: i64,
}

/// What a prover runs instead of the program: as many nodes of the same shapes.
#[derive(Clone, Debug)]
pub struct Program {
    /// Constants, tables, links and coefficients.
    pub graph: Graph,
    /// Links that are not free, read as other pairs.
    pub reread: Vec<Reread>,
    /// What is added to cells of sums.
    pub wrong: Vec<(Place, i64)>,
}

impl Program {
    /// `graph`, as it is.
    pub fn new(graph: &Graph) -> Self {
        Self { graph: graph.clone(), reread: Vec::new(), wrong: Vec::new() }
    }
}

/// Where a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub slot: usize,
    pub node: usize,
    pub cell: usize,
}

/// What a prover commits to, computes with and claims.
#[derive(Clone, Debug)]
pub struct Forgery {
    /// Behind the commitments; model columns are the record's. Virtual ones are behind none.
    pub committed: Vec<Column>,
    /// What the prover's sums run over.
    pub pretended: Vec<Column>,
    /// Real cells of the inputs that the statement names, slot after slot.
    pub input: Vec<i64>,
    /// Real cells of the outputs that it names.
    pub output: Vec<i64>,
    /// The mask row committed to.
    pub mask: Option<Vec<Fr>>,
    /// The mask row pretended.
    pub pretended_mask: Option<Vec<Fr>>,
    /// The salt.
    pub salt: Fr,
}

/// The scalars of a core proof and what they claim to prove.
#[derive(Clone, Debug)]
pub struct Transcript {
    pub public: Public<Fr>,
    pub scalars: Vec<Fr>,
}

fn ints(column: &Column) -> Ints<'static> {
    match column.iter().map(|v| i32::try_from(*v)).collect::<Result<Vec<_>, _>>() {
        Ok(narrow) => Ints::Narrow(Cow::Owned(narrow)),
        Err(_) => Ints::Wide(Cow::Owned(column.clone())),
    }
}

impl Case {
    /// `graph` in rows of `2^b`, `2^batch_log` at once.
    pub fn new(graph: Graph, b: u32, batch_log: u32, private: (bool, bool), mask: bool) -> Self {
        let (private_input, private_output) = private;
        let options = Options { b, batch_log, private_input, private_output, constants: Constants::Published, mask };
        let schedule = build(&graph, options).unwrap();
        Self { graph, schedule }
    }

    /// Labels of everything a verifier checks.
    pub fn checks(&self) -> BTreeSet<&'static str> {
        let (_, tally) = cost(&self.schedule).unwrap();
        tally.assertions.into_iter().chain([OPENING]).collect()
    }

    /// Number of a tensor.
    pub fn find(&self, role: Role) -> TensorIx {
        self.schedule.find(role).unwrap_or_else(|| panic!("no {role:?}"))
    }

    /// The columns that explain the accumulator which activation `node` reads.
    pub fn form(&self, node: usize) -> &LinearForm {
        let index = self.find(Role::TableIndex(node));
        let forms = self.schedule.relations.iter().filter_map(|relation| match &relation.accumulator {
            Accumulator::Columns(form) => Some(form),
            Accumulator::Output => None,
        });
        let of = |form: &&LinearForm| form.terms.iter().any(|(ix, _)| *ix == index);
        forms.into_iter().find(of).unwrap_or_else(|| panic!("no activation {node}"))
    }

    /// The check that fails where the accumulator of `relation` is not the sum of its terms: the prover states the other terms
    /// as they are, so the first is left with the difference.
    pub fn check_of(relation: &Relation) -> &'static str {
        match &relation.terms[0].kind {
            TermKind::Product(_) => PRODUCTS,
            TermKind::Move(reading) if reading.is_free() => OPENING,
            TermKind::Move(_) => MOVES,
        }
    }

    /// The relations that explain the accumulators of activation, copy or maximum `node` (of a maximum: its left operand, then its
    /// right one).
    pub fn explaining(&self, node: usize) -> Vec<usize> {
        let roles = [Role::TableIndex(node), Role::Result(node)];
        let own: Vec<TensorIx> = roles.into_iter().filter_map(|role| self.schedule.find(role)).collect();
        let of = |relation: &Relation| match &relation.accumulator {
            Accumulator::Columns(form) => form.terms.iter().any(|(ix, _)| own.contains(ix)),
            Accumulator::Output => false,
        };
        (0..self.schedule.relations.len()).filter(|i| of(&self.schedule.relations[*i])).collect()
    }

    /// The relation of the output.
    pub fn output(&self) -> &Relation {
        self.schedule.relations.iter().find(|relation| relation.accumulator == Accumulator::Output).unwrap()
    }

    /// The case without relation `i`.
    pub fn without(&self, i: usize) -> Self {
        let mut weak = self.clone();
        weak.schedule.relations.remove(i);
        weak
    }

    /// The case in which a term reads a tensor of its own, which nothing else is said about, in a row after all others.
    pub fn detached(&self, relation: usize, term: usize) -> (Self, TensorIx) {
        let mut weak = self.clone();
        let schedule = &mut weak.schedule;
        assert!(!schedule.options.mask, "the mask is the last row");
        let reading = match &mut schedule.relations[relation].terms[term].kind {
            TermKind::Move(reading) => reading,
            TermKind::Product(product) => &mut product.right,
        };
        let log = schedule.tensors[reading.tensor].log;
        assert!(log <= schedule.options.b, "more than a row");
        let cell = verin_circuits::schedule::Cell { row: schedule.rows.total(), offset: 0 };
        schedule.rows.witness += 1;
        reading.tensor = schedule.tensors.len();
        let placement = Some(Placement { chunk_log: log, chunks: vec![Some(cell)] });
        schedule.tensors.push(Tensor { role: Role::Result(usize::MAX), log, placement });
        let free = schedule.tensors.len() - 1;
        (weak, free)
    }

    /// Whether a tensor is one of the model's, which the record commits to.
    pub fn is_model(role: Role) -> bool {
        matches!(role, Role::Constant(_) | Role::TableValues(_))
    }

    /// What `honest` is to every cell.
    pub fn honest(&self, inputs: &[Vec<i64>]) -> Forgery {
        self.forge(inputs, &mut |_, _, cell| cell)
    }

    /// Runs the program on `inputs`, with `tamper` choosing each cell of each activation, copy and maximum (it sees the
    /// accumulator, or `left - right`, and the honest cell); everything after a wrong cell is computed from it. Multiplicities
    /// are counted over the result.
    pub fn forge(&self, inputs: &[Vec<i64>], tamper: &mut dyn FnMut(Place, i64, Cell) -> Cell) -> Forgery {
        self.forge_as(&Program::new(&self.graph), inputs, tamper)
    }

    /// [`Case::forge`], of another program.
    pub fn forge_as(
        &self,
        program: &Program,
        inputs: &[Vec<i64>],
        tamper: &mut dyn FnMut(Place, i64, Cell) -> Cell,
    ) -> Forgery {
        let graph = &program.graph;
        let slots = 1 << self.schedule.options.batch_log;
        assert_eq!(inputs.len(), slots);
        let mut columns: Vec<Column> = self
            .schedule
            .tensors
            .iter()
            .map(|t| match t.role {
                role if Self::is_model(role) => stored(&model_column(graph, role), t.log),
                Role::Multiplicity(_) => vec![0; 1 << t.log],
                _ => Vec::new(),
            })
            .collect();
        let mut output = Vec::new();
        for (slot, input) in inputs.iter().enumerate() {
            let mut tensors = Tensors::new(graph, input, &program.reread);
            let mut put = |role: Role, value: i64| {
                if let Some(ix) = self.schedule.find(role) {
                    columns[ix].push(value);
                }
            };
            tensors.of(0).iter().for_each(|v| put(Role::Input, *v));
            for (node, spec) in graph.nodes.iter().enumerate() {
                let place = |cell| Place { slot, node, cell };
                let result: Column = match &spec.op {
                    Op::Sum(terms) => {
                        let mut cells = executor::sum(&tensors, terms, &spec.shape);
                        let here = |place: &Place| place.slot == slot && place.node == node;
                        program.wrong.iter().filter(|(p, _)| here(p)).for_each(|(p, by)| cells[p.cell] += by);
                        cells
                    }
                    Op::Activation(activation) => {
                        let limbs: Vec<(u32, u32)> = limbs(activation.shift).collect();
                        let mut fill = |(cell, acc): (usize, &i64)| {
                            let chosen = tamper(place(cell), *acc, split(activation, *acc));
                            put(Role::TableIndex(node), chosen.low);
                            put(Role::High(node), chosen.high);
                            put(Role::Class(node), chosen.class);
                            put(Role::Result(node), chosen.result);
                            for (k, (at, bits)) in limbs.iter().enumerate() {
                                // The last limb takes what is left, in range or not.
                                let rest = chosen.remainder >> at;
                                let last = k + 1 == limbs.len();
                                put(Role::Remainder(node, k), if last { rest } else { rest & ((1 << bits) - 1) });
                            }
                            chosen.result
                        };
                        tensors.of(activation.input).iter().enumerate().map(&mut fill).collect()
                    }
                    Op::Copy { input } => {
                        let mut fill = |(cell, acc): (usize, &i64)| {
                            let chosen = tamper(place(cell), *acc, Cell { result: *acc, ..Cell::NONE });
                            put(Role::Result(node), chosen.result);
                            chosen.result
                        };
                        tensors.of(*input).iter().enumerate().map(&mut fill).collect()
                    }
                    Op::Max(max) => {
                        let [left, right] =
                            [&max.left, &max.right].map(|operand| executor::moved(&tensors, operand, &spec.shape));
                        let mut fill = |(cell, (left, right)): (usize, (&i64, &i64))| {
                            let chosen = tamper(place(cell), left - right, larger(max, *left, *right));
                            put(Role::TableIndex(node), chosen.low);
                            put(Role::Excess(node), chosen.excess);
                            put(Role::Result(node), chosen.result);
                            chosen.result
                        };
                        left.iter().zip(&right).enumerate().map(&mut fill).collect()
                    }
                };
                tensors.push(result);
            }
            let result = tensors.of(graph.output.tensor);
            result.iter().for_each(|v| put(Role::Output, *v));
            output.extend(graph.shape(graph.output.tensor).unwrap().real(result));
        }
        self.count(&mut columns);
        let mut committed = columns.clone();
        for (column, tensor) in committed.iter_mut().zip(&self.schedule.tensors) {
            if Self::is_model(tensor.role) {
                *column = stored(&model_column(&self.graph, tensor.role), tensor.log);
            }
        }
        let mut rng = ChaCha20Rng::seed_from_u64(99);
        let mask: Option<Vec<Fr>> =
            self.schedule.options.mask.then(|| (0..1 << self.schedule.options.b).map(|_| Fr::rand(&mut rng)).collect());
        Forgery {
            committed,
            pretended: columns,
            input: inputs.concat(),
            output,
            pretended_mask: mask.clone(),
            mask,
            salt: Fr::rand(&mut rng),
        }
    }

    /// Counts how often every table entry is looked up, for columns of any content.
    pub fn count(&self, columns: &mut [Column]) {
        let read: Vec<Ints<'static>> = columns.iter().map(ints).collect();
        let mut entries: HashMap<(i64, i64, i64), (TensorIx, usize)> = HashMap::new();
        for block in &self.schedule.blocks {
            if let Numerator::Minus(multiplicity) = block.numerator {
                columns[multiplicity] = vec![0; 1 << block.log];
                for i in 0..1usize << block.log {
                    let key = form_value(block.key, block.log, &read, i);
                    let value = form_value(block.value, block.log, &read, i);
                    entries.insert((block.tag as i64, key, value), (multiplicity, i));
                }
            }
        }
        for block in self.schedule.blocks.iter().filter(|b| b.numerator == Numerator::One) {
            for i in 0..1usize << block.log {
                let class = block.class.map_or(0, |ix| read[ix].get(i));
                let key = form_value(block.key, block.log, &read, i);
                let value = form_value(block.value, block.log, &read, i);
                if let Some((multiplicity, at)) = entries.get(&(block.tag as i64 + class, key, value)) {
                    columns[*multiplicity][*at] += 1;
                }
            }
        }
    }

    /// The columns whose table entries `column` is looked up in, for attacks on multiplicities.
    pub fn multiplicities(&self) -> Vec<TensorIx> {
        let is = |t: &verin_circuits::schedule::Tensor| matches!(t.role, Role::Multiplicity(_));
        self.schedule.tensors.iter().enumerate().filter(|(_, t)| is(t)).map(|(ix, _)| ix).collect()
    }

    /// Rows as committed, the mask row last.
    fn rows(&self, forgery: &Forgery) -> Vec<Vec<Fr>> {
        let length = 1usize << self.schedule.options.b;
        let mut rows = vec![vec![Fr::zero(); length]; self.schedule.rows.total()];
        for (tensor, column) in self.schedule.tensors.iter().zip(&forgery.committed) {
            let Some(placement) = &tensor.placement else { continue };
            let chunk = 1usize << placement.chunk_log;
            for (i, cell) in placement.chunks.iter().enumerate() {
                let Some(cell) = cell else { continue };
                for j in 0..chunk {
                    rows[cell.row][cell.offset + j] = signed(column.get(i * chunk + j).copied().unwrap_or(0));
                }
            }
        }
        if let (Some(mask), Some(last)) = (&forgery.mask, rows.last_mut()) {
            last.clone_from(mask);
        }
        rows
    }

    /// What the opening is off by: the value of the combination of committed rows, less the one claimed.
    pub fn opening_gap(&self, forgery: &Forgery, opening: &verin_circuits::claims::Opening<Fr>) -> Fr {
        let eq = Cpu.eq_table(&opening.zeta);
        let rows = self.rows(forgery);
        let value = |row: &Vec<Fr>| row.iter().zip(&eq).map(|(r, e)| *r * e).sum::<Fr>();
        opening.scalars.iter().zip(&rows).map(|(s, row)| *s * value(row)).sum::<Fr>() - opening.value
    }

    /// The verifier on `a`, opening included. Gives the label of the check that fails.
    pub fn verify(&self, forgery: &Forgery, proof: &Transcript, a: &mut Attacker) -> Result<(), &'static str> {
        let label = |e| match e {
            verin_circuits::error::VerifyError::Rejected { check } => check,
            other => panic!("{other}"),
        };
        assert_eq!(proof.scalars.len(), cost(&self.schedule).unwrap().0);
        let opening = verify(&mut Channel::new(a, &proof.scalars), &self.schedule, &proof.public).map_err(label)?;
        let gap = self.opening_gap(forgery, &opening);
        a.assert_equal(&gap, &Fr::zero(), OPENING).map_err(label)
    }

    /// Checks that fail, all others being skipped.
    pub fn failing(&self, forgery: &Forgery, proof: &Transcript) -> BTreeSet<&'static str> {
        let mut a = Attacker::default();
        self.verify(forgery, proof, &mut a).unwrap();
        a.failed.into_iter().collect()
    }

    /// Whether the verifier accepts when it skips `labels`.
    pub fn accepts(&self, forgery: &Forgery, proof: &Transcript, labels: &[&'static str]) -> bool {
        self.verify(forgery, proof, &mut Attacker::skipping(labels)).is_ok()
    }

    /// Proves `forgery` and demands that exactly the checks `responsible` reject it: skipping all of them makes the verifier accept,
    /// skipping all *others*, or all but one of them, does not.
    pub fn rejects(&self, what: &str, forgery: &Forgery, responsible: &[&'static str]) {
        self.rejects_proof(what, forgery, &forgery.prove(self), responsible);
    }

    /// [`Case::rejects`] of a proof that another prover made.
    pub fn rejects_proof(&self, what: &str, forgery: &Forgery, proof: &Transcript, responsible: &[&'static str]) {
        let failing = self.failing(forgery, proof);
        assert_eq!(failing, responsible.iter().copied().collect(), "{what}: checks that fail");
        assert!(!responsible.is_empty(), "{what}: accepted");
        assert!(self.accepts(forgery, proof, responsible), "{what}: rejected although {responsible:?} are skipped");
        assert!(!self.accepts(forgery, proof, &[]), "{what}: accepted");
        for needed in responsible {
            let others: Vec<_> = self.checks().into_iter().filter(|l| l != needed).collect();
            assert!(!self.accepts(forgery, proof, &others), "{what}: {needed} alone does not reject it");
        }
    }
}

impl Forgery {
    /// Adds a tensor that [`Case::detached`] has made room for.
    pub fn show(&mut self, column: Column) {
        self.committed.push(column.clone());
        self.pretended.push(column);
    }

    /// Changes a cell of what is committed and computed with; counts again if asked to.
    pub fn set(&mut self, ix: TensorIx, cell: usize, value: i64) {
        self.committed[ix][cell] = value;
        self.pretended[ix][cell] = value;
    }

    /// Counts multiplicities again.
    pub fn recount(&mut self, case: &Case) {
        case.count(&mut self.pretended);
        for ix in case.multiplicities() {
            self.committed[ix] = self.pretended[ix].clone();
        }
    }

    /// A stand-in for the statement's digest: it binds what the real one binds.
    pub fn s0(&self, case: &Case) -> [u8; 32] {
        let mut hash = Keccak256::new();
        let mut list = |values: &[i64]| {
            hash.update((values.len() as u64).to_be_bytes());
            values.iter().for_each(|v| hash.update(v.to_be_bytes()));
        };
        let options = case.schedule.options;
        list(if options.private_input { &[] } else { &self.input });
        list(if options.private_output { &[] } else { &self.output });
        self.committed.iter().for_each(|c| list(c));
        self.mask.iter().flatten().for_each(|m| hash.update(scalar_bytes(m)));
        hash.finalize().into()
    }

    /// What the statement contributes.
    pub fn public(&self, case: &Case) -> Public<Fr> {
        self.public_at(case, io_point(&self.s0(case)))
    }

    /// [`Forgery::public`], with another `z`.
    pub fn public_at(&self, case: &Case, z: Fr) -> Public<Fr> {
        let options = case.schedule.options;
        let packing = &case.schedule.input_packing;
        let sum = |shape: &Shape, real: &[i64], packing: &Packing| {
            let slots = real.chunks(shape.real_cells());
            let mark = vec![1; shape.real_cells()];
            let stored: Vec<(i64, i64)> = slots.flat_map(|s| shape.pad(s).into_iter().zip(shape.pad(&mark))).collect();
            let base = packing.base();
            let pack = |cells: &[(i64, i64)]| {
                let values: Vec<i64> = cells.iter().filter(|(_, is)| *is == 1).map(|(v, _)| *v).collect();
                let digit = |i: usize| values.get(i).map_or(Fr::zero(), |v| signed(*v));
                (0..packing.values).fold(Fr::zero(), |sum, i| sum * base + digit(i))
            };
            stored.chunks(1 << packing.log).rev().fold(Fr::zero(), |sum, cells| sum * z + pack(cells))
        };
        Public {
            s0: Fr::from_be_bytes_mod_order(&self.s0(case)),
            z,
            input_sum: (!options.private_input).then(|| sum(&case.graph.input.shape, &self.input, packing)),
            output_sum: (!options.private_output)
                .then(|| sum(&case.schedule.output_shape, &self.output, &Packing::NONE)),
        }
    }

    /// Runs the core prover.
    pub fn prove(&self, case: &Case) -> Transcript {
        self.prove_on(case, Attacker::default(), self.public(case))
    }

    /// Runs the core prover with challenges and public values of the caller's.
    pub fn prove_on(&self, case: &Case, a: Attacker, public: Public<Fr>) -> Transcript {
        let columns: Vec<Ints<'static>> = self.pretended.iter().map(ints).collect();
        let mask = self.pretended_mask.clone().map(|row| Mask { row });
        let proof = prove_on(Sender::new(a), &Cpu, &case.schedule, &columns, &public, self.salt, mask);
        Transcript { public, scalars: proof.scalars }
    }
}

impl Cell {
    /// A cell of a node that has none of it.
    pub const NONE: Self = Self { low: 0, high: 0, class: 1, remainder: 0, excess: 0, result: 0 };
}

/// An honest cell of an activation.
pub fn split(activation: &Activation, acc: i64) -> Cell {
    let Activation { shift, domain_bits, high_bits, table, .. } = activation;
    let q = rescale(acc, *shift);
    let rounding = 1i64 << shift >> 1;
    let half = 1i64 << (domain_bits - 1);
    let result = table.get(q, *domain_bits);
    let remainder = acc + rounding - (q << shift);
    if *high_bits == 0 {
        return Cell { low: q + half, remainder, result, ..Cell::NONE };
    }
    let centre = 1i64 << (high_bits - 1);
    let shifted = q + half + (centre << domain_bits);
    let high = shifted.div_euclid(1 << domain_bits);
    let class = (high - centre).signum() + 1;
    Cell { low: shifted.rem_euclid(1 << domain_bits), high, class, remainder, result, ..Cell::NONE }
}

/// An honest cell of a maximum.
pub fn larger(max: &Max, left: i64, right: i64) -> Cell {
    let result = left.max(right);
    Cell { low: left - right + (1 << (max.domain_bits - 1)), excess: result - right, result, ..Cell::NONE }
}

fn stored(column: &Ints<'_>, log: u32) -> Column {
    (0..1 << log).map(|i| column.get(i)).collect()
}

/// Solves `matrix * x = target` for one `x`; `matrix` is given by columns.
pub fn solve(columns: &[Vec<Fr>], target: &[Fr]) -> Option<Vec<Fr>> {
    use ark_ff::Field;
    let (n, m) = (columns.len(), target.len());
    let mut rows: Vec<Vec<Fr>> = (0..m).map(|i| columns.iter().map(|c| c[i]).chain([target[i]]).collect()).collect();
    let mut pivots = Vec::new();
    for column in 0..n {
        let done = pivots.len();
        let Some(pivot) = (done..m).find(|i| !rows[*i][column].is_zero()) else { continue };
        rows.swap(done, pivot);
        let inverse = rows[done][column].inverse()?;
        rows[done].iter_mut().for_each(|v| *v *= inverse);
        let row = rows[done].clone();
        for (i, other) in rows.iter_mut().enumerate() {
            if i != done && !other[column].is_zero() {
                let factor = other[column];
                other.iter_mut().zip(&row).for_each(|(o, r)| *o -= factor * r);
            }
        }
        pivots.push(column);
    }
    if rows.iter().skip(pivots.len()).any(|row| !row[n].is_zero()) {
        return None;
    }
    let mut x = vec![Fr::zero(); n];
    pivots.iter().zip(&rows).for_each(|(column, row)| x[*column] = row[n]);
    Some(x)
}
