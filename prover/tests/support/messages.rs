//! The messages of a core proof in their order, written down a second time: what is read, and when challenges are drawn.

use verin_circuits::schedule::{OutputKind, Schedule};

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
    /// The value of a private accumulator that is the output.
    PrivateOutput,
    /// Claims on biases.
    Biases,
    /// A round of the batched relations.
    RelationRound(u32),
    /// Claims on weights and on the values read.
    Factors,
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
    let private_output = matches!(schedule.output, OutputKind::PrivateAccumulator(_));
    let mask = if schedule.options.mask { schedule.options.b } else { 0 };
    let wanted = mask.max(if private_output { schedule.io_log.1 } else { 0 });
    out.extend((coordinates..wanted).map(|_| Challenge("coordinate")));
    if private_output {
        out.push(Read(Message::PrivateOutput, 1));
    }
    out.extend([Read(Message::Biases, schedule.relations.len()), Challenge("batching")]);
    for round in 0..schedule.relation_rounds() {
        out.extend([Read(Message::RelationRound(round), schedule.relation_degree()), Challenge("relation")]);
    }
    out.push(Read(Message::Factors, 2 * schedule.relations.len()));
    if schedule.options.mask {
        out.push(Read(Message::MaskValue, 1));
    }
    out.push(Challenge("combination"));
    for round in 0..schedule.options.b {
        out.extend([Read(Message::OpeningRound(round), 2), Challenge("zeta")]);
    }
    out
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
