//! Golden: the bytes of a small program, written out by hand from the format.

use verin_quantizer::Graph;
use verin_quantizer::ir::*;

fn program() -> Graph {
    let shape = Shape { rows_log: 0, cols: 3 };
    let one = Shape { rows_log: 0, cols: 1 };
    let input = Input { name: "x".into(), dims: vec![1, 3], shape, exponent: 2, lo: -8, hi: 7 };
    let dense = Dense { in_log: 2, weight: vec![1, -2, 200, 0], bias: vec![-5] };
    let relu = Activation { shift: 3, domain_bits: 9, high_bits: 0, table: Table::Relu { bits: 8 } };
    let (lo, hi) = (-5 - 8 - 14 - 1600, -5 + 7 + 16 + 1400);
    let nodes = vec![
        Node { name: "d".into(), input: 0, op: Op::Dense(dense), shape: one, exponent: 4, lo, hi },
        Node { name: "r".into(), input: 1, op: Op::Activation(relu), shape: one, exponent: 1, lo: 0, hi: 177 },
    ];
    Graph { input, nodes, output: 2, output_dims: vec![1] }
}

#[test]
fn bytes_are_those_of_the_format() {
    let expected = [
        "56524e47 0100",                                                // magic, version
        "0100 78 02 01000000 03000000",                                 // input: name, dimensions
        "00000000 03000000 02000000 f8ffffffffffffff 0700000000000000", // shape, exponent, range
        "02000000",                                                     // nodes
        "0100 64 0000000000000000",                                     // dense: name, input
        "00000000 01000000 04000000 a5f9ffffffffffff 8a05000000000000",
        "00 02000000",
        "0400000000000000 02 0100 feff c800 0000", // weights, two bytes each
        "0100000000000000 01 fb",                  // bias, one byte
        "0100 72 0100000000000000",                // relu: name, input
        "00000000 01000000 01000000 0000000000000000 b100000000000000",
        "02 03000000 09000000 00000000 01 08000000",
        "0200000000000000", // output
        "01 01000000",      // its dimensions
    ];
    let hex: String = program().encode().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, expected.concat().replace(' ', ""));
    program().validate().unwrap();
    assert_eq!(Graph::decode(&program().encode()).unwrap(), program());
}

#[test]
fn integers_wider_than_needed_are_refused() {
    let bytes = program().encode();
    // The bias -5 in two bytes instead of one.
    let at = bytes.windows(10).position(|w| w == [1, 0, 0, 0, 0, 0, 0, 0, 1, 0xfb]).unwrap();
    let wide = [&bytes[..at + 8], &[2, 0xfb, 0xff], &bytes[at + 10..]].concat();
    assert!(Graph::decode(&wide).unwrap_err().to_string().contains("integers of 1 bytes"));
}
