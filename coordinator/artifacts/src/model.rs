//! A model's files.

use crate::Artifacts;
use crate::error::ArtifactError;
use alloy_primitives::B256;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use verin_circuits::artifact::RecordFile;
use verin_circuits::weights::Weights;
use verin_quantizer::{Graph, VqFile};

const MODELS: &str = "models";
/// A manifest has two hashes.
const MANIFEST_BYTES: u64 = 4096;

/// Which blobs are a model's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The record file: the record, its skeleton, and what is known of the weights.
    pub record: B256,
    /// The program (a `.vq` file); none when the weights are private.
    pub program: Option<B256>,
}

impl Artifacts {
    /// Stores a model. Gives its record's hash, by which it is found again.
    ///
    /// # Errors
    /// The program is not the record's, is missing where weights are published, or a mirror does not take a file.
    pub async fn publish(&self, record: &RecordFile, program: Option<&VqFile>) -> Result<B256, ArtifactError> {
        let hash = B256::from(record.record.hash());
        let program = match (&record.weights, program) {
            (Weights::Private(_), _) => None,
            (Weights::Published { .. }, Some(program)) => {
                check_program("the program to be published", record, &program.graph)?;
                Some(self.put(program.write().into()).await?)
            }
            (Weights::Published { .. }, None) => {
                return Err(ArtifactError::Missing { at: format!("the program of record {hash}") });
            }
        };
        let manifest = Manifest { record: self.put(record.encode().into()).await?, program };
        let bytes = Bytes::from(serde_json::to_vec_pretty(&manifest).unwrap_or_default());
        for mirror in &self.mirrors {
            mirror.write(&name(hash), bytes.clone()).await?;
        }
        Ok(hash)
    }

    /// The record file of a record.
    ///
    /// # Errors
    /// No mirror has it whole.
    pub async fn record_file(&self, record: B256) -> Result<RecordFile, ArtifactError> {
        self.through_manifests(record, async |manifest| self.record_of(record, manifest).await).await
    }

    /// The program of a record, whose weights are published, with its record file.
    ///
    /// # Errors
    /// The weights are private, or no mirror has it whole.
    pub async fn program(&self, record: B256) -> Result<(RecordFile, Graph), ArtifactError> {
        self.through_manifests(record, async |manifest| {
            let file = self.record_of(record, manifest).await?;
            let hash = manifest.program.ok_or(ArtifactError::PrivateWeights { record })?;
            let bytes = self.get(hash).await?;
            let corrupt = |got: String| ArtifactError::Corrupt {
                at: format!("blobs/{hash}"),
                expected: format!("the program of record {record}"),
                got,
            };
            let graph = VqFile::read(&bytes).map_err(|e| corrupt(e.to_string()))?.graph;
            check_program(&format!("blobs/{hash}"), &file, &graph)?;
            Ok((file, graph))
        })
        .await
    }

    /// Hashes of all records that any mirror has a model of.
    ///
    /// # Errors
    /// No mirror answers.
    pub async fn records(&self) -> Result<Vec<B256>, ArtifactError> {
        let (mut found, mut last) = (None::<BTreeSet<B256>>, ArtifactError::NoPlace);
        for mirror in &self.mirrors {
            match mirror.names(MODELS).await {
                Ok(names) => {
                    let hashes = names.iter().filter_map(|name| name.strip_suffix(".json")?.parse::<B256>().ok());
                    found.get_or_insert_default().extend(hashes);
                }
                Err(error) => last = error,
            }
        }
        found.map(|found| found.into_iter().collect()).ok_or(last)
    }

    /// A manifest is not named by its own hash: the one that leads to what was asked for is right, whichever mirror has it.
    async fn through_manifests<T>(
        &self,
        record: B256,
        read: impl AsyncFn(Manifest) -> Result<T, ArtifactError>,
    ) -> Result<T, ArtifactError> {
        let (path, mut last) = (name(record), ArtifactError::NoPlace);
        for mirror in &self.mirrors {
            let manifest: Result<Manifest, _> = mirror.read(&path, MANIFEST_BYTES).await.and_then(|bytes| {
                serde_json::from_slice(&bytes).map_err(|e| ArtifactError::Corrupt {
                    at: mirror.at(&path),
                    expected: "a manifest".into(),
                    got: e.to_string(),
                })
            });
            match manifest {
                Ok(manifest) => match read(manifest).await {
                    Ok(found) => return Ok(found),
                    Err(error) => last = error,
                },
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn record_of(&self, record: B256, manifest: Manifest) -> Result<RecordFile, ArtifactError> {
        let bytes = self.get(manifest.record).await?;
        let corrupt = |got: String| ArtifactError::Corrupt {
            at: format!("blobs/{}", manifest.record),
            expected: format!("the file of record {record}"),
            got,
        };
        let file = RecordFile::decode(&bytes).map_err(|e| corrupt(e.to_string()))?;
        let got = B256::from(file.record.hash());
        if got != record {
            return Err(corrupt(format!("that of record {got}")));
        }
        // The record's hash says nothing of what is beside it: its digest does.
        file.weights.check_digest(&file.record, &file.skeleton).map_err(|e| corrupt(e.to_string()))?;
        Ok(file)
    }
}

/// A program is the record's by its digest.
fn check_program(at: &str, file: &RecordFile, graph: &Graph) -> Result<(), ArtifactError> {
    let got = graph.digest();
    match &file.weights {
        Weights::Published { graph_digest } if *graph_digest == got => Ok(()),
        _ => Err(ArtifactError::Corrupt {
            at: at.into(),
            expected: format!("the program of record {}", B256::from(file.record.hash())),
            got: format!("one of digest {}", B256::from(got)),
        }),
    }
}

fn name(record: B256) -> String {
    format!("{MODELS}/{record}.json")
}
