import type { ConnectionEnd } from "../../http/incoming.ts";
import { forwardedNode, MOST_PROXIES } from "./forwarded_for.ts";

/** What an element of Forwarded tells of the client of a proxy. */
export interface ForwardedClient extends ConnectionEnd {
  /** Whether it spoke TLS with that proxy; undefined when that isn't told. */
  readonly tls: boolean | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** Characters of the longest element that is read. */
const LONGEST = 1024;
/**
 * One parameter, or none, up to its semicolon (RFC 7239 section 4), with white space around it. No text can be read in two ways, or
 * long ones would take their time.
 */
const PARAMETER =
  /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[^"\\]|\\.)*)")[ \t]*)?(?:;|$)/y;

/** The client that a list of Forwarded names; see `forwardedFor`, which reads the other field in the same way. */
export function forwardedClient(
  list: string,
  trusts: (address: string) => boolean,
): ForwardedClient | undefined {
  let client: ForwardedClient | undefined;
  let end = list.length;
  for (let count = 0; count < MOST_PROXIES; count++) {
    const start = elementStart(list, end);
    const element = start === undefined ? undefined : readElement(list.slice(start, end));
    if (element === undefined) break;
    client = element;
    if (start === 0 || !trusts(element.address)) break;
    end = start! - 1;
  }
  return client;
}

/**
 * Where the element that ends at `end` begins; undefined when a quoted string in it does not. Looked for from the end, so that
 * nothing that stands before an element, maybe an open quote of a client's, has a say in how it is read.
 */
function elementStart(list: string, end: number): number | undefined {
  for (let i = end - 1; i >= 0; i--) {
    const code = list.charCodeAt(i);
    if (code === COMMA) return i + 1;
    if (code !== QUOTE) continue;
    i--;
    while (i >= 0 && (list.charCodeAt(i) !== QUOTE || isEscaped(list, i))) i--;
    if (i < 0) return undefined;
  }
  return 0;
}

function isEscaped(list: string, index: number): boolean {
  let i = index - 1;
  while (i >= 0 && list.charCodeAt(i) === BACKSLASH) i--;
  return (index - i) % 2 === 0;
}

/** Undefined for what is no element, or does not tell the address. */
function readElement(text: string): ForwardedClient | undefined {
  if (text.length > LONGEST) return undefined;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < text.length) {
    const match = PARAMETER.exec(text);
    if (match === null) return undefined;
    const [, name, token, quoted] = match;
    if (name === undefined) continue;
    const key = name.toLowerCase();
    // Each at most once (RFC 7239 section 4).
    if (parameters.has(key)) return undefined;
    parameters.set(key, token ?? quoted!.replaceAll(/\\(.)/g, "$1"));
  }
  const node = forwardedNode(parameters.get("for") ?? "", false);
  return node && { ...node, tls: forwardedProtocol(parameters.get("proto") ?? "") };
}

/** Whether a protocol that a proxy names is TLS; undefined for any but `http` and `https`. */
export function forwardedProtocol(name: string): boolean | undefined {
  const protocol = name.toLowerCase();
  return protocol === "https" || (protocol === "http" ? false : undefined);
}
