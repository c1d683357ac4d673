//! Why a verifier says no.

use thiserror::Error;

/// Everything that can go wrong while a record, a statement or a proof is read or checked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// A relation does not hold.
    #[error("the proof is rejected: {check} does not hold")]
    Rejected {
        /// Name of the check.
        check: &'static str,
    },
    /// Something has the wrong length.
    #[error("{what}: expected length {expected}, got {got}")]
    Length {
        /// What was read.
        what: &'static str,
        /// Length demanded by the record.
        expected: usize,
        /// Length found.
        got: usize,
    },
    /// A scalar is not below the group order, a coordinate not below the field's modulus.
    #[error("{what}: item {index} is not a canonical field element")]
    NotCanonical {
        /// What was read.
        what: &'static str,
        /// Which item.
        index: usize,
    },
    /// A point is off the curve or the identity.
    #[error("{what}: point {index} is not a point of the curve other than the identity")]
    BadPoint {
        /// What was read.
        what: &'static str,
        /// Which point.
        index: usize,
    },
    /// A value is outside its declared range.
    #[error("{what}: value {index} is {got}, outside {lo}..={hi}")]
    OutOfRange {
        /// What was read.
        what: &'static str,
        /// Which value.
        index: usize,
        /// The value.
        got: i64,
        /// Smallest legal value.
        lo: i64,
        /// Largest legal value.
        hi: i64,
    },
    /// Two things that must belong together do not.
    #[error("{what} does not match: expected {expected}, got {got}")]
    Mismatch {
        /// What was compared.
        what: &'static str,
        /// Expected, printed.
        expected: String,
        /// Found, printed.
        got: String,
    },
    /// A header is not what this version reads.
    #[error("{what}: {why}")]
    Malformed {
        /// What was read.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Nothing shows that the private weights of a record lie in their declared ranges.
    #[error(
        "the weights of this record are private and nothing shows that they lie in their declared ranges, so the record is refused: {why}"
    )]
    PrivateWeights {
        /// What is wrong with what should show it.
        why: String,
    },
    /// A schedule, a proof and what is known of a statement do not fit together.
    #[error("{what} does not fit the schedule of the model")]
    Inconsistent {
        /// What is missing or to spare.
        what: &'static str,
    },
    /// The program cannot be proved as it is.
    #[error("the model cannot be proved: {why}")]
    Unprovable {
        /// What is wrong and what to do.
        why: String,
    },
}
