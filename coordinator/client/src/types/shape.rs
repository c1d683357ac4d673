//! How hashes, addresses, bytes and amounts look in the OpenAPI document.

use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! shape {
    ($name:ident, $about:literal, $pattern:literal, $example:literal) => {
        #[doc = $about]
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($about))
                    .pattern(Some($pattern))
                    .examples([serde_json::Value::from($example)])
                    .build()
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

shape!(
    Hash,
    "32 bytes, hexadecimal.",
    "^0x[0-9a-fA-F]{64}$",
    "0x6b9c1c1d0f5a8f5b9a6a0f4c0b7c3c4f6f0d9b4b2e1a3c5d7e9f0a1b2c3d4e5f"
);
shape!(Address, "20 bytes, hexadecimal.", "^0x[0-9a-fA-F]{40}$", "0xd8da6bf26964af9d7eed9e03e53415d37aa96045");
shape!(Selector, "4 bytes, hexadecimal.", "^0x[0-9a-fA-F]{8}$", "0x5a6b7c8d");
shape!(Bytes, "Any number of bytes, hexadecimal.", "^0x([0-9a-fA-F]{2})*$", "0x01fe03");
shape!(
    Amount,
    "A whole number up to 2^256 - 1, decimal: amounts are in base units of their token.",
    "^[0-9]{1,78}$",
    "1001"
);

/// Where a job is.
#[derive(Debug)]
pub struct Status;

impl PartialSchema for Status {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Where a job is."))
            .enum_values(Some(verin_contracts::jobs::Status::ALL.map(verin_contracts::jobs::Status::name)))
            .build()
            .into()
    }
}

impl ToSchema for Status {
    fn name() -> Cow<'static, str> {
        "Status".into()
    }
}

/// Bytes with `0x`, as they are written everywhere here.
pub(super) fn prefixed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<alloy::primitives::Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = text.strip_prefix("0x").and_then(|digits| alloy::primitives::hex::decode(digits).ok());
    let bytes = bytes.filter(|_| !text.starts_with("0x0x"));
    bytes.map(Into::into).ok_or_else(|| de::Error::custom("expected bytes in hexadecimal with 0x"))
}
