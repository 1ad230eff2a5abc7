import type { BackendServer } from "./config.ts";
import type { ReadContext, TextFormat } from "./field.ts";
import { unixPath } from "./file_formats.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/** A server of a backend, and the text it was written as. */
export interface WrittenServer extends BackendServer {
  readonly text: string;
}

/** `http://host:port`, `https://host:port` or `unix:/path`. */
export const backendServer: TextFormat<WrittenServer> = {
  name: "a server",
  example: "http://127.0.0.1:3000",
  pattern: "^(https?://.+|unix:.+)$",
  parse(text, context) {
    return { ...parseServer(text, context), text };
  },
};

function parseServer(text: string, context: ReadContext): BackendServer {
  if (text.startsWith("unix:")) {
    return { tls: false, host: undefined, port: 0, path: unixPath(text, context) };
  }
  if (!/^https?:\/\//.test(text)) {
    throw new ValueError(`${quoteValue(text)} is not a server: it begins with http://, https:// or unix:`);
  }
  const url = parseOrigin(text, "a server", backendServer.example);
  const tls = url.protocol === "https:";
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  if (port === 0) throw new ValueError(`${quoteValue(text)} has port 0, where nothing listens`);
  return { tls, host, port, path: undefined };
}

/** Throws unless the URL is a scheme, a host and perhaps a port, and nothing else. */
export function parseOrigin(text: string, what: string, example: string): URL {
  // The URL parser forgives a third slash and backslashes.
  if (/[\s\\]|:\/\/\//.test(text) || !URL.canParse(text)) {
    throw new ValueError(`${quoteValue(text)} is not a URL; ${what} is written ${example}`);
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || text.includes("@")) {
    // The text is not repeated: it holds a password.
    throw new ValueError(`the URL of ${what} holds no user and no password`);
  }
  if (url.hostname.includes("*")) throw new ValueError(`${quoteValue(text)} contains a star; name each host`);
  if (url.pathname !== "/" || /[?#]/.test(text)) {
    throw new ValueError(`${quoteValue(text)} goes on behind host and port: write ${quoteValue(url.origin)}`);
  }
  return url;
}
