//! A request, a lock, a proof, a settlement; then what the chain has against what it must have.

use super::ledger::{TOKEN, split, tokens};
use super::listing::{OWNER_BPS, Offer, Sealed};
use super::model::digit;
use super::report::{InferenceFacts, millis};
use super::story::Story;
use super::usage::Moment;
use crate::error::CliError;
use ark_bn254::Fr;
use rand::SeedableRng;
use rand::rngs::StdRng;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::statement::{Statement, decode_value};
use verin_contracts::handover;
use verin_contracts::market::{Ask, Locked, Settled};
use verin_contracts::{B256, U256};
use verin_prover::input::InputOpening;

/// Time a prover has.
pub(super) const AN_HOUR: u32 = 3_600;
/// What requester and prover each stake on the handing over of a private input.
const BOND: u128 = TOKEN;

/// How a job gets to its prover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Whoever proves it first: no lock, no collateral.
    Direct,
    /// The prover locks it.
    Locked,
    /// The prover reserves it, the requester hands the input over, the prover acknowledges: locked.
    HandedOver,
}

/// What is to be done.
pub(super) struct Plan<'a> {
    pub(super) name: &'static str,
    pub(super) title: &'a str,
    /// Test digits, one per slot.
    pub(super) digits: Vec<usize>,
    /// How the jobs get to the prover.
    pub(super) way: Way,
}

/// What a prover works from.
#[derive(Default)]
struct Taken {
    inputs: Vec<Vec<i64>>,
    /// Of the requester's commitments, where the input is private.
    blinders: Option<Vec<Fr>>,
    gas: u64,
}

impl Story<'_> {
    /// Requests, proves and settles one batch.
    pub(super) async fn infer(&mut self, offer: &mut Offer, plan: &Plan<'_>) -> Result<(), CliError> {
        self.output.line(format_args!("\n{}", plan.title));
        let mut rng = StdRng::from_entropy();
        let (mut jobs, mut requested, mut request_gas, mut openings) = (Vec::new(), Vec::new(), 0, Vec::new());
        let bar = self.output.bar("requesting", plan.digits.len() as u64);
        for i in &plan.digits {
            let input = self.digits.input(*i)?;
            let bytes = if plan.way == Way::HandedOver {
                let (bytes, blinders) = offer.private_input(&input, &mut rng)?;
                openings.push(InputOpening { values: input, blinders });
                bytes
            } else {
                offer.public_input(&input)
            };
            let bond = if plan.way == Way::HandedOver { BOND } else { 0 };
            let ask = Ask { direct: plan.way == Way::Direct, bond, ..self.ask(offer) };
            let job = self.request(offer, &ask, &bytes).await?;
            request_gas += job.gas;
            jobs.push(job.id);
            requested.extend(bytes);
            bar.step();
        }
        drop(bar);
        self.output.fact("escrowed", tokens(offer.price * jobs.len() as u128));
        let prover = self.world.cast.prover;
        let taken = self.take(offer, plan, &jobs, &requested, &openings).await?;

        let progress = self.output.spinner("proving");
        let sealed = offer.prove(&self.world, &taken.inputs, taken.blinders.as_deref(), &jobs, prover, &mut rng)?;
        progress.say("verifying on the chain");
        self.checks.holds(
            format!("{}: the proof is about the requested inputs", plan.name),
            "equal bytes",
            "other bytes",
            sealed.fulfilment.input == requested,
        );
        let verify_native_ms = self.verify_natively(offer, &sealed)?;
        let contracts = &self.world.contracts;
        let verify_gas = contracts.verify_gas(prover, offer.record, sealed.context, &sealed.fulfilment).await?;
        let settled = contracts.fulfil(prover, &sealed.fulfilment).await?;
        drop(progress);

        let right = self.check_settlement(offer, plan, &jobs, &settled)?;
        let facts = InferenceFacts {
            name: plan.name,
            private_input: plan.way == Way::HandedOver,
            batch: jobs.len(),
            core_ms: millis(sealed.timings.core()),
            seal_ms: millis(sealed.timings.seal + sealed.timings.opening),
            prove_ms: millis(sealed.spent.wall),
            prove_cpu_ms: sealed.spent.cpu.map(millis),
            verify_native_ms,
            proof_bytes: sealed.fulfilment.seal.len(),
            calldata_bytes: settled.calldata_bytes,
            request_gas,
            take_gas: taken.gas,
            verify_gas,
            settle_gas: settled.gas,
            gas_per_inference: settled.gas / jobs.len() as u64,
            labels: plan.digits.iter().map(|i| self.digits.label(*i)).collect(),
            predicted: sealed.outputs.iter().map(|output| digit(output)).collect(),
        };
        if let ([i], [is], [said]) = (plan.digits.as_slice(), facts.labels.as_slice(), facts.predicted.as_slice()) {
            if plan.way == Way::HandedOver {
                self.output.fact("input", "a commitment; the chain never sees the digit");
            } else {
                self.digits.draw(*i, self.output);
            }
            self.output.fact("a person says", is);
            self.output.fact("the network says", said);
        } else {
            self.output.fact("digits right", format_args!("{right} of {}", plan.digits.len()));
        }
        self.output.fact(
            "proof",
            format_args!("{} bytes, core {:.0} ms, seal {:.0} ms", facts.proof_bytes, facts.core_ms, facts.seal_ms),
        );
        self.output.fact(
            "contract",
            format_args!(
                "valid: {verify_gas} gas to verify, {} to settle, {} an inference",
                settled.gas, facts.gas_per_inference
            ),
        );
        self.tell_payments(&settled);
        self.report.inferences.push(facts);
        Ok(())
    }

    /// Each job as the prover takes it, and what it proves: of a private job what was handed over, after a look.
    async fn take(
        &mut self,
        offer: &mut Offer,
        plan: &Plan<'_>,
        jobs: &[B256],
        requested: &[u8],
        openings: &[InputOpening],
    ) -> Result<Taken, CliError> {
        let (contracts, cast) = (self.world.contracts.clone(), self.world.cast);
        let mut taken = Taken::default();
        match plan.way {
            Way::Direct => {}
            Way::Locked => {
                for job in jobs {
                    let locked = contracts.lock(cast.prover, *job, cast.prover).await?;
                    taken.gas += locked.gas;
                    self.check_lock(plan.name, offer.price, &locked);
                }
                self.output.fact("locked", format_args!("{} of collateral a job", tokens(offer.price)));
            }
            Way::HandedOver => {
                for (job, opening) in jobs.iter().zip(openings) {
                    taken.gas += contracts.reserve(cast.prover, *job, cast.prover).await?;
                    let key = self.world.delivery_key.public();
                    let ciphertext = handover::seal(key, *job, &opening.encode())?;
                    self.output.fact("delivered", format_args!("{} bytes, encrypted to the prover", ciphertext.len()));
                    taken.gas += contracts.deliver(cast.requester, *job, ciphertext).await?;
                    // The prover's side: from the chain alone.
                    let delivered = contracts.delivered(*job).await?;
                    let opening = InputOpening::decode(&self.world.delivery_key.open(*job, &delivered)?)?;
                    offer.prover.check_opening(&opening, requested)?;
                    let locked = contracts.acknowledge(cast.prover, *job).await?;
                    taken.gas += locked.gas;
                    self.check_lock(plan.name, offer.price, &locked);
                    taken.inputs.push(opening.values);
                    taken.blinders = Some(opening.blinders);
                }
                return Ok(taken);
            }
        }
        taken.inputs = plan.digits.iter().map(|i| self.digits.input(*i)).collect::<Result<_, _>>()?;
        Ok(taken)
    }

    /// A lock at the listing's price, with as much collateral.
    pub(super) fn check_lock(&mut self, name: &str, price: u128, locked: &Locked) {
        self.checks.same(format!("{name}: locked price"), U256::from(price), locked.price);
        self.checks.same(format!("{name}: change"), U256::ZERO, locked.change);
        self.checks.same(format!("{name}: collateral"), U256::from(price), locked.collateral);
    }

    /// The verifier of the Rust library, from the record and the proof alone.
    fn verify_natively(&mut self, offer: &Offer, sealed: &Sealed) -> Result<f64, CliError> {
        let f = &sealed.fulfilment;
        let statement = Statement { context: sealed.context.0, input: f.input.to_vec(), output: f.output.to_vec() };
        let moment = Moment::now();
        let verified = verify_seal(&offer.prover.key().record.record, VerifierSrs::insecure(), &statement, &f.seal)?;
        let spent = millis(moment.spent().wall);
        self.checks.same("record of the natively verified proof", offer.record, B256::from(verified.record_hash));
        Ok(spent)
    }

    /// Every job paid, each part as the rules have it, and the output that the reference executor gives.
    fn check_settlement(
        &mut self,
        offer: &Offer,
        plan: &Plan<'_>,
        jobs: &[B256],
        settled: &Settled,
    ) -> Result<usize, CliError> {
        let name = plan.name;
        self.checks.same(format!("{name}: jobs paid"), jobs.len(), settled.payments.len());
        let (parts, width) = (split(offer.price, OWNER_BPS), offer.prover.key().record.record.output.width);
        let (owner, prover) = (self.world.cast.owner, self.world.cast.prover);
        let released = if plan.way == Way::Direct { 0 } else { offer.price };
        let mut right = 0;
        for ((job, i), payment) in jobs.iter().zip(&plan.digits).zip(&settled.payments) {
            self.checks.same(format!("{name}: job"), *job, payment.job);
            self.checks.same(format!("{name}: paid for proving"), prover, payment.payout);
            self.checks.same(format!("{name}: paid for the model"), owner, payment.receiver);
            self.checks.same(format!("{name}: prover's part"), parts.prover, payment.prover_amount.saturating_to());
            self.checks.same(format!("{name}: owner's part"), parts.owner, payment.owner_amount.saturating_to());
            self.checks.same(format!("{name}: fee"), parts.fee, payment.fee.saturating_to());
            self.checks.same(format!("{name}: collateral released"), U256::from(released), payment.released);
            let there: Vec<_> = payment.output.chunks(width.max(1)).map(decode_value).collect();
            let expected = self.digits.output(*i)?;
            self.checks.holds(
                format!("{name}: output of digit {i}"),
                format!("{expected:?}"),
                format!("{there:?}"),
                expected == there,
            );
            right += usize::from(digit(&there) == self.digits.label(*i));
            self.ledger.settle(parts, prover, owner);
        }
        Ok(right)
    }

    fn tell_payments(&self, settled: &Settled) {
        let sum = |part: &dyn Fn(&verin_contracts::market::Payment) -> verin_contracts::U256| {
            tokens(settled.payments.iter().map(|payment| part(payment).saturating_to::<u128>()).sum())
        };
        self.output.fact("paid", format_args!("{} to the prover", sum(&|p| p.prover_amount)));
        self.output.fact("", format_args!("{} to the model's owner", sum(&|p| p.owner_amount)));
        self.output.fact("", format_args!("{} in fees to the network", sum(&|p| p.fee)));
    }
}
