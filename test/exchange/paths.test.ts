import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";

interface Row {
  readonly sent: string;
  /** "400" when it is refused. */
  readonly seen: string;
  /** Below the root; "none" when it names no file, "hidden" for a dotfile, "" when it is refused. */
  readonly file: string;
  readonly rule: string;
}

const page = readFileSync(new URL("../../docs/paths.md", import.meta.url), "utf8");
const rows: readonly Row[] = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [sent = "", seen = "", file = "", rule = ""] = line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.trim().replace(/^`(.*)`$/, "$1"));
    return { sent, seen, file, rule };
  });

let lodestone: Lodestone | undefined;
let origin: Origin | undefined;

before(async () => {
  origin = await startOrigin((_, response) => response.end("backend"));
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: [files.test]
    scripts: [see.ts]
    root: ./www
  - hosts: ["*"]
    scripts: [see.ts]
    backend: "${origin.url}"
`,
    scripts: {
      "see.ts": `
import { site } from "lodestone";
export const onResponse = ({ headers }, request) => {
  headers.set("x-path", request.path);
  headers.set("x-file", encodeURIComponent(request.file.slice((site.root ?? "").length + 1)));
};
export default () => {};
`,
    },
    files: files(),
  });
});

after(async () => {
  await lodestone?.stop();
  await origin?.[Symbol.asyncDispose]();
});

/** A file for each name of the table, holding its own name; folders are made of those in them. */
function files(): Record<string, string> {
  const names = rows.map((row) => row.file).filter((name) => !["", "none", "hidden"].includes(name));
  const all = [...new Set(names)].map((name) => (name.endsWith("/") ? `${name}index.html` : name));
  return Object.fromEntries(all.map((name) => [`www/${name}`, name]));
}

async function ask(host: string, path: string): Promise<{ status: number; head: string; body: string }> {
  using client = await RawConnection.open(lodestone!.address);
  // What is not ASCII goes out as UTF-8, as a careless client sends it.
  const target = Buffer.from(path).toString("latin1");
  client.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const text = await client.receiveAll();
  const [head = "", body = ""] = text.split("\r\n\r\n");
  return { status: Number(text.slice(9, 12)), head, body };
}

function field(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\\r?$`, "im").exec(head)?.[1];
}

for (const { sent, seen, file, rule } of rows) {
  test(`${sent}: ${seen}: ${rule}`, async () => {
    const before = origin!.requests.length;
    const passed = await ask("backend.test", sent);
    const arrived = origin!.requests.slice(before).map((request) => request.url);
    const served = await ask("files.test", sent);
    if (seen === "400") {
      assert.deepEqual([passed.status, served.status, arrived], [400, 400, []]);
      return;
    }
    assert.deepEqual([passed.status, field(passed.head, "x-path"), arrived], [200, seen, [seen]]);
    assert.equal(field(served.head, "x-path"), seen);
    if (file === "none") {
      assert.deepEqual([served.status, field(served.head, "x-file") ?? ""], [404, ""]);
      return;
    }
    if (file === "hidden") return assert.equal(served.status, 404);
    assert.equal(served.status, 200);
    assert.equal(
      Buffer.from(served.body, "latin1").toString(),
      file.endsWith("/") ? `${file}index.html` : file,
    );
    assert.equal(decodeURIComponent(field(served.head, "x-file") ?? ""), file, "request.file");
  });
}

test("the table is there", () => assert.ok(rows.length >= 50, `${rows.length} rows`));
