//! One plan made into a program.

use super::domain::{Rule, Sizing, share, size};
use super::integers::{Integers, integers};
use super::mask::mask;
use super::plan::Plan;
use super::ports::Port;
use super::ranges::{Observed, name};
use super::scales::{Requantized, Scales, scales};
use crate::cost::Cost;
use crate::error::Error;
use crate::float::{FloatModel, Op as FloatOp};
use crate::ir::{Activation, Graph, Input, MAX_NAME, Max, Node, Op, Output, Part, Shape, TensorId};
use crate::ops::activation::MAX_DOMAIN_BITS;
use crate::ops::max::needed_domain_bits;
use crate::ops::{Mismatch, check, range};
use crate::view::{Move, Product, Source, Term, View};

/// A program, and where the tensors of the float model are in it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub graph: Graph,
    /// By tensor of the model in normal form; `None` for inputs that nothing reads.
    pub tensors: Vec<Option<TensorId>>,
}

/// What programs are built of.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The model as imported: names and dimensions of inputs and outputs.
    pub source: &'a FloatModel,
    /// The same in normal form.
    pub model: &'a FloatModel,
    /// What samples reached in it.
    pub observed: &'a Observed,
    /// Largest magnitude in each of its constants; 1 where all are 0.
    pub reaches: &'a [f64],
}

/// Builds the program of `plan`. Where samples allow it, tables saturate, or else only where they would be very large;
/// with `None`, whichever makes the lookup tree less deep.
///
/// # Errors
/// A bound beyond its limit, a table beyond the largest, numbers that do not fit.
pub fn build(task: Task, plan: &Plan, saturate: Option<bool>) -> Result<Program, Error> {
    let scales = scales(task, plan)?;
    let mut integers = integers(task, plan, &scales)?;
    let constants = std::mem::take(&mut integers.constants);
    let emit = |constants, saturate| Emitter::new(task, plan, &scales, &integers, constants, saturate).run();
    let mut first = emit(constants, saturate.unwrap_or(false))?;
    if saturate.is_some() {
        return Ok(first);
    }
    let tree_log = |program: &Program| Cost::of_graph(&program.graph).tree_log;
    let constants = std::mem::take(&mut first.graph.constants);
    let mut second = emit(constants, true)?;
    if tree_log(&second) < tree_log(&first) {
        return Ok(second);
    }
    first.graph.constants = std::mem::take(&mut second.graph.constants);
    Ok(first)
}

struct Emitter<'a> {
    task: Task<'a>,
    scales: &'a Scales,
    integers: &'a Integers,
    saturate: bool,
    input: Port,
    output: Port,
    /// The sum of the model that is the output as it is.
    direct: Option<usize>,
    program: Program,
    /// By node of the program.
    rules: Vec<Option<Rule<'a>>>,
}

impl<'a> Emitter<'a> {
    fn new(
        task: Task<'a>,
        plan: &Plan,
        scales: &'a Scales,
        integers: &'a Integers,
        constants: Vec<crate::ir::Constant>,
        saturate: bool,
    ) -> Self {
        let dims: Vec<&[u32]> = task.model.inputs.iter().map(|i| &i.dims[..]).collect();
        let port = Port::new(&dims);
        let parts = task.source.inputs.iter().enumerate().map(|(i, input)| Part {
            name: truncated(&input.name),
            dims: input.dims.clone(),
            exponent: exponent(scales, i),
        });
        let half = 1i64 << (plan.input_bits - 1);
        let input = Input { shape: port.shape.clone(), lo: -half, hi: half - 1, parts: parts.collect() };
        let outputs: Vec<&[u32]> = task.model.outputs.iter().map(|o| task.model.dims(o.tensor)).collect();
        let output_port = Port::new(&outputs);
        let direct = match (&task.model.outputs[..], &outputs[..]) {
            ([one], [dims]) if output_port.is(dims) && is_sum(task.model, one.tensor) => Some(one.tensor),
            _ => None,
        };
        let output = Output { tensor: 0, parts: vec![] };
        let graph = Graph { input, constants, nodes: vec![], output };
        let program = Program { graph, tensors: vec![] };
        Self { task, scales, integers, saturate, input: port, output: output_port, direct, program, rules: vec![] }
    }

    fn run(mut self) -> Result<Program, Error> {
        let model = self.task.model;
        let read = reads(model);
        for (i, input) in model.inputs.iter().enumerate() {
            let tensor = match read.get(i) {
                Some(true) if self.input.is(&input.dims) => Some(0),
                Some(true) => Some(self.unpack(i, &input.name, &input.dims)?),
                _ => None,
            };
            self.program.tensors.push(tensor);
        }
        for i in 0..model.nodes.len() {
            let tensor = self.node(i)?;
            self.program.tensors.push(Some(tensor));
        }
        self.output()?;
        let mut ops: Vec<&mut Op> = self.program.graph.nodes.iter_mut().map(|node| &mut node.op).collect();
        share(&mut ops, &self.rules, |rule, domain_bits| rule.table(domain_bits));
        Ok(self.program)
    }

    fn push(&mut self, name: &str, op: Op, dims: &[u32], exponent: i32) -> Result<TensorId, Error> {
        let shape = Shape::new(dims.to_vec());
        let (lo, hi) = self.program.graph.range(name, &op, &shape)?;
        self.program.graph.nodes.push(Node { name: truncated(name), op, shape, exponent, lo, hi });
        self.rules.push(None);
        Ok(self.program.graph.nodes.len())
    }

    /// Input `i`, out of all of them.
    fn unpack(&mut self, i: usize, name: &str, dims: &[u32]) -> Result<TensorId, Error> {
        let view = View { source: Source::Tensor(0), links: self.input.part(i, dims) };
        let e = exponent(self.scales, i);
        let sum = Op::Sum(vec![Term::Move(Move { coefficient: 1, view })]);
        let input = self.push(&format!("{name}.part"), sum, dims, e)?;
        self.push(name, Op::Copy { input }, dims, e)
    }

    /// The tensor of the program that is `source` in the model.
    fn tensor(&self, source: Source) -> Source {
        match source {
            Source::Tensor(id) => Source::Tensor(self.program.tensors.get(id).copied().flatten().unwrap_or(0)),
            constant => constant,
        }
    }

    fn view(&self, view: &View) -> View {
        View { source: self.tensor(view.source), links: view.links.clone() }
    }

    fn moved(&self, m: &Move<i64>) -> Move<i64> {
        Move { coefficient: m.coefficient, view: self.view(&m.view) }
    }

    fn error(&self, node: &str, expected: String, got: String, remedy: &'static str) -> Error {
        Error::Calibration { file: self.task.model.source.clone(), node: node.into(), expected, got, remedy }
    }

    fn node(&mut self, i: usize) -> Result<TensorId, Error> {
        let model = self.task.model;
        let id = model.inputs.len() + i;
        let Some(node) = model.nodes.get(i) else { return Ok(0) };
        let (name, dims, e) = (name(model, id), &node.dims[..], exponent(self.scales, id));
        match &node.op {
            FloatOp::Sum(_) => {
                let terms = self.integers.sums.get(i).map_or(&[][..], Vec::as_slice);
                let terms = terms.iter().map(|term| match term {
                    Term::Move(m) => Term::Move(self.moved(m)),
                    Term::Product(p) => Term::Product(self.product(p, dims)),
                });
                let mut terms: Vec<Term<i64>> = terms.collect();
                if self.direct == Some(id) {
                    self.zero_padding(&mut terms, dims);
                }
                self.push(name, Op::Sum(terms), dims, e)
            }
            FloatOp::Map { input, functions, .. } => self.map(i, *input, functions),
            FloatOp::Max { .. } => {
                let operands = self.integers.maxima.get(i).and_then(Option::as_ref);
                let Some([left, right]) = operands.map(|[left, right]| [self.moved(left), self.moved(right)]) else {
                    return Ok(0);
                };
                let difference = range::difference(&self.program.graph, [&left, &right], &Shape::new(dims.to_vec()))
                    .map_err(|reach| Error::accumulator(name, reach))?;
                let domain_bits = needed_domain_bits(difference);
                if domain_bits > MAX_DOMAIN_BITS {
                    return Err(self.error(
                        name,
                        format!("operands that differ by less than 2^{}", MAX_DOMAIN_BITS - 1),
                        format!("up to {}", difference.0.unsigned_abs().max(difference.1.unsigned_abs())),
                        "quantize with fewer bits (--bits)",
                    ));
                }
                self.push(name, Op::Max(Max { left, right, domain_bits }), dims, e)
            }
        }
    }

    fn product(&self, p: &Product<i64>, dims: &[u32]) -> Product<i64> {
        let mut product = Product { left: self.view(&p.left), right: self.view(&p.right), ..p.clone() };
        if let Source::Tensor(_) = product.left.source {
            // Padding of values need not be 0, so one factor must not read it.
            let extents: Vec<u32> = dims.iter().chain(&p.sums).copied().collect();
            let of_right = self.program.graph.source_shape(product.right.source).cloned().unwrap_or_default();
            for (label, n) in extents.iter().enumerate().skip(dims.len()) {
                let link = product.right.links.iter().find(|link| link.labels().contains(&label));
                let free = link.is_some_and(|link| link.is_free(&extents, of_right.dims()));
                if !n.is_power_of_two() && free {
                    mask(&mut product.right, label, &extents);
                }
            }
        }
        product
    }

    fn map(&mut self, i: usize, input: usize, functions: &'a [crate::float::Function]) -> Result<TensorId, Error> {
        let model = self.task.model;
        let id = model.inputs.len() + i;
        let (name, dims, e) = (name(model, id), model.dims(id), exponent(self.scales, id));
        let Source::Tensor(sum) = self.tensor(Source::Tensor(input)) else { return Ok(0) };
        let requantized = self.scales.maps.get(i).and_then(Option::as_ref).unwrap_or(&Requantized::Copy);
        let Requantized::Table { form, shift, e_q, out, .. } = requantized else {
            return self.push(name, Op::Copy { input: sum }, dims, e);
        };
        let rule = Rule { functions, form: *form, e_q: *e_q, e_out: e, out: *out };
        let sizing = Sizing {
            sum: self.program.graph.bounds(sum).unwrap_or((0, 0)),
            seen: self.task.observed.ranges.get(input).copied().unwrap_or_default(),
            slots: 1 << Shape::new(dims.to_vec()).log(),
            saturate: self.saturate,
        };
        let sized = size(requantized, &rule, &sizing).ok_or_else(|| {
            self.error(
                name,
                format!("a table of at most 2^{MAX_DOMAIN_BITS} entries"),
                format!("integers {}..={} to tell apart", sizing.sum.0, sizing.sum.1),
                "quantize with fewer bits (--bits), or scale the input of this node down",
            )
        })?;
        let (domain_bits, high_bits) = sized;
        let table = rule.table(domain_bits).ok_or_else(|| {
            self.error(
                name,
                "a function that has values where samples are".into(),
                "NaN everywhere".into(),
                "check the constants of the functions of this node",
            )
        })?;
        let made = Activation { input: sum, shift: *shift, domain_bits, high_bits, table };
        let tensor = self.push(name, Op::Activation(made), dims, e)?;
        if let Some(slot) = self.rules.last_mut() {
            *slot = Some(rule);
        }
        Ok(tensor)
    }

    fn output(&mut self) -> Result<(), Error> {
        let model = self.task.model;
        let parts = self.task.source.outputs.iter().zip(&model.outputs).map(|(named, output)| Part {
            name: truncated(&named.name),
            dims: named.dims.clone(),
            exponent: exponent(self.scales, output.tensor),
        });
        self.program.graph.output.parts = parts.collect();
        let own = |id: usize| self.program.tensors.get(id).copied().flatten().unwrap_or(0);
        self.program.graph.output.tensor = match self.direct {
            Some(id) => own(id),
            None => {
                let tensors: Vec<TensorId> = model.outputs.iter().map(|o| own(o.tensor)).collect();
                self.pack(&tensors)?
            }
        };
        Ok(())
    }

    /// One sum of all outputs, each moved to its place.
    fn pack(&mut self, tensors: &[TensorId]) -> Result<TensorId, Error> {
        let mut terms = Vec::new();
        let model = self.task.model;
        for (i, (tensor, output)) in tensors.iter().zip(&model.outputs).enumerate() {
            let dims = model.dims(output.tensor);
            let exponent = self.program.graph.output.parts.get(i).map_or(0, |part| part.exponent);
            let value = if self.program.graph.is_value(*tensor) {
                *tensor
            } else {
                self.push(&format!("output{i}.copy"), Op::Copy { input: *tensor }, dims, exponent)?
            };
            let view = View { source: Source::Tensor(value), links: self.output.place(i, dims) };
            terms.push(Term::Move(Move { coefficient: 1, view }));
        }
        let exponent = self.program.graph.output.parts.first().map_or(0, |part| part.exponent);
        let dims = self.output.shape.dims().to_vec();
        self.zero_padding(&mut terms, &dims);
        self.push("output", Op::Sum(terms), &dims, exponent)
    }

    /// Makes every one of `terms`, of a tensor of dimensions `dims`, 0 at its padding.
    fn zero_padding(&self, terms: &mut [Term<i64>], dims: &[u32]) {
        let graph = &self.program.graph;
        let shapes = |source| graph.source_shape(source).ok_or_else(|| Mismatch::new("a source", "none"));
        let shape = Shape::new(dims.to_vec());
        for (axis, _) in dims.iter().enumerate().filter(|(_, n)| !n.is_power_of_two()) {
            for term in terms.iter_mut() {
                if check::is_zero_at_padding(term, axis, &shape, &shapes) {
                    continue;
                }
                match term {
                    Term::Move(m) => mask(&mut m.view, axis, dims),
                    Term::Product(p) => {
                        let extents: Vec<u32> = dims.iter().chain(&p.sums).copied().collect();
                        mask(&mut p.right, axis, &extents);
                    }
                }
            }
        }
    }
}

fn is_sum(model: &FloatModel, id: usize) -> bool {
    let node = id.checked_sub(model.inputs.len()).and_then(|i| model.nodes.get(i));
    matches!(node.map(|n| &n.op), Some(FloatOp::Sum(_)))
}

fn exponent(scales: &Scales, id: usize) -> i32 {
    scales.exponents.get(id).copied().unwrap_or(0)
}

/// Which tensors something reads.
fn reads(model: &FloatModel) -> Vec<bool> {
    let mut read = vec![false; model.inputs.len() + model.nodes.len()];
    let mut mark = |source: Source| {
        if let Source::Tensor(id) = source
            && let Some(slot) = read.get_mut(id)
        {
            *slot = true;
        }
    };
    for node in &model.nodes {
        match &node.op {
            FloatOp::Sum(terms) => terms.iter().for_each(|term| match term {
                Term::Move(m) => mark(m.view.source),
                Term::Product(p) => {
                    mark(p.left.source);
                    mark(p.right.source);
                }
            }),
            FloatOp::Map { input, .. } => mark(Source::Tensor(*input)),
            FloatOp::Max { left, right } => {
                mark(left.view.source);
                mark(right.view.source);
            }
        }
    }
    model.outputs.iter().for_each(|output| mark(Source::Tensor(output.tensor)));
    read
}

fn truncated(name: &str) -> String {
    let end = (0..=MAX_NAME.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    name.get(..end).unwrap_or_default().into()
}
