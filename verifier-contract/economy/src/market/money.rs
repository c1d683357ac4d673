//! What goes in and out of the market, and its parameters.

use super::{Call, Event};
use crate::State;
use crate::refusal::{Refusal, require};
use alloy_primitives::{Address, U256, uint};

/// The most that a floor can be.
const MAX_FLOOR: U256 = uint!(1_000_000_000_000_000_000_000_000_U256);
/// Bounds of the acknowledgement window.
const ACK_WINDOWS: std::ops::RangeInclusive<u64> = 60..=24 * 60 * 60;

impl State {
    pub(super) fn market_money(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        match *call {
            Call::Withdraw { token, to } => {
                let amount = self.market.credits.clear(&(from, token));
                require(!amount.is_zero(), Refusal::NoCredit)?;
                self.market_tells(Event::Withdrawn { account: from, token, to, amount });
                self.send(token, to, amount)
            }
            Call::DepositCollateral { token, amount } => {
                let rules = self.market.rules.get(&token).copied().unwrap_or_default();
                require(rules.allowed, Refusal::TokenNotAllowed)?;
                self.release(from, token, amount);
                self.market_tells(Event::CollateralDeposited { account: from, token, amount });
                self.pull(token, from, amount)
            }
            Call::WithdrawCollateral { token, amount, to } => {
                require(!amount.is_zero(), Refusal::NoCredit)?;
                self.hold(from, token, amount)?;
                self.market_tells(Event::CollateralWithdrawn { account: from, token, to, amount });
                self.send(token, to, amount)
            }
            Call::SendIncome { token } => {
                let amount = self.market.income.clear(&token);
                require(!amount.is_zero(), Refusal::NoCredit)?;
                self.market_tells(Event::IncomeSent { token, amount });
                self.receive_income(self.network.market, token, amount)
            }
            Call::SetTokenRules { token, rules } => {
                require(from == self.network.governor, Refusal::NotAllowed)?;
                require(rules.collateral_floor <= MAX_FLOOR, Refusal::OutOfBounds)?;
                require(rules.bond_floor <= MAX_FLOOR, Refusal::OutOfBounds)?;
                if rules.allowed {
                    self.tokens.ask(token)?;
                }
                self.market.rules.insert(token, rules);
                Ok(())
            }
            Call::SetAckWindow { seconds } => {
                require(from == self.network.governor, Refusal::NotAllowed)?;
                require(ACK_WINDOWS.contains(&seconds), Refusal::OutOfBounds)?;
                self.market.ack_window = seconds;
                Ok(())
            }
            Call::SetPaused { paused } => {
                let may = [self.network.governor, self.network.guardian].contains(&from);
                require(may, Refusal::NotAllowed)?;
                self.market.paused = paused;
                Ok(())
            }
            _ => unreachable!("a row"),
        }
    }

    pub(super) fn pull(&mut self, token: Address, from: Address, amount: U256) -> Result<(), Refusal> {
        // Of nothing the token is not asked.
        if amount.is_zero() { Ok(()) } else { self.tokens.transfer(token, from, self.network.market, amount) }
    }

    fn send(&mut self, token: Address, to: Address, amount: U256) -> Result<(), Refusal> {
        self.check_recipient(to)?;
        self.tokens.transfer(token, self.network.market, to, amount)
    }
}
