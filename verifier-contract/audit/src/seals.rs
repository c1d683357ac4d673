//! Seals: for each job that was settled, the call that settled it is found, its context is recomputed, its inputs are those that
//! were asked for, its outputs those that were told, and its seal is verified natively, under the record's bytes.

use crate::Watch;
use crate::chain::{AT_ONCE, Chain};
use crate::error::AuditError;
use crate::history::History;
use crate::report::{Place, Section};
use alloy::consensus::Transaction as _;
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::sol_types::{SolCall, SolValue};
use futures::{StreamExt, TryStreamExt, stream};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::Record;
use verin_circuits::statement::Statement;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::bindings::inference_verifier::InferenceVerifier::InferenceVerifierEvents as Verifier;
use verin_contracts::bindings::model_registry::ModelRegistry::ModelRegistryEvents as Registry;
use verin_contracts::bindings::{InferenceMarket, InferenceVerifier, Terms};
use verin_contracts::deploy::{Contracts, seal_selector};
use verin_contracts::events::Event;
use verin_contracts::market::context;

/// A call of `fulfil`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfil {
    /// One per slot; zero where a slot is unused.
    pub jobs: Vec<B256>,
    /// Input bytes of all slots.
    pub input: Bytes,
    /// Output bytes of all slots.
    pub output: Bytes,
    /// The proof.
    pub seal: Bytes,
    /// Who is paid for it.
    pub payout: Address,
}

/// A call of `verifyInference`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    model: U256,
    commitment: B256,
    output: Bytes,
    proof: Bytes,
}

/// The calls that brought seals, by transaction.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    fulfils: BTreeMap<B256, Vec<Fulfil>>,
    claims: BTreeMap<B256, Vec<Claim>>,
    /// Why there is none where there should be.
    unknown: BTreeMap<B256, &'static str>,
}

impl Calls {
    /// Those of `fulfil` in a transaction, in order.
    pub fn of(&self, transaction: B256) -> &[Fulfil] {
        self.fulfils.get(&transaction).map(Vec::as_slice).unwrap_or_default()
    }

    /// Finds them: what was sent to the contract itself is in the transaction, what another contract sent is in its trace.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn read(
        chain: &Chain,
        contracts: &Contracts,
        history: &History,
        watch: &dyn Watch,
    ) -> Result<Self, AuditError> {
        let (market, verifier) = (*contracts.market.address(), *contracts.claims.address());
        let with_seals = history.entries.iter().filter(|entry| {
            matches!(
                entry.event,
                Some(
                    Event::Market(Market::JobFulfilled(_) | Market::JobFulfilledLate(_))
                        | Event::Inference(Verifier::InferenceVerified(_))
                )
            )
        });
        let hashes: BTreeSet<B256> = with_seals.map(|entry| entry.at.transaction).collect();
        watch.stage("reading transactions", hashes.len() as u64);
        let found = chain.transactions(hashes.into_iter().collect(), &|| watch.step()).await?;
        let mut calls = Self::default();
        let mut indirect = Vec::new();
        for (hash, transaction) in found {
            let Some(transaction) = transaction else {
                calls.unknown.insert(hash, "the node does not have the transaction");
                continue;
            };
            let to = transaction.inner.to();
            let known = match to {
                Some(to) if to == market || to == verifier => {
                    calls.enter(hash, to == market, transaction.inner.input())
                }
                _ => false,
            };
            if !known {
                indirect.push(hash);
            }
        }
        let traces: Vec<(B256, Option<serde_json::Value>)> = stream::iter(indirect)
            .map(|hash| async move { Ok::<_, AuditError>((hash, chain.trace(hash).await?)) })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (hash, trace) in traces {
            match trace {
                Some(trace) => calls.follow(hash, &trace, (market, verifier)),
                None => {
                    let why = "a contract made the call, and the node has no debug_traceTransaction to see it";
                    calls.unknown.insert(hash, why);
                }
            }
        }
        Ok(calls)
    }

    /// Enters calldata; whether it is what is looked for.
    fn enter(&mut self, hash: B256, is_market: bool, input: &[u8]) -> bool {
        if is_market {
            let Ok(call) = InferenceMarket::fulfilCall::abi_decode(input) else { return false };
            let InferenceMarket::fulfilCall { jobIds: jobs, input, output, seal, payout } = call;
            self.fulfils.entry(hash).or_default().push(Fulfil { jobs, input, output, seal, payout });
        } else {
            let Ok(call) = InferenceVerifier::verifyInferenceCall::abi_decode(input) else { return false };
            let InferenceVerifier::verifyInferenceCall { modelId: model, inputCommitment: commitment, output, proof } =
                call;
            self.claims.entry(hash).or_default().push(Claim { model, commitment, output, proof });
        }
        true
    }

    /// Enters all calls of a trace that were not undone.
    fn follow(&mut self, hash: B256, call: &serde_json::Value, targets: (Address, Address)) {
        let text = |name: &str| call.get(name).and_then(serde_json::Value::as_str);
        if text("error").is_some() {
            return;
        }
        let to = text("to").and_then(|to| to.parse::<Address>().ok());
        let input = text("input").and_then(|input| input.parse::<Bytes>().ok()).unwrap_or_default();
        if text("type") == Some("CALL") && (to == Some(targets.0) || to == Some(targets.1)) {
            self.enter(hash, to == Some(targets.0), &input);
        }
        for inner in call.get("calls").and_then(serde_json::Value::as_array).into_iter().flatten() {
            self.follow(hash, inner, targets);
        }
    }
}

/// What a job was asked for.
struct Asked {
    terms: Terms,
    input: Bytes,
}

/// What an event says a job's output is, and whom it paid.
struct Settled {
    job: B256,
    payout: Address,
    output: Bytes,
    at: Place,
}

/// A seal that is to be verified.
struct Work<'a> {
    at: Place,
    what: String,
    record: &'a Record,
    statement: Statement,
    seal: &'a [u8],
}

/// Checks all of them.
pub fn check(
    contracts: &Contracts,
    history: &History,
    calls: &Calls,
    records: &BTreeMap<B256, Record>,
    srs: &VerifierSrs,
    section: &mut Section,
    watch: &dyn Watch,
) {
    let mut asked = BTreeMap::new();
    let mut listings = BTreeMap::new();
    let mut settled: BTreeMap<B256, Vec<Settled>> = BTreeMap::new();
    let mut work = Vec::new();
    let mut claims: BTreeMap<B256, usize> = BTreeMap::new();
    for entry in &history.entries {
        let at = entry.at;
        match &entry.event {
            Some(Event::Registry(Registry::ModelListed(e))) => {
                listings.insert(e.listingId, e.recordHash);
            }
            Some(Event::Market(Market::JobRequested(e))) => {
                asked.insert(e.jobId, Asked { terms: e.terms.clone(), input: e.input.clone() });
            }
            Some(Event::Market(Market::JobFulfilled(e))) => {
                let one = Settled { job: e.jobId, payout: e.payout, output: e.output.clone(), at };
                settled.entry(at.transaction).or_default().push(one);
            }
            Some(Event::Market(Market::JobFulfilledLate(e))) => {
                let one = Settled { job: e.jobId, payout: e.payout, output: e.output.clone(), at };
                settled.entry(at.transaction).or_default().push(one);
            }
            Some(Event::Inference(Verifier::InferenceVerified(e))) => {
                section.count("ERC-7992 claims");
                let nth = claims.entry(at.transaction).or_default();
                let claim = calls.claims.get(&at.transaction).and_then(|claims| claims.get(*nth));
                *nth += 1;
                let what = format!("inference of listing {} ({})", e.modelId, e.inputCommitment);
                let told = (e.modelId, e.inputCommitment, &e.output);
                let call = claim.filter(|claim| (claim.model, claim.commitment, &claim.output) == told);
                let Some(claim) = call else {
                    let got = calls.unknown.get(&at.transaction).copied().unwrap_or("no such call in the transaction");
                    section.differ(what, Some(at), "a call of verifyInference that says the same", got);
                    continue;
                };
                let record = listings.get(&e.modelId).and_then(|hash| records.get(hash));
                if let Some(next) = claimed(claim, what, at, record, section) {
                    work.push(next);
                }
            }
            _ => {}
        }
    }
    for (transaction, settled) in &settled {
        let settlement = Settlement { contracts, asked: &asked, records, calls: calls.of(*transaction) };
        settlement.check(settled, calls.unknown.get(transaction).copied(), section, &mut work);
    }
    watch.stage("verifying seals", work.len() as u64);
    let refused: Vec<_> = work
        .par_iter()
        .filter_map(|work| {
            let verified = verify_seal(work.record, srs, &work.statement, work.seal);
            watch.step();
            verified.err().map(|error| (work, error))
        })
        .collect();
    section.add("seals", work.len() as u64);
    for (work, error) in refused {
        section.differ(work.what.clone(), Some(work.at), "a seal that verifies", error);
    }
}

fn claimed<'a>(
    claim: &'a Claim,
    what: String,
    at: Place,
    record: Option<&'a Record>,
    section: &mut Section,
) -> Option<Work<'a>> {
    let decoded = <(B256, Bytes, Bytes)>::abi_decode_params(&claim.proof);
    let Ok((context, input, seal)) = decoded else {
        section.differ(what, Some(at), "a proof of context, input and seal", "other bytes");
        return None;
    };
    let preimage = (keccak256("verin.erc7992.input.v1"), context, keccak256(&input)).abi_encode_params();
    section.same(format!("{what}: input commitment"), Some(at), keccak256(preimage), claim.commitment);
    let Some(record) = record else {
        section.differ(what, Some(at), "a listing of a known record", "none");
        return None;
    };
    let statement = Statement { context: context.0, input: input.to_vec(), output: claim.output.to_vec() };
    // The seal is a slice of the proof.
    let start = claim.proof.windows(seal.len().max(1)).position(|window| window == &seal[..])?;
    let seal = claim.proof.get(start..start + seal.len())?;
    Some(Work { at, what, record, statement, seal })
}

/// A transaction that settled jobs.
struct Settlement<'a> {
    contracts: &'a Contracts,
    asked: &'a BTreeMap<B256, Asked>,
    records: &'a BTreeMap<B256, Record>,
    calls: &'a [Fulfil],
}

impl<'a> Settlement<'a> {
    fn check(&self, settled: &[Settled], unknown: Option<&str>, section: &mut Section, work: &mut Vec<Work<'a>>) {
        section.add("settled jobs", settled.len() as u64);
        let mut used = BTreeSet::new();
        for one in settled {
            let fits = |call: &Fulfil| call.payout == one.payout && call.jobs.contains(&one.job);
            let Some((at, call)) = self.calls.iter().enumerate().find(|(_, call)| fits(call)) else {
                let got = unknown.unwrap_or("no such call in the transaction");
                section.differ(format!("seal of job {}", one.job), Some(one.at), "a call of fulfil for it", got);
                continue;
            };
            if used.insert(at)
                && let Some(next) = self.statement(call, one.at, section)
            {
                work.push(next);
            }
            self.check_output(call, one, section);
        }
    }

    fn record(&self, call: &Fulfil) -> Option<&'a Record> {
        let first = call.jobs.iter().find(|job| !job.is_zero())?;
        self.records.get(&self.asked.get(first)?.terms.recordHash)
    }

    /// The output that was told is that of the job's slot.
    fn check_output(&self, call: &Fulfil, one: &Settled, section: &mut Section) {
        let Some(record) = self.record(call) else { return };
        let slot = call.jobs.iter().position(|job| *job == one.job);
        let output = slot.and_then(|slot| call.output.chunks(record.output.bytes.max(1)).nth(slot));
        let (expected, got) = (Bytes::copy_from_slice(output.unwrap_or_default()), one.output.clone());
        section.same(format!("output of job {}", one.job), Some(one.at), expected, got);
    }

    /// What the seal must prove, with inputs that were asked for.
    fn statement(&self, call: &'a Fulfil, at: Place, section: &mut Section) -> Option<Work<'a>> {
        let Some(record) = self.record(call) else {
            let what = format!("seal for {} jobs", call.jobs.len());
            section.differ(what, Some(at), "jobs of a record whose bytes are known", "none");
            return None;
        };
        let slots = call.jobs.iter().zip(call.input.chunks(record.input.bytes.max(1)));
        for (job, input) in slots.filter(|(job, _)| !job.is_zero()) {
            let Some(asked) = self.asked.get(job) else {
                section.differ(format!("job {job} in a settlement"), Some(at), "a request for it", "none");
                continue;
            };
            section.count("inputs");
            let (digest, told) = (keccak256(input), keccak256(&asked.input));
            section.same(format!("input of job {job}"), Some(at), asked.terms.inputDigest, digest);
            section.same(format!("input of job {job}, as requested"), Some(at), asked.terms.inputDigest, told);
            let verifier = asked.terms.verifier;
            section.same(format!("verifier of job {job}"), Some(at), seal_selector(), verifier);
            let hash = B256::from(record.hash());
            section.same(format!("record of job {job}"), Some(at), hash, asked.terms.recordHash);
        }
        let (chain_id, market) = (self.contracts.network.chain_id, *self.contracts.market.address());
        let context = context(chain_id, market, call.payout, &call.jobs);
        let statement = Statement { context: context.0, input: call.input.to_vec(), output: call.output.to_vec() };
        let first = call.jobs.iter().find(|job| !job.is_zero()).copied().unwrap_or_default();
        let what = match call.jobs.len() {
            1 => format!("seal of job {first}"),
            n => format!("seal of a batch of {n} with job {first}"),
        };
        Some(Work { at, what, record, statement, seal: &call.seal })
    }
}
