//! Property: rounding, tables, bounds and dot products against big integers and the definitions read literally.

use num_bigint::BigInt;
use proptest::prelude::*;
use verin_quantizer::fixed::rescale;
use verin_quantizer::ir::*;
use verin_quantizer::ops::{Cells, Layout, Operand, activation, sum};
use verin_quantizer::{Graph, execute};

/// `floor(numerator / 2^shift)`, by division with a remainder that is not negative.
fn floor_div(numerator: &BigInt, shift: u32) -> BigInt {
    let divisor = BigInt::from(1) << shift;
    let remainder = ((numerator % &divisor) + &divisor) % &divisor;
    (numerator - remainder) / divisor
}

fn rescale_big(acc: i64, shift: u32) -> BigInt {
    let half = if shift == 0 { BigInt::from(0) } else { BigInt::from(1) << (shift - 1) };
    floor_div(&(BigInt::from(acc) + half), shift)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rescale_is_the_floor_of_the_definition(acc in -(1i64 << 52)..(1i64 << 52), shift in 0u32..=32) {
        prop_assert_eq!(BigInt::from(rescale(acc, shift)), rescale_big(acc, shift));
    }

    #[test]
    fn tables_clamp_their_index(q in -5000i64..5000, domain_bits in 2u32..=12, bits in 0u32..=11) {
        prop_assume!(bits < domain_bits);
        let inside = q.max(-(1 << (domain_bits - 1))).min((1 << (domain_bits - 1)) - 1);
        let relu = Table::Relu { bits }.get(q, domain_bits);
        let clamp = Table::Clamp { bits }.get(q, domain_bits);
        prop_assert_eq!(relu, inside.max(0).min((1 << bits) - 1));
        prop_assert_eq!(clamp, inside.max(-(1 << bits)).min((1 << bits) - 1));
        let values: Vec<i32> = (0..1 << domain_bits).map(|i| i * 3 - 7).collect();
        let expected = i64::from(values[(inside + (1 << (domain_bits - 1))) as usize]);
        prop_assert_eq!(Table::Values(values).get(q, domain_bits), expected);
    }

    #[test]
    fn high_bits_represent_exactly_what_they_promise(domain_bits in 3u32..=12, lo in -100_000i64..=0, hi in 0i64..100_000) {
        match activation::needed_high_bits((lo, hi), domain_bits) {
            Some(0) => prop_assert!(lo >= -(1 << (domain_bits - 1)) && hi < 1 << (domain_bits - 1)),
            Some(high) => {
                let off = (1i64 << domain_bits) * (1 << (high - 1)) + (1 << (domain_bits - 1));
                prop_assert!(lo + off >= 0 && (hi + off) >> domain_bits < 1 << high);
                let smaller = high > 2 && {
                    let off = (1i64 << domain_bits) * (1 << (high - 2)) + (1 << (domain_bits - 1));
                    lo + off >= 0 && (hi + off) >> domain_bits < 1 << (high - 1)
                };
                prop_assert!(!smaller, "fewer would do");
            }
            None => prop_assert!(false, "2^(3+16) is enough"),
        }
    }

    /// Some input of extremes reaches each end of the bounds of a matrix product: `y = W x + b`, one bias for all rows.
    #[test]
    fn bounds_of_a_matrix_product_are_reached(
        rows in 1u32..5,
        cols in 2u32..8,
        bias in -9000i64..9000,
        weights in prop::collection::vec(-400i32..400, 32),
    ) {
        let entries: Vec<i32> = weights.into_iter().take((rows * cols) as usize).collect();
        let constant =
            |dims: &[u32], entries| Constant { name: "c".into(), shape: Shape::new(dims), declared: None, entries };
        let axis = |label: usize, axis: usize, n: u32| (n > 1).then(|| Link::identity(label, axis));
        let product = Product {
            coefficient: 1,
            sums: vec![cols],
            left: View {
                source: Source::Constant(0),
                links: axis(0, 0, rows).into_iter().chain([Link::identity(1, 1)]).collect(),
            },
            right: View { source: Source::Tensor(0), links: vec![Link::identity(1, 0)] },
        };
        // Masked, so that the padding is 0 there too.
        let mask = Link::Affine { labels: vec![(0, 0)], windows: vec![], axes: vec![], offset: 0 };
        let links = if rows > 1 { vec![mask] } else { vec![] };
        let bias_term = Move { coefficient: 1, view: View { source: Source::Constant(1), links } };
        let part = |n: u32| vec![Part { name: "p".into(), dims: vec![n], exponent: 0 }];
        let mut graph = Graph {
            input: Input { shape: Shape::new([cols]), lo: -128, hi: 127, parts: part(cols) },
            constants: vec![
                constant(&[rows, cols], Entries::Narrow(entries.clone())),
                constant(&[], Entries::Wide(vec![bias])),
            ],
            nodes: vec![],
            output: Output { tensor: 1, parts: part(rows) },
        };
        let op = Op::Sum(vec![Term::Product(product), Term::Move(bias_term)]);
        let shape = Shape::new([rows]);
        let (lo, hi) = graph.range("y", &op, &shape).unwrap();
        graph.nodes.push(Node { name: "y".into(), op, shape, exponent: 0, lo, hi });
        graph.validate().unwrap();

        let reached = entries.chunks(cols as usize).flat_map(|row| [true, false].map(|least| {
            let input: Vec<i64> = row.iter().map(|w| if (*w > 0) == least { -128 } else { 127 }).collect();
            execute(&graph, &input).unwrap().tensors[1].clone()
        }));
        let cells: Vec<i64> = reached.flatten().collect();
        if rows.is_power_of_two() {
            prop_assert_eq!((*cells.iter().min().unwrap(), *cells.iter().max().unwrap()), (lo, hi));
        } else {
            // Where there is padding, product and bias are each bounded together with its 0.
            let sums = |row: &[i32], ends: (i64, i64)| -> i64 {
                row.iter().map(|w| i64::from(*w) * if *w > 0 { ends.0 } else { ends.1 }).sum()
            };
            let products = entries.chunks(cols as usize);
            let least = products.clone().map(|row| sums(row, (-128, 127))).min().unwrap().min(0) + bias.min(0);
            let most = products.map(|row| sums(row, (127, -128))).max().unwrap().max(0) + bias.max(0);
            prop_assert_eq!((lo, hi), (least, most));
        }
    }

    /// Integers larger than 16 bits, runs too long for 32-bit sums, and coefficients: always the exact sum.
    #[test]
    fn dot_products_are_exact(
        length in 2usize..300,
        window in 1usize..4,
        left_bits in 4u32..17,
        right_bits in 4u32..24,
        largest in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut state = seed;
        let mut next = |bits: u32| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let span = 2i64 << bits;
            // Extremes half of the time.
            match state >> 62 {
                _ if largest => span / 2 - 1,
                0 => -span / 2,
                1 => span / 2 - 1,
                _ => (state >> 20) as i64 % span - span / 2,
            }
        };
        let left: Vec<i32> = (0..length).map(|_| next(left_bits) as i32).collect();
        let right: Vec<i64> = (0..length + window - 1).map(|_| next(right_bits)).collect();
        let dims = [length as u32];
        let right_dims = [right.len() as u32];
        let windows = vec![(window as u32, 1)];
        let sliding = Link::Affine { labels: vec![(0, 1)], windows, axes: vec![0], offset: 0 };
        let product = Product {
            coefficient: -3,
            sums: dims.to_vec(),
            left: View::identity(Source::Constant(0), &dims),
            right: View { source: Source::Tensor(0), links: vec![sliding] },
        };
        let source = |source| {
            let (cells, dims) = match source {
                Source::Constant(_) => (Cells::Narrow(&left[..]), &dims),
                Source::Tensor(_) => (Cells::Wide(&right[..]), &right_dims),
            };
            Some(Operand { cells, dims, layout: Layout::Dense })
        };
        let got = sum::evaluate(&[Term::Product(product)], &[], Layout::Dense, &source);
        let expected: i128 = left
            .iter()
            .zip(right.windows(window))
            .map(|(a, b)| i128::from(*a) * b.iter().map(|b| i128::from(*b)).sum::<i128>())
            .sum();
        prop_assert_eq!(i128::from(got[0]), -3 * expected);
    }
}
