//! What this process and machine have.

use std::fs;

/// Most memory this process ever held, in bytes.
pub(crate) fn peak_rss() -> u64 {
    field("/proc/self/status", "VmHWM:")
}

/// Memory that is free to use, in bytes.
pub(crate) fn available_memory() -> u64 {
    field("/proc/meminfo", "MemAvailable:")
}

/// Bytes free where files would be written.
pub(crate) fn free_disk(folder: &std::path::Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// A number of kilobytes in a file of `/proc`, as bytes; 0 where there is none.
fn field(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
