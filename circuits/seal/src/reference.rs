//! halo2's own verifier, on our transcript: what tests and benchmarks check proofs with, besides the native one.

use crate::convert::scalar_to;
use crate::error::SealError;
use crate::keys::SealKey;
use crate::transcript::{Challenge, ProofReader};
use ark_bn254::Fr;
use halo2_proofs::halo2curves::bn256::Bn256;
use halo2_proofs::plonk::verify_proof;
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::VerifierSHPLONK;
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use verin_circuits::transcript::keccak::KeccakTranscript;

/// Checks a proof, pairing included, and returns the transcript after it.
///
/// # Errors
/// The proof does not verify, or there are bytes left.
pub fn verify(key: &SealKey, s0: [u8; 32], instances: &[Fr], proof: &[u8]) -> Result<KeccakTranscript, SealError> {
    if instances.len() != key.instances {
        return Err(SealError::Length { what: "instances", expected: key.instances, got: instances.len() });
    }
    let instances: Vec<_> = instances.iter().map(scalar_to).collect();
    let mut reader = ProofReader::new(s0, proof);
    verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, Challenge, _, _>(
        key.params(),
        key.proving_key().get_vk(),
        SingleStrategy::new(key.params()),
        &[&[&instances]],
        &mut reader,
    )?;
    Ok(reader.end()?)
}
