import { once } from "node:events";
import net from "node:net";

/** One connection at a raw server. */
export interface RawServerConnection {
  readonly socket: net.Socket;
  /** Everything received, Latin-1. */
  received: string;
  /** Request heads received so far. */
  requests: number;
  closed: boolean;
}

/** A TCP server that answers each request head with what the test says, byte for byte. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly connections: readonly RawServerConnection[];
}

/** `answer` is called with each complete request head; requests are expected to have no body. */
export async function startRawServer(answer: (connection: RawServerConnection) => void): Promise<RawServer> {
  const connections: RawServerConnection[] = [];
  const server = net.createServer({ noDelay: true }, (socket) => {
    const connection: RawServerConnection = { socket, received: "", requests: 0, closed: false };
    connections.push(connection);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      connection.received += text;
      const heads = connection.received.split("\r\n\r\n").length - 1;
      while (connection.requests < heads) {
        connection.requests++;
        answer(connection);
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      connection.closed = true;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as net.AddressInfo).port,
    connections,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const { socket } of connections) socket.destroy();
      await once(server, "close");
    },
  };
}
