import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import test from "node:test";
import tls from "node:tls";
import { TestCertificate } from "../../support/certificates.ts";
import type { Lodestone } from "../../support/lodestone.ts";
import { type TlsClientOptions, tlsOptions } from "../../support/tls_client.ts";
import { until } from "../../support/until.ts";
import { startHttps } from "./https_proxy.ts";

const authority = await TestCertificate.create();
const a = await authority.issue({ names: ["a.example"] });
const b = await authority.issue({ names: ["b.example"] });

interface Visit {
  readonly resumed: boolean;
  /** Takes up this visit's session. */
  readonly session: Buffer;
  readonly answer: string;
}

/** A request over a connection of its own; waits for a session to take up later. */
async function visit(proxy: Lodestone, options: TlsClientOptions): Promise<Visit> {
  const { hostname, port } = new URL(proxy.address);
  const socket = tls.connect({ host: hostname, port: Number(port), ...tlsOptions(options) });
  let session: Buffer | undefined;
  let resumed = false;
  socket.once("secureConnect", () => {
    resumed = socket.isSessionReused();
  });
  socket.on("session", (given: Buffer) => {
    session = given;
  });
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    answer += text;
  });
  socket.write(`GET / HTTP/1.1\r\nHost: ${options.servername}\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  assert.match(answer, /^HTTP\/1\.1 200 OK/);
  return { resumed, session: session!, answer };
}

const script = "export default (request) => Response.json(request.client.tls);";

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  const options = { authority, servername: "a.example", minVersion: version, maxVersion: version };

  test(`sessions of ${version} go on at every worker, behind the end of all of them, and behind a reload`, async () => {
    await using proxy = await startHttps({ certificates: { b, a }, script, access: true });
    const first = await visit(proxy, options);
    assert.equal(first.resumed, false);
    assert.match(first.answer, /"resumed":false/);
    const { session } = first;
    const again = async (): Promise<void> => {
      const next = await visit(proxy, { ...options, session });
      assert.equal(next.resumed, true);
      assert.match(next.answer, /"resumed":true/);
      // A resumed session of TLS 1.2 has no name of its own (RFC 6066 section 3).
      assert.equal(/"serverName":"a\.example"/.test(next.answer), version === "TLSv1.3");
    };
    await until("both workers have answered", async () => {
      await again();
      const workers = proxy.log().filter(({ status }) => status === 200);
      return new Set(workers.map(({ pid }) => pid)).size === 2 || workers.length > 300;
    });
    const before = proxy.workers();
    for (const worker of before) process.kill(worker, "SIGKILL");
    await until("all workers are new ones", () => {
      const now = proxy.workers();
      return now.length === 2 && now.every((pid) => !before.includes(pid));
    });
    for (let i = 0; i < 10; i++) await again();
    process.kill(proxy.pid, "SIGHUP");
    await proxy.waitForLog(({ msg }) => msg === "reloaded");
    for (let i = 0; i < 10; i++) await again();
  });

  test(`sessions of ${version} are not taken up where client certificates have become required`, async () => {
    const own = await authority.issue({ name: "alice" });
    await using proxy = await startHttps({
      certificates: { a },
      script,
      files: { "ca.pem": authority.certificate },
    });
    const { session } = await visit(proxy, options);
    const config = `${proxy.folder.path}/lodestone.yaml`;
    const text = readFileSync(config, "utf8");
    proxy.folder.write(
      "lodestone.yaml",
      text.replace("tls:\n", "tls:\n  clientCertificates: require\n  clientAuthorities: ca.pem\n"),
    );
    process.kill(proxy.pid, "SIGHUP");
    await proxy.waitForLog(({ msg }) => msg === "reloaded");
    await assert.rejects(visit(proxy, { ...options, session }), "without a certificate");
    const shown = await visit(proxy, { ...options, session, own });
    assert.equal(shown.resumed, false);
    assert.match(shown.answer, /"subject":"CN=alice"/);
    // From then on a session keeps what its client has shown.
    const resumed = await visit(proxy, { ...options, own, session: shown.session });
    assert.equal(resumed.resumed, true);
    assert.match(resumed.answer, /"subject":"CN=alice".*"verified":true/);
  });

  test(`sessions of ${version} are not taken up with sessionTimeout: 0`, async () => {
    await using proxy = await startHttps({ certificates: { a }, script, tls: "sessionTimeout: 0s" });
    const { session } = await visit(proxy, options);
    const again = await visit(proxy, { ...options, ...(session === undefined ? {} : { session }) });
    assert.equal(again.resumed, false);
  });
}
