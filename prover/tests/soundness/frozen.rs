//! Forgers who know the challenges that follow a message, for every kind of message.
//!
//! Freeze the challenges of one run: then a false statement becomes a system of linear equations in the scalars of the message, and
//! the forger solves it. The same scalars under Fiat-Shamir are rejected, so it is Fiat-Shamir that rejects them, and every kind of
//! message has to be absorbed.

use super::programs::{convolution, fan_out, groups, inputs, maxima, moves, plain, residual, rng, saturating, scaled};
use super::support::Programs;
use super::support::adversary::{
    Case, Cell, DENOMINATORS, Forgery, LAYER, MOVES, NOT_ZERO, NUMERATORS, OPENING, POWERS, PRODUCTS, SUM, Transcript,
    solve,
};
use super::support::arithmetics::Attacker;
use super::support::messages::{Message, permutation_of, relation_rounds, scalars_of};
use ark_bn254::Fr;
use ark_ff::{Field, Zero};
use verin_circuits::schedule::{Numerator, Role, TermKind};
use verin_quantizer::ir::{Entries, Op, Table};

fn public(graph: verin_quantizer::ir::Graph) -> Case {
    Case::new(graph, 5, 0, (false, false), false)
}

/// The challenges of a run, for ever.
fn freeze(case: &Case, forgery: &Forgery, proof: &Transcript) -> Vec<[Fr; 3]> {
    let mut a = Attacker::default();
    case.verify(forgery, proof, &mut a).unwrap();
    a.answered
}

/// What every check is off by under frozen challenges.
fn residuals(case: &Case, forgery: &Forgery, proof: &Transcript, answers: &[[Fr; 3]]) -> Vec<Fr> {
    let mut a = Attacker { skip: None, ..Attacker::frozen(answers.to_vec()) };
    case.verify(forgery, proof, &mut a).unwrap();
    a.residuals
}

/// Changes the scalars `unknown` so that no check is off: every residual is an affine function of them.
fn repair(
    case: &Case,
    forgery: &Forgery,
    proof: &Transcript,
    answers: &[[Fr; 3]],
    unknown: &[usize],
) -> Option<Transcript> {
    let base = residuals(case, forgery, proof, answers);
    let columns: Vec<Vec<Fr>> = unknown
        .iter()
        .map(|i| {
            let mut moved = proof.clone();
            moved.scalars[*i] += Fr::from(1u64);
            residuals(case, forgery, &moved, answers).iter().zip(&base).map(|(m, b)| *m - b).collect()
        })
        .collect();
    let target: Vec<Fr> = base.iter().map(|b| -*b).collect();
    let mut repaired = proof.clone();
    for (i, change) in unknown.iter().zip(solve(&columns, &target)?) {
        repaired.scalars[*i] += change;
    }
    let affine = residuals(case, forgery, &repaired, answers).iter().all(Fr::is_zero);
    affine.then_some(repaired)
}

/// The forger succeeds with frozen challenges and fails without.
fn succeeds_only_when_frozen(what: &str, case: &Case, forgery: &Forgery, proof: &Transcript, unknown: &[usize]) {
    let answers = freeze(case, forgery, proof);
    let frozen = || Attacker::frozen(answers.clone());
    assert!(case.verify(forgery, proof, &mut frozen()).is_err(), "{what}: nothing to repair");
    let repaired = repair(case, forgery, proof, &answers, unknown);
    let repaired = repaired.unwrap_or_else(|| panic!("{what}: the forger finds nothing"));
    assert_eq!(case.verify(forgery, &repaired, &mut frozen()), Ok(()), "{what}: frozen");
    assert!(!case.accepts(forgery, &repaired, &[]), "{what}: accepted under Fiat-Shamir");
}

/// An honest proof, and the lie that the output is another; `s0` is left as it was, so that only the transcript can tell.
fn false_output(case: &Case) -> (Forgery, Transcript) {
    let honest = case.honest(&inputs(case, 1));
    let mut proof = honest.prove(case);
    proof.public.output_sum = proof.public.output_sum.map(|sum| sum + Fr::from(7u64));
    (honest, proof)
}

/// The same with the input.
fn false_input(case: &Case) -> (Forgery, Transcript) {
    let honest = case.honest(&inputs(case, 1));
    let mut proof = honest.prove(case);
    proof.public.input_sum = proof.public.input_sum.map(|sum| sum + Fr::from(7u64));
    (honest, proof)
}

/// A result that the table does not give.
fn false_lookup(case: &Case) -> (Forgery, Transcript) {
    let last = case.graph.output.tensor - 2;
    let mut done = false;
    let forgery = case.forge(&inputs(case, 1), &mut |place, _, cell| {
        if place.node != last || std::mem::replace(&mut done, true) {
            return cell;
        }
        Cell { result: cell.result + 1, ..cell }
    });
    let proof = forgery.prove(case);
    (forgery, proof)
}

#[test]
fn soundness_frozen_salt() {
    let case = public(plain());
    let honest = case.honest(&inputs(&case, 1));
    let mut proof = honest.prove(&case);
    let answers = freeze(&case, &honest, &proof);
    proof.scalars[0] += Fr::from(1u64);
    assert_eq!(case.verify(&honest, &proof, &mut Attacker::frozen(answers)), Ok(()));
    assert!(!case.accepts(&honest, &proof, &[]));
}

#[test]
fn soundness_frozen_children_of_the_root() {
    for case in [public(plain()), public(saturating())] {
        let (forgery, proof) = false_lookup(&case);
        let children = scalars_of(&case.schedule, Message::Children(0));
        succeeds_only_when_frozen("root", &case, &forgery, &proof, &children[..2]);
    }
}

/// The lie is told at the root and handed down, layer after layer, by messages that need no foresight; the one who repairs it does.
#[test]
fn soundness_frozen_layers_of_the_lookup_tree() {
    let case = public(plain());
    let (forgery, proof) = false_lookup(&case);
    for layer in 1..case.schedule.tree_log {
        let handed_down = (0..layer).map(|above| scalars_of(&case.schedule, Message::Children(above))[0]);
        let children = scalars_of(&case.schedule, Message::Children(layer));
        let unknown: Vec<usize> = handed_down.clone().chain(children[..2].iter().copied()).collect();
        if layer + 1 < case.schedule.tree_log {
            succeeds_only_when_frozen(&format!("children of layer {layer}"), &case, &forgery, &proof, &unknown);
        }
        for round in 0..layer {
            let message = scalars_of(&case.schedule, Message::TreeRound(layer, round));
            for coefficient in message {
                let unknown: Vec<usize> = handed_down.clone().chain([coefficient]).collect();
                succeeds_only_when_frozen(
                    &format!("round {round} of layer {layer}"),
                    &case,
                    &forgery,
                    &proof,
                    &unknown,
                );
            }
        }
    }
}

#[test]
fn soundness_frozen_claims_on_the_columns() {
    for case in [public(plain()), public(saturating()), public(scaled()), public(fan_out())] {
        let columns = scalars_of(&case.schedule, Message::Columns);
        let (forgery, proof) = false_input(&case);
        succeeds_only_when_frozen("columns, input", &case, &forgery, &proof, &columns);
    }
    // An output that a product explains is one with all other sums of products.
    for case in [public(scaled()), public(fan_out())] {
        let columns = scalars_of(&case.schedule, Message::Columns);
        let (forgery, proof) = false_output(&case);
        succeeds_only_when_frozen("columns, output", &case, &forgery, &proof, &columns);
    }
}

#[test]
fn soundness_frozen_relations() {
    for case in [public(scaled()), public(fan_out()), public(maxima())] {
        let (forgery, proof) = false_output(&case);
        let of = |message| scalars_of(&case.schedule, message);
        for round in 0..relation_rounds(&case.schedule).0 {
            for coefficient in of(Message::ProductRound(round)) {
                succeeds_only_when_frozen("a product's round", &case, &forgery, &proof, &[coefficient]);
            }
        }
    }
    for case in [public(scaled()), public(fan_out())] {
        let (forgery, proof) = false_output(&case);
        let factors = scalars_of(&case.schedule, Message::Factors);
        // Weights of all relations, or the values read: each set alone is affine.
        for first in [0, 1] {
            let unknown: Vec<usize> = factors.iter().copied().skip(first).step_by(2).collect();
            succeeds_only_when_frozen("factors", &case, &forgery, &proof, &unknown);
        }
    }
}

/// Claims on copies and on results of maxima.
#[test]
fn soundness_frozen_claims_on_copies() {
    for graph in [moves(), maxima(), residual()] {
        let case = public(graph);
        let copies = scalars_of(&case.schedule, Message::Copies);
        assert!(!copies.is_empty());
        let (forgery, proof) = false_input(&case);
        // The claim on a copy is one on the sum that explains it as well. Where there is but one, terms make up for that.
        let terms = if copies.len() > 1 { Vec::new() } else { scalars_of(&case.schedule, Message::Terms) };
        let unknown = [copies, terms].concat();
        succeeds_only_when_frozen("copies", &case, &forgery, &proof, &unknown);
    }
}

/// Values of terms: of products, of tensors as they are, of tensors that are moved.
#[test]
fn soundness_frozen_terms() {
    for graph in [scaled(), fan_out(), convolution(), residual(), moves()] {
        let case = public(graph);
        let terms = scalars_of(&case.schedule, Message::Terms);
        let (forgery, proof) = false_output(&case);
        succeeds_only_when_frozen("terms", &case, &forgery, &proof, &terms);
    }
}

/// Two terms stated wrongly so that their sum is right, each of them moved: what follows refutes them, as long as it is drawn
/// afterwards.
#[test]
fn soundness_frozen_terms_that_compensate_one_another() {
    let case = public(residual());
    let at = case.schedule.relations.iter().position(|r| r.node == 4).unwrap();
    let before: usize = case.schedule.relations[..at].iter().map(|r| r.terms.len() - 1).sum();
    let terms = scalars_of(&case.schedule, Message::Terms);
    let honest = case.honest(&inputs(&case, 1));
    let proof = honest.prove(&case);
    let answers = freeze(&case, &honest, &proof);
    let mut wrong = proof.clone();
    // 2 a - 3 b + x, of which b and x are stated.
    wrong.scalars[terms[before]] += Fr::from(1u64);
    wrong.scalars[terms[before + 1]] += Fr::from(3u64);
    let verdict = |skip: &[&'static str]| {
        let mut a = Attacker { skip: Some(skip.to_vec()), ..Attacker::frozen(answers.clone()) };
        case.verify(&honest, &wrong, &mut a)
    };
    assert_eq!(verdict(&[]), Err(OPENING));
    assert_eq!(verdict(&[OPENING]), Ok(()), "the first term is right");
    assert!(!case.accepts(&honest, &wrong, &[]));
}

#[test]
fn soundness_frozen_claims_on_moved_tensors() {
    for graph in [moves(), convolution(), residual()] {
        let case = public(graph);
        let moved = scalars_of(&case.schedule, Message::Moved);
        let (forgery, proof) = match case.output().terms[0].kind {
            TermKind::Move(_) => false_output(&case),
            TermKind::Product(_) => false_input(&case),
        };
        succeeds_only_when_frozen("moved tensors", &case, &forgery, &proof, &moved);
    }
}

/// Right factors that are moved are claimed to be what the moves then explain.
#[test]
fn soundness_frozen_factors_that_are_moved() {
    for graph in [convolution(), groups()] {
        let case = public(graph);
        let (forgery, proof) = false_output(&case);
        assert_eq!(case.failing(&forgery, &proof), [PRODUCTS].into());
        let rights = scalars_of(&case.schedule, Message::Factors).into_iter().skip(1).step_by(2);
        let unknown: Vec<usize> = rights.chain(scalars_of(&case.schedule, Message::Moved)).collect();
        succeeds_only_when_frozen("right factors", &case, &forgery, &proof, &unknown);
    }
}

#[test]
fn soundness_frozen_moves() {
    for case in [public(plain()), public(saturating()), public(moves()), public(residual())] {
        let (forgery, proof) = false_output(&case);
        assert_eq!(case.failing(&forgery, &proof), [MOVES].into());
        for round in 0..relation_rounds(&case.schedule).1 {
            for coefficient in scalars_of(&case.schedule, Message::MoveRound(round)) {
                succeeds_only_when_frozen("a move's round", &case, &forgery, &proof, &[coefficient]);
            }
        }
    }
}

#[test]
fn soundness_frozen_private_output() {
    let case = Case::new(scaled(), 5, 0, (false, true), true);
    let output = case.find(Role::Output);
    let mut forgery = case.honest(&inputs(&case, 1));
    let wrong = forgery.committed[output][0] + 1;
    forgery.set(output, 0, wrong);
    let proof = forgery.prove(&case);
    assert_eq!(case.failing(&forgery, &proof), [PRODUCTS].into());
    let mut unknown = scalars_of(&case.schedule, Message::PrivateOutput);
    unknown.extend(scalars_of(&case.schedule, Message::MaskValue));
    succeeds_only_when_frozen("private output", &case, &forgery, &proof, &unknown);
}

/// A mask value that is not absorbed before the combination challenge repairs any lie.
#[test]
fn soundness_frozen_openings() {
    for graph in [plain(), scaled()] {
        let case = Case::new(graph, 5, 0, (false, false), true);
        let (forgery, proof) = false_input(&case);
        assert_eq!(case.failing(&forgery, &proof), [OPENING].into());
        succeeds_only_when_frozen("mask", &case, &forgery, &proof, &scalars_of(&case.schedule, Message::MaskValue));
        for round in 0..case.schedule.options.b {
            for coefficient in scalars_of(&case.schedule, Message::OpeningRound(round)) {
                succeeds_only_when_frozen("a round of the opening", &case, &forgery, &proof, &[coefficient]);
            }
        }
    }
}

/// `alpha` known before the columns are committed: two pairs `(key, value)` share a denominator.
#[test]
fn soundness_alpha_known_before_the_commitments() {
    let case = public(plain());
    let alpha = 3i64;
    let (index, result) = (case.find(Role::TableIndex(1)), case.find(Role::Result(1)));
    let Op::Activation(activation) = &case.graph.nodes[1].op else { panic!("no activation") };
    let half = 1i64 << (activation.domain_bits - 1);
    let mut forgery = case.honest(&inputs(&case, 1));
    let key = forgery.committed[index][0];
    // An entry with key + alpha value = key' + alpha value'.
    let (other, wrong) = (0..2 * half)
        .filter(|other| (other - key) % alpha == 0)
        .map(|other| (other, activation.table.get(other - half, activation.domain_bits) + (other - key) / alpha))
        .find(|(_, value)| *value != forgery.committed[result][0])
        .unwrap();
    forgery.set(result, 0, wrong);
    forgery.output[0] = wrong;
    let is_table = |b: &&verin_circuits::schedule::Block| matches!(b.value, verin_circuits::schedule::Form::Tensor(ix, _) if matches!(case.schedule.tensors[ix].role, Role::TableValues(_)));
    let table = case.schedule.blocks.iter().find(is_table).unwrap();
    let Numerator::Minus(multiplicity) = table.numerator else { panic!("no multiplicities") };
    for (cell, change) in [(key, -1), (other, 1)] {
        let value = forgery.committed[multiplicity][cell as usize] + change;
        forgery.set(multiplicity, cell as usize, value);
    }
    let known = [(permutation_of(&case.schedule, "alpha"), Fr::from(alpha as u64))];
    let proof = forgery.prove_on(&case, Attacker::choosing(&known), forgery.public(&case));
    assert_eq!(case.verify(&forgery, &proof, &mut Attacker::choosing(&known)), Ok(()));
    case.rejects("alpha drawn afterwards", &forgery, &[SUM]);
}

/// Without `beta`, denominators `1 - a alpha`, `1 - b alpha`, `1 - c alpha` times one another are linearly dependent for *every*
/// alpha: `2 / ((1 + 2 alpha) 1) = 1 / ((1 + 2 alpha)(1 + alpha)) + 1 / (1 + alpha)`. In a table with tag 2 (the input's is 1) that
/// holds twice these, `6 -> 4` and `2 -> 0`, one use of each pays for two uses of `4 -> 0`, whatever the table says of 4.
#[test]
fn soundness_beta_keeps_proportional_keys_apart() {
    let mut p = Programs::new(rng(9), &[2], 4);
    let h = p.dense(0, 0, 2);
    let a = p.activation(h, 0, 3, Table::Values(vec![5, 2, 0, 6, 9, 7, 4, 1]));
    let o = p.result(a);
    let mut graph = p.finish(o);
    // acc = 0, index 4, in both cells.
    graph.constants[0].entries = Entries::Narrow(vec![0; 4]);
    graph.constants[1].entries = Entries::Wide(vec![0, 0]);
    (graph.nodes[0].lo, graph.nodes[0].hi) = (0, 0);
    for node in &mut graph.nodes[1..] {
        (node.lo, node.hi) = (9, 9);
    }
    if let Op::Activation(activation) = &mut graph.nodes[1].op {
        activation.high_bits = 0;
    }
    graph.validate().unwrap();
    let case = public(graph);
    assert!(case.schedule.tensors.iter().all(|t| !matches!(t.role, Role::Remainder(..))));
    let high = case.schedule.find(Role::High(1));
    let mut forgery = case.forge(&[vec![1, 2]], &mut |_, _, cell| Cell { result: 0, ..cell });
    assert_eq!(forgery.output, [0, 0]);
    let inside = case
        .schedule
        .blocks
        .iter()
        .find(|b| matches!(b.value, verin_circuits::schedule::Form::Tensor(..)) && b.numerator != Numerator::One)
        .unwrap();
    assert_eq!((inside.tag, high), (2, None), "the forgery needs a table with tag 2");
    let Numerator::Minus(multiplicity) = inside.numerator else { panic!("no multiplicities") };
    for (cell, uses) in [(2, 1), (4, 0), (6, 1)] {
        forgery.set(multiplicity, cell, uses);
    }
    let zero = [(permutation_of(&case.schedule, "beta"), Fr::zero())];
    let proof = forgery.prove_on(&case, Attacker::choosing(&zero), forgery.public(&case));
    assert_eq!(case.verify(&forgery, &proof, &mut Attacker::choosing(&zero)), Ok(()), "beta = 0");
    let one = [(permutation_of(&case.schedule, "beta"), Fr::from(5u64).inverse().unwrap())];
    let proof = forgery.prove_on(&case, Attacker::choosing(&one), forgery.public(&case));
    assert_eq!(case.verify(&forgery, &proof, &mut Attacker::choosing(&one)), Err(SUM), "another beta");
    case.rejects("beta drawn", &forgery, &[SUM]);
}

/// A `beta` that makes the denominator of an entry in use vanish: then the root is `0 / 0` whatever else is looked up, and only the
/// demand that its denominator is not zero is left to reject.
#[test]
fn soundness_the_root_is_not_zero_over_zero() {
    let case = public(plain());
    let (forgery, proof) = false_lookup(&case);
    assert_eq!(case.failing(&forgery, &proof), [SUM].into());
    let (index, result) = (case.find(Role::TableIndex(1)), case.find(Role::Result(1)));
    let slot = case.schedule.blocks.iter().find(|b| b.key == verin_circuits::schedule::Form::Tensor(index, 0)).unwrap();
    let answers = freeze(&case, &forgery, &proof);
    let alpha = answers[permutation_of(&case.schedule, "alpha")][1];
    // The padded cell is honest, and in use.
    let last = forgery.committed[index].len() - 1;
    let [key, value] = [index, result].map(|ix| verin_circuits::multilinear::signed(forgery.committed[ix][last]));
    let beta = -(Fr::from(slot.tag) + alpha * key + alpha * alpha * value);
    let chosen = [(permutation_of(&case.schedule, "beta"), beta)];
    let proof = forgery.prove_on(&case, Attacker::choosing(&chosen), forgery.public(&case));
    let with = |skip: Option<Vec<&'static str>>| Attacker { skip, ..Attacker::choosing(&chosen) };
    let mut all = with(None);
    case.verify(&forgery, &proof, &mut all).unwrap();
    assert_eq!(all.failed, [NOT_ZERO]);
    assert_eq!(case.verify(&forgery, &proof, &mut with(Some(vec![]))), Err(NOT_ZERO));
    assert_eq!(case.verify(&forgery, &proof, &mut with(Some(vec![NOT_ZERO]))), Ok(()));
}

/// Every check of the verifier rejects something.
#[test]
fn soundness_no_check_is_idle() {
    let case = Case::new(plain(), 5, 0, (false, false), true);
    let honest = case.honest(&inputs(&case, 1));
    let proof = honest.prove(&case);
    let mut seen = std::collections::BTreeSet::from([NOT_ZERO]); // shown by the test before this one
    for message in [
        Message::Children(0),
        Message::Children(2),
        Message::Columns,
        Message::Terms,
        Message::MoveRound(0),
        Message::OpeningRound(0),
    ] {
        for i in scalars_of(&case.schedule, message) {
            let mut changed = proof.clone();
            changed.scalars[i] += Fr::from(1u64);
            seen.extend(case.failing(&honest, &changed));
        }
    }
    let minus_one = Transcript { public: honest.public_at(&case, -Fr::from(1u64)), scalars: proof.scalars };
    assert!(!case.accepts(&honest, &minus_one, &[]));
    seen.extend(case.failing(&honest, &minus_one));
    assert_eq!(seen, case.checks());
    assert_eq!(seen, [SUM, NOT_ZERO, LAYER, NUMERATORS, DENOMINATORS, POWERS, PRODUCTS, MOVES, OPENING].into());
}
