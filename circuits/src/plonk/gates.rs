//! The custom gates, over any commutative ring: field elements when a proof is verified, polynomial
//! expressions when the circuit is configured. Every entry is zero on a row that satisfies the circuit.

use core::ops::{Add, Mul, Sub};

/// Advice columns.
pub const ADVICE: usize = 5;
/// Lanes of the permutation's state, the advice columns that are also read on the next row.
pub const LANES: usize = 3;
/// Constraints of all gates.
pub const CONSTRAINTS: usize = 9;

/// What the gates read on a row.
#[derive(Clone, Debug)]
pub struct Cells<R> {
    /// `a0..a4`
    pub advice: [R; ADVICE],
    /// `a0..a2` on the next row.
    pub next: [R; LANES],
    /// 1 on rows of a full round.
    pub full: R,
    /// 1 on rows of three partial rounds.
    pub partial: R,
    /// Constants `f0..f4`.
    pub constants: [R; 5],
    /// The ring's one.
    pub one: R,
    /// The permutation's linear layer.
    pub mds: [[R; LANES]; LANES],
}

/// A ring, by value.
pub trait Ring: Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {}
impl<R: Clone + Add<Output = R> + Sub<Output = R> + Mul<Output = R>> Ring for R {}

/// All constraints, in the order halo2 combines them.
pub fn constraints<R: Ring>(cells: &Cells<R>) -> [R; CONSTRAINTS] {
    let [f0, f1, f2] = full_round(cells);
    let [p0, p1, p2, p3, p4] = partial_rounds(cells);
    [f0, f1, f2, p0, p1, p2, p3, p4, multiply_add(cells)]
}

/// One full round from this row to the next.
pub fn full_round<R: Ring>(cells: &Cells<R>) -> [R; LANES] {
    let [a0, a1, a2, _, _] = cells.advice.clone();
    let [k0, k1, k2, _, _] = cells.constants.clone();
    let state = linear(&cells.mds, &[sbox(a0 + k0), sbox(a1 + k1), sbox(a2 + k2)]);
    zip(state, cells.next.clone(), |want, got| cells.full.clone() * (want - got))
}

/// Three partial rounds; `a3` and `a4` are lane 0 after the first and the second, before constants are added.
pub fn partial_rounds<R: Ring>(cells: &Cells<R>) -> [R; 5] {
    let [a0, a1, a2, a3, a4] = cells.advice.clone();
    let [k0, k1, k2, _, _] = cells.constants.clone();
    let [first, lane1, lane2] = linear(&cells.mds, &[sbox(a0 + k0), a1, a2]);
    let [second, lane1, lane2] = linear(&cells.mds, &[sbox(a3.clone() + k1), lane1, lane2]);
    let state = linear(&cells.mds, &[sbox(a4.clone() + k2), lane1, lane2]);
    let gate = |value: R| cells.partial.clone() * value;
    let [s0, s1, s2] = zip(state, cells.next.clone(), |want, got| gate(want - got));
    [gate(first - a3), gate(second - a4), s0, s1, s2]
}

/// `f0 a0 a1 + f1 a2 a3 + f2 a2 + f3 + f4 a4 = 0` on every row that is no round.
pub fn multiply_add<R: Ring>(cells: &Cells<R>) -> R {
    let [a0, a1, a2, a3, a4] = cells.advice.clone();
    let [k0, k1, k2, k3, k4] = cells.constants.clone();
    let rest = cells.one.clone() - cells.full.clone() - cells.partial.clone();
    rest * (k0 * a0 * a1 + k1 * a2.clone() * a3 + k2 * a2 + k3 + k4 * a4)
}

fn sbox<R: Ring>(x: R) -> R {
    let square = x.clone() * x.clone();
    square.clone() * square * x
}

fn linear<R: Ring>(mds: &[[R; LANES]; LANES], state: &[R; LANES]) -> [R; LANES] {
    mds.clone().map(|row| {
        let [x, y, z] = zip(row, state.clone(), |m, lane| m * lane);
        x + y + z
    })
}

fn zip<R>(a: [R; LANES], b: [R; LANES], f: impl Fn(R, R) -> R) -> [R; LANES] {
    let [a0, a1, a2] = a;
    let [b0, b1, b2] = b;
    [f(a0, b0), f(a1, b1), f(a2, b2)]
}
