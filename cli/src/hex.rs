//! Bytes as hexadecimal digits.

use crate::error::{CliError, Kind};
use std::fmt::Write;

/// `0x` and two digits a byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("0x"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 32 bytes from 64 digits, with or without `0x`.
pub(crate) fn word(what: &str, text: &str) -> Result<[u8; 32], CliError> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let wrong =
        || CliError::new(Kind::Usage, format!("{what}: expected 32 bytes as 64 hexadecimal digits, got `{text}`"));
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(wrong());
    }
    let mut out = [0; 32];
    for (at, byte) in out.iter_mut().enumerate() {
        let digits = digits.get(2 * at..2 * at + 2).ok_or_else(wrong)?;
        // `from_str_radix` would take a sign.
        *byte = u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+')).ok_or_else(wrong)?;
    }
    Ok(out)
}
