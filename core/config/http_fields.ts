import type { HttpConfig } from "./config.ts";
import type { Section } from "./field.ts";

const HOUR = 3_600_000;
const GIGABYTE = 1024 ** 3;

export const httpSection: Section<HttpConfig> = {
  title: "http",
  doc: "Limits of the HTTP edge, on the side of the clients; those of heads hold for the responses of backends as well.",
  fields: {
    requestLine: {
      doc: "Longest request line; a longer one gets 414. Longer status lines of backends are 502.",
      type: { kind: "size", unit: "bytes", minimum: 256, maximum: 65_536 },
      default: "8kb",
    },
    head: {
      doc: "Largest head of a request, request line and all fields together; a larger one gets 431. Larger ones of backends are 502.",
      type: { kind: "size", unit: "bytes", minimum: 1024, maximum: 1_048_576 },
      default: "32kb",
    },
    fields: {
      doc: "Most header fields in a request; more get 431. Responses of backends with more are 502.",
      type: { kind: "integer", minimum: 10, maximum: 10_000 },
      default: 100,
    },
    body: {
      doc:
        "Largest body of a request; a larger one gets 413. Bodies pass through without being collected, so a large " +
        "limit costs no memory; what scripts may read has a limit of its own, `limits.body`.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1024 * GIGABYTE },
      default: "10gb",
    },
    chunkExtensions: {
      doc: "Bytes of the extensions of all chunks of a body together; more get 400. Nobody uses them, so they must not cost much.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1_048_576 },
      default: "4kb",
    },
    trailer: {
      doc: "Largest trailer section behind a chunked body; a larger one gets 431. Trailers are checked and go no further.",
      type: { kind: "size", unit: "bytes", minimum: 2, maximum: 1_048_576 },
      default: "8kb",
    },
    readAhead: {
      doc:
        "Bytes a client may send ahead of what is being read of it: pipelined requests behind one that is still being " +
        "answered, or a body nobody has asked for. They are kept; above it no more is read until they are taken. What " +
        "comes with one read from the socket, up to 64 KB, is kept whole.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 16_777_216 },
      default: "16kb",
    },
    headTimeout: {
      doc: "Time for a whole head to arrive; then 408.",
      type: { kind: "duration", minimum: 100, maximum: HOUR },
      default: "10s",
    },
    keepAliveTimeout: {
      doc: "Time a connection may wait for its next request; then it is closed.",
      type: { kind: "duration", minimum: 100, maximum: HOUR },
      default: "1m",
    },
    idleTimeout: {
      doc: "Time without progress while a body is sent or received; then the connection is closed.",
      type: { kind: "duration", minimum: 100, maximum: 24 * HOUR },
      default: "1m",
    },
    minimumRate: {
      doc:
        "Bytes per second that a body must average while the proxy waits for the client, to send it or to take it, " +
        "looked at after each `idleTimeout` of such waiting: a client that moves a byte now and then does not hold a " +
        "connection for ever. An upload gets 408, a download is cut off. 0 for no limit.",
      type: { kind: "integer", minimum: 0, maximum: 1_000_000_000 },
      default: 100,
    },
    halfClosedTimeout: {
      doc:
        "Time without progress after which a client that has ended its side is taken to have left. TCP cannot tell one " +
        "that has gone from one that only has no more to say.",
      type: { kind: "duration", minimum: 100, maximum: HOUR },
      default: "1s",
    },
    drainBody: {
      doc:
        "Bytes of a request body nobody wanted that are read and thrown away behind the answer so that the connection " +
        "can go on; behind more of it the connection is closed.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: GIGABYTE },
      default: "64kb",
    },
    lingerTimeout: {
      doc:
        "Time a client has, when its connection is being closed, to read its last answer and to end its side. Closing at " +
        "once could destroy the answer on its way.",
      type: { kind: "duration", minimum: 0, maximum: HOUR },
      default: "5s",
    },
    lingerBody: {
      doc: "Bytes it may still send meanwhile, which are thrown away; then the connection is reset.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1024 * GIGABYTE },
      default: "16mb",
    },
    tunnelTimeout: {
      doc: "Time without a byte in either direction of an upgraded connection (WebSocket); then it is closed.",
      type: { kind: "duration", minimum: 100, maximum: 30 * 24 * HOUR },
      default: "1h",
    },
    requestsPerConnection: {
      doc: "Requests one connection may make before it is closed; 0 for no limit.",
      type: { kind: "integer", minimum: 0, maximum: 1_000_000_000 },
      default: 0,
    },
    connections: {
      doc: "Connections open at once, per worker; further ones are closed at once.",
      type: { kind: "integer", minimum: 1, maximum: 1_000_000 },
      default: 10_000,
    },
    connectionsPerClient: {
      doc:
        "Connections of one client address (of IPv6, of one network of 64 bits) open at once, per worker; further ones " +
        "are closed at once. 0 for no limit: many clients may share an address.",
      type: { kind: "integer", minimum: 0, maximum: 1_000_000 },
      default: 0,
    },
  },
};
