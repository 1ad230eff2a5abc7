import type { Received } from "./receive_row.ts";
import { CUT } from "./request_row.ts";
import type { Outcome } from "./send_row.ts";

/** What became of a row, in words that do not depend on how a proxy spells its own fields. */
export interface Verdict {
  readonly kind: "passed" | "refused" | "broken";
  readonly text: string;
}

/** Of a request: the statuses, and request line and body of what arrived. */
export function requestVerdict(outcome: Outcome): Verdict {
  const arrived = outcome.arrived.filter((request) => !request.endsWith(CUT)).map(requestText);
  const none = arrived.length === 0 ? "closed" : "no head";
  const statuses = outcome.hung ? "hangs" : outcome.statuses.join(" ") || none;
  const isRefused = arrived.length === 0;
  const text = isRefused ? statuses : `${statuses}: ${arrived.join(", ")}`;
  return { kind: isRefused ? "refused" : "passed", text };
}

/** Of a response: what the client got, and whether it is whole. */
export function responseVerdict(received: Received): Verdict {
  const { status, isWhole, text } = received;
  if (received.hung) return { kind: "broken", text: "hangs" };
  if (status === 0 && text === "") return { kind: "refused", text: "cut off" };
  if (status === 0) return { kind: "passed", text: "the bytes, without a head" };
  if (status >= 502) return { kind: "refused", text: String(status) };
  // How much of it the client reads before the end is a matter of time.
  if (!isWhole) return { kind: "broken", text: "cut off" };
  const body = bodyText(text.slice(text.lastIndexOf("HTTP/1.1 ")));
  return { kind: "passed", text: body === "" ? `${status}` : `${status}: ${shorten(body)}` };
}

/** `POST /a (abc)`; chunks taken apart, for proxies frame anew. */
function requestText(request: string): string {
  const [line = ""] = request.split("\r\n", 1);
  const body = bodyText(request);
  const start = shorten(line.replace(/ HTTP\/1\.[01]$/, ""));
  return body === "" ? start : `${start} (${shorten(JSON.stringify(body).slice(1, -1))})`;
}

function bodyText(message: string): string {
  const end = message.indexOf("\r\n\r\n") + 4;
  let body = message.slice(end);
  if (!/^transfer-encoding:/im.test(message.slice(0, end))) return body;
  let data = "";
  for (let size = sizeOf(body); size > 0; size = sizeOf(body)) {
    const start = body.indexOf("\r\n") + 2;
    data += body.slice(start, start + size);
    body = body.slice(start + size + 2);
  }
  return data;
}

function sizeOf(chunks: string): number {
  return Number.parseInt(/^[0-9a-f]+/i.exec(chunks)?.[0] ?? "0", 16);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
