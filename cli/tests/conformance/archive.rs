//! The archive of cases: `models/conformance/node_tests.zip`.

use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use verin_quantizer::Samples;
use zip::ZipArchive;

/// What `manifest.json` says.
#[derive(Deserialize)]
pub struct Manifest {
    pub onnx: String,
    pub cases: Vec<Entry>,
    pub excluded: Vec<Excluded>,
}

/// A case of the manifest.
#[derive(Clone, Deserialize)]
pub struct Entry {
    pub name: String,
    pub operator: String,
    inputs: Vec<String>,
    pub outputs: Vec<String>,
}

/// A test that is no case, and why.
#[derive(Deserialize)]
pub struct Excluded {
    pub operator: String,
}

/// A model, an input of it, and the output that ONNX's reference gives.
pub struct Case {
    pub entry: Entry,
    pub model: Vec<u8>,
    /// Values of all inputs, one after another.
    pub input: Vec<f32>,
    pub outputs: Vec<Expected>,
}

/// An output as it should be.
pub struct Expected {
    pub dims: Vec<u32>,
    pub values: Vec<f32>,
    /// Elements are integers or truth values.
    pub whole: bool,
}

/// The cases, in the order of the manifest.
pub struct Archive {
    zip: ZipArchive<File>,
    pub manifest: Manifest,
}

impl Archive {
    pub fn open() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/conformance/node_tests.zip");
        let mut zip = ZipArchive::new(File::open(path).unwrap()).unwrap();
        let manifest = serde_json::from_slice(&read(&mut zip, "manifest.json")).unwrap();
        Self { zip, manifest }
    }

    pub fn case(&mut self, entry: &Entry) -> Case {
        let name = &entry.name;
        let inputs = 0..entry.inputs.len();
        let inputs = inputs.flat_map(|i| array(&read(&mut self.zip, &format!("{name}/input_{i}.npy"))).values);
        let input = inputs.collect();
        let outputs = 0..entry.outputs.len();
        let outputs = outputs.map(|i| array(&read(&mut self.zip, &format!("{name}/output_{i}.npy")))).collect();
        Case { entry: entry.clone(), model: read(&mut self.zip, &format!("{name}/model.onnx")), input, outputs }
    }
}

fn read(zip: &mut ZipArchive<File>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Sample files are lists of samples; dimensions and element type are in the header, as numpy writes it.
fn array(npy: &[u8]) -> Expected {
    let header: Vec<u8> = npy.iter().copied().skip(10).take_while(|byte| *byte != b'\n').collect();
    let header = String::from_utf8(header).unwrap();
    let shape = header.split(['(', ')']).nth(1).unwrap().split(',').map(str::trim).filter(|dim| !dim.is_empty());
    let dims: Vec<u32> = shape.map(|dim| dim.parse().unwrap()).collect();
    let cells = dims.iter().product::<u32>() as usize;
    let values = Samples::parse(npy, "array.npy").unwrap().single(cells).unwrap().to_vec();
    Expected { dims, values, whole: !header.contains("'<f") }
}
