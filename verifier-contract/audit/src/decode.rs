//! Events of the contracts as the rules tell them.

use alloy::primitives::U256;
use verin_contracts::bindings::fee_auction::FeeAuction::FeeAuctionEvents as Auctions;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Markets;
use verin_contracts::bindings::intelligence_rewards::IntelligenceRewards::IntelligenceRewardsEvents as Reward;
use verin_contracts::bindings::prover_staking::ProverStaking::ProverStakingEvents as Stakings;
use verin_contracts::bindings::slash_auction::SlashAuction::SlashAuctionEvents as Slashes;
use verin_contracts::bindings::treasury::Treasury::TreasuryEvents as Treasuries;
use verin_contracts::events::Event as Told;
use verin_economy::market::{Event as M, Work};
use verin_economy::{Event, auction, rewards, staking, treasury};

/// Times and counts stay below this, so that sums of a few are numbers.
const LARGEST: u64 = u64::MAX / 16;

/// The event, unless it is of a contract or of a kind that the rules have none of.
pub fn told(event: &Told) -> Option<Event> {
    match event {
        Told::Market(event) => market(event).map(Event::Market),
        Told::Rewards(event) => Some(Event::Rewards(reward(event))),
        Told::FeeAuction(event) => Some(Event::FeeAuction(fees(event))),
        Told::SlashAuction(event) => Some(Event::SlashAuction(slashes(event))),
        Told::Staking(event) => stake(event).map(Event::Staking),
        Told::Treasury(event) => Some(Event::Treasury(income(event))),
        _ => None,
    }
}

/// A time or a count.
pub fn small(value: U256) -> u64 {
    value.saturating_to::<u64>().min(LARGEST)
}

fn market(event: &Markets) -> Option<M> {
    use Markets as E;
    Some(match event {
        E::JobRequested(e) => M::JobRequested {
            job: e.jobId,
            requester: e.requester,
            token: e.terms.token,
            escrow: U256::from(e.terms.maxPrice) + U256::from(e.terms.bond),
            collateral: e.collateral,
        },
        E::CancelNoticed(e) => M::CancelNoticed { job: e.jobId, cancel_at: small(e.cancelAt) },
        E::JobCancelled(e) => M::JobCancelled { job: e.jobId, requester: e.requester, refund: e.refund },
        E::JobLocked(e) => M::JobLocked {
            job: e.jobId,
            prover: e.prover,
            payout: e.payout,
            price: e.price,
            change: e.change,
            collateral: e.collateral,
            lock_end: small(e.lockEnd),
        },
        E::JobReserved(e) => M::JobReserved {
            job: e.jobId,
            prover: e.prover,
            payout: e.payout,
            price: e.price,
            bond: e.bond,
            key: e.key,
            until: small(e.until),
        },
        E::InputDelivered(e) => M::InputDelivered { job: e.jobId, until: small(e.until) },
        E::InputAcknowledged(e) => M::InputAcknowledged { job: e.jobId, prover: e.prover, bond: e.bond },
        E::DeliveryMissed(e) => {
            M::DeliveryMissed { job: e.jobId, requester: e.requester, prover: e.prover, refund: e.refund, bond: e.bond }
        }
        E::AcknowledgementMissed(e) => M::AcknowledgementMissed {
            job: e.jobId,
            requester: e.requester,
            prover: e.prover,
            refund: e.refund,
            bond: e.bond,
        },
        E::JobFulfilled(e) => M::JobFulfilled {
            job: e.jobId,
            payout: e.payout,
            receiver: e.receiver,
            prover_amount: e.proverAmount,
            owner_amount: e.ownerAmount,
            fee: e.fee,
            change: e.change,
            collateral: e.collateral,
        },
        E::JobFulfilledLate(e) => M::JobFulfilledLate {
            job: e.jobId,
            payout: e.payout,
            requester: e.requester,
            refund: e.refund,
            bounty: e.bounty,
            slashed: e.slashed,
        },
        E::JobRefunded(e) => M::JobRefunded {
            job: e.jobId,
            requester: e.requester,
            refund: e.refund,
            income: e.income,
            slashed: e.slashed,
        },
        E::JobExpired(e) => M::JobExpired { job: e.jobId, requester: e.requester, refund: e.refund },
        E::JobVoided(e) => M::JobVoided {
            job: e.jobId,
            requester: e.requester,
            prover: e.prover,
            refund: e.refund,
            collateral: e.collateral,
            stopped_at: small(e.stoppedAt),
        },
        E::CallbackFailed(e) => M::CallbackFailed { job: e.jobId, callback: e.callback },
        E::CallbackRetried(e) => M::CallbackRetried { job: e.jobId, callback: e.callback },
        E::WorkDeferred(e) => M::WorkDeferred {
            work: Work { token: e.token, payout: e.payout, creators: e.creators.clone(), fees: e.fees.clone() },
        },
        E::WorkRetried(e) => M::WorkRetried { token: e.token, payout: e.payout, fees: e.fees },
        E::Withdrawn(e) => M::Withdrawn { account: e.account, token: e.token, to: e.to, amount: e.amount },
        E::CollateralDeposited(e) => M::CollateralDeposited { account: e.account, token: e.token, amount: e.amount },
        E::CollateralWithdrawn(e) => {
            M::CollateralWithdrawn { account: e.account, token: e.token, to: e.to, amount: e.amount }
        }
        E::IncomeSent(e) => M::IncomeSent { token: e.token, amount: e.amount },
        E::AckWindowChanged(_)
        | E::GuardianChanged(_)
        | E::KeyRegistered(_)
        | E::NoncesInvalidated(_)
        | E::PausedChanged(_)
        | E::TokenRulesChanged(_) => return None,
    })
}

fn reward(event: &Reward) -> rewards::Event {
    use rewards::Event as R;
    match event {
        Reward::WorkRecorded(e) => R::WorkRecorded {
            epoch: small(e.epoch),
            token: e.paymentToken,
            prover: e.prover,
            creator: e.creator,
            fee: e.fee,
        },
        Reward::FeesUncollected(e) => {
            R::FeesUncollected { epoch: small(e.epoch), token: e.paymentToken, amount: e.amount }
        }
        Reward::FeesCollected(e) => R::FeesCollected { token: e.paymentToken, amount: e.amount },
        Reward::ProceedsRecorded(e) => {
            R::ProceedsRecorded { epoch: small(e.epoch), token: e.paymentToken, amount: e.amount, counted: e.counted }
        }
        Reward::EpochClosed(e) => R::EpochClosed {
            epoch: small(e.epoch),
            proceeds: e.proceeds,
            rewards: e.rewards,
            burned: e.burned,
            to_treasury: e.toTreasury,
        },
        Reward::RewardClaimed(e) => R::RewardClaimed {
            epoch: small(e.epoch),
            account: e.account,
            prover_reward: e.proverReward,
            creator_reward: e.creatorReward,
            withheld: e.withheld,
            tokens: e.paymentTokens.clone(),
        },
        Reward::IncomeForwarded(e) => R::IncomeForwarded { amount: e.amount },
        Reward::RewardShareSet(e) => R::RewardShareSet { from_epoch: small(e.fromEpoch), bps: small(e.bps) },
    }
}

/// The events that both auctions have.
macro_rules! pots {
    ($events:ident, $event:expr, $($more:tt)*) => {
        match $event {
            $events::PotIncreased(e) => auction::Event::PotIncreased {
                round: small(e.round),
                token: e.token,
                amount: e.amount,
                counted: e.counted,
            },
            $events::PotSold(e) => auction::Event::PotSold {
                round: small(e.round),
                token: e.token,
                buyer: e.buyer,
                to: e.to,
                amount: e.amount,
                cost: e.cost,
            },
            $events::AnchorChanged(e) => auction::Event::AnchorChanged { token: e.token, anchor: e.anchor },
            $events::TermsSet(e) => auction::Event::TermsSet {
                token: e.token,
                terms: auction::Terms { anchor: e.anchor, floor: e.floor },
            },
            $events::StartMultipleSet(e) => auction::Event::StartMultipleSet { multiple: small(e.multiple) },
            $($more)*
        }
    };
}

fn fees(event: &Auctions) -> auction::Event {
    pots!(Auctions, event,)
}

fn slashes(event: &Slashes) -> auction::Event {
    pots!(Slashes, event, Slashes::IncomeForwarded(e) => auction::Event::IncomeForwarded { amount: e.amount },)
}

fn stake(event: &Stakings) -> Option<staking::Event> {
    use Stakings as E;
    use staking::Event as S;
    Some(match event {
        E::Staked(e) => S::Staked { prover: e.prover, account: e.account, amount: e.amount, shares: e.shares },
        E::Unbonding(e) => S::Unbonding {
            ticket: small(e.ticketId),
            prover: e.prover,
            account: e.account,
            shares: e.shares,
            amount: e.amount,
            unlocks_at: small(e.unlocksAt),
        },
        E::Withdrawn(e) => {
            S::Withdrawn { ticket: small(e.ticketId), prover: e.prover, account: e.account, to: e.to, amount: e.amount }
        }
        E::Slashed(e) => S::Slashed { prover: e.prover, bonded: e.bonded, unbonding: e.unbonding, reason: e.reason },
        E::VotesSynced(e) => S::VotesSynced { prover: e.prover, account: e.account, amount: e.amount },
        E::CommissionChanged(e) => {
            S::CommissionChanged { prover: e.prover, bps: small(e.bps), effective_at: small(e.effectiveAt) }
        }
        E::RewardDistributed(e) => {
            S::RewardDistributed { prover: e.prover, amount: e.amount, commission: e.commission }
        }
        E::RewardAccrued(e) => S::RewardAccrued { prover: e.prover, account: e.account, amount: e.amount },
        E::RewardClaimed(e) => S::RewardClaimed { account: e.account, to: e.to, amount: e.amount },
        E::LockOpened(e) => S::LockOpened { prover: e.prover, open: small(e.open) },
        E::LockClosed(e) => S::LockClosed { prover: e.prover, open: small(e.open) },
        E::ParametersSet(_) | E::RoleAdminChanged(_) | E::RoleGranted(_) | E::RoleRevoked(_) => return None,
    })
}

fn income(event: &Treasuries) -> treasury::Event {
    use treasury::Event as T;
    match event {
        Treasuries::IncomeReceived(e) => {
            T::IncomeReceived { token: e.token, from: e.from, amount: e.amount, education: e.education }
        }
        Treasuries::DonationReceived(e) => T::DonationReceived { token: e.token, from: e.from, amount: e.amount },
        Treasuries::Spent(e) => T::Spent { token: e.token, to: e.to, amount: e.amount },
        Treasuries::EducationWithdrawn(e) => T::EducationWithdrawn { token: e.token, to: e.to, amount: e.amount },
        Treasuries::BeneficiaryChanged(e) => {
            T::BeneficiaryChanged { beneficiary: e.beneficiary, effective_at: small(e.effectiveAt) }
        }
    }
}
