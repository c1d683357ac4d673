//! For every committed tensor, one wrong cell under an otherwise honest prover.

use super::programs::{cases, inputs};
use super::support::adversary::{Case, DENOMINATORS, Forgery, NUMERATORS, OPENING, PRODUCTS, SUM};
use std::collections::BTreeSet;
use verin_circuits::schedule::{Cell, Placement, Role, Tensor};

/// Honest columns verify, and no check is idle: each is one that some forgery of this suite is stopped by.
#[test]
fn completeness_of_the_harness() {
    for (name, case) in cases() {
        assert!(name.starts_with("fan-out") || case.graph.validate().is_ok(), "{name}");
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
                    let model = matches!(tensor.role, Role::Weight(_) | Role::Bias(_) | Role::TableValues(_));
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
                    let allowed: &[&str] = match tensor.role {
                        Role::Weight(_) | Role::Bias(_) => &[PRODUCTS, OPENING],
                        Role::TableValues(_) => &[SUM, OPENING],
                        Role::Input => &[SUM, PRODUCTS, OPENING],
                        Role::TableIndex(_) => &[SUM, PRODUCTS],
                        Role::High(_) => &[SUM, PRODUCTS],
                        Role::Remainder(..) => &[SUM, PRODUCTS],
                        Role::Class(_) => &[SUM],
                        Role::Result(_) => &[SUM, PRODUCTS, OPENING],
                        Role::Multiplicity(_) => &[SUM],
                        Role::Output => &[PRODUCTS],
                    };
                    assert!(failing.iter().all(|l| allowed.contains(l)), "{what}: {failing:?}");
                    case.rejects(&what, &forgery, &failing);
                    // What commits to the model catches every change of it.
                    assert_eq!(model, model && failing.contains(&OPENING), "{what}");
                }
            }
        }
    }
}

/// The schedule without the relations that produce the accumulator of activation `node`: nothing ties it to its source.
fn without_producer(case: &Case, node: usize) -> Case {
    let mut weak = case.clone();
    let index = case.find(Role::TableIndex(node));
    weak.schedule.relations.retain(|r| match &r.accumulator {
        verin_circuits::schedule::Accumulator::Activation(requantized) => requantized.index != index,
        verin_circuits::schedule::Accumulator::Output => true,
    });
    weak
}

/// Every witness tensor has a producer: without it a mutated witness passes, with it it does not.
#[test]
fn soundness_deleting_a_producer_admits_a_mutated_witness() {
    for (name, case) in cases() {
        for node in super::programs::activations(&case.graph) {
            let mut changed = false;
            let forgery = case.forge(&inputs(&case, 3), &mut |place, _, cell| {
                if changed || place.node != node || cell.remainder == 0 {
                    return cell;
                }
                changed = true;
                super::support::adversary::Cell { remainder: cell.remainder - 1, ..cell }
            });
            if !changed {
                continue;
            }
            case.rejects(&format!("{name}, activation {node}"), &forgery, &[PRODUCTS]);
            let weak = without_producer(&case, node);
            let proof = forgery.prove(&weak);
            assert!(weak.accepts(&forgery, &proof, &[]), "{name}, activation {node}: rejected without its producer");
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

    // The weak schedule: the output's layer reads a free tensor in a row of its own, after all others.
    let mut weak = case.clone();
    let row = weak.schedule.rows.total();
    weak.schedule.rows.witness += 1;
    let placement = Placement { chunk_log: log, chunks: vec![Some(Cell { row, offset: 0 })] };
    weak.schedule.tensors.push(Tensor { role: Role::Result(usize::MAX), log, placement });
    let free = weak.schedule.tensors.len() - 1;
    let reader = weak.schedule.relations.iter_mut().find(|r| r.source == value && r.log == 1).unwrap();
    reader.source = free;

    let mut forgery: Forgery = honest.clone();
    let mut shown = honest.committed[value].clone();
    shown[0] += 3;
    let (Some(output), true) = (case.graph.nodes.last(), true) else { panic!("no output") };
    let verin_quantizer::ir::Op::Dense(dense) = &output.op else { panic!("the output is no accumulator") };
    forgery.output = output.shape.real(&verin_quantizer::ops::dense::evaluate(dense, &shown, output.shape));
    assert_ne!(forgery.output, honest.output);
    forgery.committed.push(shown.clone());
    forgery.pretended.push(shown);

    let proof = forgery.prove(&weak);
    assert!(weak.accepts(&forgery, &proof, &[]), "the weak schedule accepts");
    assert_eq!(case.failing(&forgery, &proof), [OPENING].into());
}

/// Leaves that no block owns are `(0, 1)` by the verifier's word: a prover that puts an entry of its own there is stopped.
#[test]
fn soundness_unused_leaves() {
    use verin_circuits::schedule::{Block, Form, Numerator};
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
