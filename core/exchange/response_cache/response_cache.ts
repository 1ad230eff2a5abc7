import type { CacheConfig } from "../../config/config.ts";
import type { Incoming } from "../../http/incoming.ts";
import type { TimerWheel } from "../../http/timer_wheel.ts";
import type { ResponseCacheMetrics } from "../../observe/metrics/response_cache_metrics.ts";
import type { CheckedHead } from "../script_head.ts";
import { type CacheDirective, readDirective } from "./cache_directive.ts";
import type { CacheMemory } from "./cache_memory.ts";
import type { CachedAnswer } from "./cached_answer.ts";
import { type Flight, Flights, type Waiter } from "./flights.ts";
import { mayServe, type NotKept, SiteCache } from "./site_cache.ts";
import { isCacheable, whyNotKept } from "./why_not_kept.ts";

/** An exchange as the cache sees it. */
export interface CachedExchange extends Waiter {
  readonly incoming: Incoming;
  /** When it began: monotonic milliseconds. */
  readonly startedAt: number;
  /** `ResponseCache.epoch` when the scripts got the request. */
  readonly epoch: number;
  /** What it leads or waits for; the cache's to change. */
  flight: Flight | undefined;
  /** It waits: one of the methods of `Waiter` follows, unless it ends before. */
  waits(): void;
}

export interface ResponseCacheOptions {
  readonly config: CacheConfig;
  readonly memory: CacheMemory;
  readonly timers: TimerWheel;
  readonly metrics: ResponseCacheMetrics;
  /** Milliseconds that a request may wait for another one. */
  readonly deadline: number;
  /** Whether nothing may be served now. */
  readonly isPaused: () => boolean;
  /** Tells the script's author. */
  readonly warn: (message: string) => void;
}

/** The response cache of one site in this worker. */
export class ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #answers: SiteCache;
  readonly #flights: Flights;
  /** What has been said once since the scripts were loaded. */
  readonly #warned = new Set<string>();

  constructor(options: ResponseCacheOptions) {
    const { config, memory, timers, metrics, deadline } = options;
    this.#options = options;
    this.#answers = new SiteCache({ memory, entry: config.entry, metrics });
    this.#flights = new Flights({ timers, most: config.waiting, deadline });
  }

  /** Bytes it keeps. */
  get bytes(): number {
    return this.#answers.bytes;
  }

  /** Answers it keeps. */
  get size(): number {
    return this.#answers.size;
  }

  /** See `CachedExchange.epoch`. */
  get epoch(): number {
    return this.#answers.epoch;
  }

  /** A request comes in. Returns whether it is served, or waits; otherwise it is the scripts'. */
  enter(exchange: CachedExchange): boolean {
    // Of sites that keep nothing that is all.
    if (this.#answers.isEmpty) return false;
    const { incoming, startedAt } = exchange;
    const key = this.#keyOf(incoming);
    if (key === undefined) return false;
    const { requests } = this.#options.metrics;
    const answer = this.#answers.find(key, startedAt);
    if (answer !== undefined) {
      requests.hit++;
      exchange.served(answer);
      return true;
    }
    if (this.#join(exchange, key)) return true;
    requests.miss++;
    return false;
  }

  /** A request waited in vain; what it would have led to may have been kept meanwhile, for more parts of it count now. */
  enterAgain(exchange: CachedExchange, now: number): boolean {
    const key = this.#keyOf(exchange.incoming);
    const answer = key === undefined ? undefined : this.#answers.find(key, now);
    if (answer === undefined) {
      this.#options.metrics.requests.miss++;
      return false;
    }
    this.#options.metrics.requests.waited++;
    exchange.served(answer);
    return true;
  }

  /**
   * The scripts have answered, and say in `directive` that the answer may be kept. Throws HttpError when that is not valid.
   * `body` as it is before ranges are taken from it.
   */
  keep(exchange: CachedExchange, json: string, head: CheckedHead, body?: string | Uint8Array): void {
    const directive = readDirective(json, this.#options.config.ttl);
    const { incoming } = exchange;
    if (!isCacheable(incoming) || incoming.head.method !== "GET") return;
    if (!mayServe(incoming.head, directive.key)) return;
    const why = whyNotKept(head);
    if (why !== undefined) return this.#warn(exchange, why);
    this.#store(exchange, directive, head, body);
  }

  /** The exchange has its answer, or has failed (`isAnswered`), or its client has left. */
  left(exchange: CachedExchange, isAnswered: boolean): void {
    const { flight } = exchange;
    if (flight === undefined) return;
    exchange.flight = undefined;
    if (!isAnswered) return this.#flights.left(flight, exchange);
    if (flight.leader !== exchange || !this.#flights.isUnderWay(flight)) return;
    this.#answers.pass(flight.key, performance.now());
    this.#flights.fail(flight);
  }

  purge(tags: readonly string[]): void {
    this.#answers.purge(tags);
  }

  /** The scripts have been replaced. */
  clear(): void {
    this.#answers.clear();
    this.#warned.clear();
  }

  #keyOf(incoming: Incoming): string | undefined {
    if (!isCacheable(incoming) || this.#options.isPaused()) return undefined;
    return this.#answers.keyOf(incoming.head, incoming.client.tls);
  }

  #join(exchange: CachedExchange, key: string): boolean {
    if (this.#answers.isPassed(key, exchange.startedAt)) return false;
    const flight = this.#flights.join(key, exchange, exchange.incoming.head.method === "GET");
    exchange.flight = flight;
    if (flight === undefined || flight.leader === exchange) return false;
    exchange.waits();
    return true;
  }

  #store(
    exchange: CachedExchange,
    directive: CacheDirective,
    { status, headers }: CheckedHead,
    body: string | Uint8Array | undefined,
  ): void {
    const { incoming, epoch } = exchange;
    const stored = this.#answers.store(
      {
        head: incoming.head,
        isSecure: incoming.client.tls,
        directive,
        status,
        headers: headers.clone(),
        body,
        begun: epoch,
      },
      performance.now(),
    );
    if (typeof stored !== "string") return this.#serveWaiting(stored.key, stored.answer);
    if (stored !== "purged") return this.#warn(exchange, this.#because(stored));
    // The next one's answer can be kept again.
    const { flight } = exchange;
    exchange.flight = undefined;
    if (flight?.leader === exchange) this.#flights.fail(flight);
  }

  #serveWaiting(key: string, answer: CachedAnswer): void {
    for (const waiter of this.#flights.stored(key)) {
      this.#options.metrics.requests.waited++;
      waiter.served(answer);
    }
  }

  #because(reason: Exclude<NotKept, "purged">): string {
    if (reason === "large") return `it is larger than cache.entry, ${this.#options.config.entry} bytes`;
    return "the answers of its path depend on too many fields, cookies or parameters together";
  }

  #warn({ incoming }: CachedExchange, why: string): void {
    if (this.#warned.has(why)) return;
    this.#warned.add(why);
    this.#options.warn(`the answer to GET ${incoming.head.path} is not kept (cache): ${why}; said once`);
  }
}
