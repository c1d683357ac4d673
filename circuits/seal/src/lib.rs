//! The halo2-KZG circuit that runs the core verifier.
