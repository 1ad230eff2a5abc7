import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResponseRow } from "./response_row.ts";

/** Path of the request that checks whether the next client gets its own answer. */
export const NEXT = "/next";
export const NEXT_ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";

/** A server that answers as the current row says, byte for byte. */
export interface AnsweringBackend extends AsyncDisposable {
  readonly url: string;
  row: ResponseRow | undefined;
}

export async function startAnsweringBackend(): Promise<AnsweringBackend> {
  const sockets = new Set<net.Socket>();
  const backend = { row: undefined as ResponseRow | undefined };
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    let received = "";
    sockets.add(socket);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      received += text;
      for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
        const isNext = received.includes(` ${NEXT} `);
        received = received.slice(end + 4);
        if (isNext || backend.row === undefined) socket.write(NEXT_ANSWER);
        else void send(socket, backend.row);
      }
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(backend, {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  });
}

/** Never rejects: a socket that is gone takes writes without a word. */
async function send(socket: net.Socket, row: ResponseRow): Promise<void> {
  if (row.pace === 0) {
    await new Promise((resolve) => socket.write(row.send, "latin1", resolve));
  } else {
    for (const byte of row.send) {
      if (socket.destroyed) return;
      socket.write(byte, "latin1");
      await sleep(row.pace);
    }
  }
  if (row.afterwards === "end") socket.end();
  if (row.afterwards === "reset") socket.resetAndDestroy();
}
