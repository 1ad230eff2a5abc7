import assert from "node:assert/strict";
import { renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { TestCertificate } from "../../support/certificates.ts";
import type { Lodestone } from "../../support/lodestone.ts";
import { openTls, tlsRequest } from "../../support/tls_client.ts";
import { until } from "../../support/until.ts";
import { startHttps } from "./https_proxy.ts";

const authority = await TestCertificate.create();
const names = ["a.example", "127.0.0.1"];

/** Serial number of the certificate that a new connection gets. */
async function serial(proxy: Lodestone, servername = "a.example"): Promise<string> {
  const socket = await openTls(proxy.address, { authority, servername });
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber.toLowerCase();
}

const serialOf = ({ x509 }: TestCertificate): string => x509.serialNumber.toLowerCase();

/** Every new connection, whichever worker it gets to. */
async function allGet(proxy: Lodestone, certificate: TestCertificate, servername?: string): Promise<boolean> {
  const got = await Promise.all(Array.from({ length: 8 }, () => serial(proxy, servername)));
  return got.every((number) => number === serialOf(certificate));
}

test("certificates are renewed under load: no request fails, and new handshakes get the new one within two seconds", async () => {
  const before = await authority.issue({ names });
  const other = await authority.issue({ names: ["b.example"] });
  await using proxy = await startHttps({ certificates: { a: before, b: other } });
  const agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  let isOver = false;
  let answers = 0;
  const clients = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status, text } = await tlsRequest(proxy.url("/"), {
        authority,
        servername: "a.example",
        agent,
      });
      assert.deepEqual([status, text], [200, "ok"]);
      answers++;
    }
  });
  try {
    for (const name of ["a.example", "b.example", "a.example"]) {
      const file = name[0]!;
      const next = await authority.issue({ names: [name, "127.0.0.1"] });
      proxy.folder.write(`${file}.pem`, next.certificate);
      // The key comes a little later; meanwhile the two don't fit.
      await sleep(700);
      proxy.folder.write(`${file}.key`, next.key);
      await until(`the new certificate of ${name} is served`, () => allGet(proxy, next, name), {
        timeout: 2000,
      });
    }
  } finally {
    isOver = true;
  }
  await Promise.all(clients);
  agent.destroy();
  assert.ok(answers > 100, `only ${answers} answers`);
  assert.deepEqual(
    proxy.log().filter(({ level }) => Number(level) >= 50),
    [],
  );
  const renewals = () => proxy.log().filter(({ msg }) => msg === "certificate renewed").length;
  await until("the log has told of all three", () => renewals() >= 3);
  assert.equal(renewals(), 3);
});

test("intermediates that were missing are served as soon as they are in the file", async () => {
  const intermediate = await authority.issue({ name: "intermediate", isAuthority: true });
  const made = await intermediate.issue({ names });
  await using proxy = await startHttps({ certificates: { a: made } });
  const [alone] = made.certificate.split(/(?<=-----END CERTIFICATE-----\n)/);
  const isTrusted = (): Promise<boolean> => serial(proxy).then(Boolean, () => false);
  assert.ok(await isTrusted());
  proxy.folder.write("a.pem", alone!);
  await until("the chain is incomplete", async () => !(await isTrusted()));
  proxy.folder.write("a.pem", made.certificate);
  await until("the chain is complete", isTrusted, { timeout: 3000 });
});

test("a renewal by changed symbolic links, as certbot makes it, is noticed", async () => {
  const before = await authority.issue({ names });
  const after = await authority.issue({ names });
  await using proxy = await startHttps({
    certificates: {},
    list: "[{ certificate: live/a/fullchain.pem, key: live/a/privkey.pem }]",
    files: {
      "archive/a/fullchain1.pem": before.certificate,
      "archive/a/privkey1.pem": before.key,
      "live/a/README": "",
    },
    link: {
      "live/a/fullchain.pem": "../../archive/a/fullchain1.pem",
      "live/a/privkey.pem": "../../archive/a/privkey1.pem",
    },
  });
  assert.equal(await serial(proxy), serialOf(before));
  const { path } = proxy.folder;
  proxy.folder.write("archive/a/fullchain2.pem", after.certificate);
  proxy.folder.write("archive/a/privkey2.pem", after.key);
  // The new files are as old as those that they take the place of.
  for (const name of ["fullchain", "privkey"]) {
    utimesSync(join(path, `archive/a/${name}2.pem`), 1, 1);
    symlinkSync(`../../archive/a/${name}2.pem`, join(path, "live/a/next"));
    renameSync(join(path, "live/a/next"), join(path, `live/a/${name}.pem`));
  }
  await until("the new certificate is served", () => allGet(proxy, after), { timeout: 2000 });
});

test("what is unfit never replaces what works, and is told once with its reason", async () => {
  const before = await authority.issue({ names });
  const stranger = await authority.issue({ names });
  await using proxy = await startHttps({ certificates: { a: before } });
  const refusals = () =>
    proxy.log().filter(({ msg }) => /cannot be used, the old one is served/.test(String(msg)));
  const unfit: [what: string, change: () => void, reason: RegExp][] = [
    [
      "a key of another certificate",
      () => proxy.folder.write("a.key", stranger.key),
      /a\.key: this is not the key of the certificate in/,
    ],
    ["no PEM", () => proxy.folder.write("a.pem", "hello\n"), /a\.pem: there is no certificate in PEM/],
    [
      "half a file",
      () => proxy.folder.write("a.pem", before.certificate.slice(0, 200)),
      /a\.pem: there is no certificate in PEM/,
    ],
    ["no file", () => rmSync(join(proxy.folder.path, "a.pem")), /a\.pem: there is no such file/],
  ];
  for (const [index, [what, change, reason]] of unfit.entries()) {
    change();
    await until(`${what} is refused`, () => refusals().length === index + 1);
    assert.match(String(refusals()[index]!.reason), reason);
    assert.ok(await allGet(proxy, before), what);
  }
  const after = await authority.issue({ names });
  after.write(proxy.folder, "a");
  await until("a good one is served", () => allGet(proxy, after), { timeout: 2000 });
  // A worker that comes later has the new one, too.
  const [worker] = proxy.workers();
  process.kill(worker!, "SIGKILL");
  await until(
    "the worker is replaced",
    () => proxy.workers().length === 2 && !proxy.workers().includes(worker!),
  );
  assert.ok(await allGet(proxy, after));
  assert.equal(refusals().length, unfit.length);
});

test("certificates that end soon, have ended or have not begun are served and warned of", async () => {
  const soon = await authority.issue({ names: ["soon.example"], to: 5.5 });
  const ended = await authority.issue({ names: ["ended.example"], from: -10, to: -1 });
  const later = await authority.issue({ names: ["later.example"], from: 1, to: 30 });
  const fine = await authority.issue({ names: ["fine.example"], to: 15 });
  await using proxy = await startHttps({ certificates: { soon, ended, later, fine } });
  const warnings = proxy.log().filter(({ level }) => level === 40);
  assert.deepEqual(
    warnings.map(({ msg, names: of }) => [msg, String(of)]),
    [
      ["certificate expires in 5 days", "soon.example"],
      ["certificate has expired", "ended.example"],
      ["certificate is not valid yet", "later.example"],
    ],
  );
});
