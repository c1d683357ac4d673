//! Convolutions and pools: what import makes of them, against naive loops over windows.
#![cfg(feature = "onnx")]

mod import;

use import::{Array, float, floats, int, list, random, single, text};
use verin_quantizer::float::{FloatModel, Op};
use verin_quantizer::onnx::proto::AttributeProto;

/// Windows along one axis.
#[derive(Clone, Copy)]
struct Window {
    n: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    begin: usize,
    end: usize,
}

impl Window {
    fn new(n: usize, kernel: usize) -> Self {
        Self { n, kernel, stride: 1, dilation: 1, begin: 0, end: 0 }
    }
    fn out(&self) -> usize {
        (self.n + self.begin + self.end - (self.kernel - 1) * self.dilation - 1) / self.stride + 1
    }
    /// Element that tap `u` of window `i` lies on.
    fn at(&self, i: usize, u: usize) -> Option<usize> {
        (i * self.stride + u * self.dilation).checked_sub(self.begin).filter(|at| *at < self.n)
    }
}

fn attributes(windows: &[Window]) -> Vec<AttributeProto> {
    let all = |f: fn(&Window) -> usize| windows.iter().map(|w| f(w) as i64).collect::<Vec<_>>();
    vec![
        list("strides", &all(|w| w.stride)),
        list("dilations", &all(|w| w.dilation)),
        list("pads", &[all(|w| w.begin), all(|w| w.end)].concat()),
        list("kernel_shape", &all(|w| w.kernel)),
    ]
}

/// Every pair of rows and columns.
fn pairs(rows: usize, cols: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |i| (0..cols).map(move |j| (i, j)))
}

/// `x` by batch, channel and two spatial axes.
fn conv(x: &Array, w: &Array, bias: &[f64], groups: usize, [rows, cols]: [Window; 2]) -> Array {
    let (batch, channels) = (x.dims[0] as usize, x.dims[1] as usize);
    let (outputs, inputs) = (w.dims[0] as usize, channels / groups);
    let mut values = Vec::new();
    for (b, o) in pairs(batch, outputs) {
        for (i, j) in pairs(rows.out(), cols.out()) {
            let mut sum = bias[o];
            for c in 0..inputs {
                for (u, v) in pairs(rows.kernel, cols.kernel) {
                    if let (Some(h), Some(k)) = (rows.at(i, u), cols.at(j, v)) {
                        let channel = o / (outputs / groups) * inputs + c;
                        sum += x.values[((b * channels + channel) * rows.n + h) * cols.n + k]
                            * w.values[((o * inputs + c) * rows.kernel + u) * cols.kernel + v];
                    }
                }
            }
            values.push(sum);
        }
    }
    floats_exact(&[batch, outputs, rows.out(), cols.out()], values)
}

/// `f` of the taps on elements of each window, and of their number with padding.
fn pool(x: &Array, [rows, cols]: [Window; 2], f: impl Fn(&[f64], usize) -> f64) -> Array {
    let planes = (x.dims[0] * x.dims[1]) as usize;
    let mut values = Vec::new();
    for plane in 0..planes {
        for (i, j) in pairs(rows.out(), cols.out()) {
            let taps = pairs(rows.kernel, cols.kernel);
            let taps = taps.filter_map(|(u, v)| Some((rows.at(i, u)?, cols.at(j, v)?)));
            let taps: Vec<f64> = taps.map(|(h, k)| x.values[(plane * rows.n + h) * cols.n + k]).collect();
            values.push(f(&taps, rows.kernel * cols.kernel));
        }
    }
    floats_exact(&[x.dims[0] as usize, x.dims[1] as usize, rows.out(), cols.out()], values)
}

fn floats_exact(dims: &[usize], values: Vec<f64>) -> Array {
    Array { values, ..floats(&dims.iter().map(|n| *n as u32).collect::<Vec<_>>(), &[]) }
}

fn image(channels: usize, windows: [Window; 2], seed: u32) -> Array {
    random(&[1, channels as u32, windows[0].n as u32, windows[1].n as u32], seed)
}

fn run(op: &str, opset: i64, attributes: &[AttributeProto], operands: &[Array]) -> (Array, FloatModel) {
    let computed: Vec<bool> = (0..operands.len()).map(|i| i == 0).collect();
    single(op, opset, attributes, operands, &computed).run().unwrap_or_else(|e| panic!("{e}"))
}

fn assert_near(got: &Array, expected: &Array) {
    assert_eq!(got.dims, expected.dims);
    assert_eq!(got.values.len(), expected.values.len());
    for (i, (a, b)) in got.values.iter().zip(&expected.values).enumerate() {
        assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0), "element {i}: {a}, not {b}");
    }
}

/// A window for every way in which strides, dilations and padding can meet the border.
fn all_windows() -> Vec<[Window; 2]> {
    let mut all = Vec::new();
    for n in [1, 2, 5, 8] {
        for kernel in [1, 2, 3, 5] {
            for stride in [1, 2, 3] {
                for (dilation, begin, end) in [(1, 0, 0), (1, 1, 1), (2, 1, 2), (1, 0, 2), (3, 2, 0)] {
                    let window = Window { n, kernel, stride, dilation, begin, end };
                    let fits = (kernel - 1) * dilation < n + begin + end;
                    if fits && (0..window.out()).all(|i| (0..kernel).any(|u| window.at(i, u).is_some())) {
                        let other = Window { begin: 1, ..Window::new(4, 3) };
                        all.push(if all.len() % 2 == 0 { [window, other] } else { [other, window] });
                    }
                }
            }
        }
    }
    assert!(all.len() > 80);
    all
}

#[test]
fn convolutions_with_every_kind_of_window() {
    for (seed, windows) in (1..).zip(all_windows()) {
        let x = image(2, windows, seed);
        let w = random(&[3, 2, windows[0].kernel as u32, windows[1].kernel as u32], seed + 1000);
        let bias = random(&[3], seed + 2000);
        let expected = conv(&x, &w, &bias.values, 1, windows);
        assert_near(&run("Conv", 13, &attributes(&windows), &[x, w, bias]).0, &expected);
    }
}

#[test]
fn convolutions_in_groups() {
    let windows = [Window { stride: 2, begin: 1, ..Window::new(5, 3) }, Window::new(4, 2)];
    for (groups, inputs, outputs) in [(2, 1, 1), (2, 3, 2), (3, 1, 2), (4, 2, 1), (1, 4, 4), (6, 1, 1)] {
        let x = image(groups * inputs, windows, 3);
        let w = random(&[(groups * outputs) as u32, inputs as u32, 3, 2], 4);
        let bias = random(&[(groups * outputs) as u32], 5);
        let expected = conv(&x, &w, &bias.values, groups, windows);
        let attributes = [attributes(&windows), vec![int("group", groups as i64)]].concat();
        assert_near(&run("Conv", 13, &attributes, &[x, w, bias]).0, &expected);
    }
}

#[test]
fn convolutions_of_several_images_without_bias() {
    let windows = [Window::new(4, 3), Window { end: 2, ..Window::new(3, 3) }];
    let x = random(&[3, 2, 4, 3], 1);
    let w = random(&[5, 2, 3, 3], 2);
    let expected = conv(&x, &w, &[0.0; 5], 1, windows);
    assert_near(&run("Conv", 13, &attributes(&windows), &[x, w]).0, &expected);
}

#[test]
fn one_dimension_is_two_of_which_one_has_one_element() {
    let windows = [Window::new(1, 1), Window { stride: 2, begin: 1, end: 2, ..Window::new(7, 3) }];
    let (mut x, mut w) = (image(2, windows, 1), random(&[3, 2, 1, 3], 2));
    let bias = random(&[3], 3);
    let mut expected = conv(&x, &w, &bias.values, 1, windows);
    for array in [&mut x, &mut w, &mut expected] {
        array.dims.remove(2);
    }
    assert_near(&run("Conv", 13, &attributes(&windows[1..]), &[x, w, bias]).0, &expected);
}

#[test]
fn automatic_padding() {
    for (auto, begin, end) in [("SAME_UPPER", 1, 2), ("SAME_LOWER", 2, 1), ("VALID", 0, 0)] {
        // 7 elements, stride 2: 4 outputs reach over 2 * 3 + 4 = 10.
        let window = Window { stride: 2, begin, end, ..Window::new(7, 4) };
        let x = image(2, [window; 2], 1);
        let w = random(&[2, 2, 4, 4], 2);
        let expected = conv(&x, &w, &[0.0; 2], 1, [window; 2]);
        let attributes = [text("auto_pad", auto), list("strides", &[2, 2])];
        assert_near(&run("Conv", 13, &attributes, &[x, w]).0, &expected);
    }
}

#[test]
fn transposed_convolutions_are_the_transpose() {
    // <conv(x), y> = <x, transposed(y)> for every x, so for every unit vector.
    for (seed, windows) in (1..).zip(all_windows().into_iter().step_by(3)) {
        let [rows, cols] = windows;
        // What a convolution does not reach, the transpose makes by `output_padding`.
        let rest = |w: Window| w.n + w.begin + w.end - (w.out() - 1) * w.stride - (w.kernel - 1) * w.dilation - 1;
        for groups in [1, 2] {
            let w = random(&[4, 4 / groups, rows.kernel as u32, cols.kernel as u32], seed);
            let y = random(&[1, 4, rows.out() as u32, cols.out() as u32], seed + 100);
            let bias = random(&[4], seed + 200);
            let rests = list("output_padding", &[rest(rows) as i64, rest(cols) as i64]);
            let extra = vec![int("group", groups.into()), rests];
            let attributes = [attributes(&windows), extra].concat();
            let got = run("ConvTranspose", 13, &attributes, &[y.clone(), w.clone(), bias.clone()]).0;
            assert_eq!(got.dims, [1, 4, rows.n as u32, cols.n as u32]);
            for (at, got) in got.values.iter().enumerate() {
                let mut unit = floats_exact(&[1, 4, rows.n, cols.n], vec![0.0; got_len(&windows)]);
                unit.values[at] = 1.0;
                let forward = conv(&unit, &w, &[0.0; 4], groups as usize, windows);
                let product: f64 = forward.values.iter().zip(&y.values).map(|(a, b)| a * b).sum();
                let expected = product + bias.values[at / (rows.n * cols.n)];
                assert!((got - expected).abs() < 1e-10, "element {at}: {got}, not {expected}");
            }
        }
    }
}

fn got_len([rows, cols]: &[Window; 2]) -> usize {
    4 * rows.n * cols.n
}

#[test]
fn max_pools_never_see_padding() {
    for (seed, windows) in (1..).zip(all_windows()) {
        // Below 0: a padding of 0 would win.
        let x = image(2, windows, seed).map(|v| v - 100.0);
        let expected = pool(&x, windows, |taps, _| taps.iter().copied().fold(f64::MIN, f64::max));
        let (got, model) = run("MaxPool", 13, &attributes(&windows), &[x]);
        assert_eq!(got, expected);
        assert!(model.nodes.iter().all(|node| match &node.op {
            Op::Max { .. } => true,
            Op::Sum(terms) => terms.len() == 1,
            Op::Map { .. } => false,
        }));
    }
}

#[test]
fn long_windows_that_follow_closely_share_their_maxima() {
    for kernel in 4..=13 {
        let window = Window { begin: kernel / 2, end: kernel / 2, ..Window::new(20, kernel) };
        let x = image(1, [window; 2], kernel as u32).map(|v| v - 100.0);
        let expected = pool(&x, [window; 2], |taps, _| taps.iter().copied().fold(f64::MIN, f64::max));
        let (got, model) = run("MaxPool", 13, &attributes(&[window; 2]), &[x]);
        assert_eq!(got, expected);
        assert!(model.nodes.len() <= 2 * 4);
    }
}

#[test]
fn average_pools_with_and_without_padding() {
    for (seed, windows) in (1..).zip(all_windows()) {
        let x = image(2, windows, seed);
        // Before operator set 19 average pools have no dilations.
        let counted = pool(&x, windows, |taps, count| taps.iter().sum::<f64>() / count as f64);
        let inside = pool(&x, windows, |taps, _| taps.iter().sum::<f64>() / taps.len() as f64);
        let with = [attributes(&windows), vec![int("count_include_pad", 1)]].concat();
        assert_near(&run("AveragePool", 19, &with, std::slice::from_ref(&x)).0, &counted);
        assert_near(&run("AveragePool", 19, &attributes(&windows), &[x]).0, &inside);
    }
}

#[test]
fn ceil_mode_adds_windows_that_reach_over_the_end() {
    let x = floats(&[1, 1, 6], &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0]);
    let attributes = [list("kernel_shape", &[3]), list("strides", &[2]), int("ceil_mode", 1)];
    let (got, _) = run("MaxPool", 13, &attributes, std::slice::from_ref(&x));
    assert_eq!((got.dims, got.values), (vec![1, 1, 3], vec![3.0, 5.0, 9.0]));
    let (got, _) = run("AveragePool", 13, &attributes, std::slice::from_ref(&x));
    assert_near(&got, &floats_exact(&[1, 1, 3], vec![2.0, 4.0, 7.0]));
    // A window that would start beyond the end is none.
    let apart = [list("kernel_shape", &[1]), list("strides", &[4]), int("ceil_mode", 1)];
    let (got, _) = run("MaxPool", 13, &apart, &[floats(&[1, 1, 4], &[1.0, 2.0, 3.0, 4.0])]);
    assert_eq!((got.dims, got.values), (vec![1, 1, 1], vec![1.0]));
}

#[test]
fn global_pools() {
    let x = random(&[2, 3, 4, 5], 1);
    let planes = || x.values.chunks(20);
    let (got, _) = run("GlobalMaxPool", 13, &[], std::slice::from_ref(&x));
    assert_eq!(got.dims, [2, 3, 1, 1]);
    assert_eq!(got.values, planes().map(|p| p.iter().copied().fold(f64::MIN, f64::max)).collect::<Vec<_>>());
    let (got, _) = run("GlobalAveragePool", 13, &[], std::slice::from_ref(&x));
    assert_near(&got, &floats_exact(&[2, 3, 1, 1], planes().map(|p| p.iter().sum::<f64>() / 20.0).collect()));
}

#[test]
fn batch_normalization_is_a_factor_and_a_summand_per_channel() {
    let x = random(&[2, 3, 4], 1);
    let (scale, bias, mean) = (random(&[3], 2), random(&[3], 3), random(&[3], 4));
    let variance = random(&[3], 5).map(f64::abs);
    let epsilon = 0.5;
    let expected = x.values.iter().enumerate().map(|(i, x)| {
        let c = i / 4 % 3;
        (x - mean.values[c]) / (variance.values[c] + epsilon).sqrt() * scale.values[c] + bias.values[c]
    });
    let expected = floats_exact(&[2, 3, 4], expected.collect());
    let operands = [x, scale, bias, mean, variance];
    assert_near(&run("BatchNormalization", 15, &[float("epsilon", 0.5)], &operands).0, &expected);
}

#[test]
fn windows_that_no_model_has() {
    let x = random(&[1, 2, 4, 4], 1);
    let w = random(&[2, 2, 3, 3], 2);
    let refuse = |op: &str, attributes: &[AttributeProto], operands: &[Array], parts: &[&str]| {
        let computed: Vec<bool> = (0..operands.len()).map(|i| i == 0).collect();
        let message = single(op, 13, attributes, operands, &computed).read().unwrap_err();
        for part in [&[op], parts].concat() {
            assert!(message.contains(part), "`{message}` does not say `{part}`");
        }
    };
    let conv = |attributes: &[AttributeProto], parts: &[&str]| {
        refuse("Conv", attributes, &[x.clone(), w.clone()], parts);
    };
    conv(&[list("strides", &[0, 1])], &["strides", "[0, 1]"]);
    conv(&[list("strides", &[1])], &["strides", "2 numbers"]);
    conv(&[list("strides", &[i64::MAX, 1])], &["strides"]);
    conv(&[list("dilations", &[2, 2])], &["4 elements", "3 taps, dilation 2"]);
    conv(&[list("dilations", &[1 << 24, 1 << 24])], &["dilation 16777216"]);
    conv(&[list("pads", &[-1, 0, 0, 0])], &["pads", "[-1, 0, 0, 0]"]);
    conv(&[list("pads", &[1 << 24; 4])], &["2^24"]);
    conv(&[int("group", 0)], &["group", "0"]);
    conv(&[int("group", 3)], &["group", "3"]);
    conv(&[int("group", 2)], &["1 inputs", "[2, 2, 3, 3]"]);
    conv(&[list("kernel_shape", &[3, 2])], &["kernel_shape", "[3, 2]"]);
    conv(&[text("auto_pad", "SOME")], &["auto_pad", "SOME"]);
    conv(&[float("strides", 1.0)], &["strides", "type 7", "type 1"]);
    refuse("Conv", &[], &[x.clone(), random(&[2, 2, 3], 2)], &["taps along 2 axes"]);
    refuse("Conv", &[], &[x.clone(), w.clone(), random(&[3], 2)], &["bias of 2", "[3]"]);
    refuse("Conv", &[], &[random(&[4, 4], 1), w.clone()], &["spatial", "[4, 4]"]);
    let computed = single("Conv", 13, &[], &[x.clone(), w.clone()], &[true, true]).read().unwrap_err();
    assert!(computed.contains("the weight (input 1) is computed"), "{computed}");
    let pool = |attributes: &[AttributeProto], parts: &[&str]| {
        refuse("MaxPool", attributes, std::slice::from_ref(&x), parts);
        refuse("AveragePool", attributes, std::slice::from_ref(&x), parts);
    };
    pool(&[], &["kernel_shape"]);
    pool(&[list("kernel_shape", &[0, 2])], &["kernel_shape", "[0, 2]"]);
    pool(&[list("kernel_shape", &[5, 2])], &["4 elements", "5 taps"]);
    pool(&[list("kernel_shape", &[2, 2]), list("pads", &[2, 0, 0, 0])], &["window 0", "padding"]);
    let transposed = |attributes: &[AttributeProto], parts: &[&str]| {
        refuse("ConvTranspose", attributes, &[x.clone(), w.clone()], parts);
    };
    transposed(&[list("pads", &[9, 9, 9, 9])], &["outputs along axis 2"]);
    transposed(&[list("output_shape", &[1, 2, 3])], &["output_shape"]);
    transposed(&[list("strides", &[1 << 24, 1 << 24])], &["outputs along axis 2"]);
}
