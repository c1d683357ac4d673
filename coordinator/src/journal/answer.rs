//! What a node's error means.
//!
//! JSON-RPC gives most refusals the same code (-32000, anvil -32003), so they are told apart by the words of geth, anvil, reth,
//! Erigon, Nethermind and Besu.

use alloy::primitives::hex;
use alloy::transports::{RpcError, TransportErrorKind};
use std::time::Duration;
use verin_contracts::bindings::error_name;

/// JSON-RPC codes that gateways use for too many requests.
const LIMIT_CODES: [i64; 3] = [-32005, -32029, -32097];
/// HTTP: too many requests.
const TOO_MANY: u16 = 429;

/// The meaning of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The node has this transaction.
    AlreadyKnown,
    /// The account's nonce is beyond that of the transaction.
    NonceTooLow,
    /// Another transaction of this nonce waits, and this one does not offer enough more.
    ReplacementUnderpriced,
    /// The offer is below what the node or the next block takes.
    FeeTooLow,
    /// The account cannot pay.
    InsufficientFunds(String),
    /// Too many requests; perhaps with a time to wait.
    Limited(Option<Duration>),
    /// No answer, or one that says nothing of the transaction: it may have been taken.
    Unreachable(String),
    /// The contract refuses, with this error.
    Reverted(String),
    /// Any other refusal.
    Refused(String),
}

/// What a node's words mean, given all of them.
type Meaning = fn(&str) -> Answer;

/// Words in lower case, and what they mean. The first that is found counts.
const WORDS: &[(&str, Meaning)] = &[
    ("already known", |_| Answer::AlreadyKnown),
    ("already imported", |_| Answer::AlreadyKnown),
    ("alreadyknown", |_| Answer::AlreadyKnown),
    ("already_exists", |_| Answer::AlreadyKnown),
    ("known transaction", |_| Answer::AlreadyKnown),
    ("replacement transaction underpriced", |_| Answer::ReplacementUnderpriced),
    ("could not replace existing", |_| Answer::ReplacementUnderpriced),
    ("replacementnotallowed", |_| Answer::ReplacementUnderpriced),
    ("replacement not allowed", |_| Answer::ReplacementUnderpriced),
    ("nonce too low", |_| Answer::NonceTooLow),
    ("nonce is too low", |_| Answer::NonceTooLow),
    ("oldnonce", |_| Answer::NonceTooLow),
    ("insufficient funds", |said| Answer::InsufficientFunds(said.into())),
    ("insufficientfunds", |said| Answer::InsufficientFunds(said.into())),
    ("upfront cost exceeds", |said| Answer::InsufficientFunds(said.into())),
    ("underpriced", |_| Answer::FeeTooLow),
    ("less than block base fee", |_| Answer::FeeTooLow),
    ("feetoolow", |_| Answer::FeeTooLow),
    ("fee too low", |_| Answer::FeeTooLow),
    ("gas price below", |_| Answer::FeeTooLow),
    ("too many requests", |_| Answer::Limited(None)),
    ("rate limit", |_| Answer::Limited(None)),
    ("limit exceeded", |_| Answer::Limited(None)),
    ("txpool is full", |said| Answer::Unreachable(said.into())),
    ("header not found", |said| Answer::Unreachable(said.into())),
    ("timeout", |said| Answer::Unreachable(said.into())),
    ("timed out", |said| Answer::Unreachable(said.into())),
    ("internal error", |said| Answer::Unreachable(said.into())),
];

impl Answer {
    /// The meaning of `error`.
    pub(super) fn of(error: &RpcError<TransportErrorKind>) -> Self {
        if let Some(response) = error.as_error_resp() {
            let data = response.as_revert_data().filter(|data| !data.is_empty());
            return Self::said(response.code, &response.message, data.as_ref().map(AsRef::as_ref));
        }
        match error {
            RpcError::Transport(TransportErrorKind::HttpError(http)) => Self::http(http.status, None),
            RpcError::Transport(TransportErrorKind::HttpErrorWithRetryAfter { error, retry_after }) => {
                Self::http(error.status, Some(*retry_after))
            }
            other => Self::Unreachable(cause(other)),
        }
    }

    fn http(status: u16, after: Option<Duration>) -> Self {
        if status == TOO_MANY {
            return Self::Limited(after);
        }
        // What the body says may be an address with a key in it.
        Self::Unreachable(format!("HTTP status {status}"))
    }

    fn said(code: i64, message: &str, data: Option<&[u8]>) -> Self {
        if let Some(data) = data {
            return Self::Reverted(error_name(data).map_or_else(|| hex::encode_prefixed(data), Into::into));
        }
        let lower = message.to_lowercase();
        if let Some((_, meaning)) = WORDS.iter().find(|(words, _)| lower.contains(words)) {
            return meaning(message);
        }
        if LIMIT_CODES.contains(&code) {
            return Self::Limited(None);
        }
        if code == 3 || lower.contains("revert") {
            return Self::Reverted("no reason".into());
        }
        Self::Refused(message.into())
    }
}

/// The innermost cause: "connection refused" rather than that a request failed, and never the node's whole address.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use verin_contracts::bindings::NetworkToken;

    fn said(code: i64, message: &str) -> Answer {
        Answer::said(code, message, None)
    }

    #[test]
    fn the_words_of_every_node_are_understood() {
        // As geth 1.16, anvil 1.7, reth 1.9, Erigon 3, Nethermind 1.35 and Besu 25 say it.
        for (code, message) in [
            (-32000, "already known"),
            (-32003, "transaction already imported"),
            (-32000, "ALREADY_EXISTS: already known"),
            (-32010, "AlreadyKnown"),
            (-32000, "Known transaction"),
        ] {
            assert_eq!(said(code, message), Answer::AlreadyKnown, "{message}");
        }
        for (code, message) in [
            (-32000, "replacement transaction underpriced"),
            (-32003, "replacement transaction underpriced"),
            (-32000, "INTERNAL_ERROR: could not replace existing tx"),
            (-32010, "ReplacementNotAllowed"),
            (-32000, "Replacement transaction underpriced"),
        ] {
            assert_eq!(said(code, message), Answer::ReplacementUnderpriced, "{message}");
        }
        for (code, message) in [
            (-32000, "nonce too low: next nonce 8, tx nonce 7"),
            (-32003, "nonce too low"),
            (-32010, "OldNonce, Current nonce: 8, nonce of rejected tx: 7"),
            (-32001, "Nonce too low"),
        ] {
            assert_eq!(said(code, message), Answer::NonceTooLow, "{message}");
        }
        for (code, message) in [
            (-32000, "insufficient funds for gas * price + value: balance 0, tx cost 21000"),
            (-32003, "Insufficient funds for gas * price + value"),
            (-32010, "InsufficientFunds, Account balance: 0"),
            (-32004, "Upfront cost exceeds account balance"),
        ] {
            assert!(matches!(said(code, message), Answer::InsufficientFunds(_)), "{message}");
        }
        for (code, message) in [
            (-32000, "transaction underpriced: gas tip cap 0, minimum needed 1"),
            (-32000, "max fee per gas less than block base fee: address 0x, maxFeePerGas: 1, baseFee: 2"),
            (-32003, "max fee per gas less than block base fee"),
            (-32010, "FeeTooLow, MaxFeePerGas too low"),
            (-32009, "Gas price below configured minimum gas price"),
        ] {
            assert_eq!(said(code, message), Answer::FeeTooLow, "{message}");
        }
        for (code, message) in
            [(-32005, "daily request count exceeded"), (-32000, "rate limit exceeded"), (429, "Too Many Requests")]
        {
            assert_eq!(said(code, message), Answer::Limited(None), "{message}");
        }
        assert_eq!(said(-32000, "exceeds block gas limit"), Answer::Refused("exceeds block gas limit".into()));
    }

    #[test]
    fn a_contracts_error_has_its_name() {
        use alloy::sol_types::SolError;
        let data = NetworkToken::ERC20InsufficientBalance {
            sender: alloy::primitives::Address::ZERO,
            balance: alloy::primitives::U256::ZERO,
            needed: alloy::primitives::U256::from(1),
        }
        .abi_encode();
        let answer = Answer::said(3, "execution reverted: insufficient funds", Some(&data));
        assert_eq!(answer, Answer::Reverted("ERC20InsufficientBalance".into()));
        assert_eq!(said(3, "execution reverted"), Answer::Reverted("no reason".into()));
        assert_eq!(Answer::said(3, "execution reverted", Some(&[1, 2, 3, 4])), Answer::Reverted("0x01020304".into()));
    }

    #[test]
    fn a_gateways_status_says_nothing_of_the_transaction() {
        let after = Some(Duration::from_secs(7));
        assert_eq!(Answer::http(429, after), Answer::Limited(after));
        assert!(matches!(Answer::http(502, None), Answer::Unreachable(why) if why.contains("502")));
    }
}
