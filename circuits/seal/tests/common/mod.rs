//! Programs to seal, and an SRS.
#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{One, UniformRand};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use verin_circuits::arithmetic::{Arithmetic, Native};
use verin_circuits::error::VerifyError;
use verin_circuits::transcript::duplex::Duplex;
use verin_seal::{Program, Srs};

pub struct OwnedSrs {
    powers: Vec<G1Affine>,
    tau_g2: G2Affine,
}

impl OwnedSrs {
    /// `2^k` powers of a tau of this seed.
    pub fn new(k: u32, seed: u64) -> Self {
        let tau = Fr::rand(&mut ChaCha20Rng::seed_from_u64(seed));
        let scalars: Vec<Fr> = std::iter::successors(Some(Fr::one()), |t| Some(*t * tau)).take(1 << k).collect();
        let table = BatchMulPreprocessing::new(G1Projective::generator(), scalars.len());
        let powers = table.batch_mul(&scalars);
        Self { powers, tau_g2: (G2Projective::generator() * tau).into_affine() }
    }

    pub fn as_srs(&self) -> Srs<'_> {
        Srs { powers: &self.powers, g2: G2Affine::generator(), tau_g2: self.tau_g2 }
    }
}

pub fn scalars(n: usize, seed: u64) -> Vec<Fr> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    (0..n).map(|_| Fr::rand(&mut rng)).collect()
}

/// Arithmetic of all kinds, drawn from a seed.
pub struct Random {
    pub seed: u64,
    pub steps: usize,
    pub permutations: bool,
}

impl Program for Random {
    fn advice_len(&self) -> usize {
        6
    }

    fn run<A: Arithmetic>(&self, a: &mut A, advice: &[A::F]) -> Result<Vec<A::F>, VerifyError> {
        let mut rng = ChaCha20Rng::seed_from_u64(self.seed);
        let mut pool = advice.to_vec();
        pool.push(a.constant(Fr::from(0u64)));
        pool.push(a.constant(Fr::one()));
        pool.push(a.constant(Fr::from(77u64)));
        for _ in 0..self.steps {
            let mut pick = || pool[rng.next_u32() as usize % pool.len()].clone();
            let (x, y, z) = (pick(), pick(), pick());
            let k = match rng.next_u32() % 4 {
                0 => Fr::from(0u64),
                1 => Fr::one(),
                2 => -Fr::one(),
                _ => Fr::from(rng.next_u64()),
            };
            let new = match rng.next_u32() % 11 {
                0 => a.add(&x, &y),
                1 => a.sub(&x, &y),
                2 | 3 => a.mul(&x, &y),
                4 => a.affine(&x, k, Fr::from(5u64)),
                5 => a.mul_add(&x, &y, &z),
                6 | 7 => a.lerp(&x, &y, &z),
                8 => {
                    let unlike_zero =
                        a.affine(&advice[rng.next_u32() as usize % advice.len()], Fr::from(3u64), Fr::one());
                    a.inverse(&unlike_zero, "inverse")?
                }
                9 => {
                    // x (y + z) = x y + x z, on two ways
                    let sum = a.add(&y, &z);
                    let left = a.mul(&x, &sum);
                    let first = a.mul(&x, &y);
                    let right = a.mul_add(&x, &z, &first);
                    a.assert_equal(&left, &right, "distributive")?;
                    left
                }
                _ if self.permutations => {
                    let [_, out, _] = a.permute([x, y, z]);
                    out
                }
                _ => a.mul(&x, &x),
            };
            pool.push(new);
        }
        let again = a.affine(&advice[0], Fr::from(2u64), Fr::from(3u64));
        let twice = a.affine(&advice[0], Fr::from(2u64), Fr::from(3u64));
        a.assert_equal(&again, &twice, "reflexive")?;
        let constant = a.constant(Fr::from(42u64));
        let tail = pool.split_off(pool.len() - 3);
        Ok([vec![advice[0].clone(), constant, advice[5].clone()], tail].concat())
    }
}

/// Rounds of a sumcheck as the core verifier runs them: two messages absorbed, one challenge, one claim.
pub struct Rounds {
    pub rounds: usize,
    pub instances: usize,
}

impl Program for Rounds {
    fn advice_len(&self) -> usize {
        2 * self.rounds + self.instances
    }

    fn run<A: Arithmetic>(&self, a: &mut A, advice: &[A::F]) -> Result<Vec<A::F>, VerifyError> {
        let (messages, claims) = advice.split_at(2 * self.rounds);
        let mut transcript = Duplex::new(a);
        transcript.absorb(claims);
        let mut claim = claims[0].clone();
        let mut eq = a.constant(Fr::one());
        let mut point = transcript.challenge(a);
        for pair in messages.chunks(2) {
            transcript.absorb(pair);
            let r = transcript.challenge(a);
            let sum = a.add(&pair[0], &pair[1]);
            let share = a.mul(&point, &sum);
            let first = a.sub(&claim, &share);
            let inner = a.mul_add(&pair[1], &r, &pair[0]);
            claim = a.mul_add(&inner, &r, &first);
            // eq(point, r) = 1 - p - r + 2 p r
            let product = a.mul(&point, &r);
            let both = a.add(&point, &r);
            let minus = a.affine(&both, -Fr::one(), Fr::one());
            let doubled = a.affine(&product, Fr::from(2u64), Fr::from(0u64));
            let factor = a.add(&minus, &doubled);
            eq = a.mul(&eq, &factor);
            point = r;
        }
        let last = a.mul(&claim, &eq);
        Ok([claims.to_vec(), vec![last]].concat())
    }
}

pub fn native<P: Program>(program: &P, advice: &[Fr]) -> Vec<Fr> {
    program.run(&mut Native, advice).unwrap()
}
