//! One command per file.

pub(crate) mod calldata;
pub(crate) mod doctor;
pub(crate) mod inspect;
pub(crate) mod prove;
pub(crate) mod quantize;
pub(crate) mod run;
pub(crate) mod setup;
pub(crate) mod srs;
pub(crate) mod verify;
