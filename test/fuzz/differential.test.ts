import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { portOf, startOurs } from "../conformance/fronts.ts";
import { talk } from "../conformance/send_row.ts";
import { type CodecMessage, LIMITS, parseRequest, readMessage } from "./codec_message.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { requestSeeds } from "./seeds.ts";

const INPUTS = 2_000;

/** A request as `node:http` reads it. */
interface Read {
  readonly method: string;
  readonly url: string;
  readonly host: string | undefined;
  readonly fields: readonly string[];
  readonly body: string;
}

test(`${INPUTS} mutated requests through a real proxy are read by node:http as by us`, async (t) => {
  const seed = (Math.random() * 2 ** 31) | 0;
  t.diagnostic(`seed ${seed}`);
  const reads: Read[] = [];
  const rejected: string[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (text: string) => {
      body += text;
    });
    // One that breaks off is not complete, and nobody acts upon it.
    request.on("error", () => {});
    request.on("end", () => {
      const { method = "", url = "", headers, rawHeaders } = request;
      reads.push({ method, url, host: headers.host, fields: rawHeaders, body });
      response.end("ok");
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    rejected.push(error.code ?? error.message);
    socket.destroy();
  });
  // It would refuse by itself what has been read as a request already.
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await using lodestone = await startOurs(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const random = new Random(seed);
  const seeds = requestSeeds();
  let compared = 0;
  for (let index = 0; index < INPUTS; index++) {
    const text = mutate(seeds, random);
    // The proxy has larger limits than the codec here.
    if (text.length >= LIMITS.requestLine) continue;
    reads.length = 0;
    rejected.length = 0;
    await talk(portOf(lodestone.address), text, true);
    compared += compare(text, reads, rejected);
  }
  t.diagnostic(`${compared} requests reached the backend`);
  assert.ok(compared > INPUTS / 20);
});

/**
 * Every request of the text that arrived must be one that we read there, in the same order. `node:http` knows only some
 * methods and rejects the others; those are left out.
 */
function compare(text: string, reads: readonly Read[], rejected: readonly string[]): number {
  let rest = Buffer.from(text, "latin1");
  let unknown = 0;
  for (const [index, read] of reads.entries()) {
    let ours = readMessage([rest], parseRequest);
    while (ours.end === "complete" && !http.METHODS.includes(methodOf(ours))) {
      unknown++;
      rest = rest.subarray(rest.length - ours.surplus);
      ours = readMessage([rest], parseRequest);
    }
    const shown = `request ${index} of ${JSON.stringify(text)}`;
    assert.deepEqual([ours.head, ours.end], ["read", "complete"], shown);
    checkRead(ours, read, shown);
    rest = rest.subarray(rest.length - ours.surplus);
  }
  assert.ok(rejected.length >= unknown, `${unknown} were to be rejected: ${JSON.stringify(text)}`);
  // What node:http rejects, it did not take for something else. It knows only some methods.
  for (const code of rejected)
    assert.match(code, /^(?:HPE_INVALID_METHOD|ECONNRESET|HPE_INVALID_EOF_STATE)$/, JSON.stringify(text));
  return reads.length;
}

function methodOf(message: CodecMessage): string {
  const [method] = JSON.parse(message.start) as [string];
  return method;
}

function checkRead(ours: CodecMessage, read: Read, shown: string): void {
  const [method, path, query, , authority] = JSON.parse(ours.start) as [
    string,
    string,
    string | null,
    string,
    string,
  ];
  const url = query === null ? path : `${path}?${query}`;
  assert.deepEqual(
    [read.method, read.url, read.host, read.body],
    [method, url, authority === "" ? "localhost" : authority, ours.body],
    shown,
  );
}
