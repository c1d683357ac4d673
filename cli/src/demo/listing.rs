//! A model on offer: its keys, its record on the chain, its listing; and requests and proofs for it.

use super::ledger::tokens;
use super::model::hex;
use super::report::RecordFacts;
use super::usage::{Moment, Spent};
use super::world::World;
use crate::error::{CliError, Kind};
use crate::output::Output;
use ark_bn254::Fr;
use rand::rngs::StdRng;
use verin_circuits::statement::encode_value;
use verin_contracts::market::Fulfilment;
use verin_contracts::{Address, B256, U256};
use verin_prover::backend::Cpu;
use verin_prover::keys::{SetupOptions, setup};
use verin_prover::prove::{Prover, Timings};
use verin_prover::srs::Srs;
use verin_quantizer::Graph;

/// The owner's part of every price: 20 %.
pub(super) const OWNER_BPS: u16 = 2_000;

/// A listing and what proves for it.
pub(super) struct Offer {
    pub(super) prover: Prover<'static>,
    pub(super) listing: U256,
    pub(super) record: B256,
    pub(super) price: u128,
    pub(super) facts: RecordFacts,
}

/// A proof, as the market takes it.
pub(super) struct Sealed {
    pub(super) fulfilment: Fulfilment,
    pub(super) context: B256,
    pub(super) outputs: Vec<Vec<i64>>,
    pub(super) timings: Timings,
    pub(super) spent: Spent,
}

impl Offer {
    /// Makes keys, publishes the record and lists it.
    pub(super) async fn publish(
        world: &World,
        output: &Output,
        graph: &Graph,
        name: &'static str,
        private: bool,
        price: u128,
    ) -> Result<Self, CliError> {
        let progress = output.spinner(format!("{name}: making keys"));
        let moment = Moment::now();
        let options = SetupOptions { private_input: private, ..SetupOptions::default() };
        let key = setup(&Cpu, graph.clone(), options, &|powers| Ok(Srs::insecure(powers)))?;
        let setup_ms = moment.spent().wall.as_millis();
        progress.say(format!("{name}: publishing the record"));
        let bytes = key.record.record.encode();
        let owner = world.cast.owner;
        let (record, publish_gas) = world.contracts.publish(owner, &bytes).await?;
        let (listing, list_gas) =
            world.contracts.list(owner, record, price, OWNER_BPS, "verin demo: cnn_digits").await?;
        drop(progress);
        let facts = RecordFacts {
            name,
            hash: record,
            bytes: bytes.len(),
            rows: key.record.record.model_rows.len(),
            row_log: key.record.record.row_log,
            setup_ms,
            publish_gas,
            list_gas,
            listing: listing.to_string(),
        };
        output.fact(
            name,
            format_args!(
                "record {}, {} bytes, {publish_gas} gas, keys in {setup_ms} ms",
                &hex(record.as_slice())[..16],
                bytes.len()
            ),
        );
        output.fact(
            "",
            format_args!("listing {listing}: {} an inference, {} % of it to the owner", tokens(price), OWNER_BPS / 100),
        );
        Ok(Self { prover: Prover::new(key, &Cpu), listing, record, price, facts })
    }

    /// The bytes of a public input.
    pub(super) fn public_input(&self, input: &[i64]) -> Vec<u8> {
        let width = self.prover.key().record.record.input.width;
        input.iter().flat_map(|value| encode_value(*value, width)).collect()
    }

    /// The commitment of a private input, and the blinders with which it will be proved: the seal is bound to the job, and the
    /// job to the commitment, so the commitment comes first.
    pub(super) fn private_input(&mut self, input: &[i64], rng: &mut StdRng) -> Result<(Vec<u8>, Vec<Fr>), CliError> {
        Ok(self.prover.commit_input(&[input.to_vec()], rng)?)
    }

    /// Proves `inputs` for `jobs`, to be paid to `payout`.
    pub(super) fn prove(
        &mut self,
        world: &World,
        inputs: &[Vec<i64>],
        input_blinders: Option<&[Fr]>,
        jobs: &[B256],
        payout: Address,
        rng: &mut StdRng,
    ) -> Result<Sealed, CliError> {
        self.prover.prepare(Prover::batch_for(inputs.len())?, true)?;
        let context = world.contracts.context(jobs, payout);
        let moment = Moment::now();
        let proven = self.prover.prove_committed(inputs, input_blinders, context.0, true, rng)?;
        let spent = moment.spent();
        if proven.proof.record_hash != self.record.0 {
            return Err(CliError::new(Kind::Internal, "the proof is of another record than the published one"));
        }
        let statement = proven.proof.statement;
        let fulfilment = Fulfilment {
            jobs: jobs.to_vec(),
            input: statement.input.into(),
            output: statement.output.into(),
            seal: proven.proof.body.into(),
            payout,
        };
        Ok(Sealed { fulfilment, context, outputs: proven.outputs, timings: proven.timings, spent })
    }
}
