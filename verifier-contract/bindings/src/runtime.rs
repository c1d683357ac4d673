//! Running the asynchronous parts from code that is not, so that an interruption still cleans up.

use std::io;
use tokio::runtime::Builder;

/// Runs `future` on this thread; `None` when the process was told to end (ctrl-c, or SIGTERM) before it was done. The future
/// is dropped then, and with it a chain that it started.
///
/// # Errors
/// The system gives no event queue or no signals.
pub fn until_interrupted<T>(future: impl Future<Output = T>) -> io::Result<Option<T>> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let told = interrupted()?;
        tokio::select! {
            biased;
            () = told => Ok(None),
            done = future => Ok(Some(done)),
        }
    })
}

#[cfg(unix)]
fn interrupted() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn interrupted() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
