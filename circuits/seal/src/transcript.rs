//! halo2's transcript traits over [`KeccakTranscript`], byte formats of docs/formats.md: a scalar is one
//! big-endian word, a point two; nothing is tagged, for the order of messages is fixed.

use crate::convert::{point_from, point_to, scalar_from, scalar_to};
use ark_ec::AffineRepr;
use halo2_proofs::halo2curves::bn256::{Fr, G1Affine};
use halo2_proofs::transcript::{EncodedChallenge, Transcript, TranscriptRead, TranscriptWrite};
use std::io;
use verin_circuits::encoding::{Reader, point_bytes, scalar_bytes};
use verin_circuits::transcript::keccak::KeccakTranscript;

/// A challenge: the reduced Keccak state.
#[derive(Clone, Copy, Debug)]
pub struct Challenge(Fr);

impl EncodedChallenge<G1Affine> for Challenge {
    type Input = Fr;

    fn new(challenge: &Fr) -> Self {
        Self(*challenge)
    }
    fn get_scalar(&self) -> Fr {
        self.0
    }
}

/// The prover's side: absorbs, and writes down what the verifier cannot know.
#[derive(Clone, Debug)]
pub struct Writer {
    /// The transcript.
    pub keccak: KeccakTranscript,
    /// The proof so far.
    pub proof: Vec<u8>,
}

impl Writer {
    /// Starts from the statement digest.
    pub fn new(s0: [u8; 32]) -> Self {
        Self { keccak: KeccakTranscript::new(s0), proof: Vec::new() }
    }
}

/// The verifier's side: reads words of a proof and absorbs them.
#[derive(Clone, Debug)]
pub struct ProofReader<'a> {
    /// The transcript.
    pub keccak: KeccakTranscript,
    reader: Reader<'a>,
}

impl<'a> ProofReader<'a> {
    /// Starts from the statement digest, reads from `proof`.
    pub fn new(s0: [u8; 32], proof: &'a [u8]) -> Self {
        Self { keccak: KeccakTranscript::new(s0), reader: Reader::new("halo2 proof", proof) }
    }

    /// The transcript, once everything is read.
    ///
    /// # Errors
    /// There are trailing bytes.
    pub fn end(self) -> Result<KeccakTranscript, verin_circuits::error::VerifyError> {
        self.reader.end()?;
        Ok(self.keccak)
    }
}

fn absorb_point(keccak: &mut KeccakTranscript, point: &ark_bn254::G1Affine) -> io::Result<()> {
    if point.is_zero() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the identity has no encoding"));
    }
    keccak.absorb_point(point);
    Ok(())
}

macro_rules! transcript {
    ($type:ty) => {
        impl Transcript<G1Affine, Challenge> for $type {
            fn squeeze_challenge(&mut self) -> Challenge {
                Challenge(scalar_to(&self.keccak.challenge()))
            }
            fn common_point(&mut self, point: G1Affine) -> io::Result<()> {
                absorb_point(&mut self.keccak, &point_from(&point))
            }
            fn common_scalar(&mut self, scalar: Fr) -> io::Result<()> {
                self.keccak.absorb_scalar(&scalar_from(&scalar));
                Ok(())
            }
        }
    };
}
transcript!(Writer);
transcript!(ProofReader<'_>);

impl TranscriptWrite<G1Affine, Challenge> for Writer {
    fn write_point(&mut self, point: G1Affine) -> io::Result<()> {
        let point = point_from(&point);
        absorb_point(&mut self.keccak, &point)?;
        self.proof.extend_from_slice(&point_bytes(&point));
        Ok(())
    }
    fn write_scalar(&mut self, scalar: Fr) -> io::Result<()> {
        let scalar = scalar_from(&scalar);
        self.keccak.absorb_scalar(&scalar);
        self.proof.extend_from_slice(&scalar_bytes(&scalar));
        Ok(())
    }
}

impl TranscriptRead<G1Affine, Challenge> for ProofReader<'_> {
    fn read_point(&mut self) -> io::Result<G1Affine> {
        let point = self.reader.point().map_err(io::Error::other)?;
        absorb_point(&mut self.keccak, &point)?;
        Ok(point_to(&point))
    }
    fn read_scalar(&mut self) -> io::Result<Fr> {
        let scalar = self.reader.scalar().map_err(io::Error::other)?;
        self.keccak.absorb_scalar(&scalar);
        Ok(scalar_to(&scalar))
    }
}
