import assert from "node:assert/strict";
import { http1RequestHead } from "../../core/backend/protocol/http1_request_head.ts";
import type { BodySource } from "../../core/http/body.ts";
import { removeKnownHopByHop } from "../../core/http/hop_by_hop.ts";
import { type CodecMessage, parseRequest, parseResponse, readMessage } from "./codec_message.ts";
import type { Random } from "./random.ts";

/** Messages up to this long are split at every position. */
const SHORT = 48;

/** Reads a request whole and split, and once more as it would go to a backend. Throws when anything differs. */
export function checkRequest(bytes: Buffer, random: Random): CodecMessage {
  const whole = readMessage([bytes], parseRequest);
  checkSplits(bytes, random, whole, parseRequest);
  if (whole.head === "read") checkRoundTrip(bytes);
  return whole;
}

export function checkResponse(bytes: Buffer, random: Random): CodecMessage {
  const whole = readMessage([bytes], parseResponse);
  checkSplits(bytes, random, whole, parseResponse);
  return whole;
}

function checkSplits(
  bytes: Buffer,
  random: Random,
  whole: CodecMessage,
  parse: typeof parseRequest | typeof parseResponse,
): void {
  const isShort = bytes.length <= SHORT;
  for (let index = 0; index < (isShort ? bytes.length : 3); index++) {
    const at = isShort ? index : random.below(bytes.length);
    assert.deepEqual(
      readMessage([bytes.subarray(0, at), bytes.subarray(at)], parse),
      whole,
      `split at ${at}`,
    );
  }
  if (random.below(8) !== 0) return;
  const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  assert.deepEqual(readMessage(single, parse), whole, "byte by byte");
}

/** What is accepted is written for a backend as one message, and read there as the same. */
function checkRoundTrip(bytes: Buffer): void {
  const text = bytes.toString("latin1");
  const end = text.indexOf("\r\n\r\n", text.startsWith("\r\n") ? 2 : 0) + 4;
  const { request, framing } = parseRequest(text.slice(0, end));
  const { head } = request;
  const headers = head.headers.clone();
  removeKnownHopByHop(headers);
  headers.deleteWhere((name) => name === "expect");
  if (!headers.has("host")) headers.set("Host", head.authority === "" ? "localhost" : head.authority);
  const target = head.query === undefined ? head.path : `${head.path}?${head.query}`;
  const body = framing === 0 ? undefined : bodyOf(framing);
  const written = http1RequestHead({ method: head.method, target, headers, body });
  assert.equal(written.indexOf("\r\n\r\n"), written.length - 4, "one head");
  const again = parseRequest(written);
  const read = again.request.head;
  assert.deepEqual(
    [read.method, read.path, read.query, again.framing, read.minorVersion],
    [head.method, head.path, head.query, framing, 1],
  );
  if (head.host !== "") assert.equal(read.host, head.host);
  const fields = read.headers;
  fields.deleteWhere((name) => name === "content-length" || name === "transfer-encoding");
  assert.deepEqual([...fields], [...headers]);
}

function bodyOf(framing: number): BodySource {
  const none = (): void => {};
  return { length: framing < 0 ? undefined : framing, start: none, resume: none, cancel: none };
}
