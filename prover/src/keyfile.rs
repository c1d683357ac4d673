//! The file of a prover's key.
//!
//! Sections (see [`verin_circuits::artifact`]): the program's canonical bytes; the record file; the powers of tau, raw; the
//! verifier's part of the SRS, `[tau]_2` (128 bytes, as the EVM reads it) and the points `[tau^(2^b)]_1`; the blinders of private
//! weights. Where weights are private, the file is as secret as they are. Powers are two
//! coordinates of four little-endian limbs each, in Montgomery form and unchecked: the checksum finds damage, and whoever proves
//! verifies the proof, so a forged power can only make proving fail.

use crate::error::ProverError;
use crate::keys::ProverKey;
use crate::srs::Srs;
use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ff::{BigInt, BigInteger, PrimeField};
use verin_circuits::artifact::{RecordFile, seal_sections, sections};
use verin_circuits::commitment::srs::{ROW_LOG, VerifierSrs, g2_bytes};
use verin_circuits::encoding::{Reader, WORD, point_bytes, scalar_bytes};
use verin_circuits::skeleton;
use verin_circuits::weights::Weights;
use verin_quantizer::Graph;

/// First bytes of the file.
pub const MAGIC: [u8; 8] = *b"verinkey";
/// Bytes of a power.
const POWER: usize = 2 * WORD;

/// The bytes of the file.
pub fn encode(key: &ProverKey) -> Vec<u8> {
    let mut powers = Vec::with_capacity(key.srs.powers.len() * POWER);
    for limb in key.srs.powers.iter().flat_map(|p| p.x.0.0.iter().chain(&p.y.0.0)) {
        powers.extend(limb.to_le_bytes());
    }
    let verifier = &key.srs.verifier;
    let mut constants = g2_bytes(&verifier.tau_g2).to_vec();
    constants.extend(verifier.tau_b.iter().flat_map(point_bytes));
    let blinders: Vec<u8> = key.blinders.iter().flat_map(scalar_bytes).collect();
    seal_sections(MAGIC, &[&key.graph.encode(), &key.record.encode(), &powers, &constants, &blinders])
}

/// Reads the bytes of a file.
///
/// # Errors
/// It is none, is damaged, or its parts do not belong together.
pub fn decode(bytes: &[u8]) -> Result<ProverKey, ProverError> {
    let other = |why: &str| ProverError::Key { why: format!("{why}; set up again") };
    let [graph, record, powers, constants, blinders] = sections("prover key", MAGIC, bytes)?;
    let graph = Graph::decode(graph)?;
    let record = RecordFile::decode(record)?;
    let (raw, rest) = powers.as_chunks::<POWER>();
    if !rest.is_empty() {
        return Err(other("the powers of tau are cut off"));
    }
    let powers: Vec<G1Affine> = raw.iter().map(power).collect();
    let verifier = verifier_part(constants)?;

    let same = match &record.weights {
        Weights::Published { graph_digest } => graph.digest() == *graph_digest,
        // That the rows hold these weights shows in proofs: whoever proves verifies.
        Weights::Private(_) => true,
    };
    if !same || skeleton::encode(&graph) != record.skeleton {
        return Err(other("program and record are of different models"));
    }
    let schedule = record.schedule(1)?;
    let mut reader = Reader::new("prover key, blinders of the weights", blinders);
    let blinders = reader.scalars(schedule.rows.private)?;
    reader.end()?;
    if verifier.digest != record.record.srs_digest {
        return Err(other("record and powers of tau are of different SRS"));
    }
    let circuit = record.record.key_sets.iter().map(|set| 1usize << set.k).max().unwrap_or(0);
    let needed = circuit.max((1 << record.record.row_log) + 1);
    if powers.len() < needed {
        return Err(ProverError::SrsTooSmall { needed, got: powers.len() });
    }
    Ok(ProverKey { graph, record, srs: Srs { powers, verifier }, blinders })
}

fn power(bytes: &[u8; POWER]) -> G1Affine {
    let (limbs, _) = bytes.as_chunks::<8>();
    let limb = |i: usize| limbs.get(i).map_or(0, |l| u64::from_le_bytes(*l));
    let coordinate = |at: usize| Fq::new_unchecked(BigInt::new([limb(at), limb(at + 1), limb(at + 2), limb(at + 3)]));
    G1Affine::new_unchecked(coordinate(0), coordinate(4))
}

fn verifier_part(bytes: &[u8]) -> Result<VerifierSrs, ProverError> {
    let mut reader = Reader::new("prover key, SRS constants", bytes);
    let mut coordinate = || -> Result<Fq, ProverError> {
        let word = reader.word()?;
        let value = Fq::from_be_bytes_mod_order(&word);
        match value.into_bigint().to_bytes_be() == word {
            true => Ok(value),
            false => Err(ProverError::Key { why: "[tau]_2 is not canonical; set up again".into() }),
        }
    };
    let [x1, x0, y1, y0] = [coordinate()?, coordinate()?, coordinate()?, coordinate()?];
    let tau_g2 = G2Affine::new_unchecked(Fq2::new(x0, x1), Fq2::new(y0, y1));
    if !tau_g2.is_on_curve() || !tau_g2.is_in_correct_subgroup_assuming_on_curve() {
        return Err(ProverError::Key { why: "[tau]_2 is not a point of the group; set up again".into() });
    }
    let tau_b = reader.points(ROW_LOG.count())?;
    reader.end()?;
    Ok(VerifierSrs::new(tau_g2, tau_b))
}
