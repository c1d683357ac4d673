//! What a term may be, by shapes alone.

use super::{COEFFICIENT_LIMIT, Mismatch};
use crate::ir::{MAX_CELLS_LOG, Shape, bits};
use crate::view::{Link, Move, Product, Source, Term, View};

/// Gives the shape of what a view reads, or why it may not be read.
pub type Shapes<'a> = dyn Fn(Source) -> Result<&'a Shape, Mismatch> + 'a;

/// A moved tensor: a coefficient in range, a view that fits.
///
/// # Errors
/// It is not.
pub fn moved(term: &Move<i64>, result: &Shape, shapes: &Shapes<'_>) -> Result<(), Mismatch> {
    coefficient(term.coefficient)?;
    view(&term.view, result.dims(), shapes).map(|_| ())
}

/// A product: the rules of [`moved`] for both factors; a left factor whose links are all free; a computed right factor;
/// each summed label used by both factors, and one of them 0 at its padding.
///
/// # Errors
/// It is not.
pub fn product(term: &Product<i64>, result: &Shape, shapes: &Shapes<'_>) -> Result<(), Mismatch> {
    coefficient(term.coefficient)?;
    let most = 1u32 << MAX_CELLS_LOG;
    if let Some(n) = term.sums.iter().find(|n| !(2..=most).contains(*n)) {
        return Err(Mismatch::new(format!("summed labels of 2..={most}"), n));
    }
    let summed = term.sums.iter().map(|n| bits(*n)).sum::<u32>();
    if summed > MAX_CELLS_LOG {
        return Err(Mismatch::new(format!("sums of at most 2^{MAX_CELLS_LOG} products"), format!("2^{summed}")));
    }
    if let Source::Constant(i) = term.right.source {
        return Err(Mismatch::new("constants as left factors only", format!("constant {i} as right factor")));
    }
    let extents: Vec<u32> = result.dims().iter().chain(&term.sums).copied().collect();
    let left = view(&term.left, &extents, shapes)?.dims();
    let right = view(&term.right, &extents, shapes)?.dims();
    if let Some(link) = term.left.links.iter().find(|link| !link.is_free(&extents, left)) {
        return Err(Mismatch::new("a left factor whose links are all free", format!("{link:?}")));
    }
    for label in result.rank()..extents.len() {
        if !term.left.uses(label) || !term.right.uses(label) {
            return Err(Mismatch::new("both factors to use each summed label", format!("label {label}")));
        }
        if !vanishes(&term.left, label, &extents, left) && !vanishes(&term.right, label, &extents, right) {
            return Err(Mismatch::new(
                "summed labels of a power of two, or with a factor that is 0 at their padding",
                format!("label {label} of {}", extents.get(label).copied().unwrap_or(1)),
            ));
        }
    }
    Ok(())
}

/// Whether `term` is 0 wherever axis `axis` of the result is in its padding. Needs a valid term.
pub fn is_zero_at_padding(term: &Term<i64>, axis: usize, result: &Shape, shapes: &Shapes<'_>) -> bool {
    let vanishes = |view: &View, extents: &[u32]| {
        shapes(view.source).is_ok_and(|source| vanishes(view, axis, extents, source.dims()))
    };
    match term {
        Term::Move(term) => vanishes(&term.view, result.dims()),
        Term::Product(term) => {
            let extents: Vec<u32> = result.dims().iter().chain(&term.sums).copied().collect();
            vanishes(&term.left, &extents) || vanishes(&term.right, &extents)
        }
    }
}

/// Whether `view` reads 0 wherever `label` is in its padding: its link ties real indices only, or ties exactly the padding
/// of a constant to it; or there is none.
fn vanishes(view: &View, label: usize, extents: &[u32], dims: &[u32]) -> bool {
    let size = |sizes: &[u32], which: &[usize]| {
        which.iter().filter_map(|i| sizes.get(*i)).fold(1u64, |all, n| all.saturating_mul(u64::from(*n)))
    };
    let real_padding = |link: &Link| size(extents, &link.labels()) == size(dims, &link.axes());
    let linked = view.links.iter().find(|link| link.labels().contains(&label));
    let constant = matches!(view.source, Source::Constant(_));
    extents.get(label).is_none_or(|n| n.is_power_of_two())
        || linked.is_some_and(|link| !link.is_free(extents, dims) || (constant && real_padding(link)))
}

fn coefficient(coefficient: i64) -> Result<(), Mismatch> {
    if coefficient == 0 || coefficient.unsigned_abs() >= COEFFICIENT_LIMIT.unsigned_abs() {
        return Err(Mismatch::new(format!("a coefficient below {COEFFICIENT_LIMIT} that is not 0"), coefficient));
    }
    Ok(())
}

fn view<'a>(view: &View, extents: &[u32], shapes: &Shapes<'a>) -> Result<&'a Shape, Mismatch> {
    let shape = shapes(view.source)?;
    view.check(extents, shape.dims()).map_err(|(expected, got)| Mismatch { expected, got })?;
    let windows = view.links.iter().flat_map(|link| match link {
        Link::Affine { windows, .. } => windows.as_slice(),
        Link::Table { .. } => &[],
    });
    let cells = windows.fold(1u64, |cells, (n, _)| cells.saturating_mul(u64::from(*n)));
    if cells > 1 << MAX_CELLS_LOG {
        return Err(Mismatch::new(format!("windows of at most 2^{MAX_CELLS_LOG} cells in a view"), cells));
    }
    Ok(shape)
}
