//! What is too large or too seldom needed for an entry or a message: the work itself, and its outcomes.
//!
//! A body that fits a message is one value. A larger one is cut up; the parts are stored first, and the head last, with the hash of
//! the whole, so a body is there entirely or not at all. All bodies of one piece of work are removed together, by subject, which
//! an object store cannot do, and which leaves no trace.

use super::farm::Farm;
use crate::QueueError;
use alloy_primitives::{B256, keccak256};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a message has besides its payload, at most.
const HEADROOM: usize = 8 * 1024;
/// Most bytes of a body: whoever hands something in says how much it is.
const MOST: usize = 1 << 28;
/// How a body begins that is whole.
const WHOLE: u8 = b'=';
/// How a head begins.
const HEAD: u8 = b'#';

#[derive(Serialize, Deserialize)]
struct Head {
    parts: usize,
    length: usize,
    hash: B256,
}

impl Farm {
    /// Stores a body.
    pub(super) async fn put_body<T: Serialize + Sync>(
        &self,
        what: &'static str,
        key: &str,
        body: &T,
    ) -> Result<(), QueueError> {
        let encode = |e: serde_json::Error| self.damaged(key, "what JSON can say", e.to_string());
        let bytes = serde_json::to_vec(body).map_err(encode)?;
        let most = self.client.max_payload().saturating_sub(HEADROOM).max(HEADROOM);
        let value = if bytes.len() < most {
            [&[WHOLE], &bytes[..]].concat()
        } else {
            let bytes = Bytes::from(bytes);
            let mut parts = 0;
            for start in (0..bytes.len()).step_by(most) {
                let part = bytes.slice(start..bytes.len().min(start + most));
                self.bodies.put(format!("{key}.{parts}"), part).await.map_err(self.unreachable(what))?;
                parts += 1;
            }
            let head = Head { parts, length: bytes.len(), hash: keccak256(&bytes) };
            [vec![HEAD], serde_json::to_vec(&head).map_err(encode)?].concat()
        };
        self.bodies.put(key, value.into()).await.map(drop).map_err(self.unreachable(what))
    }

    /// Reads a body; [`QueueError::Damaged`] when it is not there, or not what was stored.
    pub(super) async fn body<T: DeserializeOwned>(&self, what: &'static str, key: &str) -> Result<T, QueueError> {
        let value = self.part(what, key).await?;
        let bytes = match value.split_first() {
            Some((&WHOLE, _)) => value.slice(1..),
            Some((&HEAD, head)) => {
                let head: Head =
                    serde_json::from_slice(head).map_err(|e| self.damaged(key, "the head of a body", e.to_string()))?;
                if head.length > MOST {
                    return Err(self.damaged(key, &format!("at most {MOST} bytes"), format!("{} bytes", head.length)));
                }
                let mut bytes = Vec::new();
                for part in 0..head.parts {
                    bytes.extend_from_slice(&self.part(what, &format!("{key}.{part}")).await?);
                    if bytes.len() > head.length {
                        break;
                    }
                }
                let hash = keccak256(&bytes);
                if hash != head.hash {
                    return Err(self.damaged(key, &format!("a body of hash {}", head.hash), hash.to_string()));
                }
                bytes.into()
            }
            _ => return Err(self.damaged(key, "a body", "something else".into())),
        };
        serde_json::from_slice(&bytes).map_err(|e| self.damaged(key, "a body", e.to_string()))
    }

    async fn part(&self, what: &'static str, key: &str) -> Result<Bytes, QueueError> {
        let read = tokio::time::timeout(self.patience, self.bodies.get(key)).await;
        let read = read.map_err(self.unreachable(what))?.map_err(self.unreachable(what))?;
        read.ok_or_else(|| self.damaged(key, "a body", "nothing".into()))
    }

    pub(super) fn damaged(&self, key: &str, expected: &str, got: String) -> QueueError {
        QueueError::Damaged { at: format!("{}, {key}", self.at), expected: expected.into(), got }
    }
}
