// Writes or checks docs/contracts/gas.md: the gas that the tests measured, as snapshots/ has it. `node tools/gas.mjs write` after
// snapshots changed; `node tools/gas.mjs check` fails when that was forgotten.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const document = join(root, "..", "docs", "contracts", "gas.md");

const groups = [
  "ModelRegistry",
  "InferenceMarket",
  "ProverStaking",
  "IntelligenceRewards",
  "FeeAuction",
  "RevenueShare",
];

const head = `# Gas

Each call as a transaction of its own, with its calldata and the base fee of 21,000, in the steady state: everybody has been there
before. A fulfilment's seal comes on top: see the last table, of which a batch pays one. Measured by
\`verifier-contract/test/integration/Gas.t.sol\` and written by \`npm run gas\`; the tests fail when a number changes.
`;

const snapshot = (group) => Object.entries(JSON.parse(readFileSync(join(root, "snapshots", `${group}.json`), "utf8")));

function table(title, rows) {
  const lines = rows.map(([name, gas]) => `| ${name} | ${Number(gas).toLocaleString("en-US")} |`);
  return [`## ${title}`, "", "| | gas |", "|---|---|", ...lines, ""].join("\n");
}

const mode = process.argv[2];
if (mode !== "write" && mode !== "check") {
  console.error("usage: node tools/gas.mjs write|check");
  process.exit(2);
}
const seals = snapshot("SealVerifier").filter(([name]) => name.endsWith(": transaction"));
const tables = groups.map((group) => table(group, snapshot(group)));
const text = [head, ...tables, table("Verifying a seal, by record", seals)].join("\n");
if (mode === "write") {
  writeFileSync(document, text);
} else if (readFileSync(document, "utf8") !== text) {
  console.error("docs/contracts/gas.md is stale: run `npm run gas` and commit the result");
  process.exit(1);
}
