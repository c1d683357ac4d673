//! Networks that are too large for the repository: made under `target/`, where the tests of networks look for them.

use crate::python::Environment;
use crate::suite::{Failed, command};

/// Where they go.
const FOLDER: &str = "target/models";
/// What makes them; Python 3.11 or later.
const WHEELS: [&str; 3] = ["numpy==2.4.6", "onnx==1.23.2", "onnxruntime==1.32.0"];
/// Those that tests need.
const NETWORKS: [&str; 3] = ["resnet20", "mobilenet_v2", "vgg11"];

/// Makes them, with onnxruntime's outputs.
pub(crate) fn make() -> Result<(), Failed> {
    let environment = Environment::install("target/python", &WHEELS)?;
    let (folder, python) = (format!("MODELS_DIR={FOLDER}"), environment.program("python"));
    command("env", &[&[&folder[..], &python, "models/make_models.py"], &NETWORKS[..]].concat())
}
