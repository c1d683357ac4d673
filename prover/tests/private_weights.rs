//! Private weights: nothing published tells of them but hiding rows, and what those rows hold is proved to be weights.

mod support;

use ark_bn254::{Fr, G1Affine};
use ark_ff::UniformRand;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::sync::LazyLock;
use support::adversary::{Case, Column, Forgery, OPENING, SUM};
use verin_circuits::artifact::RecordFile;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::encoding::{point_bytes, scalar_bytes};
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::record::Record;
use verin_circuits::schedule::{Constants, Form, Role, build, limbs};
use verin_circuits::statement::Statement;
use verin_circuits::weights::{
    RangeProof, Weights, check_weights, range_options, range_program, range_statement, ranges_digest,
};
use verin_circuits::{skeleton, unsealed};
use verin_prover::backend::Cpu;
use verin_prover::error::ProverError;
use verin_prover::keys::{Profile, ProverKey, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::rows::{commit, public_blinder};
use verin_prover::srs::Srs;
use verin_prover::witness::{columns, model_column};
use verin_prover::{keyfile, weights};
use verin_quantizer::execute::Trace;
use verin_quantizer::ir::{Entries, Graph, Table, encode_structure};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn load(powers: usize) -> Result<Srs, ProverError> {
    Ok(Srs::insecure(powers))
}

fn private(graph: &Graph, options: SetupOptions, seed: u64) -> ProverKey {
    weights::setup(&Cpu, graph, options, &load, &mut rng(seed)).unwrap()
}

/// A table, limbs of remainders, padding along several axes, and wide ranges that are looked up in limbs.
fn program() -> Graph {
    let mut p = support::Programs::new(rng(3), &[3, 5], 4);
    let h = p.dense(0, 1, 3);
    let table = p.table(5);
    let a = p.activation(h, 4, 5, table);
    let h = p.dense(a, 0, 3);
    let b = p.activation(h, 2, 9, Table::Relu { bits: 6 });
    let o = p.dense(b, 0, 2);
    let mut graph = p.finish(o);
    for constant in &mut graph.constants {
        constant.declared = Some(if matches!(constant.entries, Entries::Narrow(_)) { 9 } else { 14 });
    }
    graph.declare_ranges().unwrap()
}

/// The same program with other weights in the same ranges.
fn other(graph: &Graph, seed: u64) -> Graph {
    let mut rng = rng(seed);
    let mut graph = graph.clone();
    for constant in &mut graph.constants {
        let (lo, hi) = constant.declared_range().unwrap();
        constant.entries = match &constant.entries {
            Entries::Narrow(e) => Entries::Narrow(e.iter().map(|_| rng.gen_range(lo..=hi) as i32).collect()),
            Entries::Wide(e) => Entries::Wide(e.iter().map(|_| rng.gen_range(lo..=hi)).collect()),
        };
    }
    graph.validate().unwrap();
    graph
}

const OPTIONS: SetupOptions =
    SetupOptions { profile: Profile::Chain, private_input: false, private_output: false, row_log: Some(6) };

/// One model set up twice, and another of the same structure.
static KEYS: LazyLock<[ProverKey; 3]> = LazyLock::new(|| {
    let graph = program();
    [private(&graph, OPTIONS, 1), private(&graph, OPTIONS, 2), private(&other(&graph, 9), OPTIONS, 3)]
});

fn ranges(file: &RecordFile) -> &RangeProof {
    match &file.weights {
        Weights::Private(ranges) => ranges,
        Weights::Published { .. } => panic!("published"),
    }
}

/// Rows of private weights.
fn private_rows(key: &ProverKey) -> &[G1Affine] {
    &key.record.record.model_rows[..key.record.schedule(1).unwrap().rows.private]
}

#[test]
fn completeness_of_private_weights() {
    let srs = VerifierSrs::insecure();
    let mut rng = rng(5);
    let mut graphs = vec![program()];
    graphs.extend(support::zoo(rng.clone()).into_iter().map(|(_, graph)| graph).skip(5).take(1));
    for (i, graph) in graphs.into_iter().enumerate() {
        let options = SetupOptions { private_input: i == 1, private_output: i == 1, row_log: None, ..OPTIONS };
        let published = setup(&Cpu, graph.clone(), options, &load).unwrap();
        let key = private(&graph, options, 7);
        assert!(!published.record.record.flags.private_weights && key.record.record.flags.private_weights);
        check_weights(&published.record, srs).unwrap();
        check_weights(&key.record, srs).unwrap();
        weights::audit(&Cpu, &key.record, &load).unwrap();
        let read = keyfile::decode(&keyfile::encode(&key)).unwrap();
        assert_eq!((&read.graph, &read.record, &read.blinders), (&key.graph, &key.record, &key.blinders));
        assert_eq!(RecordFile::decode(&key.record.encode()).unwrap(), key.record);

        let inputs = support::inputs(&mut rng, &graph, 3);
        let mut provers = [Prover::new(published, &Cpu), Prover::new(read, &Cpu)];
        for (count, sealed) in [(1, true), (1, false), (3, false)] {
            let [expected, got] =
                provers.each_mut().map(|prover| prover.prove(&inputs[..count], [1; 32], sealed, &mut rng).unwrap());
            assert_eq!(expected.outputs, got.outputs);
            key.record.verify(&got.proof, srs).unwrap();
            assert!(provers[0].key().record.verify(&got.proof, srs).is_err());
        }
    }
}

#[test]
fn what_cannot_be_private_is_refused() {
    let refused = |graph: &Graph, options: SetupOptions, message: &str| {
        let error = weights::setup(&Cpu, graph, options, &load, &mut rng(1)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    refused(&program(), SetupOptions { profile: Profile::Fast, ..OPTIONS }, "--profile chain");
    let mut p = support::Programs::new(rng(1), &[4], 4);
    let o = p.result(0);
    refused(&p.finish(o), OPTIONS, "--weights published");
    let mut wide = program();
    wide.constants[0].declared = Some(52);
    refused(&wide, OPTIONS, "accumulator may reach");
}

/// The record, the range proof and the seal the contract's tests read still verify here. `VERIN_WRITE_FIXTURES=1` makes them anew.
#[test]
fn golden_private_weights() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../verifier-contract/test/fixtures/private_weights.json");
    let hex = |bytes: &[u8]| bytes.iter().fold("0x".to_string(), |text, byte| text + &format!("{byte:02x}"));
    let srs = VerifierSrs::insecure();
    if std::env::var_os("VERIN_WRITE_FIXTURES").is_some() {
        let [key, _, foreign] = &*KEYS;
        let (of, foreign) = (key.record.clone(), foreign.record.clone());
        let key = keyfile::decode(&keyfile::encode(key)).unwrap();
        let proof = Prover::new(key, &Cpu).prove(&[vec![-3; 15]], [0x22; 32], true, &mut rng(6)).unwrap().proof;
        let points: Vec<u8> = srs.tau_b.iter().flat_map(point_bytes).collect();
        let json = serde_json::json!({
            "srs": hex(&[verin_circuits::commitment::srs::g2_bytes(&srs.tau_g2).to_vec(), points].concat()),
            "srsDigest": hex(&srs.digest),
            "record": hex(&of.record.encode()),
            "structure": hex(&of.skeleton),
            "rangeRecord": hex(&ranges(&of).record.encode()),
            "rangeSeal": hex(&ranges(&of).seal),
            "foreignRecord": hex(&foreign.record.encode()),
            "foreignRangeRecord": hex(&ranges(&foreign).record.encode()),
            "foreignRangeSeal": hex(&ranges(&foreign).seal),
            "context": hex(&proof.statement.context),
            "input": hex(&proof.statement.input),
            "output": hex(&proof.statement.output),
            "seal": hex(&proof.body),
        });
        std::fs::write(path, serde_json::to_string_pretty(&json).unwrap() + "\n").unwrap();
    }
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bytes = |name: &str| -> Vec<u8> {
        let digits = json[name].as_str().unwrap().strip_prefix("0x").unwrap();
        (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    for (record, range_record, seal) in
        [("record", "rangeRecord", "rangeSeal"), ("foreignRecord", "foreignRangeRecord", "foreignRangeSeal")]
    {
        let weights =
            Weights::Private(RangeProof { record: Record::decode(&bytes(range_record)).unwrap(), seal: bytes(seal) });
        let record = Record::decode(&bytes(record)).unwrap();
        check_weights(&RecordFile { record, skeleton: bytes("structure"), weights }, srs).unwrap();
    }
    let [context, input, output] = ["context", "input", "output"].map(bytes);
    let statement = Statement { context: context.try_into().unwrap(), input, output };
    verify_seal(&Record::decode(&bytes("record")).unwrap(), srs, &statement, &bytes("seal")).unwrap();
}

// What is published.

/// Structure, keys, tables and everything else of a record but rows of weights, and what hashes them.
fn without_rows(key: &ProverKey) -> (Vec<u8>, Record, Record) {
    let file = &key.record;
    let mut record = file.record.clone();
    let mut range_record = ranges(file).record.clone();
    record.model_rows.drain(..private_rows(key).len());
    range_record.model_rows.clear();
    record.graph_digest = [0; 32];
    (file.skeleton.clone(), record, range_record)
}

#[test]
fn nothing_but_rows_and_proofs_depends_on_the_weights() {
    let [first, again, other] = &*KEYS;
    assert_ne!(first.graph.constants, other.graph.constants);
    assert_eq!(encode_structure(&first.graph), encode_structure(&other.graph));
    for (key, same) in [(again, first), (other, first)] {
        assert_eq!(without_rows(key), without_rows(same));
        assert_eq!(key.record.encode().len(), same.record.encode().len());
        let (file, of) = (&key.record, &same.record);
        // What hashes rows is a hash of nothing else that is not the same.
        assert_eq!(file.record.graph_digest, file.weights.model_digest(&of.skeleton));
        assert_eq!(ranges(file).record.model_rows, private_rows(key));
        // Rows, all of them, are others: also of the same weights.
        for (row, same) in private_rows(key).iter().zip(private_rows(same)) {
            assert_ne!(row, same);
        }
        assert_ne!(ranges(file).seal, ranges(of).seal);
    }
    assert!(private_rows(first).len() > 1);
    // The rows of tables are what they are for everyone.
    assert!(without_rows(first).1.model_rows.len() == 1);
}

/// Everything that somebody who guesses the weights can compute, looked for in everything that is published.
#[test]
fn hygiene_guesses_of_the_weights_are_not_confirmed() {
    let [key, ..] = &*KEYS;
    let mut prover = Prover::new(key.clone(), &Cpu);
    let proof = prover.prove(&[vec![0; 15]], [0; 32], true, &mut rng(30)).unwrap().proof;
    let published = [key.record.encode(), proof.encode()].concat();
    let appears = |bytes: &[u8]| published.windows(bytes.len()).any(|window| window == bytes);
    // The search finds what is there.
    assert!(appears(&key.record.record.hash()) && appears(&point_bytes(&private_rows(key)[0])));

    let mut undeclared = key.graph.clone();
    undeclared.constants.iter_mut().for_each(|constant| constant.declared = None);
    let schedule = key.record.schedule(1).unwrap();
    let columns: Vec<_> = schedule.tensors.iter().map(|t| model_column(&key.graph, t.role)).collect();
    let commit = |blinder: &dyn Fn(usize) -> Fr| {
        let blinders: Vec<Fr> = (0..schedule.rows.private).map(blinder).collect();
        commit(&Cpu, &schedule, &columns, &key.srs.powers, 0..schedule.rows.private, &blinders)
    };
    // With the blinders, which nobody has, the rows are these.
    assert_eq!(commit(&|row| key.blinders[row]), private_rows(key));
    let small = (1..64u64).map(Fr::from);
    let known = (0..64).map(public_blinder);
    for guess in small.chain(known) {
        for point in commit(&|_| guess) {
            assert!(!appears(&point_bytes(&point)));
        }
    }
    for point in commit(&public_blinder) {
        assert!(!appears(&point_bytes(&point)));
    }
    for graph in [&key.graph, &undeclared] {
        assert!(!appears(&graph.digest()));
        let as_published = Weights::Published { graph_digest: graph.digest() };
        assert!(!appears(&as_published.model_digest(&key.record.skeleton)));
        for constant in &graph.constants {
            let Entries::Narrow(entries) = &constant.entries else { continue };
            let bytes: Vec<u8> = entries.iter().take(8).flat_map(|e| (*e as i16).to_le_bytes()).collect();
            assert!(!appears(&bytes));
        }
    }
    // Secrets are in the key, and nowhere else; not in what is printed of it either.
    for blinder in &key.blinders {
        assert!(!appears(&scalar_bytes(blinder)));
    }
    let printed = format!("{key:?}");
    assert!(!printed.contains("blinders: [") && !printed.contains("entries"));
    assert!(key.blinders.iter().all(|blinder| !printed.contains(&blinder.to_string())));
}

/// Rows of two candidates differ by commitments that anyone can compute; those of the record differ by nothing known.
#[test]
fn hygiene_differences_of_rows_are_not_those_of_guesses() {
    use ark_ec::{AffineRepr, CurveGroup};
    let [first, again, other] = &*KEYS;
    let schedule = first.record.schedule(1).unwrap();
    let rows = |key: &ProverKey| {
        let columns: Vec<_> = schedule.tensors.iter().map(|t| model_column(&key.graph, t.role)).collect();
        let ones = vec![Fr::from(1u64); schedule.rows.private];
        commit(&Cpu, &schedule, &columns, &key.srs.powers, 0..schedule.rows.private, &ones)
    };
    let difference = |a: &G1Affine, b: &G1Affine| (a.into_group() - b).into_affine();
    for (a, b) in [(first, again), (first, other), (again, other)] {
        let (guessed_a, guessed_b) = (rows(a), rows(b));
        for i in 0..schedule.rows.private {
            let published = difference(&private_rows(a)[i], &private_rows(b)[i]);
            assert_ne!(published, difference(&guessed_a[i], &guessed_b[i]));
        }
        // Nor do two rows of one record share their blinder.
        for i in 1..schedule.rows.private {
            let published = difference(&private_rows(a)[0], &private_rows(a)[i]);
            assert_ne!(published, difference(&guessed_a[0], &guessed_a[i]));
        }
    }
}

// The core of a range proof.

/// Constants with padding along three axes, with none, of one cell, and with whole rows of padding, in one limb and in several.
fn constants() -> Graph {
    let mut p = support::Programs::new(rng(4), &[3], 4);
    let o = p.dense(0, 0, 2);
    let mut graph = p.finish(o);
    let mut rng = rng(8);
    let shapes: [(&[u32], u32); 6] =
        [(&[3, 5, 3], 3), (&[4, 2], 12), (&[], 5), (&[3, 3], 13), (&[3, 8, 4], 4), (&[5, 7], 30)];
    let constant = |(dims, bits): (&[u32], u32)| {
        let cells = dims.iter().product::<u32>();
        let half = 1i64 << (bits - 1);
        let mut entries: Vec<i64> = (0..cells).map(|_| rng.gen_range(-half..half)).collect();
        entries[0] = -half;
        if let Some(last) = entries.get_mut(1..).and_then(|rest| rest.last_mut()) {
            *last = half - 1;
        }
        verin_quantizer::ir::Constant {
            name: String::new(),
            shape: verin_quantizer::ir::Shape::new(dims),
            declared: Some(bits),
            entries: Entries::Wide(entries),
        }
    };
    graph.constants = shapes.map(constant).into();
    graph
}

fn range_case(graph: &Graph, b: u32) -> Case {
    let graph = range_program(graph);
    let schedule = build(&graph, range_options(b)).unwrap();
    Case { graph, schedule }
}

fn honest(case: &Case) -> Forgery {
    let run = Trace { tensors: vec![vec![0], vec![0]] };
    let columns: Vec<Column> = columns(&case.graph, &case.schedule, &[run])
        .iter()
        .zip(&case.schedule.tensors)
        .map(|(column, tensor)| (0..1 << tensor.log).map(|i| column.get(i)).collect())
        .collect();
    let mut rng = rng(99);
    let mask: Vec<Fr> = (0..1 << case.schedule.options.b).map(|_| Fr::rand(&mut rng)).collect();
    Forgery {
        committed: columns.clone(),
        pretended: columns,
        input: vec![0],
        output: vec![0],
        pretended_mask: Some(mask.clone()),
        mask: Some(mask),
        salt: Fr::rand(&mut rng),
    }
}

/// The owner's weights are `value` in one cell, and everything else follows from that as well as it can: the lowest limb, which
/// is not committed, takes what the others leave.
fn with_weight(case: &Case, honest: &Forgery, constant: usize, cell: usize, value: i64) -> Forgery {
    let mut forgery = honest.clone();
    forgery.set(case.find(Role::Constant(constant)), cell, value);
    let bits = case.graph.constants[constant].declared.unwrap();
    if case.schedule.find(Role::ConstantLimb(constant, 0)).is_some() {
        let mut rest = value + (1 << (bits - 1));
        for (k, (at, bits)) in limbs(bits).enumerate().collect::<Vec<_>>().into_iter().rev() {
            // In range as long as that is possible.
            let limb = if k == 0 { rest } else { (rest >> at).clamp(0, (1 << bits) - 1) };
            rest -= limb << at;
            forgery.set(case.find(Role::ConstantLimb(constant, k)), cell, limb);
        }
    }
    forgery.recount(case);
    forgery
}

#[test]
fn soundness_of_ranges_and_padding() {
    for (b, dropped) in [(4, 80), (6, 0)] {
        let case = range_case(&constants(), b);
        let mut uncommitted = 0;
        assert_eq!(case.schedule.rows.private, case.schedule.rows.model);
        let honest = honest(&case);
        let proof = honest.prove(&case);
        assert!(case.failing(&honest, &proof).is_empty() && case.accepts(&honest, &proof, &[]));
        for (i, constant) in case.graph.constants.iter().enumerate() {
            let (lo, hi) = constant.declared_range().unwrap();
            let real = constant.shape.real_indices();
            for cell in 0..constant.shape.cells() {
                let ix = case.find(Role::Constant(i));
                let placement = case.schedule.tensors[ix].placement.as_ref().unwrap();
                let committed = placement.chunks[cell >> placement.chunk_log].is_some();
                let what = |value: i64| format!("constant {i}, cell {cell}: {value}, rows of 2^{b}");
                if real.contains(&cell) {
                    if cell == real[0] || cell == real[real.len() - 1] {
                        for value in [lo, 0, hi] {
                            let forgery = with_weight(&case, &honest, i, cell, value);
                            assert!(case.accepts(&forgery, &forgery.prove(&case), &[]), "{}", what(value));
                        }
                        for value in [lo - 1, hi + 1, hi + (hi - lo + 1), 1 << 45] {
                            case.rejects(&what(value), &with_weight(&case, &honest, i, cell, value), &[SUM]);
                        }
                    }
                } else if committed {
                    let values = if cell % 5 == 0 { vec![1, -1, lo, hi, 1 << 45] } else { vec![1] };
                    for value in values {
                        case.rejects(&what(value), &with_weight(&case, &honest, i, cell, value), &[SUM]);
                    }
                } else {
                    // No row holds it: it is 0, and what is pretended of it is found out at the opening.
                    let mut forgery = with_weight(&case, &honest, i, cell, 1);
                    forgery.committed[ix][cell] = 0;
                    case.rejects(&what(1), &forgery, &[SUM, OPENING]);
                    uncommitted += 1;
                }
            }
        }
        assert_eq!(uncommitted, dropped, "cells in chunks that are padding only");
    }
}

#[test]
fn soundness_limbs_are_those_of_the_weight() {
    let case = range_case(&constants(), 5);
    let honest = honest(&case);
    for constant in [3, 5] {
        let count = limbs(case.graph.constants[constant].declared.unwrap()).count();
        assert!(count > 1);
        for k in 0..count {
            let limb = case.find(Role::ConstantLimb(constant, k));
            assert_eq!(case.schedule.tensors[limb].placement.is_none(), k == 0);
            let mut forgery = honest.clone();
            let value = honest.committed[limb][0] ^ 1;
            forgery.set(limb, 0, value);
            forgery.recount(&case);
            case.rejects("another limb", &forgery, &[OPENING]);
        }
        // The weight itself is another than the limbs say.
        let mut forgery = honest.clone();
        let ix = case.find(Role::Constant(constant));
        forgery.set(ix, 0, honest.committed[ix][0] + 1);
        case.rejects("another weight", &forgery, &[OPENING]);
        // What is proved is not what is committed.
        let mut forgery = honest.clone();
        forgery.committed[ix][0] += 1;
        case.rejects("another row", &forgery, &[OPENING]);
    }
}

/// Exactly as many slots may be padding as are, and none is a real one in disguise.
#[test]
fn soundness_padding_is_where_the_shape_has_it() {
    let case = range_case(&constants(), 6);
    let honest = honest(&case);
    for (i, constant) in case.graph.constants.iter().enumerate() {
        let (real, stored) = (constant.shape.real_cells() as i64, constant.shape.cells() as i64);
        let keys: Vec<Form> = match case.schedule.find(Role::ConstantLimb(i, 0)) {
            None => vec![Form::Tensor(case.find(Role::Constant(i)), 1 << (constant.declared.unwrap() - 1))],
            Some(_) => (0..limbs(constant.declared.unwrap()).count())
                .map(|k| Form::Tensor(case.find(Role::ConstantLimb(i, k)), 0))
                .collect(),
        };
        for key in keys {
            let block = case.schedule.blocks.iter().find(|block| block.key == key).expect("every cell is looked up");
            assert_eq!(1 << block.log, stored);
            let real_cells: i64 = (0..stored as usize)
                .map(|cell| verin_prover::core::form_value(block.value, block.log, &[], cell))
                .sum();
            assert_eq!(real_cells, real);
            // Padding and a real cell swapped: a weight where none is, and none where one may be.
            if real < stored {
                let padded = (0..stored as usize).find(|c| !constant.shape.real_indices().contains(c)).unwrap();
                let forgery = with_weight(&case, &with_weight(&case, &honest, i, 0, 0), i, padded, 1);
                case.rejects("padding and a real cell swapped", &forgery, &[SUM]);
            }
        }
    }
}

// The record and its range proof.

/// What is refused of a file, by whom.
fn refused(file: &RecordFile, message: &str) {
    let error = check_weights(file, VerifierSrs::insecure()).expect_err(message);
    assert!(error.to_string().contains(message), "{message}: {error}");
}

/// A file whose digest is right for whatever range record it has.
fn with_ranges(file: &RecordFile, change: impl FnOnce(&mut RangeProof)) -> RecordFile {
    let mut ranges = ranges(file).clone();
    change(&mut ranges);
    let weights = Weights::Private(ranges);
    let mut record = file.record.clone();
    record.graph_digest = weights.model_digest(&file.skeleton);
    RecordFile { record, skeleton: file.skeleton.clone(), weights }
}

#[test]
fn a_record_without_its_range_proof_is_refused() {
    let [key, ..] = &*KEYS;
    let srs = VerifierSrs::insecure();
    let mut prover = Prover::new(key.clone(), &Cpu);
    let sealed = prover.prove(&[vec![1; 15]], [0; 32], true, &mut rng(1)).unwrap().proof;
    let plain = prover.prove(&[vec![1; 15]], [0; 32], false, &mut rng(2)).unwrap().proof;
    let weights = Weights::Published { graph_digest: key.graph.digest() };
    let missing = RecordFile { weights, ..key.record.clone() };
    refused(&missing, "there is no range proof");
    let schedule = key.record.schedule(1).unwrap();
    for proof in [&sealed, &plain] {
        // By the one function that verifies files; and nothing but that check refuses it.
        let error = missing.verify(proof, srs).unwrap_err();
        assert!(matches!(error, VerifyError::PrivateWeights { .. }), "{error}");
    }
    verify_seal(&missing.record, srs, &sealed.statement, &sealed.body).unwrap();
    unsealed::verify_unsealed(&missing.record, &schedule, srs, &plain.statement, &plain.body).unwrap();
    assert!(matches!(missing.schedule(1), Err(VerifyError::PrivateWeights { .. })));

    // A record that says its weights are published does not get by with private rows either.
    let mut lying = key.record.clone();
    lying.record.flags.private_weights = false;
    refused(&lying, "the record says that its weights are published");
}

#[test]
fn a_range_proof_of_another_record_is_refused() {
    let [first, again, other] = KEYS.each_ref().map(|key| &key.record);
    let srs = VerifierSrs::insecure();
    for foreign in [again, other] {
        // As it is: the digest of the model names its own range record.
        let swapped = RecordFile { weights: foreign.weights.clone(), ..first.clone() };
        refused(&swapped, "digest of the model does not match");
        // With a digest that names it: it is about other rows. It is a valid proof, of a record with those.
        let swapped = with_ranges(first, |own| *own = ranges(foreign).clone());
        refused(&swapped, "its range record is about other rows");
        let theirs = ranges(foreign);
        verify_seal(&theirs.record, srs, &range_statement(&foreign.record.hash()), &theirs.seal).unwrap();
        // With the rows as well, the statement of the proof is still about another record.
        let mut swapped = swapped.clone();
        let private = theirs.record.model_rows.len();
        swapped.record.model_rows[..private].copy_from_slice(&theirs.record.model_rows);
        assert_eq!(swapped.record, foreign.record, "then it is that record");
        check_weights(&swapped, srs).unwrap();
    }
    // The same rows and range record under another record: the proof names the record it was made for.
    let mut moved = first.clone();
    moved.record.input_range = (-4, 3);
    assert_ne!(moved.record.hash(), first.record.hash());
    refused(&moved, "its range proof does not hold");
    let own = ranges(first);
    verify_seal(&own.record, srs, &range_statement(&first.record.hash()), &own.seal).unwrap();
}

#[test]
fn every_part_of_a_range_record_is_checked() {
    let file = &KEYS[0].record;
    let valid = |file: &RecordFile| check_weights(file, VerifierSrs::insecure());
    valid(file).unwrap();
    let header = "its range record is not one of its structure";
    type Change<'c> = &'c dyn Fn(&mut Record);
    let changes: [(&str, Change<'_>); 9] = [
        (header, &|r| r.graph_digest = ranges_digest(b"another structure")),
        (header, &|r| r.srs_digest = [1; 32]),
        (header, &|r| r.row_log += 1),
        (header, &|r| r.flags.private_weights = true),
        (header, &|r| r.input_range = (-4, 3)),
        ("about other rows", &|r| r.model_rows.truncate(1)),
        ("about other rows", &|r| r.model_rows.swap(0, 1)),
        ("other seals", &|r| r.key_sets[0].batch = 2),
        ("other seals", &|r| r.key_sets[0].witness_rows += 1),
    ];
    for (message, change) in changes {
        refused(&with_ranges(file, |ranges| change(&mut ranges.record)), message);
    }
    refused(&with_ranges(file, |ranges| ranges.seal[100] ^= 1), "its range proof does not hold");
    refused(&with_ranges(file, |ranges| ranges.seal.clear()), "its range proof does not hold");
    // One more private row than there are: it would be one that nothing is known of.
    let mut short = file.clone();
    short.record.model_rows.truncate(1);
    refused(&short, "about other rows");
    // Another structure, which the digest names.
    let mut graph = skeleton::decode(&file.skeleton).unwrap();
    graph.constants[0].declared = None;
    let mut undeclared = file.clone();
    undeclared.skeleton = skeleton::encode(&graph);
    undeclared.record.graph_digest = undeclared.weights.model_digest(&undeclared.skeleton);
    refused(&undeclared, "no declared range");
}

/// A circuit that is not that of the structure could accept anything: recomputing finds it, as it does another table.
#[test]
fn audits_find_what_the_structure_does_not_give() {
    let [key, _, other] = &*KEYS;
    let audit = |file: &RecordFile| weights::audit(&Cpu, file, &load).map_err(|error| error.to_string());
    audit(&key.record).unwrap();
    let refused = |file: &RecordFile, message: &str| {
        let error = audit(file).expect_err(message);
        assert!(error.contains(message), "{message}: {error}");
    };
    // The circuit of the range record.
    let weak = with_ranges(&key.record, |ranges| ranges.record.key_sets[0].transcript_repr += Fr::from(1u64));
    refused(&weak, "its range proof does not hold");
    // The circuits of the record, and its rows of tables: with a range proof for that very record, by its owner.
    let sabotage = |change: &dyn Fn(&mut Record)| {
        let mut file = key.record.clone();
        change(&mut file.record);
        let mut made = key.clone();
        made.record = file;
        weights::prove_ranges(&Cpu, &mut made, &mut rng(4)).unwrap();
        check_weights(&made.record, VerifierSrs::insecure()).unwrap();
        made.record
    };
    audit(&sabotage(&|_| {})).unwrap();
    let circuit = sabotage(&|record| record.key_sets[1].transcript_repr += Fr::from(1u64));
    refused(&circuit, "the record has other circuits");
    let table = sabotage(&|record| *record.model_rows.last_mut().unwrap() = other.record.record.model_rows[0]);
    refused(&table, "the record has other rows of tables");
    let header = sabotage(&|record| record.input_range = (-4, 3));
    refused(&header, "the record has other header");
    let published = setup(&Cpu, program(), SetupOptions { profile: Profile::Fast, ..OPTIONS }, &load).unwrap();
    refused(&published.record, "published");
}

#[test]
fn key_files_that_do_not_fit_are_refused() {
    let [key, _, other] = &*KEYS;
    let refused = |key: &ProverKey, message: &str| {
        let error = keyfile::decode(&keyfile::encode(key)).expect_err(message).to_string();
        assert!(error.contains(message), "{message}: {error}");
    };
    let mut short = key.clone();
    short.blinders.pop();
    refused(&short, "blinders of the weights");
    let mut long = key.clone();
    long.blinders.push(Fr::from(1u64));
    refused(&long, "blinders of the weights");
    let mut graph = key.clone();
    graph.graph.constants[0].declared = Some(10);
    graph.graph = graph.graph.declare_ranges().unwrap();
    refused(&graph, "different models");
    // Weights that are not those of the rows make proofs that do not verify.
    let mut wrong = key.clone();
    wrong.graph = other.graph.clone();
    let mut prover = Prover::new(keyfile::decode(&keyfile::encode(&wrong)).unwrap(), &Cpu);
    let proof = prover.prove(&[vec![1; 15]], [0; 32], true, &mut rng(1)).unwrap().proof;
    assert!(key.record.verify(&proof, VerifierSrs::insecure()).is_err());
}

/// The rows of weights are the first of the model, in the same places in both schedules.
#[test]
fn both_schedules_put_weights_in_the_same_rows() {
    for (name, graph) in support::zoo(rng(2)) {
        let Ok(graph) = graph.declare_ranges() else { panic!("{name}") };
        for b in [4, 6, 9] {
            let options = range_options(b);
            let Ok(main) =
                build(&graph, verin_circuits::schedule::Options { constants: Constants::Private, ..options })
            else {
                continue;
            };
            let ranges = build(&range_program(&graph), options).unwrap();
            assert_eq!(main.rows.private, ranges.rows.model, "{name}");
            for i in 0..graph.constants.len() {
                let placement = |schedule: &verin_circuits::schedule::Schedule| {
                    schedule.tensors[schedule.find(Role::Constant(i)).unwrap()].placement.clone().unwrap()
                };
                assert_eq!(placement(&main), placement(&ranges), "{name}");
                assert!(placement(&main).chunks.iter().flatten().all(|cell| cell.row < main.rows.private));
            }
            for tensor in main.tensors.iter().filter(|t| !matches!(t.role, Role::Constant(_))) {
                let placement = tensor.placement.iter().flat_map(|p| p.chunks.iter().flatten());
                assert!(placement.into_iter().all(|cell| cell.row >= main.rows.private), "{name}");
            }
        }
    }
}
