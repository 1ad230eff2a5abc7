import { jsonStringify } from "../language/primordials.ts";
import { toDictionary } from "../language/web_idl.ts";

const MOST_NAMES = 32;
const MOST_TAGS = 64;
const LONGEST_NAME = 256;
/** RFC 9110 section 5.6.2. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * What `cache` of a ResponseInit says, as it goes to the host (`protocol.md`, command `K`). Throws a TypeError that names the
 * rule and the value.
 */
export function toCacheDirective(value: unknown): string {
  const { ttl, key, tags } = toDictionary<{ ttl?: unknown; key?: unknown; tags?: unknown }>(value, "cache");
  if (typeof ttl !== "number" || !(ttl > 0 && ttl < Number.POSITIVE_INFINITY)) {
    throw new TypeError(`cache.ttl must be a number of seconds above 0; got ${shown(ttl)}`);
  }
  const { query, headers, cookies } = toDictionary<{
    query?: unknown;
    headers?: unknown;
    cookies?: unknown;
  }>(key, "cache.key");
  const fields = toNames(headers, "cache.key.headers", MOST_NAMES);
  for (let i = 0; i < fields.length; i++) {
    if (!FIELD_NAME.test(fields[i]!)) {
      throw new TypeError(`cache.key.headers: names of header fields; got ${shown(fields[i])}`);
    }
    fields[i] = fields[i]!.toLowerCase();
  }
  return jsonStringify({
    ttl,
    query: toQuery(query),
    headers: fields,
    cookies: toNames(cookies, "cache.key.cookies", MOST_NAMES),
    tags: toNames(tags, "cache.tags", MOST_TAGS),
  });
}

/** Tags for `cache.purge`, likewise. */
export function toTags(values: readonly unknown[]): string {
  if (values.length === 0) throw new TypeError("cache.purge: wants at least one tag");
  return jsonStringify(toNames(values, "cache.purge", MOST_TAGS));
}

function toQuery(value: unknown): boolean | string[] {
  if (value === undefined) return true;
  if (typeof value === "boolean") return value;
  return toNames(value, "cache.key.query, unless it is true or false,", MOST_NAMES);
}

function toNames(value: unknown, what: string, most: number): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError(`${what} must be an array of strings; got ${shown(value)}`);
  if (value.length > most) {
    throw new TypeError(`${what} may have at most ${most} strings; got ${value.length}`);
  }
  const names: string[] = [];
  for (let i = 0; i < value.length; i++) {
    const name: unknown = value[i];
    if (typeof name !== "string" || name === "" || name.length > LONGEST_NAME || CONTROL.test(name)) {
      throw new TypeError(
        `${what}: strings of 1 to ${LONGEST_NAME} characters without control characters; got ${shown(name)}`,
      );
    }
    names[i] = name;
  }
  return names;
}

function shown(value: unknown): string {
  if (typeof value === "string") return jsonStringify(value.slice(0, 100));
  return typeof value === "object" && value !== null ? `a value of type object` : String(value);
}
