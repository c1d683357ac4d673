//! The token that callers show who spend or move work.

use super::App;
use super::error::ApiError;
use alloy::primitives::{B256, keccak256};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::fmt;
use subtle::ConstantTimeEq;

/// The fewest characters of a token.
const SHORTEST: usize = 16;

/// A token, of which only the hash is kept.
#[derive(Clone)]
pub struct Token {
    hash: B256,
}

impl Token {
    /// The token of this text; none when it has fewer than 16 characters, which could be guessed.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() >= SHORTEST).then(|| Self { hash: keccak256(text) })
    }

    fn is(&self, text: &str) -> bool {
        self.hash.0.ct_eq(&keccak256(text).0).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Lets a request through that shows the token.
pub(super) async fn require(State(app): State<App>, request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(token) = &app.api.token else {
        let message = "this coordinator has no token, so nobody can have it spend or move work: start it with --token-file FILE, \
            a file with at least 16 characters, and send `Authorization: Bearer TOKEN`";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "no_token_configured", message));
    };
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown =
        shown.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match shown {
        Some((_, text)) if token.is(text.trim()) => Ok(next.run(request).await),
        _ => {
            let message = "this needs the coordinator's token";
            let error = ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
            Err(error.expected("Authorization: Bearer TOKEN"))
        }
    }
}
