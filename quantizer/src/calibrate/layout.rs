//! Where elements are stored: rows and padded columns for every stage.

use crate::error::Error;
use crate::float::FloatModel;
use crate::ir::{MAX_CELLS_LOG, Shape};
use crate::passes::{Kernel, Stage};

/// Longest diagonal that stands in for factors which differ between rows.
const MAX_DIAGONAL: usize = 4096;

/// How one stage reads its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLayout {
    /// log2 of the contraction length in stored cells; `None` for a scale node.
    pub in_log: Option<u32>,
    /// Storage of the input.
    pub input: Shape,
    /// Storage of the result.
    pub result: Shape,
}

/// Storage of the input and of every stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Storage of the input.
    pub input: Shape,
    /// One per stage.
    pub stages: Vec<StageLayout>,
}

impl StageLayout {
    /// Position of real element `j` of a row of the contraction among its stored cells.
    pub fn stored_index(&self, j: usize) -> usize {
        let cols = self.input.cols as usize;
        if cols.is_power_of_two() { j } else { ((j / cols) << self.input.cols_log()) + j % cols }
    }
}

/// Chooses storage. Kernels that cannot be a scale node over their storage become diagonal matrices.
///
/// # Errors
/// A tensor with a number of rows that is no power of two, or rows that cannot be regrouped without moving cells.
pub fn layout(model: &FloatModel, stages: &mut [Stage]) -> Result<Layout, Error> {
    let cells = model.input_len();
    // Elements keep their order, so the input may as well be stored in the rows that its first reader wants.
    let cols = stages.iter().find_map(|stage| match &stage.kernel {
        Kernel::Linear(linear) => Some(linear.inputs),
        Kernel::Affine(_) => None,
    });
    let cols = cols.unwrap_or(cells);
    let input = storage(model, &model.input_name, cells, cols)?;
    let mut shape = input;
    let mut layouts = Vec::new();
    for stage in stages {
        if let Kernel::Affine(affine) = &stage.kernel
            && !(shape.cols as usize).is_multiple_of(affine.period())
        {
            stage.kernel = Kernel::Linear(diagonal(model, stage, affine.period())?);
        }
        let next = match &stage.kernel {
            Kernel::Affine(_) => StageLayout { in_log: None, input: shape, result: shape },
            Kernel::Linear(linear) => {
                let in_log = view(model, stage, shape, linear.inputs)?;
                let result =
                    storage(model, &stage.name, shape.real_cells() / linear.inputs * linear.outputs, linear.outputs)?;
                StageLayout { in_log: Some(in_log), input: shape, result }
            }
        };
        shape = next.result;
        layouts.push(next);
    }
    Ok(Layout { input, stages: layouts })
}

fn error(model: &FloatModel, node: &str, expected: &str, got: String, remedy: &'static str) -> Error {
    Error::Layout { file: model.source.clone(), node: node.into(), expected: expected.into(), got, remedy }
}

fn storage(model: &FloatModel, name: &str, cells: usize, cols: usize) -> Result<Shape, Error> {
    let rows = cells / cols.max(1);
    if !rows.is_power_of_two() || rows * cols != cells {
        let remedy = "pad the leading dimensions of the model's input to a power of two, or flatten it first";
        return Err(error(model, name, "a power of two of rows", format!("{rows} rows of {cols} columns"), remedy));
    }
    let shape = Shape { rows_log: rows.trailing_zeros(), cols: u32::try_from(cols).unwrap_or(u32::MAX) };
    if cols > 1 << MAX_CELLS_LOG || shape.log() > MAX_CELLS_LOG {
        return Err(error(model, name, "at most 2^24 cells", format!("{cells}"), "use smaller tensors"));
    }
    Ok(shape)
}

/// log2 of the stored cells that hold `inputs` consecutive real ones.
fn view(model: &FloatModel, stage: &Stage, shape: Shape, inputs: usize) -> Result<u32, Error> {
    let cols = shape.cols as usize;
    let groups = inputs / cols;
    if inputs.is_multiple_of(cols) && groups.is_power_of_two() && groups.trailing_zeros() <= shape.rows_log {
        return Ok(shape.cols_log() + groups.trailing_zeros());
    }
    if cols.is_power_of_two() && inputs.is_power_of_two() && inputs <= cols {
        return Ok(inputs.trailing_zeros());
    }
    let got = format!("rows of {inputs} out of rows of {cols}");
    let remedy = "reshape only to whole rows, or to parts of rows whose lengths are powers of two";
    Err(error(model, &stage.name, "a reshape that moves no stored cell", got, remedy))
}

fn diagonal(model: &FloatModel, stage: &Stage, period: usize) -> Result<crate::float::Linear, Error> {
    let Kernel::Affine(affine) = &stage.kernel else {
        return Err(error(model, &stage.name, "factors", "a matrix".into(), "report this"));
    };
    if period > MAX_DIAGONAL {
        let got = format!("{period} different factors");
        return Err(error(
            model,
            &stage.name,
            "factors that repeat with the rows",
            got,
            "fold them into the next layer",
        ));
    }
    let mut weight = vec![0.0; period * period];
    for (slot, mul) in weight.iter_mut().step_by(period + 1).zip(&affine.mul) {
        *slot = *mul;
    }
    Ok(crate::float::Linear { inputs: period, outputs: period, weight, bias: affine.add.clone() })
}
