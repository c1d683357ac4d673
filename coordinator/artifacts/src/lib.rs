//! What a model is proved and checked with, in a folder or a bucket, by the hash of its bytes.
//!
//! ```text
//! blobs/<keccak256>            bytes of that hash
//! models/<record hash>.json    which of them are a model's: its record file and, where weights are published, its program
//! ```
//!
//! Nothing that is read is believed: bytes are hashed, a record file must be of the record that was asked for, and a program of
//! that record's digest. With several mirrors the first that has the right bytes will do, and what is written goes to all.
//!
//! ```text
//! mirror   one place: a folder, or an S3-compatible bucket
//! model    a model's files, from and to their mirrors
//! error    what can go wrong
//! ```

pub mod error;
pub mod mirror;
pub mod model;

pub use error::ArtifactError;
pub use model::Manifest;

pub use alloy_primitives::{B256, keccak256};

use bytes::Bytes;
use mirror::Mirror;

/// Largest blob that is read, in bytes.
pub const MAX_BYTES: u64 = 1 << 31;

/// Places that have the same artifacts.
#[derive(Debug)]
pub struct Artifacts {
    mirrors: Vec<Mirror>,
}

impl Artifacts {
    /// Those at `places`: folders, or `s3://bucket/prefix`, whose keys come from the usual variables (`AWS_ACCESS_KEY_ID`, ...).
    ///
    /// # Errors
    /// No place, or one that is neither.
    pub fn open(places: &[String]) -> Result<Self, ArtifactError> {
        if places.is_empty() {
            return Err(ArtifactError::NoPlace);
        }
        Ok(Self { mirrors: places.iter().map(|place| Mirror::open(place)).collect::<Result<_, _>>()? })
    }

    /// The same, to read from: a folder that is not there is not made.
    ///
    /// # Errors
    /// No place, or one that is neither, or is not there.
    pub fn existing(places: &[String]) -> Result<Self, ArtifactError> {
        for place in places.iter().filter(|place| !mirror::is_bucket(place)) {
            if !std::path::Path::new(place).is_dir() {
                return Err(ArtifactError::BadPlace { got: place.clone(), why: "there is no such folder".into() });
            }
        }
        Self::open(places)
    }

    /// Stores bytes at every mirror; gives their hash.
    ///
    /// # Errors
    /// A mirror does not take them.
    pub async fn put(&self, bytes: Bytes) -> Result<B256, ArtifactError> {
        let hash = keccak256(&bytes);
        for mirror in &self.mirrors {
            mirror.write(&blob(hash), bytes.clone()).await?;
        }
        Ok(hash)
    }

    /// The bytes of this hash, from the first mirror that has them.
    ///
    /// # Errors
    /// None has: the error of the last, which says whether they are missing or are other bytes.
    pub async fn get(&self, hash: B256) -> Result<Bytes, ArtifactError> {
        let path = blob(hash);
        let mut last = ArtifactError::NoPlace;
        for mirror in &self.mirrors {
            match mirror.read(&path, MAX_BYTES).await {
                Ok(bytes) if keccak256(&bytes) == hash => return Ok(bytes),
                Ok(bytes) => {
                    last = ArtifactError::Corrupt {
                        at: mirror.at(&path),
                        expected: format!("bytes of hash {hash}"),
                        got: keccak256(&bytes).to_string(),
                    };
                    tracing::warn!(error = %last, "corrupt artifact");
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn blob(hash: B256) -> String {
    format!("blobs/{hash}")
}
