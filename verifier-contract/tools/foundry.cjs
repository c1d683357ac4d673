// Finds a Foundry tool and runs it with this process's arguments and streams, ending with the tool's own exit
// status. (The launchers of the npm packages `@foundry-rs/forge` and `anvil` always end with 0, so a failing
// test would pass unseen.)
"use strict";

const { spawn } = require("node:child_process");

// The binary that the lock file pins for this platform, or else the one on the PATH.
function find(tool) {
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch];
  try {
    return require.resolve(`@foundry-rs/${tool}-${process.platform}-${arch}/bin/${tool}`);
  } catch {
    return tool;
  }
}

module.exports = function run(tool) {
  const child = spawn(find(tool), process.argv.slice(2), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`${tool}: ${error.message}`);
    process.exit(127);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
};
