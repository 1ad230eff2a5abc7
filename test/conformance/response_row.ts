/** One response of a backend as bytes, and what the client must get of it. Text is Latin-1. */
export interface ResponseRow {
  /** What it is, and why it is treated so. */
  readonly why: string;
  /** Sections of the RFC that say so. */
  readonly rfc: string;
  readonly method: string;
  /** What the backend sends once the request is there. */
  readonly send: string;
  /** What it does then: nothing, end its side, or reset the connection. */
  readonly afterwards: "stay" | "end" | "reset";
  /** Milliseconds between bytes; 0 sends all at once. */
  readonly pace: number;
  /**
   * Everything the client receives but for Date, Server and Connection; or the status of the proxy's own page. What ends
   * with `CUT` is cut off somewhere before its end, so that nobody takes it for whole.
   */
  readonly gets: string | number;
}

type Options = Partial<Pick<ResponseRow, "method" | "afterwards" | "pace">>;

/** A response the client gets nothing of but the proxy's own page. */
export function refusedAnswer(send: string, why: string, rfc: string, options: Options = {}): ResponseRow {
  return answers(send, 502, why, rfc, options);
}

/** A response of which the client gets `gets`. */
export function answers(
  send: string,
  gets: string | number,
  why: string,
  rfc: string,
  options: Options = {},
): ResponseRow {
  return { why, rfc, send, gets, method: "GET", afterwards: "stay", pace: 0, ...options };
}

/** A response of five bytes with these fields. */
export function hello(...fields: string[]): string {
  return `${["HTTP/1.1 200 OK", ...fields, "Content-Length: 5"].join("\r\n")}\r\n\r\nhello`;
}

/** A response with that status line. */
export function withLine(line: string): string {
  return `${line}\r\nContent-Length: 5\r\n\r\nhello`;
}

/** A chunked response; `body` as it goes over the wire. */
export function chunkedAnswer(body: string): string {
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
}
