//! A job until its end: on the coordinator's events and, where those break off, by asking.

use crate::error::ClientError;
use crate::types::{Status, Story};
use crate::{CONNECT, Client};
use alloy::primitives::B256;
use eventsource_stream::Eventsource;
use futures::{Stream, StreamExt};
use std::time::Duration;

/// How long is waited between two looks when there are no events.
const POLL: Duration = Duration::from_secs(2);
/// So often is looked even when the events say nothing: the coordinator sends something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);

impl Client {
    /// Waits until the job has ended; `progress` is told each state that it is seen in. A job that the coordinator does not know
    /// yet is waited for: it knows it when it has read its block.
    ///
    /// # Errors
    /// The coordinator refuses for good. Where it does not answer, it is asked again.
    pub async fn follow(&self, id: B256, mut progress: impl FnMut(Status)) -> Result<Story, ClientError> {
        let mut last = None;
        loop {
            // Subscribed before looking, so that nothing is missed between the two.
            let mut events = self.events(id).await.ok().map(Box::pin);
            loop {
                match self.job(id).await {
                    Ok(story) => {
                        if last.replace(story.job.status) != Some(story.job.status) {
                            progress(story.job.status);
                        }
                        if story.job.status.is_over() {
                            return Ok(story);
                        }
                    }
                    Err(ClientError::Refused { status: 404, .. }) => {}
                    Err(error) if error.is_passing() => {}
                    Err(error) => return Err(error),
                }
                let Some(stream) = &mut events else {
                    tokio::time::sleep(POLL).await;
                    break;
                };
                match tokio::time::timeout(SILENCE, stream.next()).await {
                    // Whatever it says, the job is looked at.
                    Ok(Some(Ok(()))) => {}
                    Ok(Some(Err(()))) | Ok(None) => {
                        tokio::time::sleep(POLL).await;
                        break;
                    }
                    Err(_) => break,
                }
            }
        }
    }

    /// Something for each event about a job, until the connection breaks.
    async fn events(&self, id: B256) -> Result<impl Stream<Item = Result<(), ()>> + use<>, ClientError> {
        let mut url = self.url("v1/events")?;
        url.query_pairs_mut().append_pair("job", &id.to_string());
        let answer = tokio::time::timeout(CONNECT, self.answer(self.http.get(url))).await;
        let response = answer.map_err(|_| self.unexpected("no answer to a request for events".into()))??;
        let chunks = futures::stream::try_unfold(response, |mut response| async move {
            Ok::<_, reqwest::Error>(response.chunk().await?.map(|chunk| (chunk, response)))
        });
        Ok(chunks.eventsource().map(|event| event.map(drop).map_err(drop)))
    }
}
