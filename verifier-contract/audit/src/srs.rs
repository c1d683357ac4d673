//! The SRS that an auditor accepts by name.

use std::path::PathBuf;
use std::sync::Mutex;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_prover::error::ProverError;
use verin_prover::ptau::Ptau;
use verin_prover::srs::Srs as Powers;

use crate::error::AuditError;

/// A verifier's part of an SRS, and where its powers are.
#[derive(Debug)]
pub struct Srs {
    verifier: VerifierSrs,
    file: Option<(PathBuf, Mutex<Ptau>)>,
}

impl Srs {
    /// The development SRS, whose secret is published.
    pub fn insecure() -> Self {
        Self { verifier: VerifierSrs::insecure().clone(), file: None }
    }

    /// That of a powers-of-tau file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(path: PathBuf) -> Result<Self, AuditError> {
        let wrong = |error: &dyn std::fmt::Display| AuditError::Srs(format!("{}: {error}", path.display()));
        let mut file = Ptau::open(&path).map_err(|error| wrong(&error))?;
        let verifier = file.verifier().map_err(|error| wrong(&error))?;
        Ok(Self { verifier, file: Some((path, Mutex::new(file))) })
    }

    /// The verifier's part.
    pub fn verifier(&self) -> &VerifierSrs {
        &self.verifier
    }

    /// So many powers.
    ///
    /// # Errors
    /// There are fewer, or the file cannot be read.
    pub fn powers(&self, number: usize) -> Result<Powers, ProverError> {
        let Some((path, file)) = &self.file else { return Ok(Powers::insecure(number)) };
        let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let wrong = |error: &dyn std::fmt::Display| ProverError::Key { why: format!("{}: {error}", path.display()) };
        file.load(number).map_err(|error| wrong(&error))
    }
}
