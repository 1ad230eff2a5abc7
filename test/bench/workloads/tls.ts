import type { Programs, Workload } from "../bench_server.ts";
import { handshakes } from "../loads/handshakes.ts";
import { http2 } from "../loads/http2.ts";
import { answer } from "./answer.ts";

const { lodestone, lighttpd, nginx, bare, haproxy } = answer.programs;
/** Those that speak TLS here. */
const programs = { lodestone, lighttpd, nginx, bare, haproxy } as Programs;

export const overTls: readonly Workload[] = [
  { ...answer, name: "tls_keep_alive", title: "a script answers 123 over TLS", tls: true, programs },
  {
    ...answer,
    name: "tls_handshake",
    title: "a full TLS handshake and a script answers 123",
    tls: true,
    load: handshakes,
    programs,
  },
  {
    ...answer,
    name: "http2",
    title: "a script answers 123 over HTTP/2 and TLS",
    tls: true,
    load: http2,
    programs,
  },
];
