import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outcome } from "../support/compare.ts";
import { Guest, letters, requestEvent } from "../support/guest.ts";

type ResponseClass = typeof globalThis.Response;
type OwnResponse = Response & { textStream(): ReadableStream<string> };

/** Node's classes, or the guest's. */
interface Classes {
  readonly Response: ResponseClass;
  readonly ReadableStream: typeof ReadableStream;
}

function own(guest = new Guest()): Classes {
  const streams = guest.streams() as unknown as { ReadableStream: typeof ReadableStream };
  return { Response: guest.Response as unknown as ResponseClass, ReadableStream: streams.ReadableStream };
}

/** A source of some pieces. */
const pieces = (...all: unknown[]) => ({
  start(controller: ReadableStreamDefaultController) {
    for (const piece of all) controller.enqueue(piece);
    controller.close();
  },
});
const bytes = (text: string) => new TextEncoder().encode(text);

async function all(stream: ReadableStream<unknown>): Promise<unknown[]> {
  const pieces: unknown[] = [];
  for await (const piece of stream) pieces.push(piece instanceof Uint8Array ? [...piece] : piece);
  return pieces;
}

const state = (response: Response) => [response.bodyUsed, response.body?.locked];

const METHODS = ["text", "json", "bytes", "arrayBuffer", "blob", "formData"] as const;
const CASES: Record<string, (classes: Classes) => unknown> = {
  ...Object.fromEntries(
    METHODS.map((method) => [
      `${method}() of an empty body`,
      async ({ Response: R }: Classes) => {
        const response = new R(null);
        const first = await outcome(() => response[method]());
        return [typeof first, "threw" in (first as object), response.bodyUsed];
      },
    ]),
  ),
  ...Object.fromEntries(
    METHODS.map((method) => [
      `${method}() twice`,
      async ({ Response: R }: Classes) => {
        const response = new R("1");
        await outcome(() => response[method]());
        return [await outcome(() => response[method]()), state(response)];
      },
    ]),
  ),
  "json of no JSON": async ({ Response: R }) => {
    const response = new R("{");
    return [await outcome(() => response.json()), response.bodyUsed];
  },
  "json with a byte order mark": ({ Response: R }) => new R("\ufeff[1]").json(),
  "text of bytes with a byte order mark": ({ Response: R }) =>
    new R(new Uint8Array([0xef, 0xbb, 0xbf, 97])).text(),
  "text of malformed bytes": ({ Response: R }) => new R(new Uint8Array([0xff, 0xc3, 97])).text(),
  "bytes keep the byte order mark": async ({ Response: R }) => [...(await new R("\ufeffa").bytes())],
  "bytes are a copy": async ({ Response: R }) => {
    const given = bytes("abc");
    const response = new R(given);
    given[0] = 120;
    return response.text();
  },
  "the body of null": ({ Response: R }) => new R(null).body,
  "the body twice": ({ Response: R }) => {
    const response = new R("a");
    const { body } = response;
    return response.body === body;
  },
  "the body of an empty text": async ({ Response: R }) => all(new R("").body!),
  "the body read piece by piece": async ({ Response: R }) => {
    const response = new R("abc");
    const before = state(response);
    return [before, await all(response.body!), state(response)];
  },
  "the body after text()": async ({ Response: R }) => {
    const response = new R("abc");
    await response.text();
    return [state(response), await outcome(() => response.body!.getReader())];
  },
  "text() after the body was asked for": async ({ Response: R }) => {
    const response = new R("abc");
    const { body } = response;
    return [await response.text(), body!.locked, state(response)];
  },
  "text() while a reader has the body": async ({ Response: R }) => {
    const response = new R("abc");
    const reader = response.body!.getReader();
    const locked = await outcome(() => response.text());
    reader.releaseLock();
    return [locked, await response.text()];
  },
  "text() after a piece was read": async ({ Response: R }) => {
    const response = new R("abc");
    const reader = response.body!.getReader();
    await reader.read();
    reader.releaseLock();
    return [state(response), await outcome(() => response.text())];
  },
  "text() after the body was canceled": async ({ Response: R }) => {
    const response = new R("abc");
    await response.body!.cancel();
    return [state(response), await outcome(() => response.text())];
  },
  "a body with a reader's own buffer": async ({ Response: R }) => {
    const reader = new R("abc").body!.getReader({ mode: "byob" });
    const read: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const { done, value } = await reader.read(new Uint8Array(2));
      read.push([done, [...value!]]);
    }
    return read;
  },
  "textStream()": async ({ Response: R }) => {
    const response = new R("gr\u00fc\u00dfe") as OwnResponse;
    const text = response.textStream();
    return [await all(text), state(response), await outcome(() => response.textStream())];
  },
  "textStream() of null": async ({ Response: R }) => all((new R(null) as OwnResponse).textStream()),
  "a stream as body": async ({ Response: R, ReadableStream: S }) => {
    const stream = new S(pieces(bytes("ab"), bytes("c")));
    const response = new R(stream);
    return [response.body === stream, [...response.headers], await response.text(), stream.locked];
  },
  "a stream of text as body": async ({ Response: R, ReadableStream: S }) =>
    outcome(() => new R(new S(pieces("ab"))).text()),
  "a failing stream as body": async ({ Response: R, ReadableStream: S }) =>
    outcome(() => new R(new S({ pull: (c) => c.error(new RangeError("no")) })).bytes()),
  "a locked stream as body": ({ Response: R, ReadableStream: S }) => {
    const stream = new S();
    stream.getReader();
    return outcome(() => new R(stream));
  },
  "a stream that was read as body": async ({ Response: R, ReadableStream: S }) => {
    const stream = new S({ start: (c) => c.enqueue(bytes("ab")) });
    const reader = stream.getReader();
    await reader.read();
    reader.releaseLock();
    return outcome(() => new R(stream));
  },
  "the body of a response as body of another": async ({ Response: R }) => {
    const first = new R("abc", { headers: { a: "b" } });
    const second = new R(first.body, first);
    const before = [first.bodyUsed, second.bodyUsed, first.body === second.body];
    return [before, await second.text(), first.bodyUsed, [...second.headers]];
  },
  "the body of a response that was read": async ({ Response: R }) => {
    const first = new R("abc");
    await first.text();
    return outcome(() => new R(first.body));
  },
  "a clone": async ({ Response: R }) => {
    const first = new R("abc");
    const second = first.clone();
    return [await first.text(), second.bodyUsed, await second.text()];
  },
  "a clone of a body asked for": async ({ Response: R }) => {
    const first = new R("abc");
    const { body } = first;
    const second = first.clone();
    return [body!.locked, await second.text(), await first.text()];
  },
  "a clone of a stream": async ({ Response: R, ReadableStream: S }) => {
    const first = new R(new S(pieces(bytes("abc"))));
    const second = first.clone();
    return [first.bodyUsed, await first.text(), second.bodyUsed, await second.text()];
  },
  "a clone while a reader has the body": ({ Response: R }) => {
    const response = new R("abc");
    response.body!.getReader();
    return outcome(() => response.clone());
  },
  "a form": async ({ Response: R }) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return [...(await new R("a=1&b=%20", { headers }).formData())];
  },
  "a form of no form's type": ({ Response: R }) => outcome(() => new R("a=1").formData()),
  "a Blob": async ({ Response: R }) => {
    const blob = await new R("abc", { headers: { "content-type": "text/HTML" } }).blob();
    return [blob.size, blob.type, await blob.text()];
  },
  "a Blob without a type": async ({ Response: R }) => (await new R(bytes("abc")).blob()).type,
  "a method on something else": ({ Response: R }) => outcome(() => R.prototype.text.call({} as never)),
};

describe("a body is what Node's is:", () => {
  for (const [name, use] of Object.entries(CASES)) {
    test(name, async () => {
      assert.deepEqual(await use(own()), await use({ Response, ReadableStream }));
    });
  }
});

type Handled = InstanceType<Guest["Request"]>;

/** A guest whose handler never answers by itself, with the request of the event. */
function begin(event: string): { guest: Guest; request: Handled } {
  const guest = new Guest();
  let request: Handled | undefined;
  guest.handle((incoming) => {
    request = incoming;
    return new Promise(() => {});
  });
  guest.enter(event);
  return { guest, request: request! };
}

const POST = { method: "POST", hasBody: true };

test("a client's body is read on the host, and only once", async () => {
  const { guest, request } = begin(requestEvent(3, "/", POST));
  const text = request.text();
  assert.equal(request.bodyUsed, true);
  const [read] = guest.enter();
  assert.deepEqual(read, { letter: "t", numbers: [1, 3, 0, 0], texts: [] });
  guest.enter("T1\n\ufeffabc");
  assert.equal(await text, "abc");
  await assert.rejects(request.text(), TypeError);
});

test("a request without a body reads as empty, as often as it likes", async () => {
  const { guest, request } = begin(requestEvent(3));
  assert.deepEqual([await request.text(), await request.text(), request.body], ["", "", null]);
  assert.equal(request.bodyUsed, false);
  assert.deepEqual(guest.loaded, []);
});

test("the stream of a client's body brings a piece when a reader asks for it", async () => {
  const { guest, request } = begin(requestEvent(3, "/", POST));
  const reader = request.body!.getReader();
  assert.deepEqual(await guest.run(), []);
  const first = reader.read();
  assert.deepEqual(await guest.run(), [{ letter: "k", numbers: [1, 3, 0], texts: [] }]);
  guest.enter("D1", new Uint8Array([1, 2]).buffer);
  assert.deepEqual([...(await first).value!], [1, 2]);
  assert.deepEqual(await guest.run(), []);
  const second = reader.read();
  assert.deepEqual(await guest.run(), [{ letter: "k", numbers: [2, 3, 0], texts: [] }]);
  guest.enter("D2", new ArrayBuffer(0));
  assert.equal((await second).done, true);
});

test("a failure on the host is the failure of the stream", async () => {
  const { guest, request } = begin(requestEvent(3, "/", POST));
  const read = request.body!.getReader().read();
  await guest.run();
  guest.enter("E1\nTypeError\nthe client broke off");
  await assert.rejects(read, { name: "TypeError", message: "the client broke off" });
});

test("canceling the stream tells the host that the rest is not wanted", async () => {
  const { guest, request } = begin(requestEvent(3, "/", POST));
  const reader = request.body!.getReader();
  const read = reader.read();
  await guest.run();
  void reader.cancel("enough");
  assert.deepEqual(await guest.run("D1", new ArrayBuffer(3)), [{ letter: "y", numbers: [3, 0], texts: [] }]);
  assert.equal((await read).done, true);
});

test("the clone of a client's request and the request can both be read", async () => {
  const { guest, request } = begin(requestEvent(3, "/", POST));
  const copy = request.clone();
  const texts = Promise.all([request.text(), copy.body!.getReader().read(), copy.bodyUsed]);
  const commands = await guest.run();
  assert.deepEqual(
    commands.map(({ letter, numbers }) => [letter, ...numbers]),
    [
      ["t", 1, 3, 0, 0],
      ["t", 2, 3, 0, 1],
    ],
  );
  guest.enter("T1\nabc", "D2", bytes("abc").buffer);
  const [text, piece] = await texts;
  assert.deepEqual([text, [...piece.value!]], ["abc", [97, 98, 99]]);
});

test("the body of a fetched response goes into another one without entering the isolate", async () => {
  const guest = new Guest();
  guest.handle(async (request) => {
    const response = await guest.fetch(request);
    return new guest.Response(response.body, { status: 203, headers: response.headers });
  });
  const [fetched] = guest.enter(requestEvent(3));
  assert.deepEqual([fetched!.letter, ...fetched!.numbers], ["f", 3, 1]);
  const [answer] = await guest.run("F1\n200\n1\n\nX-A: 1\r\n");
  assert.deepEqual(answer, { letter: "p", numbers: [3, 203, 1], texts: ["X-A: 1\r\n"] });
});

test("the body of a fetched response is cloned as two streams", async () => {
  const guest = new Guest();
  const texts: string[] = [];
  guest.handle(async (request) => {
    const response = await guest.fetch(request);
    const copy = response.clone();
    texts.push(...(await Promise.all([response.text(), copy.text()])));
    return 204;
  });
  guest.enter(requestEvent(3));
  const pieces = await guest.run("F1\n200\n1\n\n");
  assert.equal(letters(pieces), "k");
  await guest.run("D2", bytes("abc").buffer);
  await guest.run("D3", new ArrayBuffer(0));
  assert.deepEqual(texts, ["abc", "abc"]);
});

test("a body of another exchange cannot answer this one", async () => {
  const guest = new Guest();
  let kept: ReadableStream | null = null;
  guest.handle((request) => {
    kept ??= request.body as never;
    return request.path === "/keep" ? new Promise(() => {}) : new guest.Response(kept);
  });
  guest.enter(requestEvent(1, "/keep", POST));
  const [failed] = guest.enter(requestEvent(2, "/other"));
  assert.match(failed!.texts[0]!, /belongs to another request/);
});

test("files stay on the host, also as a stream that goes into another response", async () => {
  const guest = new Guest();
  const file = guest.Response.file("/www/a.txt");
  guest.handle(() => new guest.Response(file.body, { status: 201 }));
  const [answer] = guest.enter(requestEvent(1));
  assert.deepEqual([answer!.letter, answer!.texts[1]], ["d", "/www/a.txt"]);
  await assert.rejects(guest.Response.file("/www/a.txt").text(), /stays on the host/);
  await assert.rejects(guest.Response.file("/www/a.txt").body!.getReader().read(), /stays on the host/);
});

test("a whole file is answered by its path, anything else of files by JSON", () => {
  const guest = new Guest();
  const sent = (response: unknown): string => {
    guest.handle(() => response as never);
    return guest.enter(requestEvent(1))[0]!.texts[1]!;
  };
  const { Response } = guest;
  assert.equal(sent(Response.file("/www/{a}\n")), "/www/{a}\n");
  assert.deepEqual(JSON.parse(sent(Response.file("a.txt"))), { file: "a.txt" });
  assert.deepEqual(JSON.parse(sent(Response.file(""))), { file: "" });
  assert.deepEqual(JSON.parse(sent(Response.file("/a", { offset: 0 }))), { file: "/a", offset: 0 });
  assert.deepEqual(JSON.parse(sent(Response.file("/a", { length: 5 }))), { file: "/a", length: 5 });
  assert.deepEqual(JSON.parse(sent(Response.file("/a", { download: "b" }))), { file: "/a", download: "b" });
  assert.deepEqual(JSON.parse(sent(Response.parts(["/a"]))), { parts: ["/a"] });
});

test("text may be sent after it has been read; a stream of it that was begun may not", async () => {
  const guest = new Guest();
  guest.handle(async (request) => {
    const response = new guest.Response("abc");
    if (request.path === "/read") await response.text();
    else await response.body!.getReader().read();
    return response;
  });
  assert.equal(letters(await guest.run(requestEvent(1, "/read"))), "r");
  const [failed] = await guest.run(requestEvent(2, "/begun"));
  assert.match(failed!.texts[0]!, /has been read already/);
});

test("a script sees no content, whatever it does to built-ins", () => {
  const guest = new Guest();
  const response = new guest.Response("abc");
  const seen: unknown[] = [];
  const { get } = WeakMap.prototype;
  WeakMap.prototype.get = function (key) {
    seen.push(this);
    return get.call(this, key) as unknown;
  };
  try {
    new guest.Response(response.body);
  } finally {
    WeakMap.prototype.get = get;
  }
  assert.deepEqual(seen, []);
});
