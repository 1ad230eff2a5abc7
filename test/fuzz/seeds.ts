import { requestRows } from "../conformance/request_rows.ts";
import { responseRows } from "../conformance/response_rows.ts";

/** Longest seed: mutations of long ones only take time. */
const LONGEST = 400;

/** Requests that mutation begins with: every short row of the table, and some with more in them. */
export function requestSeeds(): string[] {
  const rows = Object.values(requestRows).flat();
  const accepted = rows.filter((row) => row.arrives.length > 0).map((row) => row.send);
  return [
    ...rows.map((row) => row.send),
    // From what is refused there are few ways to what is accepted.
    ...accepted,
    ...accepted,
    ...accepted,
    "GET /a/b?c=d HTTP/1.1\r\nHost: www.example.org:8080\r\nAccept: */*\r\nCookie: a=b; c=d\r\nUser-Agent: x\r\n\r\n",
    "POST /upload HTTP/1.1\r\nHost: [::1]:80\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n" +
      '5;a="b;\\"c"\r\nhello\r\n00a\r\n0123456789\r\n0;x=y\r\nX: 1\r\nY:\r\n\r\n',
    "PUT http://a.example/b/../c%2fd HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\nhello world",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\nConnection: close, X-A\r\nX-A: b\r\n\r\n",
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "POST / HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
  ].filter((seed) => seed.length > 0 && seed.length <= LONGEST);
}

/** Likewise, responses. */
export function responseSeeds(): string[] {
  const rows = Object.values(responseRows).flat();
  const accepted = rows.filter((row) => typeof row.gets === "string").map((row) => row.send);
  return [
    ...rows.map((row) => row.send),
    ...accepted,
    ...accepted,
    "HTTP/1.1 200 OK\r\nDate: x\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello",
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n3;a="b"\r\nabc\r\n0\r\nX: y\r\n\r\n',
  ].filter((seed) => seed.length > 0 && seed.length <= LONGEST);
}
