//! Amounts of network tokens as people write them: whole tokens with up to eighteen decimals. Exact in both directions.

use crate::error::ContractsError;
use alloy::primitives::U256;

/// Decimals of the token.
pub const DECIMALS: usize = 18;
/// Base units of a token.
pub const TOKEN: u128 = 10u128.pow(18);
/// What an amount is written with.
pub const SYMBOL: &str = "VRN";

/// Base units of an amount such as `1.5`. `what` names it in an error.
///
/// # Errors
/// It is no plain decimal number, has more decimals than there are, or is more than there can be.
pub fn parse(what: &str, text: &str) -> Result<U256, ContractsError> {
    let error = || ContractsError::Amount { what: what.into(), got: text.into() };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let empty = whole.is_empty() || text.ends_with('.');
    if empty || fraction.len() > DECIMALS || !digits(whole) || !digits(fraction) {
        return Err(error());
    }
    // Of 24 digits before the point every number fits; the token has nine.
    let whole = whole.trim_start_matches('0');
    if whole.len() > 24 {
        return Err(error());
    }
    U256::from_str_radix(&format!("{whole}{fraction:0<DECIMALS$}"), 10).map_err(|_| error())
}

/// The same for amounts that the market keeps in 128 bits.
///
/// # Errors
/// As [`parse`].
pub fn parse_price(what: &str, text: &str) -> Result<u128, ContractsError> {
    let error = |_| ContractsError::Amount { what: what.into(), got: text.into() };
    parse(what, text)?.try_into().map_err(error)
}

/// An amount in whole tokens, without trailing zeros.
pub fn format(amount: U256) -> String {
    let digits = format!("{amount:0>width$}", width = DECIMALS + 1);
    let (whole, fraction) = digits.split_at(digits.len() - DECIMALS);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction}")
}

/// The same with the token's symbol.
pub fn tokens(amount: U256) -> String {
    format!("{} {SYMBOL}", format(amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, units) in [
            ("0", "0"),
            ("1", "1000000000000000000"),
            ("1.5", "1500000000000000000"),
            ("0.000000000000000001", "1"),
            ("001.10", "1100000000000000000"),
            ("1000000000", "1000000000000000000000000000"),
        ] {
            assert_eq!(parse("a price", text).expect(text).to_string(), units, "{text}");
        }
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e18", "1,5", " 1", "0x1", "0.0000000000000000001", "١"] {
            let error = parse("a price", text).expect_err(text).to_string();
            assert!(error.contains("a price") && error.contains(text), "{error}");
        }
        assert!(parse("a price", &"9".repeat(25)).is_err());
        assert!(parse_price("a price", &"9".repeat(24)).is_err(), "more than 128 bits");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for units in [0, 1, 10, TOKEN - 1, TOKEN, TOKEN + 1, 15 * TOKEN / 10, u128::from(u64::MAX) * 1_000] {
            let text = format(U256::from(units));
            assert_eq!(parse("an amount", &text).expect("its own"), U256::from(units), "{text}");
        }
        assert_eq!(tokens(U256::from(3 * TOKEN / 2)), "1.5 VRN");
    }
}
