// Charts, drawn as SVG. Each says in words what it shows.

import { h, s } from "./dom.js";

const LEFT = 36;
const BOTTOM = 24;
const TOP = 12;

const round = (n) => Math.round(n * 10) / 10;
const plain = (n) => String(round(n));

/** Text keeps its size: a chart has as many units as it will have pixels, more or less. */
const SIZES = { third: [340, 190], half: [540, 220], wide: [760, 240] };
const size = (place) => SIZES[matchMedia("(max-width: 46rem)").matches ? "third" : place];

/** A round number that is at least this, half of which is whole. */
function ceiling(most) {
  if (most <= 2) return Math.max(1, Math.ceil(most));
  if (most <= 10) return Math.ceil(most / 2) * 2;
  const step = 10 ** Math.floor(Math.log10(most));
  return [1, 1.2, 1.4, 1.6, 1.8, 2, 2.4, 3, 4, 5, 6, 8, 10].map((n) => n * step).find((n) => n >= most * 0.999);
}

const key = (kind) => s("svg", { viewBox: "0 0 11 11", "aria-hidden": "true" }, s("rect", { class: kind, width: 11, height: 11, rx: 3 }));

/**
 * Bars of one or more series on top of each other, and perhaps a line over them. `bars` are { label, name, values, line }, `series` are
 * [name, class].
 */
export function bars(title, { bars: all, series, line, place: where = "third", ticks = where === "wide" ? 8 : 5, unit = plain }) {
  const [width, height] = size(where);
  const every = Math.max(1, Math.ceil(all.length / (width > 400 ? ticks : Math.min(ticks, 4))));
  const sum = (bar) => bar.values.reduce((a, b) => a + b, 0);
  const top = ceiling(Math.max(...all.map((bar) => Math.max(sum(bar), bar.line ?? 0)), 0));
  const place = (width - LEFT) / all.length;
  const thick = Math.max(2, Math.min(place * 0.7, 44));
  const y = (n) => round(height - BOTTOM - (n / top) * (height - BOTTOM - TOP));
  const x = (i) => LEFT + place * (i + 0.5);
  const marks = top === 1 ? [0, 1] : [0, top / 2, top];
  const grid = marks.map((mark) => [
    s("line", { class: "axis", x1: LEFT, x2: width, y1: y(mark), y2: y(mark) }),
    s("text", { x: LEFT - 7, y: y(mark) + 4, "text-anchor": "end" }, unit(mark)),
  ]);
  const drawn = all.map((bar, i) => {
    let base = 0;
    const parts = bar.values.map((value, n) => {
      const from = y(base);
      base += value;
      const tall = value > 0 ? Math.max(1.5, from - y(base)) : 0;
      return value > 0 && s("rect", { class: series[n][1], x: round(x(i) - thick / 2), width: round(thick), y: round(from - tall), height: round(tall), rx: Math.min(3, thick / 3) });
    });
    const named = [...(line ? [[line, bar.line]] : []), ...bar.values.map((value, n) => [series[n][0], value])];
    const words = `${bar.name}: ${named.map(([name, value]) => (named.length > 1 ? `${unit(value)} ${name}` : unit(value))).join(", ")}`;
    const edge = i === 0 && place < 40 ? "start" : "middle";
    return [
      s("g", { class: "bar" }, s("title", {}, words),
        s("rect", { x: round(LEFT + place * i), width: round(place), y: TOP, height: height - BOTTOM - TOP, fill: "transparent" }), parts),
      i % every === 0 && s("text", { x: round(edge === "start" ? LEFT : x(i)), y: height - 6, "text-anchor": edge }, bar.label),
    ];
  });
  const path = line && s("path", { class: "line", d: all.map((bar, i) => `${i ? "L" : "M"}${round(x(i))} ${y(bar.line)}`).join("") });
  const totals = [...(line ? [[line, all.reduce((a, bar) => a + bar.line, 0)]] : []), ...series.map(([name], n) => [name, all.reduce((a, bar) => a + bar.values[n], 0)])];
  const chart = s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. In all: ${totals.map(([name, n]) => `${unit(n)} ${name}`).join(", ")}.` }, grid, drawn, path);
  const legend = totals.length > 1 && h("ul", { class: "legend" }, line && h("li", {}, key("a"), line), series.map(([name, kind]) => h("li", {}, key(kind), name)));
  return h("div", {}, chart, legend);
}

/** How often numbers are how large, in at most `most` classes. */
export function histogram(title, numbers, unit, most = 14) {
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const classes = high === low ? 1 : Math.min(most, Math.max(4, Math.ceil(Math.sqrt(numbers.length))));
  const width = high === low ? 1 : (high - low) / classes;
  const counts = Array(classes).fill(0);
  for (const n of numbers) counts[Math.min(classes - 1, Math.floor((n - low) / width))] += 1;
  const all = counts.map((n, i) => {
    const from = low + i * width;
    return { label: unit(from), name: classes === 1 ? unit(from) : `${unit(from)} to ${unit(from + width)}`, values: [n] };
  });
  return bars(title, { bars: all, series: [["jobs", "b"]], ticks: 4 });
}

/** Parts of a whole, side by side. */
export function split(title, parts) {
  const total = parts.reduce((a, [, n]) => a + n, 0) || 1;
  let x = 0;
  const drawn = parts.map(([name, n, kind, words]) => {
    const width = (n / total) * 600;
    const part = s("g", { class: "bar" }, s("title", {}, `${name}: ${words}`), s("rect", { class: kind, x: round(x), width: round(Math.max(width - 2, n > 0 ? 2 : 0)), y: 0, height: 18, rx: 5 }));
    x += width;
    return part;
  });
  const words = parts.map(([name, , , text]) => `${name} ${text}`).join(", ");
  return h("div", {},
    s("svg", { class: "chart", viewBox: "0 0 600 18", role: "img", "aria-label": `${title}: ${words}.` }, drawn),
    h("ul", { class: "legend" }, parts.map(([name, , kind, text]) =>
      h("li", {}, key(kind), `${name} ${text}`))));
}
