//! Verifies a seal from `record.bin` and the proof alone: `verify_seal RECORD PROOF`.

use verin_circuits::artifact::{ProofFile, RecordFile};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_circuits::plonk::seal::verify_seal;
use verin_circuits::statement::decode_value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = std::env::args().skip(1);
    let mut read = || std::fs::read(files.next().ok_or(std::io::Error::other("usage: verify_seal RECORD PROOF"))?);
    let record = RecordFile::decode(&read()?)?.record;
    let proof = ProofFile::decode(&read()?)?;

    // The SRS is the verifier's choice, never the record's. This one is for development: anyone can forge under it.
    let verified = verify_seal(&record, VerifierSrs::insecure(), &proof.statement, &proof.body)?;

    println!("valid: {} inference(s)", verified.batch);
    let values = |bytes: &[u8], width| bytes.chunks(width).map(decode_value).collect::<Vec<_>>();
    if record.output.width > 0 {
        println!("outputs {:?}", values(&proof.statement.output, record.output.width));
    }
    Ok(())
}
