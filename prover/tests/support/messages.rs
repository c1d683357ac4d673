//! The messages of a core proof in their order, written down a second time: what is read, and when challenges are drawn.

use verin_circuits::schedule::{Accumulator, Product, Reading, Schedule, TensorIx, TermKind, Tie};
use verin_quantizer::ir::bits;

/// What a scalar of a proof belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    /// Against guesses.
    Salt,
    /// A round of a layer of the lookup tree.
    TreeRound(u32, u32),
    /// What a layer ends in: `p0, p1, q0, q1`.
    Children(u32),
    /// Claims on the looked-up columns.
    Columns,
    /// Claims on results of copies and maxima.
    Copies,
    /// The value of a private output.
    PrivateOutput,
    /// Values of the terms of relations, but the first of each.
    Terms,
    /// A round of the batched products.
    ProductRound(u32),
    /// Claims on the factors of products.
    Factors,
    /// A round of the batched moves.
    MoveRound(u32),
    /// Claims on the tensors that are moved.
    Moved,
    /// The claim on the mask.
    MaskValue,
    /// A round of the openings.
    OpeningRound(u32),
}

/// Messages and challenges in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The statement's digest is absorbed.
    Statement,
    /// So many scalars are read and absorbed.
    Read(Message, usize),
    /// A challenge, and what it is for.
    Challenge(&'static str),
}

/// Everything that happens on the transcript.
pub fn events(schedule: &Schedule) -> Vec<Event> {
    use Event::{Challenge, Read, Statement};
    let mut out = vec![Statement, Read(Message::Salt, 1)];
    let mut coordinates = 0;
    if schedule.tree_log > 0 {
        out.extend([Challenge("alpha"), Challenge("beta")]);
        for layer in 0..schedule.tree_log {
            for round in 0..layer {
                out.extend([Read(Message::TreeRound(layer, round), 2), Challenge("tree")]);
            }
            out.extend([Read(Message::Children(layer), 4), Challenge("mu")]);
        }
        coordinates = schedule.tree_log;
        out.push(Read(Message::Columns, schedule.looked_up().len()));
    }
    let copies = schedule.copies.iter().map(|ix| schedule.tensors[*ix].log);
    let mask = schedule.options.mask.then_some(schedule.options.b);
    let output = schedule.private_output.map(|_| schedule.io_log.1);
    let wanted = copies.chain(mask).chain(output).max().unwrap_or(0);
    out.extend((coordinates..wanted).map(|_| Challenge("coordinate")));
    out.push(Read(Message::Copies, schedule.copies.len()));
    if schedule.private_output.is_some() {
        out.push(Read(Message::PrivateOutput, 1));
    }
    out.push(Read(Message::Terms, schedule.relations.iter().map(|relation| relation.terms.len() - 1).sum()));
    let (products, moves) = (products(schedule), moves(schedule));
    if let Some(rounds) = products.iter().map(|product| product.rounds()).max() {
        let degree = if products.iter().any(|product| product.selects()) { 3 } else { 2 };
        out.push(Challenge("batching of products"));
        for round in 0..rounds {
            out.extend([Read(Message::ProductRound(round), degree), Challenge("product")]);
        }
        out.push(Read(Message::Factors, 2 * products.len()));
    }
    if let Some(rounds) = moves.iter().map(|reading| reading.rounds()).max() {
        out.push(Challenge("batching of moves"));
        for round in 0..rounds {
            out.extend([Read(Message::MoveRound(round), 2), Challenge("move")]);
        }
        out.push(Read(Message::Moved, moves.len()));
    }
    if schedule.options.mask {
        out.push(Read(Message::MaskValue, 1));
    }
    out.push(Challenge("combination"));
    for round in 0..schedule.options.b {
        out.extend([Read(Message::OpeningRound(round), 2), Challenge("zeta")]);
    }
    out
}

fn products(schedule: &Schedule) -> Vec<&Product> {
    schedule.relations.iter().flat_map(|relation| relation.products()).collect()
}

/// A tensor, bits of the labels whose point it is seen from, and of each axis the free link.
type Shared<'s> = (TensorIx, Vec<u32>, Vec<Option<&'s Tie>>);

/// The moves that are not free and have a claim of their own: one of those that look at one tensor from one point, through links
/// that are free on the same axes and equal there.
fn moves(schedule: &Schedule) -> Vec<&Reading> {
    let mut claimed: Vec<&Reading> = Vec::new();
    let mut shared: Vec<Shared<'_>> = Vec::new();
    for relation in &schedule.relations {
        let point: Vec<u32> = relation.shape.dims().iter().map(|n| bits(*n)).collect();
        for term in &relation.terms {
            let TermKind::Move(reading) = &term.kind else { continue };
            if reading.is_free() {
                continue;
            }
            if relation.accumulator != Accumulator::Output {
                let free = |axis| reading.ties.iter().find(|t| t.solutions.is_none() && t.axes.contains(&axis));
                let same = (reading.tensor, point.clone(), (0..reading.shape.rank()).map(free).collect());
                if shared.contains(&same) {
                    continue;
                }
                shared.push(same);
            }
            claimed.push(reading);
        }
    }
    let rights = products(schedule).into_iter().map(|product| &product.right);
    claimed.into_iter().chain(rights.filter(|reading| !reading.is_free())).collect()
}

/// Rounds of the batched products, and of the batched moves.
pub fn relation_rounds(schedule: &Schedule) -> (u32, u32) {
    let rounds = products(schedule).iter().map(|product| product.rounds()).max();
    (rounds.unwrap_or(0), moves(schedule).iter().map(|reading| reading.rounds()).max().unwrap_or(0))
}

/// For every scalar of a proof, what it belongs to.
pub fn scalars(schedule: &Schedule) -> Vec<Message> {
    let read = |event: Event| match event {
        Event::Read(message, n) => vec![message; n],
        _ => Vec::new(),
    };
    events(schedule).into_iter().flat_map(read).collect()
}

/// Numbers of the scalars of a message.
pub fn scalars_of(schedule: &Schedule, message: Message) -> Vec<usize> {
    let all = scalars(schedule);
    (0..all.len()).filter(|i| all[*i] == message).collect()
}

/// For the digest and then for every scalar, the number of the permutation that takes it in.
pub fn absorbed_in(schedule: &Schedule) -> Vec<usize> {
    let (mut out, mut pending, mut permutations) = (Vec::new(), 0usize, 0usize);
    for event in events(schedule) {
        match event {
            Event::Statement => pending += 1,
            Event::Read(_, n) => pending += n,
            Event::Challenge(_) => {
                out.extend((0..pending).map(|i| permutations + i / 2));
                permutations += pending.div_ceil(2).max(1);
                pending = 0;
            }
        }
    }
    out
}

/// Number of the permutation that answers the first challenge of this name.
pub fn permutation_of(schedule: &Schedule, challenge: &str) -> usize {
    let (mut pending, mut permutations) = (0usize, 0usize);
    for event in events(schedule) {
        match event {
            Event::Statement => pending += 1,
            Event::Read(_, n) => pending += n,
            Event::Challenge(name) => {
                permutations += pending.div_ceil(2).max(1);
                pending = 0;
                if name == challenge {
                    return permutations - 1;
                }
            }
        }
    }
    panic!("no challenge {challenge}")
}
