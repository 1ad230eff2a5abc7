import { SourceMap, type SourceMapPayload } from "node:module";
import { resolve } from "node:path";
import type { Fault } from "../config/fault.ts";
import type { CompiledSite } from "./compiled_site.ts";
import { BUNDLE_LINE_OFFSET, bundleFileName, RUNTIME_FILE_NAME } from "./wrap_bundle.ts";

/** Characters and lines of a stack that are looked at: scripts make them, of any size. */
const STACK_LIMIT = 16_384;
const LINE_LIMIT = 50;
const MESSAGE_LIMIT = 1_000;

/** isolated-vm ends the guest's part of a stack with this; what follows are our own frames. */
const BOUNDARY = "<isolated-vm boundary>";

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
  #parsed: { map: SourceMap; payload: SourceMapPayload } | undefined;

  constructor(compiled: CompiledSite) {
    this.#sourceMap = compiled.sourceMap;
    this.#fileName = bundleFileName(compiled.site);
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

  /** The stack with positions in the source; without frames of the guest runtime and of the host. */
  mapStack(stack: unknown): string {
    const mapped: string[] = [];
    for (const line of stackLines(stack)) {
      if (line.includes(RUNTIME_FILE_NAME) && isFrame(line)) continue;
      mapped.push(this.#mapLine(line));
    }
    return mapped.join("\n");
  }

  #mapLine(line: string): string {
    const place = this.#place(line);
    const position = place && this.#original(place.line, place.column);
    if (place === undefined || position === undefined) return line;
    return `${line.slice(0, place.start)}${position.file}:${position.line}:${position.column}${line.slice(place.end)}`;
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
      file: resolve("/", entry.originalSource),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  }

  #sourceLine(position: Position): string | undefined {
    const { payload } = this.#map();
    const index = payload.sources.findIndex((source) => resolve("/", source) === position.file);
    return payload.sourcesContent[index]?.split(/\r\n|\n|\r|\u2028|\u2029/, position.line)[position.line - 1];
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
      this.#parsed = { map: new SourceMap(payload), payload };
    }
    return this.#parsed;
  }
}

function isFrame(line: string): boolean {
  return line.startsWith("    at ");
}

function stackLines(stack: unknown): string[] {
  if (typeof stack !== "string") return [];
  const text = stack.slice(0, STACK_LIMIT).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd");
  const lines = text.split("\n", LINE_LIMIT);
  const boundary = lines.findIndex((line) => line.startsWith("    at (") && line.includes(BOUNDARY));
  return boundary === -1 ? lines : lines.slice(0, boundary);
}
