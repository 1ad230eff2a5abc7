import { HttpError } from "../../http/http_error.ts";
import { KeySpec } from "./key_spec.ts";

/** What a script says about keeping its answer. */
export interface CacheDirective {
  /** Milliseconds, above 0. */
  readonly ttl: number;
  readonly key: KeySpec;
  readonly tags: readonly string[];
}

/** Names of one kind in `key`. */
const MOST_NAMES = 32;
/** Tags of one answer, and of one purge. */
export const MOST_TAGS = 64;
const LONGEST_NAME = 256;

/**
 * Reads command `K` of the protocol: `{"ttl": seconds, "query", "headers", "cookies", "tags"}`. The guest has checked it
 * all; what fails here comes from a script that was tampered with. `longest` milliseconds are the most it may ask for.
 *
 * @throws HttpError 500
 */
export function readDirective(json: string, longest: number): CacheDirective {
  const { ttl, query, headers, cookies, tags } = objectIn(json);
  if (typeof ttl !== "number" || !(ttl > 0)) throw refused("ttl");
  const key = new KeySpec({
    query: typeof query === "boolean" ? query : names(query, "query", MOST_NAMES),
    headers: names(headers, "headers", MOST_NAMES),
    cookies: names(cookies, "cookies", MOST_NAMES),
  });
  return { ttl: Math.min(ttl * 1000, longest), key, tags: names(tags, "tags", MOST_TAGS) };
}

/** Tags as a script names them, in JSON; undefined for what is no list of tags. */
export function readTags(json: string): readonly string[] | undefined {
  try {
    return names(JSON.parse(json), "tags", MOST_TAGS);
  } catch {
    return undefined;
  }
}

function objectIn(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw refused("JSON");
  }
  if (typeof value !== "object" || value === null) throw refused("JSON");
  return value as Record<string, unknown>;
}

function names(value: unknown, what: string, most: number): readonly string[] {
  if (!Array.isArray(value) || value.length > most || !value.every(isName)) throw refused(what);
  return value;
}

/** 1 to 256 characters, no control characters among them. */
function isName(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > LONGEST_NAME) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
}

function refused(what: string): HttpError {
  return new HttpError(500, "script_protocol", `keeping a script's answer: not valid: ${what}`);
}
