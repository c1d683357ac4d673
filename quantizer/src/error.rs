//! What can go wrong, each with the thing it concerns and what would mend it.

/// An error of this crate. `file` is the name the caller gave, for messages only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    #[error("{file}: cannot be read: {source}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file or a part of one exceeds a limit.
    #[error("{file}: {what} is {got}, the limit is {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// What is measured, with its unit.
        what: String,
        /// Its size.
        got: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// The bytes are not an ONNX model.
    #[error("{file}: not an ONNX model: {reason}; export the network again, for example with torch.onnx.export")]
    NotOnnx {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// An operator that has no builder.
    #[error("{file}: node `{node}` is a {operator}, which is not supported; supported operators: {supported}")]
    UnsupportedOperator {
        /// The file.
        file: String,
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
        /// All that are supported.
        supported: String,
    },
    /// A supported operator used in a way that is not.
    #[error("{file}: node `{node}` ({operator}): {reason}; {remedy}")]
    UnsupportedUse {
        /// The file.
        file: String,
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
        /// What is not supported.
        reason: String,
        /// What to do instead.
        remedy: &'static str,
    },
    /// The model contradicts itself or the ONNX specification.
    #[error("{file}: {at}: expected {expected}, got {got}")]
    Model {
        /// The file.
        file: String,
        /// Node or value.
        at: String,
        /// What a well-formed model has there.
        expected: String,
        /// What is there.
        got: String,
    },
    /// A dimension other than the batch is not a number.
    #[error(
        "{file}: dimension {index} of `{value}` is dynamic ({got}); only the first dimension may be (it is the batch, \
         taken as 1): export the model with fixed shapes"
    )]
    DynamicDimension {
        /// The file.
        file: String,
        /// The input or output.
        value: String,
        /// Which dimension.
        index: usize,
        /// Its name or value.
        got: String,
    },
    /// A weight that is not a number.
    #[error(
        "{file}: tensor `{tensor}` holds {got} at index {index}; weights must be finite: train or export the model again"
    )]
    NonFiniteWeight {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Position, row-major.
        index: usize,
        /// NaN or an infinity.
        got: f64,
    },
    /// Numbers that no program can hold.
    #[error("{file}: `{node}`: expected {expected}, got {got}; {remedy}")]
    Calibration {
        /// The file.
        file: String,
        /// The node.
        node: String,
        /// What is needed.
        expected: String,
        /// What there is.
        got: String,
        /// What to do.
        remedy: &'static str,
    },
    /// An accumulator that could leave the range that proofs allow.
    #[error("`{node}`: accumulator may reach {got}, the limit is {limit}: quantize with fewer bits (--bits)")]
    Accumulator {
        /// The node.
        node: String,
        /// Largest magnitude by the static bound; the largest number, if it is larger.
        got: u64,
        /// The limit, exclusive.
        limit: i64,
    },
    /// Bounds by declared ranges instead of the weights themselves that exceed a limit.
    #[error(
        "`{node}`: with nothing known of the weights but their bits, expected {expected}, got {got}: quantize with fewer bits (--bits), or \
         publish the weights"
    )]
    DeclaredRange {
        /// The node.
        node: String,
        /// What is needed.
        expected: String,
        /// What there is.
        got: String,
    },
    /// Options that make no sense.
    #[error("{option}: expected {expected}, got {got}")]
    Option {
        /// Its name.
        option: &'static str,
        /// What is accepted.
        expected: String,
        /// What was given.
        got: String,
    },
    /// A sample or input file that cannot be used.
    #[error("{file}: expected {expected}, got {got}; {remedy}")]
    Samples {
        /// The file.
        file: String,
        /// What is needed.
        expected: String,
        /// What there is.
        got: String,
        /// What to do.
        remedy: String,
    },
    /// An input value that is not a number.
    #[error("input value {index} is {got}; every input must be finite")]
    NonFiniteInput {
        /// Position, row-major.
        index: usize,
        /// NaN or an infinity.
        got: f32,
    },
    /// An input of the wrong length.
    #[error("expected {expected} input values, got {got}")]
    InputLength {
        /// Real cells of the input.
        expected: usize,
        /// Values given.
        got: usize,
    },
    /// An integer input outside the range of the program.
    #[error("input value {index} is {got}, outside {lo}..={hi}")]
    InputRange {
        /// Position, row-major.
        index: usize,
        /// The value.
        got: i64,
        /// Smallest legal value.
        lo: i64,
        /// Largest legal value.
        hi: i64,
    },
    /// A program that is not well-formed.
    #[error("{at}: expected {expected}, got {got}")]
    InvalidGraph {
        /// Node or field.
        at: String,
        /// What a valid program has.
        expected: String,
        /// What it has.
        got: String,
    },
    /// Bytes that are no canonical program or `.vq` file.
    #[error(
        "byte {offset}: expected {expected}, got {got}; the file is damaged or of another version: quantize the model again"
    )]
    Decode {
        /// Where.
        offset: usize,
        /// What belongs there.
        expected: String,
        /// What is there.
        got: String,
    },
}

impl Error {
    /// An accumulator of `node` that reaches `reach`.
    pub(crate) fn accumulator(node: &str, reach: i128) -> Self {
        let got = u64::try_from(reach.unsigned_abs()).unwrap_or(u64::MAX);
        Self::Accumulator { node: node.into(), got, limit: crate::ops::ACC_LIMIT }
    }
}
