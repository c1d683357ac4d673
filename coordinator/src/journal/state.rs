//! The states of an intent, and which of them may follow which.

use serde::Serialize;
use std::fmt;

/// How far an intent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Written down; nothing is signed.
    Planned,
    /// A signed transaction is written down; no node is known to have it.
    Signed,
    /// A node has taken it.
    Sent,
    /// It is in a block that may still go.
    Mined,
    /// Achieved, by a transaction of ours with enough blocks on top.
    Final,
    /// Achieved, but not by a transaction of ours.
    AlreadyDone,
    /// Refused by the contract or by the node.
    Failed,
    /// Its deadline passed before it was mined.
    Expired,
}

impl State {
    /// All, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Planned,
        Self::Signed,
        Self::Sent,
        Self::Mined,
        Self::Final,
        Self::AlreadyDone,
        Self::Failed,
        Self::Expired,
    ];

    /// Its name, as it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Signed => "signed",
            Self::Sent => "sent",
            Self::Mined => "mined",
            Self::Final => "final",
            Self::AlreadyDone => "already_done",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more is done for it.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Final | Self::AlreadyDone | Self::Failed | Self::Expired)
    }

    /// Whether what was wanted is so.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Final | Self::AlreadyDone)
    }

    /// Whether `next` may follow.
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            // Signing; or there is nothing to send.
            (Self::Planned, Self::Signed | Self::AlreadyDone | Self::Failed | Self::Expired) => true,
            // A node may have taken it though its answer was lost; another's transaction may have taken its nonce.
            (Self::Signed, Self::Sent | Self::Mined | Self::Planned) => true,
            (Self::Sent, Self::Mined | Self::Planned) => true,
            // Another block, no block any more, or enough blocks on top.
            (Self::Mined, Self::Mined | Self::Sent) => true,
            (Self::Mined, Self::Final | Self::AlreadyDone | Self::Failed | Self::Expired) => true,
            // A reorganization deeper than what is waited for: what was mined once is sent again.
            (Self::Final | Self::AlreadyDone | Self::Failed | Self::Expired, Self::Sent) => true,
            _ => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why the nonce of an intent is to be used up by a transaction that does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doom {
    /// The deadline passed.
    Deadline,
    /// Somebody else achieved it.
    Done,
    /// No node takes it, for this reason.
    Refused(String),
}

impl Doom {
    /// As it is stored.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Deadline => "deadline".into(),
            Self::Done => "done".into(),
            Self::Refused(why) => format!("refused: {why}"),
        }
    }

    /// From [`Doom::text`].
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "deadline" => Self::Deadline,
            "done" => Self::Done,
            other => Self::Refused(other.strip_prefix("refused: ").unwrap_or(other).into()),
        }
    }

    /// What the intent ends as, and why, once the nonce is used up.
    pub(super) fn end(self) -> (State, Option<String>) {
        match self {
            Self::Deadline => (State::Expired, None),
            Self::Done => (State::AlreadyDone, None),
            Self::Refused(why) => (State::Failed, Some(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_its_name() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
        }
        assert_eq!(State::named("done"), None);
    }

    #[test]
    fn nothing_is_mined_that_is_not_signed() {
        assert!(!State::Planned.may_become(State::Mined));
        assert!(!State::Planned.may_become(State::Sent));
        assert!(!State::Planned.may_become(State::Final));
    }

    #[test]
    fn success_comes_from_the_chain_only() {
        for state in State::ALL {
            assert_eq!(state.may_become(State::Final), state == State::Mined, "{state}");
        }
    }

    #[test]
    fn an_end_is_left_by_a_reorganization_only() {
        for end in State::ALL.into_iter().filter(|state| state.is_end()) {
            for next in State::ALL {
                assert_eq!(end.may_become(next), next == State::Sent, "{end} -> {next}");
            }
        }
    }

    #[test]
    fn every_state_leads_to_an_end() {
        for start in State::ALL {
            let mut reached = vec![start];
            let mut next = 0;
            while let Some(state) = reached.get(next).copied() {
                reached.extend(
                    State::ALL
                        .into_iter()
                        .filter(|to| state.may_become(*to) && !reached.contains(to))
                        .collect::<Vec<_>>(),
                );
                next += 1;
            }
            assert!(reached.iter().any(|state| state.is_success()), "{start}");
            assert!(reached.contains(&State::Failed) && reached.contains(&State::Expired), "{start}");
        }
    }

    #[test]
    fn a_doom_survives_the_file() {
        for doom in [Doom::Deadline, Doom::Done, Doom::Refused("exceeds block gas limit".into())] {
            assert_eq!(Doom::parse(&doom.text()), doom);
        }
    }
}
