/** Frames of HTTP/2 made and read byte by byte (RFC 9113 section 4), for what no client library sends. */

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Names of error codes (RFC 9113 section 7). */
const CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** One frame; `length` other than that of the payload is a lie for the test's sake. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array | string = "",
  length?: number,
): Buffer {
  const body = typeof payload === "string" ? Buffer.from(payload, "latin1") : Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(length ?? body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

export function settings(...pairs: [id: number, value: number][]): Buffer {
  return frame(FRAME.settings, 0, 0, settingsPayload(...pairs));
}

export function settingsPayload(...pairs: [id: number, value: number][]): Buffer {
  const bytes = Buffer.alloc(pairs.length * 6);
  for (const [index, [id, value]] of pairs.entries()) {
    bytes.writeUInt16BE(id, index * 6);
    bytes.writeUInt32BE(value, index * 6 + 2);
  }
  return bytes;
}

export type FieldLines = readonly (readonly [name: string, value: string])[];

/** A header block of literals without indexing and without Huffman coding (RFC 7541 section 6.2.2). */
export function headerBlock(fields: FieldLines): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) parts.push(Buffer.from([0]), hpackText(name), hpackText(value));
  return Buffer.concat(parts);
}

/** A string literal of HPACK (RFC 7541 section 5.2), Latin-1. */
export function hpackText(text: string): Buffer {
  return Buffer.concat([hpackInteger(text.length, 7), Buffer.from(text, "latin1")]);
}

/** An integer of HPACK with a prefix of that many bits (RFC 7541 section 5.1), the bits above it `high`. */
export function hpackInteger(value: number, bits: number, high = 0): Buffer {
  const limit = 2 ** bits - 1;
  if (value < limit) return Buffer.from([high | value]);
  const bytes = [high | limit];
  let rest = value - limit;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** A whole request head in one HEADERS frame. `flags`: END_HEADERS and END_STREAM unless given. */
export function headers(
  stream: number,
  fields: FieldLines,
  flags: number = FLAG.endHeaders | FLAG.endStream,
): Buffer {
  return frame(FRAME.headers, flags, stream, headerBlock(fields));
}

/** Fields of an ordinary request, with others behind or in their place. */
export function request(changes: Record<string, string | undefined> = {}): [string, string][] {
  const all: Record<string, string | undefined> = {
    ":method": "GET",
    ":scheme": "http",
    ":authority": "example.org",
    ":path": "/",
    ...changes,
  };
  return Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Takes complete frames off what was received; returns them and what is left. */
export function readFrames(bytes: Buffer): { readonly frames: Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let offset = 0;
  while (bytes.length - offset >= 9) {
    const length = bytes.readUIntBE(offset, 3);
    const end = offset + 9 + length;
    if (end > bytes.length) break;
    frames.push({
      type: bytes[offset + 3]!,
      flags: bytes[offset + 4]!,
      stream: bytes.readUInt32BE(offset + 5),
      payload: bytes.subarray(offset + 9, end),
    });
    offset = end;
  }
  return { frames, rest: bytes.subarray(offset) };
}

/** Error code of RST_STREAM or GOAWAY, by name. */
export function errorOf({ type, payload }: Frame): string {
  const code = payload.readUInt32BE(type === FRAME.goaway ? 4 : 0);
  return CODES[code] ?? String(code);
}

/** Indexed field lines with a status in the static table (RFC 7541 appendix A). */
const STATUSES: Record<number, string> = {
  136: "200",
  137: "204",
  138: "206",
  139: "304",
  140: "400",
  141: "404",
  142: "500",
};

/** Status at the begin of a HEADERS frame; only of the first few responses of a connection. */
export function statusOf({ payload }: Frame): string {
  const known = STATUSES[payload[0]!];
  if (known !== undefined) return known;
  const length = payload[1]! & 0x7f;
  const value = payload.subarray(2, 2 + length);
  return (payload[1]! & 0x80) === 0 ? value.toString("latin1") : huffmanDigits(value);
}

/** Digits in Huffman code (RFC 7541 appendix B): `0` to `2` have five bits, the others six. */
function huffmanDigits(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let text = "";
  for (let index = 0; text.length < 3; ) {
    const five = Number.parseInt(bits.slice(index, index + 5), 2);
    if (five <= 2) {
      text += five;
      index += 5;
    } else {
      text += Number.parseInt(bits.slice(index, index + 6), 2) - 22;
      index += 6;
    }
  }
  return text;
}
