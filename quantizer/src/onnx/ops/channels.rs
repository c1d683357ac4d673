//! Channels in groups, as convolutions have them: the outputs of a group are sums over the inputs of the same group.

use super::{Context, Value, reshape};
use crate::error::Error;
use crate::float::{Link, Term};

/// Batch and channels. Groups and the outputs of a group are two axes of a sum where both are more than one, else one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channels {
    pub(super) batch: u32,
    pub(super) groups: u32,
    /// Of each group.
    pub(super) inputs: u32,
    /// Of each group.
    pub(super) outputs: u32,
}

impl Channels {
    /// Of a node whose attribute `group` divides `inputs` channels and whose weight has `outputs` outputs.
    pub(super) fn read(context: &Context, batch: u32, inputs: u32, outputs: u32) -> Result<Self, Error> {
        let group = context.int("group", 1)?;
        let divides = |g: &u32| *g > 0 && inputs.is_multiple_of(*g) && outputs.is_multiple_of(*g);
        let groups = u32::try_from(group).ok().filter(divides).filter(|_| inputs > 0 && outputs > 0);
        let groups = groups.ok_or_else(|| {
            let expected = format!("a `group` that divides {inputs} inputs and {outputs} outputs");
            context.malformed(expected, group.to_string())
        })?;
        Ok(Self { batch, groups, inputs: inputs / groups, outputs: outputs / groups })
    }

    /// Whether groups and outputs are two axes.
    pub(super) fn split(&self) -> bool {
        self.groups > 1 && self.outputs > 1
    }

    /// The outer axes of the sum: batch, then one or two of channels.
    pub(super) fn dims(&self) -> Vec<u32> {
        if self.split() {
            vec![self.batch, self.groups, self.outputs]
        } else {
            vec![self.batch, self.groups * self.outputs]
        }
    }

    /// Labels of group and output of the group.
    pub(super) fn labels(&self) -> [usize; 2] {
        [1, self.dims().len() - 1]
    }

    /// Ties batch and channels of the input; label `input` is summed.
    pub(super) fn links(&self, input: usize) -> Vec<Link> {
        let mut links = Vec::new();
        if self.batch > 1 {
            links.push(Link::identity(0, 0));
        }
        let mut labels = Vec::new();
        labels.extend((self.groups > 1).then_some((1, self.inputs as i32)));
        labels.extend((self.inputs > 1).then_some((input, 1)));
        if !labels.is_empty() {
            links.push(Link::Affine { labels, windows: vec![], axes: vec![1], offset: 0 });
        }
        links
    }

    /// The bias, input 2 of the node, as a term of a sum of dimensions `dims`.
    pub(super) fn bias(&self, context: &mut Context, dims: &[u32]) -> Result<Option<Term<f64>>, Error> {
        let Some(bias) = context.constant(2, "the bias")? else { return Ok(None) };
        let outputs = self.groups * self.outputs;
        if bias.dims != [outputs] {
            let got = format!("dimensions {:?}", bias.dims);
            return Err(context.malformed(format!("a bias of {outputs} elements"), got));
        }
        let own = self.dims();
        let mut bias_dims: Vec<u32> = own.iter().skip(1).copied().collect();
        bias_dims.extend(vec![1; dims.len().saturating_sub(own.len())]);
        let bias = reshape::view(context, &Value::Constant(bias), bias_dims)?;
        Ok(Some(context.term(1.0, &bias, dims)))
    }
}

/// Summed labels of a product of rank `rank`: those of one element are none.
#[derive(Debug)]
pub(super) struct Summed {
    rank: usize,
    pub(super) extents: Vec<u32>,
}

impl Summed {
    /// None yet.
    pub(super) fn new(rank: usize) -> Self {
        Self { rank, extents: Vec::new() }
    }

    /// The label of a sum over `n` elements; where that is one, a label that no link may name.
    pub(super) fn label(&mut self, n: u32) -> usize {
        if n <= 1 {
            return usize::MAX;
        }
        self.extents.push(n);
        self.rank + self.extents.len() - 1
    }
}
