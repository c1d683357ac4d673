//! The model of emissions, rewards and prices against vectors that `verifier-contract/test/fuzz/EconomyVectors.t.sol` puts to the
//! contracts' libraries: both compute every number, and both must get the one in the file.
//!
//! `VERIN_WRITE_FIXTURES=1 cargo test -p verin-economy --test vectors` writes the file anew.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeMap;
use std::path::Path;
use verin_economy::U256;
use verin_economy::formulas::{Pot, allocation, cost, emission, pool, price, share, stake_limit};

type Vectors = BTreeMap<String, Vec<String>>;

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test/fixtures/economy.json")
}

/// Columns of one number per case; the names are those the contract test reads.
#[derive(Default)]
struct Table(Vectors);

impl Table {
    fn push(&mut self, column: &str, value: U256) {
        self.0.entry(column.into()).or_default().push(format!("0x{value:x}"));
    }
}

/// A number of up to `bits` bits, small ones as likely as large ones.
fn number(rng: &mut ChaCha20Rng, bits: usize) -> U256 {
    let bits = rng.gen_range(0..=bits);
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    U256::from_be_bytes(bytes) >> (256 - bits).min(255) >> usize::from(bits == 0)
}

fn compute() -> Vectors {
    let mut rng = ChaCha20Rng::seed_from_u64(7_641);
    let mut table = Table::default();
    for epoch in (0..=160).chain([200, 1_000]) {
        let granted = number(&mut rng, 88).min(allocation());
        table.push("emissionEpoch", U256::from(epoch));
        table.push("emissionGranted", granted);
        table.push("emission", emission(epoch, granted));
    }
    for _ in 0..200 {
        let pot = Pot { fees: number(&mut rng, 100).max(U256::from(1)), proceeds: number(&mut rng, 90) };
        let proceeds = pot.proceeds + number(&mut rng, 90) + U256::from(1);
        let fee = number(&mut rng, 100).min(pot.fees);
        let (bps, epoch) = (rng.gen_range(0..=8_000), rng.gen_range(0..156));
        let paid = pool(proceeds, bps, emission(epoch, U256::ZERO));
        let stake = number(&mut rng, 90);
        for (column, value) in [
            ("proceeds", proceeds),
            ("bps", U256::from(bps)),
            ("epoch", U256::from(epoch)),
            ("potFees", pot.fees),
            ("potProceeds", pot.proceeds),
            ("fee", fee),
            ("stake", stake),
            ("pool", paid),
            ("prover", share(paid, proceeds, pot, fee, 8)),
            ("creator", share(paid, proceeds, pot, fee, 2)),
            ("limit", stake_limit(stake)),
        ] {
            table.push(column, value);
        }
    }
    for _ in 0..200 {
        let (start, floor, amount) = (number(&mut rng, 124), number(&mut rng, 40), number(&mut rng, 100));
        let elapsed = rng.gen_range(0..86_400);
        let now = price(start, floor, elapsed);
        for (column, value) in [
            ("start", start),
            ("floor", floor),
            ("elapsed", U256::from(elapsed)),
            ("amount", amount),
            ("price", now),
            ("cost", cost(amount, now)),
        ] {
            table.push(column, value);
        }
    }
    table.0
}

/// What the contract's tests read is what the model gives. `VERIN_WRITE_FIXTURES=1` makes it anew.
#[test]
fn the_model_gives_the_vectors() {
    if std::env::var_os("VERIN_WRITE_FIXTURES").is_some() {
        let text = serde_json::to_string_pretty(&compute()).expect("strings");
        std::fs::write(file(), text + "\n").expect("a file");
    }
    let text = std::fs::read_to_string(file()).expect("the vectors");
    let vectors: Vectors = serde_json::from_str(&text).expect("columns of numbers");
    assert_eq!(vectors, compute());
}

#[test]
fn the_schedule_adds_up_to_the_allocation() {
    let sum = (0..156).fold(U256::ZERO, |sum, epoch| sum + emission(epoch, U256::ZERO));
    assert_eq!(sum, allocation());
    assert_eq!(emission(156, sum), U256::ZERO);
}
