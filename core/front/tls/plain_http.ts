import type { Socket } from "node:net";

const TEXT = "This port speaks HTTPS: begin the address with https://\n";

const ANSWER =
  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
  `Content-Length: ${TEXT.length}\r\nConnection: close\r\n\r\n${TEXT}`;

/** OpenSSL's verdict on bytes that begin like a request of HTTP/1. */
export const PLAIN_HTTP = "ERR_SSL_HTTP_REQUEST";

/** Tells a client without TLS what is expected here. `socket` is the one below TLS, which has sent nothing. */
export function answerPlainHttp(socket: Socket): void {
  if (!socket.destroyed) socket.end(ANSWER);
}
