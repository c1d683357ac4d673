//! One place for artifacts: a folder, or an S3-compatible bucket.

use crate::error::ArtifactError;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use verin_contracts::network::choose_tls;

const S3: &str = "s3://";

/// A place. Writes appear whole or not at all.
#[derive(Debug)]
pub struct Mirror {
    store: Box<dyn ObjectStore>,
    prefix: Path,
    name: String,
}

impl Mirror {
    /// The folder of this name, made if it is missing, or the bucket.
    ///
    /// # Errors
    /// It is no folder and cannot be one, or no bucket's address.
    pub fn open(place: &str) -> Result<Self, ArtifactError> {
        let bad = |why: String| ArtifactError::BadPlace { got: place.into(), why };
        let Some(bucket) = place.strip_prefix(S3) else {
            std::fs::create_dir_all(place).map_err(|e| bad(e.to_string()))?;
            let store = LocalFileSystem::new_with_prefix(place).map_err(|e| bad(e.to_string()))?.with_fsync(true);
            return Ok(Self { store: Box::new(store), prefix: Path::default(), name: place.into() });
        };
        choose_tls();
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        if bucket.is_empty() {
            return Err(bad("it names no bucket".into()));
        }
        let prefix = Path::parse(prefix).map_err(|e| bad(e.to_string()))?;
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build().map_err(|e| bad(e.to_string()))?;
        Ok(Self { store: Box::new(store), prefix, name: place.into() })
    }

    /// What an error calls a file here.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.name.trim_end_matches('/'))
    }

    fn path(&self, path: &str) -> Path {
        path.split('/').fold(self.prefix.clone(), |all, part| all.join(part))
    }

    fn error(&self, path: &str, error: &object_store::Error) -> ArtifactError {
        let at = self.at(path);
        match error {
            object_store::Error::NotFound { .. } => ArtifactError::Missing { at },
            other => ArtifactError::Io { at, why: other.to_string() },
        }
    }

    /// Reads a file of at most so many bytes.
    pub(crate) async fn read(&self, path: &str, most: u64) -> Result<Bytes, ArtifactError> {
        let found = self.store.get(&self.path(path)).await.map_err(|e| self.error(path, &e))?;
        if found.meta.size > most {
            let (expected, got) = (format!("at most {most} bytes"), format!("{} bytes", found.meta.size));
            return Err(ArtifactError::Corrupt { at: self.at(path), expected, got });
        }
        found.bytes().await.map_err(|e| self.error(path, &e))
    }

    /// Writes a file.
    pub(crate) async fn write(&self, path: &str, bytes: Bytes) -> Result<(), ArtifactError> {
        self.store.put(&self.path(path), bytes.into()).await.map(drop).map_err(|e| self.error(path, &e))
    }

    /// Names of the files in a folder.
    pub(crate) async fn names(&self, folder: &str) -> Result<Vec<String>, ArtifactError> {
        let path = self.path(folder);
        let found: Vec<_> = self.store.list(Some(&path)).try_collect().await.map_err(|e| self.error(folder, &e))?;
        Ok(found.iter().filter_map(|file| file.location.filename()).map(Into::into).collect())
    }
}

/// Whether this is the address of a bucket, and not a folder.
pub(crate) fn is_bucket(place: &str) -> bool {
    place.starts_with(S3)
}
