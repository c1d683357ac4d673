//! Whole networks: against onnxruntime, quantized for the default target, proved and verified; `docs/networks.md`.

#[path = "../support/proof.rs"]
mod proof;
#[path = "../support/written.rs"]
mod written;

mod document;
mod network;

use network::Network;
use verin_prover::keys::{Profile, SetupOptions};

/// Networks, and how many points of accuracy quantization may cost those that are trained.
const NETWORKS: [(&str, f64); 7] = [
    ("mlp_digits", 0.5),
    ("cnn_digits", 0.2),
    ("lenet", 0.0),
    ("cnn_264k", 0.0),
    ("resnet20", 0.0),
    ("mobilenet_v2", 0.0),
    ("vgg11", 0.0),
];

#[test]
fn networks_are_close_and_proved() {
    let mut rows = Vec::new();
    for (name, lost) in NETWORKS {
        let started = std::time::Instant::now();
        let network = Network::read(name);
        // Two orders of sums of floats.
        assert!(network.float_error() < 1e-5, "{name} is not what onnxruntime computes: {}", network.float_error());
        let measured = network.measure();
        let quantized = started.elapsed();
        assert!(measured.max_error < 0.1 && measured.mean_error < 0.02, "{name}");
        let (same, all) = measured.agree;
        assert!(same * 10 >= all * 9, "{name}: the class of {same} of {all}");
        if let Some((float, program)) = measured.accuracy {
            assert!(program >= float - lost, "{name}: {program} % of {float} %");
        }
        let (input, output) = network.run(&measured.graph);
        let options = SetupOptions { profile: Profile::Fast, ..SetupOptions::default() };
        proof::prove(&measured.graph, &input, &output, options).unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}: compared after {quantized:.1?}, proved and verified after {:.1?}", started.elapsed());
        rows.push(document::row(&network, &measured));
    }
    written::check_close("docs/networks.md", &document::document(&rows), "networks");
}
