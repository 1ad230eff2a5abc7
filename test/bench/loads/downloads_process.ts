// The client of downloads.ts: reads as much at once as there is, and throws it away.
import net from "node:net";
import { text } from "node:stream/consumers";
import type { LoadResult } from "../bench_server.ts";
import { ResponseReader } from "../response_reader.ts";

interface DownloadOptions {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
}

const PIECE = 1 << 20;
const options = JSON.parse(await text(process.stdin)) as DownloadOptions;
const { hostname, port, host, pathname } = new URL(options.url);
const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const since = performance.now();
const end = since + options.seconds * 1000;

/** Resolves with the number of files. */
function download(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const reader = new ResponseReader();
  const buffer = Buffer.allocUnsafe(PIECE);
  let count = 0;
  const callback = (length: number): boolean => {
    try {
      if (!reader.read(buffer.subarray(0, length))) return true;
      if (reader.status === 200) next();
      else reject(new Error(`An answer with status ${reader.status}`));
    } catch (error) {
      reject(error);
    }
    return true;
  };
  const socket = net.connect({ port: Number(port), host: hostname, onread: { buffer, callback } });
  const next = (): void => {
    count++;
    if (performance.now() < end) socket.write(request);
    else socket.destroy();
  };
  socket.on("connect", () => socket.write(request));
  socket.on("error", reject);
  socket.on("end", () => reject(new Error("the server has closed a connection")));
  socket.on("close", () => resolve(count));
  return promise;
}

try {
  const counts = await Promise.all(Array.from({ length: options.connections }, download));
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const requestsPerSecond = (requests * 1000) / (performance.now() - since);
  process.stdout.write(JSON.stringify({ requests, requestsPerSecond } satisfies LoadResult));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
