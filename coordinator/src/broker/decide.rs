//! Whether to take a job: a function of what is known, so that it can be told and tested.

use super::Options;
use super::price::Speed;
use crate::index::job::Job;
use alloy::primitives::{Address, U256};
use std::fmt;

/// How a job is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Proved without a lock: whoever is first is paid.
    Direct,
    /// Locked, then proved.
    Lock,
    /// Reserved, until its private input is handed over.
    Reserve,
}

/// What is done about a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is taken.
    Take(Way),
    /// It is not, now.
    Skip(Reason),
}

/// Why a job is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The model is not at hand.
    NoModel(String),
    /// It is paid in a token that nothing is priced in here.
    OtherToken(Address),
    /// It pays less than it costs.
    PriceTooLow {
        /// What it costs here.
        least: U256,
        /// What it pays now.
        offered: U256,
    },
    /// There is not enough time.
    TooLate {
        /// Seconds until it would be proved, behind what waits.
        needed: u64,
        /// Seconds that there are.
        left: u64,
    },
    /// It needs a private input, and none is accepted here.
    Private,
    /// It can only be done with a lock, and jobs that are locked fail.
    Failing,
    /// As many jobs are held as may be.
    Full {
        /// That many.
        most: usize,
    },
    /// Its seals were stopped.
    Stopped,
    /// The market would refuse.
    Refused(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel(why) => write!(f, "its model is not at hand: {why}"),
            Self::OtherToken(token) => write!(f, "it is paid in the token {token}, and nothing is priced in that here"),
            Self::PriceTooLow { least, offered } => write!(f, "it costs {least} here and pays {offered}"),
            Self::TooLate { needed, left } => write!(f, "it would be proved in {needed} s, and must be in {left} s"),
            Self::Private => f.write_str("its input is private, and no delivery key is registered"),
            Self::Failing => f.write_str("jobs that are locked fail: no new ones are locked until one is proved"),
            Self::Full { most } => write!(f, "{most} jobs are held, which is as many as may be"),
            Self::Stopped => f.write_str("its seals were stopped by the emergency stop"),
            Self::Refused(error) => write!(f, "the market would refuse with {error}"),
        }
    }
}

/// What a decision depends on besides the job.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The chain's time, in seconds.
    pub now: u64,
    /// The network's token.
    pub token: Address,
    /// Whether something is handed over before it can be proved.
    pub private: bool,
    /// What is known of proofs of this model.
    pub speed: Option<Speed>,
    /// Seconds until all that waits is proved.
    pub backlog: u64,
    /// Jobs that are held.
    pub held: usize,
    /// Whether jobs that are locked fail.
    pub failing: bool,
    /// Whether its seals were stopped.
    pub stopped: bool,
}

/// Whether to take an open job.
pub fn decide(job: &Job, at: &Situation, options: &Options) -> Decision {
    match reason(job, at, options) {
        Ok(way) => Decision::Take(way),
        Err(reason) => Decision::Skip(reason),
    }
}

fn reason(job: &Job, at: &Situation, options: &Options) -> Result<Way, Reason> {
    if at.stopped {
        return Err(Reason::Stopped);
    }
    if job.token != at.token {
        return Err(Reason::OtherToken(job.token));
    }
    if at.private && !options.private {
        return Err(Reason::Private);
    }
    let (least, offered) = (options.pricing.least(at.speed), job.price_at(at.now));
    if offered < least {
        return Err(Reason::PriceTooLow { least, offered });
    }
    let way = match (at.private, job.direct && options.direct) {
        (true, _) => Way::Reserve,
        (false, true) => Way::Direct,
        (false, false) => Way::Lock,
    };
    if way != Way::Direct && at.failing {
        return Err(Reason::Failing);
    }
    if way != Way::Direct && at.held >= options.most_held {
        return Err(Reason::Full { most: options.most_held });
    }
    let open = job.takeable_until().saturating_sub(at.now);
    let left = match way {
        Way::Direct => open,
        Way::Lock | Way::Reserve => job.prove_window,
    };
    let needed = at.backlog + 2 * options.pricing.seconds(at.speed) + options.margin;
    if needed > left {
        return Err(Reason::TooLate { needed, left });
    }
    let before = if way == Way::Reserve { 2 * job.ack_window } else { 0 };
    if open < before + options.margin.min(before) {
        return Err(Reason::TooLate { needed: before + options.margin, left: open });
    }
    Ok(way)
}
