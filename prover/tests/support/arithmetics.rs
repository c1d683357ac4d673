//! Arithmetics for those who attack the core verifier: one that skips checks, one that listens, one that is deaf.
//!
//! All of them wrap the field itself, so that what they find is about the verifier and not about a model of it.

use ark_bn254::Fr;
use ark_ff::{Field, Zero};
use verin_circuits::arithmetic::{Arithmetic, Native};
use verin_circuits::error::VerifyError;
use verin_circuits::transcript::poseidon;

/// How an [`Attacker`]'s permutation answers.
#[derive(Clone, Debug, Default)]
pub enum Permutation {
    /// Poseidon.
    #[default]
    Honest,
    /// Answers from a list, whatever is asked: challenges that everybody knows beforehand.
    Frozen(Vec<[Fr; 3]>),
    /// Poseidon, but the challenges with these numbers (permutations, counted from 0) are replaced.
    Chosen(Vec<(usize, Fr)>),
}

/// An arithmetic that records everything and refuses nothing it is told to skip.
#[derive(Clone, Debug, Default)]
pub struct Attacker {
    /// Labels of the checks that are skipped; `None` skips them all.
    pub skip: Option<Vec<&'static str>>,
    /// How challenges are made.
    pub permutation: Permutation,
    /// Labels of checks that do not hold, in order.
    pub failed: Vec<&'static str>,
    /// What every check was off by: `a - b`, in order (for an inverse: 1 if it does not exist).
    pub residuals: Vec<Fr>,
    /// What the permutation was asked.
    pub asked: Vec<[Fr; 3]>,
    /// What it answered.
    pub answered: Vec<[Fr; 3]>,
    /// Number of the permutation at which every section began.
    pub sections: Vec<(&'static str, usize)>,
}

impl Attacker {
    /// Skips the checks named.
    pub fn skipping(labels: &[&'static str]) -> Self {
        Self { skip: Some(labels.to_vec()), ..Self::default() }
    }

    /// Skips nothing, and answers challenges from a list.
    pub fn frozen(answers: Vec<[Fr; 3]>) -> Self {
        Self { skip: Some(Vec::new()), permutation: Permutation::Frozen(answers), ..Self::default() }
    }

    /// Skips nothing, and replaces the challenges named.
    pub fn choosing(challenges: &[(usize, Fr)]) -> Self {
        Self { skip: Some(Vec::new()), permutation: Permutation::Chosen(challenges.to_vec()), ..Self::default() }
    }

    fn check(&mut self, difference: Fr, label: &'static str) -> Result<(), VerifyError> {
        self.residuals.push(difference);
        if difference.is_zero() {
            return Ok(());
        }
        self.failed.push(label);
        match &self.skip {
            Some(labels) if !labels.contains(&label) => Err(VerifyError::Rejected { check: label }),
            _ => Ok(()),
        }
    }
}

impl Arithmetic for Attacker {
    type F = Fr;

    fn constant(&mut self, c: Fr) -> Fr {
        c
    }
    fn add(&mut self, a: &Fr, b: &Fr) -> Fr {
        *a + b
    }
    fn sub(&mut self, a: &Fr, b: &Fr) -> Fr {
        *a - b
    }
    fn mul(&mut self, a: &Fr, b: &Fr) -> Fr {
        *a * b
    }
    fn affine(&mut self, a: &Fr, k: Fr, c: Fr) -> Fr {
        Native.affine(a, k, c)
    }
    fn inverse(&mut self, a: &Fr, label: &'static str) -> Result<Fr, VerifyError> {
        let inverse = a.inverse();
        self.check(Fr::from(u64::from(inverse.is_none())), label)?;
        Ok(inverse.unwrap_or_default())
    }
    fn assert_equal(&mut self, a: &Fr, b: &Fr, label: &'static str) -> Result<(), VerifyError> {
        self.check(*a - b, label)
    }
    fn permute(&mut self, state: [Fr; 3]) -> [Fr; 3] {
        let number = self.asked.len();
        self.asked.push(state);
        let answer = match &self.permutation {
            Permutation::Honest => poseidon::permute(state),
            Permutation::Frozen(answers) => answers[number],
            Permutation::Chosen(challenges) => {
                let [capacity, challenge, rest] = poseidon::permute(state);
                let chosen = challenges.iter().find(|(at, _)| *at == number);
                [capacity, chosen.map_or(challenge, |(_, c)| *c), rest]
            }
        };
        self.answered.push(answer);
        answer
    }
    fn section(&mut self, name: &'static str) {
        self.sections.push((name, self.asked.len()));
    }
}
