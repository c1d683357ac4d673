//! Emissions, rewards and prices (`docs/economy.md`): what one number follows from others by.
//!
//! All divisions round as the contracts' do; intermediate products have room for 512 bits.

use alloy_primitives::{U256, U512};

/// Provers' part of an epoch's rewards, in tenths.
pub const PROVER_TENTHS: u64 = 8;
/// Creators' part of an epoch's rewards, in tenths.
pub const CREATOR_TENTHS: u64 = 2;
/// Epochs with a scheduled emission.
pub const SCHEDULED_EPOCHS: u64 = 156;

/// `1 + 2 + ... + 156`.
const WEIGHT_SUM: u64 = 12_246;
/// After the schedule an epoch pays at most this part of the rest.
const TAIL_DIVISOR: u64 = 52;
/// What flooring the scheduled caps leaves over.
const LAST_EPOCH_REMAINDER: u64 = 78;
/// A prover's rewards are at most this part of its average stake.
const STAKE_DIVISOR: u64 = 20;
const BPS: u64 = 10_000;
const FEE_DIVISOR: u64 = 100;
/// Prices are for this much of what is sold.
pub const PRICE_UNIT: u64 = 1_000_000_000_000_000_000;
/// In how many seconds a price halves.
const HALF_LIFE: u64 = 60 * 60;

/// The contributor allocation: 390,000,000 tokens.
pub fn allocation() -> U256 {
    U256::from(390_000_000u64) * U256::from(PRICE_UNIT)
}

/// The most an epoch pays, when all earlier ones were granted `granted` together; nothing when that is more than there is.
pub fn emission(epoch: u64, granted: U256) -> U256 {
    if epoch >= SCHEDULED_EPOCHS {
        return allocation().saturating_sub(granted) / U256::from(TAIL_DIVISOR);
    }
    let scheduled = U256::from(SCHEDULED_EPOCHS - epoch) * allocation() / U256::from(WEIGHT_SUM);
    let last = epoch == SCHEDULED_EPOCHS - 1;
    if last { scheduled + U256::from(LAST_EPOCH_REMAINDER) } else { scheduled }
}

/// What an epoch's claims add up to at most: `min(k B, E)`.
pub fn pool(proceeds: U256, share_bps: u64, emission: U256) -> U256 {
    part(proceeds, share_bps).min(emission)
}

/// One epoch's fees in one token, and what they brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pot {
    /// Fees recorded.
    pub fees: U256,
    /// Network tokens that they brought.
    pub proceeds: U256,
}

/// What a fee in `pot` earns, out of an epoch's `pool` and `proceeds`: `tenths/10 * lambda * w`.
pub fn share(pool: U256, proceeds: U256, pot: Pot, fee: U256, tenths: u64) -> U256 {
    if fee.is_zero() || pot.proceeds.is_zero() {
        return U256::ZERO;
    }
    let weight = mul_div(pot.proceeds, fee, pot.fees);
    mul_div(pool * U256::from(tenths), weight, proceeds * U256::from(10))
}

/// The most a prover is rewarded in an epoch.
pub fn stake_limit(average_stake: U256) -> U256 {
    average_stake / U256::from(STAKE_DIVISOR)
}

/// The price in an auction, `elapsed` seconds after it opened at `start`.
pub fn price(start: U256, floor: U256, elapsed: u64) -> U256 {
    let halved =
        usize::try_from(elapsed / HALF_LIFE).map_or(U256::ZERO, |halvings| start.wrapping_shr(halvings.min(256)));
    let within = mul_div(halved, U256::from(elapsed % HALF_LIFE), U256::from(2 * HALF_LIFE));
    (halved - within).max(floor).max(U256::from(1))
}

/// What `amount` costs at a price, rounded up.
pub fn cost(amount: U256, price: U256) -> U256 {
    let unit = U512::from(PRICE_UNIT);
    narrow((U512::from(amount) * U512::from(price) + unit - U512::from(1)) / unit)
}

/// What a job costs at `time`: `floor` until `start`, from there on a line that is at `cap` after `seconds`.
pub fn curve(floor: U256, cap: U256, start: u64, seconds: u64, time: u64) -> U256 {
    let elapsed = time.saturating_sub(start);
    if time <= start {
        floor
    } else if elapsed >= seconds {
        cap
    } else {
        floor + (cap - floor) * U256::from(elapsed) / U256::from(seconds)
    }
}

/// The parts of a job's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The network's: a hundredth, rounded up.
    pub fee: U256,
    /// The listing's: its share, rounded down.
    pub owner: U256,
    /// The prover's: the rest.
    pub prover: U256,
}

/// Splits a job's price.
pub fn split(price: U256, owner_bps: u64) -> Split {
    let fee = price.div_ceil(U256::from(FEE_DIVISOR));
    let owner = price * U256::from(owner_bps) / U256::from(BPS);
    Split { fee, owner, prover: price - fee - owner }
}

/// Half of a collateral, rounded down, and the rest.
pub fn halves(collateral: U256) -> (U256, U256) {
    let half = collateral / U256::from(2);
    (half, collateral - half)
}

/// `bps` ten-thousandths of `amount`, rounded down.
pub fn part(amount: U256, bps: u64) -> U256 {
    mul_div(amount, U256::from(bps), U256::from(BPS))
}

/// `a b / c`, rounded down.
///
/// # Panics
/// `c` is zero, or the result has more than 256 bits: the contracts revert.
pub fn mul_div(a: U256, b: U256, c: U256) -> U256 {
    narrow(U512::from(a) * U512::from(b) / U512::from(c))
}

fn narrow(wide: U512) -> U256 {
    wide.to::<U256>()
}
