import { isIP } from "node:net";
import { parseOrigin } from "./backend_server.ts";
import type { TextFormat } from "./field.ts";
import { quoteValue, ValueError } from "./value_error.ts";

const WILDCARD = /^(https?:\/\/)\*\./;

/**
 * Origins that scripts may fetch, in canonical form: `https://api.example.com`, `https://*.example.com` for every
 * name below it, `*` for every public one.
 */
export const originPattern: TextFormat<string> = {
  name: "an origin",
  example: "https://api.example.com",
  pattern: "^(https?://[^/]+/?|\\*)$",
  parse(text) {
    if (text === "*") return text;
    if (!/^https?:\/\//.test(text)) {
      throw new ValueError(`${quoteValue(text)} is not an origin: it begins with http:// or https://`);
    }
    const isWildcard = WILDCARD.test(text);
    const rest = text.replace(WILDCARD, "$1");
    if (rest.includes("*")) {
      throw new ValueError(
        `${quoteValue(text)} contains a star in a wrong place: it stands for the first labels, as in "https://*.example.com"`,
      );
    }
    const url = parseOrigin(rest, "an origin", originPattern.example);
    if (!isWildcard) return url.origin;
    if (isIP(url.hostname) !== 0 || url.hostname.startsWith("[")) {
      throw new ValueError(`${quoteValue(text)} has a star before an address: no names are below one`);
    }
    return url.origin.replace("://", "://*.");
  },
};
