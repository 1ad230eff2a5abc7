import { handlers } from "./attacks/attack.ts";
import { attackSuite } from "./attacks/attack_suite.ts";

const LIMIT = /memory limit|ran for more than|out of memory/i;
const REFUSED = /RangeError|TypeError|SyntaxError/;
const ANY = /memory limit|an error of \d+ characters|ran for more than|RangeError|TypeError|at most/i;

attackSuite([
  {
    name: "arrays without end",
    attacks: [
      ...handlers([500], LIMIT, {
        "new Array(1000)": "const x = []; for (;;) x.push(new Array(1000));",
        objects: "const x = []; for (let i = 0; ; i++) x.push({ i, s: 's' + i });",
        concat: "let x = [1]; for (;;) x = x.concat(x);",
        spread: "let x = [1]; for (;;) x = [...x, ...x];",
        Map: "const map = new Map(); for (let i = 0; ; i++) map.set(i, i);",
        Set: "const set = new Set(); for (let i = 0; ; i++) set.add('s' + i);",
        properties: "const o = {}; for (let i = 0; ; i++) o['k' + i] = i;",
        closures: "let f = () => 1; for (;;) { const g = f; f = () => g; }",
        symbols: "const x = []; for (let i = 0; ; i++) x.push(Symbol.for('s' + i));",
        classes: "let C = class {}; for (;;) C = class extends C {};",
        promises: "const x = []; for (;;) x.push(new Promise(() => {}));",
        "weak references": "const x = []; for (;;) x.push(new WeakRef({}));",
        "Array(1e9).fill": "return Array(1e9).fill(0).length;",
        "fill of what is like an array": "Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 0);",
        "a frozen list of holes": "const a = Array(1e9); for (const x of a) a.at(-1);",
      }),
      ...handlers([500], ANY, {
        "join of Array(2 ** 32 - 1)": "return new Response(Array(2 ** 32 - 1).join());",
        "more than Array can": "return new Response(Array(2 ** 32));",
        fromCharCode: "return new Response(String.fromCharCode.apply(null, new Array(1e7).fill(65)));",
        "JSON.parse": "return new Response(JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)) + '');",
      }),
    ],
  },
  {
    name: "memory kept from request to request",
    attacks: [
      {
        name: "objects",
        before: "const kept = [];",
        handler:
          "for (let i = 0; i < 1e4; i++) kept.push({ i, text: 'text ' + i }); return new Response('kept');",
        paths: Array.from({ length: 60 }, (_, i) => `/${i}`),
        outcomes: [200, 500],
      },
      {
        name: "bytes",
        before: "const kept = [];",
        handler: "kept.push(new Uint8Array(1e6).fill(1)); return new Response('kept');",
        paths: Array.from({ length: 60 }, (_, i) => `/${i}`),
        outcomes: [200, 500],
        log: /allocation failed|memory limit/,
      },
    ],
  },
  {
    name: "huge strings",
    attacks: handlers([500], ANY, {
      "repeat(2 ** 29)": "return new Response('x'.repeat(2 ** 29));",
      "repeat as long as possible": "return new Response('x'.repeat(2 ** 29 - 24));",
      padEnd: "return new Response(''.padEnd(2 ** 29 - 100, 'ab') + 'x');",
      "a text that doubles": "let s = 'x'; for (;;) s = s.concat(s, '');",
      "concatenation with something new": "let s = 'x'; for (;;) s = s + s + Math.random();",
      replaceAll: "return new Response('x'.repeat(2 ** 20).replaceAll('x', 'y'.repeat(2 ** 20)));",
      "JSON.stringify of much": "return Response.json(new Array(1e6).fill('x'.repeat(1000)));",
      "JSON.stringify of depth":
        "let o = {}; for (let i = 0; i < 3e6; i++) o = { o }; return Response.json(o);",
      "Response.json of a graph":
        "let o = []; for (let i = 0; i < 60; i++) o = [o, o]; return Response.json(o);",
      "a message": "throw new Error('x'.repeat(2 ** 27));",
      "many messages":
        "throw new AggregateError(Array.from({ length: 1e5 }, () => new Error('x'.repeat(1000))), 'y'.repeat(2 ** 25));",
      "a field": "return new Response('x', { headers: { a: 'x'.repeat(2 ** 27) } });",
      "many fields":
        "const h = new Headers(); for (let i = 0; ; i++) h.append('a' + i, 'x'.repeat(1000)); return new Response('', { headers: h });",
      "an address": "return Response.redirect('/' + 'x'.repeat(2 ** 27));",
      "a path": "request.path = '/' + 'x'.repeat(2 ** 25);",
      "a file": "return Response.file('/' + 'x'.repeat(2 ** 27));",
    }),
  },
  {
    name: "huge buffers",
    attacks: [
      ...handlers([500], REFUSED, {
        "new Uint8Array(2 ** 31)": "return new Uint8Array(2 ** 31).length;",
        "new Uint8Array(2 ** 33)": "return new Uint8Array(2 ** 33).length;",
        "many ArrayBuffers": "const x = []; for (;;) x.push(new ArrayBuffer(1e6));",
        "many filled": "const x = []; for (;;) x.push(new Uint8Array(1e6).fill(1));",
        SharedArrayBuffer:
          "const x = []; for (;;) x.push(new Uint8Array(new SharedArrayBuffer(1e6)).fill(1));",
        "SharedArrayBuffer(2 ** 32)": "return new SharedArrayBuffer(2 ** 32).byteLength;",
        "a resizable one":
          "const b = new ArrayBuffer(0, { maxByteLength: 2 ** 32 }); b.resize(2 ** 31); new Uint8Array(b).fill(1);",
        "a growable one":
          "const b = new SharedArrayBuffer(0, { maxByteLength: 2 ** 32 }); b.grow(2 ** 31); new Uint8Array(b).fill(1);",
        transfer:
          "let b = new ArrayBuffer(1); for (let n = 1; ; n *= 2) { b = b.transfer(n); new Uint8Array(b).fill(1); }",
        "WebAssembly.Memory": "const x = []; for (;;) x.push(new WebAssembly.Memory({ initial: 1000 }));",
        structuredClone: "const x = []; for (;;) x.push(structuredClone(new Uint8Array(1e6)));",
        TextEncoder: "const x = []; for (;;) x.push(new TextEncoder().encode('x'.repeat(1e6)));",
        Blob: "let b = new Blob(['x'.repeat(1e6)]); for (;;) b = new Blob([b, b]);",
        "crypto.getRandomValues":
          "const x = []; for (;;) x.push(crypto.getRandomValues(new Uint8Array(65536)));",
      }).map((attack) =>
        attack.name === "WebAssembly.Memory"
          ? { ...attack, log: /WebAssembly is not defined/ }
          : { ...attack, log: ANY },
      ),
      ...handlers([500], ANY, {
        "very many small ones": "const x = []; for (;;) x.push(new ArrayBuffer(10));",
        "one after the other": "for (;;) new Uint8Array(2e7).fill(1);",
      }),
    ],
  },
  {
    name: "answers of 100 MB",
    attacks: handlers([500], ANY, {
      text: "return new Response('x'.repeat(100e6));",
      "text that was written":
        "let s = ''; while (s.length < 100e6) s += 'x'.repeat(1e6) + s.length; return new Response(s);",
      bytes: "return new Response(new Uint8Array(100e6));",
      parts: "return Response.parts(Array(100).fill('x'.repeat(1e6)));",
      "parts of bytes": "const part = new Uint8Array(1e6); return Response.parts(Array(1000).fill(part));",
      json: "return Response.json('x'.repeat(100e6));",
      "a Blob": "return new Response(new Blob(Array(100).fill('x'.repeat(1e6))));",
    }),
  },
]);
