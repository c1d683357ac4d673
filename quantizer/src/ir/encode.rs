//! Canonical bytes of a program: one program, one encoding.
//!
//! Little-endian, fixed field order, no alignment:
//!
//! ```text
//! graph    = "VRNG" u16(version) input u32(constants) constant* u32(nodes) node* output
//! input    = shape i64(lo) i64(hi) parts          output = u32(tensor) parts
//! parts    = u32(count) part*                     part   = name shape i32(exponent)
//! constant = name shape u8(0 narrow | 1 wide) ints | name shape u8(2 narrow | 3 wide) u8(declared bits) ints
//! node     = name shape i32(exponent) i64(lo) i64(hi) u8(kind) op
//! op       = 0: u32(terms) term* | 1: activation | 2: u32(input) | 3: move move u32(domain_bits)
//! activation = u32(input) u32(shift) u32(domain_bits) u32(high_bits) table
//! table    = 0 u32(bits) (clamp) | 1 u32(bits) (relu) | 2 ints (entries)
//! term     = 0 move | 1 product
//! move     = i64(coefficient) view
//! product  = i64(coefficient) shape(sums) view(left) view(right)
//! view     = u8(0 tensor | 1 constant) u32(index) u8(links) link*
//! link     = 0 u8(labels) (u8(label) i32(stride))* u8(windows) (u32(extent) i32(stride))* u8(axes) u8(axis)* i32(offset)
//!          | 1 u8(label) u8(axis) u32(entries) u32(0, or 1 + index)*
//! shape    = u8(rank) u32(dimension)*
//! name     = u16(length) utf-8
//! ints     = u64(count) u8(width) two's complement, width in {1, 2, 4, 8}: the smallest that holds all
//! ```
//!
//! The *structure* of a program is what fixes its proof but for the entries of constants, which are committed to. Its bytes
//! are the same without what it leaves out: they start with `VRNS`, there are no names, parts and exponents of nodes, and
//! `constant = shape u8(0, or declared bits)`.

use super::{Constant, Entries, Graph, Link, Move, Node, Op, Part, Shape, Source, Table, Term, View};

/// First bytes of an encoded program.
pub(super) const MAGIC: &[u8; 4] = b"VRNG";
/// First bytes of an encoded structure.
pub(super) const STRUCTURE_MAGIC: &[u8; 4] = b"VRNS";
/// Version of the encoding, and of the semantics it names.
pub const VERSION: u16 = 2;

/// Bytes per entry: the smallest of 1, 2, 4 and 8 that holds every value.
pub(super) fn width(values: impl Iterator<Item = i64>) -> u8 {
    let (lo, hi) = values.fold((0, 0), |(lo, hi), v| (v.min(lo), v.max(hi)));
    let fits = |bytes: &&u8| {
        let half = 1i128 << (u32::from(**bytes) * 8 - 1);
        i128::from(lo) >= -half && i128::from(hi) < half
    };
    [1, 2, 4].iter().find(fits).copied().unwrap_or(8)
}

impl Graph {
    /// The canonical bytes.
    ///
    /// Lengths that the fields cannot hold are those no valid program has; they are cut, and what comes out
    /// then does not decode.
    pub fn encode(&self) -> Vec<u8> {
        Writer { out: MAGIC.to_vec(), whole: true }.graph(self)
    }
}

/// The bytes of the structure of `graph`.
pub fn encode_structure(graph: &Graph) -> Vec<u8> {
    Writer { out: STRUCTURE_MAGIC.to_vec(), whole: false }.graph(graph)
}

struct Writer {
    out: Vec<u8>,
    /// Whether what structures leave out is written.
    whole: bool,
}

impl Writer {
    fn graph(mut self, graph: &Graph) -> Vec<u8> {
        self.out.extend(VERSION.to_le_bytes());
        self.shape(graph.input.shape.dims());
        self.i64(graph.input.lo);
        self.i64(graph.input.hi);
        self.parts(&graph.input.parts);
        self.u32(graph.constants.len());
        for constant in &graph.constants {
            self.constant(constant);
        }
        self.u32(graph.nodes.len());
        for node in &graph.nodes {
            self.node(node);
        }
        self.u32(graph.output.tensor);
        self.parts(&graph.output.parts);
        self.out
    }

    fn u8(&mut self, value: usize) {
        self.out.push(value as u8);
    }

    fn u32(&mut self, value: usize) {
        self.out.extend((value as u32).to_le_bytes());
    }

    fn i32(&mut self, value: i32) {
        self.out.extend(value.to_le_bytes());
    }

    fn i64(&mut self, value: i64) {
        self.out.extend(value.to_le_bytes());
    }

    fn name(&mut self, name: &str) {
        if self.whole {
            self.out.extend((name.len() as u16).to_le_bytes());
            self.out.extend(name.as_bytes());
        }
    }

    fn shape(&mut self, dims: &[u32]) {
        self.u8(dims.len());
        self.out.extend(dims.iter().flat_map(|d| d.to_le_bytes()));
    }

    fn integers(&mut self, values: impl ExactSizeIterator<Item = i64> + Clone) {
        self.out.extend((values.len() as u64).to_le_bytes());
        let width = width(values.clone());
        self.out.push(width);
        self.out.reserve(values.len() * usize::from(width));
        for value in values {
            self.out.extend(value.to_le_bytes().iter().take(width.into()));
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        if !self.whole {
            return;
        }
        self.u32(parts.len());
        for part in parts {
            self.name(&part.name);
            self.shape(&part.dims);
            self.i32(part.exponent);
        }
    }

    fn constant(&mut self, constant: &Constant) {
        self.name(&constant.name);
        self.shape(constant.shape.dims());
        let declared = constant.declared.map(|bits| bits as usize);
        if !self.whole {
            return self.u8(declared.unwrap_or(0));
        }
        self.u8(usize::from(matches!(constant.entries, Entries::Wide(_))) + if declared.is_some() { 2 } else { 0 });
        if let Some(bits) = declared {
            self.u8(bits);
        }
        match &constant.entries {
            Entries::Narrow(entries) => self.integers(entries.iter().map(|e| i64::from(*e))),
            Entries::Wide(entries) => self.integers(entries.iter().copied()),
        }
    }

    fn node(&mut self, node: &Node) {
        self.name(&node.name);
        self.shape(Shape::dims(&node.shape));
        if self.whole {
            self.i32(node.exponent);
        }
        self.i64(node.lo);
        self.i64(node.hi);
        match &node.op {
            Op::Sum(terms) => {
                self.u8(0);
                self.u32(terms.len());
                for term in terms {
                    self.term(term);
                }
            }
            Op::Activation(activation) => {
                self.u8(1);
                self.u32(activation.input);
                for field in [activation.shift, activation.domain_bits, activation.high_bits] {
                    self.u32(field as usize);
                }
                self.table(&activation.table);
            }
            Op::Copy { input } => {
                self.u8(2);
                self.u32(*input);
            }
            Op::Max(max) => {
                self.u8(3);
                self.moved(&max.left);
                self.moved(&max.right);
                self.u32(max.domain_bits as usize);
            }
        }
    }

    fn table(&mut self, table: &Table) {
        match table {
            Table::Clamp { bits } => {
                self.u8(0);
                self.u32(*bits as usize);
            }
            Table::Relu { bits } => {
                self.u8(1);
                self.u32(*bits as usize);
            }
            Table::Values(values) => {
                self.u8(2);
                self.integers(values.iter().map(|v| i64::from(*v)));
            }
        }
    }

    fn term(&mut self, term: &Term<i64>) {
        match term {
            Term::Move(term) => {
                self.u8(0);
                self.moved(term);
            }
            Term::Product(term) => {
                self.u8(1);
                self.i64(term.coefficient);
                self.shape(&term.sums);
                self.view(&term.left);
                self.view(&term.right);
            }
        }
    }

    fn moved(&mut self, term: &Move<i64>) {
        self.i64(term.coefficient);
        self.view(&term.view);
    }

    fn view(&mut self, view: &View) {
        let (kind, index) = match view.source {
            Source::Tensor(id) => (0, id),
            Source::Constant(i) => (1, i),
        };
        self.u8(kind);
        self.u32(index);
        self.u8(view.links.len());
        for link in &view.links {
            self.link(link);
        }
    }

    fn link(&mut self, link: &Link) {
        match link {
            Link::Affine { labels, windows, axes, offset } => {
                self.u8(0);
                self.u8(labels.len());
                for (label, stride) in labels {
                    self.u8(*label);
                    self.i32(*stride);
                }
                self.u8(windows.len());
                for (extent, stride) in windows {
                    self.u32(*extent as usize);
                    self.i32(*stride);
                }
                self.u8(axes.len());
                for axis in axes {
                    self.u8(*axis);
                }
                self.i32(*offset);
            }
            Link::Table { label, axis, index } => {
                self.u8(1);
                self.u8(*label);
                self.u8(*axis);
                self.u32(index.len());
                for entry in index {
                    self.u32(entry.map_or(0, |i| i as usize + 1));
                }
            }
        }
    }
}
