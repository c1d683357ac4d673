//! Each rule of a valid program: a program that breaks that rule alone is refused, and by that rule.

use verin_quantizer::Graph;
use verin_quantizer::ir::*;

fn affine(labels: &[(usize, i32)], axes: &[usize], offset: i32) -> Link {
    Link::Affine { labels: labels.to_vec(), windows: vec![], axes: axes.to_vec(), offset }
}

fn view(source: Source, links: &[Link]) -> View {
    View { source, links: links.to_vec() }
}

/// A convolution with bias, a rectifier, a maximum of it and its mirror image, a product of both values summed over two axes,
/// a copy, and an output that repeats it and adds a constant.
fn program() -> Graph {
    let constant = |name: &str, dims: &[u32], entries| Constant {
        name: name.into(),
        shape: Shape::new(dims),
        declared: None,
        entries,
    };
    let part = |name: &str, dims: &[u32]| Part { name: name.into(), dims: dims.to_vec(), exponent: 3 };
    let input =
        Input { shape: Shape::new([3, 4, 5]), lo: -8, hi: 7, parts: vec![part("a", &[2, 20]), part("b", &[20])] };
    let constants = vec![
        constant("w", &[3, 2, 3], Entries::Narrow((0..18).map(|i| i * 5 - 40).collect())),
        constant("b", &[2], Entries::Wide(vec![70_000, -3])),
        constant("c", &[3], Entries::Narrow(vec![1, 2, 3])),
    ];
    let output = Output { tensor: 6, parts: vec![part("y", &[3, 2])] };
    let mut graph = Graph { input, constants, nodes: vec![], output };
    let mut push = |name: &str, op: Op, dims: &[u32]| {
        let shape = Shape::new(dims);
        let (lo, hi) = graph.range(name, &op, &shape).unwrap();
        graph.nodes.push(Node { name: name.into(), op, shape, exponent: 0, lo, hi });
    };
    let (tensor, constant) = (Source::Tensor, Source::Constant);
    let once = |view| Move { coefficient: 1, view };
    // Labels: output channel, row, column; tap, input channel.
    let convolution = Product {
        coefficient: 1,
        sums: vec![3, 3],
        left: view(constant(0), &[affine(&[(3, 1)], &[0], 0), affine(&[(0, 1)], &[1], 0), affine(&[(4, 1)], &[2], 0)]),
        right: view(
            tensor(0),
            &[affine(&[(4, 1)], &[0], 0), affine(&[(1, 1)], &[1], 0), affine(&[(2, 2), (3, 1)], &[2], -1)],
        ),
    };
    let bias = once(view(constant(1), &[affine(&[(0, 1)], &[0], 0)]));
    push("conv", Op::Sum(vec![Term::Product(convolution), Term::Move(bias)]), &[2, 4, 3]);
    let table = Table::Relu { bits: 7 };
    let relu = Activation { input: 1, shift: 8, domain_bits: 8, high_bits: 2, table };
    push("relu", Op::Activation(relu), &[2, 4, 3]);
    let mirrored = Link::Table { label: 2, axis: 2, index: vec![Some(2), Some(1), None] };
    let mirrored = view(tensor(2), &[affine(&[(0, 1)], &[0], 0), affine(&[(1, 1)], &[1], 0), mirrored]);
    let max = Max { left: once(View::identity(tensor(2), &[2, 4, 3])), right: once(mirrored), domain_bits: 8 };
    push("max", Op::Max(max), &[2, 4, 3]);
    let all = |tensor, column| {
        view(Source::Tensor(tensor), &[affine(&[(0, 1)], &[0], 0), affine(&[(1, 1)], &[1], 0), column])
    };
    let column = Link::Table { label: 2, axis: 2, index: vec![Some(0), Some(1), Some(2)] };
    let squares =
        Product { coefficient: 3, sums: vec![4, 3], left: all(3, affine(&[(2, 1)], &[2], 0)), right: all(2, column) };
    push("dot", Op::Sum(vec![Term::Product(squares)]), &[2]);
    push("copy", Op::Copy { input: 4 }, &[2]);
    let repeated = once(view(tensor(5), &[affine(&[(1, 1)], &[0], 0), affine(&[(0, 0)], &[], 0)]));
    let added = Move { coefficient: -2, view: view(constant(2), &[affine(&[(0, 1)], &[0], 0)]) };
    push("y", Op::Sum(vec![Term::Move(repeated), Term::Move(added)]), &[3, 2]);
    graph
}

fn terms(graph: &mut Graph, node: usize) -> &mut Vec<Term<i64>> {
    match &mut graph.nodes[node].op {
        Op::Sum(terms) => terms,
        op => panic!("{op:?}"),
    }
}

fn product(graph: &mut Graph, node: usize) -> &mut Product<i64> {
    match &mut terms(graph, node)[0] {
        Term::Product(product) => product,
        term => panic!("{term:?}"),
    }
}

fn moved(graph: &mut Graph, node: usize, term: usize) -> &mut Move<i64> {
    match &mut terms(graph, node)[term] {
        Term::Move(moved) => moved,
        term => panic!("{term:?}"),
    }
}

fn activation(graph: &mut Graph) -> &mut Activation {
    match &mut graph.nodes[1].op {
        Op::Activation(activation) => activation,
        op => panic!("{op:?}"),
    }
}

fn max(graph: &mut Graph) -> &mut Max {
    match &mut graph.nodes[2].op {
        Op::Max(max) => max,
        op => panic!("{op:?}"),
    }
}

/// Refused for a reason that the structure shows.
fn malformed(message: &str, change: impl Fn(&mut Graph)) {
    let mut graph = program();
    change(&mut graph);
    let error = graph.check_structure().expect_err(message).to_string();
    assert!(error.contains(message), "{message}: {error}");
    assert_eq!(graph.validate().expect_err(message).to_string(), error);
    assert!(Graph::decode(&graph.encode()).is_err(), "{message}");
    assert!(decode_structure(&encode_structure(&graph)).is_err(), "{message}");
}

/// Refused for a reason that only the whole program shows.
fn refused(message: &str, change: impl Fn(&mut Graph)) {
    let mut graph = program();
    change(&mut graph);
    graph.check_structure().expect(message);
    let error = graph.validate().expect_err(message).to_string();
    assert!(error.contains(message), "{message}: {error}");
    assert!(Graph::decode(&graph.encode()).is_err(), "{message}");
}

#[test]
fn the_program_itself_is_valid() {
    program().validate().unwrap();
}

#[test]
fn sizes() {
    malformed("1..=4096 nodes", |g| g.nodes.clear());
    malformed("1..=4096 nodes", |g| g.nodes = vec![g.nodes[0].clone(); MAX_NODES + 1]);
    malformed("at most 8192 constants", |g| g.constants = vec![g.constants[0].clone(); MAX_CONSTANTS + 1]);
    malformed("at most 16 dimensions", |g| g.nodes[0].shape = Shape::new([0, 4, 3]));
    malformed("at most 16 dimensions", |g| g.nodes[0].shape = Shape::new([1; MAX_DIMS + 1]));
    malformed("2^24 stored cells", |g| g.input.shape = Shape::new([1 << 13, 1 << 12]));
    malformed("2^24 stored cells", |g| g.constants[0].shape = Shape::new([u32::MAX; 16]));
    malformed("1..=1024 terms", |g| *terms(g, 5) = vec![terms(g, 5)[0].clone(); MAX_TERMS + 1]);
    malformed("summed labels of 2..=16777216", |g| product(g, 0).sums.push(1));
    malformed("summed labels of 2..=16777216", |g| product(g, 0).sums.push(u32::MAX));
    malformed("sums of at most 2^24 products", |g| product(g, 0).sums.extend([1 << 20; 2]));
}

#[test]
fn names_and_exponents() {
    let long = || "n".repeat(MAX_NAME + 1);
    let refused_whole = |message: &str, change: &dyn Fn(&mut Graph)| {
        let mut graph = program();
        change(&mut graph);
        let error = graph.validate().expect_err(message).to_string();
        assert!(error.contains(message), "{message}: {error}");
        assert!(Graph::decode(&graph.encode()).is_err(), "{message}");
    };
    refused_whole("a name of at most 256 bytes", &|g| g.nodes[2].name = long());
    refused_whole("a name of at most 256 bytes", &|g| g.constants[2].name = long());
    refused_whole("a name of at most 256 bytes", &|g| g.input.parts[1].name = long());
    refused_whole("an exponent in -512..=512", &|g| g.nodes[2].exponent = 513);
    refused_whole("an exponent in -512..=512", &|g| g.output.parts[0].exponent = -513);
}

#[test]
fn inputs_and_outputs() {
    malformed("-2^(w-1)..=2^(w-1)-1", |g| g.input.hi += 1);
    malformed("-2^(w-1)..=2^(w-1)-1", |g| (g.input.lo, g.input.hi) = (-(1 << 16), (1 << 16) - 1));
    malformed("powers of two as dimensions between", |g| g.input.shape = Shape::new([3, 3, 5]));
    refused("parts of 60 elements", |g| g.input.parts[0].dims = vec![3, 20]);
    refused("1..=256 parts", |g| g.output.parts.clear());
    refused("dimensions of at least 1", |g| g.output.parts[0].dims = vec![6, 0]);
    malformed("the result of a sum", |g| g.output.tensor = 0);
    malformed("the result of a sum", |g| g.output.tensor = 2);
    malformed("the result of a sum", |g| g.output.tensor = 99);
    // Nothing sets the repeated value, or the constant, to 0 in the fourth row.
    malformed("0 at the padding of axis 0", |g| drop(moved(g, 5, 0).view.links.pop()));
    malformed("0 at the padding of axis 0", |g| {
        g.constants[2].shape = Shape::new([4]);
        moved(g, 5, 1).view.links = vec![affine(&[(0, 1)], &[0], 0)];
    });
}

#[test]
fn order_and_kinds() {
    malformed("values up to tensor 2", |g| max(g).left.view.source = Source::Tensor(3));
    malformed("an accumulator", |g| max(g).left.view.source = Source::Tensor(1));
    malformed("one of 3 constants", |g| moved(g, 5, 1).view.source = Source::Constant(3));
    malformed("a sum among the tensors up to 1", |g| activation(g).input = 0);
    malformed("a sum among the tensors up to 1", |g| activation(g).input = 4);
    malformed("a sum among the tensors up to 4", |g| g.nodes[4].op = Op::Copy { input: 3 });
    malformed("the dimensions of the input", |g| g.nodes[4].op = Op::Copy { input: 1 });
    malformed("the dimensions of the input", |g| g.nodes[1].shape = Shape::new([2, 3, 4]));
}

#[test]
fn everything_is_read() {
    malformed("tensor 6: expected a node that reads it", |g| {
        let copy = Node { name: "more".into(), op: Op::Copy { input: 4 }, ..g.nodes[4].clone() };
        g.nodes.insert(5, copy);
        g.output.tensor = 7;
    });
    malformed("constant 3: expected a node that reads it", |g| g.constants.push(g.constants[0].clone()));
}

#[test]
fn sums() {
    malformed("1..=1024 terms", |g| terms(g, 5).clear());
    malformed("a term that is computed", |g| drop(terms(g, 5).remove(0)));
    malformed("a coefficient below 4294967296 that is not 0", |g| moved(g, 5, 0).coefficient = 0);
    malformed("a coefficient below 4294967296 that is not 0", |g| product(g, 3).coefficient = -(1 << 32));
    malformed("a coefficient below 4294967296 that is not 0", |g| max(g).right.coefficient = i64::MIN);
}

#[test]
fn products() {
    malformed("constants as left factors only", |g| {
        let product = product(g, 0);
        std::mem::swap(&mut product.left, &mut product.right);
    });
    malformed("a left factor whose links are all free", |g| product(g, 3).left.links[0] = affine(&[(0, 1)], &[0], 1));
    malformed("both factors to use each summed label", |g| product(g, 3).sums.push(2));
    malformed("summed labels of a power of two, or", |g| {
        product(g, 3).right.links[2] = affine(&[(2, 1)], &[2], 0);
    });
    // A constant that is longer than the label is not 0 at the label's padding.
    malformed("summed labels of a power of two, or", |g| g.constants[0].shape = Shape::new([3, 2, 4]));
}

#[test]
fn views() {
    malformed("each label of more than one element linked once", |g| {
        moved(g, 5, 0).view.links[1] = affine(&[(1, 0)], &[], 0);
    });
    malformed("each label of more than one element linked once", |g| {
        moved(g, 5, 0).view.links[1] = affine(&[(2, 0)], &[], 0);
    });
    malformed("each axis of more than one element linked once", |g| {
        moved(g, 5, 0).view.links[1] = affine(&[(0, 1)], &[0], 0);
    });
    malformed("every axis of more than one element linked", |g| drop(moved(g, 5, 0).view.links.remove(0)));
    malformed("a link of some label or axis", |g| moved(g, 5, 0).view.links.push(affine(&[], &[], 0)));
    malformed("3 table entries", |g| {
        max(g).right.view.links[2] = Link::Table { label: 2, axis: 2, index: vec![None; 4] };
    });
    malformed("table entries below 3", |g| {
        max(g).right.view.links[2] = Link::Table { label: 2, axis: 2, index: vec![Some(3); 3] };
    });
    let windows = |windows: Vec<(u32, i32)>| {
        move |g: &mut Graph| {
            let windows = windows.clone();
            moved(g, 5, 0).view.links[0] = Link::Affine { labels: vec![(1, 1)], windows, axes: vec![0], offset: 0 };
        }
    };
    malformed("windows of at least 1", windows(vec![(0, 1)]));
    malformed("1048576 index tuples in a link", windows(vec![(1 << 10, 1), (1 << 10, 1)]));
    malformed("windows of at most 2^24 cells in a view", |g| {
        for link in &mut max(g).right.view.links[..2] {
            let Link::Affine { windows, .. } = link else { panic!("{link:?}") };
            windows.extend([(1 << 17, 0)]);
        }
    });
}

#[test]
fn tables_and_domains() {
    malformed("a shift of at most 32", |g| activation(g).shift = 33);
    malformed("domain bits in 1..=20", |g| activation(g).domain_bits = 21);
    malformed("domain bits in 1..=20", |g| max(g).domain_bits = 0);
    malformed("high bits of 0 or in 2..=16", |g| activation(g).high_bits = 1);
    malformed("a bound below 2^8", |g| activation(g).table = Table::Clamp { bits: 8 });
    malformed("table entries: 256", |g| activation(g).table = Table::Values(vec![0]));
    refused("table entry 128 in -65536..65536", |g| {
        let mut values = vec![0; 256];
        values[128] = 1 << 16;
        (g.nodes[1].lo, g.nodes[1].hi) = (0, 1 << 16);
        activation(g).table = Table::Values(values);
    });
    refused("2 high bits for q in", |g| activation(g).high_bits = 0);
    refused("8 domain bits for differences in -127..=127", |g| max(g).domain_bits = 7);
    malformed("an operand that is computed", |g| {
        let constant = Move { coefficient: 1, view: view(Source::Constant(1), &[affine(&[(0, 1)], &[0], 0)]) };
        *max(g) = Max { left: constant.clone(), right: constant, domain_bits: 8 };
    });
}

#[test]
fn bounds_and_entries() {
    for node in 0..program().nodes.len() {
        refused("expected bounds", |g| g.nodes[node].hi += 1);
        refused("expected bounds", |g| g.nodes[node].lo -= 1);
    }
    malformed("bounds in order", |g| (g.nodes[3].lo, g.nodes[3].hi) = (1, 0));
    malformed("bounds in order, inside", |g| g.nodes[3].hi = 1 << 52);
    refused("18 entries", |g| g.constants[0].entries = Entries::Narrow(vec![0; 17]));
    refused("entry 3 in -65536..65536", |g| match &mut g.constants[0].entries {
        Entries::Narrow(entries) => entries[3] = 1 << 16,
        Entries::Wide(_) => panic!(),
    });
    refused("entry 1 smaller than 4503599627370496", |g| match &mut g.constants[1].entries {
        Entries::Wide(entries) => entries[1] = -(1 << 52),
        Entries::Narrow(_) => panic!(),
    });
    refused("accumulator may reach", |g| match &mut g.constants[1].entries {
        Entries::Wide(entries) => entries[1] = (1 << 52) - 1,
        Entries::Narrow(_) => panic!(),
    });
}
