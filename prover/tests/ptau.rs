//! Powers of tau from files: what is read is right, and nothing wrong is read.

mod ptau_writer;

use ark_bn254::{Fr, G1Affine, G1Projective, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::Field;
use ptau_writer::{g1, g1_at, g2, g2_at, patch, write};
use std::path::PathBuf;
use verin_circuits::commitment::srs::insecure_tau;
use verin_prover::ptau::{Ptau, PtauError};
use verin_prover::srs::Srs;

const POWER: u32 = 20;

fn file(name: &str, power: u32, tau: Fr, first: u64) -> PathBuf {
    let path = std::env::temp_dir().join(format!("verin-{}-{name}.ptau", std::process::id()));
    write(&path, power, tau, first);
    path
}

#[test]
fn completeness_powers_and_constants_are_those_of_tau() {
    let path = file("whole", POWER, insecure_tau(), 300);
    let srs = Ptau::open(&path).unwrap().load(300).unwrap();
    let expected = Srs::insecure(300);
    assert_eq!(srs.powers, expected.powers);
    assert_eq!(srs.verifier, expected.verifier);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn soundness_points_that_are_no_powers() {
    let tau = Fr::from(0x1234_5678_9abc_u64);
    let times = |k: Fr| g1(&(G1Projective::generator() * k).into_affine());
    let twist = |k: Fr| g2(&(G2Projective::generator() * k).into_affine());
    let cases: [(&str, u64, Vec<u8>); 8] = [
        ("first", g1_at(0), times(tau)),
        ("tau", g1_at(1), times(tau + Fr::ONE)),
        ("inner", g1_at(5), times(tau)),
        ("last read", g1_at(63), times(tau.pow([64]))),
        ("largest constant", g1_at(1 << 20), times(tau)),
        ("constant", g1_at(1 << 13), times(tau.pow([1 << 12]))),
        ("tau in G2", g2_at(POWER, 1), twist(tau + Fr::ONE)),
        ("square in G2", g2_at(POWER, 1 << 19), twist(tau)),
    ];
    let path = file("forged", POWER, tau, 64);
    let whole = |at: u64| {
        use std::os::unix::fs::FileExt;
        let mut bytes = vec![0; 128];
        std::fs::File::open(&path).unwrap().read_exact_at(&mut bytes, at).unwrap();
        bytes
    };
    for (name, at, bytes) in cases {
        let before = whole(at);
        patch(&path, at, &bytes);
        let error = Ptau::open(&path).unwrap().load(64).unwrap_err();
        assert!(matches!(error, PtauError::NotPowers { .. }), "{name}: {error}");
        patch(&path, at, &before);
    }
    assert!(Ptau::open(&path).unwrap().load(64).is_ok());
    // Points that are none: off the curve, the identity, not reduced, a hole.
    for bytes in [[1u8; 64], [0; 64], [0xff; 64]] {
        let before = whole(g1_at(7));
        patch(&path, g1_at(7), &bytes);
        let error = Ptau::open(&path).unwrap().load(64).unwrap_err();
        assert!(matches!(error, PtauError::Malformed { .. }), "{error}");
        patch(&path, g1_at(7), &before);
    }
    assert!(matches!(Ptau::open(&path).unwrap().load(66), Err(PtauError::Malformed { .. })), "a hole");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn soundness_of_the_check_in_chunks() {
    const N: usize = (1 << 17) + 1;
    let path = file("chunks", POWER, insecure_tau(), 2);
    let powers = Srs::insecure(N).powers;
    patch(&path, g1_at(0), &powers.iter().flat_map(g1).collect::<Vec<_>>());
    let check = || {
        let mut read = 0;
        let verifier = Ptau::open(&path).unwrap().check(N as u64, &mut |at| read = at);
        verifier.map(|verifier| (verifier, read))
    };
    let (verifier, read) = check().unwrap();
    assert_eq!((verifier, read), (Srs::insecure(1).verifier, N as u64));
    // Around the borders of chunks, which overlap by one, and at the end.
    for at in [65534usize, 65535, 65537, 131070, 131069] {
        patch(&path, g1_at(at as u64), &g1(&powers[at - 1]));
        assert!(matches!(check(), Err(PtauError::NotPowers { .. })), "power {at}");
        patch(&path, g1_at(at as u64), &g1(&powers[at]));
    }
    assert!(check().is_ok());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn soundness_tau_of_one_is_no_secret() {
    let path = file("one", POWER, Fr::ONE, 8);
    assert!(matches!(Ptau::open(&path).unwrap().load(8), Err(PtauError::NotPowers { .. })));
    std::fs::remove_file(path).unwrap();
}

#[test]
fn malformed_files_are_refused_before_any_point_is_read() {
    let path = file("malformed", POWER, insecure_tau(), 2);
    let (length, end) = (std::fs::metadata(&path).unwrap().len(), g2_at(POWER, 1 << POWER));
    assert_eq!(length, end);
    let cases: [(&str, u64, &[u8], &[u8]); 9] = [
        ("name", 0, b"ptaX", b"ptau"),
        ("version", 4, &[2], &[1]),
        ("sections", 8, &[65], &[3]),
        ("a section too many", 8, &[4], &[3]),
        ("a section twice", 12 + 56, &[1], &[2]),
        ("coordinates", 24, &[48], &[32]),
        ("modulus", 28, &[0], &[0x47]),
        ("power", 60, &[19], &[20]),
        ("length", g1_at(0) - 8, &[0xff; 8], &(((2u64 << POWER) - 1) * 64).to_le_bytes()),
    ];
    for (name, at, wrong, right) in cases {
        patch(&path, at, wrong);
        let error = Ptau::open(&path).unwrap_err();
        assert!(matches!(error, PtauError::Malformed { .. }), "{name}: {error}");
        patch(&path, at, right);
    }
    assert!(Ptau::open(&path).is_ok());
    let open = |length: u64| {
        std::fs::File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        Ptau::open(&path)
    };
    for length in [0, 3, 4, 11, 12, 30, 67, 68, 80, 1000, end - 1, end + 1] {
        assert!(matches!(open(length), Err(PtauError::Malformed { .. })), "{length} bytes");
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_small_file_says_what_it_lacks() {
    let path = file("small", 5, insecure_tau(), 63);
    let error = Ptau::open(&path).unwrap_err();
    assert!(matches!(error, PtauError::TooSmall { power: 5, at_least: 20, .. }), "{error}");
    let path_large = file("large", POWER, insecure_tau(), 2);
    let error = Ptau::open(&path_large).unwrap().load(1 << 21).unwrap_err();
    assert!(matches!(error, PtauError::TooSmall { power: POWER, at_least: 21, .. }), "{error}");
    assert_eq!(g1(&G1Affine::generator()).len(), 64);
    for path in [path, path_large] {
        std::fs::remove_file(path).unwrap();
    }
}
