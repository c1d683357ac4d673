//! Proving one batch of inputs, sealed or not.

use crate::backend::Backend;
use crate::core::{self, CoreProof, CoreTimings, Mask};
use crate::error::ProverError;
use crate::keys::{BATCHES, ProverKey, schedule_of, seal_key};
use crate::opening::open;
use crate::program::CoreVerifier;
use crate::rows::{commit, model_blinder};
use crate::witness::columns;
use ark_bn254::{Fr, G1Affine};
use ark_ff::UniformRand;
use rand::{CryptoRng, RngCore};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use verin_circuits::artifact::ProofFile;
use verin_circuits::encoding::{WORD, point_bytes, scalar_bytes};
use verin_circuits::error::VerifyError;
use verin_circuits::record::{Port, Record};
use verin_circuits::schedule::Schedule;
use verin_circuits::statement::{Statement, encode_value};
use verin_circuits::unsealed::opening_transcript;
use verin_circuits::verify::Public;
use verin_quantizer::Graph;
use verin_quantizer::execute::{Trace, execute};
use verin_seal::SealKey;

/// Where the time went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// Running the program.
    pub execute: Duration,
    /// Witness columns and commitments to their rows.
    pub commit: Duration,
    /// Parts of the core proof.
    pub core: CoreTimings,
    /// The circuit that runs the core verifier; nothing for an unsealed proof.
    pub seal: Duration,
    /// Opening the combination of rows.
    pub opening: Duration,
}

impl Timings {
    /// Commitments and the core proof.
    pub fn core(&self) -> Duration {
        self.commit + self.core.lookups + self.core.relations + self.core.claims
    }
}

/// A proof and what its maker knows besides. Not printable: it holds secrets.
pub struct Proven {
    /// Statement and proof.
    pub proof: ProofFile,
    /// Real cells of the outputs, one per input given.
    pub outputs: Vec<Vec<i64>>,
    /// Blinders of the rows of a private input, slot after slot. Secret: with an input they open its commitment.
    pub input_blinders: Vec<Fr>,
    /// Blinders of the rows of a private output, likewise.
    pub output_blinders: Vec<Fr>,
    /// Where the time went.
    pub timings: Timings,
}

/// A key with what is computed from it once per batch size.
pub struct Prover<'b> {
    key: ProverKey,
    backend: &'b dyn Backend,
    batches: HashMap<usize, (Schedule, Option<(CoreVerifier, SealKey)>)>,
}

impl<'b> Prover<'b> {
    /// A prover for `key`.
    pub fn new(key: ProverKey, backend: &'b dyn Backend) -> Self {
        Self { key, backend, batches: HashMap::new() }
    }

    /// The key.
    pub fn key(&self) -> &ProverKey {
        &self.key
    }

    /// The smallest supported batch for `inputs` inputs.
    ///
    /// # Errors
    /// There is none.
    pub fn batch_for(inputs: usize) -> Result<usize, ProverError> {
        let fits = BATCHES.into_iter().find(|batch| *batch >= inputs.max(1));
        fits.ok_or(ProverError::Batch { most: BATCHES[BATCHES.len() - 1], got: inputs })
    }

    /// Computes what proofs of this batch size need: the schedule and, for seals, the circuit's keys.
    ///
    /// # Errors
    /// The record has no such batch, or no seal.
    pub fn prepare(&mut self, batch: usize, sealed: bool) -> Result<(), ProverError> {
        if !self.batches.contains_key(&batch) {
            self.batches.insert(batch, (schedule_of(&self.key, batch)?, None));
        }
        if let Some((schedule, seal @ None)) = self.batches.get_mut(&batch)
            && sealed
        {
            *seal = Some((CoreVerifier::new(schedule.clone())?, seal_key(&self.key, schedule)?));
        }
        Ok(())
    }

    /// Forgets what was [prepared](Prover::prepare), and so gives its memory back.
    pub fn release(&mut self) {
        self.batches = HashMap::new();
    }

    /// Commits to private `inputs` before anything is proved: what a requester puts on-chain, slot after slot, with the blinders
    /// that a prover needs to prove that very commitment ([`Prover::prove_committed`]).
    ///
    /// # Errors
    /// Too many inputs, or one out of range; the input of this record is public.
    pub fn commit_input<R: RngCore + CryptoRng>(
        &mut self,
        inputs: &[Vec<i64>],
        rng: &mut R,
    ) -> Result<(Vec<u8>, Vec<Fr>), ProverError> {
        let rows = self.input_rows(inputs.len())?;
        let blinders: Vec<Fr> = (0..rows).map(|_| Fr::rand(&mut *rng)).collect();
        Ok((self.commitment_of(inputs, &blinders)?, blinders))
    }

    /// The commitment to private `inputs` under these blinders, one a row, slot after slot.
    ///
    /// # Errors
    /// As [`Prover::commit_input`]; another number of blinders than rows.
    pub fn commitment_of(&mut self, inputs: &[Vec<i64>], blinders: &[Fr]) -> Result<Vec<u8>, ProverError> {
        let rows = self.input_rows(inputs.len())?;
        if blinders.len() != rows {
            return Err(ProverError::Key {
                why: format!("expected {rows} blinders, one for each row of the input, got {}", blinders.len()),
            });
        }
        let batch = Self::batch_for(inputs.len())?;
        let (schedule, _) = self.batches.get(&batch).ok_or(ProverError::NoSeal)?;
        let columns = columns(&self.key.graph, schedule, &self.traces(inputs, batch)?);
        let range = schedule.rows.model..schedule.rows.model + rows;
        let rows = commit(self.backend, schedule, &columns, &self.key.srs.powers, range, blinders);
        Ok(rows.iter().flat_map(point_bytes).collect())
    }

    /// Rows of the private input of a batch.
    fn input_rows(&mut self, inputs: usize) -> Result<usize, ProverError> {
        let batch = Self::batch_for(inputs)?;
        self.prepare(batch, false)?;
        let (schedule, _) = self.batches.get(&batch).ok_or(ProverError::NoSeal)?;
        if schedule.rows.input == 0 {
            return Err(ProverError::Key {
                why: "the input of this record is public: there is nothing to commit to".into(),
            });
        }
        Ok(schedule.rows.input)
    }

    /// Runs of `inputs`, and of zeros in the slots that are left.
    fn traces(&self, inputs: &[Vec<i64>], batch: usize) -> Result<Vec<Trace>, ProverError> {
        let empty = vec![0; self.key.graph.input_len()];
        let slots = inputs.iter().chain(std::iter::repeat(&empty)).take(batch);
        Ok(slots.map(|input| execute(&self.key.graph, input)).collect::<Result<Vec<_>, _>>()?)
    }

    /// Proves `inputs` (real cells each) as one batch; slots without an input get zeros.
    ///
    /// # Errors
    /// Too many inputs, an input out of range, or a record without a seal.
    pub fn prove<R: RngCore + CryptoRng>(
        &mut self,
        inputs: &[Vec<i64>],
        context: [u8; WORD],
        sealed: bool,
        rng: &mut R,
    ) -> Result<Proven, ProverError> {
        self.prove_committed(inputs, None, context, sealed, rng)
    }

    /// As [`Prover::prove`], with the blinders of a private input that was committed to before: one a row, slot after slot. The
    /// same commitment may be proved any number of times; everything else is drawn afresh.
    ///
    /// # Errors
    /// As [`Prover::prove`]; also another number of blinders than of rows.
    pub fn prove_committed<R: RngCore + CryptoRng>(
        &mut self,
        inputs: &[Vec<i64>],
        input_blinders: Option<&[Fr]>,
        context: [u8; WORD],
        sealed: bool,
        rng: &mut R,
    ) -> Result<Proven, ProverError> {
        let batch = Self::batch_for(inputs.len())?;
        self.prepare(batch, sealed)?;
        let (schedule, seal) = self.batches.get(&batch).ok_or(ProverError::NoSeal)?;
        let job = Job {
            backend: self.backend,
            powers: &self.key.srs.powers,
            record: &self.key.record.record,
            graph: &self.key.graph,
            schedule,
            blinders: &self.key.blinders,
            seal: match seal {
                Some((program, key)) if sealed => Some((program, key)),
                _ if sealed => return Err(ProverError::NoSeal),
                _ => None,
            },
        };
        let started = Instant::now();
        let traces = self.traces(inputs, batch)?;
        let execute = started.elapsed();
        let mut proven = job.prove(&traces, input_blinders, context, rng)?;
        proven.timings.execute = execute;
        proven.outputs.truncate(inputs.len());
        Ok(proven)
    }
}

/// What one proof is made from.
pub(crate) struct Job<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) powers: &'a [G1Affine],
    pub(crate) record: &'a Record,
    pub(crate) graph: &'a Graph,
    pub(crate) schedule: &'a Schedule,
    /// Secret blinders of the first rows of the model.
    pub(crate) blinders: &'a [Fr],
    /// The circuit and its key, for a seal.
    pub(crate) seal: Option<(&'a CoreVerifier, &'a SealKey)>,
}

impl Job<'_> {
    /// Proves the runs of a batch.
    pub(crate) fn prove<R: RngCore + CryptoRng>(
        &self,
        traces: &[Trace],
        input_blinders: Option<&[Fr]>,
        context: [u8; WORD],
        rng: &mut R,
    ) -> Result<Proven, ProverError> {
        let Self { backend, powers, record, graph, schedule, blinders, seal } = *self;
        let mut timings = Timings::default();
        let started = Instant::now();
        let columns = columns(graph, schedule, traces);
        let mut secrets = Secrets::draw(schedule, blinders, rng);
        let rows = schedule.rows;
        if let Some(given) = input_blinders {
            let (expected, got) = (rows.input, given.len());
            if got != expected {
                return Err(VerifyError::Length { what: "blinders of the input", expected, got }.into());
            }
            secrets.ports[..got].copy_from_slice(given);
        }
        let mut private = rows.model..rows.model + rows.input + rows.output;
        let ports = commit(backend, schedule, &columns, powers, private.clone(), &secrets.ports);
        private = private.end..rows.total();
        let mut witness = commit(backend, schedule, &columns, powers, private, &secrets.witness);
        if let (Some(mask), Some(last)) = (&secrets.mask, witness.last_mut()) {
            let commitment = backend.commit_field(powers, &mask.row);
            *last = (commitment + *last).into();
        }
        let (input_rows, output_rows) = ports.split_at(rows.input);
        let output_cells = |t: &Trace| t.output_real(graph);
        let statement = Statement {
            context,
            input: port_bytes(&record.input, input_rows, traces, &|t| graph.input.shape.real(&t.tensors[0])),
            output: port_bytes(&record.output, output_rows, traces, &output_cells),
        };
        let bound = statement.bind(record, &witness)?;
        let public =
            Public { s0: bound.s0_scalar(), z: bound.z, input_sum: bound.input_sum, output_sum: bound.output_sum };
        timings.commit = started.elapsed();
        let core = core::prove(backend, schedule, &columns, &public, secrets.salt, secrets.mask.take());
        timings.core = core.timings;

        let started = Instant::now();
        let blind = secrets.combined(&core);
        let mut body: Vec<u8> = witness.iter().flat_map(point_bytes).collect();
        let opening = &core.reduced.opening;
        let f0 = &core.reduced.combination;
        if let Some((program, key)) = seal {
            let advice = [bound.instances(), core.scalars.clone()].concat();
            let proof = verin_seal::prove(key, program, &advice, bound.s0, &mut *rng)?;
            timings.seal = started.elapsed();
            for scalar in opening.scalars.iter().chain(&opening.zeta).chain([&opening.value]) {
                body.extend(scalar_bytes(scalar));
            }
            body.extend(proof.bytes);
            let mut transcript = proof.transcript;
            body.extend(open(powers, f0, blind, &opening.zeta, &mut transcript));
        } else {
            body.extend(core.scalars.iter().flat_map(scalar_bytes));
            let mut transcript = opening_transcript(bound.s0, &opening.scalars, &opening.zeta, &opening.value);
            body.extend(open(powers, f0, blind, &opening.zeta, &mut transcript));
        }
        timings.opening = started.elapsed() - timings.seal;

        let (input_blinders, output_blinders) = secrets.ports.split_at(rows.input);
        Ok(Proven {
            proof: ProofFile { sealed: seal.is_some(), record_hash: record.hash(), statement, body },
            outputs: traces.iter().map(output_cells).collect(),
            input_blinders: input_blinders.to_vec(),
            output_blinders: output_blinders.to_vec(),
            timings,
        })
    }
}

/// Randomness of one proof, drawn for it and dropped with it, beside the blinders of the model.
struct Secrets {
    model: Vec<Fr>,
    ports: Vec<Fr>,
    witness: Vec<Fr>,
    mask: Option<Mask>,
    salt: Fr,
}

impl Secrets {
    fn draw<R: RngCore + CryptoRng>(schedule: &Schedule, blinders: &[Fr], rng: &mut R) -> Self {
        let rows = schedule.rows;
        let mut many = |n: usize| (0..n).map(|_| Fr::rand(&mut *rng)).collect::<Vec<_>>();
        let ports = many(rows.input + rows.output);
        let witness = many(rows.witness);
        let mask = schedule.options.mask.then(|| Mask { row: many(1 << schedule.options.b) });
        let salt = many(1).pop().unwrap_or_default();
        let model = (0..rows.model).map(|row| model_blinder(blinders, row)).collect();
        Self { model, ports, witness, mask, salt }
    }

    /// `sum_i s_i blind_i` over all rows.
    fn combined(&self, core: &CoreProof) -> Fr {
        let blinders = self.model.iter().chain(&self.ports).chain(&self.witness);
        core.reduced.opening.scalars.iter().zip(blinders).map(|(s, blind)| *s * blind).sum()
    }
}

fn port_bytes(port: &Port, rows: &[G1Affine], traces: &[Trace], cells: &dyn Fn(&Trace) -> Vec<i64>) -> Vec<u8> {
    if port.width == 0 {
        return rows.iter().flat_map(point_bytes).collect();
    }
    traces.iter().flat_map(cells).flat_map(|v| encode_value(v, port.width)).collect()
}
