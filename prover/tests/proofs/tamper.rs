//! The tamper manifest: every field of a proof file and of a record file, by name and byte range. A byte that no field covers
//! fails the test, and so does a field whose mutation is accepted.

use super::fixtures::{Fixture, sealed, unsealed, verify_files};
use super::support::messages::scalars;
use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, PrimeField};
use num_bigint::BigUint;
use sha3::{Digest, Keccak256};
use std::ops::Range;
use verin_circuits::commitment::opening::{ARITY, committed_folds, folds, tail_log};
use verin_circuits::encoding::{WORD, point_bytes};
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::gates::{ADVICE, LANES};
use verin_circuits::plonk::proof::QUOTIENT_PIECES;
use verin_circuits::record::{FIXED_COLUMNS, PERMUTATION_COLUMNS, Port};
use verin_circuits::unsealed::schedule;

/// How a field is mutated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Any bytes: each of them is changed.
    Bytes,
    /// A word that holds a number: its bytes that matter, and its padding.
    Number,
    /// A field element: another, one that is not canonical.
    Scalar,
    /// A point: another, its negative, the identity, one off the curve, coordinates that are not canonical.
    Point,
    /// The same, but the identity is refused for what it is not, rather than for what it is.
    PointOrIdentity,
}

/// A part of a file.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    range: Range<usize>,
    kind: Kind,
}

/// Writes a manifest field by field.
#[derive(Default)]
struct Manifest {
    fields: Vec<Field>,
    at: usize,
}

impl Manifest {
    fn field(&mut self, name: impl Into<String>, bytes: usize, kind: Kind) {
        self.fields.push(Field { name: name.into(), range: self.at..self.at + bytes, kind });
        self.at += bytes;
    }

    fn points(&mut self, name: &str, n: usize) {
        (0..n).for_each(|i| self.field(format!("{name} {i}"), 2 * WORD, Kind::Point));
    }

    fn scalars(&mut self, name: &str, n: usize) {
        (0..n).for_each(|i| self.field(format!("{name} {i}"), WORD, Kind::Scalar));
    }

    fn numbers(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.field(*name, WORD, Kind::Number));
    }

    fn port(&mut self, name: &str, port: &Port, slots: usize) {
        match port.width {
            0 => self.points(name, slots * port.bytes / (2 * WORD)),
            width => {
                (0..slots * port.bytes / width).for_each(|i| self.field(format!("{name} {i}"), width, Kind::Bytes))
            }
        }
    }

    /// HyperKZG. Without a mask, its points can be the identity.
    fn opening(&mut self, b: usize, sealed: bool) {
        let kind = if sealed { Kind::Point } else { Kind::PointOrIdentity };
        self.scalars("blinder", 1);
        (0..committed_folds(b)).for_each(|i| self.field(format!("fold {i}"), 2 * WORD, kind));
        self.scalars("coefficient of the last fold", 1 << tail_log(b));
        self.scalars("remainder of a fold", ARITY * folds(b));
        (0..2).for_each(|i| self.field(format!("opening quotient {i}"), 2 * WORD, kind));
    }
}

/// A proof file.
fn proof_manifest(fixture: &Fixture) -> Manifest {
    let (record, proof) = (&fixture.record.record, &fixture.proof);
    let slots = proof.statement.batch(record).unwrap();
    let schedule = schedule(record, &fixture.record.skeleton, &fixture.record.weights, slots).unwrap();
    let rows = schedule.rows;
    let mut m = Manifest::default();
    m.field("magic", 8, Kind::Bytes);
    m.field("length of kind", 8, Kind::Bytes);
    m.field("kind", 1, Kind::Bytes);
    m.field("length of record hash", 8, Kind::Bytes);
    m.field("record hash", WORD, Kind::Bytes);
    m.field("length of context", 8, Kind::Bytes);
    m.field("context", WORD, Kind::Bytes);
    m.field("length of input", 8, Kind::Bytes);
    m.port("input", &record.input, slots);
    m.field("length of output", 8, Kind::Bytes);
    m.port("output", &record.output, slots);
    m.field("length of body", 8, Kind::Bytes);
    m.points("witness row", rows.witness);
    if proof.sealed {
        m.scalars("scalar of row", rows.total());
        m.scalars("zeta", record.row_log);
        m.scalars("v", 1);
        m.points("advice column", ADVICE);
        m.points("permutation product", 1);
        m.points("random polynomial", 1);
        m.points("quotient piece", QUOTIENT_PIECES);
        m.scalars("advice at x", ADVICE);
        m.scalars("advice at next", LANES);
        m.scalars("fixed column at x", FIXED_COLUMNS);
        m.scalars("random polynomial at x", 1);
        m.scalars("permutation column at x", PERMUTATION_COLUMNS);
        m.scalars("permutation product at x and next", 2);
        m.points("halo2 quotient", 2);
    } else {
        for (i, message) in scalars(&schedule).into_iter().enumerate() {
            m.field(format!("{message:?}, scalar {i}"), WORD, Kind::Scalar);
        }
    }
    m.opening(record.row_log, proof.sealed);
    m.field("checksum", WORD, Kind::Bytes);
    m
}

/// A record file.
fn record_manifest(fixture: &Fixture) -> Manifest {
    let record = &fixture.record.record;
    let mut m = Manifest::default();
    m.field("magic", 8, Kind::Bytes);
    m.field("length of record", 8, Kind::Bytes);
    m.field("tag", WORD, Kind::Bytes);
    m.field("graph digest", WORD, Kind::Bytes);
    m.field("SRS digest", WORD, Kind::Bytes);
    m.numbers(&["row length", "flags"]);
    m.numbers(&["input bytes", "input width", "input rows", "input columns", "input log columns"]);
    m.numbers(&["input lowest", "input highest"]);
    m.numbers(&["output bytes", "output width", "output rows", "output columns", "output log columns"]);
    m.numbers(&["model rows", "key sets"]);
    for set in &record.key_sets {
        m.numbers(&["batch", "k", "witness rows"]);
        m.scalars(&format!("key of batch {}", set.batch), 1);
    }
    m.points("model row", record.model_rows.len());
    for set in &record.key_sets {
        m.points(&format!("fixed column, batch {}", set.batch), FIXED_COLUMNS);
        m.points(&format!("permutation column, batch {}", set.batch), PERMUTATION_COLUMNS);
    }
    m.field("length of skeleton", 8, Kind::Bytes);
    (0..fixture.record.skeleton.len()).for_each(|i| m.field(format!("skeleton byte {i}"), 1, Kind::Bytes));
    m.field("length of graph digest", 8, Kind::Bytes);
    m.field("digest of the whole graph", WORD, Kind::Bytes);
    m.field("checksum", WORD, Kind::Bytes);
    m
}

fn plus(bytes: &[u8], n: &BigUint) -> Option<Vec<u8>> {
    let sum = (BigUint::from_bytes_be(bytes) + n).to_bytes_be();
    let pad = bytes.len().checked_sub(sum.len())?;
    Some([vec![0; pad], sum].concat())
}

fn modulus<F: PrimeField>() -> BigUint {
    BigUint::from_bytes_be(&F::MODULUS.to_bytes_be())
}

/// Other contents of a field, each with a name.
fn mutations(kind: Kind, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let one = BigUint::from(1u32);
    match kind {
        Kind::Bytes | Kind::Number => {
            let flip = |i: usize, mask: u8| {
                let mut changed = bytes.to_vec();
                changed[i] ^= mask;
                changed
            };
            let places =
                if kind == Kind::Number { vec![0, WORD - 5, WORD - 2, WORD - 1] } else { (0..bytes.len()).collect() };
            let mut all: Vec<_> = places.into_iter().map(|i| ("a bit", flip(i, 1))).collect();
            all.push(("the sign", flip(0, 0x80)));
            all
        }
        Kind::Scalar => {
            let other = Fr::from_be_bytes_mod_order(bytes) + Fr::from(1u64);
            let mut all = vec![("plus one", verin_circuits::encoding::scalar_bytes(&other).to_vec())];
            all.extend(plus(bytes, &modulus::<Fr>()).map(|b| ("plus r", b)));
            all
        }
        Kind::Point | Kind::PointOrIdentity => {
            let (x, y) = bytes.split_at(WORD);
            let point = G1Affine::new_unchecked(Fq::from_be_bytes_mod_order(x), Fq::from_be_bytes_mod_order(y));
            assert!(point.is_on_curve(), "choose a fixture whose points are none of them the identity");
            let other = (point + G1Affine::generator()).into_affine();
            let mut all = vec![
                ("another point", point_bytes(&other).to_vec()),
                ("the negative", point_bytes(&-point).to_vec()),
                ("the identity", vec![0; 2 * WORD]),
            ];
            all.extend(plus(y, &one).map(|y| ("off the curve", [x, &y].concat())));
            all.extend(plus(x, &modulus::<Fq>()).map(|x| ("x plus q", [&x, y].concat())));
            all.extend(plus(y, &modulus::<Fq>()).map(|y| ("y plus q", [x, &y].concat())));
            all
        }
    }
}

/// Recomputes the checksum, as whoever forges a file would.
fn reseal(mut file: Vec<u8>) -> Vec<u8> {
    let body = file.len() - WORD;
    let checksum = Keccak256::digest(&file[..body]);
    file[body..].copy_from_slice(&checksum);
    file
}

/// Mutates every field of `file`; `verify` must refuse each. Gives the number of mutations.
fn tamper(file: &[u8], manifest: &Manifest, verify: impl Fn(&[u8]) -> Result<[u8; 32], VerifyError>) -> usize {
    let mut at = 0;
    for field in &manifest.fields {
        assert_eq!(field.range.start, at, "{}: a gap in the manifest", field.name);
        at = field.range.end;
    }
    assert_eq!(at, file.len(), "fields are missing from the manifest, or are there no longer");
    verify(file).unwrap();
    let mut count = 0;
    for field in &manifest.fields {
        for (how, bytes) in mutations(field.kind, &file[field.range.clone()]) {
            assert_eq!(bytes.len(), field.range.len());
            assert_ne!(bytes, file[field.range.clone()], "{}: {how} is no mutation", field.name);
            let mut changed = file.to_vec();
            changed[field.range.clone()].copy_from_slice(&bytes);
            assert!(verify(&changed).is_err(), "{}: {how}: accepted", field.name);
            if field.name != "checksum" {
                let resealed = reseal(changed);
                let why = verify(&resealed).expect_err(&format!("{}: {how}, resealed: accepted", field.name));
                match how {
                    "plus r" | "x plus q" | "y plus q" => {
                        assert!(matches!(why, VerifyError::NotCanonical { .. }), "{}: {why}", field.name)
                    }
                    "the identity" if field.kind == Kind::PointOrIdentity => {
                        assert!(matches!(why, VerifyError::Rejected { .. }), "{}: {why}", field.name)
                    }
                    "the identity" | "off the curve" => {
                        assert!(matches!(why, VerifyError::BadPoint { .. }), "{}: {why}", field.name)
                    }
                    _ => {}
                }
            }
            count += 1;
        }
    }
    count
}

#[test]
fn tamper_every_field_of_an_unsealed_proof() {
    for fixture in unsealed() {
        let record = fixture.record.encode();
        let count = tamper(&fixture.proof.encode(), &proof_manifest(fixture), |file| verify_files(&record, file));
        println!("{count} mutations");
    }
}

#[test]
fn tamper_every_field_of_a_sealed_proof() {
    for fixture in sealed() {
        let record = fixture.record.encode();
        let count = tamper(&fixture.proof.encode(), &proof_manifest(fixture), |file| verify_files(&record, file));
        println!("{count} mutations");
    }
}

/// A record that is another record is another statement, even where the proof file is made to name it.
#[test]
fn tamper_every_field_of_a_record() {
    for fixture in [sealed()[0], sealed()[1], unsealed()[0], unsealed()[1]] {
        let verify = |file: &[u8]| {
            let record = verin_circuits::artifact::RecordFile::decode(file)?;
            let mut proof = fixture.proof.clone();
            proof.record_hash = record.record.hash();
            let s0 = super::fixtures::verify(&record, &proof)?;
            // A seal needs no skeleton: what lies beside the record is checked by those who read it.
            match proof.sealed {
                true => schedule(&record.record, &record.skeleton, &record.weights, 1).map(|_| s0),
                false => Ok(s0),
            }
        };
        let count = tamper(&fixture.record.encode(), &record_manifest(fixture), verify);
        println!("{count} mutations");
    }
}
