//! What is wrong is said in one line, with what to do, under its own exit code; no secret is in it, and nothing is left behind.

use crate::chain::{PASSWORD, Shell, chain, input};
use crate::support::{Place, Ran, root};
use std::os::unix::fs::PermissionsExt;

/// Anyone can look it up: the first account of anvil.
const ANVIL: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// Runs the binary with variables set.
fn with(place: &Place, variables: &[&str], line: &str) -> Ran {
    let words = variables.iter().copied().chain([env!("CARGO_BIN_EXE_verin")]).chain(line.split_whitespace());
    place.command("env", &words.collect::<Vec<_>>())
}

#[test]
fn key_files_and_passwords() {
    let place = Place::new();
    place.write("password", PASSWORD);
    place.write("other", "another password");
    place.write("empty", "\n");
    let made = place.json("account new --out key.json --password-file password");
    let address = made["address"].as_str().expect("an address");
    let mode = std::fs::metadata(place.path("key.json")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(place.json("account show key.json")["address"], address);
    let line = "account show key.json --unlock --password-file password";
    let shown = place.json(line);
    assert_eq!((&shown["address"], shown["unlocked"].as_bool()), (&made["address"], Some(true)));

    place.fails("account new --out key.json --password-file password", 4, &["key.json", "exists"]);
    place.fails("account new --out none/key.json --password-file password", 3, &["none/key.json"]);
    place.fails("account new --out new.json --password-file empty", 20, &["empty", "first line"]);
    place.fails("account new --out new.json --password-file missing", 3, &["missing"]);
    place.fails("account new --out new.json", 61, &["new.json", "--password-file", "VERIN_PASSWORD"]);
    place.fails("account show missing.json", 3, &["missing.json"]);
    place.fails("account show password", 20, &["password", "key file"]);
    place.fails("account show key.json --unlock --password-file other", 61, &["key.json", "password"]);
    place.fails("account show key.json --unlock", 61, &["--password-file"]);
    let ran = with(&place, &["VERIN_PASSWORD=wrong"], "account show key.json --unlock");
    assert!(ran.code == 61 && !ran.stderr.contains("wrong"), "{}", ran.stderr);

    // A file that others read is said to be one.
    std::fs::set_permissions(place.path("key.json"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let ran = place.verin(line);
    assert!(ran.code == 0 && ran.stderr.contains("chmod 600"), "{}", ran.stderr);
    for said in [&ran.stderr, &ran.stdout] {
        assert!(!said.contains(PASSWORD));
    }
}

#[test]
fn nodes_and_networks() {
    let place = Place::new();
    let account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let balance = format!("balance {account}");
    place.fails(&format!("{balance} --rpc http://127.0.0.1:9"), 53, &["http://127.0.0.1:9"]);
    place.fails(&format!("{balance} --rpc nowhere"), 2, &["nowhere"]);
    let chain = chain();
    let url = chain.url();
    place.fails(&format!("{balance} --rpc {url}"), 62, &["no code", "verin contracts deploy", "31337"]);
    place.json(&format!("contracts deploy --insecure-srs --rpc {url}"));
    let again = place.json(&format!("contracts deploy --insecure-srs --rpc {url}"));
    assert_eq!(again["gas"], 0, "everything was there");
    let shown = place.json(&format!("contracts show --rpc {url}"));
    let name_and_address = |value: &serde_json::Value| (value["name"].clone(), value["address"].clone());
    let list = |value: &serde_json::Value| value["contracts"].as_array().expect("a list").clone();
    assert!(list(&shown).iter().map(name_and_address).eq(list(&again).iter().map(name_and_address)));
    let deployer = again["deployer"].as_str().expect("an address");
    assert_eq!(place.json(&format!("{balance} --rpc {url} --deployer {deployer}"))["tokens"], "0");
    place.fails(&format!("{balance} --rpc {url} --deployer {account}"), 62, &[account, "--deployer"]);
    place.fails(&format!("{balance} --rpc {url} --deployer 0x12"), 2, &["--deployer", "0x12"]);
    place.fails(&format!("balance nobody --rpc {url}"), 2, &["ACCOUNT", "nobody"]);
    place.fails(&format!("balance --rpc {url}"), 2, &["--key"]);
    place.fails(&format!("withdraw --rpc {url}"), 60, &["--key", "VERIN_KEY"]);
    for bad in ["no key at all", &"0".repeat(64)] {
        let ran = with(&place, &[&format!("VERIN_KEY={bad}")], &format!("withdraw --rpc {url}"));
        assert!(ran.code == 60 && ran.stderr.contains("VERIN_KEY") && !ran.stderr.contains(bad), "{}", ran.stderr);
    }
    let ran = with(&place, &[&format!("VERIN_KEY={ANVIL}")], &format!("withdraw --rpc {url}"));
    assert!(ran.code == 63 && ran.stderr.contains("NoCredit") && !ran.stderr.contains(&ANVIL[2..]), "{}", ran.stderr);
}

#[test]
fn amounts_jobs_and_listings() {
    let place = Place::quantized();
    place.setup("k", "");
    place.setup("fast", "--profile fast");
    let shell = Shell::deployed(place);
    shell.person("poor", "0");
    for (line, code, words) in [
        ("stake add 1,5".to_owned(), 2, ["AMOUNT", "1,5"]),
        ("stake add 0".to_owned(), 2, ["AMOUNT", "more than nothing"]),
        ("stake add 0.0000000000000000001".to_owned(), 2, ["18 decimals", "AMOUNT"]),
        ("stake add 5".to_owned(), 63, ["ERC20InsufficientBalance", "verin balance"]),
        ("stake add 5 --prover me".to_owned(), 2, ["--prover", "me"]),
        ("stake unbond 5".to_owned(), 63, ["InsufficientShares", "stake show"]),
        ("stake withdraw one".to_owned(), 2, ["TICKET", "one"]),
        ("stake withdraw 7".to_owned(), 63, ["NotTicketOwner", "another account"]),
        ("collateral deposit 5".to_owned(), 63, ["ERC20InsufficientBalance", "verin balance"]),
        ("collateral withdraw 5".to_owned(), 63, ["InsufficientCollateral", "collateral deposit"]),
        ("rewards claim --epoch=-1".to_owned(), 2, ["--epoch", "-1"]),
        ("job show 0x12".to_owned(), 2, ["job", "64 hexadecimal"]),
        (format!("job show {}", "11".repeat(32)), 63, ["UnknownJob", "--deployer"]),
        ("model register k --price much".to_owned(), 2, ["--price", "much"]),
        ("model register k --price 1 --owner-share 99.5".to_owned(), 2, ["--owner-share", "99.5"]),
        ("model register fast --price 1".to_owned(), 22, ["profile", "--profile chain"]),
        ("model register none --price 1".to_owned(), 3, ["none/record.bin", "none"]),
        (format!("request --listing 0 --input {}", input()), 63, ["ERC721NonexistentToken", "model list"]),
        (format!("request --listing x --input {}", input()), 2, ["--listing", "x"]),
    ] {
        shell.fails(&line, "poor", code, &words);
    }
    shell.place.fails("model publish k --artifacts s3://", 2, &["s3://"]);
    shell.place.fails("model publish k --artifacts k/record.bin", 2, &["k/record.bin"]);
    shell.json("model register k --price 1", "poor");
    let listing = shell.json("model list", "poor")["listings"][0]["listing"].as_str().expect("a number").to_owned();
    let line = format!("request --listing {listing} --input {}", input());
    shell.fails(&line, "poor", 42, &["--model"]);
    shell.fails(&format!("{line} --model d.vq"), "poor", 63, &["ERC20InsufficientBalance", "verin balance"]);
    shell.fails(&format!("{line} --model d.vq --max-price 0.5"), "poor", 63, &["BadPrice", "--max-price"]);
    shell.fails(&format!("{line} --model d.vq --prove-within 15d"), "poor", 63, &["BadTimes", "14 days"]);
    shell.fails(&format!("{line} --model d.vq --lock-for soon"), "poor", 2, &["--lock-for", "soon"]);
    shell.fails(&format!("{line} --model d.vq --bond 1"), "poor", 63, &["BadBond", "--bond"]);
    shell.fails(&format!("{line} --keys fast"), "poor", 21, &["fast/prover.key", "record"]);
    shell.place.json(&format!("quantize {} --bits 6 -o other.vq", crate::support::fixture("mlp_digits.onnx")));
    shell.fails(&format!("{line} --model other.vq"), "poor", 21, &["other.vq", "another model"]);
    shell.fails(&format!("{line} --artifacts store"), "poor", 2, &["store", "no such folder"]);
    std::fs::create_dir(shell.place.path("store")).expect("a folder");
    shell.fails(&format!("{line} --artifacts store"), "poor", 3, &["store", "not there"]);
}

#[test]
fn deployments_by_parameter_file() {
    let place = Place::new();
    let (chain, folder) = (chain(), root().join("verifier-contract/script/parameters"));
    let local = std::fs::read_to_string(folder.join("local.json")).expect("a file");
    let line = format!("contracts deploy --insecure-srs --rpc {} --parameters", chain.url());
    place.write("wrong.json", "{}");
    place.fails(&format!("{line} wrong.json"), 20, &["wrong.json"]);
    place.write("lost.json", &local);
    place.fails(&format!("{line} lost.json"), 65, &["lost.json", "canaryRecords"]);
    place.fails(&format!("{line} {}", folder.join("public.json").display()), 65, &["public.json", "chainId"]);
    let path = folder.join("local.json").display().to_string();
    place.fails(&format!("{line} {path}"), 65, &["deployer", "VERIN_KEY"]);
    place.fails(&format!("contracts deploy --srs none.ptau --rpc {}", chain.url()), 3, &["none.ptau"]);

    // With the deployer's key it is what the file says.
    let ran = with(&place, &[&format!("VERIN_KEY={ANVIL}")], &format!("--json {line} {path}"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("INSECURE") && !ran.stderr.contains(&ANVIL[2..]), "{}", ran.stderr);
    let facts: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
    assert_eq!(
        facts["deployer"].as_str().map(str::to_lowercase).as_deref(),
        Some("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")
    );
    // The reserve is at once where the file has it: 7 % of a billion.
    let look = format!("--rpc {} --deployer 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", chain.url());
    let reserve = place.json(&format!("balance 0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f {look}"));
    assert_eq!(reserve["tokens"], "70000000");
}
