import assert from "node:assert/strict";

export interface Part {
  readonly fields: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/**
 * The parts of a multipart/byteranges body (RFC 2046 section 5.1), read as strictly as can be: no preamble, no
 * epilogue. Fails the test otherwise.
 */
export function readMultipart(contentType: string, body: Buffer): Part[] {
  const boundary = /^multipart\/byteranges; boundary=([0-9A-Za-z]{1,70})$/.exec(contentType)?.[1];
  assert.ok(boundary !== undefined, contentType);
  const parts: Part[] = [];
  let position = 0;
  const expect = (text: string) => {
    assert.equal(body.toString("latin1", position, position + text.length), text);
    position += text.length;
  };
  expect(`--${boundary}\r\n`);
  for (;;) {
    const headEnd = body.indexOf("\r\n\r\n", position);
    const lines = body.toString("latin1", position, headEnd).split("\r\n");
    const fields = Object.fromEntries(lines.map((line) => line.split(": ", 2) as [string, string]));
    const range = /^bytes (\d+)-(\d+)\/\d+$/.exec(fields["Content-Range"] ?? "");
    assert.ok(range !== null, JSON.stringify(fields));
    const length = Number(range[2]) - Number(range[1]) + 1;
    position = headEnd + 4;
    parts.push({ fields, bytes: body.subarray(position, position + length) });
    position += length;
    expect(`\r\n--${boundary}`);
    if (body.toString("latin1", position, position + 2) === "--") break;
    expect("\r\n");
  }
  expect("--\r\n");
  assert.equal(position, body.length);
  return parts;
}
