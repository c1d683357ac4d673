//! What only the maker of a proof knows: the blinders of private inputs and outputs, which open their commitments.

use crate::error::{CliError, Kind};
use crate::{files, hex};
use ark_bn254::Fr;
use ark_ff::PrimeField;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use verin_circuits::encoding::scalar_bytes;

/// A secrets file, JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// Always 1.
    version: u32,
    /// The record of the proof it belongs to.
    pub(crate) record_hash: String,
    input_blinders: Vec<String>,
    output_blinders: Vec<String>,
}

impl Secrets {
    /// The secrets of a proof.
    pub(crate) fn new(record_hash: &[u8; 32], input: &[Fr], output: &[Fr]) -> Self {
        let digits = |blinders: &[Fr]| blinders.iter().map(|b| hex::encode(&scalar_bytes(b))).collect();
        let record_hash = hex::encode(record_hash);
        Self { version: 1, record_hash, input_blinders: digits(input), output_blinders: digits(output) }
    }

    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let bytes = files::read(path, files::SMALL)?;
        let damaged =
            |why: String| CliError::new(Kind::Damaged, format!("{}: not a secrets file: {why}", path.display()));
        let secrets: Self = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
        match secrets.version {
            1 => Ok(secrets),
            other => Err(damaged(format!("version {other}, expected 1"))),
        }
    }

    /// The bytes of the file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// Blinders of the input's or the output's rows.
    pub(crate) fn blinders(&self, is_input: bool) -> Result<Vec<Fr>, CliError> {
        let digits = if is_input { &self.input_blinders } else { &self.output_blinders };
        digits.iter().map(|text| Ok(Fr::from_be_bytes_mod_order(&hex::word("secrets file", text)?))).collect()
    }
}

/// Where the secrets of a proof lie.
pub(crate) fn path_of(proof: &Path) -> PathBuf {
    let mut name = proof.as_os_str().to_owned();
    name.push(".secret");
    name.into()
}
