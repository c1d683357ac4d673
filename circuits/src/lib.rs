//! The proof protocol and its verifier.
