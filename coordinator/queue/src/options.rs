//! What a queue is set up with.

use std::time::Duration;

/// How long a lease lasts, how often work is tried, and how much may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a lease lasts without a heartbeat. An outcome that is not acknowledged comes again after as long. 60 s.
    pub lease_time: Duration,
    /// How often work is tried before it is a dead letter. 3.
    pub most_attempts: u32,
    /// How much work may wait for a worker: [`push`](crate::Queue::push) is refused beyond that. 10,000.
    pub most_waiting: u64,
    /// How long work that is over is remembered, so that pushing it again does nothing. 7 days.
    pub remember: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lease_time: Duration::from_secs(60),
            most_attempts: 3,
            most_waiting: 10_000,
            remember: Duration::from_secs(7 * 86_400),
        }
    }
}
