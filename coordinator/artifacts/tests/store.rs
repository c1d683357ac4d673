//! Artifacts in real folders: what is read is what was written, or an error; whichever mirror is damaged, the other serves.

use bytes::Bytes;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use verin_artifacts::{ArtifactError, Artifacts, B256, Manifest, keccak256};
use verin_circuits::artifact::RecordFile;
use verin_circuits::weights::Weights;
use verin_prover::backend::Cpu;
use verin_prover::keys::{SetupOptions, setup};
use verin_prover::srs::Srs;
use verin_quantizer::VqFile;
use verin_quantizer::ir::{
    Constant, Entries, Graph, Input, Link, Node, Op, Output, Part, Product, Shape, Source, Term, View,
};
use verin_quantizer::report::Report;

/// A product of a row of three with a matrix, plus nothing.
fn program(weights: &[i32]) -> VqFile {
    let part = |name: &str, dims: &[u32]| Part { name: name.into(), dims: dims.to_vec(), exponent: 4 };
    let shape = Shape::new([2, 3]);
    let constant = Constant { name: "w".into(), shape, entries: Entries::Narrow(weights.into()), declared: None };
    let left = View::identity(Source::Constant(0), &[2, 3]);
    let right = View { source: Source::Tensor(0), links: vec![Link::identity(1, 0)] };
    let product = Term::Product(Product { coefficient: 1, sums: vec![3], left, right });
    let mut graph = Graph {
        input: Input { shape: Shape::new([3]), lo: -8, hi: 7, parts: vec![part("x", &[3])] },
        constants: vec![constant],
        nodes: Vec::new(),
        output: Output { tensor: 1, parts: vec![part("y", &[1, 2])] },
    };
    let (op, shape) = (Op::Sum(vec![product]), Shape::new([2]));
    let (lo, hi) = graph.range("output", &op, &shape).expect("small");
    graph.nodes.push(Node { name: "output".into(), op, shape, exponent: 4, lo, hi });
    graph.validate().expect("a valid program");
    VqFile { graph, report: Report::default() }
}

fn record(program: &VqFile) -> RecordFile {
    let key = setup(&Cpu, program.graph.clone(), SetupOptions::default(), &|n| Ok(Srs::insecure(n)));
    key.expect("a key").record
}

/// Two mirrors.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder") }
    }

    fn mirror(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn open(&self, names: &[&str]) -> Artifacts {
        let places: Vec<_> = names.iter().map(|name| self.mirror(name).display().to_string()).collect();
        Artifacts::open(&places).expect("folders")
    }
}

fn blob(mirror: &Path, hash: B256) -> PathBuf {
    mirror.join("blobs").join(hash.to_string())
}

fn manifest(mirror: &Path, record: B256) -> PathBuf {
    mirror.join("models").join(format!("{record}.json"))
}

fn read_manifest(mirror: &Path, record: B256) -> Manifest {
    serde_json::from_slice(&fs::read(manifest(mirror, record)).expect("a manifest")).expect("JSON")
}

#[tokio::test]
async fn bytes_are_found_by_their_hash_at_every_mirror() {
    let place = Place::new();
    let both = place.open(&["a", "b"]);
    let bytes = Bytes::from_static(b"some bytes");
    let hash = both.put(bytes.clone()).await.expect("written");
    assert_eq!(hash, keccak256(&bytes));
    for names in [&["a", "b"][..], &["a"], &["b"]] {
        assert_eq!(place.open(names).get(hash).await.expect("there"), bytes);
    }
    let missing = both.get(B256::repeat_byte(1)).await.expect_err("never written");
    assert!(matches!(missing, ArtifactError::Missing { .. }) && missing.to_string().contains("0x0101"), "{missing}");
    // Nothing but the blobs is left behind.
    assert_eq!(fs::read_dir(place.mirror("a").join("blobs")).expect("a folder").count(), 1);
}

#[tokio::test]
async fn a_corrupt_or_lost_blob_is_served_by_the_other_mirror() {
    let place = Place::new();
    let both = place.open(&["a", "b"]);
    let bytes = Bytes::from_static(b"some bytes");
    let hash = both.put(bytes.clone()).await.expect("written");
    for other in [&b"other bytes"[..], b"", b"some bytes and more"] {
        fs::write(blob(&place.mirror("a"), hash), other).expect("a file");
        assert_eq!(both.get(hash).await.expect("of b"), bytes);
        let error = place.open(&["a"]).get(hash).await.expect_err("of a alone");
        assert!(matches!(error, ArtifactError::Corrupt { .. }) && error.to_string().contains("delete it"), "{error}");
    }
    fs::remove_file(blob(&place.mirror("a"), hash)).expect("a file");
    assert_eq!(both.get(hash).await.expect("of b"), bytes);
    // Publishing again repairs.
    both.put(bytes.clone()).await.expect("written");
    assert_eq!(place.open(&["a"]).get(hash).await.expect("of a"), bytes);
}

#[tokio::test]
async fn a_published_model_is_read_back_whole() {
    let place = Place::new();
    let both = place.open(&["a", "b"]);
    let program = program(&[3, -2, 1, -4, 5, 2]);
    let record = record(&program);
    let hash = both.publish(&record, Some(&program)).await.expect("published");
    assert_eq!(hash, B256::from(record.record.hash()));
    for names in [&["a"][..], &["b"]] {
        let mirror = place.open(names);
        assert_eq!(mirror.record_file(hash).await.expect("a record"), record);
        let (file, graph) = mirror.program(hash).await.expect("a program");
        assert_eq!((file, graph), (record.clone(), program.graph.clone()));
        assert_eq!(mirror.records().await.expect("names"), [hash]);
    }
    let missing = both.record_file(B256::repeat_byte(2)).await.expect_err("never published");
    assert!(matches!(missing, ArtifactError::Missing { .. }), "{missing}");
}

#[tokio::test]
async fn what_is_not_the_models_is_not_published() {
    let place = Place::new();
    let store = place.open(&["a"]);
    let (own, other) = (program(&[3, -2, 1, -4, 5, 2]), program(&[3, -2, 1, -4, 5, 3]));
    let record = record(&own);
    assert!(matches!(store.publish(&record, Some(&other)).await, Err(ArtifactError::Corrupt { .. })));
    assert!(matches!(store.publish(&record, None).await, Err(ArtifactError::Missing { .. })));
    assert!(store.records().await.expect("names").is_empty(), "nothing was published");
}

#[tokio::test]
async fn a_tampered_manifest_leads_nowhere() {
    let place = Place::new();
    let both = place.open(&["a", "b"]);
    let (own, other) = (program(&[3, -2, 1, -4, 5, 2]), program(&[3, -2, 1, -4, 5, 3]));
    let (record, other_record) = (record(&own), record(&other));
    let hash = both.publish(&record, Some(&own)).await.expect("published");
    let other_hash = both.publish(&other_record, Some(&other)).await.expect("published");
    let a = place.mirror("a");
    let (mine, theirs) = (read_manifest(&a, hash), read_manifest(&a, other_hash));
    // The record's bytes with the other's structure beside them: each part is whole, and they do not belong together.
    let Weights::Published { graph_digest } = other_record.weights else { panic!("published weights") };
    let weights = Weights::Published { graph_digest };
    let forged = RecordFile { record: record.record.clone(), skeleton: other_record.skeleton.clone(), weights };
    let forged = both.put(forged.encode().into()).await.expect("written");
    let text = |manifest: &Manifest| serde_json::to_vec(manifest).expect("JSON");
    for (what, tampered) in [
        ("another model's", text(&theirs)),
        ("another program", text(&Manifest { program: theirs.program, ..mine })),
        ("another record file", text(&Manifest { record: theirs.record, ..mine })),
        ("a forged record file", text(&Manifest { record: forged, program: theirs.program })),
        ("a blob that is not there", text(&Manifest { record: B256::ZERO, ..mine })),
        ("no JSON", b"{".to_vec()),
        ("another field", br#"{"record": "0x00", "program": null, "more": 1}"#.to_vec()),
        ("far too much", vec![b' '; 1 << 16]),
    ] {
        fs::write(manifest(&a, hash), tampered).expect("a file");
        assert!(place.open(&["a"]).program(hash).await.is_err(), "{what}");
        let (file, graph) = both.program(hash).await.expect("the other mirror has it");
        assert_eq!((file, graph), (record.clone(), own.graph.clone()), "{what}");
    }
    // Without its program, published weights are nothing that anybody could prove with.
    fs::write(manifest(&a, hash), text(&Manifest { program: None, ..mine })).expect("a file");
    assert!(place.open(&["a"]).program(hash).await.is_err());
    assert_eq!(place.open(&["a"]).record_file(hash).await.expect("it is whole"), record);
}

#[tokio::test]
async fn places_that_are_none_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let name = |path: &Path| path.display().to_string();
    let open = |place: &str| Artifacts::open(&[place.to_owned()]).map(drop);
    assert!(matches!(Artifacts::open(&[]), Err(ArtifactError::NoPlace)));
    for place in [name(&file), name(&file.join("inside")), "s3://".into(), "s3:///models".into(), "s3://b/a//b".into()]
    {
        let error = open(&place).expect_err(&place);
        assert!(matches!(error, ArtifactError::BadPlace { .. }) && error.to_string().contains(&place), "{error}");
    }
    open("s3://bucket").expect("a bucket");
    open("s3://bucket/models/of/ours").expect("a bucket and a prefix");
    let missing = name(&folder.path().join("missing"));
    assert!(matches!(Artifacts::existing(std::slice::from_ref(&missing)), Err(ArtifactError::BadPlace { .. })));
    assert!(!Path::new(&missing).exists(), "reading makes no folder");
    open(&missing).expect("writing makes one");
    assert!(Artifacts::existing(&[missing]).is_ok());
}
