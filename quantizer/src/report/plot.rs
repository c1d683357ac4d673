//! The error of each layer as bars, in one file without anything from elsewhere.

use super::{LayerReport, Report};
use std::fmt::Write;

/// Width of the plot, in units of its own.
const WIDTH: f64 = 360.0;
/// Height of one layer: a line of text and a bar.
const ROW: f64 = 30.0;
/// Height of the axis below the layers.
const AXIS: f64 = 24.0;

/// What bars and text look like: in the page's own colours, or in those of a reader of the bare image.
const STYLE: &str = "svg{color-scheme:light dark}svg text{font:11px system-ui,sans-serif;fill:currentColor}rect{fill:#3b6fb6}.grid{stroke:currentColor;stroke-opacity:.2}";

/// An HTML page with the relative error of each layer on a logarithmic axis. It fits any width, a phone's too.
pub fn plot(report: &Report) -> String {
    format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:1rem auto;padding:0 1rem;max-width:48rem}}
svg{{width:100%;height:auto}}h1{{font-size:1.25rem}}table{{border-collapse:collapse;font-size:.9rem;display:block;overflow-x:auto}}td,th{{padding:.2rem .6rem;text-align:right;white-space:nowrap}}td:first-child,th:first-child{{text-align:left}}
</style></head><body><h1>{title}</h1>
<p>{summary}</p>
{svg}
{alternatives}</body></html>
"#,
        title = escape(&format!("Quantization of {}", report.source)),
        summary = summary(report),
        svg = plot_svg(report),
        alternatives = alternatives(report),
    )
}

fn summary(report: &Report) -> String {
    format!(
        "Error of each layer against the float model, relative to the size of the layer, over {} samples. Output: {}; same class for \
         {} of the samples.",
        report.samples,
        percent(report.output_error),
        percent(report.argmax_agreement)
    )
}

/// The bars of [`plot`] alone, as an SVG image.
pub fn plot_svg(report: &Report) -> String {
    let measured = |layer: &&LayerReport| layer.relative_error > 0.0 && layer.relative_error.is_finite();
    let errors = || report.layers.iter().filter(measured).map(|layer| layer.relative_error.log10());
    // Whole decades, one at least.
    let last = errors().fold(-2.0f64, f64::max).ceil().min(2.0);
    let first = errors().fold(last - 1.0, f64::min).floor().max(last - 8.0);
    let x = |log: f64| ((log - first) / (last - first)).clamp(0.0, 1.0) * WIDTH;

    let height = ROW * report.layers.len() as f64;
    let mut svg = String::new();
    for decade in first as i32..=last as i32 {
        let at = x(f64::from(decade));
        let anchor = if at <= 0.0 { "start" } else { "middle" };
        let anchor = if at >= WIDTH { "end" } else { anchor };
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{at:.1}" x2="{at:.1}" y1="0" y2="{height}"/><text x="{at:.1}" y="{}" text-anchor="{anchor}">{}</text>"#,
            height + 16.0,
            percent(f64::powi(10.0, decade)),
        );
    }
    for (i, layer) in report.layers.iter().enumerate() {
        let top = ROW * i as f64;
        let width = if measured(&layer) { x(layer.relative_error.log10()) } else { 0.0 };
        let _ = write!(
            svg,
            r#"<g><title>{}</title><text x="0" y="{}">{}</text><text x="{WIDTH}" y="{}" text-anchor="end">{}</text><rect x="0" y="{}" width="{width:.1}" height="8"/></g>"#,
            details(layer),
            top + 13.0,
            escape(&shortened(&layer.name)),
            top + 13.0,
            percent(layer.relative_error),
            top + 18.0,
        );
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {}" role="img" aria-label="Relative error by layer"><style>{STYLE}</style><desc>{}</desc>{svg}</svg>"#,
        height + AXIS,
        summary(report),
    )
}

fn alternatives(report: &Report) -> String {
    if report.alternatives.is_empty() {
        return String::new();
    }
    let row = |a: &super::Alternative| {
        format!(
            "<tr><td>{}{}</td><td>2^{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&a.target),
            if a.reached { "" } else { " (not reached)" },
            a.tree_log,
            a.leaves,
            percent(a.output_error),
            percent(a.argmax_agreement),
        )
    };
    let rows: String = report.alternatives.iter().map(row).collect();
    format!(
        "<h1>What each target costs</h1><table><tr><th>target</th><th>lookup tree</th><th>leaves</th><th>error</th><th>same class</th></tr>{rows}</table>\n"
    )
}

fn details(layer: &LayerReport) -> String {
    let bits = layer.bits.map_or(String::new(), |bits| format!(", {bits} bits"));
    escape(&format!(
        "{}: {} {:?}{bits}, largest error {:.3e}, mean {:.3e}, {} lookups, {} saturated",
        layer.name, layer.kind, layer.dims, layer.max_error, layer.mean_error, layer.leaves, layer.saturated
    ))
}

/// A fraction for people.
fn percent(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    match percent {
        p if p == 0.0 || (99.95..1e4).contains(&p) => format!("{p:.0} %"),
        p if p >= 0.1 => format!("{p:.1} %"),
        p if p >= 0.001 => format!("{p:.3} %"),
        p => format!("{p:.0e} %"),
    }
}

/// The end of a long name, which tells layers apart.
fn shortened(name: &str) -> String {
    const MOST: usize = 40;
    let count = name.chars().count();
    if count <= MOST { name.into() } else { format!("…{}", name.chars().skip(count - MOST + 1).collect::<String>()) }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
