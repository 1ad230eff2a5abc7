// Runs the tests: `npm test`, `npm test -- test/http`, `npm test -- --test-name-pattern drain test/supervisor`.
// Plain JavaScript, for it is started by whatever Node the system has; the tests run on the one `npm ci` brings.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Milliseconds one test, and one file of tests, may take; a long soak is asked for in seconds. */
const TIMEOUT = 180_000 + 1_000 * Number(process.env.LODESTONE_SOAK ?? 0);
const REQUIRED_MAJOR = 24;
const CORES = Math.max(2, availableParallelism());

function findNode() {
  const pinned = join(root, "node_modules", "node", "bin", "node");
  if (existsSync(pinned)) return pinned;
  if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) return process.execPath;
  return undefined;
}

/** Folders become the tests in them, files stay, everything else is an option of `node --test`. */
function parseArguments(args) {
  const options = [];
  const files = [];
  for (const argument of args) {
    const path = join(root, argument);
    if (argument.startsWith("-") || !existsSync(path)) options.push(argument);
    else if (statSync(path).isDirectory()) files.push(`${argument.replace(/\/+$/, "")}/**/*.test.ts`);
    else files.push(argument);
  }
  return { options, files };
}

/**
 * What is run one file after the other, behind all the rest: whole proxies under load, whose times are only worth
 * something when nothing else runs.
 */
const ALONE = "test/e2e/";

/** The files of each pass. Whoever names files or folders gets them in one. */
function passes(files) {
  if (files.length > 0) return [{ files, together: CORES }];
  const all = readdirSync(join(root, "test"), { recursive: true })
    .map((file) => `test/${String(file).replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts"))
    .sort();
  return [
    { files: all.filter((file) => !file.startsWith(ALONE)), together: CORES },
    { files: all.filter((file) => file.startsWith(ALONE)), together: 1 },
  ];
}

/** Resolves with the exit code. */
function runPass(node, options, { files, together }) {
  const parameters = [
    // As the workers have them, for tests with isolates of their own.
    "--no-node-snapshot",
    "--no-use-osr",
    "--test",
    `--test-timeout=${TIMEOUT}`,
    `--test-concurrency=${together}`,
    "--test-reporter=spec",
    ...options,
    ...files,
  ];
  // Stripping types once and not in each of the many processes saves half of the time.
  const cache = join(root, "node_modules", ".cache", "lodestone");
  const child = spawn(node, parameters, {
    cwd: root,
    stdio: "inherit",
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const pass = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      process.stderr.write(`cannot run ${node}: ${error.message}\n`);
      resolve(1);
    });
    child.on("exit", (code) => {
      for (const signal of signals) process.off(signal, pass);
      resolve(code ?? 1);
    });
  });
}

async function runTests(node) {
  const { options, files } = parseArguments(process.argv.slice(2));
  for (const each of passes(files))
    process.exitCode = (await runPass(node, options, each)) || process.exitCode;
}

const node = findNode();
if (node === undefined) {
  process.stderr.write(`The tests need Node ${REQUIRED_MAJOR} or newer; "npm ci" brings one along.\n`);
  process.exitCode = 1;
} else {
  void runTests(node);
}
