//! Proofs of programs, verified from what a verifier gets.

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::LazyLock;
use verin_circuits::statement::decode_value;
use verin_prover::backend::Cpu;
use verin_prover::error::ProverError;
use verin_prover::keys::{Profile, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs;
use verin_quantizer::Graph;

/// The development SRS, as far as any of them needs it.
static SRS: LazyLock<Srs> = LazyLock::new(|| Srs::insecure((1 << 18) + 1));

/// Proves that `input` gives `output`, and verifies it.
pub fn prove(graph: &Graph, input: &[i64], output: &[i64], options: SetupOptions) -> Result<(), ProverError> {
    let key = setup(&Cpu, graph.clone(), options, &|powers| {
        Ok(Srs { powers: SRS.powers.iter().take(powers).copied().collect(), verifier: SRS.verifier.clone() })
    })?;
    let mut prover = Prover::new(key, &Cpu);
    let sealed = options.profile == Profile::Chain;
    let proven = prover.prove(&[input.to_vec()], [7; 32], sealed, &mut ChaCha20Rng::seed_from_u64(1))?;
    let record = &prover.key().record;
    record.verify(&proven.proof, &SRS.verifier)?;
    assert_eq!(proven.outputs, [output]);
    // What is shown is what was proved; commitments are the verifier's to check.
    let statement = &proven.proof.statement;
    for (port, bytes, values) in
        [(record.record.input, &statement.input, input), (record.record.output, &statement.output, output)]
    {
        if port.width > 0 {
            assert!(bytes.chunks(port.width).map(decode_value).eq(values.iter().copied()), "another statement");
        }
    }
    Ok(())
}
