//! Every rewrite keeps the function that a model computes, and leaves what it should.

mod hand;

use hand::{Net, affine, term, values, view};
use verin_quantizer::float::{FloatModel, Function, Link, Op, Product, Source, Term, View};
use verin_quantizer::passes::{normal_form, optimize};

/// Optimizes and brings into form; outputs on random inputs are as before. The optimized model.
fn same(model: &FloatModel) -> FloatModel {
    let optimized = optimize(model);
    let normal = normal_form(&optimized).unwrap();
    for seed in 1..4 {
        let input: Vec<f32> = values(model.input_len(), seed).iter().map(|v| *v as f32 * 2.0).collect();
        let expected = model.run(&input);
        assert!(expected.iter().any(|v| *v != 0.0));
        for rewritten in [&optimized, &normal] {
            let got = rewritten.run(&input);
            assert_eq!(got.len(), expected.len());
            for (a, b) in got.iter().zip(&expected) {
                assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} for {b}: {rewritten:#?}");
            }
        }
    }
    for node in &normal.nodes {
        let value = |source: Source| match source {
            Source::Tensor(id) => !is_sum(&normal, id),
            Source::Constant(_) => true,
        };
        match &node.op {
            Op::Sum(terms) => assert!(terms.iter().all(|term| match term {
                Term::Move(m) => value(m.view.source),
                Term::Product(p) => value(p.left.source) && value(p.right.source),
            })),
            Op::Map { input, .. } => assert!(is_sum(&normal, *input)),
            Op::Max { left, right } => assert!(value(left.view.source) && value(right.view.source)),
        }
    }
    optimized
}

fn is_sum(model: &FloatModel, id: usize) -> bool {
    id.checked_sub(model.inputs.len()).is_some_and(|i| matches!(model.nodes[i].op, Op::Sum(_)))
}

/// How many nodes are sums, functions and maxima.
fn kinds(model: &FloatModel) -> (usize, usize, usize) {
    let count = |f: fn(&Op) -> bool| model.nodes.iter().filter(|n| f(&n.op)).count();
    (
        count(|op| matches!(op, Op::Sum(_))),
        count(|op| matches!(op, Op::Map { .. })),
        count(|op| matches!(op, Op::Max { .. })),
    )
}

fn terms(model: &FloatModel, node: usize) -> &[Term<f64>] {
    match &model.nodes[node].op {
        Op::Sum(terms) => terms,
        _ => panic!("no sum"),
    }
}

#[test]
fn normalization_joins_the_convolution_before_it() {
    let mut net = Net::new(&[&[1, 3, 8, 8]]);
    let a = net.conv(0, 5, 3, 1, 1);
    let b = net.norm(a);
    let c = net.relu(b);
    let model = same(&net.output(&[c]));
    assert_eq!(kinds(&model), (1, 1, 0));
    assert_eq!(terms(&model, 0).len(), 2);
}

#[test]
fn normalization_joins_the_convolution_after_it() {
    for pad in [0, 1] {
        let mut net = Net::new(&[&[1, 3, 8, 8]]);
        let a = net.norm(0);
        let b = net.conv(a, 5, 3, 1, pad);
        let model = same(&net.output(&[b]));
        assert_eq!(kinds(&model), (1, 0, 0));
        assert_eq!(terms(&model, 0).len(), 2);
        // Only where borders see padding does the summand depend on the place.
        let summand = terms(&model, 0).iter().find_map(|t| match t {
            Term::Move(m) => Some(m.view.links.len()),
            Term::Product(_) => None,
        });
        assert_eq!(summand, Some(if pad == 0 { 1 } else { 3 }));
    }
}

#[test]
fn residual_blocks_are_one_sum_and_one_function() {
    let mut net = Net::new(&[&[1, 3, 8, 8]]);
    let a = net.conv(0, 4, 3, 1, 1);
    let a = net.relu(a);
    let b = net.conv(a, 4, 3, 1, 1);
    let b = net.norm(b);
    let b = net.relu(b);
    let c = net.conv(b, 4, 3, 1, 1);
    let c = net.norm(c);
    let d = net.sum(&[(1.0, c), (1.0, a)]);
    let d = net.relu(d);
    let e = net.conv(d, 6, 3, 2, 1);
    let e = net.norm(e);
    let f = net.conv(d, 6, 1, 2, 0);
    let f = net.norm(f);
    let g = net.sum(&[(1.0, e), (1.0, f)]);
    let g = net.relu(g);
    let g = net.mean(g);
    let g = net.flatten(g);
    let g = net.dense(g, 5);
    let model = same(&net.output(&[g]));
    assert_eq!(kinds(&model), (5, 4, 0));
}

#[test]
fn flatten_reshapes_the_weights() {
    let mut net = Net::new(&[&[1, 1, 12, 12]]);
    let a = net.conv(0, 6, 3, 1, 0);
    let a = net.relu(a);
    let a = net.max_pool(a);
    let a = net.flatten(a);
    let a = net.dense(a, 7);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (2, 1, 2));
    let Term::Product(p) = &terms(&model, 4)[0] else { panic!("no product") };
    assert_eq!(p.sums, [6, 5, 5]);
}

#[test]
fn functions_go_before_maxima() {
    let mut net = Net::new(&[&[1, 2, 8, 8]]);
    let a = net.conv(0, 3, 3, 1, 1);
    let a = net.max_pool(a);
    let a = net.map(a, &[Function::Tanh]);
    let a = net.conv(a, 3, 3, 1, 1);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (2, 1, 2));
    assert!(matches!(model.nodes[1].op, Op::Map { .. }));
    // What is not monotone stays behind them.
    let mut net = Net::new(&[&[1, 2, 8, 8]]);
    let a = net.conv(0, 3, 3, 1, 1);
    let a = net.max_pool(a);
    let a = net.map(a, &[Function::Abs]);
    let model = same(&net.output(&[a]));
    assert!(matches!(model.nodes.last().unwrap().op, Op::Map { .. }));
}

#[test]
fn moves_of_moves_are_read_at_their_source() {
    let mut net = Net::new(&[&[2, 3, 4]]);
    let a = net.map(0, &[Function::Sigmoid]);
    let a = net.transpose(a, &[2, 0, 1]);
    // A slice, every second, backwards; padded; then to the other order.
    let slice =
        view(Source::Tensor(a), vec![affine(&[(0, -2)], &[], &[0], 3), Link::identity(1, 1), Link::identity(2, 2)]);
    let a = net.add("slice", &[2, 2, 3], Op::Sum(vec![term(2.0, slice)]));
    let pad =
        view(Source::Tensor(a), vec![affine(&[(0, 1)], &[], &[0], -1), Link::identity(1, 1), Link::identity(2, 2)]);
    let a = net.add("pad", &[4, 2, 3], Op::Sum(vec![term(1.0, pad)]));
    let a = net.transpose(a, &[1, 2, 0]);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (1, 1, 0));
}

#[test]
fn reshapes_of_reshapes_cancel() {
    let mut net = Net::new(&[&[6, 4]]);
    let a = net.map(0, &[Function::Tanh]);
    let split = view(Source::Tensor(a), vec![affine(&[(0, 3), (1, 1)], &[], &[0], 0), Link::identity(2, 1)]);
    let a = net.add("split", &[2, 3, 4], Op::Sum(vec![term(1.0, split)]));
    let merge = view(Source::Tensor(a), vec![affine(&[(0, 1)], &[], &[0, 1], 0), Link::identity(1, 2)]);
    let a = net.add("merge", &[6, 4], Op::Sum(vec![term(1.0, merge)]));
    let b = net.map(a, &[Function::Abs]);
    let model = same(&net.output(&[b]));
    assert_eq!(kinds(&model), (0, 1, 0));
}

#[test]
fn dense_layers_in_a_row_are_one_where_that_is_smaller() {
    let mut net = Net::new(&[&[1, 4]]);
    let a = net.dense(0, 64);
    let a = net.dense(a, 3);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (1, 0, 0));
    let mut net = Net::new(&[&[1, 24]]);
    let a = net.dense(0, 3);
    let a = net.dense(a, 24);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (2, 0, 0));
}

#[test]
fn uniform_factors_around_a_function_are_its_table() {
    let mut net = Net::new(&[&[1, 8]]);
    let half = net.constant(&[], vec![0.5]);
    let shift = term(3.0, view(half, vec![]));
    let scaled = Op::Sum(vec![term(1.5, View::identity(Source::Tensor(0), &[1, 8])), shift.clone()]);
    let a = net.add("scaled", &[1, 8], scaled);
    let a = net.map(a, &[Function::Sigmoid]);
    let scaled = Op::Sum(vec![term(-2.0, View::identity(Source::Tensor(a), &[1, 8])), shift]);
    let a = net.add("scaled", &[1, 8], scaled);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (0, 1, 0));
}

#[test]
fn equal_nodes_and_dead_nodes_go() {
    let mut net = Net::new(&[&[1, 8]]);
    let a = net.map(0, &[Function::Tanh]);
    let b = net.map(0, &[Function::Tanh]);
    net.map(0, &[Function::Abs]);
    let c = net.map(0, &[Function::Relu]);
    let c = net.sum(&[(1.0, a), (2.0, b), (1.0, c)]);
    let model = same(&net.output(&[c]));
    assert_eq!(kinds(&model), (1, 2, 0));
    assert_eq!(terms(&model, 2).len(), 2);
}

#[test]
fn products_of_computed_tensors_and_sums_read_twice_keep_their_meaning() {
    let mut net = Net::new(&[&[1, 6], &[1, 6]]);
    let a = net.dense(0, 12);
    let b = net.dense(1, 12);
    let s = net.sum(&[(1.0, a), (-0.5, b)]);
    // [3, 4] times [4, 3] out of the 12, the left one transposed.
    let product = Product {
        coefficient: 0.7,
        sums: vec![4],
        left: view(Source::Tensor(a), vec![affine(&[(0, 1), (2, 3)], &[], &[1], 0)]),
        right: view(Source::Tensor(s), vec![affine(&[(2, 3), (1, 1)], &[], &[1], 0)]),
    };
    let c = net.add("matmul", &[3, 3], Op::Sum(vec![Term::Product(product)]));
    let d = net.map(c, &[Function::Gelu]);
    let e = net.map(c, &[Function::Relu]);
    let model = same(&net.output(&[d, e, s]));
    assert!(kinds(&model).0 >= 2);
}

#[test]
fn depthwise_and_concatenation() {
    let mut net = Net::new(&[&[1, 3, 8, 8]]);
    let a = net.conv(0, 6, 1, 1, 0);
    let a = net.norm(a);
    let a = net.map(a, &[Function::Clip { lo: 0.0, hi: 6.0 }]);
    let b = net.depthwise(a, 3, 1, 1);
    let b = net.norm(b);
    let b = net.map(b, &[Function::Clip { lo: 0.0, hi: 6.0 }]);
    let c = net.concat(&[a, b]);
    let c = net.conv(c, 4, 1, 1, 0);
    let model = same(&net.output(&[c]));
    assert_eq!(kinds(&model).1, 2);
    assert!(kinds(&model).0 <= 4);
}

/// Element by element.
fn times(net: &mut Net, a: usize, b: usize) -> usize {
    let dims = net.dims(a);
    let of = |x| View::identity(Source::Tensor(x), &dims);
    let product = Product { coefficient: 1.0, sums: vec![], left: of(a), right: of(b) };
    net.add("times", &dims, Op::Sum(vec![Term::Product(product)]))
}

/// `mul * x + add`.
fn line(net: &mut Net, x: usize, mul: f64, add: f64) -> usize {
    let dims = net.dims(x);
    let constant = net.constant(&[], vec![add]);
    let add = term(1.0, view(constant, vec![]));
    net.add("line", &dims, Op::Sum(vec![term(mul, View::identity(Source::Tensor(x), &dims)), add]))
}

#[test]
fn gates_are_one_function_however_they_are_spelled() {
    type Spelling = fn(&mut Net, usize) -> usize;
    let spellings: [(Function, Spelling); 5] = [
        (Function::Gelu, |net, x| {
            let e = line(net, x, std::f64::consts::FRAC_1_SQRT_2, 0.0);
            let e = net.map(e, &[Function::Erf]);
            let e = line(net, e, 1.0, 1.0);
            let y = times(net, x, e);
            line(net, y, 0.5, 0.0)
        }),
        (Function::GeluTanh, |net, x| {
            let cube = net.map(x, &[Function::Pow { exponent: 3.0 }]);
            let inner = net.sum(&[(1.0, x), (0.044715, cube)]);
            let inner = line(net, inner, f64::sqrt(2.0 / std::f64::consts::PI), 0.0);
            let t = net.map(inner, &[Function::Tanh]);
            let t = line(net, t, 0.5, 0.5);
            times(net, t, x)
        }),
        (Function::Swish { alpha: 1.0 }, |net, x| {
            let s = net.map(x, &[Function::Sigmoid]);
            times(net, x, s)
        }),
        (Function::HardSwish, |net, x| {
            let s = line(net, x, 1.0, 3.0);
            let s = net.map(s, &[Function::Clip { lo: 0.0, hi: 6.0 }]);
            let y = times(net, s, x);
            line(net, y, 1.0 / 6.0, 0.0)
        }),
        (Function::Mish, |net, x| {
            let s = net.map(x, &[Function::Softplus, Function::Tanh]);
            times(net, x, s)
        }),
    ];
    for (gate, spelling) in spellings {
        let mut net = Net::new(&[&[6]]);
        let a = net.matrix(0, 9, 2.0);
        let y = spelling(&mut net, a);
        let model = same(&net.output(&[y]));
        assert_eq!(kinds(&model), (1, 1, 0), "{gate}");
        let Op::Map { functions, .. } = &model.nodes[1].op else { panic!("no function") };
        assert_eq!(functions[0], gate);
    }
    // Almost a gate.
    let mut net = Net::new(&[&[6]]);
    let a = net.matrix(0, 9, 2.0);
    let s = net.map(a, &[Function::Affine { mul: 1.01, add: 0.0 }, Function::Sigmoid]);
    let y = times(&mut net, a, s);
    assert_eq!(kinds(&same(&net.output(&[y]))), (2, 1, 0));
}

#[test]
fn a_mean_of_squares_is_one_product() {
    let mut net = Net::new(&[&[5, 6]]);
    let a = net.map(0, &[Function::Tanh]);
    let square = times(&mut net, a, a);
    let links = vec![Link::identity(0, 0), affine(&[], &[(6, 1)], &[1], 0)];
    let mean = net.add("mean", &[5], Op::Sum(vec![term(1.0 / 6.0, view(Source::Tensor(square), links))]));
    let root = net.map(mean, &[Function::Affine { mul: 1.0, add: 1e-5 }, Function::Sqrt]);
    let model = same(&net.output(&[root]));
    assert_eq!(kinds(&model), (1, 2, 0));
    assert!(matches!(&terms(&model, 1)[0], Term::Product(p) if p.sums == [6]));
}

#[test]
fn what_follows_a_convolution_in_groups_is_done_in_groups() {
    let mut net = Net::new(&[&[1, 6, 4, 4]]);
    // Two groups of three channels each, to five channels each.
    let weight = net.random(&[2, 5, 3], 0.7);
    let product = Product {
        coefficient: 1.0,
        sums: vec![3],
        left: view(weight, vec![Link::identity(0, 0), Link::identity(1, 1), Link::identity(4, 2)]),
        right: view(
            Source::Tensor(0),
            vec![affine(&[(0, 3), (4, 1)], &[], &[1], 0), Link::identity(2, 2), Link::identity(3, 3)],
        ),
    };
    let grouped = net.add("grouped", &[2, 5, 4, 4], Op::Sum(vec![Term::Product(product)]));
    let merged = affine(&[(1, 1)], &[], &[0, 1], 0);
    let links = vec![merged, Link::identity(2, 2), Link::identity(3, 3)];
    let a = net.add("channels", &[1, 10, 4, 4], Op::Sum(vec![term(1.0, view(Source::Tensor(grouped), links))]));
    let a = net.norm(a);
    let a = net.relu(a);
    let a = net.conv(a, 3, 1, 1, 0);
    let model = same(&net.output(&[a]));
    assert_eq!(kinds(&model), (2, 1, 0));
    let Term::Product(p) = &terms(&model, 2)[0] else { panic!("no product") };
    assert_eq!(p.sums, [2, 5]);
}
