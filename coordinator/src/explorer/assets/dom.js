// Elements. Text is always text: nothing here reads markup, so that what strangers wrote cannot be any.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** An HTML element with attributes and children. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element, likewise. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** A card with a title. */
export const card = (title, note, ...children) =>
  h("section", { class: "card" }, h("header", {}, h("h2", {}, title), note && h("p", {}, note)), ...children);

/** Name and value, one under the other. */
export const facts = (rows) =>
  h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

/** Large numbers. */
export const tiles = (rows) =>
  h("dl", { class: "tiles" }, rows.map(([name, value, note]) =>
    h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value, note && h("small", {}, note)))));

/** A table that is cards on a phone. Columns are [title, cell(row), class]. */
export const table = (label, columns, rows, attributes = () => ({}), kind = "") =>
  h("table", { class: `table ${kind}` },
    h("caption", { class: "hidden" }, label),
    h("thead", {}, h("tr", {}, columns.map(([title, , place]) => h("th", { scope: "col", class: place }, title)))),
    h("tbody", {}, rows.map((row) => h("tr", attributes(row), columns.map(([title, cell, place]) =>
      h("td", { "data-label": title, class: place }, h("span", {}, cell(row))))))));

/** That there is nothing yet, and what would make it be there. */
export const empty = (title, text) =>
  h("p", { class: "empty" },
    s("svg", { viewBox: "0 0 48 48", width: 44, height: 44, "aria-hidden": "true" },
      s("circle", { cx: 24, cy: 24, r: 20, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-dasharray": "5 6" }),
      s("circle", { cx: 24, cy: 24, r: 5, fill: "currentColor" })),
    h("strong", {}, title), text);

/** That something failed. */
export const failure = (error, again) =>
  h("section", { class: "card error", role: "alert" },
    h("h2", {}, error.code?.startsWith("unknown_") ? "There is no such thing" : "This could not be loaded"),
    h("p", {}, error.message),
    h("button", { class: "button", type: "button", onclick: again }, "Try again"));
