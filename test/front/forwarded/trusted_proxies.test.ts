import assert from "node:assert/strict";
import http2 from "node:http2";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { TrustedProxies } from "../../../core/front/forwarded/trusted_proxies.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { answer, startFront } from "../start_front.ts";

/** What a request says, and who its client is then. */
interface Row {
  readonly why: string;
  readonly fields: readonly string[];
  /** Address, and port unless it is 0. */
  readonly client: string;
  readonly tls?: boolean;
  readonly id?: string;
  /** What scripts and backends see of the fields; all of them unless given. */
  readonly left?: readonly string[];
}

/** The listener's peer in all these tests. */
const PEER = "127.0.0.1";

/** Answers with what the rest of the proxy would see. */
function tell(incoming: Incoming): void {
  const { client, head } = incoming;
  const { address, port, tls, via } = client;
  const seen = { address, port, tls, via, id: head.id, fields: head.fields.split("\r\n").slice(1, -1) };
  answer(incoming, JSON.stringify(seen));
}

async function check(t: TestContext, proxies: TrustedProxies, rows: readonly Row[]): Promise<void> {
  const front = await startFront(t, tell, {}, { proxies });
  for (const { why, fields, client, tls = false, id, left = fields } of rows) {
    await t.test(why, async () => {
      const connection = await front.connect();
      connection.send(`GET / HTTP/1.1\r\nHost: a\r\n${fields.map((each) => `${each}\r\n`).join("")}\r\n`);
      const { body } = await connection.response();
      const seen = JSON.parse(Buffer.from(body, "latin1").toString());
      connection.close();
      const named = client === "the peer" ? PEER : client;
      const port = client === "the peer" || seen.port === 0 ? "" : ` ${seen.port}`;
      assert.equal(`${seen.address}${port}`, named);
      assert.equal(seen.tls, tls, "tls");
      assert.equal(seen.id, id, "id");
      assert.deepEqual(seen.fields.toSorted(), [...left].toSorted(), "fields left");
      assert.equal(seen.via, client === "the peer" ? undefined : PEER, "via");
    });
  }
}

const xff = (...values: string[]): string[] => values.map((value) => `X-Forwarded-For: ${value}`);
const forwarded = (...values: string[]): string[] => values.map((value) => `Forwarded: ${value}`);

test("from a peer that is not trusted nothing is believed, and nothing is left", async (t) => {
  const rows: Row[] = [
    "X-Forwarded-For: 6.6.6.6",
    "x-forwarded-for: 6.6.6.6",
    "X-FORWARDED-FOR: 127.0.0.1",
    "X-Forwarded-For: 6.6.6.6, 10.0.0.1",
    "Forwarded: for=6.6.6.6;proto=https",
    "forwarded: for=6.6.6.6",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Port: 443",
    "X-Forwarded-Prefix: /evil",
    "X-Forwarded-Server: evil.example",
    "X-Forwarded-Ssl: on",
    "X-Forwarded-Scheme: https",
    "X-Forwarded: for=6.6.6.6",
    "X-Real-IP: 6.6.6.6",
    "X-Request-Id: chosen",
    "X_Forwarded_For: 6.6.6.6",
    "X-Forwarded_For: 6.6.6.6",
    "x_forwarded-proto: https",
    "X_Real_IP: 6.6.6.6",
    "X_Request_Id: chosen",
    "X.Forwarded.For: 6.6.6.6",
    "X-Forwarded-For:",
  ].map((field) => ({ why: field, fields: [field], client: "the peer", left: [] }));
  rows.push(
    {
      why: "what tells of nobody stays as it is",
      fields: ["X-Forward: a", "X-Request: b", "From: me@a.example", "X-Realip: c", "X-Forwardedfor: d"],
      client: "the peer",
    },
    {
      why: "among others, named in Connection, and repeated",
      fields: ["Accept: */*", ...xff("6.6.6.6", "7.7.7.7"), "Connection: X-Forwarded-For, close", "X-A: b"],
      client: "the peer",
      left: ["Accept: */*", "Connection: X-Forwarded-For, close", "X-A: b"],
    },
  );
  const nobody = new TrustedProxies({ trusted: [], header: "x-forwarded-for" });
  await t.test("nobody is trusted", (t) => check(t, nobody, rows));
  const others = new TrustedProxies({ trusted: ["10.0.0.0/8", "unix", "::/0"], header: "x-forwarded-for" });
  await t.test("others are trusted", (t) => check(t, others, rows));
});

test("a trusted proxy's X-Forwarded-For is read from its end, past trusted addresses and never beyond", async (t) => {
  const proxies = new TrustedProxies({
    trusted: ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"],
    header: "x-forwarded-for",
  });
  await check(t, proxies, [
    { why: "no field at all", fields: ["Accept: */*"], client: "the peer" },
    { why: "one address", fields: xff("192.0.2.1"), client: "192.0.2.1" },
    { why: "what the client has claimed before it", fields: xff("6.6.6.6, 192.0.2.1"), client: "192.0.2.1" },
    { why: "a trusted address claimed before it", fields: xff("10.0.0.9, 192.0.2.1"), client: "192.0.2.1" },
    { why: "past one trusted address", fields: xff("192.0.2.1, 10.0.0.1"), client: "192.0.2.1" },
    { why: "past several", fields: xff("6.6.6.6, 192.0.2.1, 10.0.0.1, 10.0.0.2"), client: "192.0.2.1" },
    { why: "all are trusted", fields: xff("10.0.0.3, 10.0.0.1"), client: "10.0.0.3" },
    { why: "two fields are one list", fields: xff("6.6.6.6, 192.0.2.1", "10.0.0.1"), client: "192.0.2.1" },
    { why: "two fields, the claim in the first", fields: xff("6.6.6.6", "192.0.2.1"), client: "192.0.2.1" },
    { why: "white space and none", fields: xff("6.6.6.6,192.0.2.1 ,\t10.0.0.1"), client: "192.0.2.1" },
    { why: "a port", fields: xff("192.0.2.1:567"), client: "192.0.2.1 567" },
    {
      why: "ports on the way",
      fields: xff("6.6.6.6:1, 192.0.2.1:567, 10.0.0.1:80"),
      client: "192.0.2.1 567",
    },
    { why: "IPv6", fields: xff("6.6.6.6, 2001:db8::1"), client: "2001:db8::1" },
    { why: "IPv6 in its one form", fields: xff("2001:DB8:0:0:0:0:0:1"), client: "2001:db8::1" },
    { why: "IPv6 in brackets", fields: xff("[2001:db8::1]"), client: "2001:db8::1" },
    { why: "IPv6 with a port", fields: xff("[2001:db8::1]:80"), client: "2001:db8::1 80" },
    { why: "past trusted IPv6", fields: xff("192.0.2.1, [2001:db8:1::9]:80"), client: "192.0.2.1" },
    { why: "IPv4 as IPv6", fields: xff("::ffff:192.0.2.1"), client: "192.0.2.1" },
    { why: "past trusted IPv4 as IPv6", fields: xff("192.0.2.1, ::ffff:10.0.0.1"), client: "192.0.2.1" },
    { why: "nonsense next to the peer", fields: xff("192.0.2.1, nonsense"), client: "the peer" },
    {
      why: "nonsense behind a trusted address",
      fields: xff("192.0.2.1, nonsense, 10.0.0.1"),
      client: "10.0.0.1",
    },
    { why: "nonsense before the client", fields: xff("nonsense, 192.0.2.1"), client: "192.0.2.1" },
    { why: "unknown", fields: xff("192.0.2.1, unknown"), client: "the peer" },
    {
      why: "unknown behind a trusted address",
      fields: xff("192.0.2.1, unknown, 10.0.0.1"),
      client: "10.0.0.1",
    },
    { why: "an obfuscated name", fields: xff("192.0.2.1, _hidden, 10.0.0.1"), client: "10.0.0.1" },
    { why: "an empty entry at the end", fields: xff("192.0.2.1,"), client: "the peer" },
    { why: "an empty entry on the way", fields: xff("192.0.2.1, , 10.0.0.1"), client: "10.0.0.1" },
    { why: "an empty field behind the list", fields: xff("192.0.2.1", ""), client: "the peer" },
    { why: "an empty field", fields: xff(""), client: "the peer" },
    { why: "only commas", fields: xff(",,,"), client: "the peer" },
    { why: "a Unix socket", fields: xff("192.0.2.1, unix"), client: "the peer" },
    { why: "leading zeros", fields: xff("192.0.2.1, 010.0.0.1"), client: "the peer" },
    { why: "three numbers", fields: xff("192.0.2.1, 10.0.1"), client: "the peer" },
    { why: "one number", fields: xff("192.0.2.1, 167772161"), client: "the peer" },
    { why: "a range", fields: xff("192.0.2.1, 10.0.0.0/8"), client: "the peer" },
    { why: "a zone", fields: xff("192.0.2.1, fe80::1%eth0"), client: "the peer" },
    { why: "quotes", fields: xff('192.0.2.1, "10.0.0.1"'), client: "the peer" },
    { why: "IPv4 in brackets", fields: xff("192.0.2.1, [10.0.0.1]"), client: "the peer" },
    { why: "a port too large", fields: xff("192.0.2.1, 10.0.0.1:65536"), client: "the peer" },
    { why: "no port behind the colon", fields: xff("192.0.2.1, 10.0.0.1:"), client: "the peer" },
    { why: "a bracket left open", fields: xff("192.0.2.1, [2001:db8:1::1"), client: "the peer" },
    { why: "two addresses without comma", fields: xff("192.0.2.1 10.0.0.1"), client: "the peer" },
    { why: "a semicolon for a comma", fields: xff("192.0.2.1; 10.0.0.1"), client: "the peer" },
    { why: "a space of another kind", fields: xff("192.0.2.1,\xa010.0.0.1"), client: "the peer" },
    {
      why: "as many trusted ones as are looked past",
      fields: xff(`192.0.2.1${", 10.0.0.1".repeat(31)}`),
      client: "192.0.2.1",
    },
    {
      why: "more than are looked past",
      fields: xff(`192.0.2.1${", 10.0.0.1".repeat(32)}`),
      client: "10.0.0.1",
    },
    {
      why: "another spelling beside it",
      fields: [...xff("192.0.2.1"), "X_Forwarded_For: 6.6.6.6"],
      client: "192.0.2.1",
      left: xff("192.0.2.1"),
    },
    {
      why: "Forwarded, which it may have let through",
      fields: [...xff("192.0.2.1"), "Forwarded: for=6.6.6.6;proto=https"],
      client: "192.0.2.1",
      left: xff("192.0.2.1"),
    },
    {
      why: "everything else that it may have let through",
      fields: [
        "X-Real-IP: 6.6.6.6",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Port: 1",
        "X-Forwarded-Prefix: /",
      ],
      client: "the peer",
      left: [],
    },
  ]);
});

test("a trusted proxy's Forwarded is read in the same way", async (t) => {
  const proxies = new TrustedProxies({
    trusted: ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"],
    header: "forwarded",
  });
  await check(t, proxies, [
    { why: "one element", fields: forwarded("for=192.0.2.1"), client: "192.0.2.1" },
    {
      why: "names in any case",
      fields: forwarded("FOR=192.0.2.1;Proto=HTTPS"),
      client: "192.0.2.1",
      tls: true,
    },
    { why: "past a trusted address", fields: forwarded("for=192.0.2.1, for=10.0.0.1"), client: "192.0.2.1" },
    {
      why: "what the client has claimed",
      fields: forwarded("for=6.6.6.6, for=192.0.2.1"),
      client: "192.0.2.1",
    },
    {
      why: "two fields",
      fields: forwarded("for=6.6.6.6, for=192.0.2.1", "for=10.0.0.1"),
      client: "192.0.2.1",
    },
    { why: "a port, quoted", fields: forwarded('for="192.0.2.1:567"'), client: "192.0.2.1 567" },
    { why: "an obfuscated port", fields: forwarded('for="192.0.2.1:_x"'), client: "the peer" },
    { why: "IPv6", fields: forwarded('for="[2001:db8::1]"'), client: "2001:db8::1" },
    {
      why: "IPv6 with a port",
      fields: forwarded('for="[2001:db8::1]:80";by=10.0.0.1'),
      client: "2001:db8::1 80",
    },
    { why: "quoted without need", fields: forwarded('for="192.0.2.1"'), client: "192.0.2.1" },
    { why: "escapes", fields: forwarded('for="192.0\\.2.1"'), client: "192.0.2.1" },
    {
      why: "the protocol of the client's element, not of another",
      fields: forwarded("for=6.6.6.6;proto=http, for=192.0.2.1;proto=https, for=10.0.0.1;proto=http"),
      client: "192.0.2.1",
      tls: true,
    },
    {
      why: "a protocol claimed before it",
      fields: forwarded("for=6.6.6.6;proto=https, for=192.0.2.1"),
      client: "192.0.2.1",
    },
    { why: "another protocol", fields: forwarded("for=192.0.2.1;proto=ftp"), client: "192.0.2.1" },
    {
      why: "white space, other parameters, no last one",
      fields: forwarded('host="a,b;c" ; by=_x ;\tfor=192.0.2.1 ;'),
      client: "192.0.2.1",
    },
    {
      why: "a comma in quotes",
      fields: forwarded('for=192.0.2.1;ext="x, for=6.6.6.6"'),
      client: "192.0.2.1",
    },
    {
      why: "a quote in quotes",
      fields: forwarded('for=192.0.2.1;ext="x\\", for=6.6.6.6"'),
      client: "192.0.2.1",
    },
    {
      why: "a backslash before the last quote",
      fields: forwarded('for=192.0.2.1;ext="x\\\\"'),
      client: "192.0.2.1",
    },
    {
      why: "a quote that the client has left open",
      fields: forwarded('for="6.6.6.6, for=192.0.2.1'),
      client: "192.0.2.1",
    },
    { why: "open in another field", fields: forwarded('for="6.6.6.6', "for=192.0.2.1"), client: "192.0.2.1" },
    {
      why: "a quote that would take in the element behind it",
      fields: forwarded('for="6.6.6.6, for=192.0.2.1;proto=http;ext="'),
      client: "the peer",
    },
    { why: "unknown", fields: forwarded("for=192.0.2.1, for=unknown"), client: "the peer" },
    {
      why: "an obfuscated name",
      fields: forwarded("for=192.0.2.1, for=_hidden, for=10.0.0.1"),
      client: "10.0.0.1",
    },
    { why: "an element without for", fields: forwarded("for=192.0.2.1, proto=https"), client: "the peer" },
    { why: "for twice", fields: forwarded("for=192.0.2.1;for=6.6.6.6"), client: "the peer" },
    { why: "for twice in other letters", fields: forwarded("for=192.0.2.1;For=6.6.6.6"), client: "the peer" },
    { why: "space around the equals sign", fields: forwarded("for = 192.0.2.1"), client: "the peer" },
    { why: "no value", fields: forwarded("for="), client: "the peer" },
    { why: "IPv6 without brackets", fields: forwarded('for="2001:db8::1"'), client: "the peer" },
    { why: "IPv6 without quotes", fields: forwarded("for=[2001:db8::1]"), client: "the peer" },
    { why: "a port without quotes", fields: forwarded("for=192.0.2.1:80"), client: "the peer" },
    { why: "only an address", fields: forwarded("192.0.2.1"), client: "the peer" },
    { why: "two values", fields: forwarded("for=192.0.2.1 for=6.6.6.6"), client: "the peer" },
    { why: "an empty element", fields: forwarded("for=192.0.2.1, ,"), client: "the peer" },
    { why: "a quote alone", fields: forwarded('"'), client: "the peer" },
    { why: "ten thousand backslashes", fields: forwarded(`for="${"\\".repeat(5_000)}"`), client: "the peer" },
    { why: "quotes without end", fields: forwarded('"'.repeat(5_001)), client: "the peer" },
    {
      why: "X-Forwarded-*, which it may have let through",
      fields: [...forwarded("for=192.0.2.1"), ...xff("6.6.6.6"), "X-Forwarded-Proto: https"],
      client: "192.0.2.1",
      left: forwarded("for=192.0.2.1"),
    },
  ]);
});

test("protocol and id of a trusted proxy", async (t) => {
  const proxies = new TrustedProxies({ trusted: [PEER], header: "x-forwarded-for" });
  const proto = (value: string): string => `X-Forwarded-Proto: ${value}`;
  const id = (value: string): string => `X-Request-Id: ${value}`;
  const from = xff("192.0.2.1");
  const client = "192.0.2.1";
  const left = from;
  await check(t, proxies, [
    { why: "https", fields: [...from, proto("https")], client, tls: true },
    { why: "https in other letters", fields: [...from, proto("HTTPS")], client, tls: true },
    { why: "http", fields: [...from, proto("http")], client },
    { why: "without an address", fields: [proto("https")], client: "the peer", tls: true },
    { why: "the last of a list", fields: [...from, proto("http, https")], client, tls: true, left },
    { why: "claimed before the last", fields: [...from, proto("https, http")], client, left },
    { why: "claimed in another field", fields: [...from, proto("https"), proto("http")], client, left },
    { why: "another protocol", fields: [...from, proto("wss")], client, left },
    { why: "quoted", fields: [...from, proto('"https"')], client, left },
    { why: "nothing", fields: [...from, proto("")], client, left },
    { why: "an id", fields: [...from, id("7f3a-b_1.c~d:e/f=@+")], client, id: "7f3a-b_1.c~d:e/f=@+" },
    { why: "an id without an address", fields: [id("a")], client: "the peer", id: "a" },
    { why: "an id of 128", fields: [id("x".repeat(128))], client: "the peer", id: "x".repeat(128) },
    { why: "an id of 129", fields: [id("x".repeat(129))], client: "the peer", left: [] },
    { why: "no id", fields: [id("")], client: "the peer", left: [] },
    { why: "two ids", fields: [id("a"), id("b")], client: "the peer", left: [] },
    { why: "an id twice", fields: [id("a"), id("a")], client: "the peer", left: [] },
    { why: "an id with a space", fields: [id("a b")], client: "the peer", left: [] },
    { why: "an id with markup", fields: [id("<script>")], client: "the peer", left: [] },
    { why: "an id with quotes", fields: [id('a"b')], client: "the peer", left: [] },
    { why: "an id above ASCII", fields: [id("\xe9")], client: "the peer", left: [] },
    { why: "an id by another spelling", fields: ["X_Request_Id: a"], client: "the peer", left: [] },
  ]);
});

test("each request of a connection is looked at by itself", async (t) => {
  const proxies = new TrustedProxies({ trusted: [PEER], header: "x-forwarded-for" });
  const front = await startFront(t, tell, {}, { proxies });
  const connection = await front.connect();
  for (const [fields, address] of [
    ["X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n", "192.0.2.1"],
    ["", PEER],
    ["X-Forwarded-For: 192.0.2.2\r\n", "192.0.2.2"],
  ]) {
    connection.send(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    const seen = JSON.parse((await connection.response()).body);
    assert.equal(seen.address, address);
    assert.equal(seen.tls, address === "192.0.2.1");
  }
});

test("the address that a PROXY header names is the one that is trusted, or not", async (t) => {
  const proxies = new TrustedProxies({ trusted: ["192.0.2.1"], header: "x-forwarded-for" });
  const spoken = { tls: false, http2: true, redirect: undefined, proxyProtocol: [PEER] };
  const front = await startFront(t, tell, {}, { proxies, spoken });
  const ask = async (source: string) => {
    const connection = await front.connect();
    connection.send(
      `PROXY TCP4 ${source} 198.51.100.1 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n${xff("203.0.113.5")[0]}\r\n\r\n`,
    );
    const { address, via } = JSON.parse((await connection.response()).body);
    return [address, via];
  };
  assert.deepEqual(await ask("192.0.2.1"), ["203.0.113.5", "192.0.2.1"]);
  assert.deepEqual(await ask("192.0.2.2"), ["192.0.2.2", undefined]);
});

test("HTTP/2 is no way round it", async (t) => {
  for (const [trusted, expected] of [
    [[], [PEER, false, null, []]],
    [[PEER], ["192.0.2.1", true, "chosen", ["x-forwarded-for", "x-forwarded-proto", "x-request-id"]]],
  ] as const) {
    const proxies = new TrustedProxies({ trusted, header: "x-forwarded-for" });
    const front = await startFront(t, tell, {}, { proxies });
    const { port } = front.listener.address as { port: number };
    const session = http2.connect(`http://127.0.0.1:${port}`);
    t.after(() => session.destroy());
    const stream = session.request({
      ":path": "/",
      "x-forwarded-for": "6.6.6.6, 192.0.2.1",
      "x-forwarded-proto": "https",
      "x-request-id": "chosen",
      "x-real-ip": "6.6.6.6",
      x_forwarded_for: "6.6.6.6",
      forwarded: "for=6.6.6.6",
    });
    const { address, tls, id = null, fields } = JSON.parse(await text(stream));
    const names = fields.map((line: string) => line.split(":")[0]!.toLowerCase()).toSorted();
    assert.deepEqual([address, tls, id, names], expected);
  }
});

test("only a trusted proxy may ask for an https URL without TLS", async (t) => {
  for (const [trusted, status] of [
    [[PEER], 200],
    [["10.0.0.0/8"], 421],
    [[], 421],
  ] as const) {
    const proxies = new TrustedProxies({ trusted: [...trusted], header: "x-forwarded-for" });
    const front = await startFront(t, tell, {}, { proxies });
    const connection = await front.connect();
    connection.send("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal((await connection.response()).status, status);
    connection.close();
  }
});
