//! Auctions of pots: what came in during a round is for sale in the first day of the next, at a price that halves every hour.

use crate::amounts::Amounts;
use crate::formulas::{self, PRICE_UNIT};
use crate::refusal::{Refusal, require};
use crate::{Event as Any, State, market, treasury};
use alloy_primitives::{Address, U256, uint};
use std::collections::BTreeMap;

/// Length of a round, which is an epoch.
pub const ROUND: u64 = 7 * 24 * 60 * 60;
/// How long the lots of the round before are for sale.
pub const WINDOW: u64 = 24 * 60 * 60;
/// What a lot must bring to move the anchor.
const MIN_PROCEEDS: U256 = uint!(100_000_000_000_000_000_000_U256);
/// One lot lowers the anchor to a fourth at most.
const MAX_FALL: u64 = 4;
/// One step of the governor changes it by a factor 16 at most.
const MAX_STEP: u64 = 16;
const MAX_PRICE: U256 = uint!(0x1000000000000000000000000000000_U256);

/// Which of the two auctions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// Fees; proceeds are the rewards contract's.
    Fees,
    /// Slashed collateral and stake; proceeds are the treasury's.
    Slashes,
}

/// The sale of one token in one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `IPotAuction.Lot`")]
pub struct Lot {
    pub incoming: U256,
    pub counted: U256,
    pub size: U256,
    pub sold: U256,
    pub proceeds: U256,
    pub start_price: U256,
}

/// What the governor says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The next auction starts a multiple of it.
    pub anchor: U256,
    /// Nothing is sold below it.
    pub floor: U256,
}

/// One auction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auction {
    /// What waits to be sold, by token.
    pub held: Amounts<Address>,
    /// By round and token.
    pub lots: BTreeMap<(u64, Address), Lot>,
    /// By token.
    pub terms: BTreeMap<Address, Terms>,
    next_step: BTreeMap<Address, u64>,
    start_multiple: u64,
}

impl Default for Auction {
    fn default() -> Self {
        Self {
            held: Amounts::default(),
            lots: BTreeMap::new(),
            terms: BTreeMap::new(),
            next_step: BTreeMap::new(),
            start_multiple: 4,
        }
    }
}

/// What can be asked of an auction. `Pull` and `Forward` are the slash auction's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the arguments of `IPotAuction`")]
pub enum Call {
    Buy { token: Address, amount: U256, max_price: U256, to: Address },
    Sync { token: Address },
    SetTerms { token: Address, terms: Terms },
    SetStartMultiple { multiple: u64 },
    Pull { token: Address },
    Forward,
}

/// What an auction tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the events of `IPotAuction` and `ISlashAuction`")]
pub enum Event {
    PotIncreased { round: u64, token: Address, amount: U256, counted: bool },
    PotSold { round: u64, token: Address, buyer: Address, to: Address, amount: U256, cost: U256 },
    AnchorChanged { token: Address, anchor: U256 },
    TermsSet { token: Address, terms: Terms },
    StartMultipleSet { multiple: u64 },
    IncomeForwarded { amount: U256 },
}

impl Auction {
    /// Makes a lot's size and price, with the first purchase.
    fn open(&self, round: u64, token: Address) -> Result<Lot, Refusal> {
        let lot = self.lots.get(&(round, token)).cloned().unwrap_or_default();
        if !lot.size.is_zero() {
            return Ok(lot);
        }
        let terms = self.terms.get(&token).ok_or(Refusal::NotForSale)?;
        let late = self.lots.get(&(round + 1, token)).map_or(U256::ZERO, |lot| lot.incoming);
        let start_price = terms.anchor * U256::from(self.start_multiple);
        Ok(Lot { size: self.held.get(&token) - late, start_price, ..lot })
    }

    /// Where the next auction starts from, after a lot of which enough was sold for enough.
    fn follow(&mut self, token: Address, lot: &Lot) -> Option<U256> {
        if lot.sold * U256::from(2) < lot.size || lot.proceeds < MIN_PROCEEDS {
            return None;
        }
        let average = formulas::mul_div(lot.proceeds, U256::from(PRICE_UNIT), lot.sold);
        let least = lot.start_price / U256::from(self.start_multiple * MAX_FALL);
        let anchor = average.max(least).max(U256::from(1)).min(MAX_PRICE);
        let terms = self.terms.get_mut(&token)?;
        let changes = terms.anchor != anchor;
        terms.anchor = anchor;
        changes.then_some(anchor)
    }
}

impl Lot {
    /// What of the proceeds is for the round's own deposits.
    fn counted_proceeds(&self) -> U256 {
        formulas::mul_div(self.proceeds, self.counted, self.size)
    }
}

impl State {
    /// The running round, or epoch.
    pub fn round(&self) -> u64 {
        (self.time - self.rewards.start) / ROUND
    }

    fn auction(&mut self, house: House) -> &mut Auction {
        match house {
            House::Fees => &mut self.fee_auction,
            House::Slashes => &mut self.slash_auction,
        }
    }

    fn auction_tells(&mut self, house: House, event: Event) {
        self.tell(match house {
            House::Fees => Any::FeeAuction(event),
            House::Slashes => Any::SlashAuction(event),
        });
    }

    fn address_of(&self, house: House) -> Address {
        match house {
            House::Fees => self.network.fee_auction,
            House::Slashes => self.network.slash_auction,
        }
    }

    pub(crate) fn auction_call(&mut self, house: House, from: Address, call: &Call) -> Result<(), Refusal> {
        match *call {
            Call::Buy { token, amount, max_price, to } => self.buy(house, from, token, amount, max_price, to),
            Call::Sync { token } => self.sync(house, token),
            Call::SetTerms { token, terms } => self.set_auction_terms(house, from, token, terms),
            Call::SetStartMultiple { multiple } => {
                require(from == self.network.governor, Refusal::NotGovernor)?;
                require((2..=MAX_STEP).contains(&multiple), Refusal::OutOfBounds)?;
                self.auction(house).start_multiple = multiple;
                self.auction_tells(house, Event::StartMultipleSet { multiple });
                Ok(())
            }
            Call::Pull { token } => {
                let to = self.network.slash_auction;
                self.market_call(to, &market::Call::Withdraw { token, to })?;
                if token == self.network.token { Ok(()) } else { self.sync(house, token) }
            }
            Call::Forward => {
                let amount = self.tokens.balance(self.network.token, self.network.slash_auction);
                require(!amount.is_zero(), Refusal::NothingToForward)?;
                self.auction_tells(house, Event::IncomeForwarded { amount });
                let income = treasury::Call::ReceiveIncome { token: self.network.token, amount };
                self.treasury_call(self.network.slash_auction, &income)
            }
        }
    }

    fn buy(
        &mut self,
        house: House,
        from: Address,
        token: Address,
        amount: U256,
        max_price: U256,
        to: Address,
    ) -> Result<(), Refusal> {
        let elapsed = (self.time - self.rewards.start) % ROUND;
        require(self.round() != 0 && elapsed < WINDOW, Refusal::NotOpen)?;
        let round = self.round() - 1;
        let auction = self.auction(house);
        let mut lot = auction.open(round, token)?;
        let price = formulas::price(lot.start_price, auction.terms[&token].floor, elapsed);
        require(price <= max_price, Refusal::PriceTooHigh)?;
        let bought = amount.min(lot.size - lot.sold);
        require(!bought.is_zero(), Refusal::SoldOut)?;
        let cost = formulas::cost(bought, price);

        let counted_before = lot.counted_proceeds();
        lot.sold += bought;
        lot.proceeds += cost;
        let counted = lot.counted_proceeds() - counted_before;
        require(auction.held.take(token, bought), Refusal::SoldOut)?;
        let anchor = auction.follow(token, &lot);
        auction.lots.insert((round, token), lot);
        if let Some(anchor) = anchor {
            self.auction_tells(house, Event::AnchorChanged { token, anchor });
        }
        self.auction_tells(house, Event::PotSold { round, token, buyer: from, to, amount: bought, cost });

        let network_token = self.network.token;
        match house {
            House::Fees => {
                self.tokens.transfer(network_token, from, self.network.rewards, cost)?;
                self.book(round, token, cost, counted);
            }
            House::Slashes => self.tokens.transfer(network_token, from, self.network.slash_auction, cost)?,
        }
        self.tokens.transfer(token, self.address_of(house), to, bought)
    }

    /// Notices what came in otherwise than by a deposit; it counts for nobody.
    pub(crate) fn sync(&mut self, house: House, token: Address) -> Result<(), Refusal> {
        require(token != self.network.token, Refusal::NotForSale)?;
        self.tokens.ask(token)?;
        let balance = self.tokens.balance(token, self.address_of(house));
        let amount = balance.saturating_sub(self.auction(house).held.get(&token));
        if !amount.is_zero() {
            self.increase(house, token, amount, false);
        }
        Ok(())
    }

    pub(crate) fn increase(&mut self, house: House, token: Address, amount: U256, counted: bool) {
        let round = self.round();
        let auction = self.auction(house);
        auction.held.add(token, amount);
        let lot = auction.lots.entry((round, token)).or_default();
        lot.incoming += amount;
        if counted {
            lot.counted += amount;
        }
        self.auction_tells(house, Event::PotIncreased { round, token, amount, counted });
    }

    fn set_auction_terms(&mut self, house: House, from: Address, token: Address, terms: Terms) -> Result<(), Refusal> {
        require(from == self.network.governor, Refusal::NotGovernor)?;
        require(token != self.network.token, Refusal::NotForSale)?;
        let round = self.round();
        let auction = self.auction(house);
        let before = auction.terms.get(&token).map(|terms| terms.anchor);
        let step = U256::from(MAX_STEP);
        let low = before.map_or(U256::ZERO, |anchor| anchor / step).max(U256::from(1));
        let high = before.map_or(MAX_PRICE, |anchor| anchor * step).min(MAX_PRICE);
        require(low <= terms.anchor && terms.anchor <= high, Refusal::OutOfBounds)?;
        require(terms.floor <= terms.anchor, Refusal::OutOfBounds)?;
        if before != Some(terms.anchor) {
            require(auction.next_step.get(&token).is_none_or(|next| round >= *next), Refusal::TooSoon)?;
            auction.next_step.insert(token, round + 1);
        }
        auction.terms.insert(token, terms);
        self.auction_tells(house, Event::TermsSet { token, terms });
        Ok(())
    }
}
