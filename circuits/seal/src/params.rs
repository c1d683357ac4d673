//! KZG parameters without a Lagrange basis.
//!
//! halo2 commits to columns through `[L_i(tau)]_1`. Making those of an SRS is a Fourier transform over group elements: four
//! seconds for 2^13 rows, more than all proofs and keys of a small model together. Interpolating a column first
//! takes milliseconds and gives the same commitment, so [`Params`] here does that, and multiplies with arkworks. Openings are
//! halo2's SHPLONK.

use crate::convert::{point_from, point_to, scalar_from};
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use halo2_proofs::halo2curves::bn256::{self, Bn256};
use halo2_proofs::poly::commitment::{Blind, CommitmentScheme, Params, ParamsProver, Prover};
use halo2_proofs::poly::kzg::commitment::{KZGCommitmentScheme, ParamsKZG};
use halo2_proofs::poly::kzg::msm::MSMKZG;
use halo2_proofs::poly::kzg::multiopen::ProverSHPLONK;
use halo2_proofs::poly::{Coeff, EvaluationDomain, LagrangeCoeff, Polynomial, ProverQuery};
use halo2_proofs::transcript::{EncodedChallenge, TranscriptWrite};
use rand::RngCore;
use rayon::prelude::*;
use std::io;

/// The SRS for `2^k` rows.
#[derive(Clone, Debug)]
pub struct SealParams {
    kzg: ParamsKZG<Bn256>,
    powers: Vec<G1Affine>,
    domain: EvaluationDomain<bn256::Fr>,
}

impl SealParams {
    /// halo2's parameters; their Lagrange basis is not used and may be empty.
    pub(crate) fn new(kzg: ParamsKZG<Bn256>) -> Self {
        let powers = kzg.get_g().par_iter().map(point_from).collect();
        let domain = EvaluationDomain::new(1, kzg.k());
        Self { kzg, powers, domain }
    }

    /// halo2's own parameters, as far as its verifier needs them.
    pub fn kzg(&self) -> &ParamsKZG<Bn256> {
        &self.kzg
    }

    fn commit_coefficients(&self, coefficients: &[bn256::Fr]) -> bn256::G1 {
        let scalars: Vec<Fr> = coefficients.iter().map(scalar_from).collect();
        let bases = self.powers.get(..scalars.len()).unwrap_or_default();
        assert_eq!(bases.len(), scalars.len(), "a polynomial longer than the SRS");
        point_to(&G1Projective::msm_unchecked(bases, &scalars).into_affine()).into()
    }
}

impl<'p> Params<'p, bn256::G1Affine> for SealParams {
    type MSM = MSMKZG<Bn256>;

    fn k(&self) -> u32 {
        self.kzg.k()
    }
    fn n(&self) -> u64 {
        self.kzg.n()
    }
    fn downsize(&mut self, k: u32) {
        self.kzg.downsize(k);
        *self = Self::new(self.kzg.clone());
    }
    fn empty_msm(&'p self) -> Self::MSM {
        MSMKZG::new()
    }
    fn commit_lagrange(&self, poly: &Polynomial<bn256::Fr, LagrangeCoeff>, _: Blind<bn256::Fr>) -> bn256::G1 {
        self.commit_coefficients(&self.domain.lagrange_to_coeff(poly.clone()))
    }
    fn write<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        Params::write(&self.kzg, writer)
    }
    fn read<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        Ok(Self::new(<ParamsKZG<Bn256> as Params<'_, _>>::read(reader)?))
    }
}

impl<'p> ParamsProver<'p, bn256::G1Affine> for SealParams {
    type ParamsVerifier = ParamsKZG<Bn256>;

    fn new(k: u32) -> Self {
        Self::new(ParamsProver::new(k))
    }
    fn commit(&self, poly: &Polynomial<bn256::Fr, Coeff>, _: Blind<bn256::Fr>) -> bn256::G1 {
        self.commit_coefficients(poly)
    }
    fn get_g(&self) -> &[bn256::G1Affine] {
        self.kzg.get_g()
    }
    fn verifier_params(&'p self) -> &'p ParamsKZG<Bn256> {
        &self.kzg
    }
}

/// KZG with [`SealParams`].
#[derive(Clone, Copy, Debug)]
pub struct SealScheme;

impl CommitmentScheme for SealScheme {
    type Scalar = bn256::Fr;
    type Curve = bn256::G1Affine;
    type ParamsProver = SealParams;
    type ParamsVerifier = ParamsKZG<Bn256>;

    fn new_params(k: u32) -> SealParams {
        ParamsProver::new(k)
    }
    fn read_params<R: io::Read>(reader: &mut R) -> io::Result<SealParams> {
        Params::read(reader)
    }
}

/// halo2's SHPLONK under [`SealScheme`].
#[derive(Debug)]
pub struct Shplonk<'p>(ProverSHPLONK<'p, Bn256>);

impl<'p> Prover<'p, SealScheme> for Shplonk<'p> {
    const QUERY_INSTANCE: bool = <ProverSHPLONK<'p, Bn256> as Prover<'p, KZGCommitmentScheme<Bn256>>>::QUERY_INSTANCE;

    fn new(params: &'p SealParams) -> Self {
        Self(ProverSHPLONK::new(&params.kzg))
    }

    fn create_proof<'com, E, T, R, I>(&self, rng: R, transcript: &mut T, queries: I) -> io::Result<()>
    where
        E: EncodedChallenge<bn256::G1Affine>,
        T: TranscriptWrite<bn256::G1Affine, E>,
        I: IntoIterator<Item = ProverQuery<'com, bn256::G1Affine>> + Clone,
        R: RngCore,
    {
        Prover::<'p, KZGCommitmentScheme<Bn256>>::create_proof(&self.0, rng, transcript, queries)
    }
}
