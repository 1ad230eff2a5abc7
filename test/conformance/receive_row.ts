import { type AnsweringBackend, NEXT } from "./answering_backend.ts";
import type { ResponseRow } from "./response_row.ts";
import { talk } from "./send_row.ts";

/** What a client got of a row through one front. */
export interface Received {
  /** Without Date, Server and Connection. */
  readonly text: string;
  readonly status: number;
  /** Whether the message ends as its framing says. */
  readonly isWhole: boolean;
  readonly hung: boolean;
  /** What a client that asked afterwards got. */
  readonly next: string;
}

export async function receiveRow(
  row: ResponseRow,
  port: number,
  backend: AnsweringBackend,
): Promise<Received> {
  backend.row = row;
  const { received, hung } = await talk(port, requestOf(row.method, "/row"), false);
  const next = await talk(port, requestOf("GET", NEXT), false);
  const text = withoutOwnFields(received);
  return {
    text,
    status: Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(text)?.[1] ?? 0),
    isWhole: isWhole(text, row.method),
    hung,
    next: withoutOwnFields(next.received),
  };
}

function requestOf(method: string, path: string): string {
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
}

/** Takes out what a proxy says of itself, of final responses alone. */
function withoutOwnFields(text: string): string {
  return text.replace(/^(?:Date|Server|Connection): .*\r\n/gm, "");
}

/** Whether the last of the responses in `text` has come to its end, by its own framing. */
function isWhole(text: string, method: string): boolean {
  const interim = /^(?:HTTP\/1\.1 1[0-9]{2} [^\n]*\n(?:[^\r\n][^\n]*\n)*\r\n)+/.exec(text)?.[0].length ?? 0;
  const final = text.slice(interim);
  const end = final.indexOf("\r\n\r\n") + 4;
  if (end < 4) return false;
  const head = final.slice(0, end);
  const body = final.slice(end);
  if (method === "HEAD" || /^HTTP\/1\.1 (?:204|304) /.test(head)) return body === "";
  const length = /^content-length: ([0-9]+)\r$/im.exec(head)?.[1];
  if (length !== undefined) return body.length === Number(length);
  return /^transfer-encoding: chunked\r$/im.test(head) ? /(?:^|\r\n)0\r\n\r\n$/.test(body) : true;
}
