//! The chain as stages: a kernel that accumulates, then functions that requantize.
//!
//! A function right after the input gets a kernel that multiplies by one; two kernels in a row get the
//! identity between them. Only the last stage may lack functions: its accumulators are the output, exact.

use crate::float::{Affine, FloatModel, Function, Layer, LayerOp, Linear};

/// What accumulates.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// A matrix.
    Linear(Linear),
    /// A factor and a summand per element.
    Affine(Affine),
}

/// A kernel and what is applied to its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Name of the kernel's node.
    pub name: String,
    /// What accumulates.
    pub kernel: Kernel,
    /// Name and functions of the activation; `None` where accumulators are the output.
    pub map: Option<(String, Vec<Function>)>,
}

impl Stage {
    /// The float layers of this stage.
    pub fn layers(&self) -> (Layer, Option<Layer>) {
        let op = match &self.kernel {
            Kernel::Linear(linear) => LayerOp::Linear(linear.clone()),
            Kernel::Affine(affine) => LayerOp::Affine(affine.clone()),
        };
        let map = self.map.as_ref().map(|(name, f)| Layer { name: name.clone(), op: LayerOp::Map(f.clone()) });
        (Layer { name: self.name.clone(), op }, map)
    }
}

/// The stages of `model`, at least one.
pub fn normal_form(model: &FloatModel) -> Vec<Stage> {
    let unit = || Kernel::Affine(Affine { mul: vec![1.0], add: vec![0.0] });
    let mut stages: Vec<Stage> = Vec::new();
    for layer in &model.layers {
        let kernel = match &layer.op {
            LayerOp::Linear(linear) => Kernel::Linear(linear.clone()),
            LayerOp::Affine(affine) => Kernel::Affine(affine.clone()),
            LayerOp::Map(functions) => {
                let map = Some((layer.name.clone(), functions.clone()));
                match stages.last_mut() {
                    Some(stage) if stage.map.is_none() => stage.map = map,
                    _ => stages.push(Stage { name: format!("{}.unit", layer.name), kernel: unit(), map }),
                }
                continue;
            }
        };
        if let Some(stage) = stages.last_mut() {
            let name = format!("{}.requantize", stage.name);
            stage.map.get_or_insert((name, Vec::new()));
        }
        stages.push(Stage { name: layer.name.clone(), kernel, map: None });
    }
    if stages.is_empty() {
        stages.push(Stage { name: "output".into(), kernel: unit(), map: None });
    }
    stages
}
