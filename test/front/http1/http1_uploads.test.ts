import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySink, BodySource } from "../../../core/http/body.ts";
import { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { answer, eventually, readBody, startFront } from "../start_front.ts";

function upload(length: number, extra = ""): string {
  return `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${extra}\r\n`;
}
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** Answers with the number of bytes of the body. */
function count(incoming: Incoming): void {
  readBody(incoming.body).then(
    (body) => answer(incoming, String(body.length)),
    (error) => answer(incoming, "", error.status),
  );
}

test("bodies of known length and in chunks arrive whole", async (t) => {
  const { connect } = await startFront(t, count);
  const client = await connect();
  client.send(upload(3_000_000) + "x".repeat(3_000_000));
  assert.equal((await client.response()).body, "3000000");
  client.send(`${CHUNKED}${`4000\r\n${"x".repeat(16_384)}\r\n`.repeat(100)}0\r\nT: 1\r\n\r\n`);
  assert.equal((await client.response()).body, "1638400");
  client.send(GET);
  assert.equal((await client.response()).body, "0");
});

test("a body that starts later has lost nothing, and meanwhile no more than a bounded part is read", async (t) => {
  let waiting: Incoming | undefined;
  const { connect } = await startFront(t, (incoming) => {
    waiting = incoming;
  });
  const client = await connect();
  client.send(upload(9_000_000) + "x".repeat(9_000_000));
  await eventually(() => waiting !== undefined, "the request");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(client.socket.writableLength > 0, "the server has read everything");
  count(waiting!);
  assert.equal((await client.response()).body, "9000000");
});

test("a sink that wants no more stops the client", async (t) => {
  let body: BodySource | undefined;
  let received = 0;
  const { connect } = await startFront(t, (incoming) => {
    body = incoming.body;
    body!.start({
      data: (chunk) => {
        received += chunk.length;
        return false;
      },
      end: () => answer(incoming, String(received)),
      fail: () => {},
    });
  });
  const client = await connect();
  client.send(upload(9_000_000) + "x".repeat(9_000_000));
  await eventually(() => received > 0, "the first bytes");
  const first = received;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(received, first);
  assert.ok(client.socket.writableLength > 0);
  while (received < 9_000_000) {
    body!.resume();
    await new Promise(setImmediate);
  }
  assert.equal((await client.response()).body, "9000000");
});

test("a sink may resume while it takes the chunk", async (t) => {
  let received = 0;
  const { connect } = await startFront(t, (incoming) => {
    incoming.body!.start({
      data: (chunk) => {
        received += chunk.length;
        incoming.body!.resume();
        return false;
      },
      end: () => answer(incoming, String(received)),
      fail: () => {},
    });
  });
  const client = await connect();
  client.send(`${CHUNKED}${"2\r\nab\r\n".repeat(1000)}0\r\n\r\n`);
  assert.equal((await client.response()).body, "2000");
});

test("100 Continue is sent when the body is first read, and only then", async (t) => {
  const waiting: Incoming[] = [];
  const { connect } = await startFront(t, (incoming) => {
    if (incoming.head.path === "/now") count(incoming);
    else waiting.push(incoming);
  });
  const client = await connect();
  client.send(upload(3, "Expect: 100-continue\r\n"));
  await eventually(() => waiting.length === 1, "the request");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(client.received, "");
  count(waiting[0]!);
  assert.equal((await client.response()).head, "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  assert.equal((await client.response()).body, "3");
  client.send(upload(3, "Expect: 100-continue\r\n").replace(" / ", " /now "));
  assert.equal((await client.response()).status, 100);
  client.send("abc");
  assert.equal((await client.response()).body, "3");
});

test("100 Continue is not sent to a client that did not wait", async (t) => {
  const { connect } = await startFront(t, count);
  const client = await connect();
  client.send(`${upload(3, "Expect: 100-continue\r\n")}abc`);
  assert.equal((await client.response()).status, 200);
});

test("a final answer instead of 100 Continue ends the connection", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, "no", 403));
  const client = await connect();
  client.send(upload(3, "Expect: 100-continue\r\n"));
  const { status, head } = await client.response();
  assert.equal(status, 403);
  assert.match(head, /Connection: close/);
  assert.equal(await client.rest(), "");
});

test("a small body nobody reads is thrown away and the connection goes on", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, incoming.head.method));
  const client = await connect();
  client.send(upload(50_000));
  assert.equal((await client.response()).body, "POST");
  client.send("x".repeat(50_000) + CHUNKED);
  assert.equal((await client.response()).body, "POST");
  client.send(`3\r\nabc\r\n0\r\n\r\n${GET}`);
  assert.equal((await client.response()).body, "GET");
});

test("what is thrown away is checked like a body", async (t) => {
  const { connect, outcomes } = await startFront(t, (incoming) => answer(incoming, "early"));
  const client = await connect();
  client.send(CHUNKED);
  assert.equal((await client.response()).body, "early");
  client.send(`xyz\r\n${GET}`);
  assert.equal(await client.rest(), "");
  assert.equal(outcomes.length, 1);
});

test("an endless body nobody reads ends the connection", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, "early"));
  const client = await connect();
  client.send(CHUNKED + `4000\r\n${"x".repeat(16_384)}\r\n`.repeat(20));
  assert.equal((await client.response()).body, "early");
  assert.equal(await client.rest(), "");
});

test("a client in the midst of a large upload gets to read the early answer", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, "no", 403));
  const client = await connect();
  client.send(upload(9_000_000));
  client.send("x".repeat(5_000_000));
  const { status, head } = await client.response();
  assert.equal(status, 403);
  assert.match(head, /Connection: close/);
  client.send("x".repeat(4_000_000));
  assert.equal(await client.rest(), "");
  assert.equal(client.error, undefined);
});

test("a client told 413 in the midst of chunks gets to read it", async (t) => {
  const { connect, outcomes } = await startFront(t, count, { body: 100_000 });
  const client = await connect();
  client.send(CHUNKED + `4000\r\n${"x".repeat(16_384)}\r\n`.repeat(200));
  const { status, head } = await client.response();
  assert.equal(status, 413);
  assert.match(head, /Connection: close/);
  assert.equal(await client.rest(), "");
  assert.equal(client.error, undefined);
  assert.equal(outcomes.length, 1);
});

test("a client that sends without end behind the last answer is cut off", async (t) => {
  const { connect, listener } = await startFront(t, (incoming) => answer(incoming, "no", 403));
  const client = await connect();
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${"x".repeat(20_000_000)}`);
  assert.equal((await client.response()).status, 403);
  await eventually(() => listener.connections === 0, "the connection is cut off");
});

test("a client that leaves in the midst of its body fails it", async (t) => {
  const errors: Error[] = [];
  for (const leave of ["end", "resetAndDestroy"] as const) {
    const { connect } = await startFront(t, (incoming) => {
      readBody(incoming.body).catch((error) => {
        errors.push(error);
        answer(incoming, "", 400);
      });
    });
    const client = await connect();
    client.send(`${upload(10)}abc`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.socket[leave]();
    await eventually(() => errors.length === 1, `the failure after ${leave}`);
    const error = errors.pop();
    assert.ok(error instanceof HttpError);
    assert.equal(error.code, leave === "end" ? "body_incomplete" : "client_closed");
    if (leave === "end") assert.match(await client.rest(), /^HTTP\/1\.1 400 /);
  }
});

test("a body that is still being read when its response is complete fails", async (t) => {
  const failures: Error[] = [];
  const { connect } = await startFront(t, (incoming) => {
    readBody(incoming.body).catch((error) => failures.push(error));
    answer(incoming, "early");
  });
  const client = await connect();
  client.send(`${upload(6)}abc`);
  assert.equal((await client.response()).body, "early");
  assert.equal((failures[0] as HttpError).code, "response_complete");
  client.send(`def${GET}`);
  assert.equal((await client.response()).body, "early");
});

test("what follows a broken body is no request, even if the answer came while it was read", async (t) => {
  const paths: string[] = [];
  const { connect } = await startFront(t, (incoming) => {
    paths.push(incoming.head.path);
    incoming.body?.start({
      data: () => {
        answer(incoming, "early");
        return true;
      },
      end: () => {},
      fail: () => {},
    });
  });
  const client = await connect();
  client.send(`${CHUNKED}1\r\na\r\nxyz\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
  assert.equal((await client.response()).body, "early");
  assert.equal(await client.rest(), "");
  assert.deepEqual(paths, ["/"]);
});

test("what follows a body that breaks after the response's head is no request", async (t) => {
  const paths: string[] = [];
  const { connect } = await startFront(t, (incoming) => {
    paths.push(incoming.head.path);
    let sink: BodySink | undefined;
    const late: BodySource = {
      length: undefined,
      start: (given) => {
        sink = given;
        given.data(Buffer.from("early"));
      },
      resume: () => {},
      cancel: () => {},
    };
    answer(incoming, late);
    readBody(incoming.body).catch(() => sink!.end());
  });
  const client = await connect();
  client.send(CHUNKED);
  await client.until(() => client.received.includes("early"), "the begin of the response");
  client.send("1\r\na\r\nxyz\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).body, "5\r\nearly\r\n0\r\n\r\n");
  assert.equal(await client.rest(), "");
  assert.deepEqual(paths, ["/"]);
});
