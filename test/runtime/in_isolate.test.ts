import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ivm from "isolated-vm";
import { hostUrl } from "../../core/script/host/host_url.ts";

/** The web classes as one script; evaluating it in an isolate gives a function that installs them as globals. */
let classes: string;

before(async () => {
  const runtime = (name: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../core/runtime/${name}`, import.meta.url)));
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { Headers, headersFromText, headersToText } from ${runtime("http/headers.ts")};
        import { createURLClasses } from ${runtime("url/url.ts")};
        import { TextDecoder, TextEncoder } from ${runtime("text/text_encoding.ts")};
        import { atob, btoa } from ${runtime("text/base64.ts")};
        import { createConsole } from ${runtime("console/console.ts")};
        export const install = (parseUrl, setUrlPart, write) => Object.assign(globalThis, {
          Headers, headersFromText, headersToText, TextDecoder, TextEncoder, atob, btoa,
          ...createURLClasses({ parseUrl, setUrlPart }),
          console: createConsole(write),
        });`,
      resolveDir: "/",
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "runtime",
    platform: "neutral",
    target: "es2024",
  });
  classes = `(() => { "use strict"; ${outputFiles[0]!.text}; return runtime.install; })()`;
});

function isolate(t: TestContext) {
  const machine = new ivm.Isolate({ memoryLimit: 32 });
  t.after(() => machine.dispose());
  const context = machine.createContextSync();
  const lines: string[] = [];
  const install = context.evalSync(classes, { reference: true }) as ivm.Reference;
  install.applySync(undefined, [
    new ivm.Callback(hostUrl.parseUrl),
    new ivm.Callback(hostUrl.setUrlPart),
    new ivm.Callback((level: string, text: string) => void lines.push(`${level}: ${text}`)),
  ]);
  /** The value of an expression, which must be JSON. */
  const evaluate = (expression: string): unknown =>
    JSON.parse(context.evalSync(`JSON.stringify(${expression})`) as string) as unknown;
  return { evaluate, lines, run: (code: string) => context.evalSync(`${code}; undefined`) };
}

test("the web classes work in a bare isolate", (t) => {
  const { evaluate, run, lines } = isolate(t);
  assert.deepEqual(evaluate(`[...new Headers({ B: "2", a: "1" })]`), [
    ["a", "1"],
    ["b", "2"],
  ]);
  assert.equal(
    evaluate(`new URL("../x?y=ü#z", "https://user@[::1]:8443/a/b/").href`),
    "https://user@[::1]:8443/a/x?y=%C3%BC#z",
  );
  assert.equal(
    evaluate(
      `(() => { const u = new URL("http://h/"); u.searchParams.set("q", "a b"); u.port = "81"; return u; })()`,
    ),
    "http://h:81/?q=a+b",
  );
  assert.equal(
    evaluate(`new TextDecoder().decode(new TextEncoder().encode("grüße \u{1f600}"))`),
    "grüße \u{1f600}",
  );
  assert.equal(evaluate(`atob(btoa("abc"))`), "abc");
  run(`console.warn("%s:", "x", new URL("http://h"), { a: [1] })`);
  assert.deepEqual(lines, ["warn: x: http://h/ { a: [1] }"]);
});

test("iterators of the web classes have the language's iterator helpers", (t) => {
  const { evaluate } = isolate(t);
  assert.deepEqual(evaluate(`new Headers({ a: "1" }).keys().map((name) => name + "!").toArray()`), ["a!"]);
});

test("a script that replaces built-ins cannot smuggle a line into a header", (t) => {
  const { evaluate, run } = isolate(t);
  run(`
    RegExp.prototype.test = () => true;
    RegExp.prototype.exec = () => ["x"];
    String.prototype.charCodeAt = () => 0x61;
    String.prototype.indexOf = () => -1;
    String.prototype.slice = () => "a";
    String.prototype.toLowerCase = () => "a";
    Array.prototype.push = function (item) { this[this.length] = item + "\\r\\nEvil: 1"; };
    Array.prototype[Symbol.iterator] = function* () { yield "evil"; };
  `);
  for (const value of [`"x\\r\\nEvil: 1"`, `"x\\nEvil: 1"`, `{ toString: () => "x\\r\\nEvil: 1" }`]) {
    assert.equal(
      evaluate(
        `(() => { const h = headersFromText("Host: h\\r\\n"); try { h.set("x", ${value}); } catch { return "refused"; } return headersToText(h); })()`,
      ),
      "refused",
    );
  }
});

test("headers stay what they are when the built-ins are replaced", (t) => {
  const { evaluate, run } = isolate(t);
  run(`
    String.prototype.charCodeAt = () => 0x61;
    String.prototype.indexOf = () => -1;
    String.prototype.slice = () => "a";
    Array.prototype.push = () => 0;
    Array.prototype.sort = () => [];
  `);
  assert.equal(
    evaluate(
      `(() => { const h = headersFromText("Host: h\\r\\nX: 1\\r\\n"); h.append("Y", "2"); h.delete("x"); return headersToText(h); })()`,
    ),
    "Host: h\r\nY: 2\r\n",
  );
});
