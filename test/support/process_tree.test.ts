import assert from "node:assert/strict";
import test from "node:test";
import { Child } from "./child.ts";
import { processTree, treeCpu, treeResident } from "./process_tree.ts";
import { until } from "./until.ts";

const burn = "const end = process.cpuUsage().user + 200e3; while (process.cpuUsage().user < end);";

test("a tree counts the CPU time and memory of grandchildren, and the time of those that have ended", async () => {
  const script = `
    const { spawn } = require("node:child_process");
    const stay = spawn(process.execPath, ["-e", ${JSON.stringify(`${burn} console.log("stays"); process.stdin.resume();`)}], { stdio: ["pipe", "inherit", "inherit"] });
    const go = spawn(process.execPath, ["-e", ${JSON.stringify(burn)}]);
    go.on("exit", () => console.log("gone"));
  `;
  await using child = new Child(process.execPath, ["-e", script]);
  await until("both have worked", () => child.stdout.includes("stays") && child.stdout.includes("gone"));
  const tree = processTree(child.pid);
  assert.equal(tree.length, 2);
  assert.equal(tree[1]!.parent, child.pid);
  assert.match(tree[1]!.command, /stays/);
  assert.ok(treeCpu(child.pid) >= 400_000, `${treeCpu(child.pid)} us`);
  assert.ok(treeResident(child.pid) > 40e6, `${treeResident(child.pid)} bytes`);
});

test("a process that is not there has an empty tree", () => {
  assert.deepEqual(processTree(2 ** 30), []);
});
