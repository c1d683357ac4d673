//! What a command says: lines for a person on stdout, or one JSON object for a machine; warnings and progress on stderr.

use crate::error::CliError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Where a command writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    progress: bool,
}

impl Output {
    /// An output in JSON or in lines; progress is shown in neither JSON nor a stderr that is no terminal.
    pub(crate) fn new(json: bool) -> Self {
        Self { json, progress: !json && std::io::stderr().is_terminal() }
    }

    /// A line for a person; nothing under `--json`.
    pub(crate) fn line(&self, text: impl Display) {
        if !self.json {
            // A closed pipe is the reader's choice.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// A labelled fact for a person.
    pub(crate) fn fact(&self, name: &str, value: impl Display) {
        self.line(format_args!("  {name:<18} {value}"));
    }

    /// Something a person must not miss, in either form.
    pub(crate) fn warn(&self, text: impl Display) {
        let _ = writeln!(std::io::stderr(), "warning: {text}");
    }

    /// Something to know while waiting, in either form.
    pub(crate) fn note(&self, text: impl Display) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// The result, under `--json`: one object, on one line.
    pub(crate) fn result(&self, value: &impl Serialize) {
        if self.json
            && let Ok(text) = serde_json::to_string(value)
        {
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// An error: a line on stderr, and under `--json` an object on stdout.
    pub(crate) fn error(&self, error: &CliError) {
        if error.reported {
            return;
        }
        let _ = writeln!(std::io::stderr(), "error: {error}");
        self.result(&serde_json::json!({
            "error": { "code": error.code(), "kind": error.kind.name(), "message": error.to_string() }
        }));
    }

    /// A spinner that shows once `what` has taken a moment, and goes when dropped.
    pub(crate) fn spinner(&self, what: impl Into<String>) -> Progress {
        self.show(ProgressBar::no_length(), "{spinner} {msg} ({elapsed})", what)
    }

    /// A bar of `steps` steps, likewise.
    pub(crate) fn bar(&self, what: impl Into<String>, steps: u64) -> Progress {
        self.show(ProgressBar::no_length().with_position(0), "{msg} [{bar:30}] {pos}/{len} ({elapsed})", what).of(steps)
    }

    fn show(&self, bar: ProgressBar, template: &str, what: impl Into<String>) -> Progress {
        bar.set_draw_target(if self.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.into());
        if self.progress {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Progress { bar }
    }
}

/// Progress of one piece of work; cleared when dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn of(self, steps: u64) -> Self {
        self.bar.set_length(steps);
        self
    }

    /// One more step is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }

    /// So many steps are done.
    pub(crate) fn at(&self, steps: u64) {
        self.bar.set_position(steps);
    }

    /// What is being done now.
    pub(crate) fn say(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
