import { backendServer, type WrittenServer } from "./backend_server.ts";
import type { BackendConfig } from "./config.ts";
import type { Section } from "./field.ts";

/** A backend as it is written; which of the two server keys was used is settled in `resolve_config.ts`. */
export interface WrittenBackend extends Omit<BackendConfig, "name" | "server"> {
  readonly server: WrittenServer | undefined;
  readonly servers: readonly (WrittenServer | undefined)[] | undefined;
}

const HOUR = 3_600_000;

export const backendSection: Section<WrittenBackend> = {
  title: "A backend",
  doc:
    "A pool of servers speaking one protocol. The short form is its server alone: `app: http://127.0.0.1:3000` says " +
    "the same as `app: { server: http://127.0.0.1:3000 }`.",
  fields: {
    protocol: {
      doc: "What its servers speak: HTTP/1.1.",
      type: { kind: "choice", values: ["http"], later: ["fastcgi", "scgi", "cgi", "ajp13", "http2"] },
      default: "http",
    },
    server: {
      doc:
        "Where it listens: `http://HOST:PORT`, `https://HOST:PORT` or `unix:/PATH` (a relative path starts from the " +
        "folder of this file). Either this or `servers` is required.",
      type: { kind: "text", format: backendServer },
    },
    servers: {
      doc: "The same as a list. Only one server for now.",
      type: { kind: "list", of: { kind: "text", format: backendServer }, minimum: 1 },
    },
    connectTimeout: {
      doc: "Time to connect; then 504.",
      type: { kind: "duration", minimum: 1, maximum: HOUR },
      default: "5s",
    },
    responseTimeout: {
      doc: "Time from the request to the head of the response; then 504.",
      type: { kind: "duration", minimum: 1, maximum: 24 * HOUR },
      default: "1m",
    },
    idleTimeout: {
      doc: "Time without a byte while a body is on its way; then the exchange is cut off.",
      type: { kind: "duration", minimum: 1, maximum: 24 * HOUR },
      default: "1m",
    },
    idleConnections: {
      doc: "Idle connections kept for reuse, per worker; 0 keeps none.",
      type: { kind: "integer", minimum: 0, maximum: 100_000 },
      default: 32,
    },
    keepAlive: {
      doc:
        "Time an idle connection is kept. It must be shorter than the server's own, or requests meet connections that " +
        "the server has just closed: Node's is 5 seconds, Apache's 5, gunicorn's 2, nginx's 75.",
      type: { kind: "duration", minimum: 0, maximum: HOUR },
      default: "4s",
    },
    connections: {
      doc: "Connections open at once, per worker; further requests wait in the queue.",
      type: { kind: "integer", minimum: 1, maximum: 100_000 },
      default: 256,
    },
    queue: {
      doc: "Requests that may wait for a connection, per worker; more get 503.",
      type: { kind: "integer", minimum: 0, maximum: 1_000_000 },
      default: 1024,
    },
    proxyProtocol: {
      doc:
        "PROXY header that tells the server of the client's address at the begin of a connection. Each connection then " +
        "serves one request only, for the next one may be another client's.",
      type: { kind: "choice", values: ["none", "v1", "v2"] },
      default: "none",
    },
  },
};
