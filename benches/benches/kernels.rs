//! Multi-scalar multiplication, folds, sumcheck and lookup rounds, hashes; the reference backend beside the rayon one where it is not
//! hopeless.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use ark_bn254::Fr;
use ark_ff::UniformRand;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::borrow::Cow;
use verin_circuits::arithmetic::Native;
use verin_circuits::transcript::duplex::Duplex;
use verin_circuits::transcript::poseidon;
use verin_prover::backend::{Backend, Cpu, Reference};
use verin_prover::ints::Ints;
use verin_prover::srs::Srs;

fn field(n: usize) -> Vec<Fr> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    (0..n).map(|_| Fr::rand(&mut rng)).collect()
}

fn bits(n: usize, bits: u32) -> Ints<'static> {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    Ints::Narrow(Cow::Owned((0..n).map(|_| rng.gen_range(0..1 << bits)).collect()))
}

fn msm(c: &mut Criterion) {
    let mut group = c.benchmark_group("msm");
    group.sample_size(10);
    let srs = Srs::insecure(1 << 16);
    for log in [12, 16] {
        let n = 1 << log;
        let scalars = field(n);
        group.bench_function(BenchmarkId::new("field", log), |b| {
            b.iter(|| Cpu.commit_field(&srs.powers[..n], &scalars))
        });
        for width in [8, 16] {
            let ints = bits(n, width);
            let id = BenchmarkId::new(format!("{width} bits"), log);
            group.bench_function(id, |b| b.iter(|| Cpu.commit_ints(&srs.powers[..n], &ints)));
        }
    }
}

fn sumcheck(c: &mut Criterion) {
    let mut group = c.benchmark_group("sumcheck");
    group.sample_size(20);
    let backends: [(&str, &dyn Backend); 2] = [("reference", &Reference), ("cpu", &Cpu)];
    for log in [12, 16] {
        let tables: Vec<Vec<Fr>> = (0..4).map(|_| field(1 << log)).collect();
        let [p, q, s, t] = [&tables[0][..], &tables[1], &tables[2], &tables[3]];
        let ints = bits(1 << (log + 4), 8);
        for (name, backend) in backends {
            let id = |what: &str| BenchmarkId::new(format!("{what}, {name}"), log);
            group.bench_function(id("round of products"), |b| b.iter(|| backend.product_round(&[p, q])));
            let eq = &p[..p.len() / 2];
            group.bench_function(id("round of fractions"), |b| b.iter(|| backend.fraction_round(eq, [p, q, s, t])));
            group.bench_function(id("layer of fractions"), |b| b.iter(|| backend.add_fractions(p, q)));
            group.bench_function(id("bind"), |b| b.iter(|| backend.bind(&mut p.to_vec(), q[0])));
            let weights = &q[..16];
            group.bench_function(id("fold 16 rows"), |b| b.iter(|| backend.fold_rows(&ints, log as u32, weights)));
        }
    }
}

fn transcript(c: &mut Criterion) {
    let state = [Fr::from(1u64), Fr::from(2u64), Fr::from(3u64)];
    c.bench_function("poseidon permutation", |b| b.iter(|| poseidon::permute(std::hint::black_box(state))));
    c.bench_function("round of the transcript", |b| {
        let mut duplex = Duplex::new(&mut Native);
        b.iter(|| {
            duplex.absorb(&state[..2]);
            duplex.challenge(&mut Native)
        });
    });
}

criterion_group!(benches, msm, sumcheck, transcript);
criterion_main!(benches);
