//! What the transcript takes in: everything the verifier reads, before the next challenge, and nothing else.

use super::programs::{cases, inputs};
use super::support::adversary::{Case, Transcript};
use super::support::arithmetics::Attacker;
use super::support::golden;
use super::support::messages::{Event, absorbed_in, events, scalars};
use ark_bn254::Fr;
use std::fmt::Write;
use verin_circuits::verify::cost;

/// A scalar changed anywhere changes the input of the permutation that is to take it in, no earlier one, and the output of that
/// and of every later one.
#[test]
fn soundness_every_challenge_depends_on_everything_before_it() {
    for (name, case) in cases() {
        let forgery = case.honest(&inputs(&case, 1));
        let proof = forgery.prove(&case);
        let listen = |proof: &Transcript| {
            let mut a = Attacker::default();
            case.verify(&forgery, proof, &mut a).unwrap();
            a
        };
        let base = listen(&proof);
        let absorbed = absorbed_in(&case.schedule);
        assert_eq!(absorbed.len(), 1 + proof.scalars.len(), "{name}: a scalar that no message accounts for");
        assert_eq!(base.asked.len(), cost(&case.schedule).unwrap().1.permutations);
        for (item, permutation) in absorbed.into_iter().enumerate() {
            let mut changed = proof.clone();
            match item.checked_sub(1) {
                None => changed.public.s0 += Fr::from(1u64),
                Some(i) => changed.scalars[i] += Fr::from(1u64),
            }
            let heard = listen(&changed);
            for n in 0..base.asked.len() {
                let same = base.asked[n] == heard.asked[n];
                assert_eq!(same, n < permutation, "{name}, item {item}: input of permutation {n}");
                let [capacity, challenge, _] = heard.answered[n];
                assert_eq!(challenge == base.answered[n][1], n < permutation, "{name}, item {item}: challenge {n}");
                assert_eq!(capacity == base.answered[n][0], n < permutation, "{name}, item {item}: capacity {n}");
            }
        }
    }
}

/// The first permutation starts from the name of the protocol, and no challenge is ever output twice.
#[test]
fn soundness_challenges_are_all_different() {
    for (name, case) in cases() {
        let forgery = case.honest(&inputs(&case, 1));
        let mut a = Attacker::default();
        case.verify(&forgery, &forgery.prove(&case), &mut a).unwrap();
        assert_ne!(a.asked[0][0], Fr::from(0u64));
        let mut challenges: Vec<_> = a.answered.iter().map(|s| s[1]).collect();
        challenges.sort();
        challenges.dedup();
        assert_eq!(challenges.len(), a.answered.len(), "{name}");
    }
}

fn describe(name: &str, case: &Case) -> String {
    let (count, tally) = cost(&case.schedule).unwrap();
    let mut out = format!("{name}\n  scalars {count}, permutations {}\n", tally.permutations);
    for (section, permutations) in &tally.sections {
        writeln!(out, "  {section}: {permutations} permutations").unwrap();
    }
    let mut line = String::new();
    for event in events(&case.schedule) {
        match event {
            Event::Statement => line += " S0",
            Event::Read(message, n) => write!(line, " {message:?}*{n}").unwrap(),
            Event::Challenge(challenge) => {
                writeln!(out, "   {line} -> {challenge}").unwrap();
                line.clear();
            }
        }
    }
    let mut assertions = tally.assertions.clone();
    assertions.dedup();
    writeln!(out, "  checks: {}", assertions.join("; ")).unwrap();
    out
}

/// What is absorbed, section by section: a golden list, so that a change of it is seen.
#[test]
fn golden_inventory_of_the_transcript() {
    let mut text = String::new();
    for (name, case) in cases() {
        assert_eq!(scalars(&case.schedule).len(), cost(&case.schedule).unwrap().0);
        if ["saturating, public", "scaled, private", "convolution, private", "residual, public"]
            .contains(&name.as_str())
        {
            text += &describe(&name, &case);
        }
    }
    golden::check("transcript.v3.txt", &text);
}
