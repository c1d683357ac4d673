//! What `ops/` says of the binary and of its metrics is so: every option that a unit or a service names is one of the command's, every
//! metric of the dashboard and the alerts is counted.

mod support;

use std::collections::BTreeSet;
use std::fs;
use support::{Place, root};
use verin_coordinator::routes::{DESCRIBED, Kind};

fn text(name: &str) -> String {
    let path = root().join("ops").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Words of `verin` command lines: a command, then its options.
fn commands() -> Vec<(&'static str, Vec<String>)> {
    let words = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let mut found = Vec::new();
    for name in ["systemd/verin-coordinator.service", "systemd/verin-prover.service"] {
        let unit = text(name).replace("\\\n", " ");
        let lines = unit.lines().filter_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/verin "));
        found.extend(lines.map(|line| (name, words(line))));
    }
    let name = "systemd/verin.env";
    for line in text(name).lines().map(|line| line.trim_start_matches('#')) {
        for command in ["coordinator", "prover"] {
            let variable = format!("VERIN_{}_OPTIONS=", command.to_uppercase());
            if let Some(options) = line.strip_prefix(&variable) {
                found.push((name, words(&format!("{command} {options}"))));
            }
        }
    }
    let name = "compose.yaml";
    let compose = text(name);
    for block in compose.split("    command: >-\n").skip(1) {
        let lines: Vec<&str> = block.lines().take_while(|line| line.starts_with("      ")).collect();
        found.push((name, words(&lines.join(" "))));
    }
    found
}

#[test]
fn options_are_those_of_the_binary() {
    let (place, commands) = (Place::new(), commands());
    // Two units, what their environment adds, two services.
    assert_eq!(commands.len(), 6, "{commands:?}");
    for (name, words) in commands {
        let command = words.first().expect("a command");
        let help = place.verin(&format!("{command} --help"));
        assert_eq!(help.code, 0, "{name}: no command {command}");
        let known: BTreeSet<&str> = help.stdout.split(|c: char| c.is_whitespace() || c == ',').collect();
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(known.contains(option.as_str()), "{name}: {command} has no {option}");
        }
    }
}

#[test]
fn metrics_are_counted() {
    let mut counted = BTreeSet::new();
    for (kind, name, _) in DESCRIBED {
        match kind {
            Kind::Histogram => counted.extend(["bucket", "sum", "count"].map(|part| format!("{name}_{part}"))),
            Kind::Counter | Kind::Gauge => counted.extend([name.to_string()]),
        }
    }
    for name in ["dashboard.json", "alerts.yaml"] {
        let text = text(name);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let named: BTreeSet<&str> = words.filter(|word| word.starts_with("verin_")).collect();
        assert!(named.len() > 5, "{name}: {named:?}");
        for metric in named {
            assert!(counted.contains(metric), "{name}: nothing counts {metric}");
        }
    }
    serde_json::from_str::<serde_json::Value>(&text("dashboard.json")).expect("JSON");
}

#[test]
fn the_image_is_built_with_the_pinned_compiler() {
    let toolchain = fs::read_to_string(root().join("rust-toolchain.toml")).expect("rust-toolchain.toml");
    let channel = toolchain.split('"').nth(1).expect("a channel");
    assert!(text("Dockerfile").contains(&format!("FROM rust:{channel}-")), "{channel}");
}
