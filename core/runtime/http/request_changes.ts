import { boundedText } from "../language/bounded_text.ts";
import { jsonStringify } from "../language/primordials.ts";
import type { BodyServices } from "./body.ts";
import { type Content, FileContent, HeldBody, StreamContent } from "./content.ts";

/** A new body in the JSON of a command: text, the handle of bytes given to the host, or null for none. */
export type BodyChange =
  | string
  | number
  | null
  /** A stream that follows piece by piece. */
  | { readonly stream: number }
  /** One that the host holds. */
  | { readonly held: number; readonly slot: number };

/** What escalation shall use instead of a request's own: what the commands `c` and `f` tell. */
export interface RequestChanges {
  readonly path: string | undefined;
  /** Field lines, all of them. */
  readonly headers: string | undefined;
  readonly others: OtherChanges | undefined;
}

/** The JSON of the two commands. */
export interface OtherChanges {
  query?: string;
  method?: string;
  file?: string;
  backend?: string;
  env?: Record<string, string>;
  body?: BodyChange;
}

/** Undefined when nothing has changed. */
export function toChanges(
  path: string | undefined,
  headers: string | undefined,
  others: OtherChanges,
): RequestChanges | undefined {
  for (const _ in others) return { path, headers, others };
  return path === undefined && headers === undefined ? undefined : { path, headers, others: undefined };
}

/** Lengths of path, field lines and JSON, then these: -1 for what stays, 0 for no JSON. */
export function changesText({ path, headers, others }: RequestChanges): string {
  const json = others === undefined ? "" : jsonStringify(others);
  const lengths = `${path?.length ?? -1}\n${headers?.length ?? -1}\n${json.length}\n`;
  return `${lengths}${path ?? ""}${headers ?? ""}${json}`;
}

/** What handing a request to the host needs. */
export interface SendServices extends BodyServices {
  putBytes(bytes: Uint8Array<ArrayBuffer>): number;
}

/** The body of a request made by a script, as a change. Begins to send a stream. */
export function bodyChange(content: Content, { chunks, putBytes }: SendServices): BodyChange {
  if (content === undefined) return null;
  if (typeof content === "string") return content;
  if (content instanceof HeldBody) return { held: content.handle, slot: content.slot };
  if (content instanceof StreamContent) return { stream: chunks.get("streams").writers.open(content.stream) };
  if (content instanceof FileContent) {
    throw new TypeError("sending a request: its body cannot be that of Response.file or Response.parts");
  }
  return putBytes(content);
}

/** The values as strings, whatever the script has put there. */
export function stringRecord(record: Record<string, unknown>): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const name of Object.keys(record)) strings[name] = boundedText(String(record[name]), "request.env");
  return strings;
}
