//! Jobs that are proved together.

use crate::index::job::Job;
use alloy::primitives::B256;
use std::collections::BTreeMap;

/// Cuts jobs into batches, each of one record and one verifier, most urgent first. `sizes` are those of a record's key sets; `cost(record, n)` is what a
/// batch of n jobs costs: larger batches are made only where they are cheaper than the smaller ones that they replace. Unless they are `due`,
/// jobs that do not fill the largest size are left out: others will come to fill it.
pub fn batches(
    jobs: Vec<Job>,
    due: bool,
    sizes: impl Fn(B256) -> Vec<usize>,
    cost: impl Fn(B256, usize) -> f64,
) -> Vec<Vec<Job>> {
    let mut groups: BTreeMap<_, Vec<Job>> = BTreeMap::new();
    for job in jobs {
        groups.entry((job.record, job.verifier)).or_default().push(job);
    }
    let mut batches = Vec::new();
    for ((record, _), mut jobs) in groups {
        jobs.sort_by_key(|job| (job.until.unwrap_or(job.lock_by), job.block, job.log));
        let sizes = sizes(record);
        let full = largest(&sizes);
        for size in cut(jobs.len(), &sizes, |n| cost(record, n)) {
            let rest = jobs.split_off(size.min(jobs.len()));
            let batch = std::mem::replace(&mut jobs, rest);
            if due || batch.len() >= full {
                batches.push(batch);
            }
        }
    }
    batches.sort_by_key(|batch| batch.first().map(|job| job.until.unwrap_or(job.lock_by)));
    batches
}

fn largest(sizes: &[usize]) -> usize {
    sizes.iter().copied().max().unwrap_or(1).max(1)
}

/// The cheapest way to cut `n` into batches of at most the largest size, larger ones first.
fn cut(n: usize, sizes: &[usize], cost: impl Fn(usize) -> f64) -> Vec<usize> {
    let most = largest(sizes);
    // best[k]: the cost of the cheapest cut of k, and its last batch.
    let mut best = vec![(0.0, 0)];
    for k in 1..=n {
        let mut least = (f64::INFINITY, 1);
        for last in 1..=k.min(most) {
            let total = best.get(k - last).map_or(f64::INFINITY, |(before, _)| before + cost(last));
            // Of equals the larger: fewer seals cost less gas.
            if total <= least.0 {
                least = (total, last);
            }
        }
        best.push(least);
    }
    let (mut cuts, mut k) = (Vec::new(), n);
    while let Some((_, last)) = best.get(k).filter(|(_, last)| *last > 0) {
        cuts.push(*last);
        k -= last;
    }
    cuts.sort_unstable_by(|a, b| b.cmp(a));
    cuts
}

#[cfg(test)]
mod tests {
    use super::{batches, cut};
    use crate::broker::decide::tests::job;
    use crate::index::job::Job;
    use proptest::prelude::*;

    #[test]
    fn batches_are_as_large_as_is_cheaper() {
        let sizes = [1, 2, 4, 8, 16, 32];
        // A proof costs the same whatever is in it.
        assert_eq!(cut(70, &sizes, |_| 1.0).iter().sum::<usize>(), 70);
        assert_eq!(cut(70, &sizes, |_| 1.0).len(), 3);
        // An inference costs the same whatever it is with, and there is a price to each slot that is left.
        assert_eq!(cut(5, &sizes, |n| n.next_power_of_two() as f64), [4, 1]);
        // Batches are dearer than their parts.
        assert_eq!(cut(3, &sizes, |n| (n * n) as f64), [1, 1, 1]);
        assert!(cut(0, &sizes, |_| 1.0).is_empty());
    }

    #[test]
    fn what_fills_no_batch_waits_until_it_is_due() {
        let jobs = |n: u64| (0..n).rev().map(|block| Job { block, ..job() }).collect::<Vec<_>>();
        let made = |n, due| {
            let batches = batches(jobs(n), due, |_| vec![1, 4], |_, _| 1.0);
            batches.iter().map(|batch| batch.iter().map(|job| job.block).collect()).collect::<Vec<Vec<u64>>>()
        };
        assert_eq!(made(3, false), [[0; 0]; 0]);
        assert_eq!(made(6, false), [[0, 1, 2, 3]], "the youngest wait");
        assert_eq!(made(6, true), [vec![0, 1, 2, 3], vec![4, 5]]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_large(n in 0usize..200, fixed in 0.0f64..100.0, each in 0.0f64..100.0) {
            let cuts = cut(n, &[1, 8, 32], |k| fixed + each * k as f64);
            prop_assert_eq!(cuts.iter().sum::<usize>(), n);
            prop_assert!(cuts.iter().all(|size| (1..=32).contains(size)));
        }
    }
}
