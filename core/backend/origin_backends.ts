import { isIP } from "node:net";
import type { BackendConfig, BackendServer, OriginsConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import type { HeadLimits } from "../http/parse_request_head.ts";
import type { TimerWheel } from "../http/timer_wheel.ts";
import type { Backend } from "./backend.ts";
import { type AddressCheck, addressRefused, checkedLookup } from "./checked_lookup.ts";
import { Http1Backend } from "./http1_backend.ts";
import { ReadMemory } from "./read_memory.ts";
import { refusedRange } from "./refused_range.ts";
import { createAddressResolver, type ResolveAddresses } from "./resolve_addresses.ts";

/** `localhost` is what it says without being asked for (RFC 6761 section 6.3). */
const LOCAL: ResolveAddresses = async () => ["127.0.0.1", "::1"];

export interface OriginBackendsOptions {
  readonly config: OriginsConfig;
  readonly timers: TimerWheel;
  /** Limits of response heads. */
  readonly head: HeadLimits;
  /** Where all reads land. Those of several sites may share one. */
  readonly memory?: ReadMemory | undefined;
  /** Certificates to trust instead of Node's, in PEM. */
  readonly ca?: string | undefined;
  /** Instead of asking the system's name servers. */
  readonly resolve?: ResolveAddresses | undefined;
  /** Instead of `refusedRange`. */
  readonly check?: AddressCheck | undefined;
}

/**
 * The origins that the scripts of one site fetch, each a backend made when it is first asked for. At most
 * `perSite` of them, so that no site can use up what others need: the one used longest ago makes room, never one
 * with calls under way.
 */
export class OriginBackends {
  readonly #options: OriginBackendsOptions;
  readonly #check: AddressCheck;
  readonly #resolve: ResolveAddresses;
  #memory: ReadMemory | undefined;
  /** The one used longest ago first. */
  readonly #backends = new Map<string, Http1Backend>();

  constructor(options: OriginBackendsOptions) {
    this.#options = options;
    this.#check = options.check ?? refusedRange;
    this.#resolve = options.resolve ?? createAddressResolver();
    this.#memory = options.memory;
  }

  /** Origins that have a backend now. */
  get size(): number {
    return this.#backends.size;
  }

  /**
   * The backend of an origin in canonical form (`URL.origin`), for one call that begins at once. `isNamed`: the
   * configuration names this very origin; then an address in it, or `localhost`, may be a private one. Throws
   * `HttpError` 502 `origin_address_refused`, or 503 `origins_busy` when every origin has calls under way.
   */
  backendOf(origin: string, isNamed = false): Backend {
    const key = isNamed ? `named ${origin}` : origin;
    let backend = this.#backends.get(key);
    if (backend === undefined) {
      backend = this.#create(origin, isNamed);
      this.#makeRoom(origin);
    } else this.#backends.delete(key);
    this.#backends.set(key, backend);
    return backend;
  }

  /** Closes idle connections now and busy ones after their exchange. */
  close(): void {
    for (const backend of this.#backends.values()) backend.close();
    this.#backends.clear();
  }

  #create(origin: string, isNamed: boolean): Http1Backend {
    const server = serverOf(origin);
    const host = server.host!;
    const isLocal = isNamed && host === "localhost";
    if (isIP(host) !== 0 && !isNamed) {
      const range = this.#check(host);
      if (range !== undefined) throw addressRefused(host, host, range);
    }
    const { timers, head, ca, config } = this.#options;
    this.#memory ??= new ReadMemory();
    return new Http1Backend(configOf(origin, server, config), {
      timers,
      head,
      ca,
      memory: this.#memory,
      lookup: isLocal ? checkedLookup(LOCAL, () => undefined) : checkedLookup(this.#resolve, this.#check),
    });
  }

  #makeRoom(origin: string): void {
    const { perSite } = this.#options.config;
    if (this.#backends.size < perSite) return;
    for (const [key, backend] of this.#backends) {
      // Calls wait only where every connection is busy.
      if (backend.connections > backend.idleConnections) continue;
      this.#backends.delete(key);
      backend.close();
      return;
    }
    const message = `connecting to "${origin}": ${perSite} other origins are busy (origins.perSite)`;
    throw new HttpError(503, "origins_busy", message);
  }
}

function serverOf(origin: string): BackendServer {
  const { protocol, hostname, port } = new URL(origin);
  const tls = protocol === "https:";
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return { tls, host, port: port === "" ? (tls ? 443 : 80) : Number(port), path: undefined };
}

function configOf(origin: string, server: BackendServer, config: OriginsConfig): BackendConfig {
  const { perSite: _, ...limits } = config;
  return { ...limits, name: origin, protocol: "http", server, proxyProtocol: "none" };
}
