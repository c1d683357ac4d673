//! Records: the store's bytes are those that their hash names, and what is published of their models gives these very bytes.

use crate::Watch;
use crate::chain::Chain;
use crate::error::AuditError;
use crate::history::History;
use crate::report::Section;
use crate::srs::Srs;
use alloy::primitives::{B256, keccak256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use verin_artifacts::{ArtifactError, Artifacts};
use verin_circuits::artifact::RecordFile;
use verin_circuits::record::Record;
use verin_circuits::weights::{Weights, check_weights};
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents as Market;
use verin_contracts::bindings::model_registry::ModelRegistry::ModelRegistryEvents as Registry;
use verin_contracts::deploy::Contracts;
use verin_contracts::events::Event;
use verin_economy::registry::Record as Known;
use verin_prover::backend::Cpu;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::weights;

/// Records that anything depends on.
#[derive(Debug, Default)]
pub struct Records {
    /// By hash.
    pub records: BTreeMap<B256, Record>,
    /// What of them the rules look at.
    pub known: BTreeMap<B256, Known>,
    /// Those under which something was settled.
    used: BTreeSet<B256>,
}

impl Records {
    /// Reads those that are listed, or that jobs are of, from the store.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn read(
        chain: &Chain,
        contracts: &Contracts,
        history: &History,
        section: &mut Section,
        watch: &dyn Watch,
    ) -> Result<Self, AuditError> {
        let (mut hashes, mut of_jobs) = (BTreeSet::new(), BTreeMap::new());
        let mut found = Self::default();
        for entry in &history.entries {
            match &entry.event {
                Some(Event::Registry(Registry::ModelListed(e))) => drop(hashes.insert(e.recordHash)),
                Some(Event::Market(Market::JobRequested(e))) => {
                    hashes.insert(e.terms.recordHash);
                    of_jobs.insert(e.jobId, e.terms.recordHash);
                }
                Some(Event::Market(Market::JobFulfilled(e))) => found.used.extend(of_jobs.get(&e.jobId)),
                Some(Event::Market(Market::JobFulfilledLate(e))) => found.used.extend(of_jobs.get(&e.jobId)),
                _ => {}
            }
        }
        watch.stage("reading records", hashes.len() as u64);
        for hash in hashes {
            section.count("records");
            let what = format!("record {hash} in the store");
            match chain.view("reading a record", contracts.store.read(hash)).await? {
                Ok(bytes) => {
                    section.same(what.clone(), None, hash, keccak256(&bytes));
                    match Record::decode(&bytes) {
                        Ok(record) => {
                            found.known.insert(hash, known(&record));
                            found.records.insert(hash, record);
                        }
                        Err(error) => section.differ(what, None, "a record", error),
                    }
                }
                Err(error) => section.differ(what, None, "its bytes", error),
            }
            watch.step();
        }
        Ok(found)
    }

    /// Derives each anew from its artifacts.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn check(
        &self,
        chain: &Chain,
        contracts: &Contracts,
        artifacts: &Artifacts,
        srs: &Srs,
        section: &mut Section,
        watch: &dyn Watch,
    ) -> Result<(), AuditError> {
        watch.stage("deriving records", self.records.len() as u64);
        for (hash, record) in &self.records {
            match artifacts.record_file(*hash).await {
                Ok(file) => {
                    // Compared as bytes: a file that says the same in another way is another.
                    section.same(format!("record {hash} in its artifact"), None, record == &file.record, true);
                    let derived = match &file.weights {
                        Weights::Published { .. } => derive(artifacts, *hash, &file, srs, section).await,
                        Weights::Private(_) => check_private(*hash, &file, srs, section),
                    };
                    if let Err(why) = derived {
                        section.differ(format!("record {hash}, derived anew"), None, "the same record", why);
                    }
                }
                Err(error) => {
                    section.differ(format!("artifact of record {hash}"), None, "its record file", lacks(&error));
                }
            }
            if record.flags.private_weights && self.used.contains(hash) {
                let what = format!("weightsChecked of record {hash}");
                match chain.view("weightsChecked", contracts.verifier.weightsChecked(*hash)).await? {
                    Ok(checked) => section.same(what, None, true, checked),
                    Err(error) => section.differ(what, None, true, error),
                }
            }
            watch.step();
        }
        Ok(())
    }
}

fn lacks(error: &ArtifactError) -> String {
    error.to_string()
}

/// What the rules look at.
fn known(record: &Record) -> Known {
    Known {
        input_bytes: record.input.bytes,
        output_bytes: record.output.bytes,
        input_width: record.input.width,
        input_range: (!record.flags.private_input).then_some(record.input_range),
        hides_output: record.flags.private_output,
        hides_weights: record.flags.private_weights,
    }
}

/// Sets the program up again.
async fn derive(
    artifacts: &Artifacts,
    hash: B256,
    file: &RecordFile,
    srs: &Srs,
    section: &mut Section,
) -> Result<(), String> {
    let (_, graph) = artifacts.program(hash).await.map_err(|error| lacks(&error))?;
    let record = &file.record;
    let options = SetupOptions {
        profile: if record.flags.fast { Profile::Fast } else { Profile::Chain },
        private_input: record.flags.private_input,
        private_output: record.flags.private_output,
        row_log: u32::try_from(record.row_log).ok(),
    };
    let of = (hash, B256::from(graph.digest()), B256::from(srs.verifier().digest));
    let got = once(of, || {
        let key = setup(&Cpu, graph, options, &|powers| srs.powers(powers)).map_err(|error| error.to_string())?;
        Ok(B256::from(key.record.record.hash()))
    })?;
    section.count("derived from programs");
    if got == hash { Ok(()) } else { Err(format!("record {got}")) }
}

/// What was derived by this process before: of a record's options, a program and an SRS always the same follows.
fn once(of: (B256, B256, B256), derive: impl FnOnce() -> Result<B256, String>) -> Result<B256, String> {
    static DERIVED: Mutex<BTreeMap<(B256, B256, B256), B256>> = Mutex::new(BTreeMap::new());
    let known = || DERIVED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(derived) = known().get(&of) {
        return Ok(*derived);
    }
    let derived = derive()?;
    known().insert(of, derived);
    Ok(derived)
}

/// Recomputes what does not depend on the weights, and verifies that they are in their ranges.
fn check_private(hash: B256, file: &RecordFile, srs: &Srs, section: &mut Section) -> Result<(), String> {
    let of = (hash, keccak256(file.encode()), B256::from(srs.verifier().digest));
    let got = once(of, || {
        check_weights(file, srs.verifier()).map_err(|error| error.to_string())?;
        weights::audit(&Cpu, file, &|powers| srs.powers(powers)).map_err(|error| error.to_string())?;
        Ok(B256::from(file.record.hash()))
    })?;
    section.count("with private weights in range");
    if got == hash { Ok(()) } else { Err(format!("record {got}")) }
}
