/** One request (or several, or none) as bytes, and what must become of it. Text is Latin-1. */
export interface RequestRow {
  /** What it is, and why it is treated so. */
  readonly why: string;
  /** Sections of the RFC that say so: `9112 5.1`. */
  readonly rfc: string;
  readonly send: string;
  /** Statuses of the answers, in their order; none when the connection is closed without. */
  readonly statuses: readonly number[];
  /**
   * Every request that reaches the backend, byte for byte but for what the proxy tells of the client. One that ends with
   * `CUT` may arrive as far as that, and never whole.
   */
  readonly arrives: readonly string[];
  /** Whether the connection takes another request afterwards. */
  readonly goesOn: boolean;
  /** Whether the client ends its side behind the bytes instead of asking for more. */
  readonly ends: boolean;
}

/** Fields of a row that have an ordinary value. */
export type RowOptions = Partial<Pick<RequestRow, "goesOn" | "ends" | "arrives" | "statuses">>;

/** Marks a request that breaks off. */
export const CUT = "\u2702";

/** A request that is refused: nothing of it arrives, and nothing is read behind it. */
export function refused(
  status: number,
  send: string,
  why: string,
  rfc: string,
  options: RowOptions = {},
): RequestRow {
  const row = { why, rfc, send, statuses: [status], arrives: [], goesOn: false, ends: false };
  return { ...row, ...options };
}

/** A request that arrives as `arrives` says; by default as it was sent. */
export function passes(
  send: string,
  arrives: string | undefined,
  why: string,
  rfc: string,
  options: RowOptions = {},
): RequestRow {
  const row = { why, rfc, send, statuses: [200], arrives: [arrives ?? send], goesOn: true, ends: false };
  return { ...row, ...options };
}

/** A request with that request line, valid otherwise. */
export function line(requestLine: string): string {
  return `${requestLine}\r\nHost: a\r\n\r\n`;
}

/** `GET /` with these field lines behind Host. */
export function get(...fields: string[]): string {
  return `${["GET / HTTP/1.1", "Host: a", ...fields].join("\r\n")}\r\n\r\n`;
}

/** `POST /` with these field lines and a body. */
export function post(fields: string | readonly string[], body: string): string {
  const lines = typeof fields === "string" ? [fields] : fields;
  return `${["POST / HTTP/1.1", "Host: a", ...lines].join("\r\n")}\r\n\r\n${body}`;
}

/** `POST /` with `Transfer-Encoding: chunked` and the body as it goes over the wire. */
export function chunked(body: string, ...fields: string[]): string {
  return post(["Transfer-Encoding: chunked", ...fields], body);
}

/** What of `POST /` with such a body arrives before its framing turns out to be broken. */
export function cutChunks(body: string): string {
  return chunked(body) + CUT;
}
