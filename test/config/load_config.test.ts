// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../../core/config/config_error.ts";
import type { Environment } from "../../core/config/environment.ts";
import { loadConfig } from "../../core/config/load_config.ts";
import { defaultWorkerMemory } from "../../core/config/watchdog_fields.ts";
import { testListener } from "../support/test_config.ts";
import { configFolder, faultsOf, writeConfig } from "./config_folder.ts";

function load(t: TestContext, text: string, environment: Environment = {}) {
  const folder = configFolder(t);
  return { folder, config: loadConfig(writeConfig(folder, text), environment) };
}

test("the smallest configuration gets every default", (t) => {
  const { folder, config } = load(t, "sites: [{ scripts: site.ts }]");
  assert.ok(config.workers >= 1);
  assert.deepEqual(
    { ...config, workers: 1 },
    {
      file: join(folder, "lodestone.yaml"),
      listen: [testListener({ kind: "tcp", host: "127.0.0.1", port: 8080 })],
      workers: 1,
      sites: [
        {
          name: "site",
          hosts: ["*"],
          scripts: [join(folder, "site.ts")],
          root: undefined,
          backend: undefined,
          env: {},
          allow: { files: [], origins: [], backends: undefined },
          files: {
            index: ["index.html"],
            listing: false,
            symlinks: "within",
            precompressed: true,
            compress: true,
          },
          limits: { cpu: 50, memory: 64, deadline: 10_000, body: 1_048_576, operations: 1000 },
        },
      ],
      backends: {},
      origins: {
        perSite: 100,
        connectTimeout: 5000,
        responseTimeout: 30_000,
        idleTimeout: 60_000,
        idleConnections: 8,
        keepAlive: 4000,
        connections: 64,
        queue: 256,
      },
      http: {
        requestLine: 8192,
        head: 32_768,
        fields: 100,
        body: 10 * 1024 ** 3,
        chunkExtensions: 4096,
        trailer: 8192,
        readAhead: 16_384,
        headTimeout: 10_000,
        keepAliveTimeout: 60_000,
        idleTimeout: 60_000,
        minimumRate: 100,
        halfClosedTimeout: 1000,
        drainBody: 65_536,
        lingerTimeout: 5000,
        lingerBody: 16 * 1024 ** 2,
        tunnelTimeout: 3_600_000,
        requestsPerConnection: 0,
        connections: 10_000,
        connectionsPerClient: 0,
      },
      http2: {
        streams: 128,
        sessionMemory: 10 * 1024 ** 2,
        window: 262_144,
        resetBurst: 1000,
        resetRate: 33,
        controlRate: 100,
      },
      tls: {
        certificates: [],
        minimumVersion: "1.2",
        clientCertificates: "none",
        clientAuthorities: undefined,
        stapling: true,
        sessionTimeout: 3_600_000,
        handshakeTimeout: 10_000,
      },
      proxies: { trusted: [], header: "x-forwarded-for" },
      files: { statAge: 1000, statEntries: 10_000, memory: 32 * 1024 ** 2 },
      cache: { memory: 64 * 1024 ** 2, entry: 1024 ** 2, ttl: 24 * 3_600_000, waiting: 1000 },
      compression: {
        encodings: ["br", "zstd", "gzip"],
        minimum: 1024,
        maximum: 8 * 1024 ** 2,
        cache: 32 * 1024 ** 2,
        concurrency: 2,
        queue: 64,
        patience: 3000,
      },
      admin: { listen: undefined },
      log: { level: "info", access: true },
      dev: false,
      trace: { secret: undefined },
      watchdog: { heartbeat: 2000, memory: defaultWorkerMemory(config.workers) },
      quarantine: { deaths: 2, window: 60_000, share: 50, time: 30_000, longest: 1_800_000 },
      isolates: { live: 256, memory: Math.floor(defaultWorkerMemory(config.workers) / 2) },
      drainTimeout: 30_000,
      reloadTimeout: 86_400_000,
      pidFile: undefined,
    },
  );
});

test("paths are absolute and start from the folder of the file", (t) => {
  const { folder, config } = load(
    t,
    "listen: unix:run/a.sock\nsites: [{ scripts: [./site.ts, other.ts], root: www, allow: { files: media } }]\n" +
      "backends: { app: unix:app.sock }",
  );
  const [site] = config.sites;
  assert.deepEqual(config.listen, [testListener({ kind: "unix", path: join(folder, "run/a.sock") })]);
  assert.deepEqual(site!.scripts, [join(folder, "site.ts"), join(folder, "other.ts")]);
  assert.equal(site!.root, join(folder, "www"));
  assert.deepEqual(site!.allow.files, [join(folder, "media")]);
  assert.equal(config.backends.app!.server.path, join(folder, "app.sock"));
});

test("a site names the origins and the backends its scripts may reach", (t) => {
  const text = (allow: string) =>
    `sites: [{ scripts: site.ts, allow: { ${allow} } }]\nbackends: { app: "http://a" }`;
  const allowed = (allow: string) => load(t, text(allow)).config.sites[0]!.allow;
  const { origins, backends } = allowed(`origins: ["https://A.org", "https://*.b.org", "*"], backends: app`);
  assert.deepEqual([origins, backends], [["https://a.org", "https://*.b.org", "*"], ["app"]]);
  assert.deepEqual(allowed("backends: []").backends, []);
  assert.equal(allowed("files: []").backends, undefined);
});

test("durations and sizes are numbers or have units", (t) => {
  const { config } = load(
    t,
    "sites: [{ scripts: site.ts, limits: { cpu: 20, memory: 32, deadline: 1.5s, body: 64kb } }]\n" +
      "http: { body: 1gb, head: 2000, headTimeout: 1m, requestLine: 1KB }\ndrainTimeout: 1h",
  );
  const { limits } = config.sites[0]!;
  assert.deepEqual(limits, { cpu: 20, memory: 32, deadline: 1500, body: 65_536, operations: 1000 });
  const { body, head, headTimeout, requestLine } = config.http;
  assert.deepEqual([body, head, headTimeout, requestLine], [1024 ** 3, 2000, 60_000, 1024]);
  assert.equal(config.drainTimeout, 3_600_000);
});

test("memory may be given with its unit", (t) => {
  assert.equal(
    load(t, "sites: [{ scripts: site.ts, limits: { memory: 1gb } }]").config.sites[0]!.limits.memory,
    1024,
  );
});

test("a backend has a short form and a long one, and a site may name a URL", (t) => {
  const { config } = load(
    t,
    "sites: [{ scripts: site.ts, backend: 'http://127.0.0.1:4000' }, { hosts: b.org, scripts: site.ts, backend: app }]\n" +
      "backends:\n  app: http://127.0.0.1:3000\n  api: { servers: ['https://[::1]'], queue: 7 }",
  );
  assert.deepEqual(Object.keys(config.backends).sort(), ["api", "app", "http://127.0.0.1:4000"]);
  const { app, api } = config.backends;
  assert.deepEqual(app!.server, { tls: false, host: "127.0.0.1", port: 3000, path: undefined });
  assert.deepEqual(api!.server, { tls: true, host: "::1", port: 443, path: undefined });
  assert.deepEqual([api!.queue, api!.name, api!.keepAlive, app!.queue], [7, "api", 4000, 1024]);
  assert.equal(config.sites[0]!.backend, "http://127.0.0.1:4000");
  assert.equal(config.backends["http://127.0.0.1:4000"]!.server.port, 4000);
});

test("sites are named by their first host, and names stay unique", (t) => {
  const { config } = load(
    t,
    "sites: [{ hosts: ['*', c.org], scripts: site.ts }, { hosts: [A.org], scripts: site.ts }, { hosts: site, scripts: site.ts }]",
  );
  assert.deepEqual(
    config.sites.map(({ name }) => name),
    ["*", "a.org", "site"],
  );
});

test("values of env keep the text they were written as", (t) => {
  const { config } = load(
    t,
    "sites: [{ scripts: site.ts, env: { A: 1.10, B: 'x', C: true, D: 0x1F, E: ~~ } }]",
  );
  assert.deepEqual(config.sites[0]!.env, { A: "1.10", B: "x", C: "true", D: "0x1F", E: "~~" });
});

test("sections whose lines are all commented out count as absent", (t) => {
  const { config } = load(
    t,
    "sites: [{ scripts: site.ts, env:, limits: }]\nhttp:\n  # head: 1kb\nbackends:\n",
  );
  assert.equal(config.http.head, 32_768);
});

test("anchors and aliases work, and a fault in an alias is told where the value stands", (t) => {
  const text =
    "sites:\n  - { hosts: a.org, scripts: site.ts, limits: &l { cpu: CPU } }\n  - { scripts: site.ts, limits: *l }";
  assert.equal(load(t, text.replace("CPU", "5")).config.sites[1]!.limits.cpu, 5);
  const folder = configFolder(t);
  const faults = faultsOf(() => loadConfig(writeConfig(folder, text.replace("CPU", "x")), {}));
  assert.deepEqual(
    faults.map(({ line, column }) => [line, column]),
    [[2, 57]],
  );
});

test("values come from the environment, numbers and booleans too", (t) => {
  const { config } = load(
    t,
    "workers: ${W}\ndrainTimeout: ${D}\nlog: { access: '${A}' }\nlisten: ${L:-:9000}\n" +
      "sites: [{ scripts: site.ts, env: { S: '${S}', U: 'u=${UNSET:-}', E: '$${S}' }, limits: { memory: '${M}' } }]",
    { W: "3", D: "2s", A: "false", S: "a: [b]\n${D}", M: "128", L: "" },
  );
  assert.deepEqual([config.workers, config.drainTimeout, config.log.access], [3, 2000, false]);
  assert.deepEqual(config.listen, [testListener({ kind: "tcp", host: "::", port: 9000 })]);
  assert.deepEqual(config.sites[0]!.env, { S: "a: [b]\n${D}", U: "u=", E: "${S}" });
  assert.equal(config.sites[0]!.limits.memory, 128);
});

test("what a variable contains stays one value", (t) => {
  const folder = configFolder(t);
  const file = writeConfig(folder, "sites: [{ scripts: '${S}' }]");
  const faults = faultsOf(() => loadConfig(file, { S: "site.ts\nbackends: { evil: 'http://evil' }" }));
  assert.equal(faults.length, 1);
  assert.match(faults[0]!.message, /is not a script/);
});

test("LODESTONE_LOG_LEVEL wins over the file", (t) => {
  const text = "log: { level: warn }\nsites: [{ scripts: site.ts }]";
  assert.equal(load(t, text, { LODESTONE_LOG_LEVEL: "debug" }).config.log.level, "debug");
  assert.equal(load(t, text, { LODESTONE_LOG_LEVEL: "" }).config.log.level, "warn");
  const file = writeConfig(configFolder(t), text);
  const [fault] = faultsOf(() => loadConfig(file, { LODESTONE_LOG_LEVEL: "loud" }));
  assert.match(fault!.message, /LODESTONE_LOG_LEVEL must be one of/);
});

test("the result is plain data that crosses to another process", (t) => {
  const { config } = load(t, "sites: [{ scripts: site.ts, backend: 'http://a' }]");
  assert.deepEqual(JSON.parse(JSON.stringify(structuredClone(config))).backends["http://a"].server.host, "a");
});

test("a reference without an end is a fault wherever a value may stand", (t) => {
  const folder = configFolder(t);
  for (const text of ["backends: ${", "sites: ${", "sites: [${]", "sites: [{ env: ${ }]", "http: ${", "${"]) {
    const faults = faultsOf(() => loadConfig(writeConfig(folder, text), {}));
    assert.ok(
      faults.some(({ message }) => message.includes("${")),
      text,
    );
  }
});

test("whatever a file contains, it loads or has faults inside of it", (t) => {
  const folder = configFolder(t);
  const piece = fc.constantFrom(
    ..."sites hosts scripts site.ts backend backends env listen workers :8080 [ ] { } : , - * & ! ? | > ' \" # ~ ${ } $${ 1 -".split(
      " ",
    ),
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    ": ",
    "__proto__: ",
    "constructor: ",
    "- ",
    "<<: ",
    "\u0000",
    "😀",
    "---\n",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (content) => {
      const lines = content.split("\n");
      try {
        loadConfig(writeConfig(folder, content), {});
      } catch (error) {
        assert.ok(error instanceof ConfigError, String((error as Error).stack));
        assert.ok(error.faults.length > 0);
        for (const { line, column } of error.faults) {
          assert.ok(line >= 1 && line <= lines.length, `line ${line}`);
          assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1, `column ${column} of line ${line}`);
        }
      }
    }),
    { numRuns: 500 },
  );
});
