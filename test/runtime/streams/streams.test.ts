import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outcome } from "../support/compare.ts";
import { Guest } from "../support/guest.ts";

interface Classes {
  readonly ReadableStream: typeof ReadableStream;
  readonly WritableStream: typeof WritableStream;
  readonly TransformStream: typeof TransformStream;
  readonly TextEncoderStream: typeof TextEncoderStream;
  readonly TextDecoderStream: typeof TextDecoderStream;
  readonly CountQueuingStrategy: typeof CountQueuingStrategy;
  readonly ByteLengthQueuingStrategy: typeof ByteLengthQueuingStrategy;
  readonly AbortController: typeof AbortController;
}

const guest = new Guest();
const OWN = { ...guest.streams(), ...guest.events() } as unknown as Classes;
const NODES: Classes = globalThis as never;

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const pieces: unknown[] = [];
  for await (const piece of stream) pieces.push(piece instanceof Uint8Array ? [...piece] : piece);
  return pieces;
}

const through = (
  pieces: readonly unknown[],
  transform: ReadableWritablePair,
  { ReadableStream: S }: Classes,
) => outcome(() => all(S.from(pieces).pipeThrough(transform)));

const CASES: Record<string, (classes: Classes) => unknown> = {
  "pieces of an array": ({ ReadableStream: S }) => all(S.from(["a", 1, null])),
  "pieces of an async generator": ({ ReadableStream: S }) =>
    all(
      S.from(
        (async function* () {
          yield 1;
          yield 2;
        })(),
      ),
    ),
  "from something that is not iterable": ({ ReadableStream: S }) => outcome(() => S.from(1 as never)),
  "leaving the loop cancels": async ({ ReadableStream: S }) => {
    const reasons: unknown[] = [];
    const stream = new S({ pull: (c) => c.enqueue(1), cancel: (reason) => void reasons.push(reason) });
    for await (const piece of stream) if (piece === 1) break;
    return [reasons, stream.locked];
  },
  "leaving the loop with preventCancel": async ({ ReadableStream: S }) => {
    const stream = new S({ pull: (c) => c.enqueue(1) });
    for await (const piece of stream.values({ preventCancel: true })) if (piece === 1) break;
    const reader = stream.getReader();
    return (await reader.read()).value;
  },
  "an iterator of a locked stream": ({ ReadableStream: S }) => {
    const stream = new S();
    stream.getReader();
    return outcome(() => stream.values());
  },
  "backpressure of a count": async ({ ReadableStream: S, CountQueuingStrategy: Q }) => {
    let pulls = 0;
    const pull = (controller: ReadableStreamDefaultController) => {
      pulls++;
      controller.enqueue(1);
    };
    new S({ pull }, new Q({ highWaterMark: 3 }));
    await new Promise((resolve) => setImmediate(resolve));
    return pulls;
  },
  "backpressure of bytes": ({ WritableStream: W, ByteLengthQueuingStrategy: Q }) => {
    const writer = new W({}, new Q({ highWaterMark: 10 })).getWriter();
    void writer.write(new Uint8Array(4));
    return writer.desiredSize;
  },
  "a tee": async ({ ReadableStream: S }) => {
    const [a, b] = S.from([1, 2]).tee();
    return [await all(a), await all(b)];
  },
  "a pipe with a signal": async ({ ReadableStream: S, WritableStream: W, AbortController: A }) => {
    const controller = new A();
    const told: unknown[] = [];
    const source = new S({ pull: () => new Promise(() => {}), cancel: (r) => void told.push("cancel", r) });
    const sink = new W({ abort: (r) => void told.push("abort", r) });
    const piped = source.pipeTo(sink, { signal: controller.signal });
    controller.abort("why");
    const reason = await piped.catch((r: unknown) => r);
    return [reason, told.sort()];
  },
  "a pipe with a signal that has aborted": ({ ReadableStream: S, WritableStream: W, AbortController: A }) => {
    const controller = new A();
    controller.abort();
    return outcome(() => new S().pipeTo(new W(), { signal: controller.signal }));
  },
  "a pipe with a signal that is none": ({ ReadableStream: S, WritableStream: W }) =>
    outcome(() => new S().pipeTo(new W(), { signal: {} as never })),
  "a transform": (classes) => {
    const { TransformStream: T } = classes;
    const double = new T<string, string>({
      transform: (piece, c) => c.enqueue(piece + piece),
      flush: (c) => c.enqueue("end"),
    });
    return through(["a", "b"], double, classes);
  },
  "a transform that throws": (classes) => {
    const transform = () => {
      throw new RangeError("no");
    };
    return through(["a"], new classes.TransformStream({ transform }), classes);
  },
  "the controller of a writable stream has a signal": async ({ WritableStream: W }) => {
    const signals: AbortSignal[] = [];
    const stream = new W({ start: (controller) => void signals.push(controller.signal) });
    await stream.abort("why").catch(() => {});
    return signals[0]!.aborted;
  },
  "text to bytes": (classes) => through(["gr\u00fc", "\u00dfe"], new classes.TextEncoderStream(), classes),
  "a pair of surrogates in two pieces": (classes) =>
    through(["a\ud83d", "\ude00b"], new classes.TextEncoderStream(), classes),
  "a pair of surrogates around an empty piece": (classes) =>
    through(["\ud83d", "", "\ude00"], new classes.TextEncoderStream(), classes),
  "a high surrogate without its pair": (classes) =>
    through(["\ud83d", "x", "\ud83d"], new classes.TextEncoderStream(), classes),
  "two high surrogates": (classes) =>
    through(["\ud83d", "\ud83d\ude00"], new classes.TextEncoderStream(), classes),
  "a low surrogate by itself": (classes) => through(["\ude00"], new classes.TextEncoderStream(), classes),
  "numbers as text": (classes) => through([1, null], new classes.TextEncoderStream(), classes),
  "bytes to text": (classes) =>
    through([new Uint8Array([0x67, 0xc3]), new Uint8Array([0xbc])], new classes.TextDecoderStream(), classes),
  "bytes with a byte order mark in two pieces": (classes) =>
    through(
      [new Uint8Array([0xef, 0xbb]), new Uint8Array([0xbf, 97])],
      new classes.TextDecoderStream(),
      classes,
    ),
  "a byte order mark that is kept": (classes) => {
    const decoder = new classes.TextDecoderStream("utf-8", { ignoreBOM: true });
    return through([new Uint8Array([0xef, 0xbb, 0xbf, 97])], decoder, classes);
  },
  "bytes cut off at the end": (classes) =>
    through([new Uint8Array([97, 0xc3])], new classes.TextDecoderStream(), classes),
  "bytes cut off at the end, fatal": (classes) =>
    through([new Uint8Array([97, 0xc3])], new classes.TextDecoderStream("utf-8", { fatal: true }), classes),
  "malformed bytes, fatal": (classes) =>
    through([new Uint8Array([0xff])], new classes.TextDecoderStream("utf-8", { fatal: true }), classes),
  "a buffer to text": (classes) =>
    through([new Uint8Array([97]).buffer], new classes.TextDecoderStream(), classes),
  "UTF-16 to text": (classes) =>
    through(
      [new Uint8Array([0x61]), new Uint8Array([0, 0x3d, 0xd8]), new Uint8Array([0, 0xde])],
      utf16(classes),
      classes,
    ),
  "something else to text": (classes) => through(["a"], new classes.TextDecoderStream(), classes),
  "undefined to text": (classes) => through([undefined], new classes.TextDecoderStream(), classes),
  "an unknown encoding": ({ TextDecoderStream: D }) => outcome(() => new D("klingon")),
  "properties of a decoder": ({ TextDecoderStream: D }) => {
    const { encoding, fatal, ignoreBOM } = new D("UTF8", { fatal: true });
    return [encoding, fatal, ignoreBOM];
  },
  "the encoding of an encoder": ({ TextEncoderStream: E }) => new E().encoding,
};

function utf16({ TextDecoderStream: D }: Classes): TextDecoderStream {
  return new D("utf-16le");
}

describe("streams are what Node's are:", () => {
  for (const [name, use] of Object.entries(CASES)) {
    test(name, async () => {
      assert.deepEqual(await use(OWN), await use(NODES));
    });
  }
});

test("text streams name themselves, and refuse symbols as the standard says", async () => {
  const { TextDecoderStream: D, TextEncoderStream: E } = OWN;
  assert.deepEqual(
    [String(new D()), String(new E())],
    ["[object TextDecoderStream]", "[object TextEncoderStream]"],
  );
  assert.deepEqual(await through([Symbol("x")], new E(), OWN), { threw: "TypeError" });
});
