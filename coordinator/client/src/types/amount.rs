//! Amounts: decimal strings in JSON, since numbers of JavaScript end at 2^53.

use alloy::primitives::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// An amount in base units of its token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub U256);

impl From<u64> for Amount {
    fn from(number: u64) -> Self {
        Self(U256::from(number))
    }
}

impl From<u128> for Amount {
    fn from(number: u128) -> Self {
        Self(U256::from(number))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "a whole number up to 2^256 - 1 in a string of decimal digits, such as \"1001\"";
        let digits = !text.is_empty() && text.len() <= 78 && text.bytes().all(|b| b.is_ascii_digit());
        let parsed = digits.then(|| U256::from_str_radix(&text, 10).ok()).flatten();
        parsed.map(Self).ok_or_else(|| de::Error::custom(format!("expected {expected}")))
    }
}
