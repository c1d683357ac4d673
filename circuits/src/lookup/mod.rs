//! All lookups of a model as one LogUp argument (Haböck, ePrint 2022/1530), its fractional sum proved by
//! GKR (Papini, Haböck, ePrint 2023/1284): no inverse is committed.
//!
//! Every looked-up slot contributes `1 / d`, every table entry `-multiplicity / d`, with
//! `d = beta + tag + class + alpha * key + alpha^2 * value`; the sum of all is zero. `alpha` and `beta` are drawn
//! when every column is committed. [`fraction`] walks the tree from its root to a claim on the leaves;
//! [`leaves`] explains that claim by claims on the columns.

pub mod fraction;
pub mod leaves;
