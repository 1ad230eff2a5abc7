import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import type { SiteInspection } from "../script/inspect/site_inspection.ts";
import { discoveryAnswer } from "./inspect_discovery.ts";
import { isTrusted } from "./inspect_guard.ts";

export { frontendUrl } from "./inspect_discovery.ts";

/** Bytes of one message of a debugger. */
const MESSAGE_LIMIT = 16 * 1024 * 1024;
const CONNECTIONS = 64;
/** Milliseconds and attempts until the port is free that the worker before this one had. */
const PATIENCE = 100;
const ATTEMPTS = 100;

/** Close code of a WebSocket whose target has its debugger already (RFC 6455: 4000 to 4999 are for private use). */
const TAKEN = 4000;

/** Where debuggers find the sites of this worker. */
export class InspectServer {
  readonly #targets: ReadonlyMap<string, SiteInspection>;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT });
  readonly #closing = new AbortController();

  constructor(targets: Iterable<SiteInspection>) {
    this.#targets = new Map(Array.from(targets, (target) => [target.id, target]));
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS;
    // An attempt to listen hears of its error itself, unless it has been given up.
    this.#server.on("error", () => {});
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Listens on a loopback address, port 0 for any free one. Resolves with `host:port`, or with undefined when `close`
   * came before the address was free. Rejects when it stays in use, or is not to be had.
   */
  async listen(host: string, port: number): Promise<string | undefined> {
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#server.listen(port, host);
        await once(this.#server, "listening", { signal });
        break;
      } catch (error) {
        if (signal.aborted) return undefined;
        const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (!isTaken || attempt === ATTEMPTS) throw error;
        await sleep(PATIENCE, undefined, { signal }).catch(() => {});
        if (signal.aborted) return undefined;
      }
    }
    const address = this.#server.address() as AddressInfo;
    return `${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  }

  close(): void {
    this.#closing.abort();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { host, origin } = request.headers;
    const path = (request.url ?? "").split("?", 1)[0]!.replace(/(.)\/$/, "$1");
    const isAllowed = isTrusted(host, origin) && (request.method === "GET" || request.method === "HEAD");
    const answer = isAllowed ? discoveryAnswer(path, host!, this.#targets.values()) : undefined;
    response.writeHead(answer !== undefined ? 200 : isAllowed ? 404 : 403, {
      "content-type": "application/json; charset=UTF-8",
      "cache-control": "no-store",
    });
    response.end(answer === undefined ? "" : `${JSON.stringify(answer, null, 2)}\n`);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const { host, origin } = request.headers;
    const target = this.#targets.get((request.url ?? "").slice(1));
    if (target === undefined || !isTrusted(host, origin)) {
      socket.end(
        `HTTP/1.1 ${target === undefined ? "404 Not Found" : "403 Forbidden"}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#connect(target, webSocket));
  }

  #connect(target: SiteInspection, socket: WebSocket): void {
    // An error is followed by `close`.
    socket.on("error", () => {});
    const connection = target.connect({ send: (message) => socket.send(message) });
    if (connection === undefined) {
      socket.close(TAKEN, "another debugger is connected to this site");
      return;
    }
    socket.on("message", (data, isBinary) => {
      if (!isBinary) connection.receive(String(data));
    });
    socket.on("close", () => target.disconnect(connection));
  }
}
