//! A request, a proof, a settlement; then what the chain has against what it must have.

use super::ledger::{split, tokens};
use super::listing::{OWNER_BPS, Offer, Sealed};
use super::model::digit;
use super::report::{InferenceFacts, millis};
use super::story::Story;
use super::usage::Moment;
use crate::error::CliError;
use rand::SeedableRng;
use rand::rngs::StdRng;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::statement::{Statement, decode_value};
use verin_contracts::market::Settled;
use verin_contracts::{Address, B256};

/// Time a prover has.
pub(super) const AN_HOUR: u64 = 3_600;

/// What is to be done.
pub(super) struct Plan<'a> {
    pub(super) name: &'static str,
    pub(super) title: &'a str,
    /// Test digits, one per slot.
    pub(super) digits: Vec<usize>,
    /// Whether inputs enter as commitments.
    pub(super) private: bool,
    /// Who makes the proof and is paid for it.
    pub(super) prover: Address,
}

impl Story<'_> {
    /// Requests, proves and settles one batch.
    pub(super) async fn infer(&mut self, offer: &mut Offer, plan: &Plan<'_>) -> Result<(), CliError> {
        self.output.line(format_args!("\n{}", plan.title));
        let mut rng = StdRng::from_entropy();
        let inputs = plan.digits.iter().map(|i| self.digits.input(*i)).collect::<Result<Vec<_>, _>>()?;
        let mut input_blinders = None;
        let (mut jobs, mut requested, mut request_gas) = (Vec::new(), Vec::new(), 0);
        let bar = self.output.bar("requesting", inputs.len() as u64);
        for input in &inputs {
            let bytes = if plan.private {
                let (bytes, blinders) = offer.private_input(input, &mut rng)?;
                input_blinders = Some(blinders);
                bytes
            } else {
                offer.public_input(input)
            };
            let job = self.request(offer, &bytes, AN_HOUR).await?;
            request_gas += job.gas;
            jobs.push(job.id);
            requested.extend(bytes);
            bar.step();
        }
        drop(bar);
        self.output.fact("escrowed", tokens(offer.price * jobs.len() as u128));

        let progress = self.output.spinner("proving");
        let sealed = offer.prove(&self.world, &inputs, input_blinders.as_deref(), &jobs, plan.prover, &mut rng)?;
        progress.say("verifying on the chain");
        self.checks.holds(
            format!("{}: the proof is about the requested inputs", plan.name),
            "equal bytes",
            "other bytes",
            sealed.fulfilment.input == requested,
        );
        let verify_native_ms = self.verify_natively(offer, &sealed)?;
        let contracts = &self.world.contracts;
        let verify_gas = contracts.verify_gas(plan.prover, offer.record, sealed.context, &sealed.fulfilment).await?;
        let settled = contracts.fulfil(plan.prover, &sealed.fulfilment).await?;
        drop(progress);

        let right = self.check_settlement(offer, plan, &jobs, &settled)?;
        let facts = InferenceFacts {
            name: plan.name,
            private_input: plan.private,
            batch: jobs.len(),
            core_ms: millis(sealed.timings.core()),
            seal_ms: millis(sealed.timings.seal + sealed.timings.opening),
            prove_ms: millis(sealed.spent.wall),
            prove_cpu_ms: sealed.spent.cpu.map(millis),
            verify_native_ms,
            proof_bytes: sealed.fulfilment.seal.len(),
            calldata_bytes: settled.calldata_bytes,
            request_gas,
            verify_gas,
            settle_gas: settled.gas,
            gas_per_inference: settled.gas / jobs.len() as u64,
            labels: plan.digits.iter().map(|i| self.digits.label(*i)).collect(),
            predicted: sealed.outputs.iter().map(|output| digit(output)).collect(),
        };
        if let ([i], [is], [said]) = (plan.digits.as_slice(), facts.labels.as_slice(), facts.predicted.as_slice()) {
            if plan.private {
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
        self.tell_payments(&settled, plan.prover);
        self.report.inferences.push(facts);
        Ok(())
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
        let owner = self.world.cast.owner;
        let mut right = 0;
        for ((job, i), payment) in jobs.iter().zip(&plan.digits).zip(&settled.payments) {
            self.checks.same(format!("{name}: job"), *job, payment.job);
            self.checks.same(format!("{name}: paid for proving"), plan.prover, payment.payout);
            self.checks.same(format!("{name}: paid for the model"), owner, payment.owner);
            self.checks.same(format!("{name}: prover's part"), parts.prover, payment.prover_amount.saturating_to());
            self.checks.same(format!("{name}: owner's part"), parts.owner, payment.owner_amount.saturating_to());
            self.checks.same(format!("{name}: fee"), parts.fee, payment.fee.saturating_to());
            let there: Vec<_> = payment.output.chunks(width.max(1)).map(decode_value).collect();
            let expected = self.digits.output(*i)?;
            self.checks.holds(
                format!("{name}: output of digit {i}"),
                format!("{expected:?}"),
                format!("{there:?}"),
                expected == there,
            );
            right += usize::from(digit(&there) == self.digits.label(*i));
            self.ledger.settle(parts, plan.prover, owner);
        }
        Ok(right)
    }

    fn tell_payments(&self, settled: &Settled, prover: Address) {
        let sum = |part: &dyn Fn(&verin_contracts::market::Payment) -> verin_contracts::U256| {
            tokens(settled.payments.iter().map(|payment| part(payment).saturating_to::<u128>()).sum())
        };
        let who = if prover == self.world.cast.requester { "requester, who proved it" } else { "prover" };
        self.output.fact("paid", format_args!("{} to the {who}", sum(&|p| p.prover_amount)));
        self.output.fact("", format_args!("{} to the model's owner", sum(&|p| p.owner_amount)));
        self.output.fact("", format_args!("{} in fees to the network", sum(&|p| p.fee)));
    }
}
