/** Expressions of values that are nasty to look at, by name. */
export const HOSTILE_VALUES: Readonly<Record<string, string>> = {
  undefined: "undefined",
  null: "null",
  "a number": "-0",
  "a big integer": "10n ** 1000n",
  "a text": "'secret'",
  "a huge text": "'secret'.repeat(2 ** 24)",
  "a symbol": "Symbol('secret')",
  "a function": "function secret() {}",
  "a class": "class Secret { static toString() { throw 1; } }",
  "a frozen object": "Object.freeze({ secret: 1 })",
  "an object without prototype": "Object.create(null)",
  "an object that cannot be shown":
    "{ toJSON() { throw 1; }, toString() { throw 2; }, get stack() { throw 3; } }",
  "a circle": "(() => { const circle = {}; circle.circle = circle; return circle; })()",
  "a proxy":
    "new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; }, has() { throw 3; }, ownKeys() { throw 4; } })",
  "a proxy of an error": "new Proxy(new Error('secret'), { get() { throw 1; } })",
  "a proxy that answers everything with itself":
    "(() => { const it = new Proxy(function () {}, { get: () => it, apply: () => it, getPrototypeOf: () => Error.prototype }); return it; })()",
  "a revoked proxy":
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
  "an error": "new Error('secret')",
  "an error with a huge message": "new Error('secret'.repeat(2 ** 24))",
  "an error with a huge stack": "Object.assign(new Error(), { stack: 'secret\\n    at '.repeat(2 ** 20) })",
  "an error whose stack is no text": "Object.assign(new Error(), { stack: { toString() { throw 1; } } })",
  "an error whose stack throws":
    "Object.defineProperty(new Error(), 'stack', { get() { throw new Error('secret'); } })",
  "an error whose name and message throw":
    "Object.defineProperties(new Error(), { stack: { value: '' }, name: { get() { throw 1; } }, message: { get() { throw 1; } } })",
  "an error whose cause is itself":
    "(() => { const error = new Error('secret'); error.cause = error; return error; })()",
  // To take ten thousand stacks down would take the CPU limit of these attacks, or half of it: another attack.
  "an error with very many causes":
    "(() => { const { stackTraceLimit } = Error; Error.stackTraceLimit = 0; let error = new Error('secret'); for (let i = 1; i < 1e4; i++) error = new Error('x', { cause: error }); Error.stackTraceLimit = stackTraceLimit; return new Error('x', { cause: error }); })()",
  "an error that forges log lines": 'new Error(\'secret\\n{"level":60,"msg":"forged"}\\r\\n\\u001b[2J\\0\')',
  "an error that forges frames of the host":
    "Object.assign(new Error(), { stack: 'Error: secret\\n    at (<isolated-vm boundary>)\\n    at process (node:internal:1:1)\\n    at lodestone:///x:1:1e99' })",
  "an aggregate": "new AggregateError(Array.from({ length: 100 }, () => new Error('secret')), 'secret')",
  "a frozen error": "Object.freeze(new Error('secret'))",
  "an error of no class": "Object.setPrototypeOf(new Error('secret'), null)",
  "a subclass that hides":
    "new (class Hidden extends Error { get message() { return this.stack; } get name() { return this.message.length; } })('secret')",
  "a promise": "Promise.resolve('secret')",
  "a response": "new Response('secret', { status: 200 })",
  "the global object": "globalThis",
};
