// Writes docs/contracts/coverage.md: which lines and branches of src/ the tests run. `node tools/coverage.mjs`; takes about a quarter
// of an hour, fails below 95 % of lines or 90 % of branches.
//
// The tests run in parts, since the compiler cannot hold all of them unoptimized, and the parts' counts are added up. Of a `require`
// the compiler's source maps do not tell the side that reverts: it counts as run when the mutation record names a test that fails
// without the check, which says more.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const document = join(root, "..", "docs", "contracts", "coverage.md");
const least = { lines: 95, branches: 90 };
// The verifier of seals, most of it assembly: its own tests tamper with every part of a proof (docs/contracts/mutation.md).
const isVerifier = (file) => file.startsWith("src/libraries/seal/") || file === "src/verify/SealVerifier.sol";
// They need scripts, and say nothing of a contract that its own tests do not.
const deployment = /test\/(integration\/Deploy|unit\/DeploymentParameters|base\/Deployed)/;
// Bounds of gas hold for optimized code only.
const optimizedOnly = /test\/integration\/Gas/;

const tests = readdirSync(join(root, "test"), { recursive: true })
  .map((name) => `test/${name}`)
  .filter((name) => name.endsWith(".sol"));
const parts = [
  (name) => /unit\/(Market|Reentrancy|SignedBy|Model|ERC7992|Revenue|Record|Check)/.test(name),
  (name) => name.startsWith("test/unit/") && !parts[0](name),
  (name) => /test\/(fuzz|integration)\//.test(name),
];

const shared = (name) => name.startsWith("test/base/") && !deployment.test(name);
const scratch = mkdtempSync(join(tmpdir(), "verin-coverage-"));
const counts = new Map();
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

parts.forEach((part, number) => {
  const wanted = (name) => shared(name) || (part(name) && !deployment.test(name) && !optimizedOnly.test(name));
  const skipped = tests.filter((name) => !wanted(name));
  const report = join(scratch, `${number}.info`);
  console.log(`part ${number + 1} of ${parts.length}: ${tests.length - skipped.length} files`);
  const forge = spawnSync(
    "tools/forge",
    [
      ...["coverage", "--ir-minimum", "--report", "lcov", "--report-file", report],
      ...["--no-match-test", "^test_(gas|code_fits_a_contract|sums_of_.*_slots?)\\("],
      ...["--skip", "script/**", "examples/**", ...skipped],
    ],
    { cwd: root, env: { ...process.env, FOUNDRY_PROFILE: "coverage", FORGE_SNAPSHOT_EMIT: "false" }, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (forge.status !== 0) {
    console.error(forge.stdout.split("\n").slice(-40).join("\n"));
    process.exit(1);
  }
  add(readFileSync(report, "utf8"));
});

function add(report) {
  let file;
  for (const line of report.split("\n")) {
    const [key, value = ""] = line.split(/:(.*)/s);
    if (key === "SF") {
      file = counts.get(value) ?? { lines: new Map(), branches: new Map() };
      counts.set(value, file);
    } else if (key === "DA") {
      const [at, hits] = value.split(",");
      file.lines.set(at, (file.lines.get(at) ?? 0) + Number(hits));
    } else if (key === "BRDA") {
      const [at, , side, hits] = value.split(",");
      const name = `${at},${side}`;
      file.branches.set(name, (file.branches.get(name) ?? 0) + (Number(hits) || 0));
    }
  }
}

// Checks that a test needs, by file and text.
const flat = (text) => text.replace(/\s+/g, "");
const needed = new Set(
  JSON.parse(readFileSync(join(root, "mutation", "results.json"), "utf8"))
    .filter((result) => result.killed_by)
    .map((result) => result.file + flat(result.check)),
);

const percent = ([hit, all]) => (all === 0 ? "" : `${((100 * hit) / all).toFixed(1)} %`);
const missed = [];
const rows = [...counts.keys()]
  .filter((file) => file.startsWith("src/"))
  .sort()
  .map((file) => {
    const source = readFileSync(join(root, file), "utf8").split("\n");
    const { lines, branches } = counts.get(file);
    const hit = { lines: [0, lines.size], branches: [0, branches.size] };
    const gone = [];
    for (const [at, hits] of lines) hits ? hit.lines[0]++ : gone.push(Number(at));
    for (const [name, hits] of branches) {
      const [at, side] = name.split(",");
      const statement = source.slice(Number(at) - 1).join("\n").split(";")[0].trim();
      const isRequire = statement.startsWith("require(");
      // Side 0 goes on, so it is run when its line is and a test needs the check or the branch was counted.
      const run = isRequire ? needed.has(file + flat(statement)) && (lines.get(at) ?? 1) > 0 : hits > 0;
      if (run) hit.branches[0]++;
      else gone.push(`${at}${isRequire ? " (require)" : ` (side ${side})`}`);
    }
    if (gone.length) missed.push(`- \`${file}\`: ${[...new Set(gone)].join(", ")}`);
    return { file, ...hit };
  })
  .filter((row) => row.lines[1] + row.branches[1] > 0);

const sum = (some, what) => some.reduce(([a, b], row) => [a + row[what][0], b + row[what][1]], [0, 0]);
const table = (some) => some.map((row) => `| \`${row.file}\` | ${row.lines.join("/")} | ${percent(row.lines)} | ${row.branches.join("/")} | ${percent(row.branches)} |`);
const total = (name, some) => `| **${name}** | ${sum(some, "lines").join("/")} | **${percent(sum(some, "lines"))}** | ${sum(some, "branches").join("/")} | **${percent(sum(some, "branches"))}** |`;
const [rules, verifier] = [rows.filter((row) => !isVerifier(row.file)), rows.filter((row) => isVerifier(row.file))];
const text = `# Coverage of the contracts

<!-- Written by \`npm run coverage\`. -->

Lines and branches of \`src/\` that unit, fuzz and integration tests run; invariants and scenarios come on top. Of a \`require\`, both sides
count as run when a test fails without it (\`docs/contracts/mutation.md\`): the compiler does not say where it reverts. The verifier of seals is
counted apart: most of it is assembly, and its tests tamper with every part of a proof.

| file | lines | | branches | |
| --- | ---: | ---: | ---: | ---: |
${[...table(rules), total("all but the verifier", rules), ...table(verifier), total("verifier of seals", verifier)].join("\n")}

Not run:

${missed.join("\n")}
`;
writeFileSync(document, text);
for (const what of ["lines", "branches"]) {
  const [hit, all] = sum(rules, what);
  console.log(`${what}: ${hit} of ${all}, ${percent([hit, all])}`);
  if ((100 * hit) / all < least[what]) {
    console.error(`below ${least[what]} % of ${what}: see docs/contracts/coverage.md`);
    process.exitCode = 1;
  }
}
