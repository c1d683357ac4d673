//! The circuit: parity with native arithmetic, and that nothing in it is free.

mod common;

use ark_bn254::Fr;
use ark_ff::{BigInteger, One, PrimeField, UniformRand};
use common::{Random, Rounds, native, scalars};
use halo2_proofs::dev::MockProver;
use halo2_proofs::halo2curves::bn256;
use halo2_proofs::halo2curves::ff::PrimeField as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::HashMap;
use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::error::VerifyError;
use verin_circuits::transcript::poseidon;
use verin_seal::circuit::SealCircuit;
use verin_seal::layout::{Cell, Layout};
use verin_seal::{Program, SealError, lay_out, shape};

fn halo(f: &Fr) -> bn256::Fr {
    bn256::Fr::from_repr(f.into_bigint().to_bytes_le().try_into().unwrap()).unwrap()
}

fn accepts(layout: &Layout, instances: &[Fr], overrides: &[(Cell, Fr)]) -> bool {
    let circuit = SealCircuit::with_overrides(layout, overrides);
    let instances = instances.iter().map(halo).collect();
    MockProver::run(layout.k(), &circuit, vec![instances]).unwrap().verify().is_ok()
}

macro_rules! program {
    ($name:ident, $n:expr, |$a:ident, $x:ident| $body:block) => {
        struct $name;
        impl Program for $name {
            fn advice_len(&self) -> usize {
                $n
            }
            fn run<A: Arithmetic>(&self, $a: &mut A, $x: &[A::F]) -> Result<Vec<A::F>, VerifyError> {
                $body
            }
        }
    };
}

#[test]
fn parity_of_the_permutation() {
    program!(Permute, 3, |a, x| { Ok(a.permute([x[0].clone(), x[1].clone(), x[2].clone()]).to_vec()) });
    let advice = scalars(3, 1);
    let layout = lay_out(&Permute, Some(&advice)).unwrap();
    assert_eq!(layout.instance_values(), poseidon::permute([advice[0], advice[1], advice[2]]));
    assert_eq!(layout.rows_used(), 28);
    assert!(accepts(&layout, &layout.instance_values(), &[]));
}

#[test]
fn parity_of_random_programs() {
    for seed in 0..60 {
        let program = Random { seed, steps: 10 + seed as usize, permutations: seed % 2 == 0 };
        let advice = scalars(6, 1000 + seed);
        let layout = lay_out(&program, Some(&advice)).unwrap();
        assert_eq!(layout.instance_values(), native(&program, &advice), "seed {seed}");
        assert!(accepts(&layout, &layout.instance_values(), &[]), "seed {seed}");
        let mut wrong = layout.instance_values();
        let which = seed as usize % wrong.len();
        wrong[which] += Fr::one();
        assert!(!accepts(&layout, &wrong, &[]), "seed {seed}");
    }
}

#[test]
fn soundness_no_assigned_cell_is_free() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    for seed in 0..6 {
        let program = Random { seed, steps: 14, permutations: seed < 2 };
        let layout = lay_out(&program, Some(&scalars(6, seed))).unwrap();
        let instances = layout.instance_values();
        assert!(accepts(&layout, &instances, &[]));
        for cell in layout.assigned() {
            for value in [layout.value(cell) + Fr::one(), -layout.value(cell) + Fr::from(9u64), Fr::rand(&mut rng)] {
                assert!(
                    value == layout.value(cell) || !accepts(&layout, &instances, &[(cell, value)]),
                    "{cell:?} of seed {seed}"
                );
            }
        }
    }
}

/// Cells that copies tie together, changed together: the gates alone must object.
#[test]
fn soundness_no_variable_is_free() {
    for seed in 0..6 {
        let program = Random { seed, steps: 14, permutations: seed < 2 };
        let layout = lay_out(&program, Some(&scalars(6, seed))).unwrap();
        let instances = layout.instance_values();
        assert!(accepts(&layout, &instances, &[]));
        let mut leader: HashMap<Cell, Cell> = layout.assigned().map(|cell| (cell, cell)).collect();
        fn root(leader: &HashMap<Cell, Cell>, mut cell: Cell) -> Cell {
            while leader[&cell] != cell {
                cell = leader[&cell];
            }
            cell
        }
        for (one, other) in &layout.copies {
            let (one, other) = (root(&leader, *one), root(&leader, *other));
            leader.insert(one, other);
        }
        let mut classes: HashMap<Cell, Vec<Cell>> = HashMap::new();
        for cell in layout.assigned() {
            classes.entry(root(&leader, cell)).or_default().push(cell);
        }
        for class in classes.values() {
            let overrides: Vec<_> = class.iter().map(|cell| (*cell, layout.value(*cell) + Fr::from(3u64))).collect();
            assert!(!accepts(&layout, &instances, &overrides), "{class:?} of seed {seed}");
        }
    }
}

#[test]
fn layout_does_not_depend_on_the_witness() {
    for seed in 0..20 {
        let program = Random { seed, steps: 60, permutations: true };
        let one = lay_out(&program, Some(&scalars(6, seed))).unwrap();
        let other = lay_out(&program, Some(&scalars(6, seed + 500))).unwrap();
        let unknown = shape(&program).unwrap();
        assert!(one.same_circuit(&other) && one.same_circuit(&unknown), "seed {seed}");
    }
}

#[test]
fn rows_of_each_operation() {
    program!(Mul, 2, |a, x| { Ok(vec![a.mul(&x[0], &x[1])]) });
    program!(MulOfAffine, 2, |a, x| {
        let p = a.affine(&x[0], Fr::from(2u64), Fr::from(3u64));
        let q = a.affine(&x[1], Fr::from(5u64), Fr::from(7u64));
        Ok(vec![a.mul(&p, &q)])
    });
    program!(MulAdd, 3, |a, x| { Ok(vec![a.mul_add(&x[0], &x[1], &x[2])]) });
    program!(Lerp, 3, |a, x| { Ok(vec![a.lerp(&x[0], &x[1], &x[2])]) });
    program!(LerpFolded, 7, |a, x| {
        let lo = a.lerp(&x[0], &x[1], &x[4]);
        let hi = a.lerp(&x[2], &x[3], &x[4]);
        Ok(vec![a.lerp(&lo, &hi, &x[5])])
    });
    program!(TwoProducts, 4, |a, x| {
        let p = a.mul(&x[0], &x[1]);
        Ok(vec![a.mul_add(&x[2], &x[3], &p)])
    });
    program!(Eq, 2, |a, x| {
        let p = a.mul(&x[0], &x[1]);
        let p = a.affine(&p, Fr::from(2u64), Fr::one());
        let p = a.sub(&p, &x[0]);
        Ok(vec![a.sub(&p, &x[1])])
    });
    program!(Inverse, 1, |a, x| {
        let p = a.affine(&x[0], Fr::from(2u64), Fr::one());
        Ok(vec![a.inverse(&p, "inverse")?])
    });
    program!(Affine, 1, |a, x| { Ok(vec![a.affine(&x[0], Fr::from(2u64), Fr::one())]) });
    program!(Dot, 8, |a, x| {
        let mut sum = a.mul(&x[0], &x[1]);
        for i in 1..4 {
            sum = a.mul_add(&x[2 * i], &x[2 * i + 1], &sum);
        }
        Ok(vec![sum])
    });
    program!(Sum, 5, |a, x| {
        let mut sum = x[0].clone();
        for term in &x[1..] {
            sum = a.add(&sum, term);
        }
        Ok(vec![sum])
    });
    // Arithmetic rows of a program; constants and idle advice come on top of them once, not per operation.
    fn rows<P: Program>(program: &P) -> usize {
        let advice = scalars(program.advice_len(), 3);
        let layout = lay_out(program, Some(&advice)).unwrap();
        assert_eq!(layout.instance_values(), native(program, &advice));
        assert!(accepts(&layout, &layout.instance_values(), &[]));
        layout.tally.arithmetic
    }
    assert_eq!(rows(&Mul), 1);
    assert_eq!(rows(&MulOfAffine), 1);
    assert_eq!(rows(&MulAdd), 1);
    assert_eq!(rows(&Lerp), 1);
    assert_eq!(rows(&LerpFolded), 3);
    assert_eq!(rows(&TwoProducts), 1);
    assert_eq!(rows(&Eq), 1);
    assert_eq!(rows(&Inverse), 1);
    assert_eq!(rows(&Affine), 1);
    assert_eq!(rows(&Dot), 3);
    assert_eq!(rows(&Sum), 4);
    let rounds = shape(&Rounds { rounds: 50, instances: 10 }).unwrap();
    assert_eq!(rounds.tally.permutations, 50 + 5);
    // Four for the claim, two for eq.
    assert!(rounds.tally.arithmetic <= 50 * 6 + 1, "{:?}", rounds.tally);
    assert_eq!(rounds.rows_used(), 28 * 55 + rounds.tally.arithmetic);
}

#[test]
fn soundness_of_checks() {
    program!(Inverse, 1, |a, x| { Ok(vec![a.inverse(&x[0], "inverse")?]) });
    program!(Equal, 2, |a, x| {
        let square = a.mul(&x[0], &x[0]);
        a.assert_equal(&square, &x[1], "square")?;
        Ok(vec![x[1].clone()])
    });
    program!(Constant, 1, |a, x| {
        let c = a.constant(Fr::from(9u64));
        let square = a.mul(&x[0], &x[0]);
        a.assert_equal(&square, &c, "nine")?;
        Ok(vec![x[0].clone()])
    });
    program!(Absurd, 1, |a, x| {
        let next = a.affine(&x[0], Fr::one(), Fr::one());
        a.assert_equal(&x[0], &next, "absurd")?;
        Ok(vec![x[0].clone()])
    });
    let rejected =
        |result: Result<Layout, SealError>| matches!(result, Err(SealError::Program(VerifyError::Rejected { .. })));
    assert!(rejected(lay_out(&Inverse, Some(&[Fr::from(0u64)]))));
    assert!(rejected(lay_out(&Equal, Some(&[Fr::from(3u64), Fr::from(8u64)]))));
    assert!(rejected(lay_out(&Constant, Some(&[Fr::from(4u64)]))));
    assert!(rejected(lay_out(&Absurd, None)));
    // The same as circuits, with a prover who does not stop there: the witness of zeros satisfies none of them.
    for layout in [shape(&Inverse).unwrap(), shape(&Constant).unwrap()] {
        assert!(!accepts(&layout, &layout.instance_values(), &[]));
    }
    let nine = lay_out(&Constant, Some(&[Fr::from(3u64)])).unwrap();
    assert!(accepts(&nine, &[Fr::from(3u64)], &[]));
    let equal = lay_out(&Equal, Some(&[Fr::from(3u64), Fr::from(9u64)])).unwrap();
    assert!(accepts(&equal, &[Fr::from(9u64)], &[]));
    assert!(!accepts(&equal, &[Fr::from(8u64)], &[]));
    assert!(matches!(lay_out(&Equal, Some(&[Fr::one()])), Err(SealError::Length { .. })));
}
