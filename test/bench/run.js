// Plain JavaScript for whatever Node the system has: the bench itself needs the pinned one.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const node = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));
const [first = "", ...others] = process.argv.slice(2);
// The first argument may name another program of this folder.
const [program, args] = first.endsWith(".ts") ? [first, others] : ["bench.ts", process.argv.slice(2)];
const bench = fileURLToPath(new URL(program, import.meta.url));
const { status, error } = spawnSync(node, [bench, ...args], { stdio: "inherit" });
if (error !== undefined) {
  console.error(`Cannot start ${node}: ${error.message}. Run npm ci first.`);
}
process.exitCode = status ?? 1;
