import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { Incoming } from "../../../core/http/incoming.ts";
import { FLAG, FRAME, frame, headerBlock, PREFACE, request, settings } from "../../support/http2_frames.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";
import { answer, eventually, readBody, startFront } from "../start_front.ts";
import { openRaw, openSession, portOf, send } from "./http2_client.ts";

const POST = { ":method": "POST" };
const OPEN = FLAG.endHeaders;

describe("requests of HTTP/2", () => {
  it("become heads like those of HTTP/1.1, without what HTTP/2 wraps around them", async (t) => {
    const seen: Incoming[] = [];
    const front = await startFront(t, (incoming) => {
      seen.push(incoming);
      answer(incoming, "hello");
    });
    const client = await openRaw(t, front.listener);
    client.request(1, [
      ...request({ ":path": "/a/./b%41?q=1", ":authority": "Example.org:8080" }),
      ["accept", "text/html"],
      ["cookie", "a=1"],
      ["cookie", "b=2"],
      ["te", "trailers"],
      ["x-twice", "1"],
      ["x-twice", "2"],
      ["lodestone-trace", "secret"],
    ]);
    assert.equal(await client.settled(), "200");
    const { head, body, upgrade } = seen[0]!;
    assert.deepEqual(
      [head.method, head.path, head.query, head.host, head.authority, head.trace, head.minorVersion],
      ["GET", "/a/bA", "q=1", "example.org", "Example.org:8080", "secret", 1],
    );
    assert.equal(
      head.fields,
      "host: Example.org:8080\r\naccept: text/html\r\nte: trailers\r\nx-twice: 1\r\nx-twice: 2\r\ncookie: a=1; b=2\r\n",
    );
    assert.deepEqual([body, upgrade, seen[0]!.client.address], [undefined, undefined, "127.0.0.1"]);
  });

  it("take Host in the place of :authority, and an asterisk with OPTIONS", async (t) => {
    const seen: string[] = [];
    const front = await startFront(t, (incoming) => {
      seen.push(`${incoming.head.method} ${incoming.head.path} ${incoming.head.host}`);
      answer(incoming, "");
    });
    const client = await openRaw(t, front.listener);
    client.request(1, [...request({ ":authority": undefined }), ["host", "example.net"]]);
    client.request(3, [...request({ ":method": "OPTIONS", ":path": "*" }), ["host", "EXAMPLE.org"]]);
    await client.settled(3);
    assert.deepEqual(seen, ["GET / example.net", "OPTIONS * example.org"]);
  });

  const refused: [what: string, fields: [string, string][], outcome: string][] = [
    ["no :method", request({ ":method": undefined }), "RST PROTOCOL_ERROR"],
    ["no :scheme", request({ ":scheme": undefined }), "RST PROTOCOL_ERROR"],
    ["no :path", request({ ":path": undefined }), "RST PROTOCOL_ERROR"],
    ["an empty :path", request({ ":path": "" }), "RST PROTOCOL_ERROR"],
    ["two :method", [[":method", "GET"], ...request()], "RST PROTOCOL_ERROR"],
    ["two :path", [[":path", "/"], ...request()], "RST PROTOCOL_ERROR"],
    ["two :authority", [[":authority", "example.org"], ...request()], "RST PROTOCOL_ERROR"],
    ["a pseudo field of responses", [[":status", "200"], ...request()], "RST PROTOCOL_ERROR"],
    ["an unknown pseudo field", [[":protocol", "websocket"], ...request()], "RST PROTOCOL_ERROR"],
    ["a pseudo field behind others", [["x", "y"], ...request()], "RST PROTOCOL_ERROR"],
    ["a method that is no token", request({ ":method": "GE T" }), "RST PROTOCOL_ERROR"],
    ["an absolute :path", request({ ":path": "http://example.org/" }), "RST PROTOCOL_ERROR"],
    ["an asterisk without OPTIONS", request({ ":path": "*" }), "RST PROTOCOL_ERROR"],
    ["a space in :path", request({ ":path": "/a b" }), "RST PROTOCOL_ERROR"],
    ["a line break in :path", request({ ":path": "/a\r\nx: y" }), "RST PROTOCOL_ERROR"],
    ["another scheme", request({ ":scheme": "ftp" }), "RST PROTOCOL_ERROR"],
    ["upper case in a name", [...request(), ["X-Upper", "1"]], "RST PROTOCOL_ERROR"],
    ["connection", [...request(), ["connection", "close"]], "RST PROTOCOL_ERROR"],
    ["keep-alive", [...request(), ["keep-alive", "1"]], "RST PROTOCOL_ERROR"],
    ["proxy-connection", [...request(), ["proxy-connection", "close"]], "RST PROTOCOL_ERROR"],
    ["transfer-encoding", [...request(), ["transfer-encoding", "chunked"]], "RST PROTOCOL_ERROR"],
    ["upgrade", [...request(), ["upgrade", "h2c"]], "RST PROTOCOL_ERROR"],
    ["te with more than trailers", [...request(), ["te", "gzip"]], "RST PROTOCOL_ERROR"],
    ["two host", [...request(), ["host", "example.org"], ["host", "example.org"]], "RST PROTOCOL_ERROR"],
    ["white space before a value", [...request(), ["x", " y"]], "RST PROTOCOL_ERROR"],
    ["white space behind a value", [...request(), ["x", "y\t"]], "RST PROTOCOL_ERROR"],
    ["content-length that is no number", [...request(), ["content-length", "+1"]], "RST PROTOCOL_ERROR"],
    [
      "two content-length",
      [...request(), ["content-length", "0"], ["content-length", "0"]],
      "RST PROTOCOL_ERROR",
    ],
    ["content-length without a body", [...request(), ["content-length", "1"]], "RST PROTOCOL_ERROR"],
    ["neither :authority nor host", request({ ":authority": undefined }), "RST PROTOCOL_ERROR"],
    ["userinfo in :authority", request({ ":authority": "a@example.org" }), "RST PROTOCOL_ERROR"],
    ["an empty :authority", request({ ":authority": "" }), "RST PROTOCOL_ERROR"],
    ["a host that differs", [...request(), ["host", "example.net"]], "400"],
    ["an encoded NUL in :path", request({ ":path": "/%00" }), "400"],
    ["a path above the root", request({ ":path": "/../x" }), "400"],
    ["a fragment in :path", request({ ":path": "/#x" }), "RST PROTOCOL_ERROR"],
    ["authorization twice", [...request(), ["authorization", "a"], ["authorization", "b"]], "400"],
    [
      "CONNECT",
      [
        [":method", "CONNECT"],
        [":authority", "example.org:443"],
      ],
      "501",
    ],
    ["an expectation nobody knows", [...request(), ["expect", "wonders"]], "417"],
    ["a long path", request({ ":path": `/${"x".repeat(2000)}` }), "414"],
    ["a large head", [...request(), ["x", "y".repeat(8000)]], "431"],
    [
      "many fields",
      [...request(), ...Array.from({ length: 51 }, (_, i): [string, string] => [`x${i}`, "y"])],
      "431",
    ],
  ];
  for (const [what, fields, outcome] of refused) {
    it(`with ${what}: ${outcome}, and the session goes on`, async (t) => {
      const front = await startFront(t, (incoming) => answer(incoming, "hello"));
      const client = await openRaw(t, front.listener);
      client.request(1, fields);
      assert.equal(await client.settled(1), outcome);
      client.request(3, request());
      assert.equal(await client.settled(3), "200");
      assert.equal(front.outcomes.length, 1);
    });
  }

  it("that are refused are told of, with method and path", async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, "hello"));
    const client = await openRaw(t, front.listener);
    client.request(1, [...request({ ":path": "/there?x" }), ["host", "example.net"]]);
    await client.settled(1);
    client.request(3, [...request({ ":path": "/%zz" })]);
    await client.settled(3);
    assert.deepEqual(
      front.refused.map(({ error, method, path }) => [error.status, method, path]),
      [
        [400, "GET", "/there"],
        [400, "GET", ""],
      ],
    );
  });

  it("whose values hold NUL, CR or LF never reach anybody as they are", async (t) => {
    const heads: string[] = [];
    const front = await startFront(t, (incoming) => {
      heads.push(incoming.head.fields);
      answer(incoming, "hello");
    });
    const client = await openRaw(t, front.listener);
    for (const [index, value] of ["a\0b", "a\rb", "a\nb", "a\r\nx-evil: 1", "\x7f"].entries())
      client.request(1 + 2 * index, [...request(), ["x", value]]);
    await client.answers();
    for (const fields of heads) assert.equal(fields, "host: example.org\r\n");
  });
});

describe("bodies of requests of HTTP/2", () => {
  it("come whole, with their length when it was told", async (t) => {
    const front = await startFront(t, async (incoming) => {
      const body = await readBody(incoming.body);
      answer(incoming, `${incoming.body?.length} ${body.length}`);
    });
    const session = await openSession(t, front.listener);
    const body = Buffer.alloc(1_000_000, "x");
    const unsized = await send(session, { ":method": "POST" }, body);
    assert.equal(unsized.body.toString(), "undefined 1000000");
    const sized = await send(session, { ":method": "POST", "content-length": 1_000_000 }, body);
    assert.equal(sized.body.toString(), "1000000 1000000");
    const empty = await send(session, { ":method": "POST", "content-length": 0 }, "");
    assert.equal(empty.body.toString(), "undefined 0");
  });

  it("are sent no faster than they are taken: the window holds the client", async (t) => {
    let incoming: Incoming | undefined;
    const front = await startFront(t, (received) => {
      incoming = received;
    });
    const client = await openRaw(t, front.listener);
    client.request(1, request(POST), OPEN);
    for (let i = 0; i < 16; i++) client.write(frame(FRAME.data, 0, 1, Buffer.alloc(16_384)));
    await client.answers();
    const updates = () =>
      client.frames.filter(({ type, stream }) => type === FRAME.windowUpdate && stream === 1).length;
    assert.equal(updates(), 0);
    const taken = readBody(incoming!.body);
    await eventually(() => updates() > 0, "the window opens");
    client.write(frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(16_384)));
    assert.equal((await taken).length, 17 * 16_384);
  });

  it("above the limit get 413, told or counted", async (t) => {
    const front = await startFront(
      t,
      async (incoming) => {
        const error = await readBody(incoming.body).then(
          () => undefined,
          (reason: { status: number }) => reason.status,
        );
        answer(incoming, "", error ?? 200);
      },
      { body: 10_000 },
    );
    const session = await openSession(t, front.listener);
    const body = Buffer.alloc(200_000);
    assert.equal((await send(session, { ":method": "POST", "content-length": 200_000 }, body)).status, 413);
    assert.equal((await send(session, { ":method": "POST" }, body)).status, 413);
    assert.equal((await send(session, { ":method": "POST" }, "small")).status, 200);
  });

  it("that differ from content-length reset the stream and fail", async (t) => {
    const errors: unknown[] = [];
    const front = await startFront(t, (incoming) => {
      readBody(incoming.body).then(
        () => answer(incoming, "whole"),
        (error) => errors.push(error),
      );
    });
    const client = await openRaw(t, front.listener);
    const fields: [string, string][] = [...request(POST), ["content-length", "5"]];
    client.request(1, fields, OPEN);
    client.write(frame(FRAME.data, FLAG.endStream, 1, "four"));
    client.request(3, fields, OPEN);
    client.write(frame(FRAME.data, FLAG.endStream, 3, "sixsix"));
    assert.equal(await client.settled(1), "RST PROTOCOL_ERROR");
    assert.equal(await client.settled(3), "RST PROTOCOL_ERROR");
    await eventually(() => errors.length === 2, "both bodies fail");
  });

  it("that are cut off by a reset fail, and so does the exchange", async (t) => {
    for (const code of [0, 8]) {
      const errors: { code: string }[] = [];
      const front = await startFront(t, (incoming) => {
        readBody(incoming.body).catch((error) => errors.push(error));
      });
      const client = await openRaw(t, front.listener);
      client.request(1, request(POST), OPEN);
      client.write(frame(FRAME.data, 0, 1, "part"));
      await client.answers();
      client.write(frame(FRAME.reset, 0, 1, Buffer.from([0, 0, 0, code])));
      await eventually(() => front.outcomes.length === 1, "the exchange ends");
      assert.deepEqual([errors[0]?.code, front.outcomes[0]?.error], ["client_closed", errors[0]]);
    }
  });

  it("are announced by 100 Continue when the client waits for it", async (t) => {
    const front = await startFront(t, async (incoming) => answer(incoming, await readBody(incoming.body)));
    const session = await openSession(t, front.listener);
    const stream = session.request({ ":method": "POST", expect: "100-continue" });
    const body: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => body.push(chunk));
    await once(stream, "continue");
    stream.end("now");
    await once(stream, "end");
    assert.equal(Buffer.concat(body).toString(), "now");
  });

  it("may have trailers, which go no further", async (t) => {
    const front = await startFront(t, async (incoming) => answer(incoming, await readBody(incoming.body)));
    const client = await openRaw(t, front.listener);
    client.request(1, request(POST), OPEN);
    client.write(
      frame(FRAME.data, 0, 1, "body"),
      frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, headerBlock([["x-trailer", "1"]])),
    );
    assert.equal(await client.settled(1), "200");
    await eventually(() => client.ended(1), "the response ends");
    assert.equal(client.body(1).toString(), "body");
  });

  it("of a client that stands still get 408", async (t) => {
    const front = await startFront(
      t,
      (incoming) => {
        readBody(incoming.body).catch((error) => answer(incoming, "", error.status));
      },
      { idleTimeout: 150 },
    );
    const client = await openRaw(t, front.listener);
    client.request(1, request(POST), OPEN);
    client.write(frame(FRAME.data, 0, 1, "part"));
    assert.equal(await client.settled(1), "408");
  });

  it("that come in drops below the minimum rate get 408", async (t) => {
    const front = await startFront(
      t,
      (incoming) => {
        readBody(incoming.body).catch((error) => answer(incoming, "", error.status));
      },
      { idleTimeout: 200, minimumRate: 1000 },
    );
    const client = await openRaw(t, front.listener);
    client.request(1, request(POST), OPEN);
    const drip = setInterval(() => client.write(frame(FRAME.data, 0, 1, "x")), 50);
    t.after(() => clearInterval(drip));
    assert.equal(await client.settled(1), "408");
  });
});

describe("the preface of HTTP/2 without TLS", () => {
  it("is met in pieces, byte by byte", async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, "hello"));
    const client = await RawHttp2.connect(portOf(front.listener));
    t.after(() => client.socket.destroy());
    client.acknowledges = false;
    for (const byte of Buffer.concat([PREFACE, settings()])) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.request(1, request());
    assert.equal(await client.settled(1), "200");
  });

  it("may have everything behind it in one packet, a long body among it", async (t) => {
    const front = await startFront(t, async (incoming) => answer(incoming, await readBody(incoming.body)));
    const client = await RawHttp2.connect(portOf(front.listener));
    t.after(() => client.socket.destroy());
    const data = Array.from({ length: 4 }, () => frame(FRAME.data, 0, 1, Buffer.alloc(16_000, "x")));
    client.write(PREFACE, settings(), frame(FRAME.headers, OPEN, 1, headerBlock(request(POST))));
    client.write(...data, frame(FRAME.data, FLAG.endStream, 1, "end"));
    await eventually(() => client.ended(1), "the response ends");
    assert.equal(client.body(1).length, 64_003);
  });

  it("is refused behind a request of HTTP/1", async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, "hello"));
    const client = await front.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(() => client.received.endsWith("hello"), "the first answer");
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert.match(await client.rest(), /HTTP\/1\.1 505 /);
  });

  it("is refused where HTTP/2 is not spoken", async (t) => {
    const spoken = { tls: false, http2: false, redirect: undefined, proxyProtocol: [] };
    const front = await startFront(t, (incoming) => answer(incoming, "hello"), {}, { spoken });
    const client = await front.connect();
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert.match(await client.rest(), /^HTTP\/1\.1 505 /);
  });

  it("that goes on otherwise ends the connection", async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, "hello"));
    const client = await RawHttp2.connect(portOf(front.listener));
    client.write(Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"));
    await eventually(() => client.closed, "the connection ends");
    await eventually(() => front.listener.connections === 0, "nothing is left");
  });
});
