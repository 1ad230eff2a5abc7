import { parseRequestTarget } from "./request_target.ts";

/** A complete request line, maybe behind an empty one: method, target. */
const LINE = /^(?:\r\n)?([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/[0-9]\.[0-9]\r\n/;

/**
 * What the log may tell of a head that was refused (Latin-1, maybe not all of it): method and path as the grammar
 * has them, "" where it accepts none.
 */
export function refusedLine(text: string): { readonly method: string; readonly path: string } {
  const [, method = "", target = ""] = LINE.exec(text) ?? [];
  if (target === "") return { method, path: "" };
  try {
    return { method, path: parseRequestTarget(method, target, 0, target.length).path };
  } catch {
    return { method, path: "" };
  }
}
