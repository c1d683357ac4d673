//! Provers that read tensors in other ways than the program says: other windows, groups, channels, indices, terms.
//!
//! Such a prover runs a program of its own, to the end. Its witness is right for that program (whose verifier accepts it), and
//! refuted by the relation of the node that it changed. Where the other program has proofs of the same form, the prover may also
//! prove its own relations instead: then the verifier's links, or the opening of what they lead to, refute it.

use super::programs::{convolution, groups, inputs, maxima, moves, residual, saturating, scaled};
use super::support::adversary::{Case, Cell, MOVES, OPENING, PRODUCTS, Place, Program};
use super::support::messages::events;
use super::support::programs::affine;
use verin_circuits::schedule::{Blocks, Role, TermKind, Tie, build};
use verin_quantizer::ir::{Graph, Link, Op, Shape, Solution, Term, View, bits};

fn public(graph: Graph, batch_log: u32) -> Case {
    Case::new(graph, 5, batch_log, (false, false), false)
}

/// The view of term `term` of a sum, of a product the right factor; or of an operand of a maximum.
fn view(graph: &mut Graph, node: usize, term: usize) -> &mut View {
    match &mut graph.nodes[node].op {
        Op::Sum(terms) => match &mut terms[term] {
            Term::Move(term) => &mut term.view,
            Term::Product(product) => &mut product.right,
        },
        Op::Max(max) => [&mut max.left, &mut max.right].into_iter().nth(term).map(|term| &mut term.view).unwrap(),
        other => panic!("{other:?} has no views"),
    }
}

/// The program with another link in its place.
fn relinked(case: &Case, (node, term, link): (usize, usize, usize), new: Link) -> Program {
    let mut program = Program::new(&case.graph);
    let old = &mut view(&mut program.graph, node, term).links[link];
    assert_ne!(*old, new);
    *old = new;
    program
}

/// Number of the relation of a term, and of the term in it.
fn place(case: &Case, node: usize, term: usize) -> (usize, usize) {
    let mut of_node = (0..case.schedule.relations.len()).filter(|i| case.schedule.relations[*i].node == node);
    match &case.graph.nodes[node].op {
        // Its operands are relations of one term each.
        Op::Max(_) => (of_node.nth(term).unwrap(), 0),
        _ => (of_node.next().unwrap(), term),
    }
}

/// A link as the schedule has it, with what it is part of.
fn tie(case: &mut Case, (node, term, link): (usize, usize, usize)) -> (&mut Tie, Shape) {
    let (relation, term) = place(case, node, term);
    let reading = match &mut case.schedule.relations[relation].terms[term].kind {
        TermKind::Move(reading) => reading,
        TermKind::Product(product) => &mut product.right,
    };
    let shape = reading.shape.clone();
    (&mut reading.ties[link], shape)
}

/// The solutions of a link that is not free, as the schedule has them.
fn solutions(case: &Case, at: (usize, usize, usize)) -> Vec<Solution> {
    tie(&mut case.clone(), at).0.solutions.clone().expect("the link is free")
}

/// The case with other pairs in a link, in one block.
fn with_solutions(case: &Case, at: (usize, usize, usize), pairs: &[Solution]) -> Case {
    let mut weak = case.clone();
    let extents = match &case.graph.nodes[at.0].op {
        Op::Sum(terms) => match &terms[at.1] {
            Term::Product(product) => case.graph.nodes[at.0].extents(product),
            Term::Move(_) => case.graph.nodes[at.0].shape.dims().to_vec(),
        },
        _ => case.graph.nodes[at.0].shape.dims().to_vec(),
    };
    let (tie, shape) = tie(&mut weak, at);
    tie.solutions = Some(pairs.to_vec());
    tie.blocks = Blocks {
        label: 0,
        label_low: tie.labels.first().map_or(0, |label| bits(extents[*label])),
        axis_low: tie.axes.iter().map(|axis| shape.axis_log(*axis)).sum(),
        products: vec![(vec![pair(0, 0)], pairs.to_vec())],
    };
    weak
}

/// The case of another program.
fn case_of(case: &Case, program: &Program) -> Case {
    Case { graph: program.graph.clone(), schedule: build(&program.graph, case.schedule.options).unwrap() }
}

/// What is refuted by the relation of `node` and `term`. `weak` is the case of `program`; `own` are the checks that refute a prover
/// of its relations, none where its proofs have another form.
fn refuted(
    what: &str,
    case: &Case,
    weak: &Case,
    program: &Program,
    (node, term): (usize, usize),
    own: &[&'static str],
) {
    let (relation, _) = place(case, node, term);
    let changed = (0..20).map(|seed| inputs(case, seed)).find_map(|inputs| {
        let forgery = case.forge_as(program, &inputs, &mut |_, _, c| c);
        let honest = case.honest(&inputs);
        ((&forgery.pretended, &forgery.output) != (&honest.pretended, &honest.output)).then_some(forgery)
    });
    let forgery = changed.unwrap_or_else(|| panic!("{what}: nothing changes"));
    case.rejects(what, &forgery, &[Case::check_of(&case.schedule.relations[relation])]);

    let proof = forgery.prove(weak);
    assert!(weak.accepts(&forgery, &proof, &[]), "{what}: not even right for the other program");
    let same_form = events(&weak.schedule) == events(&case.schedule);
    assert_eq!(same_form, !own.is_empty(), "{what}: the form of its proofs");
    if same_form {
        case.rejects_proof(&format!("{what}, by its own relations"), &forgery, &proof, own);
    }
}

/// A prover with another link.
fn link_refuted(what: &str, case: &Case, at: (usize, usize, usize), new: Link, own: &[&'static str]) {
    let program = relinked(case, at, new.clone());
    refuted(&format!("{what}: {new:?}"), case, &case_of(case, &program), &program, (at.0, at.1), own);
}

/// A prover who reads a link as other pairs.
fn pairs_refuted(what: &str, case: &Case, at: (usize, usize, usize), edit: &dyn Fn(&mut Vec<Solution>)) {
    let mut program = Program::new(&case.graph);
    let link = view(&mut program.graph, at.0, at.1).links[at.2].clone();
    let honest = solutions(case, at);
    let mut pairs = honest.clone();
    edit(&mut pairs);
    assert_ne!(pairs, honest, "{what}: the same pairs");
    let weak = with_solutions(case, at, &pairs);
    program.reread.push((link, pairs));
    refuted(what, case, &weak, &program, (at.0, at.1), &[MOVES]);
}

fn pair(label: usize, axis: usize) -> Solution {
    Solution { label, axis, count: 1 }
}

/// The program with another term, or none, in its place.
fn with_terms(case: &Case, node: usize, edit: impl FnOnce(&mut Vec<Term<i64>>)) -> Program {
    let mut program = Program::new(&case.graph);
    match &mut program.graph.nodes[node].op {
        Op::Sum(terms) => edit(terms),
        other => panic!("{other:?} is no sum"),
    }
    program
}

#[test]
fn soundness_windows_of_a_convolution() {
    let case = public(convolution(), 0);
    let (rows, cols) = ((0, 0, 1), (0, 0, 2));
    let mut graph = case.graph.clone();
    let links = view(&mut graph, 0, 0).links.clone();
    assert_eq!(links[1], affine(&[(1, 2), (3, 1)], &[], &[1], -1));
    assert_eq!(links[2], affine(&[(2, 1), (4, 2)], &[], &[2], -1));
    // Stride, dilation, pads on either side, the kernel turned around.
    for (stride, dilation, offset) in [(1, 1, -1), (3, 1, -1), (2, 2, -1), (2, 1, 0), (2, 1, -2), (2, -1, 1)] {
        link_refuted("rows", &case, rows, affine(&[(1, stride), (3, dilation)], &[], &[1], offset), &[MOVES]);
    }
    for (stride, dilation, offset) in [(2, 2, -1), (1, 1, -1), (1, 3, -1), (1, 2, 0), (1, 2, -2), (1, -2, 1)] {
        link_refuted("columns", &case, cols, affine(&[(2, stride), (4, dilation)], &[], &[2], offset), &[MOVES]);
    }
    // Labels: row of the result (2 bits), row of the kernel (2 bits).
    let at = |row: usize, tap: usize| row << 2 | tap;
    let honest = solutions(&case, rows);
    assert!(honest.contains(&pair(at(1, 1), 2)) && honest.contains(&pair(at(0, 2), 1)));
    pairs_refuted("a tap dropped", &case, rows, &|pairs| pairs.retain(|p| p.label != at(1, 1)));
    pairs_refuted("a tap doubled", &case, rows, &|pairs| {
        pairs.iter_mut().filter(|p| p.label == at(1, 1)).for_each(|p| p.count = 2);
    });
    pairs_refuted("a tap that reads its neighbour", &case, rows, &|pairs| {
        pairs.iter_mut().filter(|p| p.label == at(1, 1)).for_each(|p| p.axis = 3);
    });
    pairs_refuted("a tap that reads two rows", &case, rows, &|pairs| pairs.push(pair(at(1, 1), 0)));
    pairs_refuted("a tap that reads beyond the pad", &case, rows, &|pairs| pairs.push(pair(at(0, 0), 0)));
    pairs_refuted("a row of the result beyond the last", &case, rows, &|pairs| pairs.push(pair(at(3, 0), 2)));
}

/// A weight of another channel, of another tap, or transposed.
#[test]
fn soundness_weights_of_other_channels() {
    for (case, node, own) in [(public(saturating(), 0), 0, [OPENING]), (public(scaled(), 0), 0, [OPENING])] {
        let program = with_terms(&case, node, |terms| {
            let Term::Product(product) = &mut terms[0] else { panic!("no product") };
            let labels: Vec<usize> = product.left.links.iter().flat_map(Link::labels).rev().collect();
            product.left.links = labels.into_iter().enumerate().map(|(axis, l)| Link::identity(l, axis)).collect();
        });
        refuted("transposed weights", &case, &case_of(&case, &program), &program, (node, 0), &own);
    }
    // Constants that are others, in effect: what is committed to is the record's.
    let case = public(convolution(), 0);
    let taps = case.graph.constants[0].entries.len();
    for (a, b) in [(0, 1), (0, 2), (1, taps - 1)] {
        let mut program = Program::new(&case.graph);
        let verin_quantizer::ir::Entries::Narrow(entries) = &mut program.graph.constants[0].entries else {
            panic!("no weights")
        };
        entries.swap(a, b);
        let forgery = case.forge_as(&program, &inputs(&case, 1), &mut |_, _, c| c);
        case.rejects("weights exchanged", &forgery, &[OPENING]);
    }
}

#[test]
fn soundness_channels_of_other_groups() {
    let case = public(groups(), 0);
    link_refuted("groups exchanged", &case, (0, 0, 0), affine(&[(0, -2), (4, 1)], &[], &[0], 2), &[]);
    link_refuted("channels of a group exchanged", &case, (0, 0, 0), affine(&[(0, 2), (4, -1)], &[], &[0], 1), &[]);
    link_refuted("one group for all", &case, (0, 0, 0), affine(&[(0, 0), (4, 1)], &[], &[0], 0), &[]);
    link_refuted("a channel's window on another", &case, (2, 0, 0), affine(&[(0, -1)], &[], &[0, 1], 3), &[]);
    link_refuted("rows exchanged", &case, (2, 0, 1), affine(&[(1, -1)], &[], &[2], 1), &[]);
    // Free as well: the group is that of the channel of the result. Then it is bound in its place.
    let other = affine(&[(1, 2), (4, 1)], &[], &[0], 0);
    link_refuted("the group of another label", &case, (0, 0, 0), other, &[PRODUCTS, OPENING]);
}

#[test]
fn soundness_broadcast_values() {
    let case = public(residual(), 0);
    // Not free, and for the rest of the same form: the masked term reads the same tensor, and moves it as well.
    link_refuted("another index", &case, (4, 1, 0), affine(&[(1, -1)], &[], &[0], 2), &[OPENING, MOVES]);
    let mut forgeries = Vec::new();
    let honest = case.honest(&inputs(&case, 1));
    let value = |cell: usize| honest.committed[case.find(Role::Result(3))][cell];
    // One row alone reads a neighbour of what is broadcast.
    for (row, col, other) in [(1, 0, 1), (0, 2, 0), (1, 2, 3)] {
        let mut program = Program::new(&case.graph);
        let by = -3 * (value(other) - value(col));
        program.wrong.push((Place { slot: 0, node: 4, cell: row << 2 | col }, by));
        if by != 0 {
            forgeries.push(case.forge_as(&program, &inputs(&case, 1), &mut |_, _, c| c));
        }
    }
    assert!(forgeries.len() > 1, "neighbours are equal");
    for forgery in forgeries {
        case.rejects("one broadcast value is another", &forgery, &[OPENING]);
    }
}

#[test]
fn soundness_terms_of_a_residual() {
    let case = public(residual(), 0);
    for (term, coefficient) in [(0, 3), (0, -2), (1, -2), (1, 3), (2, -1), (2, 2)] {
        let program = with_terms(&case, 4, |terms| {
            let Term::Move(term) = &mut terms[term] else { panic!("no move") };
            term.coefficient = coefficient;
        });
        let what = format!("term {term} times {coefficient}");
        refuted(&what, &case, &case_of(&case, &program), &program, (4, term), &[OPENING]);
    }
    for dropped in 0..3 {
        let program = with_terms(&case, 4, |terms| drop(terms.remove(dropped)));
        // Without it no tensor may be unread: the other program is one for provers only.
        refuted("a term dropped", &case, &case_of(&case, &program), &program, (4, 0), &[]);
    }
    // The bias of a layer dropped, or one taken for the other.
    let program = with_terms(&case, 0, |terms| drop(terms.pop()));
    refuted("no bias", &case, &case_of(&case, &program), &program, (0, 0), &[]);
    let program = with_terms(&case, 4, |terms| {
        let [a, c] = [0, 2].map(|i| match &terms[i] {
            Term::Move(term) => term.view.clone(),
            Term::Product(_) => panic!("no move"),
        });
        for (i, view) in [(0, c), (2, a)] {
            let Term::Move(term) = &mut terms[i] else { panic!("no move") };
            term.view = view;
        }
    });
    refuted("two terms exchanged", &case, &case_of(&case, &program), &program, (4, 0), &[OPENING]);
}

/// Two terms that are stated wrongly so that their sum is right: each is claimed of its tensor.
#[test]
fn soundness_terms_that_compensate_one_another() {
    let case = public(residual(), 0);
    let (relation, _) = place(&case, 4, 0);
    let honest = case.honest(&inputs(&case, 1));
    // In column 1: three times less of what is broadcast, and as much more of the input.
    let (weak, broadcast) = case.detached(relation, 1);
    let (weak, added) = weak.detached(relation, 2);
    let mut forgery = honest.clone();
    let mut shown = honest.committed[case.find(Role::Result(3))].clone();
    shown[1] += 1;
    forgery.show(shown);
    let mut shown = honest.committed[case.find(Role::Input)].clone();
    (shown[1], shown[1 << 2 | 1]) = (shown[1] + 3, shown[1 << 2 | 1] + 3);
    forgery.show(shown);
    assert_eq!([broadcast, added], [honest.committed.len(), honest.committed.len() + 1]);
    let proof = forgery.prove(&weak);
    assert!(weak.accepts(&forgery, &proof, &[]), "not even right for the weak schedule");
    case.rejects_proof("terms that compensate one another", &forgery, &proof, &[OPENING]);
}

#[test]
fn soundness_windows_masks_and_tables() {
    let case = public(residual(), 0);
    let windows = (6, 0, 1);
    for (stride, size, offset) in [(1, 2, 0), (1, 2, -2), (2, 2, -1), (-1, 2, 2), (1, 3, -1), (1, 1, -1)] {
        link_refuted("windows", &case, windows, affine(&[(1, stride)], &[(size, 1)], &[1], offset), &[MOVES]);
    }
    pairs_refuted("a tap missing", &case, windows, &|pairs| pairs.truncate(pairs.len() - 1));
    pairs_refuted("a tap twice", &case, windows, &|pairs| pairs[0].count += 1);
    let mask = (6, 1, 0);
    for labels in [affine(&[(0, 1)], &[], &[], 0), affine(&[(0, 0)], &[], &[], 0), affine(&[(0, 1)], &[], &[], -2)] {
        link_refuted("mask", &case, mask, labels, &[MOVES]);
    }
    pairs_refuted("masked twice", &case, mask, &|pairs| pairs[0].count = 2);
    let total = (8, 0, 0);
    link_refuted("a sum over one row", &case, total, affine(&[], &[(1, 1)], &[0], 0), &[MOVES]);
    link_refuted("the other row", &case, total, affine(&[], &[(1, 1)], &[0], 1), &[MOVES]);
    link_refuted("a row twice", &case, total, affine(&[], &[(2, 0)], &[0], 0), &[MOVES]);
    let table = (8, 1, 0);
    for index in [[Some(2), Some(0), Some(2)], [Some(2), None, Some(1)], [None, None, Some(2)], [None, Some(2), None]] {
        link_refuted("a table", &case, table, Link::Table { label: 0, axis: 0, index: index.to_vec() }, &[MOVES]);
    }
    pairs_refuted("two entries", &case, table, &|pairs| pairs.push(pair(1, 0)));
    // A private output is committed with its padding.
    let case = Case::new(residual(), 5, 0, (false, true), true);
    pairs_refuted("an entry in the padding", &case, table, &|pairs| pairs.push(pair(3, 2)));
}

/// What lies in padding passes through a free link and is ignored by any other.
#[test]
fn soundness_padding_of_sources() {
    let case = public(convolution(), 0);
    let pooled = case.find(Role::Result(2));
    let honest = case.honest(&inputs(&case, 1));
    // Stored as [4 channels, 4 rows]; three each are real.
    assert!(honest.committed[pooled][3] != 0 && honest.committed[pooled][3 << 2] != 0, "padding is 0");
    let rows = (3, 0, 1);
    pairs_refuted("the padded row in a window", &case, rows, &|pairs| pairs.push(pair(1, 3)));
    pairs_refuted("the padded row for the last", &case, rows, &|pairs| {
        pairs.iter_mut().filter(|p| p.label == 1 && p.axis == 2).for_each(|p| p.axis = 3);
    });
    // The free link of the channels read as if it stopped at the last real one.
    let table = Link::Table { label: 0, axis: 0, index: (0..3).map(Some).collect() };
    link_refuted("channels without padding", &case, (3, 0, 0), table, &[OPENING, MOVES]);
    let copied = case.find(Role::Result(4));
    assert!(honest.committed[copied][3 << 1] != 0, "the padded channel is not passed on");
}

#[test]
fn soundness_reshape_concatenation_and_reversal() {
    let case = public(moves(), 1);
    let reshape = (0, 0, 0);
    for (i, j) in [(0, 1), (2, 3), (0, 11)] {
        pairs_refuted("two cells exchanged", &case, reshape, &|pairs| {
            (pairs[i].axis, pairs[j].axis) = (pairs[j].axis, pairs[i].axis);
        });
    }
    pairs_refuted("a cell twice, another not at all", &case, reshape, &|pairs| pairs[5].axis = pairs[4].axis);
    pairs_refuted("a cell in the padding", &case, reshape, &|pairs| pairs.push(pair(3, 0)));
    link_refuted("transposed", &case, reshape, affine(&[(0, 1), (1, 4)], &[], &[0, 1], 0), &[MOVES]);
    link_refuted("turned around", &case, reshape, affine(&[(0, -3), (1, -1)], &[], &[0, 1], 11), &[MOVES]);
    // Concatenated: rows 0..3 of one, then of the other, reversed.
    link_refuted("first part shifted", &case, (4, 0, 0), affine(&[(0, 1)], &[], &[0], -1), &[MOVES]);
    for (stride, offset) in [(-1, 4), (-1, 6), (1, -3), (-1, 2)] {
        link_refuted("second part", &case, (4, 1, 0), affine(&[(0, stride)], &[], &[0], offset), &[MOVES]);
    }
    let shifted = Link::Table { label: 1, axis: 1, index: (0..3).map(Some).collect() };
    link_refuted("columns shifted", &case, (6, 0, 1), shifted, &[MOVES]);
    link_refuted("mask narrowed", &case, (6, 1, 1), affine(&[(1, 1)], &[], &[], 0), &[MOVES]);
    link_refuted("window shifted", &case, (6, 1, 0), affine(&[(0, 1)], &[(2, 1)], &[0], 0), &[MOVES]);
    link_refuted("another column", &case, (6, 1, 2), affine(&[], &[], &[1], 1), &[MOVES]);
}

#[test]
fn soundness_products_of_values() {
    let case = public(maxima(), 1);
    let columns = |index: [u32; 3]| Link::Table { label: 2, axis: 1, index: index.map(Some).to_vec() };
    link_refuted("columns exchanged", &case, (6, 0, 1), columns([1, 0, 2]), &[MOVES]);
    link_refuted("a column twice", &case, (6, 0, 1), columns([0, 0, 2]), &[MOVES]);
    let program = with_terms(&case, 6, |terms| {
        let Term::Product(product) = &mut terms[0] else { panic!("no product") };
        (product.left.links[0], product.right.links[0]) = (Link::identity(1, 0), Link::identity(0, 0));
    });
    refuted("transposed", &case, &case_of(&case, &program), &program, (6, 0), &[OPENING]);
    let program = with_terms(&case, 6, |terms| {
        let Term::Product(product) = &mut terms[0] else { panic!("no product") };
        product.coefficient = 2;
    });
    refuted("the negative", &case, &case_of(&case, &program), &program, (6, 0), &[PRODUCTS]);
    // A cell is the product of others: of another cell, of the same cell of another slot, the square of one factor.
    let honest = case.honest(&inputs(&case, 1));
    let values =
        |node: usize, slot: usize, cell: usize| honest.committed[case.find(Role::Result(node))][slot << 3 | cell];
    let (n, a) = (|slot, cell| values(3, slot, cell), |slot, cell| values(1, slot, cell));
    let mut tried = 0;
    for (what, wrong) in [
        ("another cell", n(0, 0) * a(0, 1)),
        ("another slot", n(0, 0) * a(1, 0)),
        ("another slot of the left factor", n(1, 0) * a(0, 0)),
        ("a square", n(0, 0) * n(0, 0)),
        ("a sum", n(0, 0) + a(0, 0)),
    ] {
        let by = wrong - n(0, 0) * a(0, 0);
        if by == 0 {
            continue;
        }
        tried += 1;
        let mut program = Program::new(&case.graph);
        program.wrong.push((Place { slot: 0, node: 4, cell: 0 }, by));
        let forgery = case.forge_as(&program, &inputs(&case, 1), &mut |_, _, c| c);
        case.rejects(what, &forgery, &[PRODUCTS]);
    }
    assert!(tried > 2, "factors are 0");
}

/// Slots of a batch know nothing of one another.
#[test]
fn soundness_a_cell_of_another_slot() {
    // A layer, over the input of the other slot in one column; and over the whole of it.
    let case = public(saturating(), 1);
    let (x, weights) = (inputs(&case, 1), case.find(Role::Constant(0)));
    let honest = case.honest(&x);
    let columns = |range: std::ops::Range<usize>| {
        let mut program = Program::new(&case.graph);
        for row in 0..3 {
            let weight = |col: usize| honest.committed[weights][row << 2 | col];
            let by = range.clone().map(|col| weight(col) * (x[1][col] - x[0][col])).sum();
            program.wrong.push((Place { slot: 0, node: 0, cell: row }, by));
        }
        case.forge_as(&program, &x, &mut |_, _, c| c)
    };
    case.rejects("a column of another slot", &columns(0..1), &[PRODUCTS]);
    let whole = columns(0..3);
    assert_eq!(whole.output[..3], whole.output[3..], "both slots computed from one input");
    case.rejects("another slot's input", &whole, &[PRODUCTS]);

    // Copies, operands of maxima.
    for (graph, node, check) in [(moves(), 1, MOVES), (maxima(), 2, OPENING)] {
        let case = public(graph, 1);
        let result = case.find(Role::Result(node));
        let x = inputs(&case, 2);
        let honest = case.honest(&x);
        let half = honest.committed[result].len() / 2;
        let cell = (0..half).find(|c| honest.committed[result][*c] != honest.committed[result][half + c]).unwrap();
        let other: Vec<i64> = [&Role::TableIndex(node), &Role::Excess(node), &Role::Result(node)]
            .map(|role| case.schedule.find(*role).map_or(0, |ix| honest.pretended[ix][half + cell]))
            .to_vec();
        let forgery = case.forge(&x, &mut |place, _, c| match place == (Place { slot: 0, node, cell }) {
            true => Cell { low: other[0], excess: other[1], result: other[2], ..c },
            false => c,
        });
        case.rejects("a cell of another slot", &forgery, &[check]);
    }
}
