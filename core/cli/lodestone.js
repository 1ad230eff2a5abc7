#!/usr/bin/env node
// Finds a Node that can run Lodestone and runs core/cli/main.ts on it. Plain JavaScript without modern parts,
// for this is the one file that an old Node (18) has to understand.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as system } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const REQUIRED_MAJOR = 24;

/** More than any unit of systemd has. */
const MOST_SOCKETS = 1024;

// Without the second, whoever sends SIGUSR1, as to reopen logs, would open a debugger that runs any code.
const FLAGS = ["--disable-warning=ExperimentalWarning", "--disable-sigusr1"];

// What isolates need. `run` has one in this very process; workers and tests are processes of their own, started with
// these flags, and for all other commands Node without its snapshot would take 40 ms longer to start.
const ISOLATE_FLAGS = ["--no-node-snapshot", "--no-use-osr"];

const here = dirname(fileURLToPath(import.meta.url));

/** Path of a Node that is new enough, or undefined: this one, else the one `npm ci` has brought along. */
function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) return process.execPath;
  try {
    const description = createRequire(import.meta.url).resolve("node/package.json");
    const { version } = JSON.parse(readFileSync(description, "utf8"));
    const binary = join(dirname(description), "bin", process.platform === "win32" ? "node.exe" : "node");
    accessSync(binary, constants.X_OK);
    return Number.parseInt(version, 10) >= REQUIRED_MAJOR ? binary : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The environment with a place for V8's compiled code: it halves the time to start, types being stripped only
 * once. The folder belongs to whoever could change the program itself; where it cannot be written, none is used.
 */
function environment() {
  // How an upgrade starts whatever is here by then: with a path that may lead over a symbolic link.
  const own = { ...process.env, LODESTONE_LAUNCHED: JSON.stringify([process.execPath, process.argv[1]]) };
  const modules = modulesFolder();
  if (process.env.NODE_COMPILE_CACHE !== undefined || !isWritable(modules)) return own;
  return { ...own, NODE_COMPILE_CACHE: join(modules, ".cache", "lodestone") };
}

/** The folder of installed packages: around this one when it is one of them. */
function modulesFolder() {
  const root = join(here, "..", "..");
  return basename(dirname(root)) === "node_modules" ? dirname(root) : join(root, "node_modules");
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The sources in a checkout, what they were built to in an installed package: there Node strips no types. */
function program() {
  const source = join(here, "main.ts");
  return existsSync(source) ? source : join(here, "main.js");
}

/** How many sockets systemd has handed to this process: descriptors from 3 on (sd_listen_fds(3)). */
function handedSockets() {
  const count = process.env.LISTEN_PID === String(process.pid) ? Number(process.env.LISTEN_FDS) || 0 : 0;
  return Math.min(count, MOST_SOCKETS);
}

/**
 * Runs Lodestone as a child, for a Node that cannot replace its own process or would lose sockets by that, and ends as
 * the child ends.
 */
function runChild(node, parameters) {
  const sockets = Array.from({ length: handedSockets() }, (_, index) => 3 + index);
  const { LISTEN_PID: _pid, LISTEN_FDS: _fds, ...env } = environment();
  if (sockets.length > 0) env.LODESTONE_LISTEN_FDS = String(sockets.length);
  // The channel closes when this process dies, however it dies; main.ts takes that for SIGTERM.
  const child = spawn(node, parameters, {
    // In a group of its own, or Ctrl-C reached it twice: from the terminal and from here.
    detached: true,
    stdio: ["inherit", "inherit", "inherit", ...sockets, "ipc"],
    env: { ...env, LODESTONE_LAUNCHER: String(process.pid) },
  });
  const signals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"].filter(
    (signal) => signal in system.signals,
  );
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  // A listener, or this Node would open a debugger.
  if ("SIGUSR1" in system.signals) process.on("SIGUSR1", () => {});
  child.on("error", (error) => {
    process.stderr.write(`lodestone: cannot run ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      if (child.connected) child.disconnect();
      return;
    }
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

function main() {
  const node = findNode();
  if (node === undefined) {
    const root = join(here, "..", "..");
    process.stderr.write(
      `lodestone: Lodestone needs Node ${REQUIRED_MAJOR} or newer; this is ${process.version} (${process.execPath}).\n` +
        `Run "npm ci" in ${root}, which brings one along, or install a newer Node: https://nodejs.org\n`,
    );
    process.exitCode = 1;
    return;
  }
  const flags = process.argv[2] === "run" ? [...ISOLATE_FLAGS, ...FLAGS] : FLAGS;
  const parameters = [...flags, program(), ...process.argv.slice(2)];
  if (process.env.LODESTONE_PLAN !== undefined) {
    // Somebody else starts it: an upgrade, whose sockets would be lost on the way through here.
    const { LODESTONE_PLAN: _, ...env } = environment();
    process.stdout.write(JSON.stringify({ node, parameters, env }));
    return;
  }
  // Node closes every other descriptor when it replaces itself.
  if (typeof process.execve === "function" && process.platform !== "win32" && handedSockets() === 0) {
    try {
      process.execve(node, [node, ...parameters], environment());
    } catch {
      // Not allowed here, in a sandbox say: a child does as well.
    }
  }
  runChild(node, parameters);
}

main();
