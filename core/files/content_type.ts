import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Formats that are text although their type does not begin with `text/`. */
const TEXT_FORMATS = /^text\/|^application\/(?:javascript|ecmascript|json|xml)$|\+(?:json|xml)$/;

/**
 * Value of Content-Type for a file, from the ending of its name: `text/html; charset=utf-8`. Text formats
 * are declared as UTF-8. `application/octet-stream` when the ending says nothing.
 */
export function contentType(path: string): string {
  // Its table takes 10 ms to load, which a start does not wait for.
  const { lookup } = require("mime-types") as typeof import("mime-types");
  const type = lookup(path);
  if (type === false) return "application/octet-stream";
  return TEXT_FORMATS.test(type) ? `${type}; charset=utf-8` : type;
}
