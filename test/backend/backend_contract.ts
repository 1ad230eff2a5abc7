import assert from "node:assert/strict";
import type { Readable, Writable } from "node:stream";
import test from "node:test";
import type { Backend, BackendReceiver, BackendResponse } from "../../core/backend/backend.ts";
import type { BackendConfig } from "../../core/config/config.ts";
import { HttpError } from "../../core/http/http_error.ts";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";
import { bodyOf, RepeatedBody } from "./support/request_body.ts";
import { backendRequest, readBody, send, sendForHead } from "./support/send.ts";

/** A request as the application behind the backend sees it, whatever the protocol. */
export interface ApplicationRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
  /** Ends the connection without (the rest of) a response. */
  abort(): void;
  /** Sends the head; the body is what is written to the result. */
  respond(status: number, headers?: Record<string, string | string[]>): Writable;
}

/** The application of a contract test, reachable over the protocol under test. Ends with its scope. */
export interface ApplicationServer extends AsyncDisposable {
  /** A backend in front of it; closed together with the server. */
  backend(changes?: Partial<BackendConfig>): Backend;
  /** Connections open now. */
  readonly connections: number;
}

export type StartApplication = (handle: (request: ApplicationRequest) => void) => Promise<ApplicationServer>;

/** Receives what must never come. */
const NOBODY: BackendReceiver = {
  response: () => assert.fail("a cancelled call got a response"),
  failed: (error) => assert.fail(`a cancelled call failed: ${error}`),
};

const KILOBYTES_64 = Buffer.alloc(65_536, "0123456789abcdef");

/** What every protocol must show. `start` runs an application behind the protocol under test. */
export function backendContract(protocol: string, start: StartApplication): void {
  requests(protocol, start);
  responses(protocol, start);
  backpressure(protocol, start);
  failures(protocol, start);
  limits(protocol, start);
}

function requests(protocol: string, start: StartApplication): void {
  test(`${protocol}: method, target, fields and body reach the application`, async () => {
    await using server = await start(echo);
    const answer = await send(server.backend(), {
      method: "PATCH",
      target: "/a/b%20c?d=e&f",
      headers: [
        ["Host", "www.example.org:81"],
        ["X-Latin", "caf\xe9"],
      ],
      body: bodyOf("the body"),
    });
    assert.deepEqual(JSON.parse(answer.body!), {
      method: "PATCH",
      target: "/a/b%20c?d=e&f",
      host: "www.example.org:81",
      latin: "caf\xe9",
      body: "the body",
    });
  });

  test(`${protocol}: a body of unknown length arrives complete`, async () => {
    await using server = await start(echo);
    const answer = await send(server.backend(), { method: "POST", body: bodyOf("piece", { chunked: true }) });
    assert.equal(JSON.parse(answer.body!).body, "piece");
  });

  test(`${protocol}: a POST without a body arrives as an empty one`, async () => {
    await using server = await start(echo);
    const answer = await send(server.backend(), { method: "POST" });
    assert.equal(JSON.parse(answer.body!).body, "");
  });

  for (const [part, request] of Object.entries({
    target: { target: "/a HTTP/1.1\r\nX: y" },
    "target whose characters would become line ends": { target: "/\u010d\u010a" },
    method: { method: "GET /" },
    "field value": { headers: [["X-Name", "a\nb"]] as const },
    "field value that ends the head": { headers: [["X-Name", "a\r\n\r\nGET / HTTP/1.1"]] as const },
    "field value that brings framing": { headers: [["X-Name", "a\r\nTransfer-Encoding: chunked"]] as const },
    "field name": { headers: [["X Name", "a"]] as const },
    "field with NUL": { headers: [["X-Name", "a\0"]] as const },
  })) {
    test(`${protocol}: a request with an impossible ${part} fails with 500 and is never sent`, async () => {
      let received = 0;
      await using server = await start((request) => {
        received++;
        request.respond(200).end();
      });
      const backend = server.backend();
      await assert.rejects(send(backend, request), { status: 500, code: "invalid_backend_request" });
      assert.equal((await send(backend)).status, 200);
      assert.equal(received, 1);
    });
  }
}

function responses(protocol: string, start: StartApplication): void {
  test(`${protocol}: status, fields and body of the response arrive`, async () => {
    await using server = await start((request) => {
      request.respond(418, { "X-A": "b", "Set-Cookie": ["a=1", "b=2"] }).end("short and stout");
    });
    const answer = await send(server.backend());
    assert.equal(answer.status, 418);
    assert.equal(answer.headers.get("x-a"), "b");
    assert.deepEqual(answer.headers.getAll("set-cookie"), ["a=1", "b=2"]);
    assert.equal(answer.body, "short and stout");
    assert.equal(answer.bodyError, undefined);
  });

  test(`${protocol}: framing fields stay behind, the length is the body's`, async () => {
    await using server = await start((request) => request.respond(200, { "Content-Length": "3" }).end("abc"));
    const response = await sendForHead(server.backend());
    for (const name of ["content-length", "transfer-encoding", "connection", "keep-alive"]) {
      assert.equal(response.headers.has(name), false, name);
    }
    assert.equal(response.body?.length, 3);
    assert.equal((await readBody(response.body!)).body, "abc");
  });

  test(`${protocol}: an answer to HEAD has no body and tells the length`, async () => {
    await using server = await start((request) => request.respond(200, { "Content-Length": "5" }).end());
    const answer = await send(server.backend(), { method: "HEAD" });
    assert.equal(answer.body, undefined);
    assert.equal(answer.declaredLength, 5);
  });

  for (const status of [204, 304]) {
    test(`${protocol}: ${status} has no body`, async () => {
      await using server = await start((request) => request.respond(status).end());
      const answer = await send(server.backend());
      assert.equal(answer.status, status);
      assert.equal(answer.body, undefined);
    });
  }

  test(`${protocol}: the receiver gets the head before the body is there, and the body when it starts later`, async () => {
    let response: Writable | undefined;
    await using server = await start((request) => {
      response = request.respond(200);
      response.write("first ");
    });
    const { body } = await sendForHead(server.backend());
    response!.end("second");
    assert.deepEqual(await readBody(body!), { body: "first second", bodyError: undefined });
  });

  test(`${protocol}: the receiver is not called before send has returned`, async () => {
    await using server = await start((request) => request.respond(200).end());
    const backend = server.backend({ connections: 1, queue: 0 });
    const outcomes: string[] = [];
    const receiver = {
      response: () => outcomes.push("response"),
      failed: (error: HttpError) => outcomes.push(error.code),
    };
    backend.send(backendRequest(), receiver);
    backend.send(backendRequest(), receiver);
    backend.send(backendRequest({ target: "\n" }), receiver);
    assert.deepEqual(outcomes, []);
    await until("all have an outcome", () => outcomes.length === 3);
    assert.deepEqual(outcomes.sort(), ["backend_queue_full", "invalid_backend_request", "response"]);
  });
}

function backpressure(protocol: string, start: StartApplication): void {
  test(`${protocol}: 300 MB go up and 300 MB come down unharmed, in flat memory`, async () => {
    const count = 4800;
    await using server = await start((request) => {
      let length = 0;
      request.body.on("data", (chunk: Buffer) => {
        length += chunk.length;
      });
      request.body.on("end", () => {
        sendRepeatedly(request.respond(200, { "X-Received": String(length) }), KILOBYTES_64, count);
      });
    });
    const backend = server.backend();
    using memory = new ResidentMemory();
    const upload = new RepeatedBody(KILOBYTES_64, count);
    const response = await sendForHead(backend, { method: "PUT", body: upload });
    assert.equal(response.headers.get("x-received"), String(KILOBYTES_64.length * count));
    const { length, intact } = await checkPattern(response);
    assert.equal(length, KILOBYTES_64.length * count);
    assert.ok(intact, "the bytes are those sent");
    // Both ends live in this process, and V8 lets some 64 MB of buffers become garbage before it collects.
    assert.ok(memory.growth < 150 * 2 ** 20, `resident memory grew by ${memory.growth} bytes`);
  });

  test(`${protocol}: a receiver that pauses stops the server, and gets everything once it resumes`, async () => {
    const count = 1600;
    let written = 0;
    await using server = await start((request) => {
      sendRepeatedly(request.respond(200), KILOBYTES_64, count, () => {
        written++;
      });
    });
    const response = await sendForHead(server.backend());
    let length = 0;
    let ended = false;
    let paused = true;
    response.body!.start({
      data: (chunk) => {
        length += chunk.length;
        return !paused;
      },
      end: () => {
        ended = true;
      },
      fail: assert.fail,
    });
    const stopped = await still("chunks written", () => written);
    assert.ok(stopped < count, `the server could write all ${stopped} chunks`);
    assert.ok(length <= 131_072, `${length} bytes came after the first chunk was refused`);
    paused = false;
    response.body!.resume();
    await until("the body ends", () => ended);
    assert.equal(length, KILOBYTES_64.length * count);
  });

  test(`${protocol}: an application that does not read stops the request body`, async () => {
    let reading: Readable | undefined;
    await using server = await start((request) => {
      reading = request.body;
      request.body.on("end", () => request.respond(200).end());
    });
    const upload = new RepeatedBody(KILOBYTES_64, 1600);
    const answer = send(server.backend(), { method: "PUT", body: upload });
    await until("the request arrives", () => reading);
    const stopped = await still("chunks sent", () => upload.sent);
    assert.ok(stopped < 1600, `all ${stopped} chunks left`);
    reading!.resume();
    assert.equal((await answer).status, 200);
  });
}

function failures(protocol: string, start: StartApplication): void {
  test(`${protocol}: an application that ends the connection without an answer is a 502`, async () => {
    await using server = await start((request) => request.abort());
    await assert.rejects(send(server.backend()), { status: 502, code: "backend_closed" });
  });

  test(`${protocol}: a body that breaks off fails its sink`, async () => {
    await using server = await start((request) => {
      request.respond(200, { "Content-Length": "10" }).write("begin", () => request.abort());
    });
    const answer = await send(server.backend());
    assert.equal(answer.status, 200);
    assert.ok(answer.bodyError instanceof HttpError);
  });

  test(`${protocol}: no answer within responseTimeout is a 504`, async () => {
    await using server = await start(() => {});
    const backend = server.backend({ responseTimeout: 50 });
    await assert.rejects(send(backend), { status: 504, code: "backend_response_timeout" });
    await until("the connection is closed", () => server.connections === 0);
  });

  test(`${protocol}: a response body that stalls for idleTimeout fails its sink`, async () => {
    await using server = await start((request) => void request.respond(200).write("begin"));
    const answer = await send(server.backend({ idleTimeout: 50 }));
    assert.equal(answer.body, "begin");
    assert.equal((answer.bodyError as HttpError).code, "backend_idle_timeout");
    await until("the connection is closed", () => server.connections === 0);
  });

  test(`${protocol}: a response body nobody takes for idleTimeout is cut off`, async () => {
    await using server = await start((request) => void request.respond(200).write("begin"));
    const response = await sendForHead(server.backend({ idleTimeout: 50 }));
    await until("the connection is closed", () => server.connections === 0);
    const { bodyError } = await readBody(response.body!);
    assert.equal((bodyError as HttpError).code, "response_body_stalled");
  });

  test(`${protocol}: a request body that stalls for idleTimeout ends the exchange with 408`, async () => {
    await using server = await start((request) => request.body.resume());
    const body = new TestBody(10);
    const answer = send(server.backend({ idleTimeout: 50 }), { method: "POST", body });
    await assert.rejects(answer, { status: 408, code: "request_body_stalled" });
    assert.equal(body.cancelled, true);
    await until("the connection is closed", () => server.connections === 0);
  });

  test(`${protocol}: an application that takes nothing of a request body for idleTimeout is a 504`, async () => {
    await using server = await start(() => {});
    const body = new RepeatedBody(KILOBYTES_64, 1600);
    const answer = send(server.backend({ idleTimeout: 100 }), { method: "POST", body });
    await assert.rejects(answer, { status: 504, code: "backend_send_timeout" });
    assert.equal(body.cancelled, true);
  });

  test(`${protocol}: a request body that fails ends the exchange with its error, and the connection`, async () => {
    let began = false;
    await using server = await start((request) => {
      request.body.on("data", () => {
        began = true;
      });
      request.body.on("error", () => {});
    });
    const body = new TestBody(10);
    const answer = send(server.backend(), { method: "POST", body });
    await until("the body is wanted", () => body.sink);
    body.sink!.data(Buffer.from("half"));
    await until("half of it arrives", () => began);
    body.sink!.fail(new HttpError(400, "client_closed", "the client left"));
    await assert.rejects(answer, { status: 400, code: "client_closed" });
    await until("the connection is closed", () => server.connections === 0);
  });

  for (const [what, text] of [
    ["longer", "hello"],
    ["shorter", "h"],
  ] as const) {
    test(`${protocol}: a request body ${what} than it declared never passes for complete`, async () => {
      let complete = false;
      await using server = await start((request) => {
        request.body.on("error", () => {});
        request.body.resume().on("end", () => {
          complete = true;
        });
      });
      const body = new TestBody(4);
      const answer = send(server.backend(), { method: "POST", body });
      await until("the body is wanted", () => body.sink);
      body.sink!.data(Buffer.from(text));
      if (text.length < 4) body.sink!.end();
      await assert.rejects(answer, { status: 400, code: "request_body_failed" });
      await until("the connection is closed", () => server.connections === 0);
      assert.equal(complete, false);
    });
  }

  test(`${protocol}: cancelling before the answer closes the connection and the request body`, async () => {
    let arrived = false;
    await using server = await start((request) => {
      arrived = true;
      request.body.on("error", () => {});
    });
    const body = new TestBody(10);
    const call = server.backend().send(backendRequest({ method: "POST", body }), {
      ...NOBODY,
    });
    await until("the request arrives", () => arrived);
    call.cancel();
    call.cancel();
    assert.equal(body.cancelled, true);
    await until("the connection is closed", () => server.connections === 0);
  });

  test(`${protocol}: cancelling a response body closes the connection`, async () => {
    await using server = await start((request) => void request.respond(200).write("begin"));
    const response = await sendForHead(server.backend());
    response.body!.cancel();
    await until("the connection is closed", () => server.connections === 0);
  });
}

function limits(protocol: string, start: StartApplication): void {
  test(`${protocol}: requests beyond the connections wait, those beyond the queue get 503`, async () => {
    const held: ApplicationRequest[] = [];
    await using server = await start((request) => void held.push(request));
    const backend = server.backend({ connections: 2, queue: 3 });
    const answers = Array.from({ length: 5 }, (_, i) => send(backend, { target: `/${i}` }));
    await assert.rejects(send(backend), { status: 503, code: "backend_queue_full" });
    await until("two arrive", () => held.length === 2);
    assert.equal(server.connections, 2);
    const served: string[] = [];
    for (let i = 0; i < 5; i++) {
      const request = await until("the next arrives", () => held.shift());
      served.push(request.target);
      request.respond(200).end(request.target);
    }
    assert.deepEqual(
      (await Promise.all(answers)).map((answer) => answer.body),
      ["/0", "/1", "/2", "/3", "/4"],
    );
    assert.deepEqual(served.slice(2), ["/2", "/3", "/4"], "first come, first served");
    assert.ok(server.connections <= 2);
  });

  test(`${protocol}: a request that waits longer than connectTimeout gets 504`, async () => {
    await using server = await start(() => {});
    const backend = server.backend({ connections: 1, connectTimeout: 50 });
    const first = sendForHead(backend);
    first.catch(() => {});
    await assert.rejects(send(backend), { status: 504, code: "backend_queue_timeout" });
  });

  test(`${protocol}: a waiting request can be cancelled and is never sent`, async () => {
    const held: ApplicationRequest[] = [];
    await using server = await start((request) => void held.push(request));
    const backend = server.backend({ connections: 1 });
    const first = send(backend, { target: "/first" });
    const body = new TestBody(10);
    backend.send(backendRequest({ target: "/cancelled", method: "POST", body }), NOBODY).cancel();
    const third = send(backend, { target: "/third" });
    (await until("the first arrives", () => held.shift())).respond(200).end();
    await first;
    const next = await until("the next arrives", () => held.shift());
    assert.equal(next.target, "/third");
    next.respond(200).end();
    await third;
    assert.equal(body.cancelled, true);
    assert.equal(body.sink, undefined);
  });

  test(`${protocol}: close ends idle connections at once and lets a busy one finish`, async () => {
    const held: ApplicationRequest[] = [];
    await using server = await start((request) => {
      if (request.target === "/held") held.push(request);
      else request.respond(200).end();
    });
    const backend = server.backend();
    const busy = send(backend, { target: "/held" });
    await until("it arrives", () => held.length === 1);
    await send(backend, { target: "/quick" });
    backend.close();
    await until("the idle connection is closed", () => server.connections === 1);
    held[0]!.respond(200).end("finished");
    assert.equal((await busy).body, "finished");
    await until("the busy connection is closed", () => server.connections === 0);
  });
}

function echo(request: ApplicationRequest): void {
  const chunks: Buffer[] = [];
  request.body.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.body.on("end", () => {
    const { method, target, headers } = request;
    const body = Buffer.concat(chunks).toString("latin1");
    const seen = { method, target, host: headers.host, latin: headers["x-latin"], body };
    request.respond(200).end(Buffer.from(JSON.stringify(seen), "latin1"));
  });
}

/** Writes `chunk` `count` times, as fast as the other side reads. */
function sendRepeatedly(response: Writable, chunk: Buffer, count: number, written = () => {}): void {
  let left = count;
  const more = (): void => {
    while (left > 0) {
      left--;
      written();
      if (!response.write(chunk)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}

/** Reads a body made of `KILOBYTES_64`, pausing now and then, and compares it. */
function checkPattern(response: BackendResponse): Promise<{ length: number; intact: boolean }> {
  const twice = Buffer.concat([KILOBYTES_64, KILOBYTES_64]);
  let length = 0;
  let intact = true;
  let chunks = 0;
  return new Promise((resolve, reject) => {
    const body = response.body!;
    body.start({
      data: (chunk) => {
        const from = length % KILOBYTES_64.length;
        intact &&= chunk.equals(twice.subarray(from, from + chunk.length));
        length += chunk.length;
        if (++chunks % 8 !== 0) return true;
        setImmediate(() => body.resume());
        return false;
      },
      end: () => resolve({ length, intact }),
      fail: reject,
    });
  });
}

/** Most memory this process has used, above what it used at the beginning. Ends with its scope. */
class ResidentMemory implements Disposable {
  readonly #before = process.memoryUsage.rss();
  #peak = this.#before;
  readonly #timer = setInterval(() => this.#sample(), 5);

  get growth(): number {
    this.#sample();
    return this.#peak - this.#before;
  }

  #sample(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Waits until a count has stopped rising, and returns it. */
async function still(what: string, read: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  return await until(
    `${what} stop`,
    () => {
      const now = read();
      same = now === last && now > 0 ? same + 1 : 0;
      last = now;
      return same >= 10 ? now : undefined;
    },
    { every: 20 },
  );
}
