import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import type { BodySink, BodySource } from "../../../core/http/body.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { openTls } from "../../support/tls_client.ts";
import { until, untilStill } from "../../support/until.ts";
import { answer, readBody } from "../start_front.ts";
import { startTlsFront } from "./start_tls_front.ts";

const authority = await TestCertificate.create();
const certificates = [await authority.issue({ names: ["a.example", "127.0.0.1"] })];
const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

/** A body made of `chunk` again and again, as fast as it is taken. */
class EndlessBody implements BodySource {
  readonly length: number | undefined = undefined;
  sent = 0;
  isCancelled = false;
  readonly #chunk = Buffer.alloc(65_536, "x");
  #sink: BodySink | undefined;

  start(sink: BodySink): void {
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    setImmediate(() => {
      let wants = true;
      while (wants && !this.isCancelled) {
        this.sent += this.#chunk.length;
        wants = this.#sink!.data(this.#chunk);
      }
    });
  }

  cancel(): void {
    this.isCancelled = true;
  }
}

/** A body that breaks off. */
function brokenBody(text: string): BodySource {
  return {
    length: undefined,
    start: (sink) => {
      sink.data(Buffer.from(text));
      setTimeout(() => sink.fail(new Error("the backend has gone")), 50);
    },
    resume: () => {},
    cancel: () => {},
  };
}

for (const version of VERSIONS) {
  const options = { authority, minVersion: version, maxVersion: version };

  test(`an https URL in the request line is answered (${version})`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, incoming.head.path), {
      certificates,
    });
    const socket = await openTls(front.url, options);
    let received = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
    });
    socket.write("GET https://a.example/b HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
    await once(socket, "end");
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n.*\r\n\/b$/s);
  });

  test(`10 MB go up and down (${version})`, async (t) => {
    const front = await startTlsFront(
      t,
      async (incoming) => answer(incoming, await readBody(incoming.body)),
      { certificates, http: { body: 20_000_000 } },
    );
    const body = Buffer.alloc(10 * 1024 ** 2, "0123456789abcdef");
    const socket = await openTls(front.url, options);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.write(
      `POST / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    await once(socket, "end");
    const received = Buffer.concat(chunks);
    assert.ok(received.subarray(received.indexOf("\r\n\r\n") + 4).equals(body));
    await until("the exchange has ended", () => front.outcomes.length === 1);
    assert.deepEqual(front.outcomes, [{ bytes: body.length, error: undefined }]);
  });

  test(`a hundred requests in one packet are answered in their order (${version})`, async (t) => {
    const front = await startTlsFront(
      t,
      (incoming) => setImmediate(() => answer(incoming, incoming.head.path)),
      { certificates },
    );
    const socket = await openTls(front.url, options);
    let text = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      text += data;
    });
    socket.write(
      Array.from({ length: 100 }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: a.example\r\n\r\n`).join(""),
    );
    await until("the last answer has come", () => text.endsWith("/99"));
    assert.deepEqual(
      text.match(/^\/\d+/gm),
      Array.from({ length: 100 }, (_, i) => `/${i}`),
    );
    socket.destroy();
  });

  test(`a body that breaks off does not look complete (${version})`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, brokenBody("the first half")), {
      certificates,
    });
    for (const minor of [0, 1]) {
      const socket = await openTls(front.url, options);
      let text = "";
      let ended = false;
      socket.setEncoding("latin1").on("data", (data: string) => {
        text += data;
      });
      socket.on("end", () => {
        ended = true;
      });
      const failed = once(socket, "error") as Promise<[NodeJS.ErrnoException]>;
      socket.write(`GET / HTTP/1.${minor}\r\nHost: a.example\r\n\r\n`);
      const [error] = await failed;
      assert.equal(error.code, "ECONNRESET");
      assert.equal(ended, false, "an orderly end");
      assert.match(text, /the first half/);
    }
    await until("both exchanges are over", () => front.outcomes.length === 2);
    assert.ok(front.outcomes.every(({ error }) => error?.message === "the backend has gone"));
  });

  test(`a client that has ended its side gets its answer (${version})`, async (t) => {
    const front = await startTlsFront(t, (incoming) => setTimeout(() => answer(incoming, "late"), 200), {
      certificates,
    });
    const socket = await openTls(front.url, { ...options, allowHalfOpen: true });
    let text = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      text += data;
    });
    socket.end("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    await once(socket, "end");
    assert.match(text, /late$/);
    await until("the connection has gone", () => front.listener.connections === 0);
    assert.equal(front.outcomes[0]?.error, undefined);
  });

  test(`a slow reader holds the body back (${version})`, async (t) => {
    const bodies: EndlessBody[] = [];
    const front = await startTlsFront(
      t,
      (incoming) => {
        const body = new EndlessBody();
        bodies.push(body);
        answer(incoming, body);
      },
      { certificates },
    );
    const socket = await openTls(front.url, options);
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    await until("the body has begun", () => bodies.length === 1);
    const held = await untilStill("what has been sent", () => bodies[0]!.sent);
    assert.ok(held < 16 * 1024 ** 2, `${held} bytes were sent to a client that reads nothing`);
    socket.resume();
    await until("it goes on when the client reads", () => bodies[0]!.sent > held + 4 * 1024 ** 2);
    socket.destroy();
    await until("the body is told when the client leaves", () => bodies[0]!.isCancelled);
    await until("the connection has gone", () => front.listener.connections === 0);
  });

  test(`an early answer to a large upload arrives whole (${version})`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, "too much", 413), { certificates });
    const socket = await openTls(front.url, options);
    let text = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      text += data;
    });
    socket.write("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5000000\r\n\r\n");
    socket.write(Buffer.alloc(500_000));
    await until("the answer has come", () => text.endsWith("too much"));
    socket.destroy();
  });
}
