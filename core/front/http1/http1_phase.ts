/** Where an HTTP/1 connection of a client stands. */
export type Http1Phase =
  /** Between requests. */
  | "idle"
  /** A head has begun. */
  | "head"
  /** A request is being answered. */
  | "exchange"
  /** It has been, but the rest of its body is still to be thrown away. */
  | "drain"
  /** Protocols were switched. */
  | "tunnel"
  /** The last response is out, the client may finish. */
  | "closing"
  | "closed";
