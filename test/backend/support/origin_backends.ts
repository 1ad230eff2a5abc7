import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { OriginBackends, type OriginBackendsOptions } from "../../../core/backend/origin_backends.ts";
import { refusedRange } from "../../../core/backend/refused_range.ts";
import type { OriginsConfig } from "../../../core/config/config.ts";
import { originsSection } from "../../../core/config/origins_fields.ts";
import { defaultsOf } from "../../../core/config/value_reader.ts";
import { backendOptions } from "./backend_config.ts";
import type { Certificate } from "./certificate.ts";

/** The loopback address that these tests take for a public one. */
export const PUBLIC_ADDRESS = "127.0.0.2";

/** Origin backends to which 127.0.0.2 is public and every other address what it is. No name has an address unless the test gives it. */
export function originBackends(
  changes: Partial<OriginsConfig> = {},
  options: Partial<OriginBackendsOptions> = {},
): OriginBackends {
  return new OriginBackends({
    ...backendOptions(),
    config: { ...defaultsOf(originsSection), ...changes },
    resolve: async () => [],
    check: (address) => (address === PUBLIC_ADDRESS ? undefined : refusedRange(address)),
    ...options,
  });
}

/** A server at an address of the loopback interface. Ends with its scope. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  /** Request lines and hosts in the order they came: `GET /path host`. */
  readonly requests: readonly string[];
  /** Names that TLS clients asked for. */
  readonly serverNames: readonly (string | false | null)[];
  /** Connections open now. */
  readonly open: number;
  /** Connections accepted so far. */
  readonly accepted: number;
}

export async function startLocalServer(
  address: string,
  handle: http.RequestListener,
  options: { port?: number; certificate?: Certificate } = {},
): Promise<LocalServer> {
  const requests: string[] = [];
  const serverNames: (string | false | null)[] = [];
  let open = 0;
  let accepted = 0;
  const listener: http.RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.host}`);
    handle(request, response);
  };
  const { certificate } = options;
  const server =
    certificate === undefined ? http.createServer(listener) : https.createServer(certificate, listener);
  server.on("secureConnection", (socket: TLSSocket) => serverNames.push(socket.servername));
  server.on("connection", (socket) => {
    open++;
    accepted++;
    socket.on("close", () => open--);
  });
  server.listen(options.port ?? 0, address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    serverNames,
    get open() {
      return open;
    },
    get accepted() {
      return accepted;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
