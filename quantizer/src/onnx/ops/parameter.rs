//! Functions with a constant parameter, which may differ from element to element.

use super::{Constant, Context, Value, unary};
use crate::error::Error;

/// Most different parameters of one node: each brings a function of all elements.
const MOST: usize = 64;

/// `function` of each element with the element of `parameters` there, over a result of dimensions `dims`: of all different
/// parameters, the sum of what one gives where it is the parameter. `what` says what the parameters are. Where there are several,
/// `function` also gets a constant that is 1 where its parameter is the one and 0 elsewhere.
pub(super) fn each(
    context: &mut Context,
    (parameters, what): (&Constant, &str),
    dims: &[u32],
    function: impl Fn(&mut Context, f64, Option<&Value>) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let all = parameters.floats();
    let mut different: Vec<f64> = Vec::new();
    for p in &all {
        if !different.contains(p) {
            different.push(*p);
        }
        if different.len() > MOST {
            let reason = format!("the {what} `{}` are more than {MOST} different ones", parameters.name);
            return Err(context.unsupported(reason, "use fewer, or one for all elements"));
        }
    }
    if let [one] = different.as_slice() {
        let value = function(context, *one, None)?;
        return unary::broadcast(context, &value, dims);
    }
    let (mut terms, mut kind) = (Vec::new(), None);
    for p in different {
        let here = all.iter().map(|other| f64::from(u8::from(*other == p))).collect();
        let here = context.tensor_of(parameters.dims.clone(), here);
        let value = function(context, p, Some(&here))?;
        kind = Some(value.kind());
        terms.push(context.product(1.0, &here, &value, dims));
    }
    let kind = kind.ok_or_else(|| context.malformed(what, "no elements"))?;
    context.sum(terms, dims.to_vec(), kind)
}
