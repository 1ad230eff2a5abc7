import { applyRange } from "../../files/finished_body.ts";
import { hasConditions } from "../../files/plan_response.ts";
import { HeaderList } from "../../http/header_list.ts";
import type { RequestHead } from "../../http/request_head.ts";
import type { Reply } from "../reply.ts";

/** What an entry takes besides its texts and bytes: objects, places in tables. */
const OVERHEAD = 600;

/** An answer as it was sent, to be sent again. */
export class CachedAnswer {
  readonly status: number;
  readonly tags: readonly string[];
  /** Bytes of memory, about, its key included. */
  readonly size: number;
  /** Monotonic milliseconds. */
  readonly expires: number;
  readonly #storedAt: number;
  readonly #body: string | Buffer;
  readonly #fields: string;
  /** The reply of the current second; none of its parts is changed by whoever sends it. */
  #reply: Reply | undefined;
  #age = -1;

  /**
   * @param init.headers as sent, checked; taken over
   * @param init.body copied: a script's text is part of a longer one that would stay as well
   * @param init.now monotonic milliseconds
   */
  constructor(init: {
    readonly key: string;
    readonly status: number;
    readonly headers: HeaderList;
    readonly body: string | Uint8Array | undefined;
    readonly tags: readonly string[];
    readonly ttl: number;
    readonly now: number;
    readonly date: Date;
  }) {
    const { key, status, headers, body, tags, ttl, now, date } = init;
    headers.delete("age");
    if (!headers.has("date")) headers.append("Date", date.toUTCString());
    this.status = status;
    this.tags = tags;
    this.expires = now + ttl;
    this.#storedAt = now;
    this.#fields = ownCopy(headers.toText());
    this.#body = bodyToKeep(body ?? "");
    const texts = key.length + this.#fields.length + tags.reduce((sum, tag) => sum + tag.length, 0);
    this.size = this.#body.length + 2 * texts + 100 * tags.length + OVERHEAD;
  }

  /** The answer to a GET or HEAD, whose conditions and ranges apply as they do to an answer that a script has just made. */
  reply(head: RequestHead, now: number): Reply {
    const age = Math.max(0, Math.floor((now - this.#storedAt) / 1000));
    if (this.#reply === undefined || age !== this.#age) {
      const headers = HeaderList.fromText(`${this.#fields}Age: ${age}\r\n`);
      this.#reply = { status: this.status, headers, body: this.#body, by: "cache" };
      this.#age = age;
    }
    if (this.status !== 200 || !hasConditions(head.headers)) return this.#reply;
    return { ...applyRange(head, this.#reply.headers, this.#body), by: "cache" };
  }
}

/** ASCII stays text, one byte a character: the lanes write it with the head at once. */
function bodyToKeep(body: string | Uint8Array): string | Buffer {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  // Not from the pool that others share, which would stay as a whole.
  const bytes = Buffer.allocUnsafeSlow(length);
  if (typeof body !== "string") bytes.set(body);
  else if (length === body.length) return ownCopy(body);
  else bytes.write(body);
  return bytes;
}

function ownCopy(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("latin1");
}
