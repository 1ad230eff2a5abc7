import { connect } from "node:net";
import { PROBE, PROBE_ANSWER, type RecordingBackend } from "./recording_backend.ts";
import type { RequestRow } from "./request_row.ts";

/** Milliseconds after which a front that neither answers nor closes is taken to hang. */
const DEADLINE = 8_000;
const PROBE_REQUEST = `GET ${PROBE} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;

/** What became of a row at one front. */
export interface Outcome {
  /** Of all answers but the probe's. */
  readonly statuses: readonly number[];
  readonly arrived: readonly string[];
  readonly wentOn: boolean;
  /** Neither answered nor closed in time. */
  readonly hung: boolean;
}

/** Sends everything at once and reads until the other side closes. */
export function talk(
  port: number,
  bytes: string,
  ends: boolean,
): Promise<{ received: string; hung: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ received: string; hung: boolean }>();
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  let received = "";
  const timer = setTimeout(() => done(true), DEADLINE);
  const done = (hung: boolean): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve({ received, hung });
  };
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    received += text;
  });
  socket.on("error", () => {});
  socket.on("end", () => done(false));
  socket.on("close", () => done(false));
  if (ends) socket.end(bytes, "latin1");
  else socket.write(bytes, "latin1");
  return promise;
}

/** Puts one row through a front. Rows go one after the other: what arrives is told apart by nothing else. */
export async function sendRow(row: RequestRow, port: number, backend: RecordingBackend): Promise<Outcome> {
  backend.take();
  const { received, hung } = await talk(port, row.ends ? row.send : row.send + PROBE_REQUEST, row.ends);
  // What the front had sent on before arrives before this.
  await talk(port, PROBE_REQUEST, false);
  const statuses = Array.from(received.matchAll(/HTTP\/1\.[01] ([0-9]{3}) /g), (match) => Number(match[1]));
  const wentOn = received.includes(PROBE_ANSWER);
  if (wentOn) statuses.pop();
  return { statuses, arrived: backend.take(), wentOn, hung };
}

/**
 * Takes out what the proxy tells the backend of the client: each of the fields once, with the only value it can have
 * here. Whatever a client has smuggled in under these names stays.
 */
export function withoutOwnFields(request: string, port: number): string {
  const host = /^Host: (.*)\r$/im.exec(request)?.[1] ?? "";
  const own = [
    "X-Forwarded-For: 127\\.0\\.0\\.1",
    "X-Forwarded-Proto: http",
    `X-Forwarded-Host: ${host.replace(/[.[\]]/g, "\\$&")}`,
    `X-Forwarded-Port: ${port}`,
    "X-Request-Id: [0-9A-Za-z_.-]+",
  ];
  let text = request;
  for (const field of own) text = text.replace(new RegExp(`(?<=\\n)${field}\\r\\n`), "");
  return text;
}
