//! What is to be achieved on the chain, and how to see that it is.

use crate::error::CoordinatorError;
use alloy::primitives::{Address, Bytes, U256};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One thing to achieve by one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its name, such as `lock:<job>`. A name is acted on once, however often it is submitted.
    pub key: String,
    /// Who is called.
    pub to: Address,
    /// With what.
    pub calldata: Bytes,
    /// With how much, in wei.
    pub value: U256,
    /// The last second, by the chain's clock, at which a block with it is of use.
    pub deadline: Option<u64>,
    /// How to see that it is achieved, whoever did it.
    pub check: Option<Check>,
    /// Whether it goes before what is not.
    pub urgent: bool,
}

/// Names a [`Done`] of the [`Checks`] that the journal was opened with, and what to ask it. This is what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The name.
    pub kind: String,
    /// What it is asked about, in its own encoding.
    pub payload: Vec<u8>,
}

impl Intent {
    /// A call without value, deadline and check.
    pub fn call(key: impl Into<String>, to: Address, calldata: impl Into<Bytes>) -> Self {
        Self {
            key: key.into(),
            to,
            calldata: calldata.into(),
            value: U256::ZERO,
            deadline: None,
            check: None,
            urgent: false,
        }
    }

    /// The same with `value` wei.
    #[must_use]
    pub fn with_value(mut self, value: U256) -> Self {
        self.value = value;
        self
    }

    /// The same, of use until `deadline`, in seconds of the chain's clock.
    #[must_use]
    pub fn with_deadline(mut self, deadline: u64) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same, before what is not urgent.
    #[must_use]
    pub fn urgent(mut self) -> Self {
        self.urgent = true;
        self
    }

    /// The same, achieved when the check `kind` says so of `payload`.
    #[must_use]
    pub fn with_check(mut self, kind: impl Into<String>, payload: impl Into<Vec<u8>>) -> Self {
        self.check = Some(Check { kind: kind.into(), payload: payload.into() });
        self
    }
}

/// Reads from the chain whether an effect is there already.
#[async_trait]
pub trait Done: Send + Sync {
    /// Whether what `payload` names is achieved.
    ///
    /// # Errors
    /// The chain cannot be read now. The intent waits and is looked at again.
    async fn is_done(&self, payload: &[u8]) -> Result<bool, CoordinatorError>;
}

/// The checks by kind, so that one can be made again after a restart from what is stored.
#[derive(Clone, Default)]
pub struct Checks {
    kinds: BTreeMap<String, Arc<dyn Done>>,
}

impl Checks {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same and `check` under the name `kind`.
    #[must_use]
    pub fn with(mut self, kind: impl Into<String>, check: impl Done + 'static) -> Self {
        self.kinds.insert(kind.into(), Arc::new(check));
        self
    }

    /// The check of this name.
    pub(super) fn get(&self, kind: &str) -> Option<&Arc<dyn Done>> {
        self.kinds.get(kind)
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.kinds.keys()).finish()
    }
}
