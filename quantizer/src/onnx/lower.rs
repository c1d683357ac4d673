//! What the builder of an operator adds to the model. What is computed from constants alone is evaluated at once, by the
//! same node that would compute it in the model.

use super::builder::{Computed, Value};
use super::context::Context;
use super::tensor::{Kind, Tensor};
use super::{link, shape};
use crate::error::Error;
use crate::float::{Function, Link, Move, Node, Op, Product, Source, Term, View};
use crate::ir::{MAX_CELLS_LOG, MAX_DIMS};
use std::rc::Rc;

/// The remedy for a result that no model can hold.
const SMALLER: &str = "use smaller tensors";

impl Context<'_> {
    /// A constant named after this node.
    pub(super) fn tensor_of(&self, dims: Vec<u32>, values: Vec<f64>) -> Value {
        Value::Constant(Rc::new(Tensor::new(&self.name, dims, values, Kind::Float)))
    }

    /// A constant of no dimensions.
    pub(super) fn scalar(&self, value: f64) -> Value {
        self.tensor_of(vec![], vec![value])
    }

    /// `value` as something that views read.
    pub(super) fn source(&mut self, value: &Value) -> Source {
        match value {
            Value::Computed(computed) => Source::Tensor(computed.tensor),
            Value::Constant(constant) => self.target.take(constant),
        }
    }

    /// Dimensions of the broadcast of all `values`.
    pub(super) fn broadcast(&self, values: &[&Value]) -> Result<Vec<u32>, Error> {
        let fold = values.iter().try_fold(Vec::new(), |dims, v| shape::broadcast(&dims, v.dims()));
        fold.ok_or_else(|| {
            let dims: Vec<_> = values.iter().map(|v| v.dims()).collect();
            self.malformed("operands that broadcast", format!("dimensions {dims:?}"))
        })
    }

    /// What arithmetic on `values` gives: integers only of integers.
    pub(super) fn kind(&self, values: &[Value]) -> Kind {
        let float = values.iter().any(|v| v.kind() == Kind::Float);
        if float { Kind::Float } else { Kind::Int }
    }

    /// `value`, broadcast to a result of dimensions `dims`.
    pub(super) fn view(&mut self, value: &Value, dims: &[u32]) -> View {
        let first = dims.len().saturating_sub(value.dims().len());
        let axes = value.dims().iter().enumerate().filter(|(_, n)| **n > 1);
        let links = axes.map(|(axis, _)| Link::identity(first + axis, axis)).collect();
        View { source: self.source(value), links }
    }

    /// `coefficient * value`, broadcast to `dims`, as a term.
    pub(super) fn term(&mut self, coefficient: f64, value: &Value, dims: &[u32]) -> Term<f64> {
        Term::Move(Move { coefficient, view: self.view(value, dims) })
    }

    /// `coefficient * left * right`, element by element, broadcast to `dims`, as a term.
    pub(super) fn product(&mut self, coefficient: f64, left: &Value, right: &Value, dims: &[u32]) -> Term<f64> {
        // A constant factor goes left; one that is the same everywhere is a coefficient.
        let (left, right) = if matches!(right, Value::Constant(_)) { (right, left) } else { (left, right) };
        if let Value::Constant(constant) = left
            && let Some(factor) = constant.uniform().filter(|f| *f != 0.0)
        {
            return self.term(coefficient * factor, right, dims);
        }
        let (left, right) = (self.view(left, dims), self.view(right, dims));
        Term::Product(Product { coefficient, sums: vec![], left, right })
    }

    /// `coefficient * sum over the summed labels of left * right`, as a term of a result of dimensions `dims`. Each operand
    /// comes with the label of each of its axes; labels from `dims.len()` on are summed and have extents `sums`.
    pub(super) fn contraction(
        &mut self,
        coefficient: f64,
        left: (&Value, &[usize]),
        right: (&Value, &[usize]),
        dims: &[u32],
        sums: &[u32],
    ) -> Term<f64> {
        // A constant goes left.
        let (left, right) = if matches!(right.0, Value::Constant(_)) { (right, left) } else { (left, right) };
        let masked = matches!(left.0, Value::Computed(_));
        // Sums over one element are none.
        let mut kept: Vec<u32> = Vec::new();
        let mut number: Vec<usize> = (0..dims.len()).collect();
        for n in sums {
            number.push(dims.len() + kept.len());
            kept.extend((*n > 1).then_some(*n));
        }
        let mut view = |(value, labels): (&Value, &[usize]), masked: bool| {
            let axes = labels.iter().zip(value.dims()).enumerate().filter(|(_, (_, n))| **n > 1);
            let link = |(axis, (label, n)): (usize, (&usize, &u32))| {
                let to = number.get(*label).copied().unwrap_or(*label);
                // Where no constant is 0 in the padding of a sum, one factor reads 0 there.
                if masked && *label >= dims.len() && !n.is_power_of_two() {
                    Link::Table { label: to, axis, index: (0..*n).map(Some).collect() }
                } else {
                    Link::identity(to, axis)
                }
            };
            View { source: self.source(value), links: axes.map(link).collect() }
        };
        let (left, right) = (view(left, false), view(right, masked));
        Term::Product(Product { coefficient, sums: kept, left, right })
    }

    /// The elements of `value` that `index` selects along each axis, as something of as many elements as there are
    /// entries; `None` is 0. Nothing where all is 0.
    pub(super) fn selection(&mut self, value: &Value, index: &[Vec<Option<u32>>]) -> Option<View> {
        if index.iter().any(|index| index.iter().all(Option::is_none)) {
            return None;
        }
        let axes = index.iter().zip(value.dims()).enumerate();
        let links = axes.filter_map(|(i, (index, dim))| link::select(i, i, *dim, index)).collect();
        Some(View { source: self.source(value), links })
    }

    /// As [`Context::selection`], as a tensor.
    pub(super) fn selected(&mut self, value: &Value, index: &[Vec<Option<u32>>]) -> Result<Value, Error> {
        if index.iter().zip(value.dims()).all(|(index, dim)| index.iter().copied().eq((0..*dim).map(Some))) {
            return Ok(value.clone());
        }
        let dims: Vec<u32> = index.iter().map(|index| index.len() as u32).collect();
        match self.selection(value, index) {
            Some(view) => self.sum_of(view, dims, value.kind()),
            None => {
                let zeros = vec![0.0; crate::float::cells(&dims)];
                Ok(self.tensor_of(dims, zeros).of_kind(value.kind()))
            }
        }
    }

    /// All of an axis of `dim` elements.
    pub(super) fn all(dim: u32) -> Vec<Option<u32>> {
        (0..dim).map(Some).collect()
    }

    /// Checks the dimensions of a result before anything of that size is made.
    pub(super) fn bounded(&self, dims: &[u64]) -> Result<Vec<u32>, Error> {
        let cells = dims.iter().fold(1u64, |t, n| t.saturating_mul(*n));
        if cells > 1 << MAX_CELLS_LOG || dims.len() > MAX_DIMS || dims.iter().any(|n| *n > 1 << MAX_CELLS_LOG) {
            let what = format!("a result of at most {MAX_DIMS} dimensions and 2^{MAX_CELLS_LOG} elements");
            return Err(self.unsupported(format!("dimensions {dims:?}, where {what} is needed"), SMALLER));
        }
        Ok(dims.iter().map(|n| *n as u32).collect())
    }

    /// The sum of `terms`, of dimensions `dims`.
    pub(super) fn sum(&mut self, mut terms: Vec<Term<f64>>, dims: Vec<u32>, kind: Kind) -> Result<Value, Error> {
        if terms.iter().any(|term| sources(term).iter().any(Option::is_some)) {
            // Products of constants next to computed terms.
            for term in &mut terms {
                if sources(term) == [None, None] && matches!(term, Term::Product(_)) {
                    let value = self.add(Op::Sum(vec![term.clone()]), dims.clone(), kind)?;
                    *term = self.term(1.0, &value, &dims);
                }
            }
        }
        self.add(Op::Sum(terms), dims, kind)
    }

    /// `view` alone, as a tensor of dimensions `dims`.
    pub(super) fn sum_of(&mut self, view: View, dims: Vec<u32>, kind: Kind) -> Result<Value, Error> {
        self.sum(vec![Term::Move(Move { coefficient: 1.0, view })], dims, kind)
    }

    /// The view of `value` through `links`, which tie labels of a result of dimensions `dims` to its axes.
    pub(super) fn moved(&mut self, value: &Value, links: Vec<Link>, dims: Vec<u32>) -> Result<Value, Error> {
        let view = View { source: self.source(value), links };
        self.sum_of(view, dims, value.kind())
    }

    /// `functions`, first to last, of each element; see [`Op::Map`] for `exact`. Elements stay of the same kind.
    pub(super) fn map(&mut self, value: &Value, functions: Vec<Function>, exact: bool) -> Result<Value, Error> {
        match value {
            Value::Computed(computed) => {
                let op = Op::Map { input: computed.tensor, functions, exact };
                self.add(op, computed.dims.clone(), computed.kind)
            }
            Value::Constant(constant) => {
                let values = constant.floats().into_iter().map(|x| Function::eval_all(&functions, x)).collect();
                let tensor = Tensor::new(&self.name, constant.dims.clone(), values, constant.kind());
                Ok(Value::Constant(Rc::new(tensor)))
            }
        }
    }

    /// Element by element the larger of `left` and `right`, over a result of dimensions `dims`.
    pub(super) fn max(
        &mut self,
        left: Move<f64>,
        right: Move<f64>,
        dims: Vec<u32>,
        kind: Kind,
    ) -> Result<Value, Error> {
        self.add(Op::Max { left, right }, dims, kind)
    }

    fn add(&mut self, op: Op, dims: Vec<u32>, kind: Kind) -> Result<Value, Error> {
        let constant = !reads_tensor(&op);
        let node = Node { name: self.name.clone(), dims: dims.clone(), op };
        let count = crate::float::cells(&dims);
        if constant && count == 0 {
            return Ok(Value::Constant(Rc::new(Tensor::new(&self.name, dims, vec![], kind))));
        }
        let value = if constant {
            let tensor = |values| Tensor::new(&self.name, dims, values, kind);
            self.target.model.evaluate(node).map(|values| Value::Constant(Rc::new(tensor(values))))
        } else {
            let computed = |tensor| Value::Computed(Computed { tensor, dims, kind });
            self.target.model.node(node).map(computed)
        };
        let refused = |(expected, got)| self.unsupported(format!("{got}, where {expected} is needed"), SMALLER);
        let value = value.map_err(refused)?;
        self.made(count)?;
        Ok(value)
    }

    /// Counts elements that this node makes: a small file can ask for many.
    pub(super) fn made(&mut self, count: usize) -> Result<(), Error> {
        /// Most elements that all nodes may make.
        const MAX_MADE: usize = 1 << 28;
        self.target.made = self.target.made.saturating_add(count);
        if self.target.made <= MAX_MADE {
            return Ok(());
        }
        let what = format!("elements made by the nodes up to `{}`", self.name);
        Err(Error::TooLarge { file: self.file.into(), what, got: self.target.made as u64, limit: MAX_MADE as u64 })
    }
}

/// The computed tensors that a term reads.
fn sources(term: &Term<f64>) -> [Option<usize>; 2] {
    let tensor = |view: &View| match view.source {
        Source::Tensor(id) => Some(id),
        Source::Constant(_) => None,
    };
    match term {
        Term::Move(moved) => [tensor(&moved.view), None],
        Term::Product(product) => [tensor(&product.left), tensor(&product.right)],
    }
}

fn reads_tensor(op: &Op) -> bool {
    let tensor = |moved: &Move<f64>| matches!(moved.view.source, Source::Tensor(_));
    match op {
        Op::Sum(terms) => terms.iter().any(|term| sources(term) != [None, None]),
        Op::Map { .. } => true,
        Op::Max { left, right } => tensor(left) || tensor(right),
    }
}
