/** Who made a response. */
export type AnsweredBy = "script" | "file" | "backend" | "proxy" | "cache";

const ANSWERERS: readonly AnsweredBy[] = ["script", "file", "backend", "proxy", "cache"];
const METHODS: readonly string[] = ["read", "write", "other"];
/** Combinations counted by their very status: scripts choose statuses. What comes later is counted by its class. */
const MOST = 64;
/** Stands for a status of that class: `5xx`. */
const CLASS = 1000;

/** Requests by class of the method, status and answerer. */
export class RequestCounts {
  readonly #indices = new Map<number, number>();
  #counts = new Float64Array(8);
  #lastKey = -1;
  #lastIndex = 0;

  add(method: string, status: number, by: AnsweredBy): void {
    const key = (status << 5) | (answererCode(by) << 2) | methodCode(method);
    if (key !== this.#lastKey) {
      this.#lastIndex = this.#indices.get(key) ?? this.#indexOfNew(key);
      this.#lastKey = key;
    }
    this.#counts[this.#lastIndex]!++;
  }

  forEach(each: (count: number, method: string, status: string, by: AnsweredBy) => void): void {
    for (const [key, index] of this.#indices) {
      const status = key >> 5;
      const text = status < CLASS ? String(status) : `${status - CLASS}xx`;
      each(this.#counts[index]!, METHODS[key & 3]!, text, ANSWERERS[(key >> 2) & 7]!);
    }
  }

  #indexOfNew(key: number): number {
    if (this.#indices.size < MOST) return this.#append(key);
    const ofClass = ((CLASS + Math.floor((key >> 5) / 100)) << 5) | (key & 31);
    return this.#indices.get(ofClass) ?? this.#append(ofClass);
  }

  #append(key: number): number {
    const index = this.#indices.size;
    this.#indices.set(key, index);
    if (index === this.#counts.length) {
      const before = this.#counts;
      this.#counts = new Float64Array(2 * index);
      this.#counts.set(before);
    }
    return index;
  }
}

function answererCode(by: AnsweredBy): number {
  switch (by) {
    case "script":
      return 0;
    case "file":
      return 1;
    case "backend":
      return 2;
    case "cache":
      return 4;
    default:
      return 3;
  }
}

function methodCode(method: string): number {
  switch (method) {
    case "GET":
    case "HEAD":
      return 0;
    case "POST":
    case "PUT":
    case "PATCH":
    case "DELETE":
      return 1;
    default:
      return 2;
  }
}
