//! A small circuit with the constraint system of all seals, and halo2 proofs for it: one full round, three
//! partial rounds, one multiply-add, and every instance copied into an advice cell.

use ark_bn254::{Fq, Fr, G1Affine as ArkPoint};
use ark_ff::{BigInteger, PrimeField as _};
use halo2_proofs::circuit::{Layouter, SimpleFloorPlanner, Value};
use halo2_proofs::halo2curves::CurveAffine;
use halo2_proofs::halo2curves::bn256::{Bn256, Fq as HaloFq, Fr as HaloFr, G1Affine as HaloPoint};
use halo2_proofs::halo2curves::ff::{Field, PrimeField};
use halo2_proofs::halo2curves::group::prime::PrimeCurveAffine;
use halo2_proofs::plonk::{
    Advice, Circuit, Column, ConstraintSystem, Error, Expression, Fixed, Instance, ProvingKey, create_proof, keygen_pk,
    keygen_vk, verify_proof,
};
use halo2_proofs::poly::Rotation;
use halo2_proofs::poly::commitment::ParamsProver;
use halo2_proofs::poly::kzg::commitment::{KZGCommitmentScheme, ParamsKZG};
use halo2_proofs::poly::kzg::multiopen::{ProverSHPLONK, VerifierSHPLONK};
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{EncodedChallenge, Transcript, TranscriptRead, TranscriptWrite};
use rand::RngCore;
use std::io;
use verin_circuits::encoding::{Reader, point_bytes, scalar_bytes};
use verin_circuits::plonk::gates::{self, Cells};
use verin_circuits::record::KeySet;
use verin_circuits::transcript::keccak::KeccakTranscript;
use verin_circuits::transcript::poseidon;

#[derive(Clone, Debug)]
pub struct Config {
    advice: [Column<Advice>; 5],
    fixed: [Column<Fixed>; 7],
    instance: Column<Instance>,
}

#[derive(Clone, Debug)]
pub struct Toy {
    pub instances: Vec<Fr>,
}

impl Circuit<HaloFr> for Toy {
    type Config = Config;
    type FloorPlanner = SimpleFloorPlanner;
    type Params = ();

    fn without_witnesses(&self) -> Self {
        self.clone()
    }

    fn configure(meta: &mut ConstraintSystem<HaloFr>) -> Config {
        let advice = [(); 5].map(|()| meta.advice_column());
        let fixed = [(); 7].map(|()| meta.fixed_column());
        let instance = meta.instance_column();
        advice.iter().for_each(|column| meta.enable_equality(*column));
        meta.enable_equality(instance);
        meta.set_minimum_degree(8);
        meta.create_gate("all", |meta| {
            let [full, partial, constants @ ..] = fixed.map(|c| meta.query_fixed(c, Rotation::cur()));
            let constant = |c: Fr| Expression::Constant(halo_scalar(&c));
            gates::constraints(&Cells {
                advice: advice.map(|c| meta.query_advice(c, Rotation::cur())),
                next: [0, 1, 2].map(|i| meta.query_advice(advice[i], Rotation::next())),
                full,
                partial,
                constants,
                one: constant(Fr::from(1u64)),
                mds: poseidon::parameters().mds.map(|row| row.map(constant)),
            })
        });
        assert_eq!(meta.degree(), 8);
        Config { advice, fixed, instance }
    }

    fn synthesize(&self, config: Config, mut layouter: impl Layouter<HaloFr>) -> Result<(), Error> {
        let ark = &poseidon::parameters().sparse_ark;
        let mds = &poseidon::parameters().mds;
        let linear = |s: [Fr; 3]| mds.map(|row| row[0] * s[0] + row[1] * s[1] + row[2] * s[2]);
        let (full, partial) = (ark[0], [ark[4][0], ark[5][0], ark[6][0]]);
        let start = [1u64, 2, 3].map(Fr::from);
        let after = linear([0, 1, 2].map(|i| poseidon::sbox(start[i] + full[i])));
        let one = linear([poseidon::sbox(after[0] + partial[0]), after[1], after[2]]);
        let two = linear([poseidon::sbox(one[0] + partial[1]), one[1], one[2]]);
        let end = linear([poseidon::sbox(two[0] + partial[2]), two[1], two[2]]);

        let zero = Fr::from(0u64);
        let small = |x: u64| Fr::from(x);
        let rows: [([Fr; 5], [Fr; 7]); 4] = [
            ([start[0], start[1], start[2], zero, zero], [small(1), zero, full[0], full[1], full[2], zero, zero]),
            (
                [after[0], after[1], after[2], one[0], two[0]],
                [zero, small(1), partial[0], partial[1], partial[2], zero, zero],
            ),
            ([end[0], end[1], end[2], zero, zero], [zero; 7]),
            ([2, 3, 1, 1, 9].map(Fr::from), [zero, zero, small(1), small(1), small(1), small(1), -small(1)]),
        ];
        let cells = layouter.assign_region(
            || "toy",
            |mut region| {
                for (offset, (advice, fixed)) in rows.iter().enumerate() {
                    for (column, value) in config.advice.iter().zip(advice) {
                        region.assign_advice(*column, offset, Value::known(halo_scalar(value)));
                    }
                    for (column, value) in config.fixed.iter().zip(fixed) {
                        region.assign_fixed(*column, offset, halo_scalar(value));
                    }
                }
                let assign = |(i, value): (usize, &Fr)| {
                    let value = Value::known(halo_scalar(value));
                    region.assign_advice(config.advice[0], rows.len() + i, value).cell()
                };
                Ok(self.instances.iter().enumerate().map(assign).collect::<Vec<_>>())
            },
        )?;
        for (row, cell) in cells.into_iter().enumerate() {
            layouter.constrain_instance(cell, config.instance, row);
        }
        Ok(())
    }
}

/// halo2's parameters for the secret `tau`: it draws its secret as eight words, reduced.
pub fn params(k: u32, tau: &Fr) -> ParamsKZG<Bn256> {
    struct Fixed(Vec<u64>);
    impl RngCore for Fixed {
        fn next_u32(&mut self) -> u32 {
            self.next_u64() as u32
        }
        fn next_u64(&mut self) -> u64 {
            if self.0.is_empty() { 0 } else { self.0.remove(0) }
        }
        fn fill_bytes(&mut self, dest: &mut [u8]) {
            dest.fill(0);
        }
        fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand::Error> {
            dest.fill(0);
            Ok(())
        }
    }
    ParamsKZG::setup(k, Fixed(tau.into_bigint().0.to_vec()))
}

pub fn keygen(params: &ParamsKZG<Bn256>, instances: usize) -> ProvingKey<HaloPoint> {
    let toy = Toy { instances: vec![Fr::from(0u64); instances] };
    let vk = keygen_vk(params, &toy).unwrap();
    keygen_pk(params, vk, &toy).unwrap()
}

pub fn key_set(pk: &ProvingKey<HaloPoint>, k: u32, batch: usize, witness_rows: usize) -> KeySet {
    let vk = pk.get_vk();
    let points = |points: &[HaloPoint]| points.iter().map(ark_point).collect::<Vec<_>>();
    KeySet {
        batch,
        k: k as usize,
        witness_rows,
        transcript_repr: ark_scalar(&vk.transcript_repr()),
        fixed: points(vk.fixed_commitments()).try_into().unwrap(),
        permutation: points(vk.permutation().commitments()).try_into().unwrap(),
    }
}

/// A halo2 proof in `transcript`, which is left where the opening goes on.
pub fn prove(
    params: &ParamsKZG<Bn256>,
    pk: &ProvingKey<HaloPoint>,
    instances: &[Fr],
    transcript: &mut KeccakTranscript,
    rng: impl RngCore,
) -> Vec<u8> {
    let toy = Toy { instances: instances.to_vec() };
    let instances: Vec<HaloFr> = instances.iter().map(halo_scalar).collect();
    let mut bridge = Bridge { transcript, proof: Vec::new(), reader: Reader::new("", &[]) };
    create_proof::<KZGCommitmentScheme<Bn256>, ProverSHPLONK<'_, Bn256>, _, _, _, _>(
        params,
        pk,
        &[toy],
        &[&[&instances]],
        rng,
        &mut bridge,
    )
    .unwrap();
    bridge.proof
}

/// halo2's own opinion of a proof.
pub fn halo2_accepts(
    params: &ParamsKZG<Bn256>,
    pk: &ProvingKey<HaloPoint>,
    instances: &[Fr],
    transcript: &mut KeccakTranscript,
    proof: &[u8],
) -> bool {
    let instances: Vec<HaloFr> = instances.iter().map(halo_scalar).collect();
    let mut bridge = Bridge { transcript, proof: Vec::new(), reader: Reader::new("proof", proof) };
    verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
        params.verifier_params(),
        pk.get_vk(),
        SingleStrategy::new(params),
        &[&[&instances]],
        &mut bridge,
    )
    .is_ok()
}

/// Our transcript in halo2's clothes.
struct Bridge<'t, 'p> {
    transcript: &'t mut KeccakTranscript,
    proof: Vec<u8>,
    reader: Reader<'p>,
}

struct Squeezed(HaloFr);

impl EncodedChallenge<HaloPoint> for Squeezed {
    type Input = Fr;
    fn new(input: &Fr) -> Self {
        Self(halo_scalar(input))
    }
    fn get_scalar(&self) -> HaloFr {
        self.0
    }
}

impl Transcript<HaloPoint, Squeezed> for Bridge<'_, '_> {
    fn squeeze_challenge(&mut self) -> Squeezed {
        Squeezed::new(&self.transcript.challenge())
    }
    fn common_point(&mut self, point: HaloPoint) -> io::Result<()> {
        self.transcript.absorb_point(&ark_point(&point));
        Ok(())
    }
    fn common_scalar(&mut self, scalar: HaloFr) -> io::Result<()> {
        self.transcript.absorb_scalar(&ark_scalar(&scalar));
        Ok(())
    }
}

impl TranscriptWrite<HaloPoint, Squeezed> for Bridge<'_, '_> {
    fn write_point(&mut self, point: HaloPoint) -> io::Result<()> {
        self.proof.extend_from_slice(&point_bytes(&ark_point(&point)));
        self.common_point(point)
    }
    fn write_scalar(&mut self, scalar: HaloFr) -> io::Result<()> {
        self.proof.extend_from_slice(&scalar_bytes(&ark_scalar(&scalar)));
        self.common_scalar(scalar)
    }
}

impl TranscriptRead<HaloPoint, Squeezed> for Bridge<'_, '_> {
    fn read_point(&mut self) -> io::Result<HaloPoint> {
        let point = halo_point(&self.reader.point().map_err(io::Error::other)?);
        self.common_point(point)?;
        Ok(point)
    }
    fn read_scalar(&mut self) -> io::Result<HaloFr> {
        let scalar = halo_scalar(&self.reader.scalar().map_err(io::Error::other)?);
        self.common_scalar(scalar)?;
        Ok(scalar)
    }
}

fn repr<F: ark_ff::PrimeField>(value: &F) -> [u8; 32] {
    value.into_bigint().to_bytes_le().try_into().unwrap()
}

fn halo_scalar(s: &Fr) -> HaloFr {
    HaloFr::from_repr(repr(s)).unwrap()
}

fn ark_scalar(s: &HaloFr) -> Fr {
    Fr::from_le_bytes_mod_order(&s.to_repr())
}

fn halo_point(p: &ArkPoint) -> HaloPoint {
    HaloPoint::from_xy(HaloFq::from_repr(repr(&p.x)).unwrap(), HaloFq::from_repr(repr(&p.y)).unwrap()).unwrap()
}

fn ark_point(p: &HaloPoint) -> ArkPoint {
    assert!(!bool::from(p.is_identity()) && p.x != HaloFq::ZERO);
    let coordinate = |c: &HaloFq| Fq::from_le_bytes_mod_order(&c.to_repr());
    ArkPoint::new(coordinate(&p.x), coordinate(&p.y))
}
