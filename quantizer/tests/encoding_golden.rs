//! Golden: the bytes of a small program with every kind of node, written out by hand from the format.

use verin_quantizer::Graph;
use verin_quantizer::ir::*;

fn program() -> Graph {
    let part = |name: &str, dims: &[u32], exponent| Part { name: name.into(), dims: dims.to_vec(), exponent };
    let input = Input { shape: Shape::new([3]), lo: -8, hi: 7, parts: vec![part("x", &[1, 3], 2)] };
    let constants = vec![
        Constant {
            name: "w".into(),
            shape: Shape::new([2, 3]),
            declared: None,
            entries: Entries::Narrow(vec![1, -2, 200, 0, 3, 4]),
        },
        Constant { name: "b".into(), shape: Shape::new([2]), declared: None, entries: Entries::Wide(vec![-5, 70_000]) },
    ];
    let view = |source, links: Vec<Link>| View { source, links };
    let product = Product {
        coefficient: 1,
        sums: vec![3],
        left: view(Source::Constant(0), vec![Link::identity(0, 0), Link::identity(1, 1)]),
        right: view(Source::Tensor(0), vec![Link::identity(1, 0)]),
    };
    let bias = Move { coefficient: -1, view: View::identity(Source::Constant(1), &[2]) };
    let relu = Activation { input: 1, shift: 3, domain_bits: 9, high_bits: 6, table: Table::Relu { bits: 8 } };
    let values = Table::Values(vec![-1, 2]);
    let step = Activation { input: 1, shift: 32, domain_bits: 1, high_bits: 0, table: values };
    let reversed = Link::Table { label: 0, axis: 0, index: vec![Some(1), None] };
    let max = Max {
        left: Move { coefficient: 2, view: View::identity(Source::Tensor(2), &[2]) },
        right: Move { coefficient: 1, view: view(Source::Tensor(3), vec![reversed]) },
        domain_bits: 11,
    };
    let window = |axis, offset| Link::Affine { labels: vec![], windows: vec![(2, 1)], axes: vec![axis], offset };
    let total = |tensor, offset| {
        Term::Move(Move { coefficient: 1, view: view(Source::Tensor(tensor), vec![window(0, offset)]) })
    };
    let node = |name: &str, op, dims: &[u32], (lo, hi)| Node {
        name: name.into(),
        op,
        shape: Shape::new(dims),
        exponent: 4,
        lo,
        hi,
    };
    // Over both rows of w: -1 * the sum of b lies in -70000..=5, the products in -1622..=1423.
    let nodes = vec![
        node("d", Op::Sum(vec![Term::Product(product), Term::Move(bias)]), &[2], (-71_622, 1428)),
        node("r", Op::Activation(relu), &[2], (0, 179)),
        node("s", Op::Activation(step), &[2], (2, 2)),
        node("m", Op::Max(max), &[2], (0, 358)),
        node("k", Op::Copy { input: 1 }, &[2], (-71_622, 1428)),
        node("y", Op::Sum(vec![total(4, 0), total(5, -1)]), &[], (-71_622, 2144)),
    ];
    Graph { input, constants, nodes, output: Output { tensor: 6, parts: vec![part("y", &[1], 5)] } }
}

const GRAPH: &[&str] = &[
    "56524e47 0200",                                                                // magic, version
    "01 03000000 f8ffffffffffffff 0700000000000000",                                // input: dimensions, range
    "01000000 0100 78 02 01000000 03000000 02000000", // its part: name, dimensions, exponent
    "02000000",                                       // constants
    "0100 77 02 02000000 03000000",                   // w: name, dimensions
    "00 0600000000000000 02 0100 feff c800 0000 0300 0400", // narrow; two bytes each
    "0100 62 01 02000000 01 0200000000000000 04 fbffffff 70110100", // b: wide; four bytes each
    "06000000",                                       // nodes
    "0100 64 01 02000000 04000000 3ae8feffffffffff 9405000000000000", // d: name, dimensions, exponent, bounds
    "00 02000000",                                    // a sum of two terms
    "01 0100000000000000 01 03000000",                // a product: coefficient, summed labels
    "01 00000000 02 00 01 00 01000000 00 01 00 00000000", // constant 0, two links: label 0 is axis 0,
    "00 01 01 01000000 00 01 01 00000000",            // label 1 is axis 1
    "00 00000000 01 00 01 01 01000000 00 01 00 00000000", // tensor 0: label 1 is axis 0
    "00 ffffffffffffffff 01 01000000 01 00 01 00 01000000 00 01 00 00000000", // minus constant 1
    "0100 72 01 02000000 04000000 0000000000000000 b300000000000000", // r
    "01 01000000 03000000 09000000 06000000 01 08000000", // activation: input, shift, bits; relu
    "0100 73 01 02000000 04000000 0200000000000000 0200000000000000", // s
    "01 01000000 20000000 01000000 00000000 02 0200000000000000 01 ff 02", // a table, one byte each
    "0100 6d 01 02000000 04000000 0000000000000000 6601000000000000", // m
    "03 0200000000000000 00 02000000 01 00 01 00 01000000 00 01 00 00000000", // twice tensor 2
    "0100000000000000 00 03000000 01 01 00 00 02000000 02000000 00000000", // tensor 3 by a table
    "0b000000",                                       // domain bits
    "0100 6b 01 02000000 04000000 3ae8feffffffffff 9405000000000000 02 01000000", // k: copies tensor 1
    "0100 79 00 04000000 3ae8feffffffffff 6008000000000000 00 02000000", // y
    "00 0100000000000000 00 04000000 01 00 00 01 02000000 01000000 01 00 00000000", // a window over tensor 4
    "00 0100000000000000 00 05000000 01 00 00 01 02000000 01000000 01 00 ffffffff", // and one over tensor 5
    "06000000 01000000 0100 79 01 01000000 05000000", // output: tensor, part
];

const STRUCTURE: &[&str] = &[
    "56524e53 0200",
    "01 03000000 f8ffffffffffffff 0700000000000000",
    "02000000 02 02000000 03000000 00 01 02000000 00", // no declared ranges
    "06000000",
    "01 02000000 3ae8feffffffffff 9405000000000000",
    "00 02000000",
    "01 0100000000000000 01 03000000",
    "01 00000000 02 00 01 00 01000000 00 01 00 00000000",
    "00 01 01 01000000 00 01 01 00000000",
    "00 00000000 01 00 01 01 01000000 00 01 00 00000000",
    "00 ffffffffffffffff 01 01000000 01 00 01 00 01000000 00 01 00 00000000",
    "01 02000000 0000000000000000 b300000000000000",
    "01 01000000 03000000 09000000 06000000 01 08000000",
    "01 02000000 0200000000000000 0200000000000000",
    "01 01000000 20000000 01000000 00000000 02 0200000000000000 01 ff 02",
    "01 02000000 0000000000000000 6601000000000000",
    "03 0200000000000000 00 02000000 01 00 01 00 01000000 00 01 00 00000000",
    "0100000000000000 00 03000000 01 01 00 00 02000000 02000000 00000000",
    "0b000000",
    "01 02000000 3ae8feffffffffff 9405000000000000 02 01000000",
    "00 3ae8feffffffffff 6008000000000000 00 02000000",
    "00 0100000000000000 00 04000000 01 00 00 01 02000000 01000000 01 00 00000000",
    "00 0100000000000000 00 05000000 01 00 00 01 02000000 01000000 01 00 ffffffff",
    "06000000",
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn joined(lines: &[&str]) -> String {
    lines.concat().replace(' ', "")
}

#[test]
fn bytes_are_those_of_the_format() {
    program().validate().unwrap();
    assert_eq!(hex(&program().encode()), joined(GRAPH));
    assert_eq!(Graph::decode(&program().encode()).unwrap(), program());
}

#[test]
fn bytes_of_the_structure_are_those_of_the_format() {
    let bytes = encode_structure(&program());
    assert_eq!(hex(&bytes), joined(STRUCTURE));
    let structure = decode_structure(&bytes).unwrap();
    assert_eq!(encode_structure(&structure), bytes);
    let mut stripped = program();
    stripped.input.parts.clear();
    stripped.output.parts.clear();
    for constant in &mut stripped.constants {
        (constant.name, constant.entries) = (String::new(), Entries::Narrow(vec![]));
    }
    for node in &mut stripped.nodes {
        (node.name, node.exponent) = (String::new(), 0);
    }
    assert_eq!(structure, stripped);
}

#[test]
fn integers_wider_than_needed_are_refused() {
    let bytes = program().encode();
    // The table -1, 2 in two bytes each instead of one.
    let at = bytes.windows(11).position(|w| w == [2, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 2]).unwrap();
    let wide = [&bytes[..at + 8], &[2, 0xff, 0xff, 2, 0], &bytes[at + 11..]].concat();
    assert!(Graph::decode(&wide).unwrap_err().to_string().contains("integers of 1 bytes"));
}
