//! Powers of tau: a ceremony's file, or the insecure development SRS.
//!
//! A worker has one SRS and proves under no other: that of a key file or of a record is compared with it.

use crate::error::{B256, WorkerError};
use std::cell::RefCell;
use std::path::PathBuf;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::record::Record;
use verin_prover::error::ProverError;
use verin_prover::ptau::Ptau;
use verin_prover::srs::Srs;

/// Where powers of tau come from.
#[derive(Clone, Debug)]
pub struct SrsSource {
    verifier: VerifierSrs,
    file: Option<PathBuf>,
}

impl SrsSource {
    /// The development SRS, whose secret is published: anybody can forge proofs under it.
    pub fn insecure() -> Self {
        Self { verifier: VerifierSrs::insecure().clone(), file: None }
    }

    /// A `.ptau` file; its constants are checked here, its powers whenever some are read.
    ///
    /// # Errors
    /// It cannot be read, is none, or holds no powers of one tau.
    pub fn open(path: PathBuf) -> Result<Self, WorkerError> {
        let verifier = Ptau::open(&path).and_then(|mut file| file.verifier());
        match verifier {
            Ok(verifier) => Ok(Self { verifier, file: Some(path) }),
            Err(source) => Err(WorkerError::Srs { path, source }),
        }
    }

    /// A verifier's constants.
    pub fn verifier(&self) -> &VerifierSrs {
        &self.verifier
    }

    /// Whether anybody can forge proofs under it.
    pub fn is_insecure(&self) -> bool {
        self.verifier.digest == VerifierSrs::insecure().digest
    }

    /// Demands that a record rests on this SRS.
    pub(crate) fn check(&self, record: &Record) -> Result<(), WorkerError> {
        if record.srs_digest == self.verifier.digest {
            return Ok(());
        }
        Err(WorkerError::OtherSrs {
            record: record.hash().into(),
            expected: record.srs_digest.into(),
            got: B256::from(self.verifier.digest),
        })
    }

    /// Runs a setup that asks for powers.
    pub(crate) fn serve<T>(
        &self,
        setup: impl FnOnce(&dyn Fn(usize) -> Result<Srs, ProverError>) -> Result<T, ProverError>,
    ) -> Result<T, WorkerError> {
        let Some(path) = &self.file else { return Ok(setup(&|needed| Ok(Srs::insecure(needed)))?) };
        // What is wrong with a file travels beside the prover's own error.
        let failure = RefCell::new(None);
        let load = |needed: usize| {
            Ptau::open(path).and_then(|mut file| file.load(needed)).map_err(|source| {
                *failure.borrow_mut() = Some(source);
                ProverError::SrsTooSmall { needed, got: 0 }
            })
        };
        setup(&load).map_err(|error| match failure.take() {
            Some(source) => WorkerError::Srs { path: path.clone(), source },
            None => error.into(),
        })
    }
}
