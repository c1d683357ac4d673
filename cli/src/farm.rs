//! What coordinators and workers have in common: where work is, how they are told to stop, how they log.

use crate::error::{CliError, Kind};
use crate::output::Output;
use std::fmt::Display;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use verin_queue::{LocalQueue, NatsOptions, NatsQueue, Queue};
use verin_worker::Worker;
use verin_worker::srs::SrsSource;

/// A queue that is not named on the command line, where others can read a password in its address.
pub(crate) const QUEUE: &str = "VERIN_QUEUE";

/// The queue that the environment names.
pub(crate) fn named_queue() -> Option<String> {
    std::env::var(QUEUE).ok().filter(|value| !value.is_empty())
}

/// The queue of this name; one of a file that is not there is made only by who hands work out.
pub(crate) async fn open(queue: &str, credentials: Option<PathBuf>, make: bool) -> Result<Arc<dyn Queue>, CliError> {
    if queue.contains("://") {
        let options = NatsOptions { credentials, ..NatsOptions::new(queue) };
        return Ok(Arc::new(NatsQueue::connect(&options).await?));
    }
    // A name with a mistake in it would be a new queue, on which nothing ever comes.
    if !make && !Path::new(queue).is_file() {
        let message = format!("{queue}: there is no queue: start the coordinator first, or name its queue");
        return Err(CliError::new(Kind::Io, message));
    }
    Ok(Arc::new(LocalQueue::open(queue, verin_queue::Options::default()).await?))
}

/// How a log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Log {
    /// Lines for a person.
    Text,
    /// An object a line.
    Json,
}

/// The first signal lets it finish, the second does not.
pub(crate) fn stop(shutdown: &CancellationToken, worker: &Worker) {
    if shutdown.is_cancelled() {
        tracing::info!("stopping at once");
        worker.stop_at_once();
    } else {
        tracing::info!("stopping: nothing more is taken; a second signal gives back what is being proved");
        shutdown.cancel();
    }
}

/// SIGINT and SIGTERM.
pub(crate) fn signals() -> std::io::Result<(Signal, Signal)> {
    Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
}

/// Begins to log, unless somebody did.
pub(crate) fn start_log(log: Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    // Whoever was first keeps it.
    let _ = match log {
        Log::Text => builder.try_init(),
        Log::Json => builder.json().try_init(),
    };
}

/// Proofs under the development SRS are worth nothing to others.
pub(crate) fn warn_of_srs(srs: &SrsSource, output: &Output) {
    if srs.is_insecure() {
        output.warn("INSECURE SRS: its secret is published, anyone can forge proofs under it; for development only");
    }
}

/// A number with one of these units behind it.
fn unit(text: &str, units: &[(&str, u64)], expected: impl Display) -> Result<u64, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, name) = text.split_at(at);
    let scale = units.iter().find(|(unit, _)| *unit == name.trim()).map(|(_, scale)| *scale);
    let value = digits.parse::<u64>().ok().zip(scale).and_then(|(number, scale)| number.checked_mul(scale));
    value.filter(|value| *value > 0).ok_or_else(|| format!("expected {expected}, got {text}"))
}

/// A size in bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];
    unit(text, &units, "a size like 512MiB or 4GiB")
}

/// A time.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    if ["0", "0s"].contains(&text) {
        return Ok(Duration::ZERO);
    }
    let units = [("", 1), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    unit(text, &units, "a time like 60s or 5m").map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_as_people_write_them() {
        let sizes = [("1KiB", 1 << 10), ("512MiB", 512 << 20), ("4GiB", 4 << 30), ("2 TiB", 2 << 40)];
        for (text, bytes) in sizes {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "GiB", "4GB", "4", "-1", "0", "1.5GiB", "99999999TiB", "4gib"] {
            assert!(size(text).is_err_and(|why| why.contains("4GiB")), "{text}");
        }
        let times = [("0s", 0), ("90", 90), ("60s", 60), ("5m", 300), ("1h", 3_600)];
        for (text, seconds) in times {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert!(time("soon").is_err());
    }
}
