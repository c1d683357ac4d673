//! Proves the reduction of all claims to one; mirrors `verin_circuits::openings`.
//!
//! The combined claim is a sum of products `e(x) f(x)` over positions `x` of a row. Rows that several tensors share are
//! terms of their own (`f` the row, `e` the sum of its claims' eqs); rows filled by one chunk each are folded into one `f` for
//! every distinct low part of a point, small integers times field elements.

use super::batch::send_round;
use super::channel::Sender;
use crate::backend::Backend;
use crate::ints::Ints;
use ark_bn254::Fr;
use ark_ff::{One, Zero};
use std::collections::BTreeMap;
use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::claims::{Claim, Opening};
use verin_circuits::schedule::Schedule;

/// A secret row, uniformly random: drawn for one proof and consumed by it. Neither printable nor copyable.
pub struct Mask {
    /// `2^b` entries.
    pub row: Vec<Fr>,
}

/// The opening that is left, with the combination of rows it is about.
#[derive(Debug)]
pub struct Reduced {
    /// Scalars of the rows, point and value.
    pub opening: Opening<Fr>,
    /// `sum_i scalars_i row_i`, `2^b` entries.
    pub combination: Vec<Fr>,
}

/// Rows filled by single chunks whose claims end in the same low coordinates.
struct Filled {
    low: Vec<Fr>,
    folded: Vec<Fr>,
    /// (row, weight)
    rows: Vec<(usize, Fr)>,
}

/// Proves the reduction.
pub fn prove(
    channel: &mut Sender<impl Arithmetic<F = Fr>>,
    backend: &dyn Backend,
    schedule: &Schedule,
    columns: &[Ints<'_>],
    claims: &[Claim<Fr>],
    mask: Option<(Vec<Fr>, Mask, Fr)>,
) -> Reduced {
    let b = schedule.options.b;
    let length = 1usize << b;
    let combination = channel.challenge();

    let mut coefficient = Fr::one();
    let mut running = Fr::zero();
    let mut filled: Vec<Filled> = Vec::new();
    let mut shared: BTreeMap<usize, Vec<Fr>> = BTreeMap::new();
    for claim in claims {
        running += coefficient * claim.value;
        let Some(placement) = &schedule.tensor(claim.tensor).placement else { continue };
        let (high, low) = claim.point.split_at(claim.point.len() - placement.chunk_log as usize);
        if placement.chunk_log == b {
            let mut weights = backend.eq_table(high);
            weights.iter_mut().for_each(|w| *w *= coefficient);
            let folded = backend.fold_rows(&columns[claim.tensor], b, &weights);
            let cells = placement.chunks.iter().zip(weights);
            let rows = cells.filter_map(|(cell, w)| cell.map(|c| (c.row, w)));
            match filled.iter_mut().find(|group| group.low == low) {
                Some(group) => {
                    backend.add_scaled(&mut group.folded, Fr::one(), &folded);
                    group.rows.extend(rows);
                }
                None => filled.push(Filled { low: low.to_vec(), folded, rows: rows.collect() }),
            }
        } else {
            let eq_low = backend.eq_table(low);
            for (cell, w) in placement.chunks.iter().zip(backend.eq_table(high)) {
                let Some(cell) = cell else { continue };
                let row = shared.entry(cell.row).or_insert_with(|| vec![Fr::zero(); length]);
                let at = cell.offset..cell.offset + eq_low.len();
                backend.add_scaled(&mut row[at], w * coefficient, &eq_low);
            }
        }
        coefficient *= combination;
    }

    // (e, f) of each term, and the rows behind it.
    let mut terms: Vec<[Vec<Fr>; 2]> = Vec::new();
    for group in &filled {
        terms.push([backend.eq_table(&group.low), group.folded.clone()]);
    }
    let mut rows = shared_rows(schedule, columns, shared.keys().copied());
    for (row, e) in &shared {
        terms.push([e.clone(), rows.get(row).cloned().unwrap_or_default()]);
    }
    if let Some((point, mask, value)) = &mask {
        running += coefficient * value;
        let mut e = backend.eq_table(point);
        e.iter_mut().for_each(|e| *e *= coefficient);
        terms.push([e, mask.row.clone()]);
    }

    let mut zeta = Vec::new();
    for _ in 0..b {
        let mut message = vec![Fr::zero(); 2];
        for [e, f] in &terms {
            for (sum, c) in message.iter_mut().zip(backend.product_round(&[e, f])) {
                *sum += c;
            }
        }
        let t = send_round(channel, &message, &mut running);
        zeta.push(t);
        for table in terms.iter_mut().flatten() {
            backend.bind(table, t);
        }
    }

    let mut scalars = vec![Fr::zero(); schedule.rows.total()];
    let mut combined = vec![Fr::zero(); length];
    let mut weights = terms.iter().map(|[e, _]| e[0]);
    for group in filled {
        let weight = weights.next().unwrap_or_default();
        for (row, w) in group.rows {
            scalars[row] += weight * w;
        }
        backend.add_scaled(&mut combined, weight, &group.folded);
    }
    for row in shared.into_keys() {
        let weight = weights.next().unwrap_or_default();
        scalars[row] += weight;
        if let Some(values) = rows.remove(&row) {
            backend.add_scaled(&mut combined, weight, &values);
        }
    }
    if let Some((_, mask, _)) = mask {
        let weight = weights.next().unwrap_or_default();
        if let Some(last) = scalars.last_mut() {
            *last += weight;
        }
        backend.add_scaled(&mut combined, weight, &mask.row);
    }
    Reduced { opening: Opening { scalars, zeta, value: running }, combination: combined }
}

/// Whole rows, as field elements, of those that hold chunks smaller than a row.
fn shared_rows(
    schedule: &Schedule,
    columns: &[Ints<'_>],
    wanted: impl Iterator<Item = usize>,
) -> BTreeMap<usize, Vec<Fr>> {
    let length = 1usize << schedule.options.b;
    let mut rows: BTreeMap<usize, Vec<Fr>> = wanted.map(|row| (row, vec![Fr::zero(); length])).collect();
    for (tensor, column) in schedule.tensors.iter().zip(columns) {
        let Some(placement) = &tensor.placement else { continue };
        let chunk = 1usize << placement.chunk_log;
        if chunk == length {
            continue;
        }
        for (i, cell) in placement.chunks.iter().enumerate() {
            let Some(row) = cell.as_ref().and_then(|cell| rows.get_mut(&cell.row)) else { continue };
            let offset = cell.map_or(0, |c| c.offset);
            let values = column.slice(i * chunk..(i + 1) * chunk).to_field(chunk);
            row[offset..offset + chunk].copy_from_slice(&values);
        }
    }
    rows
}
