import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { request } from "../support/request.ts";

/** Scripts that fetch and leave bodies lying: their origin has two connections at most. */
const SCRIPT = `
import { env } from "lodestone";
const kept = [];
export default async (request) => {
  const response = await fetch(env.ORIGIN + request.path);
  // Held on to, so that no garbage collector can tell that nobody wants it.
  kept.push(response);
  if (request.query === "piece") await response.body.getReader().read();
  return new Response(String(response.status));
};`;

let lodestone: Lodestone;
let origin: Origin;

before(async () => {
  origin = await startOrigin({
    "/small": (_, response) => {
      response.flushHeaders();
      setTimeout(() => response.end("x".repeat(50_000)), 5);
    },
    "/large": (_, response) => response.end(Buffer.alloc(5_000_000)),
  });
  lodestone = await startLodestone({
    config: `
workers: 1
origins: { connections: 2, idleTimeout: 1s }
sites:
  - hosts: ["*"]
    scripts: [site.js]
    env: { ORIGIN: "${origin.url}" }
    allow: { origins: ["${origin.url}"] }
`,
    scripts: { "site.js": SCRIPT },
  });
});

after(async () => {
  await lodestone?.[Symbol.asyncDispose]();
  await origin?.[Symbol.asyncDispose]();
});

test("small bodies that nobody reads keep no connection", async () => {
  const started = performance.now();
  for (let i = 0; i < 20; i++) assert.equal((await request(lodestone.url("/small"))).text, "200");
  assert.ok(performance.now() - started < 3000, "none had to wait for another's time to run out");
});

for (const [how, path] of [
  ["that nobody reads", "/large"],
  ["of which a piece was read", "/large?piece"],
]) {
  test(`large bodies ${how} let go of their connections when their time has run out`, async () => {
    for (let i = 0; i < 6; i++) assert.equal((await request(lodestone.url(path!))).text, "200");
  });
}
