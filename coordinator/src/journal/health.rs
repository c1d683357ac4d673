//! What an operator has to know about the journal now.

use serde::Serialize;

/// Something that keeps transactions from being mined, or that should not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "condition", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Condition {
    /// The node does not answer, or answers errors that say nothing about a transaction.
    NodeTrouble {
        /// What it says.
        why: String,
    },
    /// The file cannot be written, for example because the disk is full.
    FileTrouble {
        /// What SQLite says.
        why: String,
    },
    /// The node asks for fewer requests.
    RateLimited,
    /// The node shows an older head than it did.
    NodeBehind {
        /// The number of the head that it shows.
        head: u64,
        /// The highest that it showed.
        highest: u64,
    },
    /// A block costs more than what may be paid. Nothing new is sent.
    FeeSpike {
        /// Base fee of the next block, in wei.
        base_fee: u128,
        /// Most to pay, in wei.
        cap: u128,
    },
    /// A transaction waits, and raising its fee would go beyond what may be paid.
    FeeCapped {
        /// Its nonce.
        nonce: u64,
        /// Most to pay, in wei.
        cap: u128,
    },
    /// The account cannot pay for its transactions.
    InsufficientFunds {
        /// What the node says.
        why: String,
    },
    /// Somebody else sends from this account: a second coordinator, or a wallet. Seen since this process started.
    ForeignTransactions {
        /// How many.
        count: u64,
        /// The nonce of the last.
        last_nonce: u64,
    },
    /// A node refuses a transaction of ours for a reason that should not be.
    Refused {
        /// The intent.
        key: String,
        /// What the node says.
        why: String,
    },
    /// A check of whether something is done already fails.
    CheckFails {
        /// The intent.
        key: String,
        /// What the check says.
        why: String,
    },
}

/// All conditions at the end of the last step. None: all is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Those that hold.
    pub conditions: Vec<Condition>,
}

impl Health {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Adds a condition, once.
    pub(super) fn note(&mut self, condition: Condition) {
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }
}
