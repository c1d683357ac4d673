//! The life of a network: deployed, staked in, listed, requested, proved, settled, rewarded; every amount to the last unit.

use crate::chain::{Shell, block_on, id, input, tokens};
use crate::support::Place;
use serde_json::json;
use verin_contracts::amount::TOKEN;
use verin_contracts::rewards::{AUCTION_WINDOW, EPOCH};
use verin_contracts::{B256, U256};

const DAY: u64 = 24 * 60 * 60;

#[test]
fn a_public_inference_is_paid_for_proved_and_rewarded() {
    let place = Place::quantized();
    place.setup("k", "");
    let shell = Shell::deployed(place);
    let (owner, requester) = (shell.person("owner", "0"), shell.person("requester", "100"));
    let prover = shell.person("prover", "200");

    // The prover stakes and puts collateral in.
    shell.json("stake add 100", "prover");
    let stake = shell.json("stake show", "prover");
    assert_eq!((&stake["staked"], &stake["prover_bonded"]), (&json!("100"), &json!("100")));
    shell.fails("stake unbond all", "prover", 63, &["BondedTooRecently", "within a day"]);
    assert_eq!(shell.json("collateral deposit 10.5", "prover")["free_collateral"], "10.5");
    assert_eq!(shell.json("collateral withdraw 0.5", "prover")["free_collateral"], "10");

    // The owner offers the model; twice is once.
    let published = shell.place.json("model publish k --artifacts store --artifacts mirror");
    let line = "model register k --price 1.5 --owner-share 20 --about https://example.org/digits --artifacts store";
    let listed = shell.json(line, "owner");
    assert_eq!((&listed["record_hash"], &listed["listing_was_there"]), (&published["record_hash"], &json!(false)));
    let again = shell.json(line, "owner");
    assert_eq!((&again["listing"], &again["listing_was_there"]), (&listed["listing"], &json!(true)));
    assert_eq!(again["gas"], 0);
    let offers = shell.json("model list", "owner")["listings"].clone();
    assert_eq!(offers.as_array().expect("a list").len(), 1);
    assert_eq!((&offers[0]["price"], &offers[0]["owner_share_percent"]), (&json!("1.5"), &json!("20")));
    assert_eq!((&offers[0]["owner"], &offers[0]["jobs"]), (&json!(owner), &json!(0)));

    // A request by floats, from the stored program; the output is that of `run`.
    let listing = listed["listing"].as_str().expect("a number").to_owned();
    let line = format!("request --listing {listing} --input {} --artifacts store --direct", input());
    let requested = shell.json(&line, "requester");
    assert_eq!((&requested["max_price"], &requested["private"]), (&json!("1.5"), &json!(false)));
    let job = id(&requested["job"]);
    assert_eq!(shell.json(&format!("job show {job}"), "requester")["status"], "open");
    shell.fails(&format!("job expire {job}"), "requester", 63, &["TooEarly", "job show"]);
    shell.settle(job, "k", &input(), "prover");
    let done = shell.json(&format!("job wait {job} --model d.vq"), "requester");
    let run = shell.place.json(&format!("run d.vq --input {}", input()));
    assert_eq!(done["status"], "fulfilled");
    assert_eq!(done["output"]["values"]["values"], run["output_int"]);
    assert_eq!(done["output"]["floats"], run["output"][0]);
    assert_eq!((&done["output"]["proved_by"], &done["output"]["late"]), (&json!(prover), &json!(false)));
    shell.fails(&format!("job refund {job}"), "requester", 63, &["WrongStatus"]);

    // 1.5: a fee of 1 %, 20 % to the owner, the rest to the prover.
    assert_eq!(shell.json("balance", "requester")["tokens"], "98.5");
    let balance = shell.json("balance", "owner");
    assert_eq!((&balance["credit"], &balance["tokens"]), (&json!("0.3"), &json!("0")));
    assert_eq!(shell.json("withdraw", "owner")["withdrawn"], "0.3");
    assert_eq!(shell.json("balance", "owner")["tokens"], "0.3");
    assert_eq!(shell.json("withdraw", "prover")["withdrawn"], "1.185");
    shell.fails("withdraw", "prover", 63, &["NoCredit"]);

    // Of the fee, 0.015, three quarters are rewards: four fifths of them the prover's, the rest the owner's.
    assert_eq!(shell.json("rewards show", "prover")["claimable"], "0");
    shell.fails("rewards claim --epoch 0", "prover", 63, &["EpochNotClosed"]);
    shell.pass(EPOCH + AUCTION_WINDOW);
    let claimed = shell.json("rewards claim", "prover");
    assert_eq!((&claimed["claimed"], &claimed["epochs_closed"]), (&json!("0.009"), &json!(1)));
    assert_eq!(shell.json("rewards show", "owner")["claimable"], "0.00225");
    assert_eq!(shell.json("rewards claim --epoch 0", "owner")["claimed"], "0.00225");
    assert_eq!(shell.json("rewards claim", "owner")["rewards"], json!([]));

    // The prover leaves.
    let ticket = shell.json("stake unbond 40", "prover");
    assert_eq!(ticket["amount"], "40");
    let name = ticket["ticket"].as_str().expect("a number");
    shell.fails(&format!("stake withdraw {name}"), "prover", 63, &["StillUnbonding", "15 days"]);
    assert_eq!(shell.json("stake withdraw", "prover")["withdrawn"], "0");
    shell.pass(15 * DAY);
    assert_eq!(shell.json("stake withdraw", "prover")["withdrawn"], "40");
    let stake = shell.json("stake show", "prover");
    assert_eq!((&stake["staked"], &stake["tickets"]), (&json!("60"), &json!([])));
    assert_eq!(shell.json("collateral withdraw all", "prover")["free_collateral"], "0");
    // 200 - 60 at stake + 1.185 + 0.009.
    assert_eq!(shell.json("balance", "prover")["tokens"], "141.194");
    block_on(async {
        let contracts = shell.contracts("requester").await;
        let market = contracts.balance(*contracts.market.address()).await.expect("a balance");
        assert_eq!(market, U256::ZERO, "the market keeps nothing");
        let held = contracts.balance(requester).await.expect("a balance");
        assert_eq!(held, U256::from(985 * TOKEN / 10));
    });
}

#[test]
fn a_job_that_nobody_does_is_ended_from_the_shell() {
    let place = Place::quantized();
    place.setup("k", "");
    let shell = Shell::deployed(place);
    shell.person("owner", "0");
    let requester = shell.person("requester", "100");
    let prover = shell.person("prover", "200");
    shell.json("stake add 100", "prover");
    shell.json("collateral deposit 10", "prover");
    let listing = shell.json("model register k --price 2", "owner")["listing"].as_str().expect("a number").to_owned();
    // Integers need no model.
    let run = shell.place.json(&format!("run d.vq --input {}", input()));
    shell.place.write("ints.json", json!({ "input_int": run["input_int"] }).to_string());
    let request = |options: &str| {
        let line = format!("request --listing {listing} --input ints.json {options}");
        id(&shell.json(&line, "requester")["job"])
    };

    // Nobody takes it.
    let job = request("--lock-for 5m --max-price 3.25");
    assert_eq!(tokens(&shell.json("balance", "requester")["tokens"]), U256::from(9_675 * TOKEN / 100));
    shell.pass(301);
    shell.fails(&format!("job wait {job}"), "requester", 64, &["open", "job expire"]);
    assert_eq!(shell.json(&format!("job expire {job}"), "requester")["refund"], "3.25");
    assert_eq!(shell.json(&format!("job show {job}"), "requester")["status"], "expired");
    shell.fails(&format!("job wait {job}"), "requester", 64, &["expired", "verin withdraw"]);

    // Notice is given, and five minutes later it is cancelled.
    let job = request("--lock-for 1h");
    let noticed = shell.json(&format!("job cancel {job}"), "requester");
    assert_eq!((&noticed["done"], &noticed["refund"]), (&json!("noticed"), &json!(null)));
    shell.fails(&format!("job cancel {job}"), "requester", 63, &["TooEarly"]);
    shell.pass(301);
    assert_eq!(shell.json(&format!("job cancel {job}"), "requester")["refund"], "2");

    // A prover locks it, and nobody proves it.
    let job: B256 = request("--lock-for 5m --prove-within 5m --late-for 5m");
    block_on(async {
        shell.contracts("prover").await.lock(prover, job, prover).await.expect("a lock");
    });
    assert_eq!(shell.json(&format!("job show {job}"), "requester")["status"], "locked");
    shell.fails(&format!("job void {job}"), "requester", 63, &["NotVoidable"]);
    shell.pass(901);
    assert_eq!(shell.json(&format!("job refund {job}"), "requester")["refund"], "2");
    assert_eq!(shell.json("withdraw", "requester")["withdrawn"], "7.25");
    assert_eq!(shell.json(&format!("balance {requester}"), "prover")["tokens"], "100");
}
