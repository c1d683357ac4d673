//! Operators that move, combine and reduce tensors: what import makes of them, against naive loops over elements.
#![cfg(feature = "onnx")]

mod import;

use import::{Array, Model, check, float, floats, int, ints, list, naive, random, single, text};
use verin_quantizer::float::{Link, Op, Source, Term};
use verin_quantizer::onnx::proto::{AttributeProto, DimensionProto};

/// Any operand may be computed.
const ANY: fn(&[bool]) -> bool = |_| false;
/// Only the first operand may be computed.
const FIRST: fn(&[bool]) -> bool = |computed| computed.iter().skip(1).any(|c| *c);

/// The tensor of dimensions `dims` whose element at each index is `f(index)`.
fn build(dims: &[u32], f: impl Fn(&[usize]) -> f64) -> Array {
    let count: u32 = dims.iter().product();
    let values = (0..count as usize).map(|flat| f(&index(dims, flat)));
    Array { values: values.collect(), ..floats(dims, &[]) }
}

/// Coordinates of element `flat`, row-major.
fn index(dims: &[u32], mut flat: usize) -> Vec<usize> {
    let mut index: Vec<usize> = dims
        .iter()
        .rev()
        .map(|n| {
            let own = flat % *n as usize;
            flat /= *n as usize;
            own
        })
        .collect();
    index.reverse();
    index
}

fn at(x: &Array, index: &[usize]) -> f64 {
    x.values[x.dims.iter().zip(index).fold(0, |flat, (n, i)| flat * *n as usize + i)]
}

/// `x` with axis `axis` made of its elements `picks`.
fn pick(x: &Array, axis: usize, picks: &[usize]) -> Array {
    let mut dims = x.dims.clone();
    dims[axis] = picks.len() as u32;
    build(&dims, |i| {
        let mut from = i.to_vec();
        from[axis] = picks[i[axis]];
        at(x, &from)
    })
}

fn refuse(op: &str, opset: i64, attributes: &[AttributeProto], operands: &[Array], parts: &[&str]) {
    let computed: Vec<bool> = (0..operands.len()).map(|i| i == 0).collect();
    let message = match single(op, opset, attributes, operands, &computed).read() {
        Ok(_) => panic!("{op} {parts:?} is accepted"),
        Err(message) => message,
    };
    for part in [&[op], parts].concat() {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

#[test]
fn arithmetic_broadcasts() {
    let (a, b, c) = (random(&[2, 1, 3], 1), random(&[4, 3], 2), random(&[1], 3));
    let two = [a.clone(), b.clone()];
    check("Add", 13, &[], &two, ANY, &naive(&two, |v| v[0] + v[1]));
    check("Sub", 13, &[], &two, ANY, &naive(&two, |v| v[0] - v[1]));
    check("Mul", 13, &[], &two, ANY, &naive(&two, |v| v[0] * v[1]));
    let three = [a, b, c];
    check("Sum", 13, &[], &three, ANY, &naive(&three, |v| v.iter().sum()));
    check("Max", 13, &[], &three, ANY, &naive(&three, |v| v.iter().copied().fold(f64::MIN, f64::max)));
    check("Min", 13, &[], &three, ANY, &naive(&three, |v| v.iter().copied().fold(f64::MAX, f64::min)));
    let n = [ints(&[3], &[-7, 0, 5]), ints(&[1], &[2])];
    check("Mul", 13, &[], &n, ANY, &ints(&[3], &[-14, 0, 10]));
    refuse("Add", 13, &[], &[random(&[2, 3], 1), random(&[2], 2)], &["broadcast", "[[2, 3], [2]]"]);
    let large = single("Add", 13, &[], &[random(&[5000, 1], 1), random(&[1, 5000], 2)], &[true, true]);
    assert!(large.read().unwrap_err().contains("2^24"));
}

#[test]
fn a_constant_factor_that_is_one_number_is_a_coefficient() {
    let operands = [random(&[2, 3], 1), floats(&[2, 1], &[0.5, 0.5])];
    let model = single("Mul", 13, &[], &operands, &[true, false]).read().unwrap();
    let [node] = &model.nodes[..] else { panic!("{} nodes", model.nodes.len()) };
    assert!(matches!(&node.op, Op::Sum(terms) if matches!(&terms[..], [Term::Move(m)] if m.coefficient == 0.5)));
    assert!(model.constants.is_empty());
    // A factor of 0 is one like any other.
    let zero = [random(&[2, 3], 1), floats(&[], &[0.0])];
    check("Mul", 13, &[], &zero, ANY, &floats(&[2, 3], &[0.0; 6]));
}

fn matmul(a: &Array, b: &Array, dims: &[u32]) -> Array {
    let n = a.dims[a.dims.len() - 1] as usize;
    let read = |x: &Array, outer: &[usize], last: [usize; 2]| {
        let own = x.dims.len() - 2;
        let outer = outer[outer.len() - own..].iter().zip(&x.dims).map(|(i, n)| i % *n as usize);
        at(x, &outer.chain(last).collect::<Vec<_>>())
    };
    build(dims, |i| {
        let (outer, [row, column]) = i.split_at(i.len() - 2) else { unreachable!() };
        (0..n).map(|k| read(a, outer, [*row, k]) * read(b, outer, [k, *column])).sum()
    })
}

#[test]
fn matrix_products() {
    for (a, b, dims) in [
        (&[4, 3][..], &[3, 5][..], &[4, 5][..]),
        (&[2, 4, 3], &[3, 5], &[2, 4, 5]),
        (&[4, 8], &[2, 8, 5], &[2, 4, 5]),
        (&[2, 1, 4, 3], &[3, 3, 2], &[2, 3, 4, 2]),
        (&[1, 7], &[7, 1], &[1, 1]),
        (&[3, 1], &[1, 4], &[3, 4]),
    ] {
        let operands = [random(a, 1), random(b, 2)];
        let expected = matmul(&operands[0], &operands[1], dims);
        check("MatMul", 13, &[], &operands, ANY, &expected);
    }
    // Vectors are a row on the left, a column on the right.
    let (row, matrix, column) = (random(&[3], 1), random(&[2, 3, 5], 2), random(&[5], 3));
    let as_matrix = Array { dims: vec![1, 3], ..row.clone() };
    let expected = Array { dims: vec![2, 5], ..matmul(&as_matrix, &matrix, &[2, 1, 5]) };
    check("MatMul", 13, &[], &[row.clone(), matrix.clone()], ANY, &expected);
    let as_matrix = Array { dims: vec![5, 1], ..column.clone() };
    let expected = Array { dims: vec![2, 3], ..matmul(&matrix, &as_matrix, &[2, 3, 1]) };
    check("MatMul", 13, &[], &[matrix, column], ANY, &expected);
    let dot = row.values.iter().map(|v| v * v).sum();
    check("MatMul", 13, &[], &[row.clone(), row], ANY, &Array { values: vec![dot], ..floats(&[], &[]) });
    refuse("MatMul", 13, &[], &[random(&[2, 3], 1), random(&[4, 2], 2)], &["[2, 3] and [4, 2]"]);
    refuse("MatMul", 13, &[], &[random(&[2, 3, 3], 1), random(&[3, 3, 3], 2)], &["broadcast"]);
}

#[test]
fn computed_factors_mask_the_padding_of_a_sum() {
    let operands = [random(&[2, 3], 1), random(&[3, 2], 2)];
    for (computed, masked) in [([true, true], true), ([true, false], false), ([false, true], false)] {
        let model = single("MatMul", 13, &[], &operands, &computed).read().unwrap();
        let Op::Sum(terms) = &model.nodes[0].op else { panic!("no sum") };
        let [Term::Product(product)] = &terms[..] else { panic!("no product") };
        assert_eq!(matches!(product.left.source, Source::Constant(_)), !masked);
        assert_eq!(product.right.links.iter().any(|link| matches!(link, Link::Table { .. })), masked);
    }
}

#[test]
fn gemm() {
    for (ta, tb) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let a = random(if ta == 0 { &[4, 3] } else { &[3, 4] }, 1);
        let b = random(if tb == 0 { &[3, 5] } else { &[5, 3] }, 2);
        let read = |x: &Array, t: i64, i: usize, j: usize| at(x, &if t == 0 { [i, j] } else { [j, i] });
        let product = |i: &[usize]| (0..3).map(|k| read(&a, ta, i[0], k) * read(&b, tb, k, i[1])).sum::<f64>();
        let attributes = [int("transA", ta), int("transB", tb), float("alpha", 0.5), float("beta", 2.0)];
        for c in [&[5][..], &[4, 5], &[4, 1], &[1, 5], &[]] {
            let c = random(c, 3);
            let expected = naive(&[build(&[4, 5], product), c.clone()], |v| 0.5 * v[0] + 2.0 * v[1]);
            check("Gemm", 13, &attributes, &[a.clone(), b.clone(), c], ANY, &expected);
        }
        let expected = build(&[4, 5], product).map(|v| v * 0.5);
        check("Gemm", 13, &attributes, &[a.clone(), b.clone()], ANY, &expected);
    }
    let (a, b) = (random(&[4, 3], 1), random(&[3, 5], 2));
    refuse("Gemm", 13, &[int("transB", 1)], &[a.clone(), b.clone()], &["3 rows", "5"]);
    refuse("Gemm", 13, &[], &[a.clone(), b.clone(), random(&[3], 3)], &["[4, 5]", "[3]"]);
    refuse("Gemm", 13, &[float("alpha", f32::INFINITY)], &[a.clone(), b.clone()], &["alpha", "inf"]);
    refuse("Gemm", 13, &[], &[random(&[4], 1), b], &["two dimensions"]);
}

#[test]
fn concat() {
    for axis in [0, 1, -1, -3] {
        let place = usize::try_from(if axis < 0 { axis + 3 } else { axis }).unwrap();
        let sizes = [3, 1, 4];
        let piece = |(size, seed): (&u32, u32)| {
            let mut dims = [2, 5, 3];
            dims[place] = *size;
            random(&dims, seed)
        };
        let pieces: Vec<Array> = sizes.iter().zip(1..).map(piece).collect();
        let mut dims = [2, 5, 3];
        dims[place] = 8;
        let expected = build(&dims, |i| {
            let mut i = i.to_vec();
            let mut which = 0;
            while i[place] >= sizes[which] as usize {
                i[place] -= sizes[which] as usize;
                which += 1;
            }
            at(&pieces[which], &i)
        });
        check("Concat", 13, &[int("axis", axis)], &pieces, ANY, &expected);
    }
    let one = random(&[2, 3], 1);
    check("Concat", 13, &[int("axis", 0)], std::slice::from_ref(&one), ANY, &one);
    refuse("Concat", 13, &[int("axis", 2)], &[one.clone(), one.clone()], &["axis", "2 dimensions", "got 2"]);
    refuse("Concat", 13, &[int("axis", 0)], &[one, random(&[2, 4], 1)], &["[2, 3]", "[2, 4]"]);
}

#[test]
fn split() {
    let x = random(&[2, 7], 1);
    type Case<'a> = (i64, &'a [AttributeProto], Option<Array>, &'a [u32]);
    let cases: [Case; 5] = [
        (11, &[int("axis", 1), list("split", &[3, 4])], None, &[3, 4]),
        (13, &[int("axis", -1)], Some(ints(&[3], &[1, 5, 1])), &[1, 5, 1]),
        (18, &[int("axis", 1), int("num_outputs", 3)], None, &[3, 3, 1]),
        (13, &[int("axis", 1)], None, &[1; 7]),
        (13, &[int("axis", 1)], Some(ints(&[1], &[7])), &[7]),
    ];
    for (opset, attributes, sizes, expected) in cases {
        let mut model = Model::new(opset).input("x", &x);
        let mut names = vec!["x"];
        if let Some(sizes) = &sizes {
            model = model.constant("sizes", sizes);
            names.push("sizes");
        }
        model = model.node("Split", &names, "y", attributes);
        let outputs: Vec<String> = (0..expected.len()).map(|i| format!("y{i}")).collect();
        model.graph().node[0].output = outputs.clone();
        model = outputs.iter().fold(model, |model, name| model.output(name));
        let model_read = model.read().unwrap();
        let got = model_read.run(&model.inputs);
        let (mut start, mut want) = (0, Vec::new());
        for (size, output) in expected.iter().zip(&model_read.outputs) {
            let piece = pick(&x, 1, &(start..start + *size as usize).collect::<Vec<_>>());
            assert_eq!(output.dims, piece.dims);
            want.extend(piece.values);
            start += *size as usize;
        }
        assert_eq!(got, want);
    }
    refuse("Split", 13, &[int("axis", 1)], &[x.clone(), ints(&[1], &[6])], &["add up to 7", "[6]"]);
    refuse("Split", 13, &[int("axis", 1)], &[x.clone(), ints(&[2], &[8, -1])], &["1 sizes", "[8, -1]"]);
    refuse("Split", 18, &[int("num_outputs", 2)], std::slice::from_ref(&x), &["num_outputs", "2"]);
}

#[test]
fn slices() {
    let x = random(&[4, 9], 1);
    let cases: [([i64; 4], &[usize]); 9] = [
        ([1, 7, 1, 1], &[1, 2, 3, 4, 5, 6]),
        ([-4, i64::MAX, -1, 1], &[5, 6, 7, 8]),
        ([0, -1, 1, 3], &[0, 3, 6]),
        ([-1, i64::MIN, 1, -1], &[8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ([7, 1, 1, -2], &[7, 5, 3]),
        ([-100, 2, 1, 1], &[0, 1]),
        ([4, 5, 1, 1], &[4]),
        ([0, i64::MAX, 1, i64::MAX], &[0]),
        ([100, -100, 1, -8], &[8, 0]),
    ];
    for ([start, end, axis, step], expected) in cases {
        let one = |v: i64| ints(&[1], &[v]);
        let operands = [x.clone(), one(start), one(end), one(axis), one(step)];
        check("Slice", 13, &[], &operands, FIRST, &pick(&x, 1, expected));
        if step == 1 {
            let attributes = [list("starts", &[start]), list("ends", &[end]), list("axes", &[axis])];
            check("Slice", 9, &attributes, std::slice::from_ref(&x), ANY, &pick(&x, 1, expected));
        }
    }
    let both = [x.clone(), ints(&[2], &[1, 2]), ints(&[2], &[3, 9])];
    check("Slice", 13, &[], &both, FIRST, &pick(&pick(&x, 0, &[1, 2]), 1, &[2, 3, 4, 5, 6, 7, 8]));
    let one = |v: i64| ints(&[1], &[v]);
    refuse("Slice", 13, &[], &[x.clone(), one(0), one(1), one(0), one(0)], &["steps", "0"]);
    refuse("Slice", 13, &[], &[x.clone(), one(0), one(1), one(2)], &["axes", "2"]);
    // Nothing, which a concatenation may well read.
    let nothing = Model::new(13)
        .input("x", &x)
        .constant("three", &one(3))
        .constant("one", &one(1))
        .node("Slice", &["x", "three", "one"], "none", &[])
        .node("Concat", &["none", "x"], "y", &[int("axis", 0)])
        .output("y");
    assert_eq!(nothing.run().unwrap().0, x);
    refuse("Slice", 13, &[], &[x.clone(), one(0), ints(&[2], &[1, 2])], &["1 starts, 2 ends"]);
}

#[test]
fn pads() {
    let x = random(&[2, 5], 1);
    let padded = |pads: [i64; 4], read: &dyn Fn(i64, i64) -> Option<i64>, fill: f64| {
        let dims = [(2 + pads[0] + pads[2]) as u32, (5 + pads[1] + pads[3]) as u32];
        build(&dims, |i| {
            let place = |axis: usize, n: i64| read(i[axis] as i64 - pads[axis], n).map(|i| i as usize);
            place(0, 2).zip(place(1, 5)).map_or(fill, |(i, j)| at(&x, &[i, j]))
        })
    };
    let inside = |i: i64, n: i64| (0..n).contains(&i).then_some(i);
    for pads in [[0, 1, 0, 2], [1, 2, 3, 0], [0, -1, 2, -2], [-1, 0, 0, 7], [0, 0, 0, -4]] {
        let list_of = ints(&[4], &pads);
        check("Pad", 13, &[], &[x.clone(), list_of.clone()], FIRST, &padded(pads, &inside, 0.0));
        let fill = floats(&[], &[2.5]);
        check("Pad", 13, &[], &[x.clone(), list_of, fill], FIRST, &padded(pads, &inside, 2.5));
        let old = [list("pads", &pads), float("value", -0.5)];
        check("Pad", 10, &old, std::slice::from_ref(&x), ANY, &padded(pads, &inside, -0.5));
    }
    let pads = [1, 3, 1, 4];
    let edge = |i: i64, n: i64| Some(i.clamp(0, n - 1));
    let reflect = |i: i64, n: i64| {
        Some(if i < 0 {
            -i
        } else if i >= n {
            2 * n - 2 - i
        } else {
            i
        })
    };
    let wrap = |i: i64, n: i64| Some(i.rem_euclid(n));
    type Read<'a> = &'a dyn Fn(i64, i64) -> Option<i64>;
    let modes: [(&str, Read); 3] = [("edge", &edge), ("reflect", &reflect), ("wrap", &wrap)];
    for (mode, read) in modes {
        let operands = [x.clone(), ints(&[4], &pads)];
        check("Pad", 19, &[text("mode", mode)], &operands, FIRST, &padded(pads, read, 0.0));
    }
    // Axes of one element.
    let one = random(&[1, 3], 2);
    let expected = build(&[4, 3], |i| if i[0] == 2 { one.values[i[1]] } else { 9.0 });
    check("Pad", 13, &[], &[one, ints(&[4], &[2, 0, 1, 0]), floats(&[], &[9.0])], FIRST, &expected);
    let axes = [x.clone(), ints(&[2], &[1, 1]), floats(&[], &[0.0]), ints(&[1], &[-1])];
    check("Pad", 18, &[], &axes, FIRST, &padded([0, 1, 0, 1], &inside, 0.0));
    refuse("Pad", 13, &[], &[x.clone(), ints(&[2], &[0, 0])], &["4 pads", "[0, 0]"]);
    refuse("Pad", 13, &[], &[x.clone(), ints(&[4], &[0, -6, 0, 0])], &["[2, 5]", "-6"]);
    refuse("Pad", 13, &[], &[x.clone(), ints(&[4], &[i64::MAX, 1, i64::MAX, 1])], &["2^24"]);
    refuse("Pad", 13, &[text("mode", "reflect")], &[x.clone(), ints(&[4], &[2, 0, 0, 0])], &["reflect", "smaller"]);
    refuse("Pad", 13, &[text("mode", "other")], &[x, ints(&[4], &[0, 1, 0, 0])], &["mode other"]);
}

#[test]
fn orders_of_axes() {
    let x = random(&[2, 3, 4], 1);
    let reversed = build(&[4, 3, 2], |i| at(&x, &[i[2], i[1], i[0]]));
    check("Transpose", 13, &[], std::slice::from_ref(&x), ANY, &reversed);
    let turned = build(&[4, 2, 3], |i| at(&x, &[i[1], i[2], i[0]]));
    check("Transpose", 13, &[list("perm", &[2, 0, 1])], std::slice::from_ref(&x), ANY, &turned);
    refuse("Transpose", 13, &[list("perm", &[0, 1])], std::slice::from_ref(&x), &["perm", "3 axes", "[0, 1]"]);
    refuse("Transpose", 13, &[list("perm", &[0, 1, 1])], std::slice::from_ref(&x), &["perm", "[0, 1, 1]"]);
    refuse("Transpose", 13, &[list("perm", &[0, 1, 3])], std::slice::from_ref(&x), &["perm", "3"]);
}

#[test]
fn other_dimensions_of_the_same_elements() {
    let x = random(&[2, 3, 4], 1);
    let with = |dims: &[u32]| Array { dims: dims.to_vec(), ..x.clone() };
    let reshape = |shape: &[i64], dims: &[u32]| {
        check("Reshape", 13, &[], &[x.clone(), ints(&[shape.len() as u32], shape)], FIRST, &with(dims));
    };
    reshape(&[4, 6], &[4, 6]);
    reshape(&[-1], &[24]);
    reshape(&[0, -1], &[2, 12]);
    reshape(&[0, 0, 2, -1, 1], &[2, 3, 2, 2, 1]);
    reshape(&[2, 3, 4], &[2, 3, 4]);
    reshape(&[3, 2, 4], &[3, 2, 4]);
    let refused = |shape: &[i64], attributes: &[AttributeProto], parts: &[&str]| {
        refuse("Reshape", 14, attributes, &[x.clone(), ints(&[shape.len() as u32], shape)], parts);
    };
    refused(&[5, 5], &[], &["[2, 3, 4]", "[5, 5]"]);
    refused(&[-1, -1], &[], &["[-1, -1]"]);
    refused(&[-2, 12], &[], &["[-2, 12]"]);
    refused(&[7, -1], &[], &["[2, 3, 4]"]);
    refused(&[0, 12], &[int("allowzero", 1)], &["[0, 12]"]);
    refused(&[1 << 40, 1 << 40], &[], &["[2, 3, 4]"]);
    for (axis, dims) in [(0, [1, 24]), (1, [2, 12]), (3, [24, 1]), (-1, [6, 4])] {
        check("Flatten", 13, &[int("axis", axis)], std::slice::from_ref(&x), ANY, &with(&dims));
    }
    refuse("Flatten", 13, &[int("axis", 4)], std::slice::from_ref(&x), &["axis", "-3..=3", "4"]);
    let inserted = [x.clone(), ints(&[2], &[-1, 0])];
    check("Unsqueeze", 13, &[], &inserted, FIRST, &with(&[1, 2, 3, 4, 1]));
    check("Unsqueeze", 11, &[list("axes", &[1])], std::slice::from_ref(&x), ANY, &with(&[2, 1, 3, 4]));
    refuse("Unsqueeze", 13, &[], &[x.clone(), ints(&[2], &[0, 0])], &["distinct", "[0, 0]"]);
    refuse("Unsqueeze", 13, &[], &[x.clone(), ints(&[1], &[4])], &["axes", "4"]);
    let ones = with(&[1, 2, 1, 12]);
    check("Squeeze", 13, &[], std::slice::from_ref(&ones), ANY, &with(&[2, 12]));
    check("Squeeze", 13, &[], &[ones.clone(), ints(&[1], &[-2])], FIRST, &with(&[1, 2, 12]));
    check("Squeeze", 11, &[list("axes", &[0])], std::slice::from_ref(&ones), ANY, &with(&[2, 1, 12]));
    refuse("Squeeze", 13, &[], &[ones.clone(), ints(&[1], &[1])], &["axes", "[1, 2, 1, 12]", "[1]"]);
    check("Identity", 13, &[], std::slice::from_ref(&x), ANY, &x);
    check("Dropout", 13, &[], &[x.clone(), floats(&[], &[0.5])], FIRST, &x);
}

#[test]
fn repetitions() {
    let x = random(&[2, 1, 3], 1);
    let expanded = naive(&[x.clone(), floats(&[2, 4, 1], &[0.0; 8])], |v| v[0]);
    check("Expand", 13, &[], &[x.clone(), ints(&[3], &[1, 4, 3])], FIRST, &expanded);
    check("Expand", 13, &[], &[x.clone(), ints(&[1], &[3])], FIRST, &x);
    let outer = naive(&[x.clone(), floats(&[5, 1, 1, 1], &[0.0; 5])], |v| v[0]);
    check("Expand", 13, &[], &[x.clone(), ints(&[4], &[5, 2, 1, 1])], FIRST, &outer);
    refuse("Expand", 13, &[], &[x.clone(), ints(&[1], &[2])], &["[2, 1, 3]", "[2]"]);
    refuse("Expand", 13, &[], &[x.clone(), ints(&[2], &[1 << 23, 3])], &["2^24"]);
    let tiled = build(&[4, 3, 6], |i| at(&x, &[i[0] % 2, 0, i[2] % 3]));
    check("Tile", 13, &[], &[x.clone(), ints(&[3], &[2, 3, 2])], FIRST, &tiled);
    refuse("Tile", 13, &[], &[x.clone(), ints(&[2], &[2, 3])], &["3 repeats", "[2, 3]"]);
    refuse("Tile", 13, &[], &[x, ints(&[3], &[i64::MAX, 1, 1])], &["2^24"]);
}

#[test]
fn gather() {
    let x = random(&[3, 5], 1);
    let rows = build(&[2, 2, 5], |i| at(&x, &[[2, 0, 1, 2][i[0] * 2 + i[1]], i[2]]));
    check("Gather", 13, &[], &[x.clone(), ints(&[2, 2], &[2, -3, 1, -1])], FIRST, &rows);
    let columns = pick(&x, 1, &[4, 4, 0, 3]);
    check("Gather", 13, &[int("axis", -1)], &[x.clone(), ints(&[4], &[4, -1, 0, 3])], FIRST, &columns);
    let row = Array { dims: vec![5], ..pick(&x, 0, &[1]) };
    check("Gather", 13, &[], &[x.clone(), ints(&[], &[1])], FIRST, &row);
    refuse("Gather", 13, &[], &[x.clone(), ints(&[1], &[3])], &["-3..3", "got 3"]);
    refuse("Gather", 13, &[int("axis", 2)], &[x.clone(), ints(&[1], &[0])], &["axis", "got 2"]);
    let computed = single("Gather", 13, &[], &[x, ints(&[1], &[0])], &[false, true]).read().unwrap_err();
    assert!(computed.contains("the indices (input 1) is computed"), "{computed}");
}

#[test]
fn reductions() {
    let x = random(&[2, 3, 5], 1);
    let sum = |v: &[f64]| v.iter().sum::<f64>();
    let max = |v: &[f64]| v.iter().copied().fold(f64::MIN, f64::max);
    let min = |v: &[f64]| v.iter().copied().fold(f64::MAX, f64::min);
    type Reduction<'a> = &'a dyn Fn(&[f64]) -> f64;
    let operators: [(&str, Reduction); 7] = [
        ("ReduceSum", &sum),
        ("ReduceMean", &|v| sum(v) / v.len() as f64),
        ("ReduceMax", &max),
        ("ReduceMin", &min),
        ("ReduceL1", &|v| v.iter().map(|v| v.abs()).sum()),
        ("ReduceSumSquare", &|v| v.iter().map(|v| v * v).sum()),
        ("ReduceL2", &|v| v.iter().map(|v| v * v).sum::<f64>().sqrt()),
    ];
    for (op, f) in operators {
        for axes in [&[0][..], &[-1], &[1, 0], &[0, 1, 2], &[2, 0]] {
            for keep in [0, 1] {
                let reduced = |axis: usize| axes.iter().any(|a| (*a + 3) % 3 == axis as i64);
                let full: Vec<u32> = (0..3).map(|i| if reduced(i) { 1 } else { x.dims[i] }).collect();
                let mut expected = build(&full, |i| {
                    let inside = (0..30).map(|flat| index(&x.dims, flat));
                    let inside = inside.filter(|j| (0..3).all(|a| reduced(a) || i[a] == j[a]));
                    f(&inside.map(|j| at(&x, &j)).collect::<Vec<_>>())
                });
                if keep == 0 {
                    expected.dims = (0..3).filter(|i| !reduced(*i)).map(|i| x.dims[i]).collect();
                }
                let new = [x.clone(), ints(&[axes.len() as u32], axes)];
                check(op, 18, &[int("keepdims", keep)], &new, FIRST, &expected);
                let old = [int("keepdims", keep), list("axes", axes)];
                check(op, 12, &old, std::slice::from_ref(&x), ANY, &expected);
            }
        }
        let all = Array { values: vec![f(&x.values)], ..floats(&[1, 1, 1], &[]) };
        check(op, 18, &[], std::slice::from_ref(&x), ANY, &all);
        let each = x.map(|v| f(&[v]));
        check(op, 18, &[int("noop_with_empty_axes", 1)], std::slice::from_ref(&x), ANY, &each);
        refuse(op, 18, &[], &[x.clone(), ints(&[1], &[3])], &["axes", "got 3"]);
        refuse(op, 18, &[], &[x.clone(), ints(&[2], &[1, -2])], &["distinct", "[1, -2]"]);
    }
    // Of axes of one element there is nothing to choose.
    let one = random(&[1, 3], 1);
    for op in ["ReduceMax", "ReduceMin", "ReduceSum", "ReduceMean"] {
        let expected = Array { dims: vec![3], ..one.clone() };
        let attributes = [int("keepdims", 0)];
        check(op, 18, &attributes, &[one.clone(), ints(&[1], &[0])], FIRST, &expected);
    }
}

#[test]
fn places_of_extremes() {
    for n in [1, 2, 3, 7, 8] {
        // Few values: many ties.
        let x = random(&[4, n, 3], n).map(|v| v.floor() / 4.0);
        for (op, sign) in [("ArgMax", 1.0), ("ArgMin", -1.0)] {
            for (keep, last) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let mut expected = build(&[4, 1, 3], |i| {
                    let along: Vec<f64> = (0..n as usize).map(|j| sign * at(&x, &[i[0], j, i[2]])).collect();
                    let top = along.iter().copied().fold(f64::MIN, f64::max);
                    let hit = |v: &f64| *v == top;
                    let place = if last == 1 { along.iter().rposition(hit) } else { along.iter().position(hit) };
                    place.unwrap() as f64
                });
                if keep == 0 {
                    expected.dims = vec![4, 3];
                }
                let attributes = [int("axis", -2), int("keepdims", keep), int("select_last_index", last)];
                check(op, 13, &attributes, std::slice::from_ref(&x), ANY, &expected);
            }
        }
    }
    refuse("ArgMax", 13, &[int("axis", 3)], &[random(&[2, 2], 1)], &["axis", "got 3"]);
    refuse("ArgMax", 13, &[], &[random(&[1025], 1)], &["1025", "1024"]);
}

#[test]
fn resolutions() {
    let x = random(&[1, 2, 3, 4], 1);
    let twice = build(&[1, 2, 6, 12], |i| at(&x, &[0, i[1], i[2] / 2, i[3] / 3]));
    let scales = floats(&[4], &[1.0, 1.0, 2.0, 3.0]);
    check("Upsample", 9, &[], &[x.clone(), scales.clone()], FIRST, &twice);
    check("Resize", 10, &[], &[x.clone(), scales.clone()], FIRST, &twice);
    let asymmetric = [text("coordinate_transformation_mode", "asymmetric"), text("nearest_mode", "floor")];
    let empty = floats(&[0], &[]);
    check("Resize", 13, &asymmetric, &[x.clone(), empty.clone(), scales.clone()], FIRST, &twice);
    let sizes = ints(&[4], &[1, 2, 6, 12]);
    check("Resize", 13, &asymmetric, &[x.clone(), empty.clone(), empty.clone(), sizes.clone()], FIRST, &twice);
    // Corners stay, what is between lies on lines.
    let corners = [text("mode", "linear"), text("coordinate_transformation_mode", "align_corners")];
    let lines = build(&[1, 2, 5, 4], |i| {
        let (low, high) = (i[2] / 2, i[2].div_ceil(2));
        0.5 * at(&x, &[0, i[1], low, i[3]]) + 0.5 * at(&x, &[0, i[1], high, i[3]])
    });
    let to = ints(&[4], &[1, 2, 5, 4]);
    check("Resize", 13, &corners, &[x.clone(), empty.clone(), empty.clone(), to], FIRST, &lines);
    // The size that fits both, by the smaller scale; a crop, and what there is outside.
    let policy = [text("keep_aspect_ratio_policy", "not_larger"), text("coordinate_transformation_mode", "asymmetric")];
    let nearest = [&policy[..], &[text("nearest_mode", "floor"), list("axes", &[2, 3])]].concat();
    let doubled = build(&[1, 2, 6, 8], |i| at(&x, &[0, i[1], i[2] / 2, i[3] / 2]));
    let to = ints(&[2], &[6, 12]);
    check("Resize", 18, &nearest, &[x.clone(), empty.clone(), empty.clone(), to], FIRST, &doubled);
    let crop = [text("coordinate_transformation_mode", "tf_crop_and_resize"), float("extrapolation_value", 5.0)];
    let crop = [&crop[..], &[list("axes", &[3]), text("mode", "linear")]].concat();
    let region = floats(&[2], &[-1.0, 1.0]);
    let there = build(&[1, 2, 3, 7], |i| if i[3] < 3 { 5.0 } else { at(&x, &[0, i[1], i[2], i[3] - 3]) });
    let to = ints(&[1], &[7]);
    check("Resize", 18, &crop, &[x.clone(), region, empty.clone(), to], FIRST, &there);
    refuse("Resize", 13, &[text("mode", "sharp")], &[x.clone(), empty.clone(), scales.clone()], &["mode", "sharp"]);
    refuse("Resize", 13, &[], &[x.clone(), empty.clone(), floats(&[1], &[2.0])], &["4 positive scales"]);
    refuse("Resize", 13, &[], &[x.clone(), empty.clone(), floats(&[4], &[1.0, 1.0, -2.0, 1.0])], &["positive scales"]);
    refuse("Resize", 13, &[], &[x.clone(), empty, floats(&[4], &[1e30, 1.0, 1.0, 1.0])], &["2^24"]);
}

#[test]
fn blocks_of_channels() {
    let x = random(&[1, 8, 2, 3], 1);
    for (mode, crd) in [("DCR", false), ("CRD", true)] {
        let expected = build(&[1, 2, 4, 6], |i| {
            let block = i[2] % 2 * 2 + i[3] % 2;
            let channel = if crd { i[1] * 4 + block } else { block * 2 + i[1] };
            at(&x, &[0, channel, i[2] / 2, i[3] / 2])
        });
        let attributes = [int("blocksize", 2), text("mode", mode)];
        check("DepthToSpace", 13, &attributes, std::slice::from_ref(&x), ANY, &expected);
        if !crd {
            check("SpaceToDepth", 13, &[int("blocksize", 2)], std::slice::from_ref(&expected), ANY, &x);
        }
    }
    refuse("DepthToSpace", 13, &[int("blocksize", 3)], std::slice::from_ref(&x), &["multiples of 9", "8"]);
    refuse("DepthToSpace", 13, &[], std::slice::from_ref(&x), &["blocksize", "got 0"]);
    refuse("SpaceToDepth", 13, &[int("blocksize", 2)], std::slice::from_ref(&x), &["multiples of 2", "2 by 3"]);
}

#[test]
fn exported_shape_arithmetic_folds() {
    // What exporters write for `x.view(x.shape[0], -1)` and for a broadcast by `expand`.
    let x = random(&[2, 3, 4], 1);
    let model = Model::new(13)
        .input("x", &x)
        .constant("zero", &ints(&[], &[0]))
        .constant("first", &ints(&[1], &[0]))
        .constant("minus", &ints(&[1], &[-1]))
        .constant("two", &ints(&[], &[2]))
        .constant("start", &ints(&[1], &[1]))
        .constant("end", &ints(&[1], &[i64::MAX]))
        .node("Shape", &["x"], "shape", &[])
        .node("Gather", &["shape", "zero"], "batch", &[])
        .node("Unsqueeze", &["batch", "first"], "batches", &[])
        .node("Concat", &["batches", "minus"], "flat", &[int("axis", 0)])
        .node("Reshape", &["x", "flat"], "f", &[])
        .node("Slice", &["shape", "start", "end"], "rest", &[])
        .node("Mul", &["rest", "two"], "double", &[])
        .node("Div", &["double", "two"], "again", &[])
        .node("Concat", &["batches", "again"], "back", &[int("axis", 0)])
        .node("Reshape", &["f", "back"], "b", &[])
        .node("ConstantOfShape", &["back"], "zeros", &[])
        .node("Add", &["b", "zeros"], "s", &[])
        .node("Range", &["zero", "two", "start1"], "r", &[])
        .node("Cast", &["r"], "rf", &[int("to", 1)])
        .node("Unsqueeze", &["rf", "axes"], "ru", &[])
        .node("Add", &["s", "ru"], "y", &[])
        .constant("start1", &ints(&[], &[1]))
        .constant("axes", &ints(&[2], &[1, 2]))
        .output("y");
    let (got, read) = model.run().unwrap();
    assert_eq!(got, build(&[2, 3, 4], |i| at(&x, i) + i[0] as f64));
    assert_eq!(read.nodes.len(), 4);
}

#[test]
fn several_inputs_and_outputs() {
    let (a, b) = (random(&[2, 3], 1), random(&[3], 2));
    let model = Model::new(13)
        .input("a", &a)
        .input("b", &b)
        .input("unread", &random(&[5], 3))
        .node("Add", &["a", "b"], "sum", &[])
        .node("Relu", &["a"], "dead", &[])
        .node("Mul", &["sum", "b"], "product", &[])
        .output("product")
        .output("sum")
        .output("a");
    let read = model.read().unwrap();
    let names: Vec<_> = read.outputs.iter().map(|o| (o.name.as_str(), o.dims.as_slice())).collect();
    assert_eq!(names, [("product", &[2, 3][..]), ("sum", &[2, 3]), ("a", &[2, 3])]);
    let inputs: Vec<_> = read.inputs.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(inputs, ["a", "b", "unread"]);
    assert_eq!(read.nodes.len(), 2);
    let sum = naive(&[a.clone(), b.clone()], |v| v[0] + v[1]);
    let product = naive(&[sum.clone(), b], |v| v[0] * v[1]);
    assert_eq!(read.run(&model.inputs), [product.values, sum.values, a.values].concat());
}

#[test]
fn only_the_first_dimension_may_be_dynamic() {
    let dims = |model: &mut Model, at: usize, dim: DimensionProto| {
        let tensor = model.graph().input[0].r#type.as_mut().unwrap().tensor_type.as_mut().unwrap();
        tensor.shape.as_mut().unwrap().dim[at] = dim;
    };
    let named = DimensionProto { dim_value: None, dim_param: Some("n".into()) };
    let mut model = Model::new(13).input("x", &random(&[4, 3], 1)).node("Relu", &["x"], "y", &[]).output("y");
    dims(&mut model, 0, named.clone());
    assert_eq!(model.read().unwrap().inputs[0].dims, [1, 3]);
    dims(&mut model, 1, named);
    assert!(model.read().unwrap_err().contains("dimension 1 of `x` is dynamic (n)"));
    dims(&mut model, 1, DimensionProto { dim_value: Some(1 << 40), dim_param: None });
    assert!(model.read().unwrap_err().contains("size of input `x`"));
}

#[test]
fn models_that_contradict_themselves() {
    let x = random(&[2, 3], 1);
    let base = || Model::new(13).input("x", &x).node("Relu", &["x"], "y", &[]).output("y");
    let refused = |model: &Model, parts: &[&str]| {
        let message = model.read().unwrap_err();
        for part in parts {
            assert!(message.contains(part), "`{message}` does not say `{part}`");
        }
    };
    let constant = Model::new(13).input("x", &x).constant("y", &x).output("y");
    refused(&constant, &["`y`", "depends on the inputs", "constant"]);
    refused(&base().output("nowhere"), &["`nowhere`", "defines"]);
    refused(&base().node("Relu", &["x"], "y", &[]), &["Relu", "`y`, which is taken"]);
    refused(&base().node("Relu", &["x"], "x", &[]), &["`x`, which is taken"]);
    refused(&base().input("x", &x), &["`x`", "a second one"]);
    refused(&base().node("Relu", &["later"], "z", &[]).node("Relu", &["x"], "later", &[]), &["`later`"]);
    let mut two = base();
    two.graph().node[0].output.push("z".into());
    assert!(two.read().is_ok());
    refused(&two.output("z"), &["`z`", "further output of node `Relu` (Relu)"]);
    refused(&Model::new(13).node("Relu", &["x"], "y", &[]).output("y"), &["0 inputs"]);
    refused(&Model::new(13).input("x", &x), &["0 outputs"]);
    let infinite = base().constant("c", &floats(&[1], &[3e38])).node("Mul", &["c", "c"], "cc", &[]);
    let infinite = (0..4).fold(infinite, |model, i| {
        let (from, to) = (format!("c{}", "c".repeat(1 << i)), format!("c{}", "c".repeat(2 << i)));
        model.node("Mul", &[&from, &from], &to, &[])
    });
    let infinite = infinite.node("Add", &["x", &format!("c{}", "c".repeat(16))], "z", &[]).output("z");
    refused(&infinite, &["inf", "finite"]);
}
