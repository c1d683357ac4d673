//! The constraint system all models share, as docs/formats.md fixes it.
//!
//! The gates themselves are written once, over any ring, in [`verin_circuits::plonk::gates`]; here they become
//! polynomial expressions. Queries are made in a fixed order, which is the order of the evaluations in a proof:
//! `a0..a4`, then `a0..a2` on the next row; `s_full, s_part, f0..f4`.

use crate::convert::scalar_to;
use crate::error::SealError;
use halo2_proofs::halo2curves::bn256::Fr;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Expression, Fixed, Instance};
use halo2_proofs::poly::Rotation;
use verin_circuits::plonk::gates::{self, ADVICE, Cells};
use verin_circuits::transcript::poseidon;

/// Fixed columns: `s_full, s_part, f0..f4`.
pub const FIXED: usize = 7;
/// Degree of the constraint system: 6 columns in one permutation product.
pub const DEGREE: usize = 8;
/// Rows at the end that halo2 blinds, and the one before them.
pub const UNUSABLE_ROWS: usize = 6;

/// The columns.
#[derive(Clone, Debug)]
pub struct Columns {
    /// `a0..a4`
    pub advice: [Column<Advice>; ADVICE],
    /// `s_full, s_part, f0..f4`
    pub fixed: [Column<Fixed>; FIXED],
    /// The one instance column.
    pub instance: Column<Instance>,
}

/// Adds columns, permutation and gates.
pub fn configure(cs: &mut ConstraintSystem<Fr>) -> Columns {
    let columns = Columns {
        advice: core::array::from_fn(|_| cs.advice_column()),
        fixed: core::array::from_fn(|_| cs.fixed_column()),
        instance: cs.instance_column(),
    };
    for column in columns.advice {
        cs.enable_equality(column);
    }
    cs.enable_equality(columns.instance);
    // halo2 caps the degree it finds at 5, or at $MAX_DEGREE, without a word; a set minimum stands above both,
    // and the gates' own degree (6) stays below it.
    cs.set_minimum_degree(DEGREE);

    let mut cells = None;
    cs.create_gate("full round", |meta| {
        let [full, partial, f0, f1, f2, f3, f4] = columns.fixed.map(|c| meta.query_fixed(c, Rotation::cur()));
        let advice = columns.advice.map(|c| meta.query_advice(c, Rotation::cur()));
        let [a0, a1, a2, ..] = columns.advice;
        let queried = Cells {
            advice,
            next: [a0, a1, a2].map(|c| meta.query_advice(c, Rotation::next())),
            full,
            partial,
            constants: [f0, f1, f2, f3, f4],
            one: Expression::Constant(Fr::one()),
            mds: poseidon::parameters().mds.map(|row| row.map(|m| Expression::Constant(scalar_to(&m)))),
        };
        let constraints = gates::full_round(&queried);
        cells = Some(queried);
        constraints
    });
    if let Some(cells) = cells {
        cs.create_gate("three partial rounds", |_| gates::partial_rounds(&cells));
        cs.create_gate("multiply-add", |_| [gates::multiply_add(&cells)]);
    }
    columns
}

/// Demands the degree and the blinding the verifiers know; both could be moved by the environment or by an
/// upgrade of halo2.
///
/// # Errors
/// They differ.
pub fn check(cs: &ConstraintSystem<Fr>) -> Result<(), SealError> {
    if cs.degree() != DEGREE {
        return Err(SealError::Degree { expected: DEGREE, got: cs.degree() });
    }
    if cs.blinding_factors() + 1 != UNUSABLE_ROWS {
        return Err(SealError::Length {
            what: "unusable rows",
            expected: UNUSABLE_ROWS,
            got: cs.blinding_factors() + 1,
        });
    }
    Ok(())
}
