import { handlers, impatient } from "./attacks/attack.ts";
import { attackSuite } from "./attacks/attack_suite.ts";

const CPU = /ran for more than 50 ms/;
const CPU_OR_DEADLINE = /ran for more than 50 ms|not decided after/;

attackSuite([
  {
    name: "endless loops",
    attacks: handlers([500], CPU, {
      "a loop": "for (;;);",
      "a loop after an await": "await null; for (;;);",
      "a loop in a getter of the answer": "return new Response('x', { get status() { for (;;); } });",
      "a loop in toString": "return new Response({ toString() { for (;;); } });",
      "a loop in toJSON": "return Response.json({ toJSON() { for (;;); } });",
      "a loop in a thrown error's message":
        "throw Object.defineProperty(new Error(), 'stack', { get() { for (;;); } });",
      "a loop that catches everything": "for (;;) try { for (;;); } catch {} finally { for (;;); }",
      "a generator": "function* endless() { for (;;) yield 1; } for (const _ of endless());",
      "an iterator of fields":
        "return new Response('x', { headers: (function* () { for (;;) yield ['a', 'b']; })() });",
      "a proxy's traps": "return Object.keys(new Proxy({}, { ownKeys() { for (;;); } }));",
    }),
  },
  {
    name: "attempts to sleep",
    attacks: impatient(
      handlers([500, 504], /ran for more than 50 ms|Atomics|not decided after/, {
        "Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
        "Atomics.waitAsync":
          "await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e6).value;",
      }),
    ),
  },
  {
    name: "catastrophic regular expressions",
    attacks: handlers([500], CPU, {
      "nested quantifiers": "/^(a+)+$/.test('a'.repeat(40) + 'b');",
      "a look-behind": "/(?<=(a+)+)b/.test('a'.repeat(50) + 'c'); /(x+x+)+y/.test('x'.repeat(50));",
      "counted groups":
        "new RegExp('((((((a{1000}){1000}){1000}){1000}){1000}){1000})').test('a'.repeat(1e5));",
      "replace with a pattern": "'a'.repeat(40).replace(/(a*)*b/g, 'x');",
      "a URLPattern":
        "new URLPattern({ pathname: '/:x((?:a|a)+)' }).test({ pathname: '/' + 'a'.repeat(60) + 'b' });",
    }),
  },
  {
    name: "deep recursion",
    attacks: handlers([500], /call stack/i, {
      "a function": "const deeper = () => 1 + deeper(); deeper();",
      "a getter": "const it = { get it() { return this.it; } }; it.it;",
      toJSON: "const endless = { toJSON: () => ({ endless }) }; return Response.json(endless);",
      generators: "function* deeper() { yield* deeper(); } [...deeper()];",
      "a proxy of a proxy": "let it = {}; it = new Proxy(it, { get: (_, name) => it[name] }); it.x;",
      arguments: "Math.max(...new Array(5e6).fill(1));",
      parentheses: "new Function('return ' + '('.repeat(1e6) + ')'.repeat(1e6));",
    }).map((attack) => (attack.name === "parentheses" ? { ...attack, log: /call stack|EvalError/ } : attack)),
  },
  {
    name: "promise floods",
    attacks: impatient([
      ...handlers([500, 504], CPU, {
        "then without end": "const again = () => Promise.resolve().then(again); await again();",
        "await without end": "for (;;) await null;",
        "queueMicrotask without end":
          "const again = () => queueMicrotask(again); again(); await new Promise(() => {});",
        "two by two":
          "const again = () => { Promise.resolve().then(again); Promise.resolve().then(again); }; again(); await new Promise(() => {});",
        "a thenable that resolves to itself":
          "const again = { then(resolve) { resolve(again); } }; return again;",
        "an asynchronous iterator": "for await (const _ of (async function* () { for (;;) yield 1; })());",
      }),
      ...handlers([500, 504], undefined, {
        "Promise.all of very many":
          "await Promise.all(Array.from({ length: 1e6 }, () => new Promise(() => {})));",
        "the same in the background":
          "const again = async () => { for (;;) await null; }; again(); return new Response('x');",
      }).map((attack) => ({ ...attack, outcomes: [200, 500, 504] })),
    ]),
  },
  {
    name: "timer floods",
    attacks: [
      {
        name: "100,000 timers",
        handler: "for (let i = 0; i < 1e5; i++) setTimeout(() => {}, 0); return new Response('x');",
        outcomes: [200, 500],
        log: /timers under way|ran for more than/,
      },
      {
        name: "setInterval 0",
        handler: "for (let i = 0; i < 100; i++) setInterval(() => {}, 0); return new Response('x');",
        outcomes: [200],
      },
      {
        name: "a loop in a timer that is awaited",
        handler: "await new Promise((done) => setTimeout(() => { for (;;); done(); }, 1));",
        outcomes: [500, 504],
        deadline: 300,
        log: CPU_OR_DEADLINE,
      },
      {
        name: "timers that start timers",
        handler:
          "const again = () => { setTimeout(again); setTimeout(again); }; again(); return new Response('x');",
        outcomes: [200, 500],
      },
      {
        name: "a loop in each of many timers",
        handler: "for (let i = 0; i < 5; i++) setTimeout(() => { for (;;); }, i); return new Response('x');",
        outcomes: [200, 500],
      },
    ],
  },
  {
    name: "promises that never settle",
    attacks: impatient(
      handlers([504], /not decided after 300 ms/, {
        "a promise": "await new Promise(() => {});",
        "a promise that is returned": "return new Promise(() => {});",
        "a thenable": "return { then() {} };",
        "a timer after the deadline": "await new Promise((done) => setTimeout(done, 1e6));",
        "a lock that nobody opens": "return (async () => { await Promise.race([]); })();",
      }),
    ),
  },
  {
    name: "endless logging",
    attacks: [
      ...handlers([500], /lines left out|ran for more than/, {
        "short lines": "for (;;) console.log('x');",
        "long lines": "const line = 'x'.repeat(16000); for (;;) console.error(line);",
        objects:
          "const deep = Array.from({ length: 50 }, () => ({ a: Array(50).fill({ b: 1 }) })); for (;;) console.log(deep);",
        "log.warn after an await": "await null; for (;;) lodestone.log.warn('x');",
        "line ends and escapes": "for (;;) console.log('\\n{\"level\":60}\\n\\u001b[2J\\0\\u2028');",
      }),
    ],
  },
]);
