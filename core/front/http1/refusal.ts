import type { Socket } from "node:net";
import type { HttpError } from "../../http/http_error.ts";
import type { Client } from "../../http/incoming.ts";
import { standardPage } from "../../http/standard_page.ts";
import type { ConnectionContext } from "../connection_context.ts";
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

/** Answers a head that did not become an exchange, and tells the log. The connection has to be closed behind it. */
export function answerRefusal(socket: Socket, { heads, options }: ConnectionContext, refusal: Refusal): void {
  socket.write(refusalText(refusal.error.status, heads), "latin1");
  options.onRefused?.(refusal);
}

function refusalText(status: number, heads: ResponseHeadText): string {
  const page = standardPage(status);
  const head = heads.begin(status, page.headers.toText(), 0);
  return `${head}Content-Length: ${Buffer.byteLength(page.body)}\r\nConnection: close\r\n\r\n${page.body}`;
}
