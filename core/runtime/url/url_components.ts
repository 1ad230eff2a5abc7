import { indexOf, lastIndexOf, slice, startsWith } from "../language/primordials.ts";

/** Where the components of a serialised URL begin and end; each is an index into it. */
export interface URLComponents {
  /** After the colon of the scheme. */
  readonly protocolEnd: number;
  /** User name; equal to `hostStart` when there are no credentials. */
  readonly userStart: number;
  /** At the colon before the password, or at the `@`. */
  readonly userEnd: number;
  /** After the `@`, if any. */
  readonly hostStart: number;
  readonly hostEnd: number;
  /** After the colon of the port; `authorityEnd` when there is none. */
  readonly portStart: number;
  readonly authorityEnd: number;
  readonly pathStart: number;
  /** At the `?`, or where it would be. */
  readonly searchStart: number;
  /** At the `#`, or the end. */
  readonly hashStart: number;
}

/**
 * Cuts a URL serialised by a conforming parser (URL standard, section 4.5). Such text is unambiguous: `@`,
 * `/`, `?` and `#` are percent-encoded wherever they don't part components. Not for any other text.
 */
export function cutUrl(href: string): URLComponents {
  const protocolEnd = indexOf(href, ":") + 1;
  const hash = indexOf(href, "#", protocolEnd);
  const hashStart = hash === -1 ? href.length : hash;
  const question = indexOf(href, "?", protocolEnd);
  const searchStart = question === -1 || question > hashStart ? hashStart : question;
  if (!startsWith(href, "//", protocolEnd)) {
    // A path that begins with two slashes is written `/.//` when there is no host.
    const pathStart = protocolEnd + (startsWith(href, "/.//", protocolEnd) ? 2 : 0);
    return emptyAuthority(protocolEnd, pathStart, searchStart, hashStart);
  }
  const userStart = protocolEnd + 2;
  const slash = indexOf(href, "/", userStart);
  const authorityEnd = slash === -1 || slash > searchStart ? searchStart : slash;
  const at = lastIndexOf(slice(href, userStart, authorityEnd), "@");
  const hostStart = at === -1 ? userStart : userStart + at + 1;
  const colon = lastIndexOf(slice(href, hostStart, authorityEnd), ":");
  // The colons of an IPv6 address are followed by its closing bracket.
  const hasPort = colon !== -1 && indexOf(slice(href, hostStart + colon, authorityEnd), "]") === -1;
  const hostEnd = hasPort ? hostStart + colon : authorityEnd;
  const separator = at === -1 ? -1 : indexOf(slice(href, userStart, hostStart), ":");
  return {
    protocolEnd,
    userStart,
    userEnd: at === -1 ? userStart : separator === -1 ? hostStart - 1 : userStart + separator,
    hostStart,
    hostEnd,
    portStart: hasPort ? hostEnd + 1 : authorityEnd,
    authorityEnd,
    pathStart: authorityEnd,
    searchStart,
    hashStart,
  };
}

function emptyAuthority(
  protocolEnd: number,
  pathStart: number,
  searchStart: number,
  hashStart: number,
): URLComponents {
  return {
    protocolEnd,
    userStart: protocolEnd,
    userEnd: protocolEnd,
    hostStart: protocolEnd,
    hostEnd: protocolEnd,
    portStart: protocolEnd,
    authorityEnd: protocolEnd,
    pathStart,
    searchStart,
    hashStart,
  };
}

/** The origin in serialised form (URL standard, section 4.7). `parse` gives the URL within a `blob:` one. */
export function originOf(
  href: string,
  parts: URLComponents,
  parse: (url: string) => string | undefined,
): string {
  const protocol = slice(href, 0, parts.protocolEnd);
  switch (protocol) {
    case "http:":
    case "https:":
    case "ws:":
    case "wss:":
    case "ftp:":
      return `${protocol}//${slice(href, parts.hostStart, parts.authorityEnd)}`;
    case "blob:": {
      const inner = parse(slice(href, parts.pathStart, parts.searchStart));
      if (inner === undefined || !(startsWith(inner, "http:") || startsWith(inner, "https:"))) return "null";
      return originOf(inner, cutUrl(inner), parse);
    }
    default:
      return "null";
  }
}
