//! Accuracy: operators side by side, and versions of them that ONNX's own tests (`cli/tests/conformance`) have none of, quantized,
//! against a float computation written here by hand.

mod common;

use common::{Onnx, float, int, ints, uniform, values};

/// Quantizes `model` on samples of `length` values and compares each output with `expected`.
fn check(model: &Onnx, length: usize, expected: impl Fn(&[f32]) -> Vec<f32>) {
    let samples = uniform(length, 48);
    let quantized = model.quantize(&samples).unwrap_or_else(|e| panic!("{e}"));
    let (mut wrong, mut size) = (0.0, 0.0);
    for row in samples.rows(length).unwrap() {
        let (got, expected) = (quantized.graph.run(row).unwrap(), expected(row));
        assert_eq!(got.len(), expected.len());
        for (a, b) in got.iter().zip(&expected) {
            wrong += (a - f64::from(*b)).powi(2);
            size += f64::from(*b).powi(2);
        }
    }
    let error = f64::sqrt(wrong / f64::max(size, 1e-9));
    assert!(error < 0.03, "relative error {error}");
    let cells: usize = quantized.graph.output.parts.iter().map(|part| part.cells()).sum();
    assert_eq!(cells, quantized.graph.output_len());
}

/// `x [m, k] * w [k, n] + b`
fn product(x: &[f32], w: &[f32], b: &[f32], k: usize, n: usize) -> Vec<f32> {
    let row =
        |x: &[f32]| -> Vec<f32> { (0..n).map(|o| b[o] + (0..k).map(|j| x[j] * w[j * n + o]).sum::<f32>()).collect() };
    x.chunks(k).flat_map(row).collect()
}

fn map(x: &[f32], f: impl Fn(f32) -> f32) -> Vec<f32> {
    x.iter().map(|x| f(*x)).collect()
}

#[test]
fn matmul_on_the_left_of_a_column() {
    let w = values(15, 1);
    let model = Onnx::new(&[5, 1]).floats("w", &[3, 5], &w).node("MatMul", &["w", "x"], "y");
    check(&model, 5, |x| (0..3).map(|o| (0..5).map(|j| x[j] * w[o * 5 + j]).sum()).collect());
}

#[test]
fn add_sub_mul_by_scalars_and_rows_either_way_round() {
    let c = values(6, 3);
    let model = Onnx::new(&[1, 6])
        .floats("c", &[6], &c)
        .floats("s", &[], &[0.75])
        .node("Add", &["x", "c"], "a")
        .node("Sub", &["s", "a"], "b")
        .node("Mul", &["c", "b"], "d")
        .node("Sub", &["d", "s"], "e")
        .node("Add", &["s", "e"], "y");
    check(&model, 6, |x| (0..6).map(|i| c[i] * (0.75 - (x[i] + c[i]))).collect());
}

#[test]
fn constants_that_differ_between_rows() {
    let c = values(8, 3);
    let model = Onnx::new(&[2, 4]).floats("c", &[2, 4], &c).node("Mul", &["x", "c"], "a").node("Relu", &["a"], "y");
    check(&model, 8, |x| (0..8).map(|i| (x[i] * c[i]).max(0.0)).collect());
}

#[test]
fn functions_between_layers() {
    let (w, v) = (values(6 * 10, 1), values(10 * 4, 2));
    for (op, f) in [
        ("Relu", (|x| x.max(0.0)) as fn(f32) -> f32),
        ("LeakyRelu", |x| if x < 0.0 { 0.01 * x } else { x }),
        ("Sigmoid", |x| 1.0 / (1.0 + (-x).exp())),
        ("Tanh", f32::tanh),
    ] {
        let model = Onnx::new(&[1, 6])
            .floats("w", &[6, 10], &w)
            .floats("v", &[10, 4], &v)
            .node("MatMul", &["x", "w"], "a")
            .node(op, &["a"], "b")
            .node("MatMul", &["b", "v"], "y");
        check(&model, 6, |x| product(&map(&product(x, &w, &[0.0; 10], 6, 10), f), &v, &[0.0; 4], 10, 4));
    }
}

#[test]
fn clip_by_attributes_and_by_inputs() {
    let expected = |x: &[f32]| map(x, |x| x.clamp(-0.25, 0.5));
    let old = Onnx::new(&[1, 6]).opset(9).node_with("Clip", &["x"], "y", vec![float("min", -0.25), float("max", 0.5)]);
    check(&old, 6, expected);
    let new =
        Onnx::new(&[1, 6]).floats("lo", &[], &[-0.25]).floats("hi", &[], &[0.5]).node("Clip", &["x", "lo", "hi"], "y");
    check(&new, 6, expected);
    let upper = Onnx::new(&[1, 6]).floats("hi", &[], &[0.5]).node("Clip", &["x", "", "hi"], "y");
    check(&upper, 6, |x| map(x, |x| x.min(0.5)));
}

#[test]
fn squeeze_and_unsqueeze_by_attributes_and_by_inputs() {
    let w = values(12, 1);
    let expected = |x: &[f32]| product(x, &w, &[0.0; 3], 4, 3);
    let old = Onnx::new(&[1, 1, 4])
        .opset(11)
        .floats("w", &[4, 3], &w)
        .node_with("Squeeze", &["x"], "a", vec![ints("axes", &[1])])
        .node_with("Unsqueeze", &["a"], "b", vec![ints("axes", &[0])])
        .node("MatMul", &["b", "w"], "y");
    check(&old, 4, expected);
    let new = Onnx::new(&[1, 1, 4])
        .floats("w", &[4, 3], &w)
        .ints("one", &[-2])
        .node("Squeeze", &["x", "one"], "a")
        .node("Unsqueeze", &["a", "one"], "b")
        .node("Squeeze", &["b"], "c")
        .node("MatMul", &["c", "w"], "y");
    check(&new, 4, expected);
}

#[test]
fn identity_dropout_cast_constant_change_nothing() {
    let w = values(12, 1);
    let mut model = Onnx::new(&[1, 4])
        .node("Identity", &["x"], "a")
        .node("Dropout", &["a"], "b")
        .node_with("Cast", &["b"], "c", vec![int("to", 11)])
        .node("Constant", &[], "w")
        .node("MatMul", &["c", "w"], "y");
    let tensor = Onnx::new(&[1]).floats("", &[4, 3], &w).graph().initializer[0].clone();
    model.graph().node[3].attribute.push(verin_quantizer::onnx::proto::AttributeProto {
        name: "value".into(),
        t: Some(tensor),
        ..Default::default()
    });
    check(&model, 4, |x| product(x, &w, &[0.0; 3], 4, 3));
}

#[test]
fn flatten_of_rows_that_are_no_power_of_two() {
    // The dense layer between makes storage of 4 rows of 5 columns, padded to 8; the next reads all 20 cells.
    let (w, v) = (values(15, 1), values(20 * 3, 2));
    let model = Onnx::new(&[1, 4, 3])
        .floats("w", &[3, 5], &w)
        .floats("v", &[20, 3], &v)
        .node("MatMul", &["x", "w"], "a")
        .node("Sigmoid", &["a"], "b")
        .node("Flatten", &["b"], "c")
        .node("Gemm", &["c", "v"], "y");
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    check(&model, 12, |x| product(&map(&product(x, &w, &[0.0; 5], 3, 5), sigmoid), &v, &[0.0; 3], 20, 3));
}

#[test]
fn reshape_to_parts_of_rows() {
    let (w, v) = (values(6 * 8, 1), values(4 * 3, 2));
    let model = Onnx::new(&[1, 6])
        .floats("w", &[6, 8], &w)
        .floats("v", &[4, 3], &v)
        .ints("shape", &[0, -1, 4])
        .node("MatMul", &["x", "w"], "a")
        .node("Relu", &["a"], "b")
        .node("Reshape", &["b", "shape"], "c")
        .node("MatMul", &["c", "v"], "y");
    check(&model, 6, |x| product(&map(&product(x, &w, &[0.0; 8], 6, 8), |x| x.max(0.0)), &v, &[0.0; 3], 4, 3));
}

#[test]
fn flatten_of_an_image_needs_no_power_of_two() {
    let w = values(27 * 2, 1);
    let model = Onnx::new(&[1, 3, 3, 3])
        .floats("mean", &[], &[0.25])
        .floats("w", &[27, 2], &w)
        .node("Sub", &["x", "mean"], "a")
        .node("Flatten", &["a"], "b")
        .node("MatMul", &["b", "w"], "y");
    check(&model, 27, |x| product(&map(x, |x| x - 0.25), &w, &[0.0; 2], 27, 2));
}

#[test]
fn affine_operations_fold_into_the_layers_around_them() {
    let (w, c, d) = (values(5 * 4, 1), values(5, 2), values(4, 3));
    let model = Onnx::new(&[1, 5])
        .floats("w", &[5, 4], &w)
        .floats("c", &[5], &c)
        .floats("d", &[4], &d)
        .node("Mul", &["x", "c"], "a")
        .node("MatMul", &["a", "w"], "b")
        .node("Add", &["b", "d"], "e")
        .node("Mul", &["e", "d"], "y");
    let quantized = model.quantize(&uniform(5, 16)).unwrap();
    assert_eq!(quantized.graph.nodes.len(), 1, "one dense node");
    check(&model, 5, |x| {
        let scaled: Vec<f32> = x.iter().zip(&c).map(|(x, c)| x * c).collect();
        product(&scaled, &w, &d, 5, 4).iter().zip(&d).map(|(x, d)| x * d).collect()
    });
}

#[test]
fn dense_layers_with_nothing_between_are_requantized_or_merged() {
    let (w, v) = (values(4 * 64, 1), values(64 * 3, 2));
    let wide = Onnx::new(&[1, 4])
        .floats("w", &[4, 64], &w)
        .floats("v", &[64, 3], &v)
        .node("MatMul", &["x", "w"], "a")
        .node("MatMul", &["a", "v"], "y");
    check(&wide, 4, |x| product(&product(x, &w, &[0.0; 64], 4, 64), &v, &[0.0; 3], 64, 3));
    let (w, v) = (values(24 * 3, 1), values(3 * 24, 2));
    let narrow = Onnx::new(&[1, 24])
        .floats("w", &[24, 3], &w)
        .floats("v", &[3, 24], &v)
        .node("MatMul", &["x", "w"], "a")
        .node("MatMul", &["a", "v"], "y");
    assert_eq!(narrow.quantize(&uniform(24, 16)).unwrap().graph.nodes.len(), 3);
    check(&narrow, 24, |x| product(&product(x, &w, &[0.0; 3], 24, 3), &v, &[0.0; 24], 3, 24));
}

#[test]
fn a_value_read_twice_and_dead_branches_do_no_harm() {
    let w = values(12, 1);
    let model = Onnx::new(&[1, 4])
        .floats("w", &[4, 3], &w)
        .node("Relu", &["x"], "a")
        .node("Tanh", &["a"], "dead")
        .node("MatMul", &["a", "w"], "y");
    check(&model, 4, |x| product(&map(x, |x| x.max(0.0)), &w, &[0.0; 3], 4, 3));
}

#[test]
fn a_symbolic_batch_is_one() {
    use verin_quantizer::onnx::proto::DimensionProto;
    let w = values(12, 1);
    for batch in [(None, Some("N".to_string())), (Some(0), None), (Some(-1), None), (None, None)] {
        let batch = DimensionProto { dim_value: batch.0, dim_param: batch.1 };
        let model = Onnx::with_dims(vec![batch, DimensionProto { dim_value: Some(4), dim_param: None }]);
        let model = model.floats("w", &[4, 3], &w).node("MatMul", &["x", "w"], "y");
        check(&model, 4, |x| product(x, &w, &[0.0; 3], 4, 3));
    }
}
