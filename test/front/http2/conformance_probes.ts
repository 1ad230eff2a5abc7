import {
  FLAG,
  FRAME,
  frame,
  headerBlock,
  headers,
  hpackInteger,
  hpackText,
  PREFACE,
  request,
  settings,
  settingsPayload,
  uint32,
} from "../../support/http2_frames.ts";
import type { RawHttp2 } from "../../support/raw_http2.ts";

/**
 * What a client sends that RFC 9113 has a rule for. `outcomes`: what the server may make of it, on the stream or on the
 * connection, as `RawHttp2.outcome` tells it. `answers`: nothing is wrong, the connection goes on.
 */
export interface Probe {
  readonly section: string;
  readonly what: string;
  readonly outcomes: readonly string[] | "answers";
  /** Stream whose outcome counts. */
  readonly stream?: number;
  /** Why it is not so. */
  readonly left?: string;
  send(client: RawHttp2): void | Promise<void>;
}

const OPEN = FLAG.endHeaders;
const WHOLE = FLAG.endHeaders | FLAG.endStream;
const GET = request();
const POST = request({ ":method": "POST" });
/** nghttp2 forgets streams that are closed, so that they cost no memory, and ignores what comes for them. */
const FORGOTTEN = "frames on streams that are closed are ignored";
const PROTOCOL = ["GOAWAY PROTOCOL_ERROR"];
const SIZE = ["GOAWAY FRAME_SIZE_ERROR"];
const STREAM_PROTOCOL = ["RST PROTOCOL_ERROR", ...PROTOCOL];

/** A stream whose request is complete, and its response, too: closed. */
async function closeStream(client: RawHttp2, stream = 1): Promise<void> {
  client.request(stream, GET);
  while (!client.ended(stream)) await new Promise((resolve) => setTimeout(resolve, 5));
  await client.answers();
}

/** A stream that waits for its body: open. */
async function openStream(client: RawHttp2, stream = 1): Promise<void> {
  client.request(stream, POST, OPEN);
  await client.answers();
}

/** A stream whose request is complete and whose response does not come: half-closed. */
async function halfClose(client: RawHttp2, stream = 1): Promise<void> {
  client.request(stream, request({ ":path": "/never" }));
  await client.answers();
}

const largeBlock = headerBlock([...GET, ["x", "y".repeat(3000)]]);

/** In the order of the RFC. Sections of RFC 9113 unless they say otherwise. */
export const PROBES: readonly Probe[] = [
  {
    section: "3.4",
    what: "a frame of settings with values is acknowledged",
    outcomes: "answers",
    send: (c) => c.write(settings([3, 100], [4, 65_535])),
  },
  {
    section: "4.1",
    what: "a frame of an unknown type",
    outcomes: "answers",
    send: (c) => c.write(frame(0xfe, 0, 0, "unknown"), frame(0xfe, 0xff, 1, "unknown")),
  },
  {
    section: "4.1",
    what: "flags that mean nothing",
    outcomes: "answers",
    send: (c) => c.write(frame(FRAME.ping, 0x16, 0, "12345678")),
  },
  {
    section: "4.1",
    what: "the reserved bit of the stream id",
    outcomes: "answers",
    send: (c) => c.write(frame(FRAME.ping, 0, 0x80000000, "12345678")),
  },
  {
    section: "4.2",
    what: "DATA of the largest size",
    outcomes: ["200"],
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(16_384)));
    },
  },
  {
    section: "4.2",
    what: "DATA over the largest size",
    outcomes: ["RST FRAME_SIZE_ERROR", ...SIZE],
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(16_385)));
    },
  },
  {
    section: "4.2",
    what: "HEADERS over the largest size",
    outcomes: SIZE,
    send: (c) => c.write(frame(FRAME.headers, WHOLE, 1, Buffer.alloc(16_385))),
  },
  {
    section: "4.3",
    what: "a header block that can't be decompressed",
    outcomes: ["GOAWAY COMPRESSION_ERROR"],
    send: (c) =>
      c.write(frame(FRAME.headers, WHOLE, 1, Buffer.from([0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff]))),
  },
  {
    section: "4.3",
    what: "PRIORITY inside of a header block",
    outcomes: PROTOCOL,
    send: (c) =>
      c.write(
        frame(FRAME.headers, FLAG.endStream, 1, headerBlock(GET)),
        frame(FRAME.priority, 0, 1, Buffer.concat([uint32(0), Buffer.from([255])])),
      ),
  },
  {
    section: "4.3",
    what: "HEADERS of another stream inside of a header block",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.headers, FLAG.endStream, 1, headerBlock(GET)), headers(3, GET)),
  },
  {
    section: "5.1",
    what: "idle: DATA",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.data, FLAG.endStream, 1, "test")),
  },
  {
    section: "5.1",
    what: "idle: RST_STREAM",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.reset, 0, 1, uint32(8))),
  },
  {
    section: "5.1",
    what: "idle: WINDOW_UPDATE",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.windowUpdate, 0, 1, uint32(100))),
  },
  {
    section: "5.1",
    what: "idle: CONTINUATION",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.continuation, FLAG.endHeaders, 1, headerBlock(GET))),
  },
  {
    section: "5.1",
    what: "half-closed: DATA",
    outcomes: ["RST STREAM_CLOSED", "GOAWAY STREAM_CLOSED"],
    async send(c) {
      await halfClose(c);
      c.write(frame(FRAME.data, FLAG.endStream, 1, "test"));
    },
  },
  {
    section: "5.1",
    what: "half-closed: HEADERS",
    outcomes: ["RST STREAM_CLOSED", "GOAWAY STREAM_CLOSED"],
    async send(c) {
      await halfClose(c);
      c.request(1, GET);
    },
  },
  {
    section: "5.1",
    what: "half-closed: CONTINUATION",
    outcomes: ["GOAWAY PROTOCOL_ERROR", "GOAWAY STREAM_CLOSED", "RST STREAM_CLOSED"],
    async send(c) {
      await halfClose(c);
      c.write(frame(FRAME.continuation, FLAG.endHeaders, 1, headerBlock(GET)));
    },
  },
  {
    section: "5.1",
    what: "half-closed: WINDOW_UPDATE and PRIORITY",
    outcomes: "answers",
    async send(c) {
      await halfClose(c);
      c.write(
        frame(FRAME.windowUpdate, 0, 1, uint32(100)),
        frame(FRAME.priority, 0, 1, Buffer.concat([uint32(0), Buffer.from([1])])),
      );
    },
  },
  {
    section: "5.1",
    what: "closed by RST_STREAM: DATA",
    outcomes: ["RST STREAM_CLOSED", "GOAWAY STREAM_CLOSED", "answers"],
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.reset, 0, 1, uint32(8)), frame(FRAME.data, FLAG.endStream, 1, "test"));
    },
  },
  {
    section: "5.1",
    what: "closed by RST_STREAM: HEADERS",
    left: FORGOTTEN,
    outcomes: ["RST STREAM_CLOSED", "GOAWAY STREAM_CLOSED"],
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.reset, 0, 1, uint32(8)), headers(1, GET));
    },
  },
  {
    section: "5.1",
    what: "closed by RST_STREAM: CONTINUATION",
    outcomes: ["GOAWAY PROTOCOL_ERROR", "GOAWAY STREAM_CLOSED", "RST STREAM_CLOSED"],
    async send(c) {
      await openStream(c);
      c.write(
        frame(FRAME.reset, 0, 1, uint32(8)),
        frame(FRAME.continuation, FLAG.endHeaders, 1, headerBlock(GET)),
      );
    },
  },
  {
    section: "5.1",
    what: "closed by END_STREAM: DATA",
    left: FORGOTTEN,
    outcomes: ["GOAWAY STREAM_CLOSED", "RST STREAM_CLOSED"],
    async send(c) {
      await closeStream(c);
      c.write(frame(FRAME.data, FLAG.endStream, 1, "test"));
    },
  },
  {
    section: "5.1",
    what: "closed by END_STREAM: HEADERS",
    left: FORGOTTEN,
    outcomes: ["GOAWAY STREAM_CLOSED", "RST STREAM_CLOSED", "GOAWAY PROTOCOL_ERROR"],
    async send(c) {
      await closeStream(c);
      c.request(1, GET);
    },
  },
  {
    section: "5.1",
    what: "closed by END_STREAM: CONTINUATION",
    outcomes: ["GOAWAY STREAM_CLOSED", "GOAWAY PROTOCOL_ERROR"],
    async send(c) {
      await closeStream(c);
      c.write(frame(FRAME.continuation, FLAG.endHeaders, 1, headerBlock(GET)));
    },
  },
  {
    section: "5.1",
    what: "closed: PRIORITY, WINDOW_UPDATE and RST_STREAM",
    outcomes: "answers",
    async send(c) {
      await closeStream(c);
      c.write(
        frame(FRAME.priority, 0, 1, Buffer.concat([uint32(0), Buffer.from([1])])),
        frame(FRAME.windowUpdate, 0, 1, uint32(1)),
        frame(FRAME.reset, 0, 1, uint32(8)),
      );
    },
  },
  {
    section: "5.1.1",
    what: "an even stream id",
    outcomes: PROTOCOL,
    stream: 2,
    send: (c) => c.request(2, GET),
  },
  {
    section: "5.1.1",
    what: "a stream id lower than one before",
    left: FORGOTTEN,
    outcomes: ["GOAWAY PROTOCOL_ERROR", "GOAWAY STREAM_CLOSED"],
    stream: 3,
    async send(c) {
      await closeStream(c, 5);
      c.request(3, GET);
    },
  },
  {
    section: "5.1.2",
    what: "one stream more than allowed",
    outcomes: ["RST REFUSED_STREAM", "RST PROTOCOL_ERROR", ...PROTOCOL],
    stream: 9,
    async send(c) {
      await c.answers();
      for (let id = 1; id <= 9; id += 2) c.request(id, request({ ":path": "/never" }));
    },
  },
  {
    section: "5.3.1",
    what: "HEADERS with a stream that depends on itself",
    outcomes: ["RST PROTOCOL_ERROR", ...PROTOCOL, "200"],
    send: (c) =>
      c.write(
        frame(
          FRAME.headers,
          WHOLE | FLAG.priority,
          1,
          Buffer.concat([uint32(1), Buffer.from([255]), headerBlock(GET)]),
        ),
      ),
  },
  {
    section: "5.4.1",
    what: "a connection error is told by GOAWAY and ends the connection",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.ping, 0, 1, "12345678")),
  },
  {
    section: "5.5",
    what: "an unknown frame inside of a header block",
    outcomes: PROTOCOL,
    send: (c) =>
      c.write(frame(FRAME.headers, FLAG.endStream, 1, headerBlock(GET)), frame(0xfe, 0, 1, "unknown")),
  },
  {
    section: "6.1",
    what: "DATA on stream 0",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.data, FLAG.endStream, 0, "test")),
  },
  {
    section: "6.1",
    what: "DATA with padding",
    outcomes: ["200"],
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.data, FLAG.endStream | FLAG.padded, 1, "\x04test\0\0\0\0"));
    },
  },
  {
    section: "6.1",
    what: "DATA with more padding than payload",
    outcomes: PROTOCOL,
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.data, FLAG.endStream | FLAG.padded, 1, "\x06test"));
    },
  },
  {
    section: "6.2",
    what: "HEADERS with priority and padding",
    outcomes: ["200"],
    send: (c) =>
      c.write(
        frame(
          FRAME.headers,
          WHOLE | FLAG.priority | FLAG.padded,
          1,
          Buffer.concat([Buffer.from([3]), uint32(0), Buffer.from([1]), headerBlock(GET), Buffer.alloc(3)]),
        ),
      ),
  },
  {
    section: "6.2",
    what: "HEADERS without END_HEADERS, then CONTINUATION",
    outcomes: ["200"],
    send: (c) =>
      c.write(
        frame(FRAME.headers, FLAG.endStream, 1, largeBlock.subarray(0, 1000)),
        frame(FRAME.continuation, 0, 1, largeBlock.subarray(1000, 2000)),
        frame(FRAME.continuation, FLAG.endHeaders, 1, largeBlock.subarray(2000)),
      ),
  },
  {
    section: "6.2",
    what: "HEADERS on stream 0",
    outcomes: PROTOCOL,
    send: (c) => c.request(0, GET),
  },
  {
    section: "6.2",
    what: "HEADERS with more padding than payload",
    outcomes: PROTOCOL,
    send: (c) =>
      c.write(
        frame(FRAME.headers, WHOLE | FLAG.padded, 1, Buffer.concat([Buffer.from([255]), headerBlock(GET)])),
      ),
  },
  {
    section: "6.3",
    what: "PRIORITY on stream 0",
    left: "priorities are not looked at (RFC 9113 section 5.3 deprecates them)",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.priority, 0, 0, Buffer.alloc(5))),
  },
  {
    section: "6.3",
    what: "PRIORITY of another size",
    outcomes: ["RST FRAME_SIZE_ERROR", ...SIZE],
    send: (c) => c.write(frame(FRAME.priority, 0, 1, Buffer.alloc(4))),
  },
  {
    section: "6.4",
    what: "RST_STREAM on stream 0",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.reset, 0, 0, uint32(8))),
  },
  {
    section: "6.4",
    what: "RST_STREAM of another size",
    outcomes: SIZE,
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.reset, 0, 1, Buffer.alloc(3)));
    },
  },
  {
    section: "6.5",
    what: "SETTINGS with ACK and a payload",
    outcomes: SIZE,
    send: (c) => c.write(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(6))),
  },
  {
    section: "6.5",
    what: "SETTINGS on a stream",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.settings, 0, 1, settingsPayload([3, 100]))),
  },
  {
    section: "6.5",
    what: "SETTINGS of another size",
    outcomes: SIZE,
    send: (c) => c.write(frame(FRAME.settings, 0, 0, Buffer.alloc(3))),
  },
  {
    section: "6.5.2",
    what: "ENABLE_PUSH other than 0 and 1",
    outcomes: PROTOCOL,
    send: (c) => c.write(settings([2, 2])),
  },
  {
    section: "6.5.2",
    what: "INITIAL_WINDOW_SIZE above the largest",
    outcomes: ["GOAWAY FLOW_CONTROL_ERROR"],
    send: (c) => c.write(settings([4, 0x80000000])),
  },
  {
    section: "6.5.2",
    what: "MAX_FRAME_SIZE below the smallest",
    outcomes: PROTOCOL,
    send: (c) => c.write(settings([5, 16_383])),
  },
  {
    section: "6.5.2",
    what: "MAX_FRAME_SIZE above the largest",
    outcomes: PROTOCOL,
    send: (c) => c.write(settings([5, 16_777_216])),
  },
  {
    section: "6.5.2",
    what: "a setting nobody knows",
    outcomes: "answers",
    send: (c) => c.write(settings([0xff, 1])),
  },
  {
    section: "6.5.3",
    what: "the last of several values counts: a window of one byte",
    outcomes: ["200"],
    send: (c) => c.write(settings([4, 100], [4, 1]), headers(1, GET)),
  },
  {
    section: "6.7",
    what: "PING with ACK that was not asked for",
    outcomes: ["GOAWAY PROTOCOL_ERROR", "answers"],
    send: (c) => c.write(frame(FRAME.ping, FLAG.ack, 0, "12345678")),
  },
  {
    section: "6.7",
    what: "PING on a stream",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.ping, 0, 1, "12345678")),
  },
  {
    section: "6.7",
    what: "PING of another size",
    outcomes: SIZE,
    send: (c) => c.write(frame(FRAME.ping, 0, 0, "1234567")),
  },
  {
    section: "6.8",
    what: "GOAWAY on a stream",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.goaway, 0, 1, Buffer.alloc(8))),
  },
  {
    section: "6.9",
    what: "WINDOW_UPDATE of 0 on the connection",
    outcomes: PROTOCOL,
    send: (c) => c.write(frame(FRAME.windowUpdate, 0, 0, uint32(0))),
  },
  {
    section: "6.9",
    what: "WINDOW_UPDATE of 0 on a stream",
    outcomes: STREAM_PROTOCOL,
    async send(c) {
      await halfClose(c);
      c.write(frame(FRAME.windowUpdate, 0, 1, uint32(0)));
    },
  },
  {
    section: "6.9",
    what: "WINDOW_UPDATE of another size",
    outcomes: SIZE,
    send: (c) => c.write(frame(FRAME.windowUpdate, 0, 0, Buffer.alloc(3))),
  },
  {
    section: "6.9.1",
    what: "WINDOW_UPDATE over the largest window of the connection",
    outcomes: ["GOAWAY FLOW_CONTROL_ERROR"],
    send: (c) =>
      c.write(
        frame(FRAME.windowUpdate, 0, 0, uint32(0x7fffffff)),
        frame(FRAME.windowUpdate, 0, 0, uint32(0x7fffffff)),
      ),
  },
  {
    section: "6.9.1",
    what: "WINDOW_UPDATE over the largest window of a stream",
    outcomes: ["RST FLOW_CONTROL_ERROR", "GOAWAY FLOW_CONTROL_ERROR"],
    async send(c) {
      await halfClose(c);
      c.write(
        frame(FRAME.windowUpdate, 0, 1, uint32(0x7fffffff)),
        frame(FRAME.windowUpdate, 0, 1, uint32(0x7fffffff)),
      );
    },
  },
  {
    section: "6.9.1",
    what: "more DATA than the window lets",
    outcomes: ["RST FLOW_CONTROL_ERROR", "GOAWAY FLOW_CONTROL_ERROR"],
    async send(c) {
      c.request(1, request({ ":method": "POST", ":path": "/never" }), OPEN);
      await c.answers();
      for (let i = 0; i < 18; i++) c.write(frame(FRAME.data, 0, 1, Buffer.alloc(16_384)));
    },
  },
  {
    section: "6.10",
    what: "CONTINUATION behind END_HEADERS",
    outcomes: PROTOCOL,
    send: (c) =>
      c.write(
        frame(FRAME.headers, OPEN, 1, headerBlock(POST)),
        frame(FRAME.continuation, FLAG.endHeaders, 1, headerBlock([["x", "y"]])),
      ),
  },
  {
    section: "6.10",
    what: "CONTINUATION on stream 0",
    outcomes: PROTOCOL,
    send: (c) =>
      c.write(
        frame(FRAME.headers, FLAG.endStream, 1, headerBlock(GET)),
        frame(FRAME.continuation, FLAG.endHeaders, 0, ""),
      ),
  },
  {
    section: "6.10",
    what: "CONTINUATION behind DATA",
    outcomes: PROTOCOL,
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.data, 0, 1, "test"), frame(FRAME.continuation, FLAG.endHeaders, 1, ""));
    },
  },
  {
    section: "7",
    what: "GOAWAY with a code nobody knows",
    outcomes: ["answers", "closed"],
    send: (c) => c.write(frame(FRAME.goaway, 0, 0, uint32(0, 0xff))),
  },
  {
    section: "7",
    what: "RST_STREAM with a code nobody knows",
    outcomes: "answers",
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.reset, 0, 1, uint32(0xff)));
    },
  },
  {
    section: "8.1",
    what: "a second HEADERS without END_STREAM",
    outcomes: STREAM_PROTOCOL,
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.headers, OPEN, 1, headerBlock([["x-trailer", "1"]])));
    },
  },
  {
    section: "8.1",
    what: "a pseudo field among trailers",
    outcomes: STREAM_PROTOCOL,
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.headers, WHOLE, 1, headerBlock([[":method", "GET"]])));
    },
  },
  {
    section: "8.1.1",
    what: "less DATA than content-length",
    outcomes: STREAM_PROTOCOL,
    async send(c) {
      c.request(1, [...POST, ["content-length", "5"]], OPEN);
      await c.answers();
      c.write(frame(FRAME.data, FLAG.endStream, 1, "test"));
    },
  },
  {
    section: "8.1.1",
    what: "more DATA than content-length",
    outcomes: STREAM_PROTOCOL,
    async send(c) {
      c.request(1, [...POST, ["content-length", "3"]], OPEN);
      await c.answers();
      c.write(frame(FRAME.data, FLAG.endStream, 1, "test"));
    },
  },
  {
    section: "8.4",
    what: "PUSH_PROMISE of a client",
    outcomes: PROTOCOL,
    async send(c) {
      await openStream(c);
      c.write(frame(FRAME.pushPromise, FLAG.endHeaders, 1, Buffer.concat([uint32(2), headerBlock(GET)])));
    },
  },
  {
    section: "RFC 7541 2.3.3",
    what: "an index beyond both tables",
    outcomes: ["GOAWAY COMPRESSION_ERROR"],
    send: (c) => c.write(frame(FRAME.headers, WHOLE, 1, hpackInteger(200, 7, 0x80))),
  },
  {
    section: "RFC 7541 4.2",
    what: "a table size behind a field",
    outcomes: ["GOAWAY COMPRESSION_ERROR"],
    send: (c) =>
      c.write(frame(FRAME.headers, WHOLE, 1, Buffer.concat([headerBlock(GET), Buffer.from([0x21])]))),
  },
  {
    section: "RFC 7541 5.2",
    what: "Huffman padding longer than 7 bits",
    outcomes: ["GOAWAY COMPRESSION_ERROR"],
    send: (c) =>
      c.write(
        frame(
          FRAME.headers,
          WHOLE,
          1,
          Buffer.concat([headerBlock(GET), Buffer.from("00857f7c6f51ff", "hex")]),
        ),
      ),
  },
  {
    section: "RFC 7541 6.1",
    what: "index 0",
    outcomes: ["GOAWAY COMPRESSION_ERROR"],
    send: (c) => c.write(frame(FRAME.headers, WHOLE, 1, Buffer.from([0x80]))),
  },
  {
    section: "RFC 7541 6.3",
    what: "a table larger than allowed",
    outcomes: ["GOAWAY COMPRESSION_ERROR"],
    send: (c) =>
      c.write(frame(FRAME.headers, WHOLE, 1, Buffer.concat([hpackInteger(4097, 5, 0x20), headerBlock(GET)]))),
  },
  {
    section: "RFC 7541 7.2",
    what: "all representations of fields",
    outcomes: ["200"],
    send: (c) =>
      c.write(
        frame(
          FRAME.headers,
          WHOLE,
          1,
          Buffer.concat([
            Buffer.from([0x82, 0x86, 0x84, 0x41]),
            hpackText("example.org"),
            Buffer.from([0x40]),
            hpackText("x-kept"),
            hpackText("1"),
            Buffer.from([0x10]),
            hpackText("x-secret"),
            hpackText("2"),
            Buffer.from([0xbe]),
          ]),
        ),
      ),
  },
];

/** What a connection may begin with instead of the preface and settings, and what becomes of it. */
export const BEGINNINGS: readonly { what: string; bytes: Buffer }[] = [
  { what: "no SETTINGS behind the preface", bytes: Buffer.concat([PREFACE, headers(1, GET)]) },
  {
    what: "PING before SETTINGS",
    bytes: Buffer.concat([PREFACE, frame(FRAME.ping, 0, 0, "12345678")]),
  },
  {
    what: "a preface that goes on otherwise",
    bytes: Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
  },
  { what: "another preface", bytes: Buffer.from("INVALID CONNECTION PREFACE\r\n\r\n") },
];
