//! The demo tells its story to the end, and where it cannot it says what is missing and leaves nothing behind.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verin"));
    command.arg("demo").args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command
}

fn run(mut command: Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    (status.code(), String::from_utf8_lossy(&stdout).into(), String::from_utf8_lossy(&stderr).into())
}

#[test]
fn everything_is_as_it_should_be() {
    let (code, stdout, stderr) = run(demo(&["--json"]));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("INSECURE"), "{stderr}");
    let report: Value = serde_json::from_str(&stdout).expect("one JSON document");
    assert_eq!(report["ok"], true);
    let accuracy = |key: &str| report["model"][key].as_f64().expect("a fraction");
    assert!(
        (accuracy("float_accuracy") - 0.9911).abs() < 1e-4
            && accuracy("float_accuracy") - accuracy("accuracy") <= 0.002
    );
    let batches: Vec<_> =
        report["inferences"].as_array().expect("a list").iter().map(|i| i["batch"].as_u64()).collect();
    assert_eq!(batches, [Some(1), Some(1), Some(32)]);
    let refused: Vec<_> = report["refusals"].as_array().expect("a list").iter().map(|r| r["what"].as_str()).collect();
    let expected = ["a tampered seal", "another output", "a stolen seal", "a replayed seal", "an expired request"];
    assert_eq!(refused, expected.map(Some));
    // 10 + 12 + 32 * 10 + 10 tokens were paid: 1 % of it are fees, half of that is burned, three quarters are rewards.
    assert_eq!(report["epoch"]["fees"], "3520000000000000000");
    assert_eq!(report["epoch"]["burned"], "1760000000000000000");
    assert_eq!(report["epoch"]["rewards"], "2640000000000000000");
    // Two jobs of 10 tokens were not done: both prices go back, half of one collateral is the rescuer's, the rest the treasury's.
    assert_eq!(report["lapses"]["refunded"], "20000000000000000000");
    assert_eq!(report["lapses"]["bounty"], "5000000000000000000");
    assert_eq!(report["lapses"]["to_treasury"], "15000000000000000000");
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    let (code, _, stderr) = run(demo(&["--port", &port]));
    assert!(code == Some(52) && stderr.contains(&port) && stderr.contains("--port"), "{code:?} {stderr}");
}

#[test]
fn a_missing_node_is_named() {
    let (code, _, stderr) = run(demo(&["--rpc", "http://127.0.0.1:9"]));
    assert!(code == Some(53) && stderr.contains("http://127.0.0.1:9"), "{code:?} {stderr}");
    let (code, _, stderr) = run(demo(&["--rpc", "nowhere"]));
    assert!(code == Some(2) && stderr.contains("nowhere"), "{code:?} {stderr}");
}

#[test]
fn a_network_needs_a_plot_that_can_be_written_and_something_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("there.html");
    std::fs::write(&there, "mine").expect("a file");
    let there = there.to_str().expect("a name");
    // Before anything is started.
    let (code, _, stderr) = run(demo(&["--network", "--plot", there]));
    assert!(code == Some(4) && stderr.contains("there.html") && stderr.contains("--force"), "{code:?} {stderr}");
    for wrong in [["--requests", "7"], ["--requests", "many"], ["--workers", "0"], ["--workers", "65"]] {
        let (code, _, stderr) = run(demo(&["--network", wrong[0], wrong[1]]));
        assert!(code == Some(2) && stderr.contains(wrong[0]), "{code:?} {stderr}");
    }
    let (code, _, stderr) = run(demo(&["--requests", "10"]));
    assert!(code == Some(2) && stderr.contains("--network"), "{code:?} {stderr}");
}

#[test]
fn missing_npm_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut command = demo(&[]);
    command.current_dir(dir.path()).env("PATH", dir.path()).env("XDG_CACHE_HOME", dir.path());
    let (code, _, stderr) = run(command);
    assert!(code == Some(50) && stderr.contains("install Node.js"), "{code:?} {stderr}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_leaves_no_chain() {
    let mut child = demo(&[]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let node =
        lines.map_while(Result::ok).find(|line| line.contains("http://127.0.0.1:")).expect("the chain's address");
    let port =
        node.split("127.0.0.1:").nth(1).expect("a port").chars().take_while(char::is_ascii_digit).collect::<String>();
    let port: u16 = port.parse().expect("a number");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
