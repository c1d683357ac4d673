//! What is offered for a unit of gas.
//!
//! A node takes a replacement only when both parts of the offer grow: geth and anvil ask for a tenth, others for an eighth. Every
//! raise here is by an eighth or more.

/// An offer, in wei for a unit of gas (EIP-1559).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fees {
    /// Most in all.
    pub(super) max_fee: u128,
    /// Of it, most for who builds the block.
    pub(super) tip: u128,
}

/// What the chain asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Market {
    /// The base fee of the next block.
    pub(super) base_fee: u128,
    /// An offer that recent blocks would have taken.
    pub(super) suggested: Fees,
}

impl Fees {
    /// The least offer that replaces this one.
    pub(super) fn raised(self) -> Self {
        Self { max_fee: raised(self.max_fee), tip: raised(self.tip) }
    }

    /// The same, but no more than `cap`.
    pub(super) fn capped(self, cap: u128) -> Self {
        let max_fee = self.max_fee.min(cap);
        Self { max_fee, tip: self.tip.min(max_fee) }
    }

    /// The offer to replace this one with, or none when the least there is exceeds `cap`.
    pub(super) fn replacement(self, market: &Market, cap: u128) -> Option<Self> {
        let least = self.raised();
        if least.max_fee > cap {
            return None;
        }
        let suggested = market.suggested.capped(cap);
        let max_fee = least.max_fee.max(suggested.max_fee);
        Some(Self { max_fee, tip: least.tip.max(suggested.tip).min(max_fee) })
    }
}

/// An eighth more, rounded up.
pub(super) fn raised(fee: u128) -> u128 {
    fee.saturating_add(fee.div_ceil(8)).max(fee.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn market(base_fee: u128, tip: u128) -> Market {
        Market { base_fee, suggested: Fees { max_fee: 2 * base_fee + tip, tip } }
    }

    #[test]
    fn a_raise_is_an_eighth_or_more() {
        assert_eq!(raised(8), 9);
        assert_eq!(raised(9), 11);
        assert_eq!(raised(1), 2);
        assert_eq!(raised(0), 1);
        assert_eq!(raised(1_000_000_000), 1_125_000_000);
    }

    #[test]
    fn no_replacement_beyond_the_cap() {
        let fees = Fees { max_fee: 100, tip: 10 };
        assert_eq!(fees.replacement(&market(1_000, 10), 112), None);
        assert_eq!(fees.replacement(&market(1_000, 10), 113), Some(Fees { max_fee: 113, tip: 12 }));
    }

    #[test]
    fn one_cancellation_is_always_affordable() {
        let cap = 1_000_000_007;
        let fees = Fees { max_fee: cap, tip: cap };
        assert_eq!(fees.replacement(&market(cap, 1), cap), None);
        assert_eq!(fees.replacement(&market(cap, 1), raised(cap)), Some(fees.raised()));
    }

    proptest! {
        #[test]
        fn every_replacement_is_taken_by_a_node_and_below_the_cap(
            max_fee in 1..u64::MAX, tip in 0..u64::MAX, base_fee in 0..u64::MAX, market_tip in 0..u64::MAX, cap in 0..u64::MAX
        ) {
            let fees = Fees { max_fee: max_fee.into(), tip: u128::from(tip).min(max_fee.into()) };
            if let Some(new) = fees.replacement(&market(base_fee.into(), market_tip.into()), cap.into()) {
                prop_assert!(new.max_fee <= cap.into() && new.tip <= new.max_fee);
                prop_assert!(new.max_fee * 8 >= fees.max_fee * 9 && new.tip * 8 >= fees.tip * 9);
            }
        }
    }
}
