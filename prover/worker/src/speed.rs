//! What proofs took, by record and batch, as moving averages.

use crate::error::B256;
use std::collections::HashMap;
use std::time::Duration;

/// Weight of the latest proof.
const LATEST: f64 = 0.25;

/// What proofs of one record and batch take, on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Average {
    /// Wall time of a proof, in milliseconds.
    pub wall_ms: f64,
    /// CPU time an inference, in milliseconds.
    pub cpu_ms_per_inference: f64,
    /// Proofs that it is of.
    pub proofs: u64,
}

/// Averages of all records and batches that were proved.
#[derive(Clone, Debug, Default)]
pub struct Speeds {
    known: HashMap<(B256, usize), Average>,
}

impl Speeds {
    /// Takes note of a proof of `inferences` jobs in a batch.
    pub fn note(&mut self, record: B256, batch: usize, inferences: usize, wall: Duration, cpu: Duration) {
        let (wall, cpu) = (wall.as_secs_f64() * 1e3, cpu.as_secs_f64() * 1e3 / inferences.max(1) as f64);
        let average = self.known.entry((record, batch)).or_insert(Average {
            wall_ms: wall,
            cpu_ms_per_inference: cpu,
            proofs: 0,
        });
        average.wall_ms += LATEST * (wall - average.wall_ms);
        average.cpu_ms_per_inference += LATEST * (cpu - average.cpu_ms_per_inference);
        average.proofs += 1;
    }

    /// What is known of a record and batch.
    pub fn of(&self, record: B256, batch: usize) -> Option<Average> {
        self.known.get(&(record, batch)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_follow_what_proofs_take() {
        let mut speeds = Speeds::default();
        let (record, ms) = (B256::repeat_byte(1), Duration::from_millis);
        assert_eq!(speeds.of(record, 8), None);
        speeds.note(record, 8, 4, ms(1_000), ms(2_000));
        let first = Average { wall_ms: 1_000.0, cpu_ms_per_inference: 500.0, proofs: 1 };
        assert_eq!(speeds.of(record, 8), Some(first));
        speeds.note(record, 8, 8, ms(2_000), ms(800));
        let then = Average { wall_ms: 1_250.0, cpu_ms_per_inference: 400.0, proofs: 2 };
        assert_eq!(speeds.of(record, 8), Some(then));
        assert_eq!(speeds.of(record, 1), None, "a batch of its own");
        for _ in 0..100 {
            speeds.note(record, 8, 8, ms(3_000), ms(800));
        }
        let last = speeds.of(record, 8).map(|average| (average.wall_ms.round(), average.cpu_ms_per_inference.round()));
        assert_eq!(last, Some((3_000.0, 100.0)));
    }
}
