import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { request } from "../support/request.ts";

/** Goes to the backend that the query names. */
const script = `
export default async (request: Request): Promise<Response | void> => {
  request.backend = new URL(request.url).searchParams.get("to") ?? "";
  if (request.path === "/escalate") return;
  try { return await fetch(request); } catch (error) { return new Response(String(error)); }
};
`;
let origins: Origin[];
let lodestone: Lodestone;
before(async () => {
  origins = await Promise.all(
    ["main", "other", "secret"].map((name) => startOrigin((_, answer) => answer.end(name))),
  );
  const [main, other, secret] = origins.map(({ url }) => url);
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - { hosts: [all.test], scripts: [site.ts], backend: main }
  - { hosts: [some.test], scripts: [site.ts], backend: main, allow: { backends: [other] } }
  - { hosts: [own.test], scripts: [site.ts], backend: main, allow: { backends: [] } }
  - { hosts: [none.test], scripts: [site.ts], allow: { backends: [] } }
backends: { main: "${main}", other: "${other}", secret: "${secret}" }
`,
    scripts: { "site.ts": script },
  });
});
after(async () => {
  await lodestone.stop();
  for (const origin of origins) await origin[Symbol.asyncDispose]();
});

const ask = (host: string, to: string, path = "/escalate") =>
  request(lodestone.url(`${path}?to=${to}`), { host });

test("without allow.backends a script may name every backend", async () => {
  for (const name of ["main", "other", "secret"]) assert.equal((await ask("all.test", name)).text, name);
});

test("a script may name the backends that are allowed, and the site's own", async () => {
  for (const name of ["main", "other", ""]) assert.equal((await ask("some.test", name)).text, name || "main");
  assert.equal((await ask("own.test", "main")).text, "main");
});

test("any other backend is a 500 whose log line names the rule and what is allowed", async () => {
  for (const [host, to, allowed] of [
    ["some.test", "secret", "main, other"],
    ["own.test", "other", "main"],
    ["none.test", "main", "none"],
    ["own.test", "nowhere", "main"],
  ]) {
    assert.equal((await ask(host!, to!)).status, 500);
    const line = await lodestone.waitForLog(
      ({ site, error }) => site === host && String(error).includes(`"${to}"`),
    );
    assert.equal(line.code, "backend_not_allowed");
    assert.equal(
      line.error,
      `escalating to backend "${to}": it is not in allow.backends of site "${host}"; allowed: ${allowed}`,
    );
  }
  assert.equal(origins[2]!.requests.length, 1);
});

test("fetch keeps to the same rule, and tells the script", async () => {
  assert.equal((await ask("some.test", "other", "/fetch")).text, "other");
  assert.match(
    (await ask("some.test", "secret", "/fetch")).text,
    /TypeError: .*allow\.backends of site "some\.test"/,
  );
});
