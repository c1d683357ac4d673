//! Storage of a tensor.

/// Dimensions of one tensor of one inference, outermost first; none for a scalar.
///
/// Each axis of `n` elements is stored as `2^ceil(log2 n)`, row-major, so that an element's index is the concatenation
/// of the bits of its coordinates. An axis of one element has no bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(Vec<u32>);

impl Shape {
    /// A shape with these dimensions, each at least 1.
    pub fn new(dims: impl Into<Vec<u32>>) -> Self {
        Self(dims.into())
    }
    /// The dimensions.
    pub fn dims(&self) -> &[u32] {
        &self.0
    }
    /// Number of axes.
    pub fn rank(&self) -> usize {
        self.0.len()
    }
    /// Elements along `axis`; 1 beyond the last.
    pub fn dim(&self, axis: usize) -> u32 {
        self.0.get(axis).copied().unwrap_or(1)
    }
    /// Index bits of `axis`.
    pub fn axis_log(&self, axis: usize) -> u32 {
        bits(self.dim(axis))
    }
    /// log2 of the number of stored cells.
    pub fn log(&self) -> u32 {
        self.0.iter().map(|n| bits(*n)).sum()
    }
    /// Number of stored cells, padding included.
    pub fn cells(&self) -> usize {
        1 << self.log()
    }
    /// Number of real cells: without padding.
    pub fn real_cells(&self) -> usize {
        self.0.iter().map(|n| *n as usize).product()
    }
    /// Whether every stored cell is real.
    pub fn is_full(&self) -> bool {
        self.0.iter().all(|n| n.is_power_of_two())
    }
    /// Distance in stored cells between neighbours along each axis.
    pub fn strides(&self) -> Vec<usize> {
        let mut stride = 1usize;
        let mut strides: Vec<usize> = self
            .0
            .iter()
            .rev()
            .map(|n| {
                let own = stride;
                stride <<= bits(*n);
                own
            })
            .collect();
        strides.reverse();
        strides
    }
    /// Stored indices of the real cells, in row-major order of the real cells.
    pub fn real_indices(&self) -> Vec<usize> {
        let mut indices = vec![0usize];
        for (n, stride) in self.0.iter().zip(self.strides()) {
            indices = indices.iter().flat_map(|base| (0..*n as usize).map(move |i| base + i * stride)).collect();
        }
        indices
    }
    /// Real cells of `stored`, row-major.
    pub fn real<T: Copy>(&self, stored: &[T]) -> Vec<T> {
        if self.is_full() {
            return stored.to_vec();
        }
        self.real_indices().into_iter().filter_map(|i| stored.get(i).copied()).collect()
    }
    /// Storage of `real` cells, padded with zeros.
    pub fn pad<T: Copy + Default>(&self, real: &[T]) -> Vec<T> {
        if self.is_full() {
            return real.to_vec();
        }
        let mut stored = vec![T::default(); self.cells()];
        for (index, value) in self.real_indices().into_iter().zip(real) {
            if let Some(cell) = stored.get_mut(index) {
                *cell = *value;
            }
        }
        stored
    }
}

/// Bits that tell `n` elements apart: `ceil(log2 n)`.
pub fn bits(n: u32) -> u32 {
    u32::BITS - n.saturating_sub(1).leading_zeros()
}
