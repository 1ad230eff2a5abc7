import { SourceMap, type SourceMapPayload } from "node:module";
import { resolve } from "node:path";
import { unescape as decode } from "node:querystring";
import type { Fault } from "../../config/fault.ts";
import type { CompiledSite } from "../compile/compiled_site.ts";
import { BUNDLE_LINE_OFFSET, bundleFileName, RUNTIME_FILE_NAME } from "../compile/wrap_bundle.ts";

/** Characters of what was thrown that are looked at: scripts make stacks of any size. */
const STACK_LIMIT = 16_384;
const MESSAGE_LIMIT = 1_000;

/**
 * A frame of the guest runtime, with the line break before it: what stands behind it in a text goes on behind the
 * frame before it. No function of the runtime has a bracket in its name.
 */
const RUNTIME_FRAME = new RegExp(
  `\\n {4}at (?:[^\\n(]* \\(${RUNTIME_FILE_NAME}:\\d+:\\d+\\)|(?:async )?${RUNTIME_FILE_NAME}:\\d+:\\d+)`,
  "g",
);

interface Position {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

/** Takes error positions in one version of a bundle back to the script's source. */
export class ErrorMapper {
  readonly #sourceMap: string;
  readonly #fileName: string;
  /** A place in the bundle, wherever it stands in a text. */
  readonly #inText: RegExp;
  #parsed: { map: SourceMap; payload: SourceMapPayload } | undefined;

  constructor(compiled: CompiledSite) {
    this.#sourceMap = compiled.sourceMap;
    this.#fileName = bundleFileName(compiled.site);
    const name = this.#fileName.replace(/[.*()]/g, "\\$&");
    this.#inText = new RegExp(`${name}:(\\d{1,9}):(\\d{1,9})(?!\\d)`, "g");
  }

  /**
   * Where in the source an error was thrown: the first frame in one of the site's own files, else the first
   * in a package. The excerpt is the line that ran, even when the file has changed since. Undefined when no
   * frame is in the bundle. `stack` comes from a script: it may be of any type and content.
   */
  locate(stack: unknown): Fault | undefined {
    let found: Position | undefined;
    const lines = stackLines(stack);
    for (const line of lines) {
      const position = this.#position(line);
      if (position === undefined) continue;
      found ??= position;
      if (position.file.includes("/node_modules/")) continue;
      found = position;
      break;
    }
    if (found === undefined) return undefined;
    const excerpt = this.#sourceLine(found);
    return { ...found, message: this.#message(lines), ...(excerpt === undefined ? {} : { excerpt }) };
  }

  /** The stack with positions in the source, without frames of the guest runtime. */
  mapStack(stack: unknown): string {
    return this.mapText(stackLines(stack).join("\n"));
  }

  /**
   * A text that may have stacks anywhere in it, with positions in the source. Nothing is left out but frames of
   * the guest runtime. Its length is the caller's to bound.
   */
  mapText(text: string): string {
    if (!text.includes("lodestone:")) return text;
    return text.replace(RUNTIME_FRAME, "").replace(this.#inText, (written, line: string, column: string) => {
      const position = this.#original(Number(line), Number(column));
      return position === undefined ? written : `${position.file}:${position.line}:${position.column}`;
    });
  }

  /** The text of a file that went into the bundle. */
  sourceOf(file: string): string | undefined {
    const { payload } = this.#map();
    return payload.sourcesContent[payload.sources.indexOf(file)];
  }

  #position(line: string): Position | undefined {
    const place = this.#place(line);
    return place && this.#original(place.line, place.column);
  }

  /**
   * The `file:line:column` of a frame in the bundle, or of the place V8 appends in brackets to the message of
   * a syntax error it finds while loading (`... [lodestone:///site:3:2]`).
   */
  #place(line: string): { start: number; end: number; line: number; column: number } | undefined {
    const start = line.lastIndexOf(`${this.#fileName}:`);
    if (start === -1) return undefined;
    const before = line[start - 1];
    if (!isFrame(line) && before !== "[") return undefined;
    const match = /^:(\d{1,9}):(\d{1,9})(?=[)\]]?$)/.exec(line.slice(start + this.#fileName.length));
    if (match === null) return undefined;
    const end = start + this.#fileName.length + match[0].length;
    return { start, end, line: Number(match[1]), column: Number(match[2]) };
  }

  #original(line: number, column: number): Position | undefined {
    const generated = line - 1 - BUNDLE_LINE_OFFSET;
    if (generated < 0 || column < 1) return undefined;
    const entry = this.#map().map.findEntry(generated, column - 1);
    // A position after the last mapping finds that mapping; esbuild maps every line a script can throw from.
    if (!("originalSource" in entry) || entry.generatedLine !== generated) return undefined;
    return {
      file: entry.originalSource,
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  }

  #sourceLine(position: Position): string | undefined {
    return this.sourceOf(position.file)?.split(/\r\n|\n|\r|\u2028|\u2029/, position.line)[position.line - 1];
  }

  /** Everything before the first frame, on one line. */
  #message(lines: readonly string[]): string {
    const end = lines.findIndex(isFrame);
    const text = (end === -1 ? lines : lines.slice(0, end)).join(" ");
    const place = this.#place(text);
    const message = place === undefined ? text : text.slice(0, place.start).replace(/ \[$/, "");
    return message.slice(0, MESSAGE_LIMIT) || "an error without a message";
  }

  #map(): { map: SourceMap; payload: SourceMapPayload } {
    if (this.#parsed === undefined) {
      const payload = JSON.parse(this.#sourceMap) as SourceMapPayload;
      payload.sources = payload.sources.map(sourcePath);
      this.#parsed = { map: new SourceMap(payload), payload };
    }
    return this.#parsed;
  }
}

/**
 * The absolute path behind a name in the source map: a URL relative to `/`, in which esbuild encodes every `%`. Bytes
 * that are no UTF-8 do not decode to a path, but that must not be a second error.
 */
export function sourcePath(source: string): string {
  return resolve("/", decode(source));
}

function isFrame(line: string): boolean {
  return line.startsWith("    at ");
}

function stackLines(stack: unknown): string[] {
  if (typeof stack !== "string") return [];
  const text = stack.slice(0, STACK_LIMIT).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd");
  return text.split("\n");
}
