//! The default bits: the cheapest program that is accurate enough.
//!
//! First one setting for all values: a grid of plans, of which those that cost too much by estimate are never built. Of a
//! small model all others are run on samples; of a large one, the finest of each depth of the lookup tree, by bisection
//! over the depth. Then, value by value, a bit more or less wherever that makes the program better. Work is counted, not
//! timed, so that the result depends on nothing but model and samples.

use super::build::{Program, Task, build};
use super::estimate::{Estimate, Reach};
use super::plan::{Plan, Setting};
use super::score::{Score, Target, cost, score};
use crate::error::Error;
use crate::float::{Op, Term, cells};

/// Samples on which programs are compared.
const SAMPLES: usize = 128;
/// Fewest samples on which programs of a large model are compared.
const MIN_SAMPLES: usize = 4;
/// Work that comparing one program may cost, in products; fewer samples are used for large models.
const WORK_OF_ONE: u64 = 1 << 26;
/// Work that each of the two searches may cost, in products.
const WORK: u64 = 1 << 32;
/// Products that take as long as rounding one parameter, as computing one cell beside its products, as one node.
const PER_PARAMETER: u64 = 24;
const PER_CELL: u64 = 64;
const PER_NODE: u64 = 1 << 15;

/// A program that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its plan.
    pub plan: Plan,
    /// How good it is.
    pub score: Score,
}

/// The best program, and what it was chosen from.
#[derive(Clone, Debug)]
pub struct Found {
    /// The program.
    pub program: Program,
    /// Its plan.
    pub plan: Plan,
    /// All programs that ran.
    pub tried: Vec<Tried>,
}

/// The best program for `target` on the samples `rows`.
///
/// # Errors
/// No plan gives a valid program: the error of the last.
pub fn search(task: Task, rows: &[&[f32]], target: Target) -> Result<Found, Error> {
    let of_run = work_of_run(task.model);
    let count = usize::try_from(WORK_OF_ONE / of_run.max(1)).unwrap_or(SAMPLES).clamp(MIN_SAMPLES, SAMPLES);
    let rows = rows.get(..count.min(rows.len())).unwrap_or(rows);
    let parameters: u64 = task.model.constants.iter().map(|c| c.data.len() as u64).sum();
    let of_build = PER_PARAMETER * parameters;
    let of_one = of_build + rows.len() as u64 * of_run;
    let mut search =
        Search { task, rows, target, best: None, reach: None, tried: vec![], failure: None, work: 0, of_build, of_one };
    search.uniform()?;
    search.narrow_input()?;
    search.work = 0;
    search.refine()?;
    match (search.best, search.failure) {
        (Some(best), _) => Ok(Found { program: best.program, plan: best.plan, tried: search.tried }),
        (None, Some(failure)) => Err(failure),
        (None, None) => Err(Error::Option { option: "samples", expected: "some".into(), got: "none".into() }),
    }
}

/// Products of one run of `model`.
pub fn products(model: &crate::float::FloatModel) -> u64 {
    let of_node = |node: &crate::float::Node| match &node.op {
        Op::Sum(terms) => terms.iter().fold(0u64, |sum, term| match term {
            Term::Move(_) => sum,
            Term::Product(p) => {
                sum.saturating_add(p.sums.iter().fold(cells(&node.dims) as u64, |t, n| t.saturating_mul((*n).into())))
            }
        }),
        Op::Map { .. } | Op::Max { .. } => 0,
    };
    model.nodes.iter().map(of_node).fold(0, u64::saturating_add)
}

/// What one run of `model` costs, in products.
fn work_of_run(model: &crate::float::FloatModel) -> u64 {
    let all: u64 = model.nodes.iter().map(|n| cells(&n.dims) as u64).sum();
    products(model).saturating_add(PER_CELL * all + PER_NODE * model.nodes.len() as u64)
}

struct Best {
    plan: Plan,
    program: Program,
    score: Score,
}

struct Search<'a> {
    task: Task<'a>,
    rows: &'a [&'a [f32]],
    target: Target,
    best: Option<Best>,
    /// Of the first program that was built.
    reach: Option<Reach>,
    tried: Vec<Tried>,
    failure: Option<Error>,
    /// Spent; what building one program costs, what building and running it does.
    work: u64,
    of_build: u64,
    of_one: u64,
}

/// The plans that compete. Bits of a public input cost no lookup; a private input brings a range table of its bits.
fn grid() -> Vec<(Setting, u32)> {
    let inputs = |bits: u32| [8, 10].into_iter().filter(move |b| *b > bits).chain((bits >= 8).then_some(bits));
    let inputs = move |bits| inputs(bits).flat_map(|input_bits| [(input_bits, 0), (input_bits, -1)]);
    let plan = |bits, shift, (input_bits, headroom)| (Setting { bits, shift: Some(shift), headroom }, input_bits);
    let all = (5..=16u32).flat_map(|bits| (4..=12).chain([14, 16]).map(move |shift| (bits, shift)));
    all.flat_map(|(bits, shift)| inputs(bits).map(move |input| plan(bits, shift, input))).collect()
}

/// Bits of the last layer's weights, which cost no lookup.
const LAST_BITS: u32 = 12;

impl Search<'_> {
    /// Whether the best program is accurate enough, and cheaper than this.
    fn beaten(&self, tree_log: u32, leaves: u64) -> bool {
        self.best.as_ref().is_some_and(|best| {
            let dearer = (tree_log, leaves) > (best.score.tree_log, best.score.leaves);
            let deeper = tree_log > best.score.tree_log;
            self.target.accepts(&best.score) && if self.target == Target::Speed { dearer } else { deeper }
        })
    }

    fn uniform(&mut self) -> Result<(), Error> {
        let mut plans: Vec<Plan> = grid()
            .into_iter()
            .map(|(setting, input_bits)| Plan::uniform(self.task.model, input_bits, LAST_BITS, setting))
            .collect();
        // One program to estimate the others by: the first that can be built at all.
        let usual = plans
            .iter()
            .position(|plan| plan.values.first().is_none_or(|s| (s.bits, s.shift, s.headroom) == (8, Some(8), 0)));
        plans.rotate_left(usual.unwrap_or(0));
        for plan in &plans {
            self.attempt(plan.clone())?;
            if self.reach.is_some() {
                break;
            }
        }
        let Some(reach) = self.reach.clone() else { return Ok(()) };
        let mut estimated: Vec<(Estimate, Plan)> =
            plans.into_iter().filter_map(|plan| Some((reach.estimate(self.task, &plan).ok()?, plan))).collect();
        // The finest first: of bits for values and bits for weights after them, the smaller counts.
        let fineness = |plan: &Plan| {
            let setting = plan.values.first().copied();
            let (bits, shift) = setting.map_or((0, 0), |s| (s.bits, s.shift.unwrap_or(0)));
            (setting.map_or(0, |s| s.headroom), bits.min(shift + 2), bits + shift, plan.input_bits)
        };
        estimated.sort_by_key(|(estimate, plan)| (estimate.tree_log, std::cmp::Reverse(fineness(plan))));
        if self.of_one.saturating_mul(estimated.len() as u64) <= WORK {
            for (estimate, plan) in estimated {
                if !self.beaten(estimate.tree_log, 0) {
                    self.attempt(plan)?;
                }
            }
            return Ok(());
        }
        let levels: Vec<&[(Estimate, Plan)]> = estimated.chunk_by(|a, b| a.0.tree_log == b.0.tree_log).collect();
        let steps = u64::from((levels.len() as u64 + 1).next_power_of_two().trailing_zeros());
        let each = usize::try_from(WORK / self.of_one.max(1) / steps.max(1)).unwrap_or(usize::MAX).max(2);
        let (mut first, mut end) = (0, levels.len());
        while first < end {
            let middle = first.midpoint(end);
            let Some(level) = levels.get(middle) else { break };
            let mut enough = false;
            for (estimate, plan) in level.iter().take(each) {
                self.attempt(plan.clone())?;
                enough |= self
                    .best
                    .as_ref()
                    .is_some_and(|best| self.target.accepts(&best.score) && best.score.tree_log <= estimate.tree_log);
            }
            if enough { end = middle } else { first = middle + 1 }
        }
        Ok(())
    }

    /// Builds and runs `plan`, unless it costs more than the best that is accurate. Whether it is the best now.
    fn attempt(&mut self, plan: Plan) -> Result<bool, Error> {
        let estimate = self.reach.as_ref().map(|reach| reach.estimate(self.task, &plan)).transpose();
        let estimate = match estimate {
            // Estimates can be off by one table; leaves are for programs.
            Ok(Some(estimate)) if self.beaten(estimate.tree_log, 0) => return Ok(false),
            Ok(estimate) => estimate,
            Err(e) => {
                self.failure = Some(e);
                return Ok(false);
            }
        };
        self.work += self.of_build;
        let program = match build(self.task, &plan, estimate.map(|e| e.saturate)) {
            Ok(program) => program,
            Err(e) => {
                self.failure = Some(e);
                return Ok(false);
            }
        };
        self.reach.get_or_insert_with(|| Reach::new(&program, &plan));
        let (tree_log, leaves) = cost(&program);
        if self.beaten(tree_log, leaves) {
            return Ok(false);
        }
        self.work += self.of_one - self.of_build;
        let score = score(self.task, &program, self.rows)?;
        self.tried.push(Tried { plan: plan.clone(), score });
        let better = self.best.as_ref().is_none_or(|best| self.target.prefers(&score, &best.score));
        if better {
            self.best = Some(Best { plan, program, score });
        }
        Ok(better)
    }

    /// Tries the best program with inputs of one byte.
    fn narrow_input(&mut self) -> Result<(), Error> {
        match self.best.as_ref().map(|best| best.plan.clone()) {
            Some(plan) if plan.input_bits > 8 => self.attempt(Plan { input_bits: 8, ..plan }).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Changes one setting at a time as long as that makes the program better.
    fn refine(&mut self) -> Result<(), Error> {
        let functions = self.by_error()?;
        loop {
            let mut improved = false;
            for node in &functions {
                for change in CHANGES {
                    if self.work.saturating_add(self.of_one) > WORK {
                        return Ok(());
                    }
                    let Some(mut plan) = self.best.as_ref().map(|best| best.plan.clone()) else { return Ok(()) };
                    if plan.values.get_mut(*node).is_some_and(change) {
                        improved |= self.attempt(plan)?;
                    }
                }
            }
            if !improved {
                return Ok(());
            }
        }
    }

    /// The functions of the model, those with the largest relative error first.
    fn by_error(&self) -> Result<Vec<usize>, Error> {
        let model = self.task.model;
        let mut errors = vec![0.0; model.nodes.len()];
        if let (Some(best), Some(row), Some(float)) =
            (&self.best, self.rows.first(), self.task.observed.samples.first())
        {
            let graph = &best.program.graph;
            let trace = crate::execute(graph, &graph.quantize_input(row)?.values)?;
            for (i, error) in errors.iter_mut().enumerate() {
                let id = model.inputs.len() + i;
                let Some(at) = best.program.tensors.get(id).copied().flatten() else { continue };
                let Some(node) = at.checked_sub(1).and_then(|i| graph.nodes.get(i)) else { continue };
                let scale = f64::powi(2.0, -node.exponent);
                let stored = trace.tensors.get(at).map_or(&[][..], Vec::as_slice);
                let got: Vec<f64> = node.shape.real(stored).iter().map(|v| *v as f64 * scale).collect();
                let mut distance = super::score::Distance::default();
                distance.add(&got, float.get(id).map_or(&[][..], Vec::as_slice));
                *error = distance.relative();
            }
        }
        let error = |i: usize| errors.get(i).copied().unwrap_or(0.0);
        let mut functions = Plan::functions(model);
        functions.sort_by(|a, b| error(*b).total_cmp(&error(*a)));
        Ok(functions)
    }
}

/// Changes of a setting; false where there is none.
const CHANGES: [fn(&mut Setting) -> bool; 6] = [
    |s| step(&mut s.bits, 1, 4..=16),
    |s| s.shift.as_mut().is_some_and(|shift| step(shift, 1, 0..=24)),
    |s| {
        s.headroom -= 1;
        s.headroom >= -2
    },
    |s| {
        s.headroom += 1;
        s.headroom <= 1
    },
    |s| step(&mut s.bits, -1, 4..=16),
    |s| s.shift.as_mut().is_some_and(|shift| step(shift, -1, 0..=24)),
];

fn step(value: &mut u32, by: i32, range: std::ops::RangeInclusive<u32>) -> bool {
    *value = value.saturating_add_signed(by);
    range.contains(value)
}
