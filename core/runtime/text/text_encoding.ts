import {
  bytesOf,
  charCodeAt,
  setBytes,
  slice,
  subarray,
  toLowerCase,
  typedArrayName,
} from "../language/primordials.ts";
import { finishClass, toDOMString, toUSVString } from "../language/web_idl.ts";
import { latin1ToWindows1252 } from "./single_byte.ts";
import { encodeUtf8, encodeUtf8Into, textOfCodeUnits, Utf8Decoder } from "./utf8.ts";

const Bytes = Uint8Array;
const Units = Uint16Array;

type Encoding = "utf-8" | "utf-16le" | "windows-1252";

/** Labels of the encodings that are here (Encoding standard, section 4.2). */
const LABELS: Readonly<Record<Encoding, readonly string[]>> = {
  "utf-8": ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"],
  "utf-16le": ["utf-16le", "utf-16", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff"],
  "windows-1252": ["windows-1252", "latin1", "iso-8859-1", "ascii", "us-ascii", "cp1252", "x-cp1252", "l1"],
};

const FURTHER_1252 =
  "ansi_x3.4-1968 cp819 csisolatin1 ibm819 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987".split(
    " ",
  );

const ENCODINGS = ["utf-8", "utf-16le", "windows-1252"] as const;

function encodingOf(label: string): Encoding | undefined {
  const name = toLowerCase(trimAsciiWhiteSpace(label));
  for (let i = 0; i < ENCODINGS.length; i++) {
    const labels = LABELS[ENCODINGS[i]!];
    for (let k = 0; k < labels.length; k++) if (labels[k] === name) return ENCODINGS[i];
  }
  for (let k = 0; k < FURTHER_1252.length; k++) if (FURTHER_1252[k] === name) return "windows-1252";
  return undefined;
}

function trimAsciiWhiteSpace(text: string): string {
  const isSpace = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(charCodeAt(text, start))) start++;
  while (end > start && isSpace(charCodeAt(text, end - 1))) end--;
  return slice(text, start, end);
}

/** The TextEncoder class of the Encoding standard. */
export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input = ""): Uint8Array<ArrayBuffer> {
    return encodeUtf8(toDOMString(input));
  }

  encodeInto(source: string, destination: Uint8Array): { read: number; written: number } {
    if (typedArrayName(destination) !== "Uint8Array") {
      throw new TypeError("TextEncoder.encodeInto: the destination is not a Uint8Array");
    }
    return encodeUtf8Into(toDOMString(source), destination);
  }
}

/** The TextDecoder class of the Encoding standard, for UTF-8, UTF-16LE and Windows-1252 (Latin-1). */
export class TextDecoder {
  readonly #encoding: Encoding;
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  #utf8: Utf8Decoder | undefined;
  /** UTF-16LE: first byte of a cut code unit, or code units of a cut pair. */
  #rest = new Bytes(0);
  #bomSeen = false;
  #streaming = false;

  constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const text = toDOMString(label);
    const encoding = text === "utf-8" ? text : encodingOf(text);
    if (encoding === undefined) {
      throw new RangeError(`new TextDecoder("${text}"): known encodings are utf-8, utf-16le and latin1`);
    }
    this.#encoding = encoding;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const bytes = input === undefined ? new Bytes(0) : bytesOf(input);
    const more = Boolean(options?.stream);
    if (!this.#streaming) this.#begin();
    this.#streaming = more;
    const text = this.#decode(bytes, more);
    if (this.#bomSeen || text === "") return text;
    this.#bomSeen = true;
    const hasBOM = this.#encoding !== "windows-1252" && charCodeAt(text, 0) === 0xfeff;
    return hasBOM && !this.#ignoreBOM ? slice(text, 1) : text;
  }

  #begin(): void {
    this.#bomSeen = false;
    this.#utf8 = undefined;
    this.#rest = new Bytes(0);
  }

  #decode(bytes: Uint8Array, more: boolean): string {
    if (this.#encoding === "windows-1252") return latin1ToWindows1252(textOfCodeUnits(bytes, bytes.length));
    if (this.#encoding === "utf-16le") return this.#decodeUtf16(bytes, more);
    this.#utf8 ??= new Utf8Decoder(this.#fatal);
    return this.#utf8.decode(bytes, more);
  }

  #decodeUtf16(bytes: Uint8Array, more: boolean): string {
    const all = new Bytes(this.#rest.length + bytes.length);
    setBytes(all, this.#rest);
    setBytes(all, bytes, this.#rest.length);
    const units = new Units(all.length >> 1);
    for (let i = 0; i < units.length; i++) units[i] = all[2 * i]! | (all[2 * i + 1]! << 8);
    let length = units.length;
    let rest = all.length & 1;
    const last = length > 0 ? units[length - 1]! : 0;
    if (more && last >= 0xd800 && last <= 0xdbff) {
      length--;
      rest += 2;
    }
    this.#rest = more ? new Bytes(subarray(all, all.length - rest)) : new Bytes(0);
    const text = textOfCodeUnits(units, length);
    // A byte left over at the end is one error, together with a lone high surrogate before it.
    const isCut = !more && rest > 0 && (last < 0xd800 || last > 0xdbff);
    const whole = toUSVString(text) + (isCut ? "\ufffd" : "");
    if (this.#fatal && whole !== text) throw new TypeError("TextDecoder: the bytes are not valid UTF-16LE");
    return whole;
  }
}

finishClass(TextEncoder, "TextEncoder", ["encoding", "encode", "encodeInto"]);
finishClass(TextDecoder, "TextDecoder", ["encoding", "fatal", "ignoreBOM", "decode"]);
