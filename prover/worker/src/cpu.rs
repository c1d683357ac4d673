//! CPU time of this process.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// CPU time of all threads of this process so far, of those that have ended too: arkworks makes threads of its own for each large
/// multi-scalar multiplication, which is half of a proof. What else the process does meanwhile, a coordinator's API say, is in it.
pub(crate) fn so_far() -> Duration {
    of(ClockId::ProcessCPUTime)
}

fn of(clock: ClockId) -> Duration {
    // Neither is ever negative.
    let time = clock_gettime(clock);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{of, so_far};
    use rustix::time::ClockId;
    use std::time::Duration;

    #[test]
    fn what_a_thread_took_is_in_it_when_the_thread_has_ended() {
        const WORK: Duration = Duration::from_millis(20);
        let before = so_far();
        let busy = || while of(ClockId::ThreadCPUTime) < WORK {};
        std::thread::spawn(busy).join().expect("a thread");
        assert!(so_far().saturating_sub(before) >= WORK);
    }
}
