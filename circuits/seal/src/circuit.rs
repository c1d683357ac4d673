//! A [`Layout`] as a halo2 circuit: for keys, and for the mock prover of the tests. Proofs are made from the
//! layout's columns directly.

use crate::convert::scalar_to;
use crate::gates::{Columns, configure};
use crate::layout::{Cell, Layout};
use halo2_proofs::circuit::{self, Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::halo2curves::bn256::Fr;
use halo2_proofs::plonk::{Advice, Circuit, Column, ConstraintSystem, Error};

/// The circuit of a layout.
#[derive(Clone, Debug)]
pub struct SealCircuit<'a> {
    layout: &'a Layout,
    known: bool,
    overrides: &'a [(Cell, ark_bn254::Fr)],
}

impl<'a> SealCircuit<'a> {
    /// The circuit and its witness.
    pub fn new(layout: &'a Layout) -> Self {
        Self { layout, known: true, overrides: &[] }
    }

    /// With other values in some cells: what a prover is free to do, for tests that demand that it is noticed.
    pub fn with_overrides(layout: &'a Layout, overrides: &'a [(Cell, ark_bn254::Fr)]) -> Self {
        Self { layout, known: true, overrides }
    }
}

impl Circuit<Fr> for SealCircuit<'_> {
    type Config = Columns;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = ();

    fn without_witnesses(&self) -> Self {
        Self { known: false, ..self.clone() }
    }

    fn configure(cs: &mut ConstraintSystem<Fr>) -> Columns {
        configure(cs)
    }

    fn synthesize(&self, columns: Columns, mut layouter: impl Layouter<Fr>) -> Result<(), Error> {
        let at = |cell: &Cell| circuit::Cell { row_offset: cell.row, column: advice(&columns, cell.column).into() };
        layouter.assign_region(
            || "seal",
            |mut region| {
                for (row, cells) in self.layout.rows.iter().enumerate() {
                    for (column, value) in columns.fixed.into_iter().zip(&cells.fixed) {
                        region.assign_fixed(column, row, scalar_to(value));
                    }
                }
                for cell in self.layout.assigned() {
                    let changed = self.overrides.iter().find(|(which, _)| *which == cell).map(|(_, value)| *value);
                    let value = changed.unwrap_or_else(|| self.layout.value(cell));
                    let value = if self.known { Value::known(scalar_to(&value)) } else { Value::unknown() };
                    region.assign_advice(advice(&columns, cell.column), cell.row, value);
                }
                for (one, other) in &self.layout.copies {
                    region.constrain_equal(at(one), at(other));
                }
                Ok(())
            },
        )?;
        for (row, cell) in self.layout.instances.iter().enumerate() {
            layouter.constrain_instance(at(cell), columns.instance, row);
        }
        Ok(())
    }
}

fn advice(columns: &Columns, column: usize) -> Column<Advice> {
    columns.advice[column]
}
