// The explorer in a real browser: every page renders, nothing is logged as an error, what strangers wrote is text, a phone needs no
// horizontal scroll, and a new job appears by itself.
//
// EXPLORER is the program that serves it (coordinator/examples/explorer_demo.rs), CHROMIUM the browser (/usr/bin/chromium),
// SCREENSHOTS a folder for pictures of every page.

import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const program = process.env.EXPLORER;
assert.ok(program, "EXPLORER: the program that serves the explorer");
const pictures = process.env.SCREENSHOTS ?? join(tmpdir(), "verin-explorer");
mkdirSync(pictures, { recursive: true });
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

let demo, lines, url, browser;

before(async () => {
  demo = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  lines = createInterface({ input: demo.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  assert.match(value, /^explorer http/);
  url = value.split(" ")[1];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
});

after(async () => {
  await browser?.close();
  demo?.stdin.end();
});

const say = async (line) => {
  demo.stdin.write(`${line}\n`);
  return line === "request" ? (await lines.next()).value : null;
};

const api = async (path) => (await fetch(`${url}/v1/${path}`)).json();

/** Opens a page, and fails for whatever the browser complains about. */
async function open(viewport, theme, path) {
  const context = await browser.newContext({ viewport, colorScheme: theme, hasTouch: viewport === PHONE, isMobile: viewport === PHONE });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => request.url().startsWith(url) || complaints.push(`elsewhere: ${request.url()}`));
  page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
  await page.goto(`${url}/#${path}`);
  await page.locator("main:not([aria-busy]) h1, main:not([aria-busy]) h2").first().waitFor();
  return { page, complaints, close: () => context.close() };
}

const settled = async () => (await api("jobs?status=fulfilled&limit=1")).jobs[0].id;
const pages = async () => [
  ["overview", "/"], ["jobs", "/jobs"], ["refunded", "/jobs?status=refunded"], ["none", "/jobs?status=voided"], ["job", `/jobs/${await settled()}`],
  ["open-job", `/jobs/${(await api("jobs?status=open&limit=1")).jobs[0].id}`], ["models", "/models"], ["model", "/models/2"], ["hostile", "/models/3"],
  ["provers", "/provers"], ["rewards", "/rewards"], ["farm", "/farm"],
];

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`every page renders: ${size}, ${theme}`, async () => {
      for (const [name, path] of await pages()) {
        const { page, complaints, close } = await open(viewport, theme, path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        await page.screenshot({ path: join(pictures, `${name}-${size}-${theme}.png`), fullPage: true });
        assert.equal(wide, 0, `${name} is ${wide} pixels too wide`);
        assert.equal(await page.locator(".error").count(), 0, name);
        assert.equal(await page.evaluate(() => window.broken), undefined, `${name}: what a stranger wrote was run`);
        assert.equal(await page.locator("main img, main script, main iframe").count(), 0, name);
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3).join(" ")}`), [], name);
        assert.deepEqual(complaints, [], name);
        await close();
      }
    });
  }
}

test("what a stranger wrote is shown as text", async () => {
  const { page, close } = await open(DESKTOP, "light", "/models/3");
  const text = await page.locator(".about").innerText();
  assert.ok(text.includes("<img src=x onerror=") && text.includes("<script>"), text);
  await close();
});

test("a new job appears by itself, and so does its settlement", async () => {
  const { page, complaints, close } = await open(DESKTOP, "light", "/");
  const id = await say("request");
  const row = page.locator(`tr[data-job="${id}"]`);
  await row.waitFor();
  assert.ok((await row.innerText()).includes("Open"));
  await page.goto(`${url}/#/jobs/${id}`);
  await page.getByText("Waits for a prover").waitFor();
  await say(`settle ${id}`);
  await page.getByText("Proved and paid").waitFor();
  await page.getByText("Who was paid").waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test("it can be used with a keyboard, and says what is wrong", async () => {
  const { page, close } = await open(DESKTOP, "light", "/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/jobs$/);
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.locator("#state").selectOption("open");
  await page.waitForURL(/status=open/);
  const before = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.locator("#theme").focus();
  await page.keyboard.press("Enter");
  assert.notEqual(await page.evaluate(() => document.documentElement.dataset.theme), before);
  await page.goto(`${url}/#/jobs/0x${"7".repeat(64)}`);
  await page.getByRole("alert").waitFor();
  assert.ok((await page.getByRole("alert").innerText()).includes("there is no job"));
  await close();
});
