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

impl Condition {
    /// Names of all, as they are shown.
    pub const NAMES: [&str; 10] = [
        "node_trouble",
        "file_trouble",
        "rate_limited",
        "node_behind",
        "fee_spike",
        "fee_capped",
        "insufficient_funds",
        "foreign_transactions",
        "refused",
        "check_fails",
    ];

    /// Its name.
    pub const fn name(&self) -> &'static str {
        let at = match self {
            Self::NodeTrouble { .. } => 0,
            Self::FileTrouble { .. } => 1,
            Self::RateLimited => 2,
            Self::NodeBehind { .. } => 3,
            Self::FeeSpike { .. } => 4,
            Self::FeeCapped { .. } => 5,
            Self::InsufficientFunds { .. } => 6,
            Self::ForeignTransactions { .. } => 7,
            Self::Refused { .. } => 8,
            Self::CheckFails { .. } => 9,
        };
        Self::NAMES[at]
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_are_shown() {
        let why = String::new;
        let all = [
            Condition::NodeTrouble { why: why() },
            Condition::FileTrouble { why: why() },
            Condition::RateLimited,
            Condition::NodeBehind { head: 1, highest: 2 },
            Condition::FeeSpike { base_fee: 2, cap: 1 },
            Condition::FeeCapped { nonce: 1, cap: 1 },
            Condition::InsufficientFunds { why: why() },
            Condition::ForeignTransactions { count: 1, last_nonce: 1 },
            Condition::Refused { key: why(), why: why() },
            Condition::CheckFails { key: why(), why: why() },
        ];
        assert_eq!(all.each_ref().map(Condition::name), Condition::NAMES);
        for condition in all {
            let shown = serde_json::to_value(&condition).expect("JSON");
            assert_eq!(shown["condition"], condition.name());
        }
    }
}
