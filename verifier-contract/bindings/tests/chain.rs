//! A local chain is there while its handle is, and every way in which it cannot start has its own error.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use verin_contracts::ContractsError;
use verin_contracts::chain::LocalChain;
use verin_contracts::npm::Anvil;

fn anvil() -> Anvil {
    let anvil = Anvil::locate(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("an anvil for this machine");
    if !anvil.is_installed() {
        anvil.install().expect("npm ci");
    }
    anvil
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

#[test]
fn a_chain_ends_with_its_handle() {
    let chain = LocalChain::start(&anvil(), None).expect("a chain");
    let port = chain.port();
    assert!(listens(port));
    drop(chain);
    assert!(!listens(port));
}

#[test]
fn a_chain_ends_with_a_panic() {
    let (told, port) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        let chain = LocalChain::start(&anvil(), None).expect("a chain");
        told.send(chain.port()).expect("somebody listens");
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(!listens(port.recv().expect("a port")));
}

#[test]
fn a_taken_port_is_refused_by_number() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port();
    let error = LocalChain::start(&anvil(), Some(port)).expect_err("the port is taken");
    assert!(matches!(error, ContractsError::PortTaken { port: named } if named == port), "{error}");
    drop(taken);
    assert_eq!(LocalChain::start(&anvil(), Some(port)).expect("the port is free now").port(), port);
}

#[test]
fn a_program_that_is_no_anvil_is_not_started() {
    let dir = tempfile::tempdir().expect("a folder");
    let missing = Anvil { dir: dir.path().into(), program: dir.path().join("anvil") };
    assert!(matches!(LocalChain::start(&missing, None), Err(ContractsError::NotStarted { .. })));
    let wrong = Anvil { dir: dir.path().into(), program: "/bin/false".into() };
    let error = LocalChain::start(&wrong, None).expect_err("it ends at once");
    assert!(error.to_string().contains("/bin/false"), "{error}");
}

#[test]
fn without_npm_the_remedy_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let anvil = Anvil::in_dir(dir.path().join("cache")).expect("an anvil for this machine");
    assert!(!anvil.is_installed());
    let error = anvil.install_with(Path::new("/nowhere/npm")).expect_err("there is no npm");
    assert!(matches!(error, ContractsError::NoNpm { .. }) && error.to_string().contains("install Node.js"), "{error}");
    let error = anvil.install_with(Path::new("/bin/false")).expect_err("npm fails");
    assert!(matches!(error, ContractsError::Install { .. }), "{error}");
}

#[test]
fn a_binary_outside_a_checkout_uses_the_cache() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(dir.path().join("verifier-contract")).expect("a folder");
    std::fs::write(dir.path().join("verifier-contract/package.json"), "{\"name\": \"another\"}").expect("a file");
    let anvil = Anvil::locate(dir.path()).expect("an anvil for this machine");
    assert!(!anvil.program.starts_with(dir.path()), "{}", anvil.program.display());
}
