//! The kinds of relation and lookup that a program is made of.

use std::collections::BTreeSet;
use verin_quantizer::ir::{Graph, Op, Table};
use verin_quantizer::view::{Link, Term, View};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A sum of products.
    Product,
    /// A moved tensor whose cells are sums of several.
    Windows,
    /// One that is read from another start or in steps.
    Slice,
    /// One whose indices are a list.
    Gather,
    /// One that is repeated along a label.
    Broadcast,
    /// One whose axes are split or merged.
    Reshape,
    /// An activation whose table is a list of values.
    Values,
    /// An activation whose table is evaluated by its structure.
    Relu,
    /// Another.
    Clamp,
    /// An activation of sums beyond its table.
    Saturating,
    /// An activation that drops bits, which are looked up in the structured table of a range.
    Remainder,
    Copy,
    Maximum,
    ManyInputs,
    ManyOutputs,
}

impl Kind {
    pub const ALL: [Self; 15] = [
        Self::Product,
        Self::Windows,
        Self::Slice,
        Self::Gather,
        Self::Broadcast,
        Self::Reshape,
        Self::Values,
        Self::Relu,
        Self::Clamp,
        Self::Saturating,
        Self::Remainder,
        Self::Copy,
        Self::Maximum,
        Self::ManyInputs,
        Self::ManyOutputs,
    ];
}

/// The kinds in `graph`.
pub fn kinds(graph: &Graph) -> BTreeSet<Kind> {
    let mut found = BTreeSet::new();
    let mut add = |there: bool, kind| {
        if there {
            found.insert(kind);
        }
    };
    add(graph.input.parts.len() > 1, Kind::ManyInputs);
    add(graph.output.parts.len() > 1, Kind::ManyOutputs);
    for node in &graph.nodes {
        let moved: Vec<&View> = match &node.op {
            Op::Sum(terms) => {
                add(terms.iter().any(|term| matches!(term, Term::Product(_))), Kind::Product);
                terms
                    .iter()
                    .filter_map(|term| if let Term::Move(operand) = term { Some(&operand.view) } else { None })
                    .collect()
            }
            Op::Activation(activation) => {
                add(matches!(activation.table, Table::Values(_)), Kind::Values);
                add(matches!(activation.table, Table::Relu { .. }), Kind::Relu);
                add(matches!(activation.table, Table::Clamp { .. }), Kind::Clamp);
                add(activation.high_bits > 0, Kind::Saturating);
                add(activation.shift > 0, Kind::Remainder);
                vec![]
            }
            Op::Copy { .. } => {
                add(true, Kind::Copy);
                vec![]
            }
            Op::Max(operands) => {
                add(true, Kind::Maximum);
                vec![&operands.left.view, &operands.right.view]
            }
        };
        for view in moved {
            let dims = node.shape.dims().iter().enumerate();
            add(dims.filter(|(_, n)| **n > 1).any(|(label, _)| !view.uses(label)), Kind::Broadcast);
            for link in &view.links {
                match link {
                    Link::Table { .. } => add(true, Kind::Gather),
                    Link::Affine { labels, windows, axes, offset } => {
                        add(!windows.is_empty(), Kind::Windows);
                        add(windows.is_empty() && labels.len() + axes.len() > 2, Kind::Reshape);
                        let moved = *offset != 0 || labels.iter().any(|(_, stride)| *stride != 1);
                        add(labels.len() == 1 && axes.len() == 1 && windows.is_empty() && moved, Kind::Slice);
                    }
                }
            }
        }
    }
    found
}
