import { cut, LONGEST_GIVEN } from "../../observe/trace.ts";
import type { Event } from "../guest_isolate.ts";
import type { ScriptRequest } from "../unbound_work.ts";

const STATUS = /^F\d+\n(\d+)\n(?:[01]|2 \d+)\n>?([^\n]*)/;

/** How an operation ended, by the event that tells the guest (`runtime/protocol.md`), or as it is for any other text. */
export function eventResult(event: string, bytes: Event | undefined, what: string): string {
  const text = event.slice(event.indexOf("\n") + 1);
  switch (event[0]) {
    case "F": {
      const [, status = "", url = ""] = STATUS.exec(event) ?? [];
      return url === "" ? status : `${status} from ${url}`;
    }
    case "T":
      if (!event.includes("\n") || text === "") return "nothing";
      // The text of a file stands behind a "+".
      return `${what.startsWith("readFile") ? text.length - 1 : text.length} characters`;
    case "D":
      return `${bytes instanceof ArrayBuffer ? bytes.byteLength : 0} bytes`;
    case "E":
      return `failed: ${text.replace("\n", ": ")}`;
    case "M":
      return "due";
    default:
      return event;
  }
}

/** What a stat has found, from its packed form (`runtime/turn/file_stat.ts`). */
export function unpackedStat(packed: string | undefined): string {
  if (packed === undefined) return "nothing";
  const [kind = "", size = ""] = packed.split("\n", 2);
  if (kind.startsWith("f")) return `a file of ${size} bytes`;
  return kind.startsWith("d") ? "a folder" : "neither file nor folder";
}

export function originFetchText({ url, method }: ScriptRequest): string {
  return `fetch ${typeof method === "string" ? method : "GET"} ${cut(String(url), LONGEST_GIVEN)}`;
}

/** Of a call with a path the path, of others the name alone: what is encrypted or signed is nobody's business. */
export function callText(name: string, json: string): string {
  if (name === "readText") return `readFile ${json}`;
  return name === "readFile" || name === "readDir" ? `${name} ${json}` : name;
}

export function bodyText(handle: number, what: string): string {
  if (handle === 0) return `the request's body, ${what}`;
  return handle === -1 ? `the body that onResponse has seen, ${what}` : `a fetched body, ${what}`;
}
