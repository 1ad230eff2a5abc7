import assert from "node:assert/strict";
import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { run } from "../support/child.ts";
import { launchChromium } from "../support/chromium.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { openResponse } from "../support/request.ts";

const css = "h1 { color: rgb(10, 120, 30) } /* padding */\n".repeat(100);
const page = `<!doctype html><title>Compressed</title><link rel="stylesheet" href="style.css"><h1>Hello</h1>${"<p>text</p>".repeat(300)}`;

test("curl decodes what was compressed, in every encoding", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  await using lodestone = await startLodestone({
    config: 'sites:\n  - hosts: ["*"]\n    root: www\n',
    files: { "www/page.html": page, "www/style.css": css },
  });
  const curl = async (...args: string[]) => {
    const { code, stdout, stderr } = await run("curl", ["-sS", "--max-time", "20", ...args]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  assert.equal(await curl("--compressed", lodestone.url("/page.html")), page);
  const { stdout: version } = await run("curl", ["--version"]);
  for (const encoding of ["gzip", "br", "zstd"]) {
    if (encoding !== "gzip" && !version.includes(encoding === "br" ? "brotli" : "zstd")) continue;
    const shown = await curl(
      "-D",
      "-",
      "--compressed",
      "-H",
      `Accept-Encoding: ${encoding}`,
      lodestone.url("/style.css"),
    );
    assert.match(shown, new RegExp(`content-encoding: ${encoding}\\r`, "i"));
    assert.ok(shown.endsWith(css), encoding);
  }
  assert.equal(
    await curl(
      "-r",
      "2-5,10-12",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code} %{content_type}",
      lodestone.url("/page.html"),
    ).then((told) => told.replace(/=.*/, "")),
    "206 multipart/byteranges; boundary",
  );
});

test("Chromium loads a compressed page and its style, once more from its cache, and a listing", async (t: TestContext) => {
  if (!requirePeer(t, "chromium")) return;
  await using lodestone = await startLodestone({
    config: 'sites:\n  - hosts: ["*"]\n    root: www\n    files: { listing: true }\n',
    files: {
      "www/index.html": page,
      "www/style.css": css,
      "www/style.css.br": brotliCompressSync(css),
      "www/list/<b>bold<b>.txt": "bold file",
      "www/list/a folder/x.txt": "x",
      "www/list/100%.txt": "percent",
    },
  });
  await using browser = await launchChromium();
  const tab = await browser.newPage();
  const answers: string[] = [];
  const failures: string[] = [];
  tab.on("response", (response) => {
    answers.push(
      `${response.status()} ${new URL(response.url()).pathname} ${response.headers()["content-encoding"]}`,
    );
  });
  tab.on("requestfailed", ({ url }) => failures.push(String(url)));
  tab.on(
    "console",
    (message) =>
      message.type() === "error" && !message.text().includes("favicon") && failures.push(message.text()),
  );
  const color = () => tab.evaluate('getComputedStyle(document.querySelector("h1")).color');
  await tab.goto(lodestone.url("/"));
  assert.equal(await color(), "rgb(10, 120, 30)");
  await tab.reload();
  assert.equal(await color(), "rgb(10, 120, 30)");
  assert.ok(answers.includes("200 / gzip") || answers.includes("200 / br"), answers.join());
  await tab.goto(lodestone.url("/list/"));
  assert.equal(await tab.title(), "Index of /list/");
  assert.equal(
    await tab.evaluate('getComputedStyle(document.querySelector("table")).borderCollapse'),
    "collapse",
    "the policy lets the style apply",
  );
  for (const [label, text] of [
    ["<b>bold<b>.txt", "bold file"],
    ["100%.txt", "percent"],
  ] as const) {
    await tab.goto(lodestone.url("/list/"));
    await tab.getByRole("link", { name: label }).click();
    assert.equal(await tab.locator("body").innerText(), text);
  }
  await tab.goto(lodestone.url("/list/"));
  await tab.getByRole("link", { name: "a folder/" }).click();
  await tab.getByRole("link", { name: "Parent folder" }).click();
  assert.equal(new URL(tab.url()).pathname, "/list/");
  assert.deepEqual(
    failures.filter((failure) => !failure.includes("404")),
    [],
  );
});

const OLD = Buffer.alloc(24_000_000, "old content, ");
const NEW = Buffer.alloc(24_000_000, "NEW CONTENT! ");

/** What may happen to a file while it is sent, and whether it may come to its end then. */
const CHANGES: readonly [name: string, change: (path: string) => void, ending: "complete" | "cut off"][] = [
  ["deleted", (path) => rmSync(path), "complete"],
  [
    "replaced",
    (path) => {
      writeFileSync(`${path}.new`, NEW);
      renameSync(`${path}.new`, path);
    },
    "complete",
  ],
  ["appended to", (path) => appendFileSync(path, NEW), "complete"],
  ["truncated", (path) => truncateSync(path, 1000), "cut off"],
  ["truncated and filled again", (path) => writeFileSync(path, NEW), "cut off"],
  ["overwritten with more", (path) => writeFileSync(path, Buffer.concat([NEW, NEW])), "cut off"],
  ["overwritten with less", (path) => writeFileSync(path, NEW.subarray(0, 23_000_000)), "cut off"],
];

/** Ways to ask for so much of it that the kernel's buffers do not hold it, and what must come then. */
const WAYS: readonly [name: string, path: string, headers: Record<string, string>, file: string][] = [
  ["the whole", "/large.bin", {}, "large.bin"],
  ["a range", "/large.bin", { range: "bytes=1000-23999999" }, "large.bin"],
  ["several ranges", "/large.bin", { range: "bytes=12000000-23999000,0-11000000" }, "large.bin"],
  ["its form beside it", "/page.html", { "accept-encoding": "br" }, "page.html.br"],
  ["a script's slice", "/slice", {}, "large.bin"],
];

/** The head, and all that comes after a slow start; the bytes without what is between parts. */
async function receiveSlowly(
  lodestone: Lodestone,
  path: string,
  headers: Record<string, string>,
  meanwhile: () => void,
) {
  const response = await openResponse(lodestone.url(path), { headers });
  // Until somebody listens nothing is read but what fits into a buffer.
  meanwhile();
  const chunks: Buffer[] = [];
  const isComplete = await new Promise<boolean>((resolve) => {
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => resolve(true));
    response.on("error", () => resolve(false));
  });
  return { response, isComplete, bytes: Buffer.concat(chunks) };
}

test("a file changed while it is sent is sent as it was, or cut off", async (t: TestContext) => {
  await using lodestone = await startLodestone({
    config: `
workers: 1
files: { statAge: 0s }
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    root: www
`,
    scripts: {
      "site.ts": `
import { site } from "lodestone";
export default (request: Request) =>
  request.path === "/slice" ? Response.file(site.root + "/large.bin", { offset: 13, length: 23_999_000 }) : undefined;`,
    },
    files: { "www/page.html": "the original" },
  });
  for (const [how, path, headers, file] of WAYS) {
    for (const [name, change, ending] of CHANGES) {
      await t.test(`${how}, ${name}: ${ending}`, async () => {
        const target = join(lodestone.folder.path, "www", file);
        rmSync(target, { force: true });
        writeFileSync(target, OLD);
        utimesSync(join(lodestone.folder.path, "www/page.html"), 1_700_000_000, 1_700_000_000);
        const { response, isComplete, bytes } = await receiveSlowly(lodestone, path, headers, () =>
          change(target),
        );
        assert.equal(isComplete, ending === "complete");
        const announced = Number(response.headers["content-length"]);
        assert.equal(bytes.length === announced, ending === "complete");
        // What came before a cut may be of both versions; what is complete must not be.
        if (ending === "complete") assert.ok(!bytes.includes("NEW"), "bytes of another version");
      });
    }
  }
});

test("a small file changed again and again is always one version with its own tag", async () => {
  await using lodestone = await startLodestone({
    config: 'files: { statAge: 0s }\nworkers: 1\nsites:\n  - hosts: ["*"]\n    root: www\n',
    files: { "www/a.txt": "0" },
  });
  const target = join(lodestone.folder.path, "www/a.txt");
  const contents = new Map<string, string>();
  for (let i = 0; i < 60; i++) {
    const text = String.fromCharCode(97 + (i % 26)).repeat(2000 + 100 * i);
    if (i % 3 === 0) writeFileSync(target, text);
    else {
      writeFileSync(`${target}.new`, text);
      renameSync(`${target}.new`, target);
    }
    for (const encoding of ["identity", "gzip"]) {
      const response = await openResponse(lodestone.url("/a.txt"), {
        headers: { "accept-encoding": encoding },
      });
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const key = `${response.headers.etag}`;
      const body = Buffer.concat(chunks).toString("latin1");
      assert.equal(Number(response.headers["content-length"]), body.length);
      if (response.headers["content-encoding"] === undefined)
        assert.equal(body, readFileSync(target, "latin1"));
      assert.equal(contents.get(key) ?? body, body, "one tag, one content");
      contents.set(key, body);
    }
  }
});
