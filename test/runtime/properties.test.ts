import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { parseSetCookie } from "set-cookie-parser";
import { SiteHarness } from "../script/site_harness.ts";
import { InBoth } from "./support/in_both.ts";

/** Generated input in a real isolate and in Node: what the classes of both make of it is the same. */

async function agrees<In>(
  t: TestContext,
  run: (given: In) => unknown,
  arbitrary: fc.Arbitrary<In>,
): Promise<void> {
  const both = await InBoth.start(t, run);
  const batch = fc.array(arbitrary, { minLength: 20, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(batch, (given) => both.agree(given)),
    { numRuns: 40 },
  );
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.stringMatching(/^[a-c=&+%;:/?#@.20EBF\ud800é\u{1f600}]{0,12}$/u),
  fc.constantFrom("a", "b", "", "%", "%zz", "%F0%9F", "+", " ", "\ud83d", "\0", "\t", "1e999", "__proto__"),
);

// Node's own parser of queries takes characters beyond ASCII for bytes when it has to decode; the standard does not.
const query = text.map((each) => (each.includes("%") ? each.replace(/[^\0-\x7f]/g, "") : each));

// Without "cookie", whose values Node joins by "; ", and "__proto__", which it loses in records; the standard does neither.
const fieldName = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("a", "A", "b", "Set-Cookie", "x-é", "constructor", "", "a b"),
  },
  { weight: 2, arbitrary: fc.stringMatching(/^[!-~]{1,4}$/) },
);
const fieldValue = fc.oneof(
  fc.stringMatching(/^[ \t\r\n]*[\x21-\x7e\x80-\xff \t]{0,8}[ \t\r\n]*$/),
  fc.constantFrom("a=1; Path=/", "", " ", "a, b", "\u0100", "a\nb", "a\0"),
);
// A copy of two values of which the last is empty ends with a comma or a comma and a space.
const filledValue = fieldValue.map((value) => (value.trim() === "" ? "-" : value));
type Step = readonly [kind: string, first: string, second: string];
const fieldSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(fc.constantFrom("append", "set", "delete", "copy", "record", "pairs"), fieldName, filledValue),
  { maxLength: 12 },
);

test("Headers after any sequence of changes and copies", (t) =>
  agrees(
    t,
    (steps) => {
      const seen: unknown[] = [];
      let headers = new Headers();
      for (const [kind, name, value] of steps) {
        try {
          if (kind === "copy") headers = new Headers(headers);
          else if (kind === "record")
            headers = new Headers({ ...Object.fromEntries(headers), [name]: value });
          else if (kind === "pairs") headers = new Headers([...headers, [name, value]]);
          else if (kind === "delete") headers.delete(name);
          else headers[kind as "append"](name, value);
          seen.push(headers.get(name), headers.has(name));
        } catch (error) {
          seen.push((error as Error).name);
        }
      }
      return [seen, [...headers], [...headers.keys()], [...headers.values()], headers.getSetCookie()];
    },
    fieldSteps,
  ));

test("Headers that change while they are iterated", (t) =>
  agrees(
    t,
    (steps) => {
      const headers = new Headers([
        ["b", "1"],
        ["a", "2"],
        ["set-cookie", "3"],
        ["set-cookie", "4"],
      ]);
      const seen: unknown[] = [];
      let next = 0;
      for (const pair of headers) {
        seen.push(pair);
        const step = steps[next++];
        if (step === undefined || next > 30) continue;
        try {
          if (step[0] === "delete") headers.delete(step[1]);
          else headers[step[0] === "set" ? "set" : "append"](step[1], step[2]);
        } catch {}
      }
      return seen;
    },
    fieldSteps,
  ));

const urlText = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.constantFrom(
    "http://user:pass@example.org:8080/p/a/t/h?query=string#hash",
    "https://[::1]:443/",
    "file:///C:/x",
    "mailto:a@b:c/d",
    "web+demo:/.//not-a-host/",
    "http://h?#",
    "http://xn--nxasmq6b/ß",
    "http://1.2.3/..//%2e%2E/x",
    "http://ＥＸ.com",
    "blob:https://a.test/x",
  ),
  fc
    .tuple(fc.constantFrom("http:", "https:", "x:", "file:", ""), fc.constantFrom("", "/", "//"), text, text)
    .map((parts) => parts.join("")),
);
const urlSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom(
      ...[
        "href",
        "protocol",
        "username",
        "password",
        "host",
        "hostname",
        "port",
        "pathname",
        "search",
        "hash",
      ],
      ...["params.append", "params.set", "params.delete", "params.sort", "params.get"],
    ),
    fc.oneof(text, urlText),
    text,
  ),
  { maxLength: 8 },
);

test("URL after any sequence of setters and changes of its searchParams", (t) =>
  agrees(
    t,
    ([start, base, steps]) => {
      const parts = (url: URL): string[] => [
        ...[url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port],
        ...[
          url.pathname,
          url.search,
          url.hash,
          String(url.searchParams),
          JSON.stringify([...url.searchParams]),
        ],
      ];
      if (!URL.canParse(start, base)) return [URL.parse(start, base), "no URL"];
      const url = new URL(start, base);
      const seen = [parts(url)];
      const { searchParams } = url;
      for (const [kind, first, second] of steps) {
        try {
          if (kind === "params.append") searchParams.append(first, second);
          else if (kind === "params.set") searchParams.set(first, second);
          else if (kind === "params.delete") searchParams.delete(first);
          else if (kind === "params.sort") searchParams.sort();
          else if (kind === "params.get")
            seen.push([String(searchParams.get(first)), String(searchParams.has(first, second))]);
          else url[kind as "hash"] = first;
        } catch (error) {
          seen.push([(error as Error).name]);
        }
        seen.push(parts(url));
      }
      return [seen, searchParams === url.searchParams, searchParams.size, url.toJSON()];
    },
    fc.tuple(urlText, fc.constantFrom("https://base.test/a/b?c#d", "http://x"), urlSteps),
  ));

test("URLSearchParams made from anything, and after any sequence of changes", (t) =>
  agrees(
    t,
    ([query, pairs, steps]) => {
      const seen: unknown[] = [];
      const makes = [
        () => new URLSearchParams(query),
        () => new URLSearchParams(pairs as [string, string][]),
        () => new URLSearchParams(Object.fromEntries(pairs)),
        () => new URLSearchParams(new URLSearchParams(query)),
      ];
      for (const make of makes) {
        const params = make();
        for (const [kind, first, second] of steps) {
          if (kind === "append" || kind === "set") params[kind](first, second);
          else if (kind === "delete") params.delete(first);
          else if (kind === "copy") params.delete(first, second);
          else params.sort();
          seen.push(params.get(first), params.getAll(first), params.has(first), params.has(first, second));
        }
        seen.push(String(params), [...params], params.size);
      }
      return seen;
    },
    fc.tuple(
      query,
      fc.array(fc.tuple(text, text), { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom("append", "set", "delete", "copy", "sort"), text, text), {
        maxLength: 8,
      }),
    ),
  ));

test("text that is encoded and decoded, whole and in pieces", (t) =>
  agrees(
    t,
    ([given, cut]) => {
      const bytes = new TextEncoder().encode(given);
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      let pieces = "";
      for (let i = 0; i < bytes.length; i += cut)
        pieces += decoder.decode(bytes.subarray(i, i + cut), { stream: true });
      pieces += decoder.decode();
      const results: unknown[] = [[...bytes], pieces, new TextDecoder().decode(bytes.subarray(cut))];
      for (const run of [() => btoa(given), () => atob(given)]) {
        try {
          results.push(run());
        } catch (error) {
          results.push((error as Error).name);
        }
      }
      return results;
    },
    fc.tuple(
      fc.oneof(text, fc.string({ unit: "grapheme" }), fc.base64String()),
      fc.integer({ min: 1, max: 5 }),
    ),
  ));

test("Request, Response and FormData made from generated parts", (t) =>
  agrees(
    t,
    ([method, name, value, status]) => {
      const attempt = (run: () => unknown): unknown => {
        try {
          return run();
        } catch {
          // Which of two mistakes is found first is nobody's business.
          return "throws";
        }
      };
      const request = () => {
        const made = new Request("https://a.test/", { method, headers: { [name]: value } });
        return [made.method, [...made.headers]];
      };
      const response = () => {
        const made = new Response(null, { status, statusText: value, headers: [[name, value]] });
        return [made.status, made.statusText, made.ok, [...made.headers]];
      };
      const form = () => {
        const made = new FormData();
        made.append(name, value);
        made.append(value, new Blob([name]), name);
        made.set(name, value);
        return [...made].map(([key, entry]) => [
          key,
          typeof entry === "string" ? entry : [entry.name, entry.size],
        ]);
      };
      return [attempt(request), attempt(response), attempt(form)];
    },
    fc.tuple(
      fc.constantFrom("get", "POST", "Put", "patch", "a b", "TRACE", "connect", "x", "", "é"),
      fieldName,
      fieldValue,
      fc.constantFrom(199, 200, 204, 304, 404, 599, 600),
    ),
  ));

test("cookies that are set are what Node's Headers and another parser read, and what comes back", async (t) => {
  const script = `
    export default async (request) => {
      const made = (await request.json()).map(([name, value, attributes]) => {
        const { expires, ...rest } = attributes;
        const response = new Response(null);
        try {
          response.cookies.set(name, value, expires === undefined ? rest : { ...rest, expires: new Date(expires) });
        } catch (error) {
          return error.name;
        }
        const fields = response.headers.getSetCookie();
        const back = new Request("https://a.test/", { headers: { cookie: fields[0].split(";")[0] } });
        return [fields, [...back.cookies]];
      });
      return Response.json(made);
    };`;
  const site = await SiteHarness.start(t, script, { limits: { cpu: 10_000, body: 10_000_000 } });
  const attributes = fc.record(
    {
      path: fc.constantFrom("/", "/a/b"),
      domain: fc.constantFrom("example.org", "a.example.org"),
      maxAge: fc.integer({ min: -1, max: 10 ** 9 }),
      expires: fc.constantFrom("1970-01-01T00:00:00.000Z", "2030-05-06T07:08:09.000Z"),
      httpOnly: fc.boolean(),
      secure: fc.constant(true),
      sameSite: fc.constantFrom("strict", "lax", "none"),
    },
    { requiredKeys: ["secure"] },
  );
  // The other parser takes no names that objects have by nature.
  const name = fc.stringMatching(/^[!#$%&'*+\-.^`|~0-9A-Za-z]{1,12}$/).filter((each) => !(each in {}));
  const cookie = fc.tuple(name, fc.string({ unit: "grapheme", maxLength: 20 }), attributes);
  await fc.assert(
    fc.asyncProperty(fc.array(cookie, { minLength: 10, maxLength: 40 }), async (given) => {
      const { answer } = site.request("/", { method: "POST", body: JSON.stringify(given) });
      const made = JSON.parse((await answer).text) as [string[], [string, string][]][];
      for (const [i, [key, value, wanted]] of given.entries()) {
        const [fields, back] = made[i]!;
        const headers = new Headers();
        for (const field of fields) headers.append("set-cookie", field);
        assert.equal(headers.getSetCookie().length, 1);
        const [read] = parseSetCookie(headers.getSetCookie()[0]!);
        const { expires, ...rest } = wanted;
        assert.deepEqual([read!.name, read!.value, read!.path], [key, value, rest.path ?? "/"]);
        assert.deepEqual([read!.domain, read!.maxAge], [rest.domain, rest.maxAge]);
        assert.deepEqual(read!.expires?.toISOString(), expires);
        assert.deepEqual([read!.httpOnly ?? false, read!.secure], [rest.httpOnly ?? false, true]);
        assert.equal(read!.sameSite?.toLowerCase(), rest.sameSite);
        assert.deepEqual(back, [[key, value]]);
      }
    }),
    { numRuns: 40 },
  );
});
