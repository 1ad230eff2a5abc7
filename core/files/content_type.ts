import { lookup } from "mime-types";

/** Formats that are text although their type does not begin with `text/`. */
const TEXT_FORMATS = /^text\/|^application\/(?:javascript|ecmascript|json|xml)$|\+(?:json|xml)$/;

/**
 * Value of Content-Type for a file, from the ending of its name: `text/html; charset=utf-8`. Text formats
 * are declared as UTF-8. `application/octet-stream` when the ending says nothing.
 */
export function contentType(path: string): string {
  const type = lookup(path);
  if (type === false) return "application/octet-stream";
  return TEXT_FORMATS.test(type) ? `${type}; charset=utf-8` : type;
}
