import { LRUCache } from "lru-cache";
import { AUTHORIZATION } from "../../http/field_marks.ts";
import type { HeaderList } from "../../http/header_list.ts";
import type { RequestHead } from "../../http/request_head.ts";
import type { ResponseCacheMetrics } from "../../observe/metrics/response_cache_metrics.ts";
import type { CacheDirective } from "./cache_directive.ts";
import { pathKey } from "./cache_key.ts";
import type { CacheMemory, MemoryHolder } from "./cache_memory.ts";
import { CachedAnswer } from "./cached_answer.ts";
import type { KeySpec } from "./key_spec.ts";
import { PurgeHistory } from "./purge_history.ts";
import { TagIndex } from "./tag_index.ts";

/** Milliseconds for which requests do not wait for an answer that turned out not to be kept. */
const PASS_TIME = 10_000;
/** Bytes of an entry that is no answer, besides its key. */
const SMALL = 300;

/** What the answers of a path depend on. */
interface PathEntry {
  readonly kind: "path";
  readonly spec: KeySpec;
}

/** There is no use in waiting: the answer was not kept the last time. */
interface PassEntry {
  readonly kind: "pass";
  readonly expires: number;
}

/** An answer to be kept. `headers` is taken over. */
export interface Storable {
  readonly head: RequestHead;
  readonly isSecure: boolean;
  readonly directive: CacheDirective;
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string | Uint8Array | undefined;
  /** `epoch` when the scripts got the request. */
  readonly begun: number;
}

/** Why an answer was not kept. */
export type NotKept = "large" | "purged" | "names";

/**
 * The answers that are kept for one site. Found in two steps, as by Vary: the path leads to what its answers depend on, and that
 * with the request to the answer. Times are monotonic milliseconds.
 */
export class SiteCache implements MemoryHolder {
  readonly #entries: LRUCache<string, PathEntry | PassEntry | CachedAnswer>;
  readonly #memory: CacheMemory;
  /** Bytes of an answer, at most. */
  readonly #longest: number;
  readonly #metrics: ResponseCacheMetrics;
  readonly #tags = new TagIndex();
  readonly #history = new PurgeHistory();
  #bytes = 0;
  #answers = 0;

  constructor(options: { memory: CacheMemory; entry: number; metrics: ResponseCacheMetrics }) {
    this.#memory = options.memory;
    this.#longest = options.entry;
    this.#metrics = options.metrics;
    this.#entries = new LRUCache({
      maxSize: options.memory.limit,
      sizeCalculation: sizeOf,
      dispose: (entry, key, reason) => this.#removed(entry, key, reason === "evict"),
    });
    this.#memory.join(this);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Answers kept, those that have expired included. */
  get size(): number {
    return this.#answers;
  }

  /** Whether no request can be found in it. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Grows with each purge; what was begun at an earlier one may be out of date. */
  get epoch(): number {
    return this.#history.now;
  }

  /** Under which key the answer to a request is kept, if it is. Undefined when nothing was for its path, or could be for it. */
  keyOf(head: RequestHead, isSecure: boolean): string | undefined {
    const path = pathKey(head, isSecure);
    const entry = this.#entries.get(path);
    if (entry === undefined || !("spec" in entry)) return undefined;
    if (!mayServe(head, entry.spec)) return undefined;
    return answerKey(path, entry.spec, head);
  }

  find(key: string, now: number): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (!(entry instanceof CachedAnswer)) return undefined;
    if (entry.expires > now) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** Whether a request had better not wait for another one with this key. */
  isPassed(key: string, now: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && "kind" in entry && entry.kind === "pass" && entry.expires > now;
  }

  /** The answer under this key was not kept: for a while nobody waits for it. */
  pass(key: string, now: number): void {
    this.#set(key, { kind: "pass", expires: now + PASS_TIME });
  }

  /** Keeps an answer, or says why not. Returns it with its key. */
  store(given: Storable, now: number): { readonly key: string; readonly answer: CachedAnswer } | NotKept {
    const { head, isSecure, directive, status, headers, body, begun } = given;
    const path = pathKey(head, isSecure);
    const known = this.#entries.get(path);
    const spec = known !== undefined && "spec" in known ? known.spec.union(directive.key) : directive.key;
    if (spec === undefined) return "names";
    if (this.#history.isPurged(directive.tags, begun)) return "purged";
    const key = answerKey(path, spec, head);
    const { tags, ttl } = directive;
    // Before anything is copied.
    if ((body?.length ?? 0) > this.#longest) return "large";
    const answer = new CachedAnswer({ key, status, headers, body, tags, ttl, now, date: new Date() });
    if (answer.size > Math.min(this.#longest, this.#memory.limit / 2)) return "large";
    if (known === undefined || !("spec" in known) || known.spec !== spec) {
      this.#set(path, { kind: "path", spec });
    }
    this.#set(key, answer);
    this.#metrics.stored++;
    return { key, answer };
  }

  /** Lets go of every answer with one of the tags. */
  purge(tags: readonly string[]): void {
    this.#history.purge(tags);
    for (const tag of tags) {
      for (const key of this.#tags.keysOf(tag)) {
        if (this.#entries.delete(key)) this.#metrics.removed.purged++;
      }
    }
  }

  /** New scripts make new answers; those that the old ones still compute are not kept either. */
  clear(): void {
    this.#history.purgeAll();
    this.#entries.clear();
  }

  evictOldest(): void {
    this.#entries.pop();
  }

  #set(key: string, entry: PathEntry | PassEntry | CachedAnswer): void {
    const size = sizeOf(entry, key);
    this.#entries.set(key, entry);
    // Beyond all memory by itself: the table has not taken it.
    if (this.#entries.peek(key) !== entry) return;
    this.#bytes += size;
    this.#memory.changed(size);
    if (entry instanceof CachedAnswer) {
      this.#answers++;
      this.#tags.add(key, entry.tags);
    }
    this.#memory.makeRoom();
  }

  #removed(entry: PathEntry | PassEntry | CachedAnswer, key: string, isEvicted: boolean): void {
    const size = sizeOf(entry, key);
    this.#bytes -= size;
    this.#memory.changed(-size);
    if (!(entry instanceof CachedAnswer)) return;
    this.#answers--;
    this.#tags.delete(key, entry.tags);
    if (isEvicted) this.#metrics.removed.evicted++;
  }
}

function sizeOf(entry: PathEntry | PassEntry | CachedAnswer, key: string): number {
  if (entry instanceof CachedAnswer) return entry.size;
  return SMALL + 2 * key.length + (entry.kind === "path" ? 2 * entry.spec.text.length : 0);
}

/** `path` holds two line ends, and the rest begins behind a third one: no path passes for a key. */
function answerKey(path: string, spec: KeySpec, head: RequestHead): string {
  return `${path}\n${spec.partOf(head)}`;
}

/** Who shows who they are gets what is theirs, unless the answers are told apart by that. */
export function mayServe(head: RequestHead, spec: KeySpec): boolean {
  return spec.names("authorization") || (head.headers.marks & AUTHORIZATION) === 0;
}
