//! Changing an entry by compare-and-set.

use super::entry::{self, Entry, State};
use super::farm::Farm;
use crate::{QueueError, WorkId};
use async_nats::jetstream::kv::{Operation, UpdateErrorKind};
use bytes::Bytes;
use std::time::Duration;

/// Pause after a change that was not answered.
const PAUSE: Duration = Duration::from_millis(100);

impl Farm {
    /// The entry of work, and its revision.
    pub(super) async fn entry(&self, what: &'static str, work: WorkId) -> Result<Option<(Entry, u64)>, QueueError> {
        let key = entry::key(work);
        let read = tokio::time::timeout(self.patience, self.entries.entry(&key)).await;
        let read = read.map_err(self.unreachable(what))?.map_err(self.unreachable(what))?;
        let Some(read) = read.filter(|read| read.operation == Operation::Put) else { return Ok(None) };
        let decode = |e: serde_json::Error| self.damaged(&key, "an entry", e.to_string());
        Ok(Some((serde_json::from_slice(&read.value).map_err(decode)?, read.revision)))
    }

    /// Makes an entry unless there is one; says whether it did.
    pub(super) async fn make_entry(&self, what: &'static str, work: WorkId, new: &Entry) -> Result<bool, QueueError> {
        match self.entries.update(entry::key(work), self.encode(new)?, 0).await {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(e) => Err(self.unreachable(what)(e)),
        }
    }

    /// Changes the entry of work to what `to` makes of it, however often others change it in between. `None`, and no change, when
    /// there is no entry or `to` makes nothing of it.
    ///
    /// A change whose answer got lost is looked for: when the entry is as it was to be, it was made. Two that would write the same
    /// cannot be told apart by this, so a lease says by which delivery it is.
    pub(super) async fn change(
        &self,
        what: &'static str,
        work: WorkId,
        mut to: impl FnMut(&Entry) -> Option<Entry> + Send,
    ) -> Result<Option<Entry>, QueueError> {
        let mut unanswered = None;
        loop {
            let Some((now, revision)) = self.entry(what, work).await? else { return Ok(None) };
            if unanswered.as_ref() == Some(&now) {
                return Ok(unanswered);
            }
            let Some(new) = to(&now) else { return Ok(None) };
            match self.entries.update(entry::key(work), self.encode(&new)?, revision).await {
                Ok(_) => return Ok(Some(new)),
                Err(e) if e.kind() == UpdateErrorKind::WrongLastRevision => {}
                // The second time, the server is not there.
                Err(e) if unanswered.is_some() => return Err(self.unreachable(what)(e)),
                Err(_) => {
                    unanswered = Some(new);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Ends work, whatever state it is in: marks its name as over, which lasts, and then removes the rest. Whatever dies in between,
    /// the mark keeps it from being pushed again, and the next to see the entry goes on.
    pub(super) async fn end(&self, what: &'static str, work: WorkId) -> Result<(), QueueError> {
        let key = entry::key(work);
        self.over.put(&key, Bytes::from_static(b"over")).await.map_err(self.unreachable(what))?;
        let over = self.change(what, work, |now| Some(Entry { state: State::Over, ..now.clone() })).await;
        let message = match over {
            Ok(over) => over.and_then(|over| over.message),
            // An entry that something else wrote goes, too.
            Err(QueueError::Damaged { .. }) => None,
            Err(e) => return Err(e),
        };
        if let Some(message) = message {
            // It may be acknowledged already. If this is not answered, whoever gets it finds no entry, and drops it.
            let _ = self.work.delete_message(message).await;
        }
        self.remove(what, &self.bodies, &format!("{key}.>")).await?;
        self.remove(what, &self.entries, &key).await
    }

    /// All entries. Those that are over are removed on the way.
    pub(super) async fn all(&self, what: &'static str) -> Result<Vec<(WorkId, Entry)>, QueueError> {
        let mut all = Vec::new();
        for (key, value) in self.scan(what, &self.entries).await? {
            match (entry::work_of(&key), serde_json::from_slice::<Entry>(&value)) {
                (Some(work), Ok(Entry { state: State::Over, .. })) => self.end(what, work).await?,
                (Some(work), Ok(entry)) => all.push((work, entry)),
                _ => tracing::warn!(at = %self.at, key, "an entry is nothing that this version wrote"),
            }
        }
        Ok(all)
    }

    pub(super) fn encode<T: serde::Serialize>(&self, value: &T) -> Result<Bytes, QueueError> {
        let bytes = serde_json::to_vec(value);
        bytes.map(Bytes::from).map_err(|e| self.damaged("", "what JSON can say", e.to_string()))
    }
}
