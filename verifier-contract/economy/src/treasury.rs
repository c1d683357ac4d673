//! The treasury: income, of which education has its part, gifts, and what the timelock spends.

use crate::amounts::Amounts;
use crate::refusal::{Refusal, require};
use crate::{Event as Any, State, formulas};
use alloy_primitives::{Address, U256};

/// Education's part of an income.
const EDUCATION_BPS: u64 = 800;
/// From the appointment of a beneficiary to its effect.
pub const APPOINTMENT_NOTICE: u64 = 90 * 24 * 60 * 60;

/// What the treasury keeps beside its balances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Treasury {
    /// Education's credit by token.
    pub education: Amounts<Address>,
    beneficiary: Address,
    appointed: Option<(Address, u64)>,
}

impl Treasury {
    /// A treasury whose education credit is `beneficiary`'s.
    pub fn new(beneficiary: Address) -> Self {
        Self { beneficiary, ..Self::default() }
    }

    /// Whose education's credit is at `time`.
    pub fn beneficiary(&self, time: u64) -> Address {
        match self.appointed {
            Some((next, from)) if time >= from => next,
            _ => self.beneficiary,
        }
    }
}

/// What can be asked of the treasury.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the arguments of `ITreasury`")]
pub enum Call {
    ReceiveIncome { token: Address, amount: U256 },
    Donate { token: Address, amount: U256 },
    Spend { token: Address, to: Address, amount: U256 },
    WithdrawEducation { token: Address, to: Address },
    TransferBeneficiary { next: Address },
    AppointBeneficiary { next: Address },
}

/// What the treasury tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the events of `ITreasury`")]
pub enum Event {
    IncomeReceived { token: Address, from: Address, amount: U256, education: U256 },
    DonationReceived { token: Address, from: Address, amount: U256 },
    Spent { token: Address, to: Address, amount: U256 },
    EducationWithdrawn { token: Address, to: Address, amount: U256 },
    BeneficiaryChanged { beneficiary: Address, effective_at: u64 },
}

impl State {
    pub(crate) fn treasury_call(&mut self, from: Address, call: &Call) -> Result<(), Refusal> {
        let timelock = self.network.governor;
        match *call {
            Call::ReceiveIncome { token, amount } => self.receive_income(from, token, amount)?,
            Call::Donate { token, amount } => {
                self.tokens.transfer(token, from, self.network.treasury, amount)?;
                self.tell(Any::Treasury(Event::DonationReceived { token, from, amount }));
            }
            Call::Spend { token, to, amount } => {
                require(from == timelock, Refusal::NotTimelock)?;
                self.tokens.ask(token)?;
                let balance = self.tokens.balance(token, self.network.treasury);
                let free = balance.saturating_sub(self.treasury.education.get(&token));
                require(amount <= free, Refusal::InsufficientFunds)?;
                self.tell(Any::Treasury(Event::Spent { token, to, amount }));
                self.tokens.transfer(token, self.network.treasury, to, amount)?;
            }
            Call::WithdrawEducation { token, to } => {
                let owner = self.treasury.beneficiary(self.time);
                if from == timelock {
                    require(to == owner, Refusal::NotToBeneficiary)?;
                } else {
                    require(from == owner, Refusal::NotBeneficiary)?;
                }
                let amount = self.treasury.education.clear(&token);
                require(!amount.is_zero(), Refusal::NothingToWithdraw)?;
                self.tell(Any::Treasury(Event::EducationWithdrawn { token, to, amount }));
                self.tokens.transfer(token, self.network.treasury, to, amount)?;
            }
            Call::TransferBeneficiary { next } => {
                require(from == self.treasury.beneficiary(self.time), Refusal::NotBeneficiary)?;
                require(next != Address::ZERO, Refusal::ZeroAddress)?;
                // An appointment that is still to come stays.
                let time = self.time;
                self.treasury.appointed = self.treasury.appointed.filter(|(_, from)| time < *from);
                self.treasury.beneficiary = next;
                self.tell(Any::Treasury(Event::BeneficiaryChanged { beneficiary: next, effective_at: time }));
            }
            Call::AppointBeneficiary { next } => {
                require(from == timelock, Refusal::NotTimelock)?;
                require(next != Address::ZERO, Refusal::ZeroAddress)?;
                let effective_at = self.time + APPOINTMENT_NOTICE;
                self.treasury.beneficiary = self.treasury.beneficiary(self.time);
                self.treasury.appointed = Some((next, effective_at));
                self.tell(Any::Treasury(Event::BeneficiaryChanged { beneficiary: next, effective_at }));
            }
        }
        Ok(())
    }

    pub(crate) fn receive_income(&mut self, from: Address, token: Address, amount: U256) -> Result<(), Refusal> {
        self.tokens.transfer(token, from, self.network.treasury, amount)?;
        let education = formulas::part(amount, EDUCATION_BPS);
        self.treasury.education.add(token, education);
        self.tell(Any::Treasury(Event::IncomeReceived { token, from, amount, education }));
        Ok(())
    }
}
