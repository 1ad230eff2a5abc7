import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "../../config/config.ts";
import { refusalOf } from "./admin_guard.ts";
import type { AdminAnswer, AdminPages } from "./admin_pages.ts";

/** Connections at once; further ones are closed. */
const CONNECTIONS = 64;
/** Milliseconds for a request's head, for all of it, and between two requests. */
const HEAD_TIME = 5_000;
const REQUEST_TIME = 10_000;
const IDLE_TIME = 5_000;
/** Bytes of a request's head, and of its body, for which there is no use. */
const HEAD_BYTES = 8_192;
const BODY_BYTES = 4_096;

/** The HTTP server of the admin listener. */
export class AdminServer {
  readonly #server: Server;
  readonly #pages: AdminPages;
  /** As configured. */
  readonly #listen: ListenAddress;
  #isClosing = false;

  constructor(listen: ListenAddress, pages: AdminPages) {
    this.#listen = listen;
    this.#pages = pages;
    // An import would be done at every start, and make Node load undici, too.
    this.#server = process.getBuiltinModule("node:http").createServer(
      {
        headersTimeout: HEAD_TIME,
        requestTimeout: REQUEST_TIME,
        keepAliveTimeout: IDLE_TIME,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: HEAD_BYTES,
      },
      (request, response) => this.#receive(request, response),
    );
    this.#server.maxConnections = CONNECTIONS;
    this.#server.on("clientError", (_, socket) => socket.destroy());
  }

  /** Resolves with the address it listens on. Rejects with the system's error. */
  listen(): Promise<ListenAddress> {
    const address = this.#listen;
    const { promise, resolve, reject } = Promise.withResolvers<ListenAddress>();
    this.#server.once("error", reject);
    this.#server.listen(address.kind === "unix" ? { path: address.path } : address, () => {
      this.#server.off("error", reject);
      // A failed accept; libuv has dropped the connection.
      this.#server.on("error", () => {});
      const port = address.kind === "unix" ? 0 : (this.#server.address() as AddressInfo).port;
      resolve(address.kind === "unix" ? address : { ...address, port });
    });
    return promise;
  }

  /** Cuts off what is under way, or, `gently`, gives it a while. Removes the file of a Unix socket. */
  close(gently = false): void {
    this.#isClosing = true;
    this.#server.close();
    const cut = (): void => this.#server.closeAllConnections();
    if (gently) setTimeout(cut, REQUEST_TIME).unref();
    else cut();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES) request.destroy();
    });
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", () => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) send(response, { status: 500, body: { error: String(error) } }, true);
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const isHead = method === "HEAD";
    const refusal = refusalOf(headers, this.#listen);
    if (refusal !== undefined) return send(response, { status: 403, body: { error: refusal } }, !isHead);
    const path = url.split("?", 1)[0]!.replace(/(.)\/$/, "$1");
    const page = Object.hasOwn(this.#pages, path) ? this.#pages[path] : undefined;
    if (page === undefined) {
      const error = `there is no such page; there are ${Object.keys(this.#pages).join(", ")}`;
      return send(response, { status: 404, body: { error } }, !isHead);
    }
    if (page.method !== method && !(isHead && page.method === "GET")) {
      const allow = page.method === "GET" ? "GET, HEAD" : page.method;
      response.setHeader("Allow", allow);
      return send(response, { status: 405, body: { error: `${path} is for ${page.method}` } }, !isHead);
    }
    const answer = await page.answer(new URLSearchParams(url.slice(path.length).replace(/^[^?]*/, "")));
    if (this.#isClosing) response.setHeader("Connection", "close");
    send(response, answer, !isHead);
  }
}

function send(response: ServerResponse, { status, body, type }: AdminAnswer, hasBody: boolean): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, {
    "Content-Type": type ?? "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(hasBody ? text : undefined);
}
