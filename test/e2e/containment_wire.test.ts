import assert from "node:assert/strict";
import { test } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { RawOrigin } from "./attacks/raw_origin.ts";
import { Neighbour } from "./neighbour.ts";

/** Texts that break a head somewhere, as JavaScript. */
const TEXTS = [
  "'a\\r\\nX-Evil: 1'",
  "'a\\nX-Evil: 1'",
  "'a\\rX-Evil: 1'",
  "'a\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nX-Evil: 1\\r\\n\\r\\n'",
  "'a\\r\\n X-Evil: 1'",
  "'a\\r\\n\\tX-Evil: 1'",
  "'a\\0b'",
  "'\\0'",
  "'a\\x0bb\\x0cc'",
  "'a\\x7f'",
  "'\\u010d\\u010aX-Evil: 1'",
  "'\\u2028X-Evil: 1\\u2029'",
  "'\\ud800'",
  "'\\u{1f600}'",
  "'\\xe9'",
  "''",
  "' '",
  "'a: b'",
  "'a b'",
  "'a;b=\"c'",
  "'/../../x'",
  "'//elsewhere.test/x'",
  "'http://elsewhere.test/'",
  "'/%0d%0aX-Evil:%201'",
  "'/x HTTP/1.1\\r\\nX-Evil: 1\\r\\n\\r\\n'",
  "'x'.repeat(70000)",
  "'\\r\\n'.repeat(1000)",
];

/** Where a script can put a text that reaches the client's wire. */
const ANSWERS: Readonly<Record<string, string>> = {
  statusText: "new Response('x', { statusText: text })",
  "a field's name": "new Response('x', { headers: { [text]: 'a' } })",
  "a field's value": "new Response('x', { headers: { a: text } })",
  "a field of an array": "new Response('x', { headers: [[text, text]] })",
  "a field that is set later":
    "(() => { const r = new Response('x'); r.headers.append('a', text); return r; })()",
  "the content type of a Blob": "new Response(new Blob(['x'], { type: text }))",
  "the type of JSON": "Response.json({}, { headers: { 'content-type': text } })",
  Location: "Response.redirect(text)",
  "a cookie": "new Response('x', { headers: { 'set-cookie': 'a=' + text } })",
  "a cookie of the API":
    "(() => { const r = new Response('x'); (r.cookies ?? request.cookies).set?.('a', text, { path: text }); return r; })()",
  "a file's type": "Response.file(lodestone.site.root + '/page.txt', { contentType: text })",
  "a download's name": "Response.file(lodestone.site.root + '/page.txt', { download: text })",
  framing:
    "new Response('x', { headers: { 'transfer-encoding': text, 'content-length': text, connection: text } })",
};

/** Where it reaches the wire of a backend. */
const REQUESTS: Readonly<Record<string, string>> = {
  "the path": "request.path = text",
  "the query": "request.query = text",
  "a field": "request.headers.set('x-a', text)",
  "a field's name": "request.headers.set(text, 'a')",
  host: "request.headers.set('host', text)",
  framing: "request.headers.set('transfer-encoding', text), request.headers.set('content-length', text)",
  "a variable": "request.env = { [text]: text }",
  "the method": "return new Request(request, { method: text })",
  "the URL": "return new Request(text, request)",
  "a body's type": "return new Request(request, { method: 'POST', body: new Blob(['x'], { type: text }) })",
  "a form's names":
    "const form = new FormData(); form.append(text, new File(['x'], text)); return new Request(request, { method: 'POST', body: form })",
  "fetch of a backend":
    "return fetch('backend:app', { method: 'POST', headers: { 'x-a': text }, body: text })",
  "a referrer": "return fetch(new Request(request, { referrer: text }))",
  "the backend's name": "request.backend = text",
};

const source = (attacks: readonly string[]): string => `
import * as lodestone from "lodestone";
const texts = [${TEXTS.join(", ")}];
const attacks = [${attacks.map((attack) => `(request, text) => { ${attack}; }`).join(",\n")}];
export default (request) => {
  const [, attack, text] = request.path.split("/");
  request.path = "/";
  return attacks[attack](request, texts[text]);
};`;

/** A head as RFC 9112 has it, and as anybody reads it. */
const RESPONSE =
  /^HTTP\/1\.1 \d{3} [\t\x20-\x7e]*\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\t\x20-\x7e\x80-\xff]*\r\n)+\r\n/;
const REQUEST =
  /^[A-Z]+ \/[\x21-\x7e]* HTTP\/1\.1\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\t\x20-\x7e\x80-\xff]*\r\n)+\r\n/;

test("no text of a script breaks a head on the wire, to the client or to a backend", async (t) => {
  await using origin = await RawOrigin.start();
  await using lodestone = await startLodestone({
    config: `workers: 1
log: { access: false }
backends: { app: "${origin.url}" }
sites:
  - { hosts: [good.test], scripts: [good.js] }
  - { hosts: [answers.test], scripts: [answers.js], root: www }
  - { hosts: [requests.test], scripts: [requests.js], backend: app }
`,
    scripts: {
      "good.js": "export default () => new Response('good');",
      "answers.js": source(Object.values(ANSWERS).map((answer) => `return ${answer}`)),
      "requests.js": source(Object.values(REQUESTS)),
    },
    files: { "www/page.txt": "page" },
  });
  const [worker] = lodestone.workers();
  const neighbour = new Neighbour(lodestone.url("/"), "good.test");
  const ask = async (host: string, path: string): Promise<string> => {
    using connection = await RawConnection.open(lodestone.address);
    connection.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return await connection.receiveAll();
  };
  let statuses = "";
  for (const [host, attacks] of [
    ["answers.test", ANSWERS],
    ["requests.test", REQUESTS],
  ] as const) {
    for (const [i, name] of Object.keys(attacks).entries()) {
      await Promise.all(
        TEXTS.map(async (text, j) => {
          const answer = await ask(host, `/${i}/${j}`);
          const what = `${name}: ${text}`;
          statuses += answer.slice(9, 10);
          const [head] = RESPONSE.exec(answer) ?? [];
          assert.ok(head !== undefined, `${what}: ${JSON.stringify(answer.slice(0, 300))}`);
          assert.doesNotMatch(head, /^x-evil/im, what);
          checkLength(head, answer.slice(head.length), what);
        }),
      );
    }
  }
  await neighbour.leave();
  for (const received of origin.received) checkRequests(received);
  t.diagnostic(
    `${statuses.length} requests, ${origin.received.length} connections to the backend; neighbour: ${neighbour}`,
  );
  assert.match(statuses, /2.*5|5.*2/, "some are answered, some refused");
  assert.ok(origin.received.length > 0);
  assert.deepEqual([...neighbour.failures], []);
  assert.deepEqual(lodestone.workers(), [worker]);
});

/** The framing is one, and says how long the body is. */
function checkLength(head: string, body: string, what: string): void {
  const lengths = [...head.matchAll(/^content-length: (.*)\r$/gim)].map(([, length]) => Number(length));
  const codings = [...head.matchAll(/^transfer-encoding: (.*)\r$/gim)].map(([, coding]) => coding);
  if (codings.length > 0) {
    assert.deepEqual([codings, lengths], [["chunked"], []], what);
    assert.match(body, /0\r\n\r\n$/, what);
  } else if (lengths.length > 0) {
    assert.deepEqual(lengths, [body.length], what);
  }
}

/** Takes apart all requests of a connection to the backend. */
function checkRequests(received: string): void {
  for (let rest = received; rest !== ""; ) {
    const [head] = REQUEST.exec(rest) ?? [];
    assert.ok(head !== undefined, JSON.stringify(rest.slice(0, 300)));
    assert.doesNotMatch(head, /^x-evil/im, head);
    assert.equal([...head.matchAll(/^host:/gim)].length, 1, head);
    rest = rest.slice(head.length);
    const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
    if (/^transfer-encoding:/im.test(head)) {
      assert.equal(length, undefined, head);
      rest = rest.slice(rest.indexOf("0\r\n\r\n") + 5);
    } else if (length !== undefined) rest = rest.slice(Number(length));
  }
}
