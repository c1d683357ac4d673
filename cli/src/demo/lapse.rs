//! Provers that take a job and do not do it: the requester gets its money back by rules that anyone can execute, and half of the
//! collateral is whose work it was instead, or the treasury's.

use super::inference::AN_HOUR;
use super::ledger::{halves, tokens};
use super::listing::Offer;
use super::report::LapseFacts;
use super::story::Story;
use crate::error::CliError;
use rand::SeedableRng;
use rand::rngs::StdRng;
use verin_contracts::U256;
use verin_contracts::market::{Ask, Requested};

/// The digit that is not read in time.
const DIGIT: usize = 41;

impl Story<'_> {
    /// One job that another prover rescues, one that nobody does.
    pub(super) async fn lapse(&mut self, offer: &mut Offer) -> Result<(), CliError> {
        self.output.line("\nA prover that takes jobs and does not do them");
        let (contracts, cast) = (self.world.contracts.clone(), self.world.cast);
        let rescued = self.take_and_sleep(offer).await?;
        let lost = self.take_and_sleep(offer).await?;
        let ((half, rest), price) = (halves(offer.price), U256::from(offer.price));

        contracts.network.pass(u64::from(AN_HOUR) + 1).await?;
        let input = self.digits.input(DIGIT)?;
        let mut rng = StdRng::from_entropy();
        let sealed = offer.prove(&self.world, &[input], None, &[rescued.id], cast.prover, &mut rng)?;
        let settled = contracts.fulfil(cast.prover, &sealed.fulfilment).await?;
        self.checks.same("late: jobs that were rescued", 1, settled.late.len());
        for late in &settled.late {
            self.checks.same("late: price back", price, late.refund);
            self.checks.same("late: bounty", U256::from(half), late.bounty);
            self.checks.same("late: slashed", U256::from(rest), late.slashed);
        }
        self.ledger.receive(cast.requester, offer.price);
        self.ledger.receive(cast.prover, half);
        self.ledger.slash(cast.sluggard, offer.price);
        self.output.fact("proved late by another", format_args!("{} to it, of the collateral", tokens(half)));

        let early = contracts.refund(cast.stranger, lost.id).await;
        self.checks.refused("a refund before the deadline", "TooEarly", early);
        let deadline = lost.terms.deadline;
        contracts.network.pass((deadline + 1).saturating_sub(contracts.network.now().await?)).await?;
        let refunded = contracts.refund(cast.stranger, lost.id).await?;
        self.checks.same("lost: price back", price, refunded.refund);
        self.checks.same("lost: the treasury's", U256::from(half), refunded.income);
        self.checks.same("lost: slashed", U256::from(rest), refunded.slashed);
        self.ledger.receive(cast.requester, offer.price);
        self.ledger.slash(cast.sluggard, offer.price);
        self.output.fact("proved by nobody", format_args!("{} back to the requester", tokens(offer.price)));

        let income = contracts.send_income(cast.stranger).await?;
        self.checks.same("the treasury's half of the collateral", U256::from(half), income);
        let slashed = contracts.forward_slashes(cast.stranger).await?;
        self.checks.same("what was slashed", U256::from(2 * rest), slashed);
        let lost_collateral = 2 * offer.price;
        self.ledger.receive(cast.treasury, lost_collateral - half);
        self.output.fact("it lost", format_args!("{} of collateral", tokens(lost_collateral)));
        self.output.fact("of that", format_args!("{} to the treasury", tokens(lost_collateral - half)));
        self.report.lapses = Some(LapseFacts {
            refunded: (2 * offer.price).to_string(),
            bounty: half.to_string(),
            to_treasury: (lost_collateral - half).to_string(),
            late_gas: settled.gas,
            refund_gas: refunded.gas,
        });
        Ok(())
    }

    async fn take_and_sleep(&mut self, offer: &Offer) -> Result<Requested, CliError> {
        let bytes = offer.public_input(&self.digits.input(DIGIT)?);
        let ask = Ask { direct: false, ..self.ask(offer) };
        let job = self.request(offer, &ask, &bytes).await?;
        let sluggard = self.world.cast.sluggard;
        let locked = self.world.contracts.lock(sluggard, job.id, sluggard).await?;
        self.check_lock("lapse", offer.price, &locked);
        Ok(job)
    }
}
