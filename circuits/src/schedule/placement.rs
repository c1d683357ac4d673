//! Where tensors lie in rows.
//!
//! A tensor is cut into chunks of `2^chunk_log` entries; each chunk lies in one row at an offset that is
//! a multiple of its length. A chunk that is known to be zero (weights of padding) lies nowhere.

use super::{RowCounts, Tensor};

/// A place in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Number of the row.
    pub row: usize,
    /// First entry, a multiple of the chunk length.
    pub offset: usize,
}

/// The places of a tensor's chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// log2 of the entries of a chunk.
    pub chunk_log: u32,
    /// One place a chunk, in order; `None` for a chunk of zeros that no row holds.
    pub chunks: Vec<Option<Cell>>,
}

/// Which rows a tensor goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Rows of private constants, shared.
    Private,
    /// Rows of the rest of the model, shared.
    Model,
    /// Rows of the private input: each of `2^slots_log` slots has rows of its own.
    Input { slots_log: u32 },
    /// Rows of the private output, likewise.
    Output { slots_log: u32 },
    /// Rows of a proof, shared.
    Witness,
}

/// Places `tensors` (with their groups; `zero(tensor, chunk)` tells which full-row chunks are dropped).
pub(super) fn place(
    tensors: &mut [(Tensor, Option<Group>)],
    b: u32,
    mask: bool,
    zero: &dyn Fn(usize, usize) -> bool,
) -> RowCounts {
    let mut rows = RowCounts { model: 0, private: 0, input: 0, output: 0, witness: 0 };
    rows.private = share(tensors, Group::Private, b, 0, zero);
    rows.model = rows.private + share(tensors, Group::Model, b, rows.private, zero);
    let mut next = rows.model;
    for (tensor, group) in tensors.iter_mut() {
        let (slots_log, count) = match *group {
            Some(Group::Input { slots_log }) => (slots_log, &mut rows.input),
            Some(Group::Output { slots_log }) => (slots_log, &mut rows.output),
            _ => continue,
        };
        let chunk_log = b.min(tensor.log - slots_log);
        *count = 1 << (tensor.log - chunk_log);
        let first = next;
        let chunks = (0..*count).map(|i| Some(Cell { row: first + i, offset: 0 })).collect();
        next += *count;
        tensor.placement = Some(Placement { chunk_log, chunks });
    }
    rows.witness = share(tensors, Group::Witness, b, next, &|_, _| false) + usize::from(mask);
    rows
}

/// Packs the tensors of one group into shared rows from `first` on, largest first so that offsets are
/// aligned without gaps. Gives the number of rows.
fn share(
    tensors: &mut [(Tensor, Option<Group>)],
    group: Group,
    b: u32,
    first: usize,
    zero: &dyn Fn(usize, usize) -> bool,
) -> usize {
    let mut order: Vec<usize> = (0..tensors.len()).filter(|i| tensors[*i].1 == Some(group)).collect();
    order.sort_by_key(|i| std::cmp::Reverse(tensors[*i].0.log));
    let mut row = first;
    let mut used = 0usize;
    for i in order {
        let tensor = &mut tensors[i].0;
        if tensor.log >= b {
            let chunks = (0..1usize << (tensor.log - b))
                .map(|chunk| {
                    (!zero(i, chunk)).then(|| {
                        row += 1;
                        Cell { row: row - 1, offset: 0 }
                    })
                })
                .collect();
            tensor.placement = Some(Placement { chunk_log: b, chunks });
        } else {
            let length = 1 << tensor.log;
            if used + length > 1 << b {
                row += 1;
                used = 0;
            }
            let chunks = vec![Some(Cell { row, offset: used })];
            tensor.placement = Some(Placement { chunk_log: tensor.log, chunks });
            used += length;
        }
    }
    row - first + usize::from(used > 0)
}
