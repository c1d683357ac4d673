//! Why no key or no proof came out.

use thiserror::Error;
use verin_circuits::error::VerifyError;

/// Everything that can go wrong while a circuit is laid out, keyed or proved.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The program itself says no: with these scalars it rejects.
    #[error(transparent)]
    Program(#[from] VerifyError),
    /// The circuit does not fit.
    #[error("the circuit needs {rows} rows and {instances} instances; 2^{k} rows leave {usable}")]
    TooManyRows {
        /// Rows used.
        rows: usize,
        /// Instances.
        instances: usize,
        /// log2 of all rows.
        k: u32,
        /// Rows that are not blinded.
        usable: usize,
    },
    /// A slice has the wrong length.
    #[error("{what}: expected {expected}, got {got}")]
    Length {
        /// Of what.
        what: &'static str,
        /// Length demanded.
        expected: usize,
        /// Length given.
        got: usize,
    },
    /// The program does not use some gate or column, so that a key point would be the identity.
    #[error("{what} column {index} of the circuit is constant zero: its commitment has no encoding")]
    EmptyColumn {
        /// Kind of column.
        what: &'static str,
        /// Which.
        index: usize,
    },
    /// The environment changes halo2's degree bound.
    #[error("the constraint system has degree {got}, not {expected}")]
    Degree {
        /// The protocol's degree.
        expected: usize,
        /// halo2's.
        got: usize,
    },
    /// The program laid out for the proof is not the one the key was made for.
    #[error(
        "the circuit is not the key's: {rows} rows and {instances} instances, the key has {key_rows} and {key_instances}"
    )]
    OtherCircuit {
        /// Rows now.
        rows: usize,
        /// Instances now.
        instances: usize,
        /// Rows of the key.
        key_rows: usize,
        /// Instances of the key.
        key_instances: usize,
    },
    /// halo2 fails.
    #[error("halo2: {0}")]
    Halo2(#[from] halo2_proofs::plonk::Error),
    /// Bytes of a key are not ours, or cut off.
    #[error("key: {0}")]
    Io(#[from] std::io::Error),
}
