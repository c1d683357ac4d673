//! Elementwise operators: what import makes of them, against naive implementations.

mod import;

use import::{Array, anchored, bools, check, float, floats, int, ints, naive, random, single, text};
use verin_quantizer::float::{FloatModel, Op};

const ANY: fn(&[bool]) -> bool = |_| false;

fn unary(op: &str, opset: i64, attributes: &[verin_quantizer::onnx::proto::AttributeProto], f: impl Fn(f64) -> f64) {
    let mut x = random(&[2, 3, 5], 1);
    x.values[..7].copy_from_slice(&[0.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5]);
    check(op, opset, attributes, std::slice::from_ref(&x), ANY, &x.map(f));
}

#[test]
fn functions_without_attributes() {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    unary("Abs", 13, &[], f64::abs);
    unary("Neg", 13, &[], |x| -x);
    unary("Sign", 13, &[], |x| if x == 0.0 { 0.0 } else { x.signum() });
    unary("Floor", 13, &[], f64::floor);
    unary("Ceil", 13, &[], f64::ceil);
    unary("Round", 13, &[], f64::round_ties_even);
    unary("Exp", 13, &[], f64::exp);
    unary("Relu", 13, &[], |x| x.max(0.0));
    unary("Sigmoid", 13, &[], sigmoid);
    unary("Tanh", 13, &[], f64::tanh);
    unary("Softplus", 13, &[], |x| (1.0 + x.exp()).ln());
    unary("Softsign", 13, &[], |x| x / (1.0 + x.abs()));
    unary("HardSwish", 14, &[], |x| x * (x / 6.0 + 0.5).clamp(0.0, 1.0));
    unary("Mish", 18, &[], |x| x * (1.0 + x.exp()).ln().tanh());
    unary("Sin", 13, &[], f64::sin);
    unary("Cos", 13, &[], f64::cos);
    unary("Tan", 13, &[], f64::tan);
    unary("Atan", 13, &[], f64::atan);
    unary("Sinh", 13, &[], f64::sinh);
    unary("Cosh", 13, &[], f64::cosh);
    unary("Asinh", 13, &[], f64::asinh);
    let within = |op: &str, lo: f64, f: fn(f64) -> f64| {
        let x = random(&[3, 4], 2).map(|v| f64::from((lo + (v + 4.0) / 8.0) as f32));
        check(op, 13, &[], std::slice::from_ref(&x), ANY, &x.map(f));
    };
    within("Log", 0.1, f64::ln);
    within("Sqrt", 0.0, f64::sqrt);
    within("Reciprocal", 0.1, f64::recip);
    within("Asin", -0.5, f64::asin);
    within("Acos", -0.5, f64::acos);
    within("Acosh", 1.0, f64::acosh);
    within("Atanh", -0.5, f64::atanh);
    // By its series.
    within("Erf", -0.5, |x| {
        let (mut term, mut sum) = (x, x);
        for n in 1..20 {
            let n = f64::from(n);
            term *= -x * x / n;
            sum += term / (2.0 * n + 1.0);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    });
}

#[test]
fn functions_with_attributes() {
    let alpha = |a: f32| [float("alpha", a)];
    unary("LeakyRelu", 13, &alpha(0.25), |x| if x < 0.0 { 0.25 * x } else { x });
    unary("LeakyRelu", 13, &[], |x| if x < 0.0 { 0.01 * x } else { x });
    unary("Elu", 13, &alpha(2.0), |x| if x < 0.0 { 2.0 * (x.exp() - 1.0) } else { x });
    unary("Elu", 13, &[], |x| if x < 0.0 { x.exp() - 1.0 } else { x });
    for a in [2.0, -1.5] {
        let celu = |x: f64| x.max(0.0) + (a * ((x / a).exp() - 1.0)).min(0.0);
        unary("Celu", 13, &alpha(a as f32), celu);
    }
    unary("Celu", 13, &[], |x| x.max(0.0) + (x.exp() - 1.0).min(0.0));
    let selu = |a: f64, g: f64| move |x: f64| g * if x > 0.0 { x } else { a * x.exp() - a };
    unary("Selu", 13, &[float("alpha", 2.0), float("gamma", 3.0)], selu(2.0, 3.0));
    unary("Selu", 13, &[], selu(1.6732631921768188, 1.0507010221481323));
    unary("HardSigmoid", 13, &[float("alpha", 0.5), float("beta", 0.25)], |x| (0.5 * x + 0.25).clamp(0.0, 1.0));
    unary("HardSigmoid", 13, &[], |x| (0.2 * x + 0.5).clamp(0.0, 1.0));
    unary("ThresholdedRelu", 13, &alpha(1.5), |x| if x > 1.5 { x } else { 0.0 });
    unary("ThresholdedRelu", 13, &[], |x| if x > 1.0 { x } else { 0.0 });
    let shrink = |lambd: f64, bias: f64| {
        move |x: f64| match x {
            x if x < -lambd => x + bias,
            x if x > lambd => x - bias,
            _ => 0.0,
        }
    };
    unary("Shrink", 13, &[float("lambd", 1.5), float("bias", 0.75)], shrink(1.5, 0.75));
    unary("Shrink", 13, &[], shrink(0.5, 0.0));
    unary("Swish", 24, &alpha(1.5), |x| x / (1.0 + (-1.5 * x).exp()));
    unary("Swish", 24, &[], |x| x / (1.0 + (-x).exp()));
    let tanh = |x: f64| 0.5 * x * (1.0 + (0.7978845608028654 * (x + 0.044715 * x.powi(3))).tanh());
    unary("Gelu", 20, &[text("approximate", "tanh")], tanh);
    // At the points of the normal distribution that every table has.
    let x = floats(&[5], &[-2.0, -1.0, 0.0, 1.0, 2.0]);
    let phi = [0.022750131948179195, 0.15865525393145707, 0.5, 0.8413447460685429, 0.9772498680518208];
    let expected = Array { values: x.values.iter().zip(phi).map(|(x, p)| x * p).collect(), ..x.clone() };
    check("Gelu", 20, &[], std::slice::from_ref(&x), ANY, &expected);
    check("Gelu", 20, &[text("approximate", "none")], std::slice::from_ref(&x), ANY, &expected);
}

#[test]
fn clip() {
    let x = random(&[4, 3], 3);
    let one = std::slice::from_ref(&x);
    check("Clip", 7, &[float("min", -1.0), float("max", 2.0)], one, ANY, &x.map(|v| v.clamp(-1.0, 2.0)));
    check("Clip", 10, &[float("max", 2.0)], one, ANY, &x.map(|v| v.min(2.0)));
    check("Clip", 7, &[], one, ANY, &x);
    check("Clip", 13, &[], one, ANY, &x);
    let bounds_computed = |computed: &[bool]| computed[1..].contains(&true);
    let with = |bounds: &[f64], f: fn(f64) -> f64| {
        let bounds = bounds.iter().map(|b| floats(&[], &[*b]));
        let operands: Vec<_> = std::iter::once(x.clone()).chain(bounds).collect();
        check("Clip", 13, &[], &operands, bounds_computed, &x.map(f));
    };
    with(&[-1.0], |v| v.max(-1.0));
    with(&[-1.0, 2.0], |v| v.clamp(-1.0, 2.0));
    // Where the bounds cross, the upper one wins.
    with(&[2.0, -1.0], |_| -1.0);
    // The lower bound left out.
    let model = import::Model::new(13).input("x", &x).constant("hi", &floats(&[], &[0.5]));
    let (got, _) = model.node("Clip", &["x", "", "hi"], "y", &[]).output("y").run().unwrap();
    assert_eq!(got.values, x.map(|v| v.min(0.5)).values);
}

#[test]
fn powers() {
    let (x, positive) = (random(&[2, 3], 4), random(&[2, 3], 5).map(|v| v.abs() + 0.5));
    let both = |c: &[bool]| c == [true, true];
    let by = |base: &Array, exponent: Array| {
        let operands = [base.clone(), exponent];
        let expected = naive(&operands, |v| v[0].powf(v[1]));
        check("Pow", 13, &[], &operands, |c| both(c) || c[1], &expected);
    };
    for exponent in [0.0, 1.0, 2.0, 3.0, -1.0, -2.0] {
        by(&x, floats(&[], &[exponent]));
        by(&x, floats(&[4, 1, 3], &[exponent; 12]));
    }
    for exponent in [0.5, -0.5, 2.5] {
        by(&positive, floats(&[1], &[exponent]));
    }
    for base in [0.5, 1.0, 2.0, 10.0] {
        let operands = [floats(&[2, 1], &[base; 2]), x.clone()];
        check("Pow", 13, &[], &operands, |c| c[0], &naive(&operands, |v| v[0].powf(v[1])));
    }
    by(&positive, floats(&[2, 1], &[2.0, -0.5]));
    by(&x, floats(&[3], &[1.0, 2.0, 3.0]));
    let operands = [floats(&[3], &[0.5, 2.0, 2.0]), x.clone()];
    check("Pow", 13, &[], &operands, |c| c[0], &naive(&operands, |v| v[0].powf(v[1])));
    // Integers stay integers.
    let n = ints(&[5], &[-3, -1, 1, 2, 7]);
    for (exponent, f) in [(3, (|v| v * v * v) as fn(f64) -> f64), (2, |v| v * v), (-1, |v| (1.0 / v).trunc())] {
        check("Pow", 13, &[], &[n.clone(), ints(&[], &[exponent])], |c| c[1], &n.map(f));
    }
    let roots = [ints(&[4], &[0, 2, 9, 15]), floats(&[], &[0.5])];
    check("Pow", 13, &[], &roots, |c| c[1], &naive(&roots, |v| v[0].sqrt().trunc()));
}

#[test]
fn division() {
    let operands = [random(&[2, 1, 4], 6), random(&[3, 1], 7).map(|v| if v.abs() < 0.1 { 1.0 } else { v })];
    check("Div", 13, &[], &operands, ANY, &naive(&operands, |v| v[0] / v[1]));
    let operands = [random(&[2, 4], 6), floats(&[], &[3.0])];
    check("Div", 13, &[], &operands, ANY, &naive(&operands, |v| v[0] / v[1]));
    // Integers, towards 0.
    let n = ints(&[9], &[-8, -7, -6, -1, 0, 1, 6, 7, 8]);
    for divisor in [-3i64, -1, 2, 7] {
        let operands = [n.clone(), ints(&[2, 1], &[divisor; 2])];
        check("Div", 13, &[], &operands, |c| c[1], &naive(&operands, |v| (v[0] as i64 / v[1] as i64) as f64));
        let floor = |v: &[f64]| v[0] - v[1] * (v[0] / v[1]).floor();
        check("Mod", 13, &[], &operands, |c| c[1], &naive(&operands, floor));
        check("Mod", 13, &[int("fmod", 1)], &operands, |c| c[1], &naive(&operands, |v| v[0] % v[1]));
    }
    // Another divisor for every element.
    let operands = [n.clone(), ints(&[9], &[3, -2, 5, 7, 1, -4, 2, 3, -3])];
    check("Div", 13, &[], &operands, |c| c[1], &naive(&operands, |v| (v[0] as i64 / v[1] as i64) as f64));
    check("Mod", 13, &[], &operands, |c| c[1], &naive(&operands, |v| v[0] - v[1] * (v[0] / v[1]).floor()));
    let operands = [random(&[3, 5], 8), floats(&[], &[-1.5])];
    check("Mod", 13, &[int("fmod", 1)], &operands, |c| c[1], &naive(&operands, |v| v[0] % v[1]));
    let constants = [ints(&[3], &[9, -9, 9]), ints(&[3], &[2, 2, -2])];
    check("Div", 13, &[], &constants, |c| c != [false, false], &ints(&[3], &[4, -4, -4]));
    check("Mod", 13, &[], &constants, |c| c != [false, false], &ints(&[3], &[1, 1, -1]));
}

#[test]
fn sums_of_operands() {
    let operands = [random(&[2, 1, 4], 9), random(&[3, 1], 10), random(&[], 11)];
    check("Mean", 13, &[], &operands, ANY, &naive(&operands, |v| (v[0] + v[1] + v[2]) / 3.0));
    check("Mean", 13, &[], &operands[..1], ANY, &operands[0]);
}

#[test]
fn prelu() {
    let x = random(&[2, 3, 4], 12);
    for slope in [floats(&[1], &[0.25]), random(&[3, 1], 13), random(&[2, 3, 4], 14)] {
        let operands = [x.clone(), slope];
        check("PRelu", 13, &[], &operands, ANY, &naive(&operands, |v| if v[0] < 0.0 { v[0] * v[1] } else { v[0] }));
    }
}

#[test]
fn comparisons() {
    type Holds = fn(&f64, &f64) -> bool;
    let table: [(&str, Holds); 5] = [
        ("Greater", f64::gt),
        ("GreaterOrEqual", f64::ge),
        ("Less", f64::lt),
        ("LessOrEqual", f64::le),
        ("Equal", f64::eq),
    ];
    let coarse = |a: Array| a.map(f64::round);
    let scalar = floats(&[], &[1.0]);
    for operands in [
        [coarse(random(&[2, 1, 16], 15)), coarse(random(&[3, 1], 16))],
        [coarse(random(&[40], 17)), scalar.clone()],
        [scalar, coarse(random(&[40], 18))],
        [ints(&[5], &[-2, -1, 0, 1, 2]), ints(&[1], &[0])],
    ] {
        for (op, holds) in table {
            let expected = naive(&operands, |v| f64::from(u8::from(holds(&v[0], &v[1]))));
            assert!(expected.values.contains(&1.0) && expected.values.contains(&0.0), "{op}");
            check(op, 16, &[], &operands, ANY, &expected);
        }
    }
    // Neighbours that a float of 64 bits does not tell apart.
    let large = [ints(&[2], &[0, 0]), ints(&[2], &[0, 0])];
    let mut model = anchored("Equal", 13, &[], &large, &[false, false]);
    let n = 1i64 << 53;
    for (tensor, values) in model.graph().initializer.iter_mut().zip([[n, n], [n, n + 1]]) {
        tensor.raw_data = values.iter().flat_map(|v: &i64| v.to_le_bytes()).collect();
    }
    assert_eq!(model.run().unwrap().0.values, [1.0, 0.0]);
}

#[test]
fn logic() {
    let operands = [bools(&[2, 1, 4], &[0, 1, 0, 1, 1, 1, 0, 0]), bools(&[3, 1], &[0, 1, 0])];
    type Holds = fn(bool, bool) -> bool;
    let table: [(&str, Holds); 3] = [("And", |a, b| a && b), ("Or", |a, b| a || b), ("Xor", |a, b| a != b)];
    for (op, f) in table {
        for operands in
            [operands.clone(), [operands[0].clone(), bools(&[], &[1])], [bools(&[], &[0]), operands[0].clone()]]
        {
            check(op, 13, &[], &operands, ANY, &naive(&operands, |v| f64::from(u8::from(f(v[0] != 0.0, v[1] != 0.0)))));
        }
    }
    check("Not", 13, &[], &operands[..1], ANY, &operands[0].map(|v| 1.0 - v));
}

#[test]
fn choices() {
    let choose = |v: &[f64]| if v[0] != 0.0 { v[1] } else { v[2] };
    let condition = bools(&[2, 1, 4], &[0, 1, 0, 1, 1, 1, 0, 0]);
    let scalar = |v: f64| floats(&[], &[v]);
    for condition in [condition, bools(&[3, 1], &[0, 1, 0]), bools(&[1], &[0]), bools(&[], &[1])] {
        for branches in [
            [random(&[3, 4], 19), random(&[2, 3, 1], 20)],
            [random(&[2, 3, 4], 21), scalar(0.0)],
            [scalar(0.0), random(&[2, 3, 4], 22)],
            [scalar(1.0), scalar(-3.5)],
            [scalar(0.0), scalar(0.0)],
            [random(&[4], 23), scalar(f64::from(f32::MIN))],
        ] {
            let [a, b] = branches;
            let operands = [condition.clone(), a, b];
            check("Where", 16, &[], &operands, ANY, &naive(&operands, choose));
        }
    }
    let long = [bools(&[3], &[1, 0, 1]), ints(&[3], &[1, 2, 3]), ints(&[3], &[-1, -2, -3])];
    check("Where", 16, &[], &long, ANY, &ints(&[3], &[1, -2, 3]));
}

#[test]
fn casts() {
    let x = floats(&[7], &[-2.75, -1.0, -0.5, 0.0, 0.5, 1.0, 2.75]);
    let to = |kind: i64| [int("to", kind)];
    let one = std::slice::from_ref(&x);
    for kind in [1, 10, 11, 16] {
        check("Cast", 13, &to(kind), one, ANY, &x);
    }
    for kind in [3, 5, 6, 7] {
        check("Cast", 13, &to(kind), one, ANY, &x.map(f64::trunc));
    }
    check("Cast", 13, &to(9), one, ANY, &x.map(|v| f64::from(u8::from(v != 0.0))));
    let n = ints(&[4], &[-2, 0, 1, 3]);
    for kind in [1, 6, 7, 11] {
        check("Cast", 13, &to(kind), std::slice::from_ref(&n), ANY, &n);
    }
    check("Cast", 13, &to(9), std::slice::from_ref(&n), ANY, &ints(&[4], &[1, 0, 1, 1]));
    // Constants are rounded to the type.
    let constant = |x: &Array, kind: i64, expected: &[f64]| {
        let (got, _) = anchored("Cast", 13, &to(kind), std::slice::from_ref(x), &[false]).run().unwrap();
        assert_eq!(got.values, expected, "to {kind}");
    };
    let fine = floats(&[5], &[0.1, -65504.0, 1.0009765625, 1e-7, 6e-8]);
    constant(&fine, 10, &[0.0999755859375, -65504.0, 1.0009765625, 1.1920928955078125e-7, 5.960464477539063e-8]);
    constant(&fine, 16, &[0.10009765625, -65536.0, 1.0, 1.0011717677116394e-7, 6.007030606269836e-8]);
    constant(&ints(&[3], &[300, -129, 255]), 3, &[44.0, 127.0, -1.0]);
    constant(&ints(&[3], &[300, -1, 255]), 2, &[44.0, 255.0, 255.0]);
    let pair = [n.clone(), floats(&[], &[0.0])];
    check("CastLike", 15, &[], &pair, ANY, &n);
}

#[test]
fn softmax() {
    let x = random(&[2, 3, 5], 24);
    let over = |opset: i64, axis: Option<i64>, group: &dyn Fn(usize) -> usize| {
        let attributes: Vec<_> = axis.map(|a| int("axis", a)).into_iter().collect();
        let mut sums = std::collections::HashMap::new();
        for (i, v) in x.values.iter().enumerate() {
            *sums.entry(group(i)).or_insert(0.0) += v.exp();
        }
        let values = x.values.iter().enumerate().map(|(i, v)| v.exp() / sums[&group(i)]).collect();
        let expected = Array { values, ..x.clone() };
        check("Softmax", opset, &attributes, std::slice::from_ref(&x), ANY, &expected);
        check("LogSoftmax", opset, &attributes, std::slice::from_ref(&x), ANY, &expected.map(f64::ln));
    };
    over(13, None, &|i| i / 5);
    over(13, Some(-1), &|i| i / 5);
    over(13, Some(1), &|i| i / 15 * 5 + i % 5);
    over(13, Some(0), &|i| i % 15);
    // Before operator set 13, all axes from the given one on are one.
    over(11, None, &|i| i / 15);
    over(11, Some(2), &|i| i / 5);
    over(11, Some(0), &|_| 0);
    // No overflow far from 0.
    let far = floats(&[1, 3], &[1e4, 1e4 - 1.0, -1e4]);
    let (got, _) = single("Softmax", 13, &[], std::slice::from_ref(&far), &[true]).run().unwrap();
    let p = 1.0 / (1.0 + (-1f64).exp());
    assert!((got.values[0] - p).abs() < 1e-12 && (got.values[1] - (1.0 - p)).abs() < 1e-12 && got.values[2] == 0.0);
}

#[test]
fn nothing_computed_is_infinite() {
    for op in ["IsNaN", "IsInf"] {
        let x = random(&[2, 3], 25);
        let model = import::Model::new(20).input("x", &x).node(op, &["x"], "c", &[]);
        let model = model.node("Where", &["c", "x", "x2"], "y", &[]).input("x2", &x.map(|v| v + 1.0)).output("y");
        assert_eq!(model.run().unwrap().0.values, x.map(|v| v + 1.0).values, "{op}");
    }
}

fn maps(model: &FloatModel) -> Vec<bool> {
    let exact = model.nodes.iter().filter_map(|node| match &node.op {
        Op::Map { exact, .. } => Some(*exact),
        _ => None,
    });
    exact.collect()
}

#[test]
fn maps_next_to_a_jump_and_of_integers_are_exact() {
    let (x, n) = (random(&[8], 26), ints(&[3], &[-1, 0, 1]));
    let of = |op: &str, operands: &[Array]| {
        let computed: Vec<bool> = (0..operands.len()).map(|i| i == 0).collect();
        maps(&single(op, 16, &[], operands, &computed).read().unwrap())
    };
    for op in ["Floor", "Ceil", "Round", "Sign"] {
        assert_eq!(of(op, std::slice::from_ref(&x)), [true], "{op}");
    }
    for op in ["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal"] {
        assert_eq!(of(op, &[x.clone(), floats(&[], &[0.5])]), [true], "{op}");
    }
    for op in ["Relu", "Abs", "Exp"] {
        assert_eq!(of(op, std::slice::from_ref(&x)), [false], "{op}");
    }
    assert_eq!(of("Abs", std::slice::from_ref(&n)), [true]);
    assert_eq!(of("Div", &[n.clone(), ints(&[], &[2])]), [true]);
    assert_eq!(of("Mod", &[n, ints(&[], &[2])]), [true]);
    // Logic and choices need no function at all.
    let bits = bools(&[4], &[0, 1, 1, 0]);
    for op in ["And", "Or", "Xor"] {
        assert!(of(op, &[bits.clone(), bits.clone()]).is_empty(), "{op}");
    }
    assert!(of("Where", &[bits, random(&[4], 27), random(&[4], 28)]).is_empty());
}

#[test]
fn a_computed_divisor_is_one_reciprocal_and_one_product() {
    let operands = [random(&[2, 3], 29), random(&[3], 30)];
    let model = single("Div", 13, &[], &operands, &[true, true]).read().unwrap();
    assert_eq!(model.nodes.len(), 2);
    // A constant one is a factor.
    let model = single("Div", 13, &[], &operands, &[true, false]).read().unwrap();
    assert_eq!(model.nodes.len(), 1);
}

#[test]
fn refusals_name_the_node_the_value_and_the_remedy() {
    let (x, n, bits) = (random(&[4], 31), ints(&[4], &[1, 2, 3, 4]), bools(&[4], &[1, 0, 0, 1]));
    let refuse = |op: &str, opset: i64, attributes: &[_], operands: &[&Array], computed: &[bool], parts: &[&str]| {
        let operands: Vec<Array> = operands.iter().map(|a| (*a).clone()).collect();
        let message = anchored(op, opset, attributes, &operands, computed).run().unwrap_err();
        for part in ["test.onnx", &format!("`{op}`")].iter().chain(parts) {
            assert!(message.contains(part), "`{message}` does not say `{part}`");
        }
    };
    let zero = floats(&[4], &[1.0, 0.0, 1.0, 1.0]);
    refuse("Pow", 13, &[], &[&x, &x], &[true, true], &["both computed", "constant"]);
    let (many, all) = (ints(&[65], &(1..66).collect::<Vec<_>>()), random(&[65], 35));
    refuse("Pow", 13, &[], &[&all, &many], &[true, false], &["exponents", "`x1`", "more than 64", "one for all"]);
    refuse("Pow", 13, &[], &[&floats(&[], &[-2.0]), &x], &[false, true], &["-2", "positive base"]);
    refuse("Div", 13, &[], &[&x, &zero], &[true, false], &["0 at index 1", "`x1`"]);
    refuse("Div", 13, &[], &[&n, &ints(&[], &[0])], &[true, false], &["0 at index 0 of `x1`"]);
    refuse("Div", 13, &[], &[&n, &ints(&[], &[0])], &[false, false], &["1 and 0"]);
    refuse("Div", 13, &[], &[&n, &n], &[true, true], &["divisor is computed", "constant divisor"]);
    let whole = all.map(f64::round);
    refuse("Div", 13, &[], &[&Array { kind: n.kind, ..whole }, &many], &[true, false], &["divisors", "more than 64"]);
    refuse("Mod", 13, &[], &[&n, &n], &[true, true], &["divisor is computed"]);
    refuse("Mod", 13, &[], &[&n, &ints(&[], &[0])], &[true, false], &["0 at index 0 of `x1`"]);
    refuse("Clip", 13, &[], &[&x, &floats(&[], &[0.0])], &[true, true], &["lower bound", "constant"]);
    refuse("Clip", 13, &[], &[&x, &zero], &[true, false], &["lower bound", "4 elements"]);
    refuse("Clip", 7, &[float("min", f32::NAN)], &[&x], &[true], &["`min`", "NaN"]);
    refuse("LeakyRelu", 13, &[float("alpha", f32::INFINITY)], &[&x], &[true], &["`alpha`", "inf"]);
    refuse("LeakyRelu", 13, &[int("alpha", 1)], &[&x], &[true], &["`alpha`", "type 2"]);
    refuse("Celu", 13, &[float("alpha", 0.0)], &[&x], &[true], &["`alpha`", "0"]);
    refuse("Gelu", 20, &[text("approximate", "fast")], &[&x], &[true], &["`approximate`", "`fast`"]);
    refuse("PRelu", 13, &[], &[&x, &random(&[2, 4], 32)], &[true, false], &["slope", "[4]", "[2, 4]"]);
    refuse("Cast", 13, &[int("to", 8)], &[&x], &[true], &["element type 8", "float"]);
    refuse("CastLike", 15, &[], &[&x, &bits], &[true, false], &["use Cast"]);
    refuse("Softmax", 13, &[int("axis", 1)], &[&x], &[true], &["`axis`", "1"]);
    refuse("Where", 16, &[], &[&bits, &x, &random(&[3], 33)], &[true, true, true], &["broadcast", "[3]"]);
    refuse("Equal", 13, &[], &[&x, &random(&[3], 34)], &[true, true], &["broadcast", "[3]"]);
    refuse("Relu", 13, &[], &[], &[], &["input 0", "0 inputs"]);
}

#[test]
fn broadcasts_too_large_to_fold_are_refused_and_not_made() {
    let mut model = anchored("Div", 13, &[], &[floats(&[1, 1], &[1.0]), floats(&[1, 1], &[2.0])], &[false, false]);
    let (tall, wide) = (vec![0u8; 4 << 16], vec![1u8; 4 << 16]);
    for (tensor, (dims, raw)) in model.graph().initializer.iter_mut().zip([([1 << 16, 1], tall), ([1, 1 << 16], wide)])
    {
        tensor.dims = dims.to_vec();
        tensor.raw_data = raw;
    }
    let message = model.run().unwrap_err();
    assert!(message.contains("`Div`") && message.contains("[65536, 65536]"), "{message}");
}
