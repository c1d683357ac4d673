//! For every committed tensor, one wrong cell under an otherwise honest prover.

use super::programs::{cases, inputs, wrong_cell};
use super::support::adversary::{Case, Cell, DENOMINATORS, Forgery, NUMERATORS, OPENING, SUM};
use std::collections::BTreeSet;
use verin_circuits::schedule::{Accumulator, Block, Form, Numerator, Relation, Role, TensorIx, TermKind, limbs};
use verin_quantizer::ir::Op;

/// Honest columns verify, and no check is idle: each is one that some forgery of this suite is stopped by.
#[test]
fn completeness_of_the_harness() {
    for (name, case) in cases() {
        case.graph.validate().unwrap_or_else(|e| panic!("{name}: {e}"));
        let forgery = case.honest(&inputs(&case, 1));
        let proof = forgery.prove(&case);
        assert_eq!(case.failing(&forgery, &proof), BTreeSet::new(), "{name}");
        assert!(case.accepts(&forgery, &proof, &[]), "{name}");
    }
}

/// First, a real one (the second), and the last, which is a padded one where there is padding.
fn some_cells(log: u32) -> BTreeSet<usize> {
    let length = 1usize << log;
    [0, 1.min(length - 1), length - 1].into()
}

/// Checks that a wrong cell of a tensor can fail: the lookups, if it is looked up; the relations that explain it, and those that
/// read it; the opening, of a tensor that record or statement name.
fn may_fail(case: &Case, ix: TensorIx) -> BTreeSet<&'static str> {
    let schedule = &case.schedule;
    let touches = |relation: &&Relation| {
        let explains = match &relation.accumulator {
            Accumulator::Columns(form) => form.terms.iter().any(|(column, _)| *column == ix),
            Accumulator::Output => schedule.private_output == Some(ix),
        };
        explains
            || relation.terms.iter().any(|term| match &term.kind {
                TermKind::Move(reading) => reading.tensor == ix,
                TermKind::Product(product) => [&product.left, &product.right].iter().any(|f| f.tensor == ix),
            })
    };
    let relations = schedule.relations.iter().filter(touches).map(Case::check_of);
    let named = Case::is_model(schedule.tensors[ix].role) || (ix == schedule.input && !schedule.options.private_input);
    let looked_up = schedule.looked_up().contains(&ix).then_some(SUM);
    relations.chain(looked_up).chain(named.then_some(OPENING)).collect()
}

/// One cell off by one, multiplicities as they were or counted again: rejected, by checks that fit the tensor's role, and accepted
/// when these are skipped. Nothing is exempt but blinders, mask, salt and gaps of rows; a wrong multiplicity is a wrong sum.
#[test]
fn soundness_one_wrong_cell_in_each_tensor() {
    for (name, case) in cases() {
        let honest = case.honest(&inputs(&case, 2));
        for (ix, tensor) in case.schedule.tensors.iter().enumerate() {
            for cell in some_cells(tensor.log) {
                for recount in [false, true] {
                    let mut forgery = honest.clone();
                    let model = Case::is_model(tensor.role);
                    forgery.pretended[ix][cell] += 1;
                    if !model {
                        forgery.committed[ix][cell] += 1;
                    }
                    if matches!(tensor.role, Role::Multiplicity(_)) && recount {
                        continue;
                    }
                    if recount {
                        forgery.recount(&case);
                    }
                    let what = format!("{name}, {:?}, cell {cell}, recount {recount}", tensor.role);
                    let proof = forgery.prove(&case);
                    let failing: Vec<_> = case.failing(&forgery, &proof).into_iter().collect();
                    let allowed = may_fail(&case, ix);
                    assert!(failing.iter().all(|l| allowed.contains(l)), "{what}: {failing:?}");
                    case.rejects(&what, &forgery, &failing);
                    // What commits to the model catches every change of it.
                    assert_eq!(model, model && failing.contains(&OPENING), "{what}");
                }
            }
        }
    }
}

/// Every witness tensor has a producer: without it a wrong cell, with all that follows from it, passes; with it, it does not.
#[test]
fn soundness_without_a_relation_a_wrong_witness_passes() {
    for (name, case) in cases() {
        let mut refuted = BTreeSet::new();
        let mut only = |relation: usize, what: &str, forgery: &Forgery| {
            let what = format!("{name}, {what}");
            case.rejects(&what, forgery, &[Case::check_of(&case.schedule.relations[relation])]);
            let weak = case.without(relation);
            let proof = forgery.prove(&weak);
            assert!(weak.accepts(forgery, &proof, &[]), "{what}: rejected without the relation");
            refuted.insert(relation);
        };
        for (node, spec) in case.graph.nodes.iter().enumerate() {
            let relations = case.explaining(node);
            match &spec.op {
                Op::Sum(_) => {}
                Op::Activation(_) => {
                    let wrong = wrong_cell(&case, node, &|_, c| {
                        (c.remainder > 0).then(|| Cell { remainder: c.remainder - 1, ..c })
                    });
                    let wrong = wrong.or_else(|| {
                        // Nothing is dropped: another quotient, with what the table gives for it.
                        let Op::Activation(a) = &spec.op else { return None };
                        let centred = |low: i64| a.table.get(low - (1 << (a.domain_bits - 1)), a.domain_bits);
                        wrong_cell(&case, node, &|_, c| {
                            let low = c.low - 1;
                            (low >= 0 && c.class == 1).then(|| Cell { low, result: centred(low), ..c })
                        })
                    });
                    only(relations[0], &format!("activation {node}"), &wrong.unwrap());
                }
                Op::Copy { .. } => {
                    let wrong = wrong_cell(&case, node, &|_, c| Some(Cell { result: c.result - 1, ..c }));
                    only(relations[0], &format!("copy {node}"), &wrong.unwrap());
                }
                Op::Max(_) => {
                    // The right operand is the larger one: less of the left one makes no difference.
                    let left = wrong_cell(&case, node, &|_, c| {
                        (c.excess == 0 && c.low > 0).then(|| Cell { low: c.low - 1, ..c })
                    });
                    only(relations[0], &format!("left operand of {node}"), &left.unwrap());
                    // The right operand claimed to be larger, and the left one to be as much less than it as it then is.
                    let right = wrong_cell(&case, node, &|_, c| {
                        (c.excess == 0 && c.low > 0).then(|| Cell { low: c.low - 1, result: c.result + 1, ..c })
                    });
                    only(relations[1], &format!("right operand of {node}"), &right.unwrap());
                }
            }
        }
        let output = case.schedule.relations.len() - 1;
        assert_eq!(case.schedule.relations[output].accumulator, Accumulator::Output);
        let mut forgery = case.honest(&inputs(&case, 3));
        match case.schedule.private_output {
            Some(ix) => forgery.set(ix, 0, forgery.committed[ix][0] + 1),
            None => forgery.output[0] += 1,
        }
        only(output, "output", &forgery);
        assert_eq!(refuted.len(), case.schedule.relations.len(), "{name}: a relation that nothing needs");
    }
}

/// Every looked-up column is looked up: without that, an entry that its table does not have passes.
#[test]
fn soundness_without_a_lookup_a_wrong_witness_passes() {
    for (name, case) in cases() {
        for (i, block) in case.schedule.blocks.iter().enumerate().filter(|(_, b)| b.numerator == Numerator::One) {
            let Form::Tensor(key, _) = block.key else { panic!("{name}: a lookup of no column") };
            let role = case.schedule.tensors[key].role;
            let forgery = match role {
                Role::Input => {
                    let mut wrong = inputs(&case, 3);
                    wrong[0][0] = case.graph.input.hi + 1;
                    Some(case.forge(&wrong, &mut |_, _, c| c))
                }
                Role::TableIndex(node) => wrong_cell(&case, node, &|_, c| {
                    let excess = if matches!(case.graph.nodes[node].op, Op::Max(_)) { c.excess + 1 } else { 0 };
                    Some(Cell { result: c.result + 1, excess, ..c })
                }),
                // The wrong class, and what it would give.
                Role::High(node) => wrong_cell(&case, node, &|_, c| {
                    let Op::Activation(a) = &case.graph.nodes[node].op else { return None };
                    let lowest = a.table.get(i64::MIN / 2, a.domain_bits);
                    (c.class != 0).then_some(Cell { class: 0, result: lowest, ..c })
                }),
                Role::Remainder(node, limb) => {
                    let Op::Activation(a) = &case.graph.nodes[node].op else { panic!("{name}: no activation") };
                    let entry = |low: i64| a.table.get(low - (1 << (a.domain_bits - 1)), a.domain_bits);
                    let all: Vec<(u32, u32)> = limbs(a.shift).collect();
                    if limb + 1 == all.len() {
                        wrong_cell(&case, node, &|_, c| {
                            let low = c.low - 1;
                            let result = if c.class == 1 { entry(low) } else { c.result };
                            (low >= 0).then(|| Cell { low, remainder: c.remainder + (1 << a.shift), result, ..c })
                        })
                    } else {
                        // One more in this limb's next bit, one less in the next limb.
                        let mut forgery = case.honest(&inputs(&case, 3));
                        let next = case.find(Role::Remainder(node, limb + 1));
                        let cell = forgery.committed[next].iter().position(|v| *v > 0).unwrap();
                        let (own, less) =
                            (forgery.committed[key][cell] + (1 << all[limb].1), forgery.committed[next][cell] - 1);
                        forgery.set(key, cell, own);
                        forgery.set(next, cell, less);
                        forgery.recount(&case);
                        Some(forgery)
                    }
                }
                other => panic!("{name}: {other:?} is looked up"),
            };
            let what = format!("{name}, lookup of {role:?}");
            let mut forgery = forgery.unwrap_or_else(|| panic!("{what}: no input to forge with"));
            case.rejects(&what, &forgery, &[SUM]);
            let mut weak = case.clone();
            weak.schedule.blocks[i].numerator = Numerator::MinusConstant(0);
            // Its padded cells are no longer looked up either.
            let same = weak.schedule.blocks.iter_mut().filter(|other| other.tag == block.tag);
            let counted = same.filter(|other| matches!(other.numerator, Numerator::MinusConstant(_)));
            counted.for_each(|other| other.numerator = Numerator::MinusConstant(0));
            forgery.recount(&weak);
            let proof = forgery.prove(&weak);
            assert!(weak.accepts(&forgery, &proof, &[]), "{what}: rejected without it");
        }
    }
}

/// A value read twice is claimed twice. A prover that shows one reader something else is stopped by the opening, and would
/// not be if that reader's claim went to a tensor of its own.
#[test]
fn soundness_a_fan_out_edge_without_its_claim() {
    let case = Case::new(super::programs::fan_out(), 5, 0, (false, false), false);
    let honest = case.honest(&inputs(&case, 4));
    let value = case.find(Role::Result(1));
    let log = case.schedule.tensors[value].log;

    let output = case.schedule.relations.len() - 1;
    assert_eq!(case.schedule.relations[output].products().next().unwrap().right.tensor, value);
    let (weak, free) = case.detached(output, 0);
    assert_eq!(free, honest.committed.len());

    // What the layer makes of another first element, in the first output.
    let mut forgery: Forgery = honest.clone();
    let mut shown = honest.committed[value].clone();
    shown[0] += 3;
    let weights = case.find(Role::Constant(4));
    for (row, cell) in forgery.output.iter_mut().enumerate() {
        *cell += 3 * honest.committed[weights][row << log];
    }
    assert_ne!(forgery.output, honest.output);
    forgery.show(shown);

    let proof = forgery.prove(&weak);
    assert!(weak.accepts(&forgery, &proof, &[]), "the weak schedule accepts");
    case.rejects_proof("one reader is shown another value", &forgery, &proof, &[OPENING]);
}

/// Leaves that no block owns are `(0, 1)` by the verifier's word: a prover that puts an entry of its own there is stopped.
#[test]
fn soundness_unused_leaves() {
    let case = Case::new(super::programs::plain(), 5, 0, (false, false), false);
    let mut forgery = case.honest(&inputs(&case, 5));
    let (index, result) = (case.find(Role::TableIndex(1)), case.find(Role::Result(1)));
    let wrong = forgery.committed[result][0] + 1;
    forgery.set(result, 0, wrong);
    forgery.output[0] = wrong;
    forgery.recount(&case);
    case.rejects("a result that the table does not give", &forgery, &[SUM]);

    let mut weak = case.clone();
    let used = weak.schedule.blocks.iter().map(|b| b.offset + (1 << b.log)).max().unwrap();
    assert!(used < 1 << weak.schedule.tree_log, "no leaf is unused");
    let looked_up = weak.schedule.blocks.iter().find(|b| b.key == Form::Tensor(index, 0)).unwrap();
    weak.schedule.blocks.push(Block {
        log: 0,
        offset: used,
        tag: looked_up.tag,
        class: None,
        key: Form::Constant(forgery.committed[index][0]),
        value: Form::Constant(wrong),
        numerator: Numerator::MinusConstant(1),
    });
    let proof = forgery.prove(&weak);
    assert!(weak.accepts(&forgery, &proof, &[]), "a verifier that lets the prover fill unused leaves accepts");
    assert_eq!(case.failing(&forgery, &proof), [NUMERATORS, DENOMINATORS].into());
}
