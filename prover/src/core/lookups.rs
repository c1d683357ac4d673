//! Proves the fractional-sum tree of the lookups; mirrors `verin_circuits::lookup`.

use super::channel::Sender;
use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use ark_ff::{One, Zero, batch_inversion};
use rayon::prelude::*;
use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::multilinear::signed;
use verin_circuits::schedule::{Block, Form, Numerator, Schedule};

/// The value of a form at index `i` of its block.
pub fn form_value(form: Form, block_log: u32, columns: &[Ints<'_>], i: usize) -> i64 {
    let centred = i as i64 - (1i64 << block_log >> 1);
    match form {
        Form::Constant(c) => c,
        Form::Tensor(ix, plus) => columns.get(ix).map_or(0, |c| c.get(i)) + plus,
        Form::Index => i as i64,
        Form::Relu(bits) => centred.clamp(0, (1 << bits) - 1),
        Form::Clamp(bits) => centred.clamp(-(1 << bits), (1 << bits) - 1),
        Form::Class => centred.signum() + 1,
        Form::RealCell(axes) => i64::from(axes.is_real(i)),
    }
}

/// Proves that all lookups hit; gives the point of the leaves.
pub fn prove(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    alpha: Fr,
    beta: Fr,
) -> Vec<Fr> {
    let mut layers = vec![leaves(schedule, columns, alpha, beta)];
    for _ in 1..schedule.tree_log {
        let next = layers.last().map(|(p, q)| backend.add_fractions(p, q)).unwrap_or_default();
        layers.push(next);
    }
    let mut point: Vec<Fr> = Vec::new();
    let mut state: Option<(Fr, Fr)> = None;
    while let Some((p, q)) = layers.pop() {
        let half = p.len() / 2;
        let (mut p0, mut p1, mut q0, mut q1) =
            (p[..half].to_vec(), p[half..].to_vec(), q[..half].to_vec(), q[half..].to_vec());
        let mut bound = Vec::new();
        if let Some((claim, lambda)) = state {
            // p0 q1 + q0 (p1 + lambda q1)
            backend.add_scaled(&mut p1, lambda, &q1);
            bound = eq_sumcheck(channel, backend, &point, claim, [&mut p0, &mut q1, &mut p1, &mut q0]);
            p1[0] -= lambda * q1[0];
        }
        let [p0, p1, q0, q1] = [p0[0], p1[0], q0[0], q1[0]];
        channel.send(&[p0, p1, q0, q1]);
        let mu = channel.challenge();
        let numerator = p0 + mu * (p1 - p0);
        let denominator = q0 + mu * (q1 - q0);
        let lambda = mu * mu;
        state = Some((numerator + lambda * denominator, lambda));
        bound.insert(0, mu);
        point = bound;
    }
    point
}

/// Fractions of all leaves.
fn leaves(schedule: &Schedule, columns: &[Ints<'_>], alpha: Fr, beta: Fr) -> (Vec<Fr>, Vec<Fr>) {
    let size = 1usize << schedule.tree_log;
    let (mut p, mut q) = (vec![Fr::zero(); size], vec![Fr::one(); size]);
    let alpha_squared = alpha * alpha;
    for block in &schedule.blocks {
        let range = block.offset..block.offset + (1 << block.log);
        let start = beta + Fr::from(block.tag);
        // Ranges and identical results look up constants: one product less a leaf.
        let constant = |form: Form| if let Form::Constant(c) = form { Some(signed(c)) } else { None };
        let value_constant = constant(block.value).map(|value| alpha_squared * value);
        let leaf = |(i, (p, q)): (usize, (&mut Fr, &mut Fr))| {
            *p = numerator(block, columns, i);
            *q = start + alpha * signed(form_value(block.key, block.log, columns, i));
            if let Some(class) = block.class {
                *q += signed(columns.get(class).map_or(0, |c| c.get(i)));
            }
            *q += match value_constant {
                Some(value) => value,
                None => alpha_squared * signed(form_value(block.value, block.log, columns, i)),
            };
        };
        let (p, q) = (&mut p[range.clone()], &mut q[range]);
        p.par_iter_mut().zip(q).with_min_len(1 << 9).enumerate().for_each(leaf);
    }
    (p, q)
}

fn numerator(block: &Block, columns: &[Ints<'_>], i: usize) -> Fr {
    match block.numerator {
        Numerator::One => Fr::one(),
        Numerator::Minus(ix) => -signed(columns.get(ix).map_or(0, |c| c.get(i))),
        Numerator::MinusConstant(n) => -Fr::from(n),
    }
}

/// Proves `sum_x eq(w, x) (a b + c d)(x) = claim`, sending each round's quotient by its eq factor.
fn eq_sumcheck(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    w: &[Fr],
    mut claim: Fr,
    mut tables: [&mut Vec<Fr>; 4],
) -> Vec<Fr> {
    let mut inverses = w.to_vec();
    batch_inversion(&mut inverses);
    // eq tables of the suffixes of w, the longest (all but the first coordinate) last.
    let mut eqs = vec![vec![Fr::one()]];
    for p in w.iter().skip(1).rev() {
        let last = eqs.last().cloned().unwrap_or_default();
        let high: Vec<Fr> = last.iter().map(|e| *e * p).collect();
        let low = last.iter().zip(&high).map(|(e, h)| *e - h);
        eqs.push(low.chain(high.iter().copied()).collect());
    }
    let mut bound = Vec::with_capacity(w.len());
    for inverse in inverses {
        let eq = eqs.pop().unwrap_or_default();
        let (c0, c2) = backend.fraction_round(&eq, [&*tables[0], &*tables[1], &*tables[2], &*tables[3]]);
        // (1 - w) c0 + w (c0 + c1 + c2) = claim. A challenge w = 0 (probability 2^-254) leaves c1 free.
        let c1 = (claim - c0) * inverse - c2;
        channel.send(&[c1, c2]);
        let t = channel.challenge();
        claim = c0 + t * (c1 + t * c2);
        bound.push(t);
        for table in &mut tables {
            backend.bind(table, t);
        }
    }
    bound
}
