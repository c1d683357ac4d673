//! [`Arithmetic`] on rows of the circuit.
//!
//! Rows are what a seal costs, so everything that can wait does. A handle is an affine [`Form`]; a product is a
//! variable without a cell until somebody needs it in one; a multiply-add row
//!
//! ```text
//! f0*a0*a1 + f1*a2*a3 + f2*a2 + f3 + f4*a4 = 0
//! ```
//!
//! then makes a variable (`a4`) of two products, or of a product and a linear term, or of two linear terms (one
//! times the constant one), each time with any coefficients and a constant, and with one more linear term where it
//! shares a factor with the second product. `lerp`, `mul_add` and `1 - p - r + 2pr` are one row each this way. Taking a
//! product into a row never costs more than giving it a cell first would have: should it be needed in a cell later,
//! that row is made then.
//!
//! Nothing here looks at a value to decide what to lay out: with and without a witness the layout is the same.

use crate::error::SealError;
use crate::form::{Form, MAX_TERMS, Sum, Term, Var};
use crate::layout::{Cell, Layout, Row};
use ark_bn254::Fr;
use ark_ff::{Field, One, Zero};
use std::collections::HashMap;
use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::gates::ADVICE;
use verin_circuits::transcript::poseidon::{self, FULL_ROUNDS, PARTIAL_ROUNDS, T};

const S_FULL: usize = 0;
const S_PART: usize = 1;
const F0: usize = 2;
const F1: usize = 3;
const F2: usize = 4;
const F3: usize = 5;
const F4: usize = 6;
/// Partial rounds in a row.
const PARTIAL_A_ROW: usize = 3;

/// A program to seal: what the core verifier is, run on private scalars.
pub trait Program {
    /// Private scalars it reads.
    fn advice_len(&self) -> usize;

    /// Runs on the arithmetic `a`; what it returns are the instances, in order.
    ///
    /// # Errors
    /// A check does not hold.
    fn run<A: Arithmetic>(&self, a: &mut A, advice: &[A::F]) -> Result<Vec<A::F>, VerifyError>;
}

/// Lays out `program`; the witness is that of `advice`, or all zeros where there is none.
///
/// # Errors
/// `advice` has the wrong length, or the program rejects it.
pub fn lay_out<P: Program>(program: &P, advice: Option<&[Fr]>) -> Result<Layout, SealError> {
    let expected = program.advice_len();
    let mut assigner = Assigner::new(advice.is_some());
    let handles = match advice {
        Some(values) if values.len() != expected => {
            return Err(SealError::Length { what: "private scalars", expected, got: values.len() });
        }
        Some(values) => values.iter().map(|v| assigner.advice(*v)).collect(),
        None => (0..expected).map(|_| assigner.advice(Fr::zero())).collect::<Vec<_>>(),
    };
    let instances = program.run(&mut assigner, &handles)?;
    Ok(assigner.finish(&instances))
}

#[derive(Clone, Copy, Debug)]
struct Variable {
    value: Fr,
    /// Where it was first put; everything else is a copy of that cell.
    cell: Option<Cell>,
    /// Its factors, if it is a product. Such a variable may stand in a cell only once a row has multiplied them.
    factors: Option<(Var, Var)>,
}

/// The third term of a row: `a2`, with `f1 * a2 * a3` and `f2 * a2`.
type Second = (Var, Option<(Fr, Var)>, Fr);

/// What a multiply-add row sums up, besides a constant.
#[derive(Clone, Copy, Debug, Default)]
struct Packing {
    /// `f0 * a0 * a1`; no second factor stands for the constant one.
    first: Option<(Fr, Var, Option<Var>)>,
    second: Option<Second>,
    /// `f4 * a4`
    fourth: Option<(Fr, Var)>,
}

/// The arithmetic.
#[derive(Debug)]
pub struct Assigner {
    known: bool,
    variables: Vec<Variable>,
    products: HashMap<(Var, Var), Var>,
    made: HashMap<Form, Var>,
    constants: HashMap<Fr, Var>,
    constants_in_order: Vec<(Fr, Var)>,
    equal: Vec<(Var, Var)>,
    /// Rows that end a permutation: `a3`, `a4` and the constants of the gate are free there.
    spare: Vec<usize>,
    layout: Layout,
}

impl Assigner {
    /// `known`: whether values mean something, so that checks can fail.
    fn new(known: bool) -> Self {
        Self {
            known,
            variables: Vec::new(),
            products: HashMap::new(),
            made: HashMap::new(),
            constants: HashMap::new(),
            constants_in_order: Vec::new(),
            equal: Vec::new(),
            spare: Vec::new(),
            layout: Layout::default(),
        }
    }

    fn advice(&mut self, value: Fr) -> Form {
        Form::var(self.new_var(value, None))
    }

    fn new_var(&mut self, value: Fr, factors: Option<(Var, Var)>) -> Var {
        let var = Var(self.variables.len() as u32);
        self.variables.push(Variable { value, cell: None, factors });
        var
    }

    fn variable(&self, var: Var) -> &Variable {
        &self.variables[var.0 as usize]
    }

    fn value(&self, form: &Form) -> Fr {
        form.terms().iter().fold(form.constant, |sum, (var, k)| sum + self.variable(*var).value * k)
    }

    /// A variable that is demanded to be `c` when the layout is finished.
    fn constant_var(&mut self, c: Fr) -> Var {
        if let Some(var) = self.constants.get(&c) {
            return *var;
        }
        let var = self.new_var(c, None);
        self.constants.insert(c, var);
        self.constants_in_order.push((c, var));
        var
    }

    /// Whether `var` is a product that no row has computed.
    fn is_open(&self, var: Var) -> bool {
        let variable = self.variable(var);
        variable.factors.is_some() && variable.cell.is_none()
    }

    // --- cells and rows ---

    fn new_row(&mut self) -> usize {
        self.layout.rows.push(Row::default());
        self.layout.rows.len() - 1
    }

    fn put_value(&mut self, row: usize, column: usize, value: Fr) {
        let row = &mut self.layout.rows[row];
        row.advice[column] = value;
        row.assigned |= 1 << column;
    }

    /// Puts `var` into a cell: its own, or a copy. An open product here would be a free value, so none gets through.
    fn place(&mut self, var: Var, row: usize, column: usize) {
        assert!(!self.is_open(var), "an open product in a cell");
        self.define(var, row, column);
    }

    /// Like [`Self::place`], for the output of the gate in this row.
    fn define(&mut self, var: Var, row: usize, column: usize) {
        let cell = Cell { column, row };
        let variable = &mut self.variables[var.0 as usize];
        let value = variable.value;
        match variable.cell {
            Some(own) => self.layout.copies.push((own, cell)),
            None => variable.cell = Some(cell),
        }
        self.put_value(row, column, value);
    }

    fn set_fixed(&mut self, row: usize, column: usize, value: Fr) {
        self.layout.rows[row].fixed[column] = value;
    }

    /// A multiply-add row: `packing + constant = 0`, or `= out`.
    fn emit(&mut self, packing: &Packing, constant: Fr, out: Option<Var>) {
        assert!(out.is_none() || packing.fourth.is_none(), "a4 taken twice");

        let row = self.new_row();
        self.layout.tally.arithmetic += 1;
        self.set_fixed(row, F3, constant);
        if let Some((k, x, y)) = packing.first {
            self.set_fixed(row, F0, k);
            self.place(x, row, 0);
            let y = y.unwrap_or_else(|| self.constant_var(Fr::one()));
            self.place(y, row, 1);
        }
        if let Some((x, product, k)) = packing.second {
            self.set_fixed(row, F2, k);
            self.place(x, row, 2);
            if let Some((k, y)) = product {
                self.set_fixed(row, F1, k);
                self.place(y, row, 3);
            }
        }
        if let Some((k, x)) = packing.fourth {
            self.set_fixed(row, F4, k);
            self.place(x, row, 4);
        }
        if let Some(out) = out {
            self.set_fixed(row, F4, -Fr::one());
            self.define(out, row, 4);
        }
    }

    // --- what fits a row ---

    /// Packs `terms` into one row; `a4` is free for a term if `demand`, else it is the output's.
    fn pack(&self, terms: &[Term], demand: bool) -> Option<Packing> {
        if terms.len() > MAX_TERMS + usize::from(demand) {
            return None;
        }
        // A product with a cell can be read from it or multiplied again, whichever fits; an open one is multiplied.
        let is_product: Vec<bool> = terms.iter().map(|(var, _)| self.variable(*var).factors.is_some()).collect();
        (0u32..1 << terms.len()).find_map(|multiplied| {
            let legal =
                terms.iter().zip(&is_product).enumerate().all(|(i, ((var, _), product))| {
                    if multiplied >> i & 1 == 1 { *product } else { !self.is_open(*var) }
                });
            if legal { self.pack_as(terms, multiplied, demand) } else { None }
        })
    }

    /// Packs `terms`, of which those with a bit in `multiplied` are products.
    fn pack_as(&self, terms: &[Term], multiplied: u32, demand: bool) -> Option<Packing> {
        let mut products = Vec::new();
        let mut linear = Vec::new();
        for (i, (var, k)) in terms.iter().enumerate() {
            match self.variable(*var).factors {
                Some((x, y)) if multiplied >> i & 1 == 1 => products.push((*k, x, y)),
                _ => linear.push((*k, *var)),
            }
        }
        let mut packing = Packing::default();
        // One product may share a2 with a linear term.
        let shared = products.iter().enumerate().find_map(|(i, (_, x, y))| {
            let j = linear.iter().position(|(_, var)| var == x || var == y)?;
            Some((i, j))
        });
        if let Some((i, j)) = shared {
            let (k, x, y) = products.remove(i);
            let (bound, var) = linear.remove(j);
            let other = if var == x { y } else { x };
            packing.second = Some((var, Some((k, other)), bound));
        }
        for (k, x, y) in products {
            if packing.first.is_none() {
                packing.first = Some((k, x, Some(y)));
            } else if packing.second.is_none() {
                packing.second = Some((x, Some((k, y)), Fr::zero()));
            } else {
                return None;
            }
        }
        for (k, x) in linear {
            if demand && packing.fourth.is_none() {
                packing.fourth = Some((k, x));
            } else if packing.second.is_none() {
                packing.second = Some((x, None, k));
            } else if packing.first.is_none() {
                packing.first = Some((k, x, None));
            } else {
                return None;
            }
        }
        Some(packing)
    }

    fn fits(&self, sum: &Sum) -> Option<Form> {
        self.pack(&sum.terms, false).and_then(|_| Form::new(sum))
    }

    // --- from forms to variables ---

    /// Gives an open product its row.
    fn settle(&mut self, var: Var) {
        if self.is_open(var) {
            let packing = self.pack(&[(var, Fr::one())], false).unwrap_or_default();
            self.emit(&packing, Fr::zero(), Some(var));
        }
    }

    /// A variable equal to `form`, with a row of its own unless it is one already.
    fn make(&mut self, form: &Form) -> Var {
        if let Some(var) = form.as_var() {
            self.settle(var);
            return var;
        }
        if form.terms().is_empty() {
            return self.constant_var(form.constant);
        }
        if let Some(var) = self.made.get(form) {
            return *var;
        }
        let out = self.new_var(self.value(form), None);
        // Every handle fits a row: `fits` has seen it, and a product that has got a cell meanwhile may still be
        // multiplied again.
        #[expect(clippy::expect_used, reason = "an invariant of handles, kept by `fits`")]
        let packing = self.pack(form.terms(), false).expect("a handle fits a row");
        self.emit(&packing, form.constant, Some(out));
        self.made.insert(*form, out);
        out
    }

    /// `form`, as one variable times a constant, plus a constant, or a constant.
    fn single(&mut self, form: &Form) -> Form {
        match form.terms() {
            [] => *form,
            [(var, _)] if !self.is_open(*var) => *form,
            [(var, _)] if form.constant.is_zero() => {
                self.settle(*var);
                *form
            }
            _ => Form::var(self.make(form)),
        }
    }

    /// `a + k * b`, over as many rows as that takes.
    fn combine(&mut self, a: &Form, b: &Form, k: Fr) -> Form {
        let (mut a, mut b) = (self.known_form(a), self.known_form(b));
        loop {
            let mut sum = a.sum();
            sum.add_form(&b, k);
            if let Some(form) = self.fits(&sum) {
                return form;
            }
            // Two variables always fit, so this ends.
            let larger = if b.terms().len() > a.terms().len() { &mut b } else { &mut a };
            *larger = Form::var(self.make(larger));
        }
    }

    fn scale(form: &Form, k: Fr, c: Fr) -> Form {
        let mut sum = Sum::of(c);
        sum.add_form(form, k);
        Form::new(&sum).unwrap_or(*form)
    }

    /// The product of two variables, without a row yet.
    fn product(&mut self, x: Var, y: Var) -> Var {
        let key = (x.min(y), x.max(y));
        if let Some(var) = self.products.get(&key) {
            return *var;
        }
        let value = self.variable(x).value * self.variable(y).value;
        let var = self.new_var(value, Some(key));
        self.products.insert(key, var);
        var
    }

    /// `a * b`, if it can be written as a handle without further rows.
    fn expand(&mut self, a: &Form, b: &Form) -> Option<Form> {
        let open = |form: &Form| form.terms().iter().any(|(var, _)| self.is_open(*var));
        if open(a) || open(b) || a.terms().len() * b.terms().len() > 2 {
            return None;
        }
        let mut sum = Sum::of(a.constant * b.constant);
        for (x, k) in a.terms() {
            sum.add_term(*x, *k * b.constant);
            for (y, l) in b.terms() {
                let product = self.product(*x, *y);
                sum.add_term(product, *k * l);
            }
        }
        for (y, l) in b.terms() {
            sum.add_term(*y, *l * a.constant);
        }
        self.fits(&sum)
    }

    fn multiply(&mut self, a: &Form, b: &Form) -> Form {
        if a.terms().is_empty() {
            return Self::scale(b, a.constant, Fr::zero());
        }
        if b.terms().is_empty() {
            return Self::scale(a, b.constant, Fr::zero());
        }
        let (mut a, mut b) = (self.known_form(a), self.known_form(b));
        for form in [&mut a, &mut b] {
            if form.terms().len() == 1 {
                *form = self.single(form);
            }
        }
        loop {
            if let Some(form) = self.expand(&a, &b) {
                return form;
            }
            // One term times one term always expands, so this ends.
            let larger = if b.terms().len() > a.terms().len() { &mut b } else { &mut a };
            *larger = Form::var(self.make(larger));
        }
    }

    /// `form`, or the variable some earlier row has made of it.
    fn known_form(&self, form: &Form) -> Form {
        self.made.get(form).map_or(*form, |var| Form::var(*var))
    }

    /// Demands `sum = 0`.
    fn demand_zero(&mut self, a: &Form, b: &Form, label: &'static str) -> Result<(), VerifyError> {
        let (mut a, mut b) = (self.known_form(a), self.known_form(b));
        loop {
            if let (Some(x), Some(y)) = (a.as_var(), b.as_var())
                && !(self.is_open(x) && self.is_open(y))
            {
                self.settle(x);
                self.settle(y);
                self.equal.push((x, y));
                return Ok(());
            }
            let mut sum = a.sum();
            sum.add_form(&b, -Fr::one());
            match sum.terms.as_slice() {
                [] if sum.constant.is_zero() => return Ok(()),
                [] => return Err(VerifyError::Rejected { check: label }),
                [(x, k)] if !self.is_open(*x) => {
                    let x = *x;
                    let value = -sum.constant * k.inverse().unwrap_or_default();
                    let constant = self.constant_var(value);
                    self.equal.push((x, constant));
                    return Ok(());
                }
                [(x, k), (y, l)] if sum.constant.is_zero() && *k == -*l && !self.is_open(*x) && !self.is_open(*y) => {
                    self.equal.push((*x, *y));
                    return Ok(());
                }
                terms => {
                    if let Some(packing) = self.pack(terms, true) {
                        self.emit(&packing, sum.constant, None);
                        return Ok(());
                    }
                }
            }
            // Two terms always fit, so this ends.
            let larger = if b.terms().len() > a.terms().len() { &mut b } else { &mut a };
            *larger = Form::var(self.make(larger));
        }
    }

    // --- the permutation ---

    /// 27 rows of rounds, and one that holds the result.
    fn permutation(&mut self, input: [Var; T]) -> [Var; T] {
        let parameters = poseidon::parameters();
        let mds = |s: [Fr; T]| parameters.mds.map(|row| row[0] * s[0] + row[1] * s[1] + row[2] * s[2]);
        let sbox = poseidon::sbox;
        let mut state = input.map(|var| self.variable(var).value);
        let mut row = self.new_row();
        for (lane, var) in input.into_iter().enumerate() {
            self.place(var, row, lane);
        }
        let partial = FULL_ROUNDS / 2..FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
        let mut round = 0;
        while let Some(ark) = parameters.sparse_ark.get(round) {
            if partial.contains(&round) {
                self.set_fixed(row, S_PART, Fr::one());
                for (i, column) in [F0, F1, F2].into_iter().enumerate() {
                    let constant = parameters.sparse_ark[round + i][0];
                    self.set_fixed(row, column, constant);
                    // Lane 0 before the second and the third round stands in a3 and a4.
                    if i > 0 {
                        self.put_value(row, T + i - 1, state[0]);
                    }
                    state = mds([sbox(state[0] + constant), state[1], state[2]]);
                }
                round += PARTIAL_A_ROW;
            } else {
                self.set_fixed(row, S_FULL, Fr::one());
                for (i, column) in [F0, F1, F2].into_iter().enumerate() {
                    self.set_fixed(row, column, ark[i]);
                }
                state = mds([0, 1, 2].map(|i| sbox(state[i] + ark[i])));
                round += 1;
            }
            row = self.new_row();
            if round < parameters.sparse_ark.len() {
                for (lane, value) in state.into_iter().enumerate() {
                    self.put_value(row, lane, value);
                }
            }
        }
        self.layout.tally.permutations += 1;
        self.spare.push(row);
        let output = state.map(|value| self.new_var(value, None));
        for (lane, var) in output.into_iter().enumerate() {
            self.place(var, row, lane);
        }
        output
    }

    // --- the end ---

    /// Demands the constants, puts what has no cell yet into one, and writes down copies and instances.
    fn finish(mut self, instances: &[Form]) -> Layout {
        let instances: Vec<Var> = instances.iter().map(|form| self.make(form)).collect();
        let mut spare = core::mem::take(&mut self.spare).into_iter();
        for (c, var) in core::mem::take(&mut self.constants_in_order) {
            let row = spare.next().unwrap_or_else(|| {
                self.layout.tally.loose += 1;
                self.new_row()
            });
            // f3 + f4 * a4 = 0
            self.set_fixed(row, F3, -c);
            self.set_fixed(row, F4, Fr::one());
            self.place(var, row, 4);
        }
        // Values that only equalities and instances speak of; their cells have no gate.
        let equal = core::mem::take(&mut self.equal);
        let named: Vec<Var> = equal.iter().flat_map(|(x, y)| [*x, *y]).chain(instances.iter().copied()).collect();
        let mut column = ADVICE;
        for var in named {
            if self.variable(var).cell.is_some() {
                continue;
            }
            if column == ADVICE {
                self.new_row();
                self.layout.tally.loose += 1;
                column = 0;
            }
            self.place(var, self.layout.rows.len() - 1, column);
            column += 1;
        }
        #[expect(clippy::expect_used, reason = "every named variable has just been given a cell")]
        let cell = |var: &Var| self.variables[var.0 as usize].cell.expect("a cell");
        self.layout.copies.extend(equal.iter().map(|(x, y)| (cell(x), cell(y))).filter(|(x, y)| x != y));
        self.layout.instances = instances.iter().map(cell).collect();
        self.layout
    }
}

impl Arithmetic for Assigner {
    type F = Form;

    fn constant(&mut self, c: Fr) -> Form {
        Form::constant(c)
    }
    fn add(&mut self, a: &Form, b: &Form) -> Form {
        self.combine(a, b, Fr::one())
    }
    fn sub(&mut self, a: &Form, b: &Form) -> Form {
        self.combine(a, b, -Fr::one())
    }
    fn mul(&mut self, a: &Form, b: &Form) -> Form {
        self.multiply(a, b)
    }
    fn affine(&mut self, a: &Form, k: Fr, c: Fr) -> Form {
        Self::scale(a, k, c)
    }
    fn lerp(&mut self, a: &Form, b: &Form, t: &Form) -> Form {
        // a stands in a product and alone, so it is worth a cell; then t*b - t*a + a is one row.
        let (a, b, t) = (self.single(a), self.single(b), self.single(t));
        let difference = self.combine(&b, &a, -Fr::one());
        let step = self.multiply(&t, &difference);
        self.combine(&a, &step, Fr::one())
    }
    fn inverse(&mut self, a: &Form, label: &'static str) -> Result<Form, VerifyError> {
        let value = self.value(a).inverse();
        if self.known && value.is_none() {
            return Err(VerifyError::Rejected { check: label });
        }
        if a.terms().is_empty() {
            // A constant's inverse is a constant, also without a witness.
            return value.map(Form::constant).ok_or(VerifyError::Rejected { check: label });
        }
        let a = self.single(a);
        let inverse = self.new_var(value.unwrap_or_default(), None);
        let product = self.multiply(&a, &Form::var(inverse));
        let mut sum = product.sum();
        sum.constant -= Fr::one();
        #[expect(clippy::expect_used, reason = "a handle fits a row, also without an output")]
        let packing = self.pack(&sum.terms, true).expect("a handle fits a row");
        self.emit(&packing, sum.constant, None);
        Ok(Form::var(inverse))
    }
    fn assert_equal(&mut self, a: &Form, b: &Form, label: &'static str) -> Result<(), VerifyError> {
        if self.known && self.value(a) != self.value(b) {
            return Err(VerifyError::Rejected { check: label });
        }
        self.demand_zero(a, b, label)
    }
    fn permute(&mut self, state: [Form; 3]) -> [Form; 3] {
        let input = state.map(|form| self.make(&form));
        self.permutation(input).map(Form::var)
    }
    fn identity(&self, a: &Form) -> Option<usize> {
        a.as_var().map(|var| var.0 as usize)
    }
    fn section(&mut self, name: &'static str) {
        let rows = self.layout.rows.len();
        self.layout.tally.sections.push((name, rows));
    }
}
