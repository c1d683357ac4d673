//! What is chosen: bits of every value, and of what its sum keeps beyond them.

use crate::float::{FloatModel, Op};

/// The choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bits of the inputs, with sign.
    pub input_bits: u32,
    /// Most bits of weights, with sign.
    pub weight_bits: u32,
    /// Bits of weights, with sign, in sums that no function reads, where no shift decides them.
    pub last_bits: u32,
    /// By node; what is not a function ignores its own.
    pub values: Vec<Setting>,
}

/// The choices for the result of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Bits of the result: unsigned where it cannot be negative, else with sign.
    pub bits: u32,
    /// Bits of the sum below those of the table's index, as far as weights allow; `None` to use all weight bits instead.
    pub shift: Option<u32>,
    /// Steps of two by which results exceed what was seen (-1: the largest are clipped).
    pub headroom: i32,
}

impl Plan {
    /// The same setting for every function of `model`.
    pub fn uniform(model: &FloatModel, input_bits: u32, last_bits: u32, setting: Setting) -> Self {
        Self { input_bits, weight_bits: 17, last_bits, values: vec![setting; model.nodes.len()] }
    }

    /// As many bits for inputs, weights and values as `--bits` names.
    pub fn fixed(model: &FloatModel, bits: u8) -> Self {
        let bits = u32::from(bits);
        let values = vec![Setting { bits, shift: None, headroom: 0 }; model.nodes.len()];
        Self { input_bits: bits, weight_bits: bits, last_bits: bits, values }
    }

    /// Positions of the settings that count: the functions of `model`.
    pub fn functions(model: &FloatModel) -> Vec<usize> {
        let nodes = model.nodes.iter().enumerate();
        nodes.filter(|(_, node)| matches!(node.op, Op::Map { .. })).map(|(i, _)| i).collect()
    }
}
