//! The native verifier of seals against halo2: real proofs, with an opening, of a small circuit that has the
//! constraint system of all seals.

mod decoders;
mod forgers;
mod seals;
mod toy;

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use forgers::Lie;
use seals::{Sealed, Shape};
use std::path::PathBuf;
use verin_circuits::commitment::opening::committed_folds;
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::error::VerifyError;
use verin_circuits::plonk::proof::PROOF_WORDS;
use verin_circuits::plonk::seal::{seal_cost, verify_seal};
use verin_circuits::record::{Flags, Record};
use verin_circuits::statement::Statement;
use verin_circuits::transcript::keccak::KeccakTranscript;

fn public() -> Shape {
    Shape { flags: Flags::default(), batch: 2, row_log: 6, model_rows: 3, witness_rows: 2, k: 7 }
}

fn private() -> Shape {
    let flags = Flags { private_input: true, private_output: true, ..Flags::default() };
    Shape { flags, ..public() }
}

fn mixed() -> Shape {
    let flags = Flags { private_input: true, ..Flags::default() };
    Shape { flags, batch: 1, row_log: 4, ..public() }
}

/// Rows long enough for a committed fold.
fn folded() -> Shape {
    Shape { row_log: 8, ..public() }
}

/// Rows as long as a network's, for several committed folds.
fn tall() -> Shape {
    Shape { batch: 1, row_log: 13, ..public() }
}

fn check(sealed: &Sealed, seal: &[u8]) -> Result<(), VerifyError> {
    verify_seal(&sealed.record, VerifierSrs::insecure(), &sealed.statement, seal).map(|_| ())
}

#[test]
fn completeness() {
    for shape in [public(), private(), mixed(), folded(), tall()] {
        let sealed = seals::seal(shape, 1);
        assert_eq!(check(&sealed, &sealed.seal), Ok(()), "{shape:?}");
        let cost = seal_cost(&sealed.record, &sealed.record.key_sets[0]);
        assert_eq!(cost.seal_words * 32, sealed.seal.len());
        assert_eq!(Record::decode(&sealed.record.encode()).as_ref(), Ok(&sealed.record));
    }
}

/// halo2's own verifier reads the same bytes, in the same transcript, and agrees.
#[test]
fn parity_with_halo2() {
    let sealed = seals::seal(public(), 2);
    let witness = &sealed.record.key_sets[0].witness_rows;
    let mut reader = verin_circuits::encoding::Reader::new("seal", &sealed.seal);
    let rows = reader.points(*witness).unwrap();
    let bound = sealed.statement.bind(&sealed.record, &rows).unwrap();
    let mut instances = bound.instances();
    instances.extend(reader.scalars(sealed.prefix - 2 * witness).unwrap());
    let proof = &sealed.seal[32 * sealed.prefix..32 * (sealed.prefix + PROOF_WORDS)];
    let accepts = |instances: &[Fr]| {
        let mut transcript = KeccakTranscript::new(bound.s0);
        toy::halo2_accepts(&sealed.params, &sealed.key, instances, &mut transcript, proof)
    };
    assert!(accepts(&instances));
    instances[1] += Fr::from(1u64);
    assert!(!accepts(&instances));
}

/// Every word of a seal, changed in the ways a forger would try first.
#[test]
fn tamper_seal() {
    let sealed = seals::seal(folded(), 3);
    let modulus = Fr::MODULUS.to_bytes_be();
    for word in 0..sealed.seal.len() / 32 {
        let at = 32 * word..32 * (word + 1);
        let mut mutants = vec![vec![0; 32], vec![0xff; 32], modulus.clone()];
        let old = &sealed.seal[at.clone()];
        for bit in [1u8, 0x80] {
            let mut flipped = old.to_vec();
            flipped[31] ^= bit;
            mutants.push(flipped);
        }
        mutants.push(add(old, &modulus));
        if word > 0 {
            mutants.push(sealed.seal[at.start - 32..at.start].to_vec());
        }
        for mutant in mutants {
            let mut seal = sealed.seal.clone();
            seal[at.clone()].copy_from_slice(&mutant);
            assert!(seal == sealed.seal || check(&sealed, &seal).is_err(), "word {word}: {mutant:02x?}");
        }
    }
    // Swapped witness rows, negated points, wrong lengths.
    let mut seal = sealed.seal.clone();
    seal[..128].rotate_left(64);
    assert!(check(&sealed, &seal).is_err());
    for length in [0, 31, 32, sealed.seal.len() - 32, sealed.seal.len() - 1] {
        assert!(matches!(check(&sealed, &sealed.seal[..length]), Err(VerifyError::Length { .. })));
    }
    let longer = [sealed.seal.as_slice(), &[0]].concat();
    assert!(matches!(check(&sealed, &longer), Err(VerifyError::Length { .. })));
}

/// The coefficients in the clear are tied to the last committed fold, that fold to its commitment, they to `v`.
#[test]
fn forged_openings() {
    for shape in [public(), mixed(), folded(), tall()] {
        let honest = seals::forge(shape, 9, Lie::None);
        assert_eq!(check(&honest, &honest.seal), Ok(()));
        let committed = committed_folds(shape.row_log) > 0;
        for (_, lie, expected) in forged().into_iter().filter(|(_, lie, _)| committed || *lie != Lie::Fold) {
            let sealed = seals::forge(shape, 9, lie);
            assert_eq!(check(&sealed, &sealed.seal), Err(VerifyError::Rejected { check: expected }), "{lie:?}");
        }
    }
}

/// Name in the fixtures, lie, the check that catches it.
fn forged() -> [(&'static str, Lie, &'static str); 4] {
    [
        ("coefficients", Lie::Coefficients, "opening: last committed fold folds to the coefficients"),
        ("values", Lie::Values, "pairing"),
        ("fold", Lie::Fold, "pairing"),
        ("value", Lie::Value, "opening: last fold equals v"),
    ]
}

/// Every byte of a statement, public or private, and every way to cut it.
#[test]
fn tamper_statement() {
    for shape in [public(), private(), mixed()] {
        let sealed = seals::seal(shape, 4);
        let statement = &sealed.statement;
        let refused = |changed: Statement| {
            assert_ne!(&changed, statement);
            let verdict = verify_seal(&sealed.record, VerifierSrs::insecure(), &changed, &sealed.seal);
            assert!(verdict.is_err());
        };
        for i in 0..32 {
            let mut context = statement.context;
            context[i] ^= 1;
            refused(Statement { context, ..statement.clone() });
        }
        for i in 0..statement.input.len() {
            let mut input = statement.input.clone();
            input[i] ^= 1;
            refused(Statement { input, ..statement.clone() });
        }
        for i in 0..statement.output.len() {
            let mut output = statement.output.clone();
            output[i] ^= 1;
            refused(Statement { output, ..statement.clone() });
        }
        let slot = sealed.record.input.bytes;
        let mut input = statement.input.clone();
        input.rotate_left(slot);
        if shape.batch > 1 {
            refused(Statement { input, ..statement.clone() });
        }
        refused(Statement { input: Vec::new(), output: Vec::new(), ..statement.clone() });
        refused(Statement { input: statement.input[1..].to_vec(), ..statement.clone() });
        refused(Statement { output: statement.output[1..].to_vec(), ..statement.clone() });
        refused(Statement { output: [statement.output.as_slice(), &[0]].concat(), ..statement.clone() });
        refused(Statement {
            input: statement.input.repeat(2),
            output: statement.output.repeat(2),
            ..statement.clone()
        });
        refused(Statement {
            input: statement.input.repeat(3),
            output: statement.output.repeat(3),
            ..statement.clone()
        });
    }
}

/// Every byte of a record: it does not decode, or it names another model.
#[test]
fn tamper_record() {
    let sealed = seals::seal(public(), 5);
    let bytes = sealed.record.encode();
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 1;
        if let Ok(record) = Record::decode(&changed) {
            assert_eq!(record.encode(), changed);
            assert!(verify_seal(&record, VerifierSrs::insecure(), &sealed.statement, &sealed.seal).is_err(), "{i}");
        }
    }
    for length in 0..bytes.len() {
        assert!(Record::decode(&bytes[..length]).is_err());
    }
    assert!(Record::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn out_of_range_input_is_named() {
    let sealed = seals::seal(public(), 6);
    let mut statement = sealed.statement.clone();
    statement.input[7] = 10;
    let verdict = verify_seal(&sealed.record, VerifierSrs::insecure(), &statement, &sealed.seal);
    let expected = VerifyError::OutOfRange { what: "input", index: 7, got: 10, lo: -7, hi: 9 };
    assert_eq!(verdict, Err(expected));
}

/// The seals the contract's tests read still verify here. `VERIN_WRITE_FIXTURES=1` makes them anew.
#[test]
fn golden() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../verifier-contract/test/fixtures"));
    for (name, shape) in
        [("public", public()), ("private", private()), ("mixed", mixed()), ("folded", folded()), ("tall", tall())]
    {
        let path = folder.join(format!("seal_{name}.json"));
        if std::env::var_os("VERIN_WRITE_FIXTURES").is_some() {
            let sealed = seals::seal(shape, 7);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, fixture(&sealed)).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let bytes = |key: &str| unhex(json[key].as_str().unwrap());
        let record = Record::decode(&bytes("record")).unwrap();
        let context = bytes("context").try_into().unwrap();
        let statement = Statement { context, input: bytes("input"), output: bytes("output") };
        let verified = verify_seal(&record, VerifierSrs::insecure(), &statement, &bytes("seal")).unwrap();
        assert_eq!(verified.s0.to_vec(), bytes("s0"));
        assert_eq!(bytes("srs"), srs_bytes(VerifierSrs::insecure()));
    }
}

/// Forged seals for the statement and record of `seal_folded.json`, made along with it; still refused.
#[test]
fn golden_forgeries() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../verifier-contract/test/fixtures"));
    let path = folder.join("forged_folded.json");
    let honest = seals::seal(folded(), 7);
    if std::env::var_os("VERIN_WRITE_FIXTURES").is_some() {
        let seals = forged().map(|(name, lie, _)| (name.to_string(), hex(&seals::forge(folded(), 7, lie).seal).into()));
        let json = serde_json::Value::Object(seals.into_iter().collect());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, serde_json::to_string_pretty(&json).unwrap() + "\n").unwrap();
    }
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for (name, _, expected) in forged() {
        let verdict = check(&honest, &unhex(json[name].as_str().unwrap()));
        assert_eq!(verdict, Err(VerifyError::Rejected { check: expected }), "{name}");
    }
}

/// Milliseconds to verify a seal the size of a small network's; printed, not asserted.
#[test]
fn timing() {
    let shape = Shape { row_log: 10, model_rows: 12, witness_rows: 20, k: 9, ..public() };
    let sealed = seals::seal(shape, 8);
    check(&sealed, &sealed.seal).unwrap();
    let start = std::time::Instant::now();
    for _ in 0..10 {
        check(&sealed, &sealed.seal).unwrap();
    }
    println!("native verify, 32 rows, b = 10: {:?}", start.elapsed() / 10);
}

fn fixture(sealed: &Sealed) -> String {
    let verified = verify_seal(&sealed.record, VerifierSrs::insecure(), &sealed.statement, &sealed.seal).unwrap();
    let cost = seal_cost(&sealed.record, &sealed.record.key_sets[0]);
    let json = serde_json::json!({
        "srs": hex(&srs_bytes(VerifierSrs::insecure())),
        "srsDigest": hex(&VerifierSrs::insecure().digest),
        "record": hex(&sealed.record.encode()),
        "context": hex(&sealed.statement.context),
        "input": hex(&sealed.statement.input),
        "output": hex(&sealed.statement.output),
        "seal": hex(&sealed.seal),
        "s0": hex(&verified.s0),
        "rows": cost.rows,
        "folds": cost.folds,
    });
    serde_json::to_string_pretty(&json).unwrap() + "\n"
}

/// What the contract's constructor takes.
fn srs_bytes(srs: &VerifierSrs) -> Vec<u8> {
    let points = srs.tau_b.iter().flat_map(verin_circuits::encoding::point_bytes);
    verin_circuits::commitment::srs::g2_bytes(&srs.tau_g2).into_iter().chain(points).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_string(), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.strip_prefix("0x").unwrap().as_bytes();
    let digit = |d: u8| (d as char).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// `a + b`, 256 bits; saturates.
fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let s = u16::from(*a) + u16::from(*b) + carry;
            carry = s >> 8;
            s as u8
        })
        .collect();
    sum.reverse();
    if carry > 0 { vec![0xff; a.len()] } else { sum }
}
