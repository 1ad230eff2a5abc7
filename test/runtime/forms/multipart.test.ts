import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Blob } from "../../../core/runtime/forms/blob.ts";
import { ByteSearch } from "../../../core/runtime/forms/byte_search.ts";
import { File } from "../../../core/runtime/forms/file.ts";
import { encodeFormData, parseFormData } from "../../../core/runtime/forms/form_codec.ts";
import { FormData } from "../../../core/runtime/forms/form_data.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Entry = [name: string, value: string | { name: string; type: string; content: string }];

const NodeFormData = globalThis.FormData;
const NodeFile = globalThis.File;
const TYPE = "multipart/form-data; boundary=b";

const toBytes = (text: string): Bytes => new TextEncoder().encode(text);
const random = (count: number): ArrayBuffer => new Uint8Array(randomBytes(count)).buffer;
const encode = (form: FormData) => encodeFormData(form, random);
/** Parses with the boundary `b`; lines end with LF here and with CRLF in the body. */
const parse = (body: string): FormData => parseFormData(toBytes(body.replaceAll("\n", "\r\n")), TYPE);

/** What a form holds, to be compared. */
async function contents(form: Iterable<[string, unknown]>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") entries.push([name, value]);
    else {
      const file = value as File;
      const content = Buffer.from(await file.arrayBuffer()).toString("latin1");
      entries.push([name, { name: file.name, type: file.type, content }]);
    }
  }
  return entries;
}

/** What Node makes of a body. */
async function parseWithNode(body: Bytes, contentType: string): Promise<Entry[]> {
  const response = new Response(body, { headers: { "content-type": contentType } });
  return contents(await response.formData());
}

/** Node takes a byte order mark off names; the standard doesn't. */
function asNodeReads(entries: readonly Entry[]): Entry[] {
  const withoutMark = (name: string) => name.replace(/^\ufeff/, "");
  return entries.map(([name, value]) => [
    withoutMark(name),
    typeof value === "string" ? value : { ...value, name: withoutMark(value.name) },
  ]);
}

/** A body of one part with this head, lines ending with LF. */
const part = (head: string): string => `--b\n${head}\n\nx\n--b--\n`;

test("a form is written as browsers write it", () => {
  const form = new FormData();
  form.append('a"\n%22', "x\ny\r\rz\r\n");
  form.append("f", new File(["\n"], 'q"\r\n\n.txt', { type: "A/B" }));
  form.append("é", new Blob([]));
  const { bytes, contentType } = encode(form);
  const [, boundary] = /^multipart\/form-data; boundary=(----LodestoneForm[0-9a-f]{32})$/.exec(contentType)!;
  const expected = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="a%22%0D%0A%22"',
    "",
    "x\r\ny\r\n\r\nz\r\n",
    `--${boundary}`,
    'Content-Disposition: form-data; name="f"; filename="q%22%0D%0A%0A.txt"',
    "Content-Type: a/b",
    "",
    "\n",
    `--${boundary}`,
    'Content-Disposition: form-data; name="é"; filename="blob"',
    "Content-Type: application/octet-stream",
    "",
    "",
    `--${boundary}--`,
    "",
  ];
  assert.equal(Buffer.from(bytes).toString(), expected.join("\r\n"));
});

test("each body has a boundary of its own, an empty form nothing but that", () => {
  const { bytes, contentType } = encode(new FormData());
  assert.notEqual(encode(new FormData()).contentType, contentType);
  assert.equal(Buffer.from(bytes).toString(), `--${contentType.split("boundary=")[1]}--\r\n`);
});

test("parts become text or files by whether they have a file name", async () => {
  const form = parse(`--b
Content-Disposition: form-data; name="text"
Content-Type: text/plain; charset=latin1

é

--b
content-disposition:form-data ;NAME=plain;
X-Other: ignored


--b
Content-Disposition: form-data; name="file"; filename="C:\\dir\\f.txt"; filename*=UTF-8''other

line
--
b--b

--b
Content-Disposition: form-data; name="empty"; filename=""
Content-Type: Text/HTML
Content-Transfer-Encoding: binary


--b--
`);
  assert.deepEqual(await contents(form), [
    ["text", "é\r\n"],
    ["plain", ""],
    ["file", { name: "C:\\dir\\f.txt", type: "text/plain", content: "line\r\n--\r\nb--b\r\n" }],
    ["empty", { name: "", type: "text/html", content: "" }],
  ]);
});

test("escapes of names are undone in quotes: %0A, %0D and %22, no others", async () => {
  const head = 'Content-Disposition: form-data; name="%22%0D%0A%0a%41%";filename="a%22%0Ab%"';
  assert.deepEqual(await contents(parse(part(head))), [
    ['"\r\n%0a%41%', { name: 'a"\nb%', type: "text/plain", content: "x" }],
  ]);
  assert.deepEqual([...parse(part("Content-Disposition: form-data; name=%22")).keys()], ["%22"]);
});

test("malformed UTF-8 becomes U+FFFD, a byte order mark stays", () => {
  const bytes = Buffer.from(
    part('Content-Disposition: form-data; name="N"').replaceAll("\n", "\r\n"),
    "latin1",
  );
  const body = Buffer.concat([bytes]);
  body[body.indexOf("N")] = 0xff;
  body[body.indexOf("\r\n\r\nx") + 4] = 0xc3;
  assert.deepEqual([...parseFormData(new Uint8Array(body), TYPE)], [["\ufffd", "\ufffd"]]);
  assert.deepEqual(
    [...parse('--b\nContent-Disposition: form-data; name="\ufeff"\n\n\ufeff\n--b--')],
    [["\ufeff", "\ufeff"]],
  );
});

test("the boundary comes from the Content-Type, quoted or not", () => {
  const body = (boundary: string) =>
    toBytes(`--${boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--${boundary}--`);
  const accepted: [parameter: string, boundary: string][] = [
    ["boundary=abc", "abc"],
    ['boundary="abc"', "abc"],
    ['boundary="a:b=c d?"', "a:b=c d?"],
    ['boundary="a\\b\\c"', "abc"],
    [" charset=utf-8 ; BOUNDARY=abc;", "abc"],
    [`boundary=${"x".repeat(70)}`, "x".repeat(70)],
  ];
  for (const [parameter, boundary] of accepted) {
    const form = parseFormData(body(boundary), `Multipart/Form-Data;${parameter}`);
    assert.deepEqual([...form], [["a", "x"]], parameter);
  }
  const refused = [
    "",
    "boundary",
    "boundary=",
    'boundary=""',
    'boundary="abc',
    "boundary=abc; boundary=abd",
    "boundary =abc",
    "boundary= abc",
    "boundary=a:b",
    'boundary="abc "',
    'boundary="ab\u0000"',
    'boundary="é"',
    'boundary="a"b',
    `boundary=${"x".repeat(71)}`,
    "x; boundary=abc",
  ];
  for (const parameter of refused) {
    assert.throws(() => parseFormData(body("abc"), `multipart/form-data;${parameter}`), TypeError, parameter);
  }
});

test("whatever departs from the format is refused", () => {
  const good = 'Content-Disposition: form-data; name="a"';
  assert.deepEqual([...parse(part(good))], [["a", "x"]]);
  const heads = [
    "",
    "Content-Type: text/plain",
    "Content-Disposition: form-data",
    'Content-Disposition: attachment; name="a"',
    'Content-Disposition: form-data name="a"',
    'Content-Disposition: form-data; name="a',
    'Content-Disposition: form-data; name="a"b',
    'Content-Disposition: form-data; name="a\\"b"',
    'Content-Disposition: form-data; name="a"; name="a"',
    'Content-Disposition: form-data; name="a"; filename="x"; FileName="y"',
    "Content-Disposition: form-data; name=é",
    "Content-Disposition: form-data; name=",
    'Content-Disposition : form-data; name="a"',
    `${good}\n${good}`,
    `${good}\nContent-Type: a/b\nContent-Type: a/b`,
    `${good}\nContent-Transfer-Encoding: base64`,
    `${good}\nno field`,
    `${good}\n folded`,
    `${good}\n: x`,
    'Content-Disposition: form-data; name="a\rb"',
    "Content-Disposition: form-data; name=a\u0000",
    `${good}\nX-Other: a\rb`,
  ];
  for (const head of heads) assert.throws(() => parse(part(head)), TypeError, JSON.stringify(head));
  const whole = part(good);
  const bodies = [
    "",
    "--b",
    "--b\n",
    "--c--",
    "\n--b--",
    `preamble\n${whole}`,
    `\n${whole}`,
    `${whole}\n`,
    `${whole}epilogue`,
    whole.replace("--b\n", "--b \n"),
    whole.replace("\n--b--", "--b--"),
    whole.replace("\n\nx", "\nx"),
    whole.replace("x", "x\n--bc"),
    whole.replace("--b--\n", "--b-"),
    whole.replace("--b--\n", "--b--x"),
  ];
  for (const body of bodies) assert.throws(() => parse(body), TypeError, JSON.stringify(body));
  assert.throws(() => parseFormData(toBytes(whole), TYPE), TypeError, "bare line feeds");
});

test("a body that is cut off anywhere is refused", () => {
  const form = new FormData();
  form.append("a", "text");
  form.append("b", new File(["content"], "f"));
  const { bytes, contentType } = encode(form);
  // Without the last CRLF it is whole.
  assert.deepEqual([...parseFormData(bytes.slice(0, -2), contentType).keys()], ["a", "b"]);
  for (let length = 0; length < bytes.length; length++) {
    if (length === bytes.length - 2) continue;
    assert.throws(() => parseFormData(bytes.slice(0, length), contentType), TypeError, `${length}`);
  }
});

test("the number of parts and the size of their heads are bounded", () => {
  const one = 'Content-Disposition: form-data; name="a"\n\n\n';
  const many = (count: number) => parse(`--b\n${`${one}--b\n`.repeat(count - 1)}${one}--b--`);
  assert.equal([...many(10_000)].length, 10_000);
  assert.throws(() => many(10_001), /more than 10000 parts/);
  const long = (length: number) => part(`Content-Disposition: form-data; name="${"n".repeat(length)}"`);
  assert.equal([...parse(long(8_000)).keys()][0]!.length, 8_000);
  assert.throws(() => parse(long(8_192)), /longer than 8192 bytes/);
});

test("files of a parsed body are their own: they hold only their part", async () => {
  const form = parse(part('Content-Disposition: form-data; name="a"; filename="f"'));
  const buffer = await (form.get("a") as File).arrayBuffer();
  assert.equal(buffer.byteLength, 1);
});

const entryText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.stringMatching(/^[ab"%\r\n;=\\é\u{1f600}\ufeff\ud800-]{0,12}$/u),
  fc.constantFrom("", "%22", "%0D%0A", "\r\n--b", "----LodestoneForm", '"; filename="x'),
);
const entryContent = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  entryText.map((text) => toBytes(text)),
);
const entry = fc.oneof(
  fc.record({ name: entryText, value: entryText }),
  fc.record({
    name: entryText,
    content: entryContent,
    fileName: entryText,
    type: fc.constantFrom("", "text/plain", "A/b"),
  }),
);
const form = fc.array(entry, { maxLength: 6 });

type GeneratedEntry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

/** Fills a form of ours and one of Node's alike. */
function fill(entries: readonly GeneratedEntry[]) {
  const ours = new FormData();
  const theirs = new NodeFormData();
  for (const item of entries) {
    if ("value" in item) {
      ours.append(item.name, item.value);
      theirs.append(item.name, item.value);
    } else {
      const bytes = new Uint8Array(item.content);
      ours.append(item.name, new File([bytes], item.fileName, { type: item.type }));
      theirs.append(item.name, new NodeFile([bytes], item.fileName, { type: item.type }));
    }
  }
  return { ours, theirs };
}

/** What encoding a form leaves of names and values. */
function afterEncoding(entries: readonly Entry[]): Entry[] {
  const lines = (text: string) => text.replace(/\r\n|\r|\n/g, "\r\n");
  const unescaped = (text: string) => text.replace(/%0A|%0D|%22/g, (found) => decodeURIComponent(found));
  return entries.map(([name, value]) => [
    unescaped(lines(name)),
    typeof value === "string"
      ? lines(value)
      : { ...value, name: unescaped(value.name), type: value.type || "application/octet-stream" },
  ]);
}

test("any form survives being written and parsed, but for line endings and escapes in names", async () => {
  await fc.assert(
    fc.asyncProperty(form, async (entries) => {
      const { ours } = fill(entries);
      const { bytes, contentType } = encode(ours);
      const back = parseFormData(bytes, contentType);
      assert.deepEqual(await contents(back), afterEncoding(await contents(ours)));
    }),
    { numRuns: 500 },
  );
});

test("Node parses what we write, and we parse what Node writes", async () => {
  await fc.assert(
    fc.asyncProperty(form, async (entries) => {
      const { ours, theirs } = fill(entries);
      const expected = afterEncoding(await contents(ours));
      const { bytes, contentType } = encode(ours);
      assert.deepEqual(await parseWithNode(bytes, contentType), asNodeReads(expected));
      // Node writes a file without a name as if it were none.
      fc.pre(!entries.some((item) => "fileName" in item && item.fileName === ""));
      const response = new Response(theirs);
      const type = response.headers.get("content-type")!;
      assert.deepEqual(
        await contents(parseFormData(new Uint8Array(await response.arrayBuffer()), type)),
        expected,
      );
    }),
    { numRuns: 200 },
  );
});

test("a body damaged anywhere is refused or parsed, and what is parsed Node parses the same", async () => {
  const damage = fc.array(
    fc.record({
      at: fc.nat(),
      kind: fc.constantFrom("change" as const, "insert" as const, "remove" as const),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 9, 10, 13, 32, 34, 45, 58, 59, 61)),
    }),
    { minLength: 1, maxLength: 4 },
  );
  let parsed = 0;
  await fc.assert(
    fc.asyncProperty(form, damage, async (entries, changes) => {
      const { bytes, contentType } = encode(fill(entries).ours);
      const list = [...bytes];
      for (const { at, kind, byte } of changes) {
        const index = at % (list.length + 1);
        if (kind === "remove") list.splice(index, 1);
        else list.splice(index, kind === "change" ? 1 : 0, byte);
      }
      const body = new Uint8Array(list);
      // Node takes these for escapes, too.
      fc.pre(!/%0[ad]/.test(Buffer.from(body).toString("latin1")));
      let ours: FormData;
      try {
        ours = parseFormData(body.slice(), contentType);
      } catch (error) {
        assert.ok(error instanceof TypeError);
        return;
      }
      parsed++;
      const theirs = await parseWithNode(body, contentType).catch(() => undefined);
      if (theirs !== undefined) assert.deepEqual(asNodeReads(await contents(ours)), theirs);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(parsed > 50, `${parsed} of the damaged bodies were still forms`);
});

test("any bytes at all are refused or parsed", () => {
  const pieces = fc.constantFrom(
    "--b",
    "\r\n",
    "--",
    'Content-Disposition: form-data; name="a"',
    ":",
    ";",
    "x",
    "\r",
    '"',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 15 }), (list) => {
      try {
        parseFormData(toBytes(`--b\r\n${list.join("")}`), TYPE);
      } catch (error) {
        assert.ok(error instanceof TypeError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("ByteSearch finds what indexOf finds", () => {
  const letter = fc.constantFrom("a", "b", "-");
  fc.assert(
    fc.property(
      fc.array(letter),
      fc.array(fc.oneof(letter, fc.constant("\r"))),
      fc.nat(40),
      (wanted, text, from) => {
        const needle = `\r${wanted.join("")}`;
        const haystack = text.join("") + needle.slice(0, 3) + needle + text.join("");
        const search = new ByteSearch(toBytes(needle));
        assert.equal(search.find(toBytes(haystack), from, haystack.length), haystack.indexOf(needle, from));
        assert.equal(search.find(toBytes(haystack), 0, needle.length - 1), -1);
      },
    ),
    { numRuns: 500 },
  );
});

test("no content makes the search for the boundary slow", () => {
  const boundary = `\r\n--${"a".repeat(70)}`;
  const search = new ByteSearch(toBytes(boundary));
  for (const unit of ["a", "\r", "\n", "-", boundary.slice(0, -1), "\r\n--", "aaaa\r\n", "x"]) {
    const content = toBytes(unit.repeat(10_000 / unit.length));
    let looks = 0;
    const counting = new Proxy(content, {
      get(target, index) {
        looks++;
        return Reflect.get(target, index);
      },
    });
    assert.equal(search.find(counting, 0, content.length), -1);
    assert.ok(looks <= 3 * content.length, `${JSON.stringify(unit)}: ${looks} looks`);
  }
});

test("a large file between boundaries is found whole", async () => {
  const content = randomBytes(2_000_000);
  const head = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n';
  const body = new Uint8Array(Buffer.concat([Buffer.from(head), content, Buffer.from("\r\n--b--")]));
  const file = parseFormData(body, TYPE).get("f") as File;
  assert.ok(content.equals(await file.bytes()));
});
