//! Prover time and memory against parameters and against products, as one SVG of four log-log plots.

use serde_json::Value;
use std::fmt::Write;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 40.0;

/// A row at the default bits, as a point: profile, x, y, name.
type Point<'r> = (&'r str, f64, f64, &'r str);

/// All four plots, self-contained.
pub fn plot(rows: &[Value]) -> String {
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" font-size="11">"#,
        2.0 * (WIDTH + 20.0),
        2.0 * (HEIGHT + 30.0)
    );
    let plots = [
        ("parameters", "prove_s", 1.0, "seconds against parameters"),
        ("products", "prove_s", 1.0, "seconds against products"),
        ("parameters", "peak_rss_bytes", 1e-6, "MB against parameters"),
        ("products", "peak_rss_bytes", 1e-6, "MB against products"),
    ];
    for (i, (x, y, scale, title)) in plots.into_iter().enumerate() {
        let points: Vec<Point<'_>> = rows
            .iter()
            .filter(|row| row["bits"].is_null())
            .filter_map(|row| {
                let (x, y) = (row[x].as_f64()?, row[y].as_f64()? * scale);
                (x > 0.0 && y > 0.0).then_some((row["profile"].as_str()?, x, y, row["model"].as_str()?))
            })
            .collect();
        let (dx, dy) = ((i % 2) as f64 * (WIDTH + 20.0), (i / 2) as f64 * (HEIGHT + 30.0));
        let _ = write!(out, r#"<g transform="translate({dx},{dy})">{}</g>"#, one(&points, title));
    }
    out + "</svg>\n"
}

fn one(points: &[Point<'_>], title: &str) -> String {
    let range = |values: &dyn Fn(&Point<'_>) -> f64| {
        let logs = || points.iter().map(|p| values(p).log10());
        (logs().fold(f64::INFINITY, f64::min).floor(), logs().fold(f64::NEG_INFINITY, f64::max).ceil())
    };
    let (x, y) = (range(&|p| p.1), range(&|p| p.2));
    let place = |value: f64, (lo, hi): (f64, f64), length: f64| (value.log10() - lo) / (hi - lo).max(1.0) * length;
    let at_x = |value: f64| LEFT + place(value, x, WIDTH - LEFT);
    let at_y = |value: f64| HEIGHT - BOTTOM - place(value, y, HEIGHT - BOTTOM - 30.0);
    let mut out = format!(r#"<text x="{LEFT}" y="16" font-size="13">{title}</text>"#);
    for decade in decades(x) {
        let at = at_x(decade);
        let _ = write!(
            out,
            r##"<path d="M{at} 30V{}" stroke="#ddd"/><text x="{at}" y="{}" text-anchor="middle">{decade:e}</text>"##,
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 14.0
        );
    }
    for decade in decades(y) {
        let at = at_y(decade);
        let _ = write!(
            out,
            r##"<path d="M{LEFT} {at}H{WIDTH}" stroke="#ddd"/><text x="{}" y="{}" text-anchor="end">{decade}</text>"##,
            LEFT - 6.0,
            at + 4.0
        );
    }
    for (profile, colour, below) in [("fast", "#06c", 30.0), ("chain", "#c40", 16.0)] {
        let _ = write!(out, r#"<text x="{LEFT}" y="{}" fill="{colour}">{profile}</text>"#, HEIGHT - below + 16.0);
        let mut own: Vec<&Point<'_>> = points.iter().filter(|p| p.0 == profile).collect();
        own.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (_, x, y, model) in own {
            let _ = write!(
                out,
                r#"<circle cx="{:.1}" cy="{:.1}" r="3.5" fill="{colour}"><title>{model}: {x:e}, {y:.3}</title></circle>"#,
                at_x(*x),
                at_y(*y)
            );
        }
    }
    out
}

fn decades((lo, hi): (f64, f64)) -> Vec<f64> {
    if lo > hi { Vec::new() } else { (lo as i32..=hi as i32).map(|e| 10f64.powi(e)).collect() }
}
