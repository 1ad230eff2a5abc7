import type { Http2Config } from "./config.ts";
import type { Section } from "./field.ts";

const MEGABYTE = 1024 ** 2;

export const http2Section: Section<Http2Config> = {
  title: "http2",
  doc: "Limits of HTTP/2 sessions. Those of `http` hold for their requests and connections as well.",
  fields: {
    streams: {
      doc: "Requests of one session under way at once; further ones are refused with `REFUSED_STREAM`.",
      type: { kind: "integer", minimum: 1, maximum: 10_000 },
      default: 128,
    },
    sessionMemory: {
      doc: "Memory one session may use for responses that its client does not take; above it further responses wait, above twice as much requests are refused.",
      type: { kind: "size", unit: "bytes", minimum: MEGABYTE, maximum: 1024 * MEGABYTE },
      default: "10mb",
    },
    window: {
      doc: "Bytes of a body that a client may send before they are taken, for each request and for the session.",
      type: { kind: "size", unit: "bytes", minimum: 65_535, maximum: 16 * MEGABYTE },
      default: "256kb",
    },
    resetBurst: {
      doc: "Requests a client may begin and reset at once; above it, and above `resetRate`, the session is ended.",
      type: { kind: "integer", minimum: 1, maximum: 1_000_000 },
      default: 1000,
    },
    resetRate: {
      doc: "Resets per second that are forgiven.",
      type: { kind: "integer", minimum: 1, maximum: 1_000_000 },
      default: 33,
    },
    controlRate: {
      doc: "Pings and settings a client may send per second; above it the session is ended.",
      type: { kind: "integer", minimum: 1, maximum: 1_000_000 },
      default: 100,
    },
  },
};
