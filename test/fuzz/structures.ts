import fc from "fast-check";

/** Text of any Latin-1 characters. */
const latin1 = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 255 }), { maxLength }).map((codes) => String.fromCharCode(...codes));

const token = fc.string({
  unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09AZaz"),
  minLength: 1,
  maxLength: 12,
});
const value = fc.string({
  unit: fc.constantFrom(..."\t !\"#%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\u0080\u00ff"),
  maxLength: 30,
});
const method = fc.oneof(fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"), token);
const segment = fc.string({
  unit: fc.constantFrom(..."ab.;=~!$&'()*+,:@-_", "%2e", "%2F", "%5c", "%20", "%c3%a9", "%41", "%25"),
  maxLength: 8,
});
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`);
const query = fc.option(fc.string({ unit: fc.constantFrom(..."ab=&%+?/\\|[]"), maxLength: 12 }));
const host = fc.constantFrom("a", "A.example", "a.example:80", "[::1]", "[::1]:8080", "1.2.3.4");
const fields = fc.array(fc.tuple(token, value), { maxLength: 6 });

/** A body with its framing, maybe none. */
const chunk = latin1(40).filter((data) => data.length > 0);
const extension = fc.constantFrom("", ";a", ";a=b", ';a="b;\\"c"', " ; a = b");
const chunks = fc
  .tuple(
    fc.array(fc.tuple(chunk, extension), { maxLength: 4 }),
    fc.constantFrom("", "X: a\r\n", "X:\r\nY: b\r\n"),
  )
  .map(([pieces, trailer]) => {
    const data = pieces
      .map(([piece, more]) => `${piece.length.toString(16)}${more}\r\n${piece}\r\n`)
      .join("");
    return { text: pieces.map(([piece]) => piece).join(""), wire: `${data}0\r\n${trailer}\r\n` };
  });
const body = fc.oneof(
  fc.constant({ field: "", wire: "", text: "" }),
  latin1(60).map((text) => ({ field: `Content-Length: ${text.length}\r\n`, wire: text, text })),
  chunks.map(({ text, wire }) => ({ field: "Transfer-Encoding: chunked\r\n", wire, text })),
);

const RESERVED =
  /^(?:host|content[-_]length|transfer[-_]encoding|expect|lodestone-trace|authorization|content-type)$/i;

/** A request by the grammar: as it goes over the wire, and what must be read of it. */
export const validRequest = fc
  .record({ method, path, query, host, fields, body })
  .filter(({ method: name }) => !/^(?:connect|trace)$/i.test(name) && isStandardCase(name))
  .map((parts) => {
    const own = parts.fields.filter(([name]) => !RESERVED.test(name));
    const target = parts.query === null ? parts.path : `${parts.path}?${parts.query}`;
    const lines = own.map(([name, text]) => `${name}:${text}\r\n`).join("");
    const head = `${parts.method} ${target} HTTP/1.1\r\nHost: ${parts.host}\r\n${lines}${parts.body.field}\r\n`;
    return { ...parts, fields: own, wire: head + parts.body.wire };
  });

function isStandardCase(name: string): boolean {
  return name === name.toUpperCase() || !/^(?:get|head|post|put|delete|options|patch)$/i.test(name);
}
