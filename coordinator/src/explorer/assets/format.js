// Numbers, times and hashes for people.

import { h } from "./dom.js";

const UNIT = 10n ** 18n;
let network = null;

/** Amounts of this token have 18 decimals and a name. */
export const networkToken = (address) => { network = address?.toLowerCase(); };

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** An amount as text. Small ones are in base units, since nobody reads eighteen zeros. */
export function amountText(amount, token = network) {
  const base = BigInt(amount ?? 0);
  if (token?.toLowerCase() !== network) return `${grouped(base.toString())} units`;
  if (base === 0n) return "0 VRN";
  if (base < UNIT / 1_000_000n) return `${grouped(base.toString())} units`;
  const whole = base / UNIT;
  const places = whole >= 1_000n ? 0 : whole > 0n ? 3 : 6;
  const part = (base % UNIT).toString().padStart(18, "0").slice(0, places).replace(/0+$/, "");
  return `${grouped(whole.toString())}${part ? `.${part}` : ""} VRN`;
}

/** An amount, and the exact one where it is pointed at. */
export const amount = (value, token) =>
  value === null || value === undefined ? "-" : h("span", { title: `${value} base units` }, amountText(value, token));

/** A number of things. */
export const count = (n) => (n === null || n === undefined ? "-" : grouped(String(n)));

/** A part as a percentage. */
export const percent = (part) => (part === null || part === undefined ? "-" : `${(part * 100).toFixed(part === 1 || part === 0 ? 0 : 1)} %`);

/** An amount in few characters, for axes. */
export function amountTick(n) {
  const tokens = n / 1e18;
  if (n === 0) return "0";
  if (tokens < 1e-6) return n < 1e4 ? String(Math.round(n)) : n.toExponential(0);
  return tokens >= 1e6 ? `${+(tokens / 1e6).toPrecision(3)}M` : tokens >= 1e3 ? `${+(tokens / 1e3).toPrecision(3)}k` : String(+tokens.toPrecision(2));
}

/** Seconds in the two largest units, or in as few as `units`. */
export function span(seconds, units = 2) {
  if (seconds === null || seconds === undefined) return "-";
  if (seconds < 1) return "under 1 s";
  const parts = [];
  let left = Math.round(seconds);
  for (const [name, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push(`${n} ${name}`);
    if (parts.length === units) break;
  }
  return parts.join(" ");
}

/** How far the chain's clock is before this one, which happens on chains for development. */
let ahead = 0;
export const chainTime = (time) => { ahead = Math.max(0, time - Date.now() / 1000); };

/** The time, in seconds. */
export const now = () => Date.now() / 1000 + ahead;

/** When, as seen from now. */
export function when(time) {
  if (!time) return "-";
  const date = new Date(time * 1000);
  const ago = now() - time;
  const text = Math.abs(ago) < 1.5 ? "now" : ago > 0 ? `${span(ago, 1)} ago` : `in ${span(-ago, 1)}`;
  return h("time", { datetime: date.toISOString(), title: date.toLocaleString() }, text);
}

/** A clock time. */
export const clock = (time) => new Date(time * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** The ends of a hash or an address. */
export const short = (hash) => (hash ? `${hash.slice(0, 8)}…${hash.slice(-6)}` : "-");

/** A hash or address, short, with all of it where it is pointed at. */
export const hash = (value) => (value ? h("span", { class: "mono", title: value }, short(value)) : "-");

/** The same, to copy. */
export function copyable(value, name) {
  if (!value) return "-";
  const button = h("button", { class: "copy", type: "button", "aria-label": `Copy ${name}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return h("span", {}, hash(value), button);
}

const STATES = {
  open: ["Open", "info"],
  reserved: ["Reserved", "accent"],
  delivered: ["Delivered", "accent"],
  locked: ["Proving", "accent"],
  fulfilled: ["Fulfilled", "good"],
  fulfilled_late: ["Fulfilled late", "warn"],
  cancelled: ["Cancelled", ""],
  refunded: ["Refunded", "bad"],
  expired: ["Expired", "warn"],
  voided: ["Voided", ""],
};

/** All states with their names. */
export const states = Object.entries(STATES).map(([state, [name]]) => [state, name]);

/** A state. */
export function badge(state) {
  const [name, kind] = STATES[state] ?? [state, ""];
  return h("span", { class: `badge ${kind}` }, name);
}
