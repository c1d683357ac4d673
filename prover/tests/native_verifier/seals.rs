//! Records, statements and valid seals around the toy circuit: real proofs of everything but a model.

use crate::forgers::{self, Lie};
use crate::toy;
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{CurveGroup, PrimeGroup, VariableBaseMSM};
use ark_ff::{Field, UniformRand, Zero};
use halo2_proofs::halo2curves::bn256::{Bn256, G1Affine as HaloPoint};
use halo2_proofs::plonk::ProvingKey;
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use verin_circuits::commitment::srs::{VerifierSrs, insecure_tau};
use verin_circuits::encoding::{point_bytes, scalar_bytes};
use verin_circuits::record::{Flags, Port, Record};
use verin_circuits::statement::{Statement, encode_value};
use verin_circuits::transcript::keccak::KeccakTranscript;
use verin_prover::opening::open;

/// What to make a seal for.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub flags: Flags,
    pub batch: usize,
    pub row_log: usize,
    pub model_rows: usize,
    pub witness_rows: usize,
    pub k: u32,
}

/// A valid seal and what it is about.
pub struct Sealed {
    pub record: Record,
    pub statement: Statement,
    pub seal: Vec<u8>,
    pub params: ParamsKZG<Bn256>,
    pub key: ProvingKey<HaloPoint>,
    /// Words before the halo2 proof.
    pub prefix: usize,
}

/// A committed row.
struct Row {
    entries: Vec<Fr>,
    blind: Fr,
    commitment: G1Affine,
}

pub fn powers(len: usize) -> Vec<G1Affine> {
    let tau = insecure_tau();
    let scalars = core::iter::successors(Some(Fr::from(1u64)), |power| Some(*power * tau)).take(len);
    let points: Vec<_> = scalars.map(|power| G1Projective::generator() * power).collect();
    G1Projective::normalize_batch(&points)
}

fn row(powers: &[G1Affine], row_log: usize, rng: &mut ChaCha20Rng) -> Row {
    let entries: Vec<Fr> = (0..1 << row_log).map(|_| Fr::from(i64::from(rng.next_u32() as u8) - 128)).collect();
    let blind = Fr::rand(rng);
    let scalars = [entries.as_slice(), &[blind]].concat();
    Row { commitment: G1Projective::msm(powers, &scalars).unwrap().into_affine(), entries, blind }
}

fn port(private: bool, rows: usize, cols: usize, width: usize) -> Port {
    let (bytes, width) = if private { (64, 0) } else { (rows * cols * width, width) };
    Port { bytes, width, rows, cols, log_cols: cols.next_power_of_two().trailing_zeros() }
}

fn slots(port: &Port, batch: usize, range: (i64, i64), rows: &[Row], rng: &mut ChaCha20Rng) -> Vec<u8> {
    if port.width == 0 {
        return rows.iter().flat_map(|row| point_bytes(&row.commitment)).collect();
    }
    let span = (range.1 - range.0 + 1) as u64;
    let values = (0..batch * port.rows * port.cols).map(|_| range.0 + (rng.next_u64() % span) as i64);
    values.flat_map(|value| encode_value(value, port.width)).collect()
}

pub fn seal(shape: Shape, seed: u64) -> Sealed {
    seal_of(shape, seed, Fr::zero(), open)
}

/// The same, false: `lie` in the opening. What comes before it is true to the lie.
pub fn forge(shape: Shape, seed: u64, lie: Lie) -> Sealed {
    let opener = |powers: &[G1Affine], f0: &[Fr], blind, zeta: &[Fr], transcript: &mut KeccakTranscript| {
        forgers::open(lie, powers, f0, blind, zeta, transcript)
    };
    seal_of(shape, seed, if lie == Lie::Value { Fr::ONE } else { Fr::zero() }, opener)
}

/// With `v` off by `error`.
fn seal_of(
    shape: Shape,
    seed: u64,
    error: Fr,
    opener: impl FnOnce(&[G1Affine], &[Fr], Fr, &[Fr], &mut KeccakTranscript) -> Vec<u8>,
) -> Sealed {
    let Shape { flags, batch, row_log, .. } = shape;
    let rng = &mut ChaCha20Rng::seed_from_u64(seed);
    let powers = powers((1 << row_log) + 1);
    let params = toy::params(shape.k, &insecure_tau());

    let rows = |n: usize, rng: &mut ChaCha20Rng| (0..n).map(|_| row(&powers, row_log, rng)).collect::<Vec<_>>();
    let model = rows(shape.model_rows, rng);
    let private_input = rows(if flags.private_input { batch } else { 0 }, rng);
    let private_output = rows(if flags.private_output { batch } else { 0 }, rng);
    let witness = rows(shape.witness_rows, rng);
    let witness_points: Vec<_> = witness.iter().map(|row| row.commitment).collect();

    let (input_range, output_range) = ((-7, 9), (-30_000, 30_000));
    let mut record = Record {
        graph_digest: [0x11; 32],
        srs_digest: VerifierSrs::insecure().digest,
        row_log,
        flags,
        input: port(flags.private_input, 3, 5, 1),
        input_range,
        output: port(flags.private_output, 1, 4, 2),
        model_rows: model.iter().map(|row| row.commitment).collect(),
        key_sets: Vec::new(),
    };
    let statement = Statement {
        context: [0x22; 32],
        input: slots(&record.input, batch, input_range, &private_input, rng),
        output: slots(&record.output, batch, output_range, &private_output, rng),
    };

    let all: Vec<Row> = [model, private_input, private_output, witness].into_iter().flatten().collect();
    let public = [flags.private_input, flags.private_output].iter().filter(|private| !**private).count();
    let instances = 1 + public + usize::from(public > 0) + all.len() + row_log + 1;
    let key = toy::keygen(&params, instances);
    record.key_sets.push(toy::key_set(&key, shape.k, batch, shape.witness_rows));

    let scalars: Vec<Fr> = all.iter().map(|_| Fr::rand(rng)).collect();
    let zeta: Vec<Fr> = (0..row_log).map(|_| Fr::rand(rng)).collect();
    let mut f0 = vec![Fr::zero(); 1 << row_log];
    let mut blind = Fr::zero();
    for (row, s) in all.iter().zip(&scalars) {
        f0.iter_mut().zip(&row.entries).for_each(|(f, entry)| *f += *s * entry);
        blind += *s * row.blind;
    }
    let v = multilinear(&f0, &zeta) + error;

    let bound = statement.bind(&record, &witness_points).unwrap();
    let instances = [bound.instances(), scalars.clone(), zeta.clone(), vec![v]].concat();
    let mut transcript = KeccakTranscript::new(bound.s0);
    let proof = toy::prove(&params, &key, &instances, &mut transcript, rng);
    let mut seal: Vec<u8> = witness_points.iter().flat_map(point_bytes).collect();
    seal.extend(scalars.iter().chain(&zeta).chain([&v]).flat_map(scalar_bytes));
    let prefix = seal.len() / 32;
    seal.extend(proof);
    seal.extend(opener(&powers, &f0, blind, &zeta, &mut transcript));
    Sealed { record, statement, seal, params, key, prefix }
}

/// `sum_j f[j] prod_i (bit i of j, most significant first, ? zeta_i : 1 - zeta_i)`
fn multilinear(f: &[Fr], zeta: &[Fr]) -> Fr {
    let one = Fr::ONE;
    let weight = |j: usize| -> Fr {
        zeta.iter().rev().enumerate().map(|(i, z)| if j >> i & 1 == 1 { *z } else { one - z }).product()
    };
    f.iter().enumerate().map(|(j, value)| *value * weight(j)).sum()
}
