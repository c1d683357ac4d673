//! ONNX operators, one per file, registered by name.
//!
//! A builder reads its node through [`Context`], adds what it computes to the model, and gives the values of the node's
//! outputs. Another operator is another file and another line of the table.

mod activation;
mod add;
mod arg_max;
mod average_pool;
mod batch_normalization;
mod cast;
mod channels;
mod clip;
mod compare;
mod concat;
mod constant;
mod constant_of_shape;
mod conv;
mod conv_transpose;
mod div;
mod dropout;
mod expand;
mod extreme;
mod flatten;
mod fold;
mod gather;
mod gemm;
mod identity;
mod logic;
mod matmul;
mod max;
mod max_pool;
mod mean;
mod modulo;
mod mul;
mod neg;
mod non_finite;
mod pad;
mod parameter;
mod pow;
mod prelu;
mod range;
mod reduce;
mod reshape;
mod resize;
mod sampling;
mod select;
mod shape;
mod slice;
mod softmax;
mod space;
mod split;
mod squeeze;
mod sub;
mod tile;
mod transpose;
pub(super) mod unary;
mod unsqueeze;
mod window;

pub use super::builder::{Computed, Constant, Value};
pub use super::context::Context;
use crate::error::Error;
use crate::float::Function;

/// An operator and its builder.
pub struct Operator {
    /// `NodeProto.op_type`.
    pub name: &'static str,
    /// Adds it to the model.
    pub build: Build,
    /// What is supported of it, in a line: attributes, ranks, what must be constant.
    pub supports: &'static str,
}

/// How many outputs of an operator are supported.
pub enum Build {
    /// The one, which is a function of each element of input 0.
    Function(Function),
    /// The first.
    One(fn(&mut Context) -> Result<Value, Error>),
    /// As many as the builder gives.
    Many(fn(&mut Context) -> Result<Vec<Value>, Error>),
}

type Text = &'static str;

const fn one(name: Text, build: fn(&mut Context) -> Result<Value, Error>, supports: Text) -> Operator {
    Operator { name, build: Build::One(build), supports }
}

const fn function(name: Text, function: Function, supports: Text) -> Operator {
    Operator { name, build: Build::Function(function), supports }
}

const fn many(name: Text, build: fn(&mut Context) -> Result<Vec<Value>, Error>, supports: Text) -> Operator {
    Operator { name, build: Build::Many(build), supports }
}

/// Every supported operator.
pub const OPERATORS: &[Operator] = &[
    function("Abs", Function::Abs, "any rank"),
    function("Acos", Function::Acos, "arguments in [-1, 1]"),
    function("Acosh", Function::Acosh, "arguments from 1 on"),
    one("Add", add::build, "broadcast; operands constant or computed"),
    one("And", logic::and, "broadcast"),
    one(
        "ArgMax",
        arg_max::max,
        "any axis, `keepdims`, `select_last_index`; of elements that are equal once quantized, the first or last",
    ),
    one("ArgMin", arg_max::min, "as ArgMax"),
    function("Asin", Function::Asin, "arguments in [-1, 1]"),
    function("Asinh", Function::Asinh, "any rank"),
    function("Atan", Function::Atan, "any rank"),
    function("Atanh", Function::Atanh, "arguments inside (-1, 1)"),
    one(
        "AveragePool",
        average_pool::build,
        "1 to 3 spatial axes; `kernel_shape`, `strides`, `pads`, `dilations`, `auto_pad`, `ceil_mode`, `count_include_pad`; every window holds an element",
    ),
    one(
        "BatchNormalization",
        batch_normalization::build,
        "inference; scale, bias, mean and variance constant; folded into the weights before it",
    ),
    one(
        "Cast",
        cast::build,
        "between floats, integers and bools; floats are cut to integers; a computed integer is taken to fit its type",
    ),
    one("CastLike", cast::like, "to floats"),
    function("Ceil", Function::Ceil, "exact on quantized elements"),
    one("Celu", activation::celu, "`alpha` other than 0"),
    one("Clip", clip::build, "bounds as attributes or constant inputs; either may be missing"),
    one("Concat", concat::build, "any axis"),
    one("Constant", constant::build, "`value`, `value_float(s)`, `value_int(s)`; finite"),
    one("ConstantOfShape", constant_of_shape::build, "constant shape"),
    one(
        "Conv",
        conv::build,
        "1 to 3 spatial axes; `group` (depthwise too), `strides`, `pads`, `dilations`, `auto_pad`; weight and bias constant",
    ),
    one(
        "ConvTranspose",
        conv_transpose::build,
        "1 to 3 spatial axes; `group`, `strides`, `pads`, `dilations`, `output_padding`, `output_shape`, `auto_pad`; weight and bias constant",
    ),
    function("Cos", Function::Cos, "any rank"),
    function("Cosh", Function::Cosh, "any rank"),
    one("DepthToSpace", space::to_space, "`mode` DCR and CRD"),
    one(
        "Div",
        div::build,
        "broadcast; floats by constants or computed divisors away from 0; integers by constants, at most 64 different ones",
    ),
    one("Dropout", dropout::build, "inference: its input; no mask"),
    one("Elu", activation::elu, "`alpha`"),
    one("Equal", |context| compare::build(context, 1.0, Function::Zero), "broadcast; exact on quantized operands"),
    function("Erf", Function::Erf, "any rank"),
    function("Exp", Function::Exp, "any rank"),
    one("Expand", expand::build, "constant shape"),
    one("Flatten", flatten::build, "any axis"),
    function("Floor", Function::Floor, "exact on quantized elements"),
    one("Gather", gather::build, "constant indices, any axis"),
    one("Gelu", activation::gelu, "`approximate` none and tanh; recognized where it is spelled out"),
    one("Gemm", gemm::build, "`alpha`, `beta`, `transA`, `transB`; operands constant or computed"),
    one("GlobalAveragePool", average_pool::global, "1 to 3 spatial axes"),
    one("GlobalMaxPool", max_pool::global, "1 to 3 spatial axes"),
    one("Greater", |context| compare::build(context, 1.0, Function::Positive), "as Equal"),
    one("GreaterOrEqual", |context| compare::build(context, 1.0, Function::NonNegative), "as Equal"),
    one("HardSigmoid", activation::hard_sigmoid, "`alpha`, `beta`"),
    function("HardSwish", Function::HardSwish, "recognized where it is spelled out"),
    one("Identity", identity::build, "anything"),
    one("IsInf", non_finite::is_inf, "`detect_positive`, `detect_negative`; nothing that is computed is infinite"),
    one("IsNaN", non_finite::is_nan, "nothing that is computed is NaN"),
    one("LeakyRelu", activation::leaky_relu, "`alpha`"),
    one("Less", |context| compare::build(context, -1.0, Function::Positive), "as Equal"),
    one("LessOrEqual", |context| compare::build(context, -1.0, Function::NonNegative), "as Equal"),
    function("Log", Function::Log, "positive arguments"),
    one("LogSoftmax", softmax::log_softmax, "any axis"),
    one("MatMul", matmul::build, "vectors, matrices and stacks of them, broadcast; operands constant or computed"),
    one("Max", max::max, "any number of operands, broadcast"),
    one(
        "MaxPool",
        max_pool::build,
        "1 to 3 spatial axes; `kernel_shape`, `strides`, `pads`, `dilations`, `auto_pad`, `ceil_mode`; no indices; every window holds an element",
    ),
    one("Mean", mean::build, "any number of operands, broadcast"),
    one("Min", max::min, "as Max"),
    function("Mish", Function::Mish, "recognized where it is spelled out"),
    one("Mod", modulo::build, "by constants, at most 64 different ones; `fmod`"),
    one("Mul", mul::build, "broadcast; operands constant or computed"),
    one("Neg", neg::build, "any rank"),
    one("Not", logic::not, "any rank"),
    one("Or", logic::or, "broadcast"),
    one(
        "Pad",
        pad::build,
        "`mode` constant, edge, wrap, and reflect by less than the axis; pads, value and axes constant; negative pads",
    ),
    one("Pow", pow::build, "constant exponents or constant positive bases, at most 64 different ones"),
    one("PRelu", prelu::build, "slope constant or computed, broadcast to the input"),
    one("Range", range::build, "constant operands"),
    function("Reciprocal", Function::Reciprocal, "arguments away from 0"),
    one("ReduceL1", reduce::l1, "constant axes, `keepdims`, `noop_with_empty_axes`"),
    one("ReduceL2", reduce::l2, "as ReduceL1"),
    one("ReduceMax", reduce::max, "as ReduceL1"),
    one("ReduceMean", reduce::mean, "as ReduceL1"),
    one("ReduceMin", reduce::min, "as ReduceL1"),
    one("ReduceSum", reduce::sum, "as ReduceL1"),
    one("ReduceSumSquare", reduce::sum_square, "as ReduceL1"),
    function("Relu", Function::Relu, "any rank"),
    one("Reshape", reshape::build, "constant shape, `allowzero`"),
    one(
        "Resize",
        resize::build,
        "constant scales or sizes, of all axes or some; `mode` nearest, linear and cubic, `antialias`, `exclude_outside`; every `coordinate_transformation_mode`, `nearest_mode` and `keep_aspect_ratio_policy`",
    ),
    function("Round", Function::Round, "half to even; exact on quantized elements"),
    one("Selu", activation::selu, "`alpha`, `gamma`"),
    one("Shape", shape::build, "`start`, `end`; constant, for other operators to read"),
    one("Shrink", activation::shrink, "`lambd`, `bias`"),
    function("Sigmoid", Function::Sigmoid, "any rank"),
    function("Sign", Function::Sign, "exact on quantized elements"),
    function("Sin", Function::Sin, "any rank"),
    function("Sinh", Function::Sinh, "any rank"),
    one("Size", shape::size, "constant, for other operators to read"),
    one("Slice", slice::build, "starts, ends, axes and steps constant; negative steps"),
    one("Softmax", softmax::softmax, "any axis"),
    function("Softplus", Function::Softplus, "any rank"),
    function("Softsign", Function::Softsign, "any rank"),
    one("SpaceToDepth", space::to_depth, "`mode` DCR and CRD"),
    many("Split", split::build, "any axis; equal pieces or constant sizes"),
    function("Sqrt", Function::Sqrt, "arguments from 0 on"),
    one("Squeeze", squeeze::build, "constant axes, or all that are 1"),
    one("Sub", sub::build, "broadcast; operands constant or computed"),
    one("Sum", add::build, "any number of operands, broadcast"),
    one("Swish", activation::swish, "`alpha`; recognized where it is spelled out"),
    function("Tan", Function::Tan, "arguments away from its poles"),
    function("Tanh", Function::Tanh, "any rank"),
    one("ThresholdedRelu", activation::thresholded_relu, "`alpha`"),
    one("Tile", tile::build, "constant repeats"),
    one("Transpose", transpose::build, "`perm`"),
    one("Unsqueeze", unsqueeze::build, "constant axes"),
    one("Upsample", resize::upsample, "constant scales; `mode` nearest, linear and cubic"),
    one(
        "Where",
        select::build,
        "broadcast; condition and both values constant or computed; what a computed condition chooses from is finite",
    ),
    one("Xor", logic::xor, "broadcast"),
];
