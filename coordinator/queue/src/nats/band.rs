//! Bands of urgency.
//!
//! A stream hands messages out in the order in which they came, so urgency is a subject: a worker asks the most urgent band first.
//! The band is chosen when work is pushed, by how far off its deadline is, and stays. Within a band the order is that of pushing.

use std::time::{SystemTime, UNIX_EPOCH};

/// A name in the subject, and how many seconds before its deadline work is at most in this band. Most urgent first.
pub(super) const BANDS: [(&str, u64); 4] =
    [("now", 2 * 60), ("soon", 15 * 60), ("today", 4 * 3600), ("whenever", u64::MAX)];

/// The band of a deadline, in seconds since 1970.
pub(super) fn of(deadline: u64) -> &'static str {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let left = deadline.saturating_sub(now);
    BANDS.iter().find(|(_, most)| left <= *most).map_or("whenever", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearer_deadlines_are_in_more_urgent_bands() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(of(0), "now", "a deadline that is over");
        assert_eq!(of(now + 60), "now");
        assert_eq!(of(now + 10 * 60), "soon");
        assert_eq!(of(now + 3600), "today");
        assert_eq!(of(now + 86_400), "whenever");
        assert_eq!(of(u64::MAX), "whenever");
    }
}
