//! The scalars that operations compute with, and their dot products.

use super::gather::Cells;
use super::product::Dots;

/// A number that operations compute with: `f64` in float models, `i64` in integer programs. Integers wrap: where a
/// result fits, and those of valid programs do, it is exact, whatever the sums on the way to it.
pub trait Scalar: Copy + Default + Send + Sync + PartialOrd + Entry<Self> + From<i32> + From<u32> {
    /// The product.
    fn times(self, other: Self) -> Self;
    /// All dot products of `task`.
    fn dots(task: &Dots<'_, Self>) -> Vec<Self>;
}

/// An entry of the rows between which dot products are taken.
pub trait Entry<T>: Copy + Default + Send + Sync {
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// A cell of a narrow source, `count` times.
    fn narrow(cell: i32, count: u32) -> Self;
    /// A cell of any other source, `count` times.
    fn wide(cell: T, count: u32) -> Self;
    /// The dot product, of runs of `run` entries where sums of more might overflow.
    fn dot(a: &[Self], b: &[Self], run: usize) -> T;
}

impl Scalar for f64 {
    fn times(self, other: Self) -> Self {
        self * other
    }
    fn dots(task: &Dots<'_, Self>) -> Vec<Self> {
        task.run::<f64>(usize::MAX)
    }
}

impl Entry<f64> for f64 {
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn narrow(cell: i32, count: u32) -> Self {
        f64::from(cell) * f64::from(count)
    }
    fn wide(cell: f64, count: u32) -> Self {
        cell * f64::from(count)
    }
    fn dot(a: &[Self], b: &[Self], _: usize) -> f64 {
        // Sums in lanes, in an order that does not depend on the machine.
        let mut lanes = [0.0; 8];
        let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
        let tail: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
        for (a, b) in a.zip(b) {
            for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
                *lane += a * b;
            }
        }
        lanes.iter().sum::<f64>() + tail
    }
}

/// Runs of 16-bit products shorter than this are not worth it.
const SHORTEST_RUN: u64 = 64;

impl Scalar for i64 {
    fn times(self, other: Self) -> Self {
        self.wrapping_mul(other)
    }
    fn dots(task: &Dots<'_, Self>) -> Vec<Self> {
        let [a, b] = [task.a.tied, task.b.tied].map(|tied| {
            let largest = match tied.operand.cells {
                Cells::Narrow(cells) => cells.iter().map(|c| u64::from(c.unsigned_abs())).max(),
                Cells::Wide(cells) => cells.iter().map(|c| c.unsigned_abs()).max(),
            };
            largest.unwrap_or(0).saturating_mul(tied.fan())
        });
        let run = u64::from(i32::MAX.unsigned_abs()) / a.saturating_mul(b).max(1);
        let narrow = i16::MAX.unsigned_abs().into();
        if a <= narrow && b <= narrow && run >= SHORTEST_RUN {
            task.run::<i16>(run as usize)
        } else {
            task.run::<i64>(usize::MAX)
        }
    }
}

impl Entry<i64> for i64 {
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn narrow(cell: i32, count: u32) -> Self {
        i64::from(cell).wrapping_mul(count.into())
    }
    fn wide(cell: i64, count: u32) -> Self {
        cell.wrapping_mul(count.into())
    }
    fn dot(a: &[Self], b: &[Self], _: usize) -> i64 {
        a.iter().zip(b).fold(0, |sum, (a, b)| sum.wrapping_add(a.wrapping_mul(*b)))
    }
}

/// Used only where every entry fits.
impl Entry<i64> for i16 {
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn narrow(cell: i32, count: u32) -> Self {
        (cell as i16).wrapping_mul(count as i16)
    }
    fn wide(cell: i64, count: u32) -> Self {
        (cell as i16).wrapping_mul(count as i16)
    }
    fn dot(a: &[Self], b: &[Self], run: usize) -> i64 {
        // In this form compilers use instructions that multiply and add 16-bit numbers.
        let short = |(a, b): (&[i16], &[i16])| -> i64 {
            let products = a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b));
            products.fold(0i32, i32::wrapping_add).into()
        };
        if a.len() <= run { short((a, b)) } else { a.chunks(run).zip(b.chunks(run)).map(short).sum() }
    }
}
