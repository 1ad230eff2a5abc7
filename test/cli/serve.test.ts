// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { folderWith, NODES, outcomeOf, startLodestone } from "./run_lodestone.ts";

const SCRIPT = `export default (request: Request): Response | void => {
  if (request.path === "/hello") return new Response("hello from the script");
};
`;

/** The URL a started Lodestone says it listens on. */
async function urlOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /listening on (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
    told.push(line);
  }
  throw new Error(`it ended: ${told.join("\n")}`);
}

/** What a host of the given name answers; `fetch` lets nobody choose it. */
async function textFrom(url: string, host: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(url, { headers: { host } }, resolve).on("error", reject);
  return (await (await promise).setEncoding("utf8").toArray()).join("");
}

for (const node of NODES) {
  test(`serve with a script answers until SIGTERM, then ends with 0 (${node})`, async (t) => {
    const cwd = folderWith(t, { "site.ts": SCRIPT });
    const child = startLodestone(t, ["serve", "site.ts", "--listen", "127.0.0.1:0", "--workers", "1"], {
      node,
      cwd,
    });
    const ended = outcomeOf(child);
    const url = await urlOf(child);
    assert.equal(await (await fetch(`${url}/hello`)).text(), "hello from the script");
    child.kill("SIGTERM");
    assert.equal((await ended).code, 0);
  });
}

test("the environment alone configures a container: script, root and backend", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  mkdirSync(join(cwd, "www"));
  writeFileSync(join(cwd, "www/page.txt"), "a static page");
  const backend = createServer((request, response) => response.end(`the backend got ${request.url}`));
  t.after(() => backend.close());
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  const env = {
    LODESTONE_SCRIPT: "site.ts",
    LODESTONE_LISTEN: "127.0.0.1:0",
    LODESTONE_ROOT: "www",
    LODESTONE_BACKEND: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
    LODESTONE_WORKERS: "1",
  };
  const url = await urlOf(startLodestone(t, ["serve"], { cwd, env }));
  const answers = await Promise.all(
    ["/hello", "/page.txt", "/else?x"].map(async (path) => (await fetch(url + path)).text()),
  );
  assert.deepEqual(answers, ["hello from the script", "a static page", "the backend got /else?x"]);
});

test("serve with a configuration finds sites by host and passes env on", async (t) => {
  const cwd = folderWith(t, {
    "site.ts": 'import { env } from "lodestone";\nexport default () => new Response(`for ${env.WHO}`);\n',
    "lodestone.yaml":
      "listen: 127.0.0.1:0\nworkers: 1\nsites:\n" +
      '  - { scripts: site.ts, env: { WHO: "${WHO}" } }\n  - { hosts: two.localhost, scripts: site.ts, env: { WHO: two } }\n',
  });
  const url = await urlOf(startLodestone(t, ["serve"], { cwd, env: { WHO: "everybody" } }));
  assert.equal(await textFrom(url, "anything.example"), "for everybody");
  assert.equal(await textFrom(url, "TWO.localhost:1"), "for two");
});

test("serve tells the faults of a script with their places and ends with 1", async (t) => {
  const cwd = folderWith(t, { "site.ts": "export default () => 2 +;\n" });
  const { code, stderr } = await outcomeOf(
    startLodestone(t, ["serve", "site.ts", "--listen", "127.0.0.1:0"], { cwd }),
  );
  assert.equal(code, 1);
  assert.match(stderr, /site\.ts:1:25: /);
});
