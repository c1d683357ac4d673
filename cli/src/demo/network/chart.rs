//! What happened, to look at: requests and settlements over time, latencies, workers, and whose the money is.

use super::figures::Figures;
use std::fmt::Write;
use verin_client::types::Amount;

/// Size of a plot, in units of its own.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
/// Bars of the histogram, and signs of the line.
const BARS: usize = 32;

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:1rem auto;padding:0 1rem;max-width:48rem}\
h1{font-size:1.25rem}h2{font-size:1rem;margin-top:2rem}svg{width:100%;height:auto;overflow:visible}svg text{font:12px system-ui,sans-serif;fill:currentColor}\
.axis{stroke:currentColor;stroke-opacity:.25}.asked{fill:none;stroke:#8a8a8a;stroke-width:2}.settled{fill:none;stroke:#3b6fb6;stroke-width:2.5}\
.mark{stroke:#c2410c;stroke-dasharray:4 3}.bar{fill:#3b6fb6}";

/// A line of bars: settlements over time, from the first request to the last settlement.
pub(super) fn line(timeline: &[(f64, f64)]) -> String {
    let counts = histogram(&timeline.iter().map(|t| t.1).collect::<Vec<_>>());
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let signs = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let sign = |count: &usize| signs.get((count * 8).div_ceil(most)).copied().unwrap_or('█');
    counts.iter().map(sign).collect::<String>().trim_end().into()
}

/// An HTML page that needs nothing from elsewhere, and fits any width.
pub(super) fn page(figures: &Figures) -> String {
    let latencies: Vec<f64> = figures.timeline.iter().map(|(asked, settled)| settled - asked).collect();
    let workers: Vec<_> = figures.workers.iter().map(|w| (w.name.clone(), w.inferences as f64)).collect();
    let part = |name: &str, amount: Amount| (name.to_owned(), amount.0.saturating_to::<u128>() as f64 / 1e18);
    let earned = &figures.earned;
    let money = [
        part("operator, paid", earned.operator),
        part("operator, rewards", earned.operator_rewards),
        part("owner, paid", earned.owner),
        part("owner, rewards", earned.owner_rewards),
        part("burned", earned.burned),
        part("treasury", earned.to_treasury),
    ];
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\"><title>A network at work</title><style>{STYLE}</style></head><body><h1>A network at work</h1><p>{}</p>\
         <h2>Requested (grey) and settled (blue) over time</h2>{}<h2>From request to settlement</h2>{}<h2>Inferences by worker</h2>{}\
         <h2>Tokens: who got what</h2>{}</body></html>\n",
        escape(&figures.summary()),
        progress(figures),
        latency(&latencies),
        bars(&workers, ""),
        bars(&money, " VRN"),
    )
}

/// How many of the values are in each of as many equal parts from zero to the largest.
fn histogram(values: &[f64]) -> Vec<usize> {
    let most = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mut counts = vec![0; BARS];
    for value in values {
        if let Some(count) = counts.get_mut(((value / most * BARS as f64) as usize).min(BARS - 1)) {
            *count += 1;
        }
    }
    counts
}

/// Two stairs, and what happened on the way.
fn progress(figures: &Figures) -> String {
    let end = figures.timeline.iter().map(|t| t.1).fold(1.0, f64::max);
    let (x, all) = (|ms: f64| ms / end * WIDTH, figures.timeline.len().max(1) as f64);
    let stairs = |mut times: Vec<f64>, class: &str| {
        times.sort_by(f64::total_cmp);
        let mut path = format!("M0 {HEIGHT}");
        for (n, time) in times.iter().enumerate() {
            let _ = write!(path, "H{:.1}V{:.1}", x(*time), HEIGHT * (1.0 - (n + 1) as f64 / all));
        }
        format!("<path class=\"{class}\" d=\"{path}\"/>")
    };
    let mut out = open(HEIGHT + 20.0 + 14.0 * figures.marks.len() as f64);
    out += &axis(&format!("{:.0} s", end / 1_000.0));
    out += &stairs(figures.timeline.iter().map(|t| t.0).collect(), "asked");
    out += &stairs(figures.timeline.iter().map(|t| t.1).collect(), "settled");
    for (n, (at, what)) in figures.marks.iter().enumerate() {
        let (x, y) = (x(*at).min(WIDTH), HEIGHT + 34.0 + 14.0 * n as f64);
        let anchor = if x > WIDTH / 2.0 { "end" } else { "start" };
        let _ = write!(
            out,
            "<path class=\"mark\" d=\"M{x:.1} 0V{y:.1}\"/><text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escape(what)
        );
    }
    out + "</svg>"
}

fn latency(latencies: &[f64]) -> String {
    let counts = histogram(latencies);
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let longest = latencies.iter().copied().fold(0.0, f64::max);
    let mut out = open(HEIGHT + 20.0);
    out += &axis(&format!("{:.1} s", longest / 1_000.0));
    let width = WIDTH / BARS as f64;
    for (n, count) in counts.iter().enumerate() {
        let height = *count as f64 / most * (HEIGHT - 10.0);
        let _ = write!(
            out,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{count}</title></rect>",
            n as f64 * width,
            HEIGHT - height,
            width - 1.0
        );
    }
    out + "</svg>"
}

fn bars(values: &[(String, f64)], unit: &str) -> String {
    let most = values.iter().map(|value| value.1).fold(f64::MIN_POSITIVE, f64::max);
    let mut out = open(34.0 * values.len() as f64);
    for (n, (name, value)) in values.iter().enumerate() {
        let (y, width) = (34.0 * n as f64, value / most * WIDTH);
        let number = if unit.is_empty() { format!("{value:.0}") } else { format!("{value:.3}") };
        let _ = write!(
            out,
            "<text y=\"{:.1}\">{}: {number}{unit}</text><rect class=\"bar\" y=\"{:.1}\" width=\"{width:.1}\" height=\"10\"/>",
            y + 12.0,
            escape(name),
            y + 18.0
        );
    }
    out + "</svg>"
}

fn open(height: f64) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">")
}

fn axis(end: &str) -> String {
    let y = HEIGHT + 15.0;
    format!(
        "<path class=\"axis\" d=\"M0 {HEIGHT}H{WIDTH}\"/><text y=\"{y}\">0</text><text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{end}</text>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
