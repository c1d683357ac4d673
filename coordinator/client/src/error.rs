//! What can go wrong between a client and a coordinator.

use crate::types::Problem;
use thiserror::Error;

/// Errors of a client.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The text is no address of a coordinator.
    #[error("{got}: expected the address of a coordinator, such as http://127.0.0.1:8640")]
    BadUrl {
        /// What was given.
        got: String,
    },
    /// No answer.
    #[error("the coordinator at {url} does not answer: {why}")]
    Unreachable {
        /// The coordinator.
        url: String,
        /// What the connection says.
        why: String,
    },
    /// An answer that says what is wrong.
    #[error("the coordinator refuses ({}): {}{}", problem.code, problem.message, expected(problem))]
    Refused {
        /// HTTP status.
        status: u16,
        /// What is wrong.
        problem: Problem,
    },
    /// An answer that is none of a coordinator of this version.
    #[error("the coordinator at {url} answers what this version does not understand: {got}")]
    Unexpected {
        /// The coordinator.
        url: String,
        /// What is wrong with it.
        got: String,
    },
}

impl ClientError {
    pub(crate) fn unreachable(url: &str, error: &reqwest::Error) -> Self {
        let mut innermost: &dyn std::error::Error = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        Self::Unreachable { url: url.into(), why: innermost.to_string() }
    }

    /// Whether the same may succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }
}

fn expected(problem: &Problem) -> String {
    let part = |name: &str, text: &Option<String>| text.as_ref().map(|text| format!("{name} {text}"));
    let parts = [part("expected", &problem.expected), part("got", &problem.got)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}
