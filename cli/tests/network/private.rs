//! A private input: the chain has its commitment, its prover the plaintext, encrypted, and nobody else anything.

use crate::chain::{Shell, block_on, input};
use crate::support::Place;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use verin_contracts::handover::DeliveryKey;
use verin_contracts::jobs::Status;
use verin_contracts::market::Fulfilment;
use verin_contracts::{B256, amount};
use verin_prover::backend::Cpu;
use verin_prover::input::InputOpening;
use verin_prover::keyfile;
use verin_prover::prove::Prover;

#[test]
fn a_private_input_is_delivered_while_its_requester_waits() {
    let place = Place::quantized();
    place.setup("k", "--input private");
    let shell = Shell::deployed(place);
    shell.person("owner", "0");
    shell.person("requester", "100");
    let payout = shell.person("prover", "200");
    shell.json("stake add 100", "prover");
    shell.json("collateral deposit 10", "prover");
    let listing = shell.json("model register k --price 2", "owner")["listing"].as_str().expect("a number").to_owned();
    let line = format!("request --listing {listing} --input {}", input());
    shell.fails(&format!("{line} --model d.vq"), "requester", 2, &["private", "--keys"]);
    shell.fails(&format!("{line} --keys k --lock-for 1m"), "requester", 2, &["--lock-for", "3600"]);

    let line = shell.line(&format!("--json {line} --keys k --bond 1 --wait"), "requester");
    let child = Command::new(env!("CARGO_BIN_EXE_verin"))
        .args(line.split_whitespace())
        .current_dir(shell.place.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // The opening is there before the request is: its name is the job's.
    let job: B256 = shell.until(|| {
        let files = shell.place.files();
        let names = files.iter().filter_map(|(path, _)| path.file_name()?.to_str()?.strip_suffix(".opening"));
        names.filter_map(|name| name.parse().ok()).next()
    });
    let opening = shell.place.path(&format!("{job}.opening"));
    assert_eq!(std::fs::metadata(&opening).expect("a file").permissions().mode() & 0o777, 0o600);

    block_on(async {
        let contracts = shell.contracts("prover").await;
        let delivery_key = DeliveryKey::generate();
        contracts.register_key(payout, delivery_key.public()).await.expect("a key");
        while contracts.job(job).await.is_err() {
            tokio::time::sleep(contracts.network.poll_interval()).await;
        }
        contracts.reserve(payout, job, payout).await.expect("a reservation");
        while contracts.job(job).await.expect("a job").0 == Status::Reserved {
            tokio::time::sleep(contracts.network.poll_interval()).await;
        }
        // From the chain alone.
        let delivered = contracts.delivered(job).await.expect("a delivery");
        let plain = delivery_key.open(job, &delivered).expect("for this prover");
        assert_eq!(plain, std::fs::read(&opening).expect("a file"));
        let opening = InputOpening::decode(&plain).expect("an opening");
        let key = keyfile::decode(&shell.place.read("k/prover.key")).expect("a key");
        let mut prover = Prover::new(key, &Cpu);
        contracts.acknowledge(payout, job).await.expect("a lock");
        prover.prepare(1, true).expect("a circuit");
        let context = contracts.context(&[job], payout);
        let inputs = std::slice::from_ref(&opening.values);
        let mut rng = rand::rngs::OsRng;
        let proven = prover.prove_committed(inputs, Some(&opening.blinders), context.0, true, &mut rng);
        let proof = proven.expect("a proof").proof;
        prover.check_opening(&opening, &proof.statement.input).expect("what was committed to");
        let (input, output) = (proof.statement.input.into(), proof.statement.output.into());
        let fulfilment = Fulfilment { jobs: vec![job], input, output, seal: proof.body.into(), payout };
        contracts.fulfil(payout, &fulfilment).await.expect("a settlement");
    });

    let ended = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{stderr}");
    assert!(stderr.contains(&format!("verin job wait {job}")), "{stderr}");
    let facts: Value = serde_json::from_slice(&ended.stdout).expect("one JSON document");
    let run = shell.place.json(&format!("run d.vq --input {}", input()));
    assert_eq!((&facts["private"], &facts["bond"]), (&json!(true), &json!("1")));
    assert_eq!(facts["outcome"]["status"], "fulfilled");
    assert_eq!(facts["outcome"]["output"]["values"]["values"], run["output_int"]);
    assert_eq!(facts["outcome"]["output"]["floats"], run["output"][0]);
    // The bond is back.
    let balance = shell.json("balance", "requester");
    let parts = [&balance["tokens"], &balance["credit"]].map(|part| part.as_str().expect("a string"));
    let sum = parts.map(|part| amount::parse("tokens", part).expect("an amount")).iter().sum();
    assert_eq!(amount::format(sum), "98");
}

#[test]
fn a_delivery_that_was_missed_ends_the_job_without_the_bond() {
    let place = Place::quantized();
    place.setup("k", "--input private");
    let shell = Shell::deployed(place);
    shell.person("owner", "0");
    shell.person("requester", "100");
    let payout = shell.person("prover", "200");
    shell.json("stake add 100", "prover");
    shell.json("collateral deposit 10", "prover");
    let listing = shell.json("model register k --price 2", "owner")["listing"].as_str().expect("a number").to_owned();
    let line = format!("request --listing {listing} --input {} --keys k --bond 1 --opening mine", input());
    let requested = shell.json(&line, "requester");
    assert!(requested["opening"].as_str().expect("a name").ends_with("mine"));
    shell.fails(&line, "requester", 4, &["mine", "exists"]);
    let job: B256 = requested["job"].as_str().expect("an id").parse().expect("an id");
    shell.fails(&format!("job deliver {job} --opening mine"), "requester", 53, &["reservation"]);
    block_on(async {
        let contracts = shell.contracts("prover").await;
        contracts.register_key(payout, DeliveryKey::generate().public()).await.expect("a key");
        contracts.reserve(payout, job, payout).await.expect("a reservation");
    });
    shell.place.write("other", b"no opening at all");
    shell.fails(&format!("job deliver {job} --opening other"), "requester", 20, &["other"]);
    shell.fails(&format!("job deliver {job} --opening mine"), "prover", 63, &["NotAllowed"]);
    shell.pass(1_801);
    shell.fails(&format!("job deliver {job} --opening mine"), "requester", 63, &["TooLate"]);
    assert_eq!(shell.json(&format!("job end-reservation {job}"), "requester")["refund"], "2");
    assert_eq!(shell.json("withdraw", "requester")["withdrawn"], "2");
    assert_eq!(shell.json("balance", "requester")["tokens"], "99");
}
