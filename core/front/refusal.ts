import type { HttpError } from "../http/http_error.ts";
import type { Client } from "../http/incoming.ts";
import { standardPage } from "../http/standard_page.ts";
import type { ResponseHeadText } from "./response_head_text.ts";

/** A request refused before it became an exchange, for the log. */
export interface Refusal {
  readonly error: HttpError;
  readonly client: Client;
  /** "" when it could not be read; so is the path. */
  readonly method: string;
  readonly path: string;
  /** From the first byte of the head. */
  readonly milliseconds: number;
}

/** The whole answer to a refused request, the last one of its connection. */
export function refusalText(status: number, heads: ResponseHeadText): string {
  const page = standardPage(status);
  const head = heads.begin(status, page.headers.toText(), 0);
  return `${head}Content-Length: ${Buffer.byteLength(page.body)}\r\nConnection: close\r\n\r\n${page.body}`;
}
