//! Gas of the bare verify call, whole transactions on a real local chain: `gas RECORD PROOF [PROOF ...]`, one JSON line a proof.

use std::path::Path;
use verin_circuits::artifact::{ProofFile, RecordFile};
use verin_circuits::commitment::srs::VerifierSrs;
use verin_contracts::B256;
use verin_contracts::chain::LocalChain;
use verin_contracts::deploy::{Parameters, deploy};
use verin_contracts::market::Fulfilment;
use verin_contracts::network::{Network, account};
use verin_contracts::npm::Anvil;

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut files = std::env::args().skip(1);
    let record =
        RecordFile::decode(&std::fs::read(files.next().ok_or("usage: gas RECORD PROOF [PROOF ...]")?)?)?.record;

    let anvil = Anvil::locate(Path::new(env!("CARGO_MANIFEST_DIR")))?;
    if !anvil.is_installed() {
        anvil.install()?;
    }
    let chain = LocalChain::start(&anvil, None)?;
    let deployer = account("deployer");
    let network = Network::connect(&chain.url(), &["deployer"]).await?;
    let parameters = Parameters::insecure(deployer, deployer);
    let contracts = deploy(&network, &parameters, VerifierSrs::insecure(), |_| ()).await?;
    let (hash, published) = contracts.publish(deployer, &record.encode()).await?;
    for file in files {
        let proof = ProofFile::decode(&std::fs::read(&file)?)?;
        let batch = proof.statement.batch(&record)?;
        let fulfilment = Fulfilment {
            jobs: Vec::new(),
            input: proof.statement.input.into(),
            output: proof.statement.output.into(),
            seal: proof.body.into(),
            payout: deployer,
        };
        let gas = contracts.verify_gas(deployer, hash, B256::from(proof.statement.context), &fulfilment).await?;
        println!("{{\"proof\": {file:?}, \"batch\": {batch}, \"gas\": {gas}, \"gas_publish\": {published}}}");
    }
    Ok(())
}
