//! What proofs give away: nothing that two of one trace share, and nothing that tells a right guess from a wrong one.

use super::fixtures::{Fixture, inputs, rng, seal, sealed, unsealed, with_sealer};
use ark_bn254::{Fr, G1Affine};
use ark_ff::{UniformRand, Zero};
use std::collections::HashSet;
use verin_circuits::arithmetic::Native;
use verin_circuits::artifact::ProofFile;
use verin_circuits::channel::Channel;
use verin_circuits::claims::Opening;
use verin_circuits::encoding::{Reader, WORD};
use verin_circuits::multilinear::signed;
use verin_circuits::schedule::Schedule;
use verin_circuits::unsealed::schedule;
use verin_circuits::verify::{Public, cost, verify};
use verin_prover::backend::{Backend, Cpu};
use verin_prover::core::{Mask, prove};
use verin_prover::ints::Ints;
use verin_prover::rows::{commit, public_blinder};
use verin_prover::srs::Srs;
use verin_prover::witness::columns;
use verin_quantizer::execute::execute;

/// All words of a body, and of the commitments in a private statement.
fn words(proof: &ProofFile, private: bool) -> HashSet<Vec<u8>> {
    let ports = if private { [&proof.statement.input[..], &proof.statement.output].concat() } else { Vec::new() };
    proof.body.chunks(WORD).chain(ports.chunks(WORD)).map(<[u8]>::to_vec).collect()
}

#[test]
fn zero_knowledge_two_seals_of_one_trace_share_nothing() {
    for private in [true, false] {
        let x = inputs(1);
        let first = &sealed()[usize::from(private)].proof;
        let again = seal(private, &x, 7, 61);
        let elsewhere = seal(private, &x, 8, 62);
        let proofs = [first, &again.proof, &elsewhere.proof];
        for (i, a) in proofs.iter().enumerate() {
            let words_of_a = words(a, private);
            assert_eq!(
                words_of_a.len(),
                a.body.len() / WORD
                    + if private { 2 * (a.statement.input.len() + a.statement.output.len()) / (2 * WORD) } else { 0 },
                "a word occurs twice"
            );
            for b in &proofs[..i] {
                assert!(words_of_a.is_disjoint(&words(b, private)));
            }
        }
        let blinders: Vec<Fr> = [&again, &elsewhere]
            .into_iter()
            .flat_map(|p| p.input_blinders.iter().chain(&p.output_blinders))
            .copied()
            .collect();
        let distinct: HashSet<Fr> = blinders.iter().copied().collect();
        assert_eq!(distinct.len(), blinders.len());
        assert_eq!(blinders.is_empty(), !private);
    }
}

/// What an outsider has: the published rows, the scalars of the opening, its point and value; and for a guess, all columns.
struct Outsider<'a> {
    schedule: &'a Schedule,
    powers: &'a [G1Affine],
    rows: Vec<G1Affine>,
    public: Public<Fr>,
    opening: Opening<Fr>,
}

impl Outsider<'_> {
    fn columns(&self, guess: &[i64]) -> Vec<Ints<'static>> {
        let graph = super::fixtures::program();
        let trace = execute(&graph, guess).unwrap();
        columns(&graph, self.schedule, &[trace])
            .into_iter()
            .map(|c| match c {
                Ints::Narrow(v) => Ints::Narrow(v.into_owned().into()),
                Ints::Wide(v) => Ints::Wide(v.into_owned().into()),
            })
            .collect()
    }

    fn private_rows(&self) -> std::ops::Range<usize> {
        self.schedule.rows.model..self.schedule.rows.total()
    }

    /// Rows of the guess with these blinders.
    fn guessed_rows(&self, guess: &[i64], blinder: &dyn Fn(usize) -> Fr) -> Vec<G1Affine> {
        let range = self.private_rows();
        let blinders: Vec<Fr> = range.clone().map(blinder).collect();
        commit(&Cpu, self.schedule, &self.columns(guess), self.powers, range, &blinders)
    }

    /// Published rows that the guess reproduces with blinders anybody knows.
    fn known_blinders(&self, guess: &[i64]) -> usize {
        let n = self.schedule.rows.total();
        let blinders =
            (0..n + 2).map(public_blinder).chain([1u64, 2].map(Fr::from)).chain([self.public.s0, self.public.z]);
        let hits = |blinder: Fr| {
            let guessed: HashSet<G1Affine> = self.guessed_rows(guess, &|_| blinder).into_iter().collect();
            self.rows.iter().filter(|row| guessed.contains(row)).count()
        };
        let indexed: HashSet<G1Affine> = self.guessed_rows(guess, &public_blinder).into_iter().collect();
        blinders.map(hits).sum::<usize>() + self.rows.iter().filter(|row| indexed.contains(row)).count()
    }

    /// Pairs of published rows that differ as the guessed ones do: their blinders would be the same.
    fn shared_blinders(&self, guess: &[i64]) -> usize {
        let guessed = self.guessed_rows(guess, &|_| Fr::from(5u64));
        let pairs = (0..guessed.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        pairs.filter(|(i, j)| (self.rows[*i] - self.rows[*j]) == (guessed[*i] - guessed[*j])).count()
    }

    /// Whether the guess gives the value of the opening, with no mask.
    fn unmasked_value(&self, guess: &[i64]) -> bool {
        let eq = Cpu.eq_table(&self.opening.zeta);
        let mut sum = Fr::zero();
        for (tensor, column) in self.schedule.tensors.iter().zip(self.columns(guess)) {
            let Some(placement) = &tensor.placement else { continue };
            let chunk = 1usize << placement.chunk_log;
            for (i, cell) in placement.chunks.iter().enumerate() {
                let Some(cell) = cell else { continue };
                for j in 0..chunk {
                    sum += self.opening.scalars[cell.row] * eq[cell.offset + j] * signed(column.get(i * chunk + j));
                }
            }
        }
        sum == self.opening.value
    }

    /// Numbers of the opening that the guess reproduces with this salt and mask.
    fn replayed(&self, guess: &[i64], salt: Fr, mask: Option<Vec<Fr>>) -> usize {
        let mask = mask.map(|row| Mask { row });
        let made = prove(&Cpu, self.schedule, &self.columns(guess), &self.public, salt, mask).reduced.opening;
        let numbers = |o: &Opening<Fr>| o.scalars.iter().chain(&o.zeta).chain([&o.value]).copied().collect::<Vec<_>>();
        let published = numbers(&self.opening);
        numbers(&made).iter().filter(|n| !n.is_zero() && published.contains(n)).count()
    }

    /// Everything that an outsider can compute and compare; the number of matches.
    fn confirms(&self, guess: &[i64]) -> usize {
        let length = 1usize << self.schedule.options.b;
        let salts = [Fr::zero(), Fr::from(1u64), self.public.s0, self.public.z, public_blinder(0)];
        let masks = [Fr::zero(), Fr::from(1u64), self.public.s0];
        let mask = |m: Fr| self.schedule.options.mask.then(|| vec![m; length]);
        let replayed = salts.iter().flat_map(|s| masks.map(|m| self.replayed(guess, *s, mask(m)))).sum::<usize>();
        replayed + self.known_blinders(guess) + self.shared_blinders(guess) + usize::from(self.unmasked_value(guess))
    }
}

fn outsider<'a>(fixture: &Fixture, schedule: &'a Schedule, powers: &'a [G1Affine]) -> Outsider<'a> {
    let record = &fixture.record.record;
    let proof = &fixture.proof;
    let mut reader = Reader::new("body", &proof.body);
    let witness = reader.points(schedule.rows.witness).unwrap();
    let bound = proof.statement.bind(record, &witness).unwrap();
    let public = Public { s0: bound.s0_scalar(), z: bound.z, input_sum: bound.input_sum, output_sum: bound.output_sum };
    let opening = if proof.sealed {
        let scalars = reader.scalars(schedule.rows.total()).unwrap();
        let zeta = reader.scalars(record.row_log).unwrap();
        Opening { scalars, zeta, value: reader.scalar().unwrap() }
    } else {
        let scalars = reader.scalars(cost(schedule).unwrap().0).unwrap();
        verify(&mut Channel::new(&mut Native, &scalars), schedule, &public).unwrap()
    };
    Outsider { schedule, powers, rows: [bound.port_rows, witness].concat(), public, opening }
}

/// The input is one of two. Nothing in a seal tells which.
#[test]
fn zero_knowledge_a_guess_is_not_confirmed_by_a_seal() {
    let truth = inputs(1).remove(0);
    let mut other = truth.clone();
    other[0] -= 1;
    let powers = Srs::insecure((1 << 6) + 1).powers;

    let fixture = sealed()[1];
    let file = &fixture.record;
    let of_seal = schedule(&file.record, &file.skeleton, &file.weights, 1).unwrap();
    let seal = outsider(fixture, &of_seal, &powers);
    assert_eq!((seal.confirms(&truth), seal.confirms(&other)), (0, 0));

    // The distinguisher is none too weak: with the secrets it confirms the truth and only that, each of them mattering.
    let mut secrets = rng(50);
    let rows = of_seal.rows;
    let mut draw = |n: usize| (0..n).map(|_| Fr::rand(&mut secrets)).collect::<Vec<_>>();
    let (blinders, mask) = (draw(rows.input + rows.output + rows.witness), draw(1 << of_seal.options.b));
    let salt = draw(1)[0];
    let numbers = seal.opening.scalars.len() + seal.opening.zeta.len() + 1;
    let zeros = seal.opening.scalars.iter().filter(|s| s.is_zero()).count();
    assert_eq!(seal.replayed(&truth, salt, Some(mask.clone())), numbers - zeros);
    assert_eq!(seal.replayed(&other, salt, Some(mask.clone())), 0);
    assert_eq!(seal.replayed(&truth, salt + Fr::from(1u64), Some(mask.clone())), 0);
    let made = |guess: &[i64]| {
        let guessed = seal.guessed_rows(guess, &|row| blinders[row - rows.model]);
        guessed.iter().zip(&seal.rows).filter(|(a, b)| a == b).count()
    };
    assert_eq!(made(&truth), seal.rows.len() - 1, "all rows but the mask's");
    assert!(made(&other) < made(&truth));

    // And an unsealed proof, which promises no secrecy, it sees through.
    let fixture = unsealed()[1];
    let file = &fixture.record;
    let of_core = schedule(&file.record, &file.skeleton, &file.weights, 1).unwrap();
    let core = outsider(fixture, &of_core, &powers);
    assert!(core.unmasked_value(&truth) && !core.unmasked_value(&other));
}

/// A prover's key holds no randomness: proofs from copies of it share nothing either.
#[test]
fn zero_knowledge_secrets_are_not_kept_in_the_key() {
    let key = with_sealer(true, |prover| verin_prover::keyfile::encode(prover.key()));
    let _ = seal(true, &inputs(1), 7, 63);
    assert!(key == with_sealer(true, |prover| verin_prover::keyfile::encode(prover.key())));
}
