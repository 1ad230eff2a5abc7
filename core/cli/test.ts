import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT_FAULT, EXIT_USAGE, UsageError } from "./exit_code.ts";

/** What Node ends with for options it does not know, or values they cannot have. */
const NODE_USAGE = 9;
const TEST_NAME = /\.test\.[cm]?[jt]s$/;
/** What is tested here, in a folder that has no tests yet. */
const ADVICE = `Tests stand beside scripts and are named like site.test.ts:

  import assert from "node:assert/strict";
  import test from "node:test";
  import { site } from "lodestone/test";

  test("the first page is there", async () => {
    const response = await site("./site.ts").fetch("/");
    assert.equal(response.status, 200);
  });
`;

/** `lodestone test`: resolves with the exit code of the tests. Throws UsageError. */
export async function test(parameters: readonly string[]): Promise<number> {
  const { places, options } = readParameters(parameters);
  const files = places.flatMap(findTests);
  if (files.length === 0) {
    const where = places.map((place) => resolve(place)).join(", ");
    process.stderr.write(`lodestone: there are no tests in ${where}.\n${ADVICE}`);
    return EXIT_FAULT;
  }
  const { ISOLATE_FLAGS } = await import("../testing/isolate_flags.ts");
  const hooks = new URL(`../testing/resolve_test_module${import.meta.url.slice(-3)}`, import.meta.url).href;
  const flags = [...ISOLATE_FLAGS, "--disable-warning=ExperimentalWarning", "--import", hooks];
  const code = await run([...flags, "--test", ...options, ...files]);
  if (code !== NODE_USAGE) return code;
  // Node has said which option it is.
  process.stderr.write('(see "lodestone test --help" and "node --help")\n');
  return EXIT_USAGE;
}

/** What names a file or a folder that exists is one; all else is for Node. */
function readParameters(parameters: readonly string[]): { places: string[]; options: string[] } {
  const places: string[] = [];
  const options: string[] = [];
  let mayBeValue = false;
  for (const parameter of parameters) {
    const isOption = parameter.startsWith("-");
    if (!isOption && existsSync(parameter)) places.push(parameter);
    else if (isOption || mayBeValue) options.push(parameter);
    else throw new UsageError(`cannot find "${parameter}": name a folder with tests, or a test`);
    mayBeValue = isOption && parameter !== "--watch" && !parameter.includes("=");
  }
  return { places: places.length === 0 ? ["."] : places, options };
}

function findTests(place: string): string[] {
  if (statSync(place).isFile()) return [place];
  const found: string[] = [];
  for (const entry of readdirSync(place, { withFileTypes: true })) {
    const path = join(place, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && !entry.name.startsWith(".")) found.push(...findTests(path));
    } else if (TEST_NAME.test(entry.name)) found.push(path);
  }
  return found.sort();
}

async function run(parameters: readonly string[]): Promise<number> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, parameters, { stdio: "inherit", env: environment });
  const { promise, resolve: end, reject } = Promise.withResolvers<number>();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  // A terminal sends Ctrl-C to both.
  const pass = (signal: NodeJS.Signals) => signal !== "SIGINT" && child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  child.on("error", reject);
  child.on("exit", (code) => end(code ?? EXIT_FAULT));
  try {
    return await promise;
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}
