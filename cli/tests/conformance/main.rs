//! Conformance: ONNX's own tests of single operators, quantized, run, proved and verified.
//!
//! Every case passes or is listed in `exceptions.txt`, with the reason; a listed case that passes is an error too.

#[path = "../support/proof.rs"]
mod proof;
#[path = "../support/written.rs"]
mod written;

mod archive;
mod exceptions;
mod kinds;
mod operators;
mod program;

use archive::{Archive, Case};
use exceptions::{Exception, Verdict, exceptions};
use kinds::{Kind, kinds};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use verin_prover::keys::{Profile, SetupOptions};

/// What became of a case.
fn verdict(case: &Case) -> Result<(), (Option<Verdict>, String)> {
    let mut differs = String::new();
    for bits in program::BITS {
        let graph = program::program(case, bits).map_err(|error| (Some(Verdict::Refused), error.to_string()))?;
        let (input, output) = program::run(&graph, case);
        let options = SetupOptions { profile: Profile::Fast, ..SetupOptions::default() };
        proof::prove(&graph, &input, &output, options).map_err(|error| (None, error.to_string()))?;
        match program::difference(&graph, &output, &case.outputs) {
            None => return Ok(()),
            Some(wrong) => differs = wrong,
        }
    }
    Err((Some(Verdict::Differs), differs))
}

/// What is wrong with a case and what is said of it.
fn complaint(case: &Case, listed: Option<&Exception>) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| verdict(case)));
    let outcome = outcome.unwrap_or_else(|_| Err((None, "panicked".into())));
    match (outcome, listed) {
        (Ok(()), None) => None,
        (Ok(()), Some(_)) => Some("passes, but is listed".into()),
        (Err((Some(Verdict::Refused), error)), Some(exception)) if exception.verdict == Verdict::Refused => {
            let words = exception.words().find(|word| !error.contains(word));
            // A node without a name goes by that of its output; the operator set belongs to no node.
            let mut places = case.entry.outputs.iter().map(|name| format!("`{name}`")).chain(["opset_import".into()]);
            let named = places.any(|place| error.contains(&place));
            let missing = words.or((!named).then_some("the node's name"));
            missing.map(|missing| format!("the error does not say {missing}: {error}"))
        }
        (Err((Some(Verdict::Differs), _)), Some(exception)) if exception.verdict == Verdict::Differs => None,
        (Err((verdict, why)), _) => Some(format!("{}: {why}", verdict.map_or("fails".into(), |v| format!("{v:?}")))),
    }
}

#[test]
fn every_case_is_proved_and_verified_or_listed() {
    let archive = Mutex::new(Archive::open());
    let entries = archive.lock().unwrap().manifest.cases.clone();
    let listed = exceptions();
    for name in listed.keys() {
        assert!(entries.iter().any(|entry| entry.name == *name), "{name} is listed, but there is no such case");
    }
    // Plain threads: a prover that waits for its own parallel parts must not start on another case meanwhile.
    let (queue, complaints) = (Mutex::new(entries.iter()), Mutex::new(Vec::new()));
    let worker = || {
        loop {
            let Some(entry) = queue.lock().unwrap().next() else { break };
            let case = archive.lock().unwrap().case(entry);
            if let Some(complaint) = complaint(&case, listed.get(entry.name.as_str())) {
                complaints.lock().unwrap().push(format!("{}: {complaint}", entry.name));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(4) {
            scope.spawn(worker);
        }
    });
    let mut complaints = complaints.into_inner().unwrap();
    complaints.sort();
    assert!(complaints.is_empty(), "{} of {} cases:\n{}", complaints.len(), entries.len(), complaints.join("\n"));
}

#[test]
fn every_kind_of_relation_is_sealed_and_verified() {
    let mut archive = Archive::open();
    let mut missing = BTreeSet::from(Kind::ALL);
    for entry in archive.manifest.cases.clone() {
        let case = archive.case(&entry);
        let Ok(graph) = program::program(&case, program::BITS[0]) else { continue };
        let new: Vec<Kind> = kinds(&graph).intersection(&missing).copied().collect();
        if new.is_empty() {
            continue;
        }
        let (input, output) = program::run(&graph, &case);
        // The sealed part of the work is the same whatever is private; products are what weights meet inputs in.
        let private = new.contains(&Kind::Product);
        let options = SetupOptions { private_input: private, private_output: private, ..SetupOptions::default() };
        proof::prove(&graph, &input, &output, options).unwrap_or_else(|error| panic!("{}: {error}", entry.name));
        new.iter().for_each(|kind| assert!(missing.remove(kind)));
    }
    assert!(missing.is_empty(), "no case has {missing:?}");
}

#[test]
fn the_table_of_operators_is_up_to_date() {
    let document = operators::document(&Archive::open().manifest, &exceptions());
    written::check("docs/operators.md", &document, "conformance");
}
