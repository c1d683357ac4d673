//! Waiting for a condition.

use super::PATIENCE;
use std::time::{Duration, Instant};

/// How often a condition is looked at.
pub const LOOK: Duration = Duration::from_millis(10);

/// Waits until `look` finds something.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited too long until {what}");
        tokio::time::sleep(LOOK).await;
    }
}
