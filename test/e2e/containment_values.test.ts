import type { Attack } from "./attacks/attack.ts";
import { handlers, impatient } from "./attacks/attack.ts";
import { attackSuite } from "./attacks/attack_suite.ts";
import { HOSTILE_VALUES } from "./attacks/hostile_values.ts";

const VALUES = Object.values(HOSTILE_VALUES);
const PATHS = VALUES.map((_, i) => `/${i}`);
const SHORT_PATHS = PATHS.filter((_, i) => Object.keys(HOSTILE_VALUES)[i] !== "a huge text");
const makers = `const makers = [${VALUES.map((value) => `() => (${value})`).join(",\n")}];
const make = (request) => makers[Number(request.path.slice(1))]();`;

/** One site that throws each value in turn, wherever `handler` says. */
function throwing(name: string, handler: string, outcomes: readonly number[], more = ""): Attack {
  return { name, before: makers + more, handler, paths: PATHS, outcomes };
}

attackSuite([
  {
    name: "throwing of every kind of value",
    attacks: [
      throwing("in the handler", "throw make(request);", [500]),
      throwing("after an await", "await null; throw make(request);", [500]),
      throwing("as a rejected promise", "return Promise.reject(make(request));", [500]),
      {
        ...throwing("without a promise", "", [500]),
        script: `${makers}\nexport default (request) => { if (request.path === "/well") return 200; throw make(request); };`,
      },
      throwing(
        "from a getter of the options",
        "return new Response('x', { get status() { throw make(request); } });",
        [500],
      ),
      throwing(
        "from a timer",
        "setTimeout(() => { throw make(request); }, 0); await new Promise((done) => setTimeout(done, 5)); return new Response('x');",
        [200],
      ),
      throwing(
        "from a microtask",
        "queueMicrotask(() => { throw make(request); }); await null; return new Response('x');",
        [200],
      ),
      throwing(
        "as a rejection that nobody handles",
        "Promise.reject(make(request)); return new Response('x');",
        [200],
      ),
      throwing(
        "from onResponse",
        "return new Response('x');",
        [500],
        "\nexport const onResponse = (response, request) => { if (request.path !== '/well') throw make(request); };",
      ),
      throwing(
        "from onResponse later",
        "return new Response('x');",
        [500],
        "\nexport const onResponse = async (response, request) => { await null; if (request.path !== '/well') throw make(request); };",
      ),
      throwing(
        "to the log",
        "console.log(make(request)); lodestone.log.error(make(request)); return new Response('x');",
        [200, 500],
      ),
      throwing("as the reason of an abort", "AbortSignal.abort(make(request)).throwIfAborted();", [500]),
      throwing("to reportError", "reportError(make(request)); return new Response('x');", [200]),
    ],
  },
  {
    name: "values of every kind returned",
    attacks: impatient([
      throwing("from the handler", "return make(request);", [200, 404, 500, 504]),
      throwing("as the body", "return new Response(make(request));", [200, 500]),
      throwing("as options", "return new Response('x', make(request));", [200, 500]),
      throwing("as the status", "return new Response('x', { status: make(request) });", [200, 500]),
      throwing("as fields", "return new Response('x', { headers: make(request) });", [200, 500]),
      throwing(
        "as the value of a field",
        "return new Response('x', { headers: { a: make(request) } });",
        [200, 500],
      ),
      throwing("as JSON", "return Response.json(make(request));", [200, 500]),
      throwing("as an address", "return Response.redirect(make(request));", [302, 500]),
      throwing("as a file", "return Response.file(make(request));", [404, 500]),
      throwing("as parts", "return Response.parts(make(request));", [200, 404, 500]),
      throwing("as the path of the request", "request.path = make(request);", [404, 500]),
      // Each character would become a property, which V8 does not let itself be interrupted in.
      { ...throwing("as the environment", "request.env = make(request);", [404, 500]), paths: SHORT_PATHS },
      throwing("as a request", "return new Request(make(request), request);", [404, 500]),
      throwing("to fetch", "return fetch(make(request));", [404, 500, 502]),
      throwing(
        "from onResponse",
        "return new Response('x');",
        [200, 500, 504],
        "\nexport const onResponse = (response, request) => (request.path === '/well' ? undefined : make(request));",
      ),
    ]),
  },
  {
    name: "answers that are not what they seem",
    attacks: handlers([200, 404, 500, 504], undefined, {
      "a proxy of a Response": "return new Proxy(new Response('x'), {});",
      "a proxy with traps":
        "return new Proxy(new Response('x'), { get() { throw 1; }, has() { throw 2; }, getPrototypeOf() { throw 3; } });",
      "an object made of the prototype": "return Object.create(Response.prototype);",
      "a then that throws": "return { get then() { throw new Error('no'); } };",
      "a then that never calls": "return { then() {} };",
      "a then that calls both":
        "return { then(resolve, reject) { resolve(new Response('a')); reject(new Error('b')); resolve(new Response('c')); throw new Error('d'); } };",
      "a then that calls later and again":
        "return { then(resolve) { for (let i = 0; i < 9; i++) setTimeout(() => resolve(new Response('' + i)), i); } };",
      "a then that hands over thenables":
        "let left = 1000; const it = { then(resolve) { resolve(left-- > 0 ? it : new Response('x')); } }; return it;",
      "a Response with a then":
        "return Object.assign(new Response('x'), { then(resolve) { resolve(5e9); } });",
      "a subclass of Response that lies":
        "return new (class extends Response { get status() { return '200\\n1\\n1\\nab'; } get headers() { throw 1; } get body() { throw 2; } get type() { return 'error'; } })('x', { status: 404 });",
      "a subclass of Headers that lies":
        "return new Response('x', { headers: new (class extends Headers { *[Symbol.iterator]() { yield ['a', 'b\\r\\nX-Evil: 1']; } entries() { throw 1; } get() { return '\\r\\n'; } })() });",
      "a subclass of Request that lies":
        "return new (class extends Request { get path() { return '/\\r\\n'; } get method() { return 'A B'; } })(request);",
      "a status that is redefined":
        "Object.defineProperty(Response.prototype, 'status', { get: () => '200\\n0\\n' }); return new Response('x');",
      "headers that are redefined":
        "Object.defineProperty(Response.prototype, 'headers', { get() { return new Map([['a', '\\r\\n\\r\\n']]); } }); return new Response('x', { headers: { a: 'b' } });",
      "a foreign prototype": "return Object.setPrototypeOf(new Response('x'), null);",
      "no prototype of the class":
        "Object.setPrototypeOf(Response.prototype, null); Object.setPrototypeOf(Response, null); return new Response('x');",
      "a class without its parent":
        "Object.setPrototypeOf(Response, class { constructor() { throw new Error('no'); } }); return new Response('x');",
      "the same answer twice": "const answer = globalThis.answer ??= new Response('x'); return answer;",
      "Symbol.hasInstance":
        "Object.defineProperty(Response, Symbol.hasInstance, { value: () => true }); return { status: 200 };",
      "Symbol.toPrimitive":
        "return new Response('x', { status: { [Symbol.toPrimitive]: () => '200\\r\\nX-Evil: 1' } });",
      "a status of 101": "return new Response(null, { status: 101 });",
      "a number that is no status": "return 1e9;",
    }).map((attack) => ({ ...attack, breaksItself: true, deadline: 300 })),
  },
  {
    name: "bodies that never end well",
    together: 4,
    attacks: handlers([200, 500, 502, "closed", "waits"], undefined, {
      "a stream of nonsense":
        "return new Response(new ReadableStream({ pull(controller) { controller.enqueue({ evil: 1 }); } }));",
      "a stream that throws at its start":
        "return new Response(new ReadableStream({ start() { throw new Error('no'); } }));",
      "a stream that throws on the way":
        "let pieces = 3; return new Response(new ReadableStream({ pull(controller) { if (pieces-- === 0) throw new Error('secret'); controller.enqueue(new Uint8Array(10)); } }));",
      "a stream that never brings anything":
        "return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));",
      "a stream that stops":
        "let pieces = 3; return new Response(new ReadableStream({ pull(controller) { if (pieces-- <= 0) return new Promise(() => {}); controller.enqueue(new Uint8Array(10)); } }));",
      "a stream that loops": "return new Response(new ReadableStream({ pull() { for (;;); } }));",
      "a huge piece":
        "return new Response(new ReadableStream({ start(controller) { controller.enqueue(new Uint8Array(1e8)); controller.close(); } }));",
      "pieces without end at once":
        "return new Response(new ReadableStream({ start(controller) { for (;;) controller.enqueue(new Uint8Array(1e5)); } }));",
      "empty pieces without end":
        "return new Response(new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(0)); } }));",
      "a transform that never lets go":
        "const { readable, writable } = new TransformStream({ transform: () => new Promise(() => {}) }); writable.getWriter().write(new Uint8Array(1)); return new Response(readable);",
      "a body read twice":
        "const r = new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); c.close(); } })); r.body.getReader(); return r;",
    }),
  },
]);
