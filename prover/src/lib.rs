//! Keys, witness, the core prover and sealing.
