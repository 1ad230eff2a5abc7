import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { LogDestination } from "../../core/observe/log_destination.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

const module = fileURLToPath(new URL("../../core/observe/log_destination.ts", import.meta.url));

/** A process of its own whose standard output is a pipe; `code` sees `log` and `line(i)`. */
function logging(code: string) {
  const program = `import { LogDestination } from ${JSON.stringify(module)};
    const log = new LogDestination({ limit: 100_000 });
    const line = (i) => JSON.stringify({ i, text: "x".repeat(90) }) + "\\n";
    ${code}`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

test("lines written to a file are all there, in order, after a flush", async () => {
  using folder = new TemporaryFolder("log");
  const path = folder.write("log", "");
  const fd = openSync(path, "a");
  const log = new LogDestination({ fd });
  for (let i = 0; i < 500; i++) log.write(`{"i":${i}}\n`);
  await log.flush();
  closeSync(fd);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).i),
    Array.from({ length: 500 }, (_, i) => i),
  );
});

test("a single line is written without being asked for", async () => {
  using folder = new TemporaryFolder("log");
  const path = folder.write("log", "");
  const fd = openSync(path, "a");
  new LogDestination({ fd, delay: 5 }).write("line\n");
  await until("the line is there", () => readFileSync(path, "utf8") === "line\n");
  closeSync(fd);
});

test("a reader that stops does not stop the process, and what it missed is counted", async () => {
  const child = logging(`
    // More at once than the pipe and the bound hold.
    for (let i = 0; i < 5000; i++) log.write(line(i));
    process.stdin.once("data", async () => { log.write(line("last")); await log.flush(); process.exit(0); });
  `);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await until("the count is told", () => text.includes("log lines lost"));
  child.stdin.write("go");
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const lost = lines
    .filter((line) => line.msg === "log lines lost")
    .reduce((sum, line) => sum + line.lines, 0);
  const received = lines.filter((line) => typeof line.i === "number").length;
  assert.ok(lost > 0);
  assert.equal(received + lost, 5000);
  assert.equal(lines.at(-1).i, "last");
});

test("a reader that has gone does not end the process", async () => {
  const child = logging(`
    process.stdin.once("data", async () => {
      for (let i = 0; i < 1000; i++) log.write(line(i));
      await log.flush();
      log.flushSync();
      process.exit(7);
    });
  `);
  child.stdout.destroy();
  child.stdin.write("go");
  const [code] = await once(child, "exit");
  assert.equal(code, 7);
});

test("a reader that is stuck does not keep the process from ending", async () => {
  const child = logging(`
    for (let i = 0; i < 5000; i++) log.write(line(i));
    await log.flush();
    process.exit(7);
  `);
  const [code] = await once(child, "exit");
  assert.equal(code, 7);
});

test("a full disk does not end the process", async () => {
  const fd = openSync("/dev/full", "a");
  const log = new LogDestination({ fd });
  for (let i = 0; i < 1000; i++) log.write(`${"x".repeat(90)}\n`);
  await log.flush();
  log.flushSync();
  closeSync(fd);
});
