//! Private inputs that were delivered: what opens its commitment is acknowledged, and so locked.

use super::Broker;
use super::decide::needed;
use super::done::{ACKNOWLEDGED, payload};
use super::models::Opening;
use super::take::Try;
use crate::error::CoordinatorError;
use crate::index::job::Status;
use crate::journal::Intent;

impl Broker {
    /// Looks at every delivery that waits.
    pub(super) async fn acknowledge_delivered(&self, now: u64) -> Result<(), CoordinatorError> {
        let mut held = self.means.index.held(self.operator).await?;
        held.retain(|job| job.status == Status::Delivered && job.until.is_some_and(|limit| now <= limit));
        for job in held {
            // There is one delivery for a job: it does not get better.
            if self.wrong.lock().await.contains(&job.id) {
                continue;
            }
            let Try::Next(key) = self.attempt(&format!("acknowledge:{}", job.id)).await? else { continue };
            let Some(ciphertext) = self.means.index.delivered(job.id).await? else { continue };
            let speed = self.assignments.speed(job.record, 1).await?;
            let (needed, left) = (needed(self.backlog().await?, speed, &self.options), job.prove_window);
            if needed > left {
                let why = format!("it would be proved in {needed} s, and must be in {left} s: it is not acknowledged");
                if self.means.notes.skipped(job.id, "too_late", why.clone()) {
                    tracing::warn!(job = %job.id, why, "a private job waits");
                }
                continue;
            }
            match self.means.models.check_opening(job.record, job.id, &job.input, &ciphertext).await {
                Opening::Right => {
                    let market = &self.contracts.market;
                    let intent = Intent::call(key, *market.address(), market.acknowledge(job.id).calldata().clone())
                        .with_deadline(job.until.unwrap_or_default())
                        .with_check(ACKNOWLEDGED, payload(&[job.id]))
                        .urgent();
                    self.means.journal.submit(intent).await?;
                }
                Opening::Wrong(why) => {
                    let why = format!("what was delivered does not open its commitment: {why}");
                    tracing::warn!(job = %job.id, why, "a private job is let go; both bonds are lost");
                    self.means.notes.skipped(job.id, "wrong_delivery", why);
                    self.wrong.lock().await.insert(job.id);
                }
                Opening::Unknown(why) => tracing::warn!(job = %job.id, why, "a delivery cannot be looked at now"),
            }
        }
        Ok(())
    }
}
