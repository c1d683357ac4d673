//! The Poseidon permutation over the BN254 scalar field, t = 3, alpha = 5, 8 full and 57 partial rounds.
//!
//! Round constants and the MDS matrix are circom's (Grassi et al., "Poseidon", USENIX Security 2021);
//! they are read from the `light-poseidon` crate, whose hash the tests compare against.

use ark_bn254::Fr;
use ark_ff::Field;
use light_poseidon::parameters::bn254_x5::get_poseidon_parameters;
use std::sync::LazyLock;

/// Width of the state.
pub const T: usize = 3;
/// Full rounds, half before and half after the partial ones.
pub const FULL_ROUNDS: usize = 8;
/// Partial rounds.
pub const PARTIAL_ROUNDS: usize = 57;

/// Constants of the permutation.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Added to the state before each round's S-boxes: `FULL_ROUNDS + PARTIAL_ROUNDS` triples.
    pub ark: Vec<[Fr; T]>,
    /// `next[i] = sum_j mds[i][j] * state[j]`.
    pub mds: [[Fr; T]; T],
    /// `ark` with the constants of lanes 1 and 2 of the partial rounds pushed forward through the
    /// linear layers, so that a partial round adds a constant to lane 0 only. Same permutation.
    pub sparse_ark: Vec<[Fr; T]>,
}

/// The constants, computed once.
pub fn parameters() -> &'static Parameters {
    static PARAMETERS: LazyLock<Parameters> = LazyLock::new(build);
    &PARAMETERS
}

#[expect(clippy::expect_used, reason = "constants of a dependency, pinned and covered by a test")]
fn build() -> Parameters {
    let raw = get_poseidon_parameters::<Fr>(T as u8).expect("t = 3 is a size circom defines");
    let mut mds = [[Fr::default(); T]; T];
    for (row, raw_row) in mds.iter_mut().zip(&raw.mds) {
        for (cell, value) in row.iter_mut().zip(raw_row) {
            *cell = *value;
        }
    }
    let ark: Vec<[Fr; T]> = raw.ark.chunks_exact(T).map(|c| [c[0], c[1], c[2]]).collect();
    let mut sparse_ark = ark.clone();
    for round in FULL_ROUNDS / 2..FULL_ROUNDS / 2 + PARTIAL_ROUNDS {
        let carry = [Fr::default(), sparse_ark[round][1], sparse_ark[round][2]];
        sparse_ark[round][1] = Fr::default();
        sparse_ark[round][2] = Fr::default();
        let moved = mul_mds(&mds, &carry);
        for (cell, add) in sparse_ark[round + 1].iter_mut().zip(moved) {
            *cell += add;
        }
    }
    Parameters { ark, mds, sparse_ark }
}

fn mul_mds(mds: &[[Fr; T]; T], s: &[Fr; T]) -> [Fr; T] {
    mds.map(|row| row[0] * s[0] + row[1] * s[1] + row[2] * s[2])
}

/// `x^5`
pub fn sbox(x: Fr) -> Fr {
    x.square().square() * x
}

/// The permutation.
pub fn permute(mut state: [Fr; T]) -> [Fr; T] {
    let p = parameters();
    let partial = FULL_ROUNDS / 2..FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
    for (round, ark) in p.sparse_ark.iter().enumerate() {
        if partial.contains(&round) {
            state[0] = sbox(state[0] + ark[0]);
        } else {
            for (lane, k) in state.iter_mut().zip(ark) {
                *lane = sbox(*lane + k);
            }
        }
        state = mul_mds(&p.mds, &state);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use light_poseidon::{Poseidon, PoseidonHasher};

    #[test]
    fn parity_with_circom() {
        for (a, b) in [(1u64, 2u64), (0, 0), (u64::MAX, 7)] {
            let (a, b) = (Fr::from(a), -Fr::from(b));
            let expected = Poseidon::<Fr>::new_circom(2).unwrap().hash(&[a, b]).unwrap();
            assert_eq!(permute([Fr::from(0u64), a, b])[0], expected);
        }
    }
}
