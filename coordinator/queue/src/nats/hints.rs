//! Waking up who waits, when another process brought something. A hint that is missed costs a moment, and nothing else.

use super::farm::Farm;
use crate::QueueError;
use futures::StreamExt;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Listens for hints for as long as it lives.
#[derive(Debug)]
pub(super) struct Hints {
    pub(super) work: Arc<Notify>,
    pub(super) outcome: Arc<Notify>,
    listens: JoinHandle<()>,
}

impl Hints {
    pub(super) async fn listen(farm: &Farm) -> Result<Self, QueueError> {
        let subscribed = farm.client.subscribe(farm.hints()).await;
        let mut hints = subscribed.map_err(farm.unreachable("listen for hints"))?;
        let (work, outcome) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (wake_work, wake_outcome) = (work.clone(), outcome.clone());
        let listens = tokio::spawn(async move {
            while let Some(hint) = hints.next().await {
                let of = hint.subject.rsplit('.').next();
                if of == Some("work") { &wake_work } else { &wake_outcome }.notify_waiters();
            }
        });
        Ok(Self { work, outcome, listens })
    }
}

impl Drop for Hints {
    fn drop(&mut self) {
        self.listens.abort();
    }
}
