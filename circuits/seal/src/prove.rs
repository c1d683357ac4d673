//! Proofs.

use crate::assigner::{Program, lay_out};
use crate::convert::scalar_to;
use crate::error::SealError;
use crate::keys::SealKey;
use crate::layout::Layout;
use crate::params::{SealScheme, Shplonk};
use crate::transcript::{Challenge, Writer};
use ark_bn254::Fr;
use halo2_proofs::halo2curves::bn256;
use halo2_proofs::plonk::create_proof_from_advice;
use rand::{CryptoRng, RngCore};
use verin_circuits::plonk::gates::ADVICE;
use verin_circuits::transcript::keccak::KeccakTranscript;

/// A halo2 proof, its instances, and the transcript in which the deferred opening goes on.
#[derive(Clone, Debug)]
pub struct SealProof {
    /// Instances, in order.
    pub instances: Vec<Fr>,
    /// The proof: 56 words, see the crate's documentation.
    pub bytes: Vec<u8>,
    /// Everything absorbed so far, halo2's last point included.
    pub transcript: KeccakTranscript,
}

/// Proves that `program` accepts `advice` and gives the instances of the result.
///
/// `rng` blinds the advice and permutation columns; the random polynomial of the vanishing argument is drawn from the
/// thread's generator by halo2 itself, so that proofs differ even under equal `rng`.
///
/// # Errors
/// The program rejects, is not the key's, or halo2 fails.
pub fn prove<P: Program, R: RngCore + CryptoRng>(
    key: &SealKey,
    program: &P,
    advice: &[Fr],
    s0: [u8; 32],
    rng: R,
) -> Result<SealProof, SealError> {
    prove_layout(key, &lay_out(program, Some(advice))?, s0, rng)
}

/// Proves that `layout`'s witness satisfies its circuit.
///
/// # Errors
/// It is not the key's circuit, or halo2 fails.
pub fn prove_layout<R: RngCore + CryptoRng>(
    key: &SealKey,
    layout: &Layout,
    s0: [u8; 32],
    rng: R,
) -> Result<SealProof, SealError> {
    let (rows, instance_count) = (layout.rows_used(), layout.instances.len());
    if (rows, instance_count) != (key.rows, key.instances) {
        let (key_rows, key_instances) = (key.rows, key.instances);
        return Err(SealError::OtherCircuit { rows, instances: instance_count, key_rows, key_instances });
    }
    layout.check(key.k)?;

    let mut columns = vec![vec![bn256::Fr::zero(); 1 << key.k]; ADVICE];
    for (row, cells) in layout.rows.iter().enumerate() {
        for (column, value) in columns.iter_mut().zip(&cells.advice) {
            column[row] = scalar_to(value);
        }
    }
    let instances = layout.instance_values();
    let converted: Vec<_> = instances.iter().map(scalar_to).collect();
    let mut transcript = Writer::new(s0);
    create_proof_from_advice::<SealScheme, Shplonk<'_>, Challenge, _, _>(
        &key.params,
        &key.pk,
        &[&converted],
        columns,
        rng,
        &mut transcript,
    )?;
    Ok(SealProof { instances, bytes: transcript.proof, transcript: transcript.keccak })
}
