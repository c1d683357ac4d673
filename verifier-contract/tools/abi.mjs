// Writes or checks abi/: ABI and creation bytecode of every deployable contract, in the form that alloy's `sol!`
// reads. `node tools/abi.mjs write` after a change of src/; `node tools/abi.mjs check` fails when that was forgotten.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "abi");
const out = join(root, "cache", "abi-out");

// A build of its own, complete and without tests and scripts: bytecode may depend on what else the compiler was given.
function build() {
  rmSync(out, { recursive: true, force: true });
  const args = ["build", "src", "--out", out, "--cache-path", join(out, "cache")];
  const { status } = spawnSync(process.execPath, [join(root, "tools", "forge"), ...args], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["interfaces", "libraries"].includes(entry.name) ? [] : sources(path);
    return entry.name.endsWith(".sol") ? [path] : [];
  });
}

// One contract per file, both of one name; abstract ones have no bytecode and libraries are inlined.
function artifacts() {
  const files = new Map();
  for (const path of sources(join(root, "src"))) {
    const name = path.split("/").pop().slice(0, -4);
    const artifact = join(out, `${name}.sol`, `${name}.json`);
    const { abi, bytecode } = JSON.parse(readFileSync(artifact, "utf8"));
    if (bytecode.object === "0x" || Object.keys(bytecode.linkReferences ?? {}).length !== 0) continue;
    files.set(`${name}.json`, JSON.stringify({ abi, bytecode: { object: bytecode.object } }, null, 2) + "\n");
  }
  return files;
}

function present() {
  return existsSync(target) ? readdirSync(target).filter((name) => name.endsWith(".json")) : [];
}

const mode = process.argv[2];
if (mode !== "write" && mode !== "check") {
  console.error("usage: node tools/abi.mjs write|check");
  process.exit(2);
}
build();
const files = artifacts();
if (mode === "write") {
  mkdirSync(target, { recursive: true });
  for (const name of present()) if (!files.has(name)) rmSync(join(target, name));
  for (const [name, text] of files) writeFileSync(join(target, name), text);
  console.log(`abi/: ${[...files.keys()].join(" ")}`);
} else {
  const stale = [...files].filter(([name, text]) => {
    const path = join(target, name);
    return !existsSync(path) || readFileSync(path, "utf8") !== text;
  });
  const names = [...stale.map(([name]) => name), ...present().filter((name) => !files.has(name))];
  if (names.length !== 0) {
    console.error(`abi/ is stale (${names.join(" ")}): run \`npm run abi\` and commit the result`);
    process.exit(1);
  }
  console.log("abi/ is up to date");
}
