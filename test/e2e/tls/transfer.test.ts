import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { TestCertificate } from "../../support/certificates.ts";
import { run } from "../../support/child.ts";
import { MemoryWatch } from "../../support/memory_watch.ts";
import { openTls } from "../../support/tls_client.ts";
import { untilStill } from "../../support/until.ts";
import { startHttps } from "./https_proxy.ts";

const authority = await TestCertificate.create();
const a = await authority.issue({ names: ["a.example", "127.0.0.1"] });

/** What a worker may grow by, whatever is sent: what is under way, and what the collector has not taken yet. */
const GROWTH = 120 * 1024 ** 2;

test("a file of 1 GB goes out over TLS without being collected", async () => {
  await using proxy = await startHttps({
    certificates: { a },
    workers: 1,
    script: "export default () => {};",
    files: { "big.bin": "" },
  });
  truncateSync(join(proxy.folder.path, "big.bin"), 1024 ** 3);
  using watch = new MemoryWatch(proxy.workers()[0]!);
  const format = "%{http_code} %{size_download}";
  const { stdout } = await run("curl", ["-sSk", "-o", "/dev/null", "-w", format, proxy.url("/big.bin")]);
  assert.equal(stdout, `200 ${1024 ** 3}`);
  assert.ok(watch.growth < GROWTH, String(watch));
});

test("fifty clients that read nothing cost no more than what is under way", async () => {
  await using proxy = await startHttps({
    certificates: { a },
    workers: 1,
    script: "export default () => {};",
    files: { "big.bin": "" },
  });
  truncateSync(join(proxy.folder.path, "big.bin"), 1024 ** 3);
  using watch = new MemoryWatch(proxy.workers()[0]!);
  const sockets = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const socket = await openTls(proxy.address, { authority });
      socket.pause();
      socket.write("GET /big.bin HTTP/1.1\r\nHost: a.example\r\n\r\n");
      return socket;
    }),
  );
  await untilStill("the worker's memory", () => Math.round(watch.growth / 1024 ** 2), 1000);
  // A chunk of the file and its ciphertext each, besides the worker's own.
  assert.ok(watch.growth < GROWTH, String(watch));
  for (const socket of sockets) socket.destroy();
});
