import { once } from "node:events";
import net from "node:net";
import { CUT } from "./request_row.ts";

/** A request whose answer only tells that the connection still takes requests; not recorded. */
export const PROBE = "/probe";
/** What only its answer has. */
export const PROBE_ANSWER = "X-Probe: answered";

/** A server that answers every request with 200 and keeps what came, byte for byte (Latin-1). */
export interface RecordingBackend extends AsyncDisposable {
  readonly url: string;
  /** Requests since the last call, in the order they were complete; what broke off ends with `CUT`. */
  take(): string[];
}

interface Message {
  readonly method: string;
  readonly target: string;
  /** Index behind it, or undefined when more must come. */
  readonly end: number | undefined;
}

export async function startRecordingBackend(): Promise<RecordingBackend> {
  let recorded: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    let received = "";
    sockets.add(socket);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      received += text;
      for (;;) {
        const message = readMessage(received);
        if (message?.end === undefined) return;
        const isProbe = message.target === PROBE && message.method === "GET";
        if (!isProbe) recorded.push(received.slice(0, message.end));
        received = received.slice(message.end);
        const body = message.method === "HEAD" ? "" : "ok";
        const field = isProbe ? `${PROBE_ANSWER}\r\n` : "";
        socket.write(`HTTP/1.1 200 OK\r\n${field}Content-Length: 2\r\n\r\n${body}`);
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (received !== "") recorded.push(received + CUT);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    take() {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Reads what a proxy sends: strictly, for what this cannot read another backend may read differently. */
function readMessage(text: string): Message | undefined {
  const headEnd = text.indexOf("\r\n\r\n") + 4;
  if (headEnd < 4) return undefined;
  const head = text.slice(0, headEnd);
  const [, method = "", target = ""] = /^(\S+) (\S+) HTTP\/1\.[01]\r\n/.exec(head) ?? [];
  const lengths = head.match(/^content-length:.*$/gim) ?? [];
  const codings = head.match(/^transfer-encoding:.*$/gim) ?? [];
  if (method === "" || lengths.length + codings.length > 1) return { method, target, end: text.length };
  if (codings.length === 1) return { method, target, end: endOfChunks(text, headEnd) };
  const length = lengths.length === 0 ? 0 : Number(/: ([0-9]+)\r?$/.exec(lengths[0]!)?.[1] ?? Number.NaN);
  const end = headEnd + length;
  return { method, target, end: Number.isNaN(end) || end > text.length ? undefined : end };
}

function endOfChunks(text: string, start: number): number | undefined {
  for (let index = start; ; ) {
    const size = /^([0-9a-f]+)\r\n/i.exec(text.slice(index, index + 20));
    if (size === null) return undefined;
    const next = index + size[0].length + Number.parseInt(size[1]!, 16) + 2;
    if (next > text.length) return undefined;
    if (Number.parseInt(size[1]!, 16) === 0) return next;
    index = next;
  }
}
