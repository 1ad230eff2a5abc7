import assert from "node:assert/strict";
import test from "node:test";
import { ResponseReader } from "./response_reader.ts";

const answers = {
  "with a length": "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0\r\n\r\n\r\nabcd",
  "without a body": "HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n",
  chunked: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6;x\r\n0\r\n\r\nX\r\n0\r\n\r\n",
  "chunked, with a trailer": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: b\r\n\r\n",
};

for (const [name, text] of Object.entries(answers)) {
  test(`an answer ${name} ends at its last byte, wherever it is cut`, () => {
    const bytes = Buffer.from(text, "latin1");
    const reader = new ResponseReader();
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = reader.read(bytes.subarray(0, cut));
      assert.equal(first, cut === bytes.length, `cut at ${cut}`);
      if (!first) assert.equal(reader.read(bytes.subarray(cut)), true, `cut at ${cut}`);
    }
    for (let i = 0; i < bytes.length; i++) {
      assert.equal(reader.read(bytes.subarray(i, i + 1)), i === bytes.length - 1, `byte ${i}`);
    }
  });
}

test("the status is that of the answer", () => {
  const reader = new ResponseReader();
  assert.equal(reader.read(Buffer.from("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")), true);
  assert.equal(reader.status, 404);
  assert.equal(reader.read(Buffer.from("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n")), true);
  assert.equal(reader.status, 304);
});

test("what is not the answer that is waited for is an error", () => {
  const read = (text: string) => new ResponseReader().read(Buffer.from(text));
  assert.throws(() => read("HTTP/1.1 200 OK\r\n\r\n"), /whose end cannot be seen/);
  assert.throws(() => read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n12"), /Bytes behind the answer/);
});
