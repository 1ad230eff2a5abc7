import { hasIrregularSegments } from "./path_segments.ts";

/** `%2F`, `%00`, or anything a canonical path cannot hold: controls, DEL, and what is not ASCII. */
const UNUSABLE = /%2f|%00|[^\x20-\x7e]/i;

/**
 * The absolute path of the file that a request path names below a root folder.
 *
 * Undefined when it cannot name a file: an encoded slash or NUL, octets that are not UTF-8, dot segments
 * (encoded ones too), and empty segments. Most of these a canonical path does not have; this is the second look. A slash at the end is kept: it names a folder, and the operating system refuses it
 * for a file.
 *
 * @param root absolute path of a folder, with or without a slash at its end
 * @param urlPath path of a request in canonical form (`normalizePath`)
 */
export function filePath(root: string, urlPath: string): string | undefined {
  if (urlPath.charCodeAt(0) !== 0x2f || UNUSABLE.test(urlPath)) return undefined;
  const path = urlPath.includes("%") ? decode(urlPath) : urlPath;
  if (path === undefined || hasIrregularSegments(path)) return undefined;
  return root.endsWith("/") ? root + path.slice(1) : root + path;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
