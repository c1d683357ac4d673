//! The end of a week: books are closed, work is rewarded, everybody withdraws, and the chain's balances meet the ledger's.

use super::ledger::{halves, tokens};
use super::report::{BalanceFacts, EpochFacts};
use super::story::Story;
use crate::error::CliError;
use verin_contracts::rewards::{AUCTION_WINDOW, EPOCH};
use verin_contracts::{Address, U256};

/// Tokens at deployment.
const SUPPLY: u128 = 1_000_000_000 * super::ledger::TOKEN;
/// The treasury's allocation: 16 %.
const TREASURY: u128 = SUPPLY / 100 * 16;

impl Story<'_> {
    /// Lets a week pass, closes its books and claims.
    pub(super) async fn reward(&mut self) -> Result<(), CliError> {
        self.output.line("\nA week later, and a day in which fees are for sale: proof-of-intelligence rewards");
        let epoch = self.world.contracts.epoch().await?;
        self.world.contracts.network.pass(EPOCH + AUCTION_WINDOW).await?;
        let closed = self.world.contracts.close(self.world.cast.stranger, epoch).await?;
        let number = epoch.saturating_to();
        let (fees, rewards) = (self.ledger.fees, self.ledger.rewards(number).saturating_to::<u128>());
        let (burned, kept) = halves(fees);
        self.checks.same("proceeds of the epoch", U256::from(fees), closed.proceeds);
        self.checks.same("rewards of the epoch", U256::from(rewards), closed.rewards);
        self.checks.same("burned", U256::from(burned), closed.burned);
        self.checks.same("to the treasury", U256::from(kept), closed.to_treasury);
        let forwarded = self.world.contracts.forward_income(self.world.cast.stranger).await?;
        self.checks.same("forwarded to the treasury", U256::from(kept), forwarded);
        self.ledger.receive(self.world.cast.treasury, kept);
        self.output.fact("fees", tokens(fees));
        self.output.fact("burned", tokens(burned));
        self.output.fact("to the treasury", tokens(kept));
        self.output.fact("rewards", format_args!("{}, at most 3/4 of the fees", tokens(rewards)));

        let mut claims = Vec::new();
        for (account, as_prover, as_creator) in self.ledger.claims(number) {
            let claimed = self.world.contracts.claim(epoch, account).await?;
            let name = self.name(account);
            self.checks.same(format!("{name}: reward for proving"), U256::from(as_prover), claimed.as_prover);
            self.checks.same(format!("{name}: reward for the model"), U256::from(as_creator), claimed.as_creator);
            self.checks.same(format!("{name}: within the limit of its stake"), U256::ZERO, claimed.withheld);
            self.ledger.receive(account, as_prover + as_creator);
            self.output.fact(&format!("  {name}"), tokens(as_prover + as_creator));
            claims.push((name, (as_prover + as_creator).to_string()));
        }
        self.report.epoch = Some(EpochFacts {
            fees: fees.to_string(),
            burned: burned.to_string(),
            to_treasury: kept.to_string(),
            rewards: rewards.to_string(),
            claims: claims.into_iter().collect(),
        });
        Ok(())
    }

    /// Everybody takes what the market owes them; then every balance is compared.
    pub(super) async fn settle_up(&mut self) -> Result<(), CliError> {
        let cast = self.world.cast;
        let contracts = self.world.contracts.clone();
        for account in [cast.prover, cast.owner, cast.requester] {
            if contracts.credit(account).await? != U256::ZERO {
                contracts.withdraw(account).await?;
            }
        }
        for account in [cast.prover, cast.sluggard] {
            let free = contracts.free_collateral(account).await?;
            let expected = self.ledger.take_collateral(account);
            self.checks.same(format!("{}: collateral", self.name(account)), U256::from(expected), free);
            contracts.withdraw_collateral(account, free).await?;
        }
        for account in [cast.requester, cast.prover, cast.sluggard, cast.owner, cast.treasury, cast.stranger] {
            let allocated = if account == cast.treasury { TREASURY } else { 0 };
            let expected = self.ledger.balance(account);
            let got = contracts.balance(account).await?.saturating_to::<u128>().saturating_sub(allocated);
            let name = self.name(account);
            self.checks.same(format!("{name}: balance"), expected, got);
            self.report.balances.push(BalanceFacts { name, tokens: got.to_string(), text: tokens(got) });
        }
        let left = contracts.balance(*contracts.market.address()).await?;
        self.checks.same("what the market still holds", U256::ZERO, left);
        let supply = contracts.network.view("reading the supply", contracts.token.totalSupply()).await?;
        self.checks.same("supply", U256::from(SUPPLY - halves(self.ledger.fees).0), supply);
        Ok(())
    }

    fn name(&self, account: Address) -> &'static str {
        let cast = &self.world.cast;
        let names = [
            (cast.owner, "owner"),
            (cast.requester, "requester"),
            (cast.prover, "prover"),
            (cast.sluggard, "sluggard"),
            (cast.stranger, "stranger"),
            (cast.treasury, "treasury"),
        ];
        names.into_iter().find(|(known, _)| *known == account).map_or("unknown", |(_, name)| name)
    }
}
