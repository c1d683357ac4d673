//! Property: bytes decode to a valid program whose encoding they are, or to an error. Nothing panics.

mod programs;

use programs::{Rng, program};
use proptest::prelude::*;
use std::sync::LazyLock;
use verin_quantizer::ir::{Entries, Link, Op, Table, Term, decode_structure, encode_structure};
use verin_quantizer::report::Report;
use verin_quantizer::{Graph, VqFile, execute};

/// Enough programs that every kind of node, term and link is among them.
static GRAPHS: LazyLock<Vec<Graph>> = LazyLock::new(|| (0..24).map(program).collect());

fn file(graph: &Graph) -> VqFile {
    VqFile { graph: graph.clone(), report: Report { source: "random".into(), ..Report::default() } }
}

/// What decodes is canonical, and runs.
fn accepted(graph: &Graph, bytes: &[u8]) {
    assert_eq!(graph.encode(), bytes);
    graph.validate().unwrap();
    if graph.cost().products < 1 << 20 {
        execute(graph, &vec![0; graph.input_len()]).unwrap();
    }
}

fn mutated(bytes: &[u8], edits: &[(usize, u8)], cut: Option<usize>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, value) in edits {
        let at = at % bytes.len();
        bytes[at] = bytes[at].wrapping_add(*value);
    }
    if let Some(cut) = cut {
        bytes.truncate(cut % bytes.len());
    }
    bytes
}

fn edits() -> impl Strategy<Value = (usize, Vec<(usize, u8)>, Option<usize>)> {
    let edits = prop::collection::vec((any::<usize>(), any::<u8>()), 0..4);
    (0..GRAPHS.len(), edits, prop::option::weighted(0.2, any::<usize>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), prefix in 0..3) {
        let _ = VqFile::read(&bytes);
        let prefix = [&b""[..], b"VRNG\x02\x00", b"VRNS\x02\x00"][prefix as usize];
        let bytes = [prefix, &bytes].concat();
        prop_assert!(Graph::decode(&bytes).is_err());
        prop_assert!(decode_structure(&bytes).is_err());
    }

    #[test]
    fn mutated_programs_are_canonical_or_refused((which, edits, cut) in edits()) {
        let bytes = mutated(&GRAPHS[which].encode(), &edits, cut);
        if let Ok(graph) = Graph::decode(&bytes) {
            accepted(&graph, &bytes);
        }
    }

    #[test]
    fn mutated_structures_are_canonical_or_refused((which, edits, cut) in edits()) {
        let bytes = mutated(&encode_structure(&GRAPHS[which]), &edits, cut);
        if let Ok(graph) = decode_structure(&bytes) {
            prop_assert_eq!(encode_structure(&graph), bytes);
            graph.check_structure().unwrap();
        }
    }

    #[test]
    fn mutated_files_are_refused((which, edits, cut) in edits()) {
        let whole = file(&GRAPHS[which]).write();
        let bytes = mutated(&whole, &edits, cut);
        prop_assert_eq!(VqFile::read(&bytes).is_ok(), bytes == whole);
    }

    #[test]
    fn encoding_round_trips(seed in any::<u64>()) {
        let graph = program(seed);
        let bytes = graph.encode();
        prop_assert_eq!(&Graph::decode(&bytes).unwrap(), &graph);
        accepted(&graph, &bytes);
        let structure = encode_structure(&graph);
        prop_assert_eq!(encode_structure(&decode_structure(&structure).unwrap()), structure);
        prop_assert_eq!(VqFile::read(&file(&graph).write()).unwrap().graph, graph);
    }

    /// Structures are the same exactly where proofs are: whatever else changes, they do not.
    #[test]
    fn structures_leave_out_names_and_entries(seed in any::<u64>(), entries in any::<u64>()) {
        let graph = program(seed);
        let mut other = graph.clone();
        let mut rng = Rng(entries);
        other.input.parts[0].exponent += 1;
        other.output.parts[0].name.push('y');
        other.nodes[0].exponent += 1;
        other.nodes[0].name.push('n');
        for constant in &mut other.constants {
            constant.name.push('c');
            constant.entries = Entries::Wide((0..constant.entries.len()).map(|_| rng.between(-9, 9)).collect());
        }
        prop_assert_eq!(encode_structure(&other), encode_structure(&graph));
        prop_assert_ne!(other.encode(), graph.encode());
        other.nodes[0].hi += 1;
        prop_assert_ne!(encode_structure(&other), encode_structure(&graph));
    }
}

#[test]
fn every_kind_is_among_the_programs() {
    let has = |kind: &dyn Fn(&Op) -> bool| GRAPHS.iter().flat_map(|g| &g.nodes).any(|n| kind(&n.op));
    let term = |kind: &dyn Fn(&Term<i64>) -> bool| has(&|op| matches!(op, Op::Sum(terms) if terms.iter().any(kind)));
    assert!(has(&|op| matches!(op, Op::Copy { .. })));
    assert!(has(&|op| matches!(op, Op::Max(_))));
    assert!(has(&|op| matches!(op, Op::Activation(a) if a.high_bits > 0 && matches!(a.table, Table::Values(_)))));
    assert!(term(&|term| matches!(term, Term::Product(p) if !p.sums.is_empty())));
    let table = |link: &Link| matches!(link, Link::Table { .. });
    assert!(term(&|term| matches!(term, Term::Move(m) if m.view.links.iter().any(table))));
    let window = |link: &Link| matches!(link, Link::Affine { windows, .. } if !windows.is_empty());
    assert!(term(&|term| matches!(term, Term::Product(p) if p.right.links.iter().any(window))));
}

#[test]
fn every_prefix_and_every_surplus_is_refused() {
    for graph in GRAPHS.iter() {
        let (bytes, structure) = (graph.encode(), encode_structure(graph));
        for end in 0..bytes.len() {
            assert!(Graph::decode(&bytes[..end]).is_err(), "{end}");
        }
        for end in 0..structure.len() {
            assert!(decode_structure(&structure[..end]).is_err(), "{end}");
        }
        assert!(Graph::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(decode_structure(&[structure.as_slice(), &[0]].concat()).is_err());
        assert!(VqFile::read(&[file(graph).write().as_slice(), &[0]].concat()).is_err());
    }
}

#[test]
fn the_report_is_no_part_of_the_digest() {
    let mut other = file(&GRAPHS[0]);
    other.report.source = "elsewhere".into();
    assert_eq!(VqFile::read(&other.write()).unwrap().graph.digest(), GRAPHS[0].digest());
}

#[test]
fn digest_depends_on_every_part() {
    let graph = GRAPHS.iter().find(|g| g.constants.len() > 1).unwrap();
    let mut digests = vec![graph.digest()];
    let mut changed = |change: &dyn Fn(&mut Graph)| {
        let mut graph = graph.clone();
        change(&mut graph);
        assert!(!digests.contains(&graph.digest()));
        digests.push(graph.digest());
    };
    changed(&|g| g.input.parts[0].exponent += 1);
    changed(&|g| g.input.parts[0].name.push('x'));
    changed(&|g| g.input.parts[0].dims.push(1));
    changed(&|g| g.input.lo -= 1);
    changed(&|g| g.output.tensor -= 1);
    changed(&|g| g.output.parts[0].dims.push(1));
    for constant in 0..graph.constants.len() {
        changed(&|g| g.constants[constant].name.push('x'));
        changed(&|g| match &mut g.constants[constant].entries {
            Entries::Narrow(entries) => entries[0] += 1,
            Entries::Wide(entries) => entries[0] += 1,
        });
        changed(&|g| {
            let entries = &mut g.constants[constant].entries;
            *entries = match entries {
                Entries::Narrow(e) => Entries::Wide(e.iter().map(|e| i64::from(*e)).collect()),
                Entries::Wide(e) => Entries::Narrow(e.iter().map(|e| *e as i32).collect()),
            };
        });
    }
    for node in 0..graph.nodes.len() {
        changed(&|g| g.nodes[node].exponent += 1);
        changed(&|g| g.nodes[node].hi += 1);
        changed(&|g| match &mut g.nodes[node].op {
            Op::Sum(terms) => match &mut terms[0] {
                Term::Move(term) => term.coefficient += 1,
                Term::Product(term) => term.coefficient += 1,
            },
            Op::Activation(activation) => activation.shift += 1,
            Op::Copy { input } => *input += 1,
            Op::Max(max) => max.domain_bits += 1,
        });
    }
}
