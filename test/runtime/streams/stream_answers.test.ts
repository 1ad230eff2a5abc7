import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, Guest, letters, requestEvent } from "../support/guest.ts";

type Controller = ReadableStreamDefaultController<unknown>;

/** A guest that answers with a stream the test feeds. */
function streaming(init: ResponseInit = {}) {
  const guest = new Guest();
  const { ReadableStream: S } = guest.streams() as unknown as { ReadableStream: typeof ReadableStream };
  const told: unknown[] = [];
  let controller!: Controller;
  const stream = new S({
    start: (given) => {
      controller = given;
    },
    cancel: (reason) => void told.push(reason),
  });
  guest.handle(() => new guest.Response(stream, init));
  return { guest, stream, told, controller: () => controller, S };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (guest: Guest, { numbers }: Command) => Buffer.from(guest.bytes.get(numbers[2]!)!).toString();

test("an answer that is a stream begins with its head, before there is a piece", async () => {
  const { guest } = streaming({ status: 201, headers: { a: "b" } });
  assert.deepEqual(await guest.run(requestEvent(5)), [
    { letter: "a", numbers: [5, 201, 1], texts: ["a: b\r\n"] },
  ]);
});

test("what a stream brings in one entry goes as one piece, with its end behind it", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(5));
  for (const text of ["a", "b", "c"]) controller().enqueue(bytes(text));
  controller().close();
  const commands = await guest.run();
  assert.equal(letters(commands), "wq");
  assert.deepEqual(commands[0]!.numbers.slice(0, 2), [1, 2]);
  assert.equal(textOf(guest, commands[0]!), "abc");
  assert.deepEqual(commands[1]!.numbers, [1]);
});

test("the next piece waits until the host has taken the one before", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(5));
  controller().enqueue(bytes("a"));
  assert.equal(letters(await guest.run()), "w");
  controller().enqueue(bytes("b"));
  controller().enqueue(bytes("c"));
  assert.deepEqual(await guest.run(), []);
  const next = await guest.run("T2\n");
  assert.deepEqual(
    next.map((command) => textOf(guest, command)),
    ["bc"],
  );
});

test("the end waits for nobody, also when the host has not yet taken the last piece", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(5));
  controller().enqueue(bytes("a"));
  assert.equal(letters(await guest.run()), "w");
  controller().close();
  assert.equal(letters(await guest.run()), "q");
  assert.deepEqual(await guest.run("T2\n"), []);
});

test("a piece that comes while the host is busy goes before the end", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(5));
  controller().enqueue(bytes("a"));
  await guest.run();
  controller().enqueue(bytes("b"));
  controller().close();
  assert.deepEqual(await guest.run(), []);
  assert.equal(letters(await guest.run("T2\n")), "wq");
});

test("a stream that is never done is read no further than 64 KB ahead of the host", async () => {
  const guest = new Guest();
  const { ReadableStream: S } = guest.streams() as unknown as { ReadableStream: typeof ReadableStream };
  let made = 0;
  const stream = new S({
    pull: (controller) => {
      made += 10_000;
      controller.enqueue(new Uint8Array(10_000));
    },
  });
  guest.handle(() => new guest.Response(stream));
  const commands = await guest.run(requestEvent(1));
  assert.equal(letters(commands), "aw");
  assert.ok(made <= 100_000, String(made));
});

test("a piece larger than a megabyte goes in several commands", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(1));
  controller().enqueue(new Uint8Array(2_500_000).fill(7));
  controller().close();
  const sizes: number[] = [];
  let commands = await guest.run();
  while (letters(commands).startsWith("w")) {
    const { numbers } = commands[0]!;
    sizes.push(guest.bytes.get(numbers[2]!)!.length);
    commands = letters(commands) === "wq" ? [] : await guest.run(`T${numbers[1]}\n`);
  }
  assert.deepEqual(sizes, [1_048_576, 1_048_576, 402_848]);
});

test("a host that takes no bytes in one entry gets them in the next", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(1));
  controller().enqueue(bytes("abc"));
  guest.takesBytes = false;
  assert.deepEqual(guest.enter(), []);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(guest.enter(), []);
  guest.takesBytes = true;
  const [piece] = await guest.run();
  assert.equal(textOf(guest, piece!), "abc");
});

test("a stream that fails tells the host why", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(1));
  controller().error(new RangeError("out of things"));
  const [failed] = await guest.run();
  assert.equal(failed!.letter, "j");
  assert.match(failed!.texts[0]!, /RangeError: out of things/);
});

test("a stream of text fails, and its source is told", async () => {
  const { guest, controller, told } = streaming();
  await guest.run(requestEvent(1));
  controller().enqueue("text");
  const [failed] = await guest.run();
  assert.match(failed!.texts[0]!, /every piece must be a Uint8Array, not string/);
  assert.equal((told[0] as Error).name, "TypeError");
});

test("a host that refuses a piece cancels the source", async () => {
  const { guest, controller, told } = streaming();
  await guest.run(requestEvent(1));
  controller().enqueue(bytes("a"));
  await guest.run();
  assert.deepEqual(await guest.run("E2\nAbortError\nnobody wants more of this body"), []);
  assert.equal((told[0] as Error).name, "AbortError");
});

test("a client that leaves cancels the source, also while it brings nothing", async () => {
  const { guest, told, controller } = streaming();
  await guest.run(requestEvent(1));
  await guest.run("A1");
  assert.match(String(told[0]), /the client has left/);
  assert.throws(() => controller().enqueue(bytes("a")), TypeError);
});

test("the number of the stream may fail by itself", async () => {
  const { guest, told } = streaming();
  const [answer] = await guest.run(requestEvent(1));
  await guest.run(`E${answer!.numbers[2]}\nAbortError\nnobody wants this body`);
  assert.match(String(told[0]), /nobody wants this body/);
});

test("the end of an exchange whose answer was written whole disturbs nobody", async () => {
  const { guest, told, controller, stream } = streaming();
  await guest.run(requestEvent(1));
  controller().close();
  assert.equal(letters(await guest.run()), "q");
  assert.deepEqual(await guest.run("A1"), []);
  assert.deepEqual([told, stream.locked], [[], true]);
});

test("the request's signal aborts when the client leaves in the middle of the answer", async () => {
  const guest = new Guest();
  const { ReadableStream: S } = guest.streams() as unknown as { ReadableStream: typeof ReadableStream };
  let signal: { aborted: boolean } | undefined;
  guest.handle((request) => {
    signal = request.signal;
    return new guest.Response(new S());
  });
  await guest.run(requestEvent(1));
  assert.equal(signal!.aborted, false);
  await guest.run("A1");
  assert.equal(signal!.aborted, true);
});

test("an empty stream is an empty body, empty pieces are none", async () => {
  const { guest, controller } = streaming();
  await guest.run(requestEvent(1));
  controller().enqueue(new Uint8Array(0));
  assert.deepEqual(await guest.run(), []);
  controller().close();
  assert.equal(letters(await guest.run()), "q");
});

test("onResponse sees an answer that is a stream, and may send it through a transform", async () => {
  const guest = new Guest();
  const { ReadableStream: S, TransformStream: T } = guest.streams() as unknown as {
    ReadableStream: typeof ReadableStream;
    TransformStream: typeof TransformStream;
  };
  guest.use({
    default: () => new guest.Response(S.from([bytes("abc")]) as never),
    onResponse: (response: Response) => {
      const upper = new T<Uint8Array, Uint8Array>({
        transform: (piece, controller) =>
          controller.enqueue(bytes(Buffer.from(piece).toString().toUpperCase())),
      });
      return new guest.Response(response.body!.pipeThrough(upper), { headers: { x: "y" } });
    },
  });
  const commands = await guest.run(requestEvent(1));
  assert.equal(letters(commands), "awq");
  assert.deepEqual(commands[0]!.texts, ["x: y\r\n"]);
  assert.equal(textOf(guest, commands[1]!), "ABC");
});

test("onResponse may pass what escalation brought through a transform: it is asked for piece by piece", async () => {
  const guest = new Guest();
  const { TransformStream: T } = guest.streams() as unknown as { TransformStream: typeof TransformStream };
  guest.use({
    default: () => {},
    onResponse: (response: Response) =>
      new guest.Response(response.body!.pipeThrough(new T()), { status: response.status }),
  });
  assert.equal(letters(await guest.run(requestEvent(1))), "e");
  const commands = await guest.run("H1\n200\nbackend\nX: 1\r\n");
  assert.deepEqual(
    commands.map(({ letter, numbers }) => [letter, ...numbers]),
    [
      ["a", 1, 200, 1],
      ["k", 2, 1, -1],
    ],
  );
  const piece = await guest.run("D2", bytes("abc").buffer);
  assert.equal(letters(piece).includes("w"), true);
});
