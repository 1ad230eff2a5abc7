// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../core/config/load_config.ts";
import { configFolder, faultsOf, loadMarked, writeConfig } from "./config_folder.ts";

const SITES = "sites: [{ scripts: [./site.ts] }]\n";
const site = (lines: string) => `sites:\n  - scripts: [./site.ts]\n${lines.replace(/^/gm, "    ")}\n`;

/** What is wrong, the text with `▶` before it, and what the message says. */
const FAULTS: [string, string, RegExp][] = [
  [
    "an unknown key, with the one it resembles",
    `${SITES}▶wrokers: 2`,
    /unknown key "wrokers"; did you mean "workers"\?/,
  ],
  [
    "an unknown key that resembles none",
    `${SITES}▶colour: red`,
    /unknown key "colour"; known here: listen, workers/,
  ],
  ["a key that belongs one level deeper", site("▶cpu: 5"), /it belongs below "limits"/],
  ["an unknown key of a section", `${SITES}http: { ▶heda: 1 }`, /did you mean "head"/],
  ["a merge key", `${SITES}http: &a { head: 2kb }\nfiles: { ▶<<: *a }`, /merge keys are not supported/],
  [
    "a key that is there twice",
    `${SITES}workers: 1\n▶workers: 2`,
    /"workers" is there twice, first on line 2/,
  ],
  ["a key that is a list", `${SITES}? ▶[a]\n: 1`, /a key must be a plain name/],
  ["no site at all", "sites: ▶[]", /"sites" is an empty list/],
  ["a missing list of sites", "▶workers: 2", /"sites" is missing/],
  ["an empty file", "▶", /"sites" is missing/],
  ["a file that is a list", "▶- a", /the configuration must be a mapping of keys to values, got a list/],
  ["a list in place of one value", `${SITES}workers: ▶[1]`, /workers must be a single value, got a list/],
  ["one value in place of a list", "sites: ▶7", /sites must be a list, got 7/],
  [
    "a mapping in place of a list",
    `${SITES}proxies: { trusted: ▶{ a: 1 } }`,
    /trusted must be a list, got a mapping/,
  ],
  ["nothing in place of a list", `${SITES}listen: ▶~`, /listen must be a list, got nothing/],
  [
    "one value in place of a mapping",
    `${SITES}http: ▶fast`,
    /http must be a mapping of keys to values, got "fast"/,
  ],
  [
    "a quoted number",
    `${SITES}workers: ▶"2"`,
    /workers must be a whole number from 1 to 1024 or "auto", got "2"/,
  ],
  ["a number out of range", `${SITES}workers: ▶0`, /from 1 to 1024 .*, got 0/],
  ["a number with a fraction", `${SITES}workers: ▶1.5`, /a whole number .*, got 1.5/],
  ["no duration", `${SITES}drainTimeout: ▶soon`, /drainTimeout must be a duration .*, got "soon"/],
  [
    "a duration out of range",
    site("limits: { cpu: ▶2m }"),
    /cpu must be a duration from 1ms to 1m, .* got "2m"/,
  ],
  ["a fraction of a millisecond", site("limits: { cpu: ▶0.5ms }"), /got "0.5ms"/],
  [
    "a size out of range",
    site("limits: { memory: ▶1mb }"),
    /memory must be a size from 8mb to 4gb, in megabytes/,
  ],
  ["a size that is no whole megabyte", site("limits: { memory: ▶8200kb }"), /got "8200kb"/],
  ["no boolean", `${SITES}log: { access: ▶yes }`, /access must be true or false, got "yes"/],
  [
    "no choice",
    `${SITES}log: { level: ▶wran }`,
    /level must be one of .*, got "wran"; did you mean "warn"\?/,
  ],
  ["a script that is missing", "sites: [{ scripts: [./site.ts, ▶./nope.ts] }]", /cannot find "\.\/nope\.ts"/],
  ["a script that is none", "sites: [{ scripts: ▶site.lua }]", /"site\.lua" is not a script/],
  [
    "the same script twice",
    "sites: [{ scripts: [site.ts, ▶./site.ts] }]",
    /the same script is already in this list/,
  ],
  ["a root that is missing", site("root: ▶./nope"), /cannot find "\.\/nope": it does not exist/],
  ["a root that is a file", site("root: ▶./site.ts"), /"\.\/site\.ts" is not a folder/],
  [
    "an allowed folder that is missing",
    site("allow: { files: [./media, ▶./nope] }"),
    /cannot find "\.\/nope"/,
  ],
  ["an origin with a path", site("allow: { origins: [▶https://a.org/x] }"), /write "https:\/\/a\.org"/],
  [
    "an origin with a star in the middle",
    site('allow: { origins: ["https://*.a.org", ▶"https://a.*.org"] }'),
    /contains a star in a wrong place: .* "https:\/\/\*\.example\.com"/,
  ],
  [
    "a star before an address",
    site('allow: { origins: ["*", ▶"http://*.10.0.0.1"] }'),
    /a star before an address/,
  ],
  [
    "an allowed backend that is not there",
    `${site("allow: { backends: [app, ▶ap] }")}backends: { app: "http://a" }`,
    /there is no backend "ap"; did you mean "app"/,
  ],
  [
    "an allowed backend that is a URL",
    site("allow: { backends: ▶http://a }"),
    /cannot be the name of a backend/,
  ],
  [
    "a host with a port",
    site("hosts: [a.org, ▶b.org:80]"),
    /"b\.org:80" is not a host pattern: .*leave the port away/,
  ],
  [
    "a host that belongs to another site",
    `${site("hosts: a.org")}  - { hosts: [▶A.org], scripts: site.ts }`,
    /site 1 of the list/,
  ],
  ["a host that is there twice", site("hosts: [a.org, ▶a.org]"), /belongs to this site already/],
  [
    "two default sites",
    "sites:\n  - scripts: site.ts\n  - ▶scripts: other.ts",
    /the host "\*" belongs to site 1/,
  ],
  [
    "a backend that is not there",
    `${site("backend: ▶ap")}backends: { app: "http://a" }`,
    /there is no backend "ap"; did you mean "app"/,
  ],
  ["a backend where there are none", site("backend: ▶app"), /there is no backend "app"; there are none/],
  ["a backend's path", `${SITES}backends:\n  app: ▶http://a.org/x`, /goes on behind host and port/],
  [
    "a backend's password",
    site("backend: ▶http://u:hunter2@a.org"),
    /^(?!.*hunter2).*holds no user and no password/,
  ],
  [
    "a backend without a scheme",
    `${SITES}backends: { app: ▶localhost:3000 }`,
    /begins with http:\/\/, https:\/\/ or unix:/,
  ],
  [
    "a backend without a server",
    `${SITES}backends: { app: ▶{ queue: 1 } }`,
    /the backend "app" has no "server"/,
  ],
  [
    "a backend with both keys",
    `${SITES}backends: { a: { server: unix:a, servers: ▶[unix:b] } }`,
    /exclude each other/,
  ],
  [
    "several servers",
    `${SITES}backends: { a.b: { servers: [unix:a, ▶unix:b] } }`,
    /several servers in one backend come later/,
  ],
  [
    "a protocol that comes later",
    `${SITES}backends: { a: { protocol: ▶fastcgi, server: unix:a } }`,
    /comes later/,
  ],
  ["a backend's name", `${SITES}backends: { ▶"a b": "http://a" }`, /"a b" cannot be the name of a backend/],
  ["a variable's name", site("env: { ▶a-b: 1 }"), /"a-b" cannot be the name of a variable/],
  ["a variable without a value", site("env: { A: ▶~ }"), /A must be a text, got nothing/],
  ["a listen address without a port", `${SITES}listen: ▶127.0.0.1`, /"127\.0\.0\.1" is not a listen address/],
  [
    "a listen address that is a number",
    `${SITES}listen: ▶8080`,
    /"8080" is not a listen address: for every address write ":8080"/,
  ],
  ["a port above the highest", `${SITES}listen: ▶:65536`, /a port above 65535/],
  ["two identical listeners", `${SITES}listen: [":1", "unix:a", ▶"*:1", ▶"unix:./a"]`, /in this list twice/],
  [
    "a listener that another contains",
    `${SITES}listen: [127.0.0.1:1, ▶":1"]`,
    /already listened on by 127\.0\.0\.1:1/,
  ],
  [
    "a variable that is not set",
    site('env: { A: "x▶${NOPE}" }'),
    /NOPE is not set; set it, or give a default: \$\{NOPE:-value\}/,
  ],
  ["a number that is not set", `${SITES}workers: ▶\${NOPE}`, /NOPE is not set/],
  [
    "a number from the environment out of range",
    `${SITES}workers: ▶\${ZERO:-0}`,
    /from 1 to 1024 .*, got "0"/,
  ],
  ["a malformed reference", site("env:\n  A: x ▶${a-b}"), /is written \$\{NAME\} or \$\{NAME:-default\}/],
  [
    "an unquoted star",
    `${SITES}listen: ▶*:8080`,
    /a value that begins with a star must be quoted: "\*:8080"/,
  ],
  ["a star alone", site("hosts: [▶*]"), /a value that begins with a star must be quoted/],
  ["unquoted brackets", `${SITES}listen: [::1]▶:8080`, /not valid YAML: .*begins with \[ must be quoted/],
  ["an unquoted reference in braces", site("env: { A: $▶{A} }"), /a reference must be quoted: "\$\{NAME\}"/],
  ["a tab for indentation", `${SITES}http:\n▶\thead: 1kb`, /not valid YAML: tabs are not allowed/],
  ["a tag", `${SITES}workers: ▶!!js 2`, /tags have no meaning/],
  ["a second document", `${SITES}▶---\n${SITES}`, /a single YAML document/],
];

for (const [what, text, message] of FAULTS) {
  test(`told with its place: ${what}`, (t) => {
    const { found, expected, messages } = loadMarked(t, text);
    assert.deepEqual(found, expected, messages.join("\n"));
    for (const each of messages) assert.match(each, message);
  });
}

test("all faults are told in one go, in the order of the file, each with its line", (t) => {
  const { faults, found, expected, file } = loadMarked(
    t,
    [
      "listen: [▶nonsense]",
      "▶wrokers: 1",
      "sites:",
      "  - scripts: [▶./a.ts, ./site.ts, ▶./b.ts]",
      "    backend: ▶app",
      "    env: { A: '▶${NOPE}' }",
      "backends: { api: { server: ▶9 } }",
      "log: { level: ▶loud }",
    ].join("\n"),
  );
  assert.deepEqual(found, expected);
  assert.deepEqual(new Set(faults.map((fault) => fault.file)), new Set([file]));
  assert.equal(faults[1]!.excerpt, "wrokers: 1");
});

test("a Windows file and a byte order mark shift no place", (t) => {
  const file = writeConfig(configFolder(t), "\ufeffworkers: x\r\nsites: [{ scripts: 7 }]\r\n");
  const faults = faultsOf(() => loadConfig(file, {}));
  assert.deepEqual(
    faults.map(({ line, column, excerpt }) => [line, column, excerpt]),
    [
      [1, 10, "workers: x"],
      [2, 20, "sites: [{ scripts: 7 }]"],
    ],
  );
});

test("a file that is missing, a folder, too large or not UTF-8 is a fault of that file", (t) => {
  const folder = configFolder(t);
  const message = (file: string) => faultsOf(() => loadConfig(file, {}))[0]!.message;
  assert.match(message(`${folder}/nope.yaml`), /there is no such file/);
  assert.match(message(folder), /cannot be read: EISDIR/);
  assert.match(message(writeConfig(folder, `# ${"x".repeat(1024 ** 2)}`)), /too large/);
  assert.match(message(writeConfig(folder, Buffer.from([0x61, 0x3a, 0x20, 0xff]))), /not UTF-8/);
});

test("aliases cannot unfold without bound", (t) => {
  const folder = configFolder(t);
  const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level++) {
    bomb.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(", ")}]`,
    );
  }
  const faults = faultsOf(() => loadConfig(writeConfig(folder, bomb.join("\n")), {}));
  assert.ok(faults.some(({ message }) => /more than 100 aliases/.test(message)));
  const circular = faultsOf(() => loadConfig(writeConfig(folder, "sites: &a [*a]\n"), {}));
  assert.ok(circular.some(({ message }) => /an anchor that contains itself/.test(message)));
});

test("deep nesting is refused, not run out of stack by", (t) => {
  const faults = faultsOf(() => loadConfig(writeConfig(configFolder(t), "[".repeat(5000)), {}));
  assert.match(faults[0]!.message, /nested too deeply/);
});
