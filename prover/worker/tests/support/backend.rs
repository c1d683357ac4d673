//! The CPU backend with something done to the tables of weights that a proof makes: to hold it up, to make it panic, or wrong.

use ark_bn254::{Fr, G1Affine, G1Projective};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use verin_prover::backend::{Backend, Cpu};
use verin_prover::ints::Ints;

/// Does `hook` in every proof, and nowhere in a setup.
pub struct Hooked<H>(pub H);

impl<H: Fn(&mut [Fr]) + Sync> Backend for Hooked<H> {
    fn eq_table(&self, point: &[Fr]) -> Vec<Fr> {
        let mut table = Cpu.eq_table(point);
        (self.0)(&mut table);
        table
    }
    fn commit_ints(&self, bases: &[G1Affine], ints: &Ints<'_>) -> G1Projective {
        Cpu.commit_ints(bases, ints)
    }
    fn commit_field(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective {
        Cpu.commit_field(bases, scalars)
    }
    fn fold_rows(&self, ints: &Ints<'_>, width_log: u32, weights: &[Fr]) -> Vec<Fr> {
        Cpu.fold_rows(ints, width_log, weights)
    }
    fn contract_ints(&self, ints: &Ints<'_>, before: usize, after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
        Cpu.contract_ints(ints, before, after_log, matrix)
    }
    fn contract_field(&self, table: &[Fr], after_log: u32, matrix: &[Vec<Fr>]) -> Vec<Fr> {
        Cpu.contract_field(table, after_log, matrix)
    }
    fn bind(&self, table: &mut Vec<Fr>, t: Fr) {
        Cpu.bind(table, t);
    }
    fn add_fractions(&self, p: &[Fr], q: &[Fr]) -> (Vec<Fr>, Vec<Fr>) {
        Cpu.add_fractions(p, q)
    }
    fn fraction_round(&self, eq: &[Fr], tables: [&[Fr]; 4]) -> (Fr, Fr) {
        Cpu.fraction_round(eq, tables)
    }
    fn product_round(&self, factors: &[&[Fr]]) -> Vec<Fr> {
        Cpu.product_round(factors)
    }
    fn add_scaled(&self, a: &mut [Fr], k: Fr, b: &[Fr]) {
        Cpu.add_scaled(a, k, b);
    }
}

/// Holds proofs up until it is opened.
#[derive(Default)]
pub struct Gate {
    /// Whether a proof has come to it, and whether it is open.
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Gate {
    /// A gate for ever, and the backend that goes through it.
    pub fn new() -> (&'static Self, &'static dyn Backend) {
        let gate: &'static Self = Box::leak(Box::default());
        (gate, Box::leak(Box::new(Hooked(|_: &mut [Fr]| gate.pass()))))
    }

    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |(_, open)| !*open).unwrap());
    }

    /// Waits for a proof to come to it.
    pub async fn reached(&self) {
        while !self.state.lock().unwrap().0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}
