//! What the contracts do not accept. Each claim is sent as a real transaction and must fail for its own reason.

use super::inference::AN_HOUR;
use super::ledger::{split, tokens};
use super::listing::{OWNER_BPS, Offer};
use super::report::RefusalFacts;
use super::story::Story;
use crate::error::CliError;
use rand::SeedableRng;
use rand::rngs::StdRng;
use verin_contracts::market::{Ask, Fulfilment, Requested};
use verin_contracts::{Address, U256};

/// Gas a false claim may spend.
const GAS: u64 = 4_000_000;
/// The digit that everybody wants to be paid for.
const DIGIT: usize = 40;
/// A short time to prove something in.
const A_MINUTE: u64 = 60;

impl Story<'_> {
    /// A job of this listing: two hours to take it, which is enough for a private input, one to prove it, one to be late.
    pub(super) fn ask(&mut self, offer: &Offer) -> Ask {
        self.nonce += 1;
        Ask {
            listing: offer.listing,
            nonce: self.nonce,
            lock_seconds: 2 * u64::from(AN_HOUR),
            prove_seconds: AN_HOUR,
            late_seconds: u64::from(AN_HOUR),
            direct: true,
            bond: 0,
        }
    }

    /// Escrows the price of a job.
    pub(super) async fn request(&mut self, offer: &Offer, ask: &Ask, input: &[u8]) -> Result<Requested, CliError> {
        let requester = self.world.cast.requester;
        let job = self.world.contracts.request(requester, ask, input).await?;
        self.ledger.pay(requester, offer.price);
        Ok(job)
    }

    /// Tampered, stolen, replayed, expired; and one honest settlement between them.
    pub(super) async fn refuse(&mut self, offer: &mut Offer) -> Result<(), CliError> {
        self.output.line("\nWhat the network refuses");
        let cast = self.world.cast;
        let mut rng = StdRng::from_entropy();
        let input = self.digits.input(DIGIT)?;
        let bytes = offer.public_input(&input);
        let ask = self.ask(offer);
        let job = self.request(offer, &ask, &bytes).await?;
        let sealed = offer.prove(&self.world, std::slice::from_ref(&input), None, &[job.id], cast.prover, &mut rng)?;
        let valid = sealed.fulfilment;

        let mut seal = valid.seal.to_vec();
        let at = scalar_of(offer);
        if let Some(byte) = seal.get_mut(at) {
            *byte ^= 1;
        }
        let tampered = Fulfilment { seal: seal.into(), ..valid.clone() };
        self.refused("a tampered seal", &tampered, cast.prover, None).await?;
        let mut output = valid.output.to_vec();
        if let Some(byte) = output.last_mut() {
            *byte ^= 1;
        }
        let lie = Fulfilment { output: output.into(), ..valid.clone() };
        self.refused("another output", &lie, cast.prover, None).await?;
        let stolen = Fulfilment { payout: cast.stranger, ..valid.clone() };
        self.refused("a stolen seal", &stolen, cast.stranger, None).await?;

        // The copier may send it as it is: it pays whom it was made for.
        let settled = self.world.contracts.fulfil(cast.stranger, &valid).await?;
        let payee = settled.payments.first().map_or(Address::ZERO, |payment| payment.payout);
        self.checks.same("payee of a copied transaction", cast.prover, payee);
        self.ledger.settle(split(offer.price, OWNER_BPS), cast.prover, cast.owner);
        self.refused("a replayed seal", &valid, cast.prover, Some("NothingToFulfil")).await?;

        let ask = Ask { lock_seconds: A_MINUTE, ..self.ask(offer) };
        let late = self.request(offer, &ask, &bytes).await?;
        let sealed = offer.prove(&self.world, &[input], None, &[late.id], cast.prover, &mut rng)?;
        let early = self.world.contracts.expire(cast.requester, late.id).await;
        self.checks.refused("an end before time is up", "TooEarly", early);
        self.world.contracts.network.pass(A_MINUTE + 1).await?;
        self.refused("an expired request", &sealed.fulfilment, cast.prover, Some("NothingToFulfil")).await?;
        let (amount, _) = self.world.contracts.expire(cast.stranger, late.id).await?;
        self.checks.same("refund of an expired request", U256::from(offer.price), amount);
        self.ledger.receive(cast.requester, offer.price);
        self.output.fact("refunded", format_args!("{} to the requester", tokens(offer.price)));
        let credit = self.world.contracts.credit(cast.stranger).await?;
        self.checks.same("what the stranger earned", U256::ZERO, credit);
        Ok(())
    }

    /// Sends a false claim; any typed error will do where `error` names none.
    async fn refused(
        &mut self,
        what: &'static str,
        claim: &Fulfilment,
        from: Address,
        error: Option<&str>,
    ) -> Result<(), CliError> {
        let contracts = &self.world.contracts;
        let before = (contracts.balance(*contracts.market.address()).await?, contracts.credit(from).await?);
        let refusal = match contracts.network.send_refused(what, contracts.fulfil_call(claim).from(from), GAS).await {
            Ok(refusal) => refusal,
            Err(verin_contracts::ContractsError::Mismatch { expected, got, .. }) => {
                self.checks.holds(what, expected, got, false);
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        };
        let after = (contracts.balance(*contracts.market.address()).await?, contracts.credit(from).await?);
        self.checks.same(format!("{what}: escrow stays"), before.0, after.0);
        self.checks.same(format!("{what}: credit stays"), before.1, after.1);
        let typed = !refusal.error.starts_with("0x") && error.is_none_or(|error| error == refusal.error);
        self.checks.holds(what, error.unwrap_or("a typed error"), &refusal.error, typed);
        self.output.fact(what, format_args!("refused: {}", refusal.error));
        self.report.refusals.push(RefusalFacts { what, error: refusal.error, gas: refusal.gas });
        Ok(())
    }
}

/// Where in a seal of one inference the last byte of its first scalar is.
fn scalar_of(offer: &Offer) -> usize {
    let rows = offer.prover.key().record.record.key_set(1).map_or(0, |set| set.witness_rows);
    64 * rows + 31
}
