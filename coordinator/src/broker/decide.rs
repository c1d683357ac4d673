//! Whether to take a job: a function of what is known, so that it can be told and tested.

use super::Options;
use super::price::Speed;
use crate::index::job::Job;
use alloy::primitives::{Address, U256};
use std::fmt;
use verin_economy::formulas;

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

impl Way {
    /// Its name in what is counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Lock => "lock",
            Self::Reserve => "reserve",
        }
    }
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
    /// No worker makes seals under its record that the market takes.
    Unprovable,
    /// Nobody here has proved this model yet, and another job of it is held already.
    Unmeasured,
    /// It pays less than it costs.
    PriceTooLow {
        /// What it costs here.
        least: U256,
        /// What its prover would get now.
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
    /// As many jobs of its kind, with or without a lock, are under way as may be.
    Full {
        /// That many.
        most: usize,
    },
    /// Its seals were stopped.
    Stopped,
    /// The market would refuse.
    Refused(String),
}

impl Reason {
    /// All kinds.
    pub const KINDS: [&str; 11] = [
        "no_model",
        "other_token",
        "unprovable",
        "unmeasured",
        "price_too_low",
        "too_late",
        "private",
        "failing",
        "full",
        "stopped",
        "refused",
    ];

    /// Its kind, in what is counted.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoModel(_) => "no_model",
            Self::OtherToken(_) => "other_token",
            Self::Unprovable => "unprovable",
            Self::Unmeasured => "unmeasured",
            Self::PriceTooLow { .. } => "price_too_low",
            Self::TooLate { .. } => "too_late",
            Self::Private => "private",
            Self::Failing => "failing",
            Self::Full { .. } => "full",
            Self::Stopped => "stopped",
            Self::Refused(_) => "refused",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel(why) => write!(f, "its model is not at hand: {why}"),
            Self::OtherToken(token) => write!(f, "it is paid in the token {token}, and nothing is priced in that here"),
            Self::Unprovable => {
                f.write_str("its record has no seals, or hides the output from whoever would be paid to show it")
            }
            Self::Unmeasured => {
                f.write_str("nobody here has proved its model yet: until somebody has, one job of it is held at a time")
            }
            Self::PriceTooLow { least, offered } => {
                write!(f, "it costs {least} here and pays its prover {offered} now")
            }
            Self::TooLate { needed, left } => write!(f, "it would be proved in {needed} s, and must be in {left} s"),
            Self::Private => f.write_str("its input is private, and no delivery key is registered"),
            Self::Failing => f.write_str("jobs that are locked fail: no new ones are locked until one is proved"),
            Self::Full { most } => write!(f, "{most} such jobs are under way, which is as many as may be"),
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
    /// Jobs that are held, or about to be.
    pub held: usize,
    /// Jobs without a lock that are under way.
    pub direct: usize,
    /// Whether a job of this model is held, or about to be.
    pub holds_model: bool,
    /// Whether seals under the record can be made here at all.
    pub provable: bool,
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
    if !at.provable {
        return Err(Reason::Unprovable);
    }
    if at.private && !options.private {
        return Err(Reason::Private);
    }
    let least = options.pricing.least(at.speed, job.callback_gas);
    let offered = formulas::split(job.price_at(at.now), job.owner_bps.into()).prover;
    if offered < least {
        return Err(Reason::PriceTooLow { least, offered });
    }
    let way = match (at.private, job.direct && options.direct) {
        (true, _) => Way::Reserve,
        (false, true) => Way::Direct,
        (false, false) => Way::Lock,
    };
    if way == Way::Direct && at.direct >= options.most_direct {
        return Err(Reason::Full { most: options.most_direct });
    }
    if way != Way::Direct {
        if at.failing {
            return Err(Reason::Failing);
        }
        if at.held >= options.most_held {
            return Err(Reason::Full { most: options.most_held });
        }
        if at.speed.is_none() && at.holds_model {
            return Err(Reason::Unmeasured);
        }
    }
    let open = job.takeable_until().saturating_sub(at.now);
    let left = match way {
        Way::Direct => open,
        Way::Lock | Way::Reserve => job.prove_window,
    };
    let needed = needed(at.backlog, at.speed, options);
    if needed > left {
        return Err(Reason::TooLate { needed, left });
    }
    // The market wants both windows to be there, and the transaction takes its time.
    let before = job.ack_window.saturating_mul(2).saturating_add(options.margin);
    if way == Way::Reserve && open < before {
        return Err(Reason::TooLate { needed: before, left: open });
    }
    Ok(way)
}

/// Seconds that must be left for a job that is taken now, behind a backlog: what waits, twice what it takes, and some to spare.
pub(super) fn needed(backlog: u64, speed: Option<Speed>, options: &Options) -> u64 {
    backlog.saturating_add(options.pricing.seconds(speed).saturating_mul(2)).saturating_add(options.margin)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use alloy::primitives::{B256, Bytes};
    use verin_contracts::jobs::Status;

    const NOW: u64 = 1_000_000;
    const TOKEN: Address = Address::repeat_byte(1);

    /// Pays 1,000,000 from now on: 10,000 is the network's, 200,000 the owner's.
    pub(in crate::broker) fn job() -> Job {
        Job {
            id: B256::ZERO,
            block: 1,
            log: 0,
            requester: Address::ZERO,
            listing: 1,
            record: B256::ZERO,
            verifier: Default::default(),
            token: TOKEN,
            owner_bps: 2_000,
            floor_price: U256::from(1_000_000),
            max_price: U256::from(2_000_000),
            bond: U256::ZERO,
            collateral: U256::ZERO,
            curve_start: NOW,
            curve_seconds: 1_000,
            lock_by: NOW + 3_600,
            prove_window: 600,
            deadline: NOW + 7_200,
            ack_window: 600,
            direct: false,
            callback: Address::ZERO,
            callback_gas: 0,
            input: Bytes::new(),
            status: Status::Open,
            prover: None,
            payout: None,
            price: None,
            until: None,
            cancel_at: None,
        }
    }

    fn at() -> Situation {
        Situation {
            now: NOW,
            token: TOKEN,
            private: false,
            provable: true,
            speed: Some(Speed { wall_ms: 10_000.0, cpu_ms_per_job: 10_000.0 }),
            backlog: 0,
            held: 0,
            direct: 0,
            holds_model: false,
            failing: false,
            stopped: false,
        }
    }

    fn skips(job: &Job, at: &Situation, options: &Options) -> Reason {
        match decide(job, at, options) {
            Decision::Skip(reason) => reason,
            Decision::Take(way) => panic!("taken: {way:?}"),
        }
    }

    #[test]
    fn a_job_is_taken_in_the_way_that_it_allows() {
        let options = Options { private: true, ..Options::default() };
        assert_eq!(decide(&job(), &at(), &options), Decision::Take(Way::Lock));
        let direct = Job { direct: true, ..job() };
        assert_eq!(decide(&direct, &at(), &options), Decision::Take(Way::Direct));
        assert_eq!(decide(&direct, &at(), &Options { direct: false, ..options.clone() }), Decision::Take(Way::Lock));
        assert_eq!(decide(&job(), &Situation { private: true, ..at() }, &options), Decision::Take(Way::Reserve));
    }

    #[test]
    fn each_reason_keeps_a_job_from_being_taken() {
        let options = Options::default();
        assert_eq!(skips(&job(), &Situation { stopped: true, ..at() }, &options), Reason::Stopped);
        let other = Address::repeat_byte(2);
        assert_eq!(skips(&Job { token: other, ..job() }, &at(), &options), Reason::OtherToken(other));
        assert_eq!(skips(&job(), &Situation { provable: false, ..at() }, &options), Reason::Unprovable);
        assert_eq!(skips(&job(), &Situation { private: true, ..at() }, &options), Reason::Private);
        assert_eq!(skips(&job(), &Situation { failing: true, ..at() }, &options), Reason::Failing);
        let full = Situation { held: options.most_held, ..at() };
        assert_eq!(skips(&job(), &full, &options), Reason::Full { most: options.most_held });
        let unknown = Situation { speed: None, holds_model: true, ..at() };
        assert_eq!(skips(&job(), &unknown, &options), Reason::Unmeasured);
        assert!(matches!(decide(&job(), &Situation { holds_model: false, ..unknown }, &options), Decision::Take(_)));

        // Neither failures nor locks are the concern of a job without one, which has a limit of its own.
        let direct = Job { direct: true, ..job() };
        let busy = Situation { failing: true, held: options.most_held, ..at() };
        assert_eq!(decide(&direct, &busy, &options), Decision::Take(Way::Direct));
        let full = Situation { direct: options.most_direct, ..at() };
        assert_eq!(skips(&direct, &full, &options), Reason::Full { most: options.most_direct });
    }

    #[test]
    fn what_its_prover_gets_must_be_what_it_costs() {
        let pricing = |least: u64| {
            // Ten seconds of a core.
            let cpu_hour = U256::from(least) * U256::from(360);
            Options { pricing: crate::broker::Pricing { cpu_hour, ..Default::default() }, ..Options::default() }
        };
        assert!(matches!(decide(&job(), &at(), &pricing(790_000)), Decision::Take(_)), "after fee and owner's part");
        let (least, offered) = (U256::from(790_001), U256::from(790_000));
        assert_eq!(skips(&job(), &at(), &pricing(790_001)), Reason::PriceTooLow { least, offered });
        assert!(matches!(decide(&job(), &Situation { now: NOW + 10, ..at() }, &pricing(790_001)), Decision::Take(_)));
        let gas = crate::broker::Pricing { gas: U256::from(1), settlement: 700_000, ..Default::default() };
        let options = Options { pricing: gas, ..Options::default() };
        assert!(matches!(decide(&job(), &at(), &options), Decision::Take(_)));
        let called = Job { callback_gas: 100_000, ..job() };
        assert!(matches!(skips(&called, &at(), &options), Reason::PriceTooLow { .. }), "a callback costs gas");
    }

    #[test]
    fn there_must_be_time() {
        let options = Options { private: true, ..Options::default() };
        let behind = |backlog: u64| Situation { backlog, ..at() };
        // Twice ten seconds and the margin.
        let free = 600 - 20 - options.margin;
        assert_eq!(decide(&job(), &behind(free), &options), Decision::Take(Way::Lock));
        assert_eq!(skips(&job(), &behind(free + 1), &options), Reason::TooLate { needed: 601, left: 600 });
        let direct = Job { direct: true, ..job() };
        assert_eq!(decide(&direct, &behind(3_600 - 20 - options.margin), &options), Decision::Take(Way::Direct));
        let noticed = Job { cancel_at: Some(NOW + 49), ..direct };
        assert_eq!(skips(&noticed, &at(), &options), Reason::TooLate { needed: 50, left: 49 });
        let private = |lock_by: u64| (Job { lock_by, ..job() }, Situation { private: true, ..at() });
        let (job, at) = private(NOW + 1_230);
        assert_eq!(decide(&job, &at, &options), Decision::Take(Way::Reserve));
        let (job, at) = private(NOW + 1_229);
        assert_eq!(skips(&job, &at, &options), Reason::TooLate { needed: 1_230, left: 1_229 });
        assert!(matches!(skips(&job, &Situation { backlog: u64::MAX, ..at }, &options), Reason::TooLate { .. }));
    }
}
