//! CPU time of proving: that of the thread that proves and of all threads of rayon, of nothing else in the process.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// CPU time of this thread and of rayon's so far.
///
/// To be asked from a thread that is none of rayon's, with nothing else on rayon: it waits for each of them.
pub(crate) fn proving() -> Duration {
    let threads: Duration = rayon::broadcast(|_| thread()).into_iter().sum();
    thread() + threads
}

fn thread() -> Duration {
    // Neither is ever negative.
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
