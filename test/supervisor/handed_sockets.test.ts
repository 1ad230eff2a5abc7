import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import test from "node:test";
import { takeHandedSockets } from "../../core/supervisor/handed_sockets.ts";

const MODULE = new URL("../../core/supervisor/handed_sockets.ts", import.meta.url).href;

/** Takes what `environment` tells of, in a process of its own that has this server's socket as its descriptor 3. */
const PROGRAM = `
import { takeHandedSockets } from ${JSON.stringify(MODULE)};
const environment = JSON.parse(process.env.GIVEN);
if (environment.LISTEN_PID === "own") environment.LISTEN_PID = String(process.pid);
const { from, sockets, problems } = takeHandedSockets(environment);
const ports = sockets.map(({ socket }) => socket.address.port);
console.log(JSON.stringify({ from, ports, problems, left: Object.keys(environment) }));
process.exit();
`;

interface Taken {
  readonly from: string;
  readonly ports: readonly number[];
  readonly problems: readonly string[];
  /** The variables that are left. */
  readonly left: readonly string[];
}

async function take(environment: Record<string, string>): Promise<Taken & { port: number }> {
  await using server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    stdio: ["ignore", "pipe", "inherit", fd, "ignore"],
    env: { ...process.env, GIVEN: JSON.stringify(environment) },
  });
  const { port } = server.address() as { port: number };
  return { ...(JSON.parse(await text(child.stdout!)) as Taken), port };
}

test("sockets of systemd are those of the process that LISTEN_PID names", async () => {
  const taken = await take({
    LISTEN_PID: "own",
    LISTEN_FDS: "1",
    LISTEN_FDNAMES: "web",
    LISTEN_PIDFDID: "7",
    PATH: "/",
  });
  assert.deepEqual(taken.ports, [taken.port]);
  assert.deepEqual([taken.from, taken.problems, taken.left], ["systemd", [], ["PATH"]]);
});

for (const [what, environment] of [
  ["another process", { LISTEN_PID: "1", LISTEN_FDS: "1" }],
  ["nobody", { LISTEN_FDS: "1" }],
  ["a number that begins with its own", { LISTEN_PID: `${process.pid}0`, LISTEN_FDS: "1" }],
] as const) {
  test(`those that ${what} was given are left alone, and are not passed on`, async () => {
    const taken = await take(environment);
    assert.deepEqual([taken.from, taken.ports, taken.left], ["nobody", [], []]);
  });
}

test("a launcher in between has counted them: then LISTEN_PID is the launcher's", async () => {
  const taken = await take({ LODESTONE_LISTEN_FDS: "1", LISTEN_PID: "1", LISTEN_FDS: "5" });
  assert.deepEqual([taken.from, taken.ports, taken.left], ["systemd", [taken.port], []]);
  const none = await take({ LODESTONE_LISTEN_FDS: "0", LISTEN_PID: "own", LISTEN_FDS: "1" });
  assert.equal(none.from, "nobody");
});

test("a descriptor that is no socket is told by its name, and the others are used", async () => {
  const taken = await take({ LISTEN_PID: "own", LISTEN_FDS: "2", LISTEN_FDNAMES: "web:stray" });
  assert.deepEqual(taken.ports, [taken.port]);
  assert.equal(taken.problems.length, 1);
  assert.match(taken.problems[0]!, /^socket 2 of systemd \("stray"\) is not a stream socket: /);
});

test("numbers that are none are no sockets", () => {
  for (const count of ["", "x", "0", "NaN"]) {
    const { from, sockets } = takeHandedSockets({ LISTEN_PID: String(process.pid), LISTEN_FDS: count });
    assert.deepEqual([from, sockets], ["nobody", []], count);
  }
});

test("an upgrade whose variable is no handover hands nothing over", () => {
  const environment = { LODESTONE_UPGRADE: "1" };
  assert.equal(takeHandedSockets(environment).from, "nobody");
  assert.deepEqual(environment, {});
});
