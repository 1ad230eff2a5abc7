import type { HttpConfig } from "./config.ts";
import type { Section } from "./field.ts";

const HOUR = 3_600_000;
const GIGABYTE = 1024 ** 3;

export const httpSection: Section<HttpConfig> = {
  title: "http",
  doc: "Limits of the HTTP edge, on the side of the clients.",
  fields: {
    requestLine: {
      doc: "Longest request line; a longer one gets 414.",
      type: { kind: "size", unit: "bytes", minimum: 256, maximum: 65_536 },
      default: "8kb",
    },
    head: {
      doc: "Largest head of a request, request line and all fields together; a larger one gets 431.",
      type: { kind: "size", unit: "bytes", minimum: 1024, maximum: 1_048_576 },
      default: "32kb",
    },
    fields: {
      doc: "Most header fields in a request; more get 431.",
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
  },
};
