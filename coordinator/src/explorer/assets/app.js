// Starts the page: which view is shown, when it is fetched anew, light and dark.

import { follow, get } from "./api.js";
import { failure, h } from "./dom.js";
import { chainTime, count, networkToken } from "./format.js";
import * as views from "./views.js";

const main = document.getElementById("main");
const news = document.getElementById("news");
const chain = document.getElementById("chain");
const nav = document.querySelector("nav");
const PAGES = [
  [/^\/$/, views.overview, "Overview"],
  [/^\/jobs$/, views.jobs, "Jobs"],
  [/^\/jobs\/(0x[0-9a-fA-F]{64})$/, views.job, "Job"],
  [/^\/models$/, views.models, "Models"],
  [/^\/models\/(\d{1,20})$/, views.model, "Model"],
  [/^\/provers$/, views.provers, "Provers"],
  [/^\/rewards$/, views.rewards, "Rewards"],
  [/^\/farm$/, views.farm, "Farm"],
];

/** Grows with every view that is begun: an older one that is ready later is not shown. */
let turn = 0;
let shown = null;
let fresh = new Set();
const pages = { count: 1, more: () => { pages.count += 1; render(); } };

function place() {
  const [path, query] = (location.hash.slice(1) || "/").split("?");
  const page = PAGES.find(([pattern]) => pattern.test(path));
  return { path, query: new URLSearchParams(query), page, id: page?.[0].exec(path)?.[1] };
}

async function render() {
  const mine = (turn += 1);
  const { path, query, page, id } = place();
  const where = location.hash;
  const moved = where !== shown;
  if (moved) {
    pages.count = 1;
    main.replaceChildren(h("div", { class: "wait" }), h("div", { class: "wait" }));
    main.setAttribute("aria-busy", "true");
  }
  let content;
  try {
    if (!page) throw Object.assign(new Error("This page does not exist."), { code: "unknown_page" });
    content = await page[1]({ query, id, fresh, pages });
  } catch (error) {
    // What is shown stays when only an update failed.
    content = moved || !(error.code === "unreachable") ? [failure(error, render)] : null;
  }
  if (mine !== turn) return;
  main.removeAttribute("aria-busy");
  if (content) replace([content].flat(Infinity).filter(Boolean));
  if (!moved) return;
  const first = shown === null;
  shown = where;
  document.title = `${page?.[2] ?? "Not found"} · Verin explorer`;
  for (const link of nav.querySelectorAll("a")) {
    const target = link.getAttribute("href").slice(1);
    if (target === path || (target !== "/" && path.startsWith(`${target}/`))) {
      link.setAttribute("aria-current", "page");
      nav.scrollLeft = link.offsetLeft - nav.offsetLeft - (nav.clientWidth - link.offsetWidth) / 2;
    } else link.removeAttribute("aria-current");
  }
  if (!first) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

/** Shows elements, and gives the focus back to what had it. */
function replace(content) {
  const had = document.activeElement;
  const inside = main.contains(had) && had !== main;
  const name = inside && (had.dataset.key ? `[data-key="${CSS.escape(had.dataset.key)}"]` : had.getAttribute("href") ? `[href="${CSS.escape(had.getAttribute("href"))}"]` : had.getAttribute("aria-label") ? `[aria-label="${CSS.escape(had.getAttribute("aria-label"))}"]` : null);
  main.replaceChildren(...content);
  if (name) main.querySelector(name)?.focus({ preventScroll: true });
}

async function standing() {
  const text = chain.querySelector("span");
  try {
    const status = await get("status");
    networkToken(status.token);
    if (status.tip) chainTime(status.tip.time);
    document.getElementById("version").textContent = ` · Verin ${status.version} · chain ${status.chain_id}`;
    const block = status.tip ? `Block ${count(status.tip.number)}` : "No block yet";
    const [kind, words] = {
      following: ["good", block],
      catching_up: ["warn", `${block}, catching up`],
      lagging: ["warn", `${block}, the node lags`],
      failing: ["bad", `${block}, the node does not answer`],
    }[status.health.state];
    chain.className = `chain ${kind}`;
    text.textContent = words;
  } catch {
    chain.className = "chain bad";
    text.textContent = "Coordinator unreachable";
  }
}

let pending = null;
function changed(event) {
  for (const job of event.jobs) fresh.add(job);
  if (event.jobs.length) news.textContent = event.jobs.length === 1 ? "A job changed." : `${event.jobs.length} jobs changed.`;
  pending ??= setTimeout(async () => {
    pending = null;
    await standing();
    if (fresh.size || event.missed || event.reorganised) await render();
    fresh = new Set();
  }, 250);
}

/** The system's choice, until another is made. */
function theme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* Not kept then. */ }
  const apply = () => { document.documentElement.dataset.theme = chosen ?? (system.matches ? "dark" : "light"); };
  system.addEventListener("change", apply);
  document.getElementById("theme").addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", chosen); } catch { /* Not kept then. */ }
    apply();
  });
  apply();
}

theme();
addEventListener("hashchange", render);
await standing();
await render();
follow(changed, (connected) => { if (connected) standing(); });
