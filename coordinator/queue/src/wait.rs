//! Waiting for something to turn up: told within the process, and looking again for what others bring.

use crate::QueueError;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Shortest sleep, when a lease or a delivery is about to lapse.
const SHORTEST: Duration = Duration::from_millis(5);

/// What looking found.
pub(crate) enum Found<T> {
    This(T),
    /// Nothing, and nothing that is with somebody lapses before that, as far as is known.
    NothingUntil(Option<Duration>),
}

/// Looks until something is found or `wait` is over; again when `told`, when something lapses, and every `poll`.
pub(crate) async fn wait_for<T, L>(
    wait: Duration,
    told: &Notify,
    poll: Duration,
    look: impl Fn() -> L,
) -> Result<Option<T>, QueueError>
where
    L: Future<Output = Result<Found<T>, QueueError>>,
{
    let start = Instant::now();
    loop {
        let told = told.notified();
        tokio::pin!(told);
        // From here on nothing that is said is missed.
        told.as_mut().enable();
        let lapses = match look().await? {
            Found::This(found) => return Ok(Some(found)),
            Found::NothingUntil(lapses) => lapses,
        };
        let left = wait.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        let sleep = poll.min(lapses.unwrap_or(poll)).max(SHORTEST).min(left);
        tokio::select! {
            () = told => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}
